// SPDX-License-Identifier: GPL-2.0-only
/* WATCH: events of a namespace's tasks: which, of what, in what order. */
#include "test.h"
#include "../fork.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>

/* The 64-bit program does it at length, so the 32-bit one need not. */
#define MUCH(n)	(sizeof(long) == 8 ? (n) : (n) / 10)

#define WATCHES	"/sys/module/pidmap/parameters/watches"
#define PASSED	150	/* where a descriptor that was passed on is put */

static __u64 now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return t.tv_sec * 1000000000ULL + t.tv_nsec;
}

/* ---------------------------------------------------------------- a reader */

struct event {
	struct pidmap_event e;
	struct pidmap_task t;
	int nr[MAX_LEVELS];
	char comm[16];
};

struct reader {
	int fd;
	__u64 seq;		/* of the next record */
	__u64 lost;		/* by all SYNCs */
	int syncs;
	int n;			/* events since the last flush */
	struct event event[4000];
};

static int watch_on(struct proc *p, int fd, struct pidmap_nsref ns,
		    unsigned int flags, unsigned int ring_size)
{
	struct pidmap_watch w = { .size = sizeof(w), .flags = flags, .ns = ns,
				  .ring_size = ring_size };

	return call(p, fd, PIDMAP_WATCH, &w, sizeof(w));
}

static struct reader *watch(struct pidmap_nsref ns, unsigned int flags,
			    unsigned int ring_size)
{
	struct reader *r = calloc(1, sizeof(*r));

	check(r);
	/* a file that can be written: nothing but the module keeps it from that */
	r->fd = open(DEVICE, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	check(r->fd >= 0);
	check_eq(watch_on(self, r->fd, ns, flags, ring_size), 0);
	return r;
}

static void unwatch(struct reader *r)
{
	close(r->fd);
	free(r);
}

/* Checks the form of a record and returns its length. */
static unsigned int parse(const void *record, struct event *to)
{
	const struct pidmap_event *e = record;
	struct pidmap_event rest = { .lost = 0 };
	unsigned int size = sizeof(*e);
	const struct pidmap_task *t;

	memset(to, 0, sizeof(*to));
	to->e = *e;
	if (e->kind == PIDMAP_EVENT_SYNC) {
		check_eq(e->size, size);
		check_eq(e->task_offset, 0);
		check_eq(e->comm_offset, 0);
		return size;
	}
	check(e->kind >= PIDMAP_EVENT_FORK && e->kind <= PIDMAP_EVENT_EXIT);
	if (e->kind == PIDMAP_EVENT_EXEC) {
		check_eq(e->comm_offset, size);
		size += 16;
		memcpy(to->comm, (const char *)e + e->comm_offset, 16);
		check_eq(to->comm[15], 0);
	} else {
		check_eq(e->comm_offset, 0);
	}
	check_eq(e->task_offset, size);
	t = (const void *)((const char *)e + size);
	/* of all but a SYNC, half of the last field is used */
	rest.parent_inum = e->parent_inum;
	check_eq(e->lost, rest.lost);
	if (e->kind == PIDMAP_EVENT_FORK)
		check_eq(!e->parent_inum, t->levels == 1);
	to->t = *t;
	check(t->levels >= 1 && t->levels <= MAX_LEVELS);
	check_eq(t->nr_offset, sizeof(*t));
	check_eq(t->size, (sizeof(*t) + t->levels * sizeof(int) + 7) & ~7);
	memcpy(to->nr, pidmap_task_nr(t), t->levels * sizeof(int));
	if (t->levels % 2)
		check_eq(pidmap_task_nr(t)[t->levels], 0);
	check_eq(t->reserved, 0);
	size += t->size;
	check_eq(e->size, size);
	return size;
}

/* Takes the records of a buffer; SYNCs are counted and left out. */
static void take(struct reader *r, const unsigned char *buffer, long length)
{
	long at;

	for (at = 0; at < length;) {
		struct event *e = &r->event[r->n];

		check(r->n < (int)ARRAY_SIZE(r->event));
		check(length - at >= (long)sizeof(e->e));
		at += parse(buffer + at, e);
		check_eq(e->e.seq, r->seq);
		r->seq++;
		if (e->e.kind == PIDMAP_EVENT_SYNC) {
			r->lost += e->e.lost;
			check_eq(!e->e.lost, !r->syncs);
			r->syncs++;
		} else {
			r->n++;
		}
	}
	check_eq(at, length);
}

/* Reads until there is nothing more; with a buffer of @size bytes. */
static void drain_by(struct reader *r, size_t size)
{
	unsigned char *buffer = malloc(size);
	long got;

	check(buffer);
	while ((got = read(r->fd, buffer, size)) > 0)
		take(r, buffer, got);
	check_eq(got, -1);
	check_eq(errno, EAGAIN);
	free(buffer);
}

static void drain(struct reader *r)
{
	drain_by(r, 65536);
}

/* Forgets what was read. */
static void flush(struct reader *r)
{
	drain(r);
	r->n = 0;
}

/* The @nth event of that kind and TID in the view, or NULL. */
static const struct event *event_of(const struct reader *r, int kind, int nr,
				    int nth)
{
	int i;

	for (i = 0; i < r->n; i++)
		if (r->event[i].e.kind == kind && r->event[i].nr[0] == nr &&
		    !nth--)
			return &r->event[i];
	return NULL;
}

/* ------------------------------------------------------------- what happens */

static void begins_with_sync(void **state)
{
	struct reader *r = watch(VIEW, 0, 65536);
	unsigned char buffer[512];
	struct event e;

	(void)state;
	check_eq(read(r->fd, buffer, sizeof(e.e)), sizeof(e.e));
	parse(buffer, &e);
	check_eq(e.e.kind, PIDMAP_EVENT_SYNC);
	check_eq(e.e.seq, 0);
	check_eq(e.e.lost, 0);
	check(e.e.time <= now() && e.e.time + 60000000000ULL > now());
	unwatch(r);
}

/* All levels of the view, from top to leaf, and what else LIST reports. */
static void check_task(const struct event *e, const struct proc *p,
		       const struct proc *view)
{
	int i;

	check_eq(e->t.levels, p->level - view->level + 1);
	for (i = 0; i < e->t.levels; i++)
		check_eq(e->nr[i], p->nr[view->level + i]);
	check_eq(e->t.inum, p->inum);
	check_eq(e->t.tgid, p->nr[view->level]);
}

static void fork_and_exit(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 65536);
	struct reader *all = watch(VIEW, 0, 65536);
	struct reader *other = watch(FD(t->s->ns), 0, 65536);
	const struct event *fork, *exit;
	struct pidmap_info i0;
	struct proc *p;
	__u64 start, before;
	pid_t pid;

	(void)state;
	check_eq(info(self, OWN, &i0), 0);
	check(i0.features & PIDMAP_FEATURE_WATCH);
	before = now();
	p = spawn(t->b, CLONE_NEWPID);
	pid = p->pid;
	start = start_of(self, pid);
	reap(p);
	drain(r);
	check_eq(r->n, 2);
	check_eq(r->syncs, 1);
	fork = &r->event[0];
	check_eq(fork->e.kind, PIDMAP_EVENT_FORK);
	check_task(fork, p, self);
	check_eq(fork->nr[p->level], 1);
	check_eq(fork->e.parent_inum, t->b->inum);
	check_eq(fork->t.ppid, t->b->pid);
	check_eq(fork->t.start_time, start);
	check_eq(fork->e.time, start);
	check_eq(fork->t.flags, 0);
	check(start > before);
	exit = &r->event[1];
	check_eq(exit->e.kind, PIDMAP_EVENT_EXIT);
	check_task(exit, p, self);
	check_eq(exit->t.start_time, start);
	check_eq(exit->t.pid_id, fork->t.pid_id);
	check_eq(!exit->t.pid_id, !(i0.features & PIDMAP_FEATURE_PID_ID));
	check_eq(exit->t.cgroup, fork->t.cgroup);
	check(exit->t.cgroup);
	check_eq(exit->t.flags, PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED);
	check(exit->e.time > start && exit->e.time < now());
	drain(all);
	check(event_of(all, PIDMAP_EVENT_FORK, pid, 0));
	check_eq(event_of(all, PIDMAP_EVENT_FORK, pid, 0)->e.parent_inum,
		 t->b->inum);
	check(event_of(all, PIDMAP_EVENT_EXIT, pid, 0));
	p = spawn(t->top2, 0);
	drain(all);
	fork = event_of(all, PIDMAP_EVENT_FORK, p->pid, 0);
	check(fork);
	check_eq(fork->e.parent_inum, 0);
	drain(other);
	check_eq(other->n, 0);
	unwatch(r);
	unwatch(all);
	unwatch(other);
}

/* The numbers begin at the view, not at what is watched. */
static void from_a_view_below(void **state)
{
	struct tree *t = grow();
	struct reader *r = calloc(1, sizeof(*r));
	struct proc *p;

	(void)state;
	check(r);
	check_eq(watch_on(t->a, OWN, FD(t->c->ns), 0, 4096), 0);
	p = spawn(t->c, 0);
	r->fd = fetch_fd(t->a, OWN);
	check_eq(fcntl(r->fd, F_SETFL, O_NONBLOCK), 0);
	drain(r);
	check_eq(r->n, 1);
	check_task(&r->event[0], p, t->a);
	check_eq(r->event[0].t.ppid, t->c->nr[1]);
	check_eq(r->event[0].e.parent_inum, t->b->inum);
	unwatch(r);
}

static long exits_with(void *arg)
{
	int status, code = *(int *)arg;
	pid_t pid = fork();

	if (pid < 0)
		return -errno;
	if (pid == 0) {
		if (code < 0) {
			raise(-code);
			pause();
		}
		_exit(code);
	}
	if (waitpid(pid, &status, 0) != pid)
		return -errno;
	return status;
}

static void exit_codes(void **state)
{
	static const int codes[] = { 0, 1, 77, 255, -SIGKILL, -SIGTERM };
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 65536);
	int *code = shared(sizeof(*code));
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		long status;

		*code = codes[i];
		flush(r);
		status = run(t->b2, exits_with, code);
		check_eq(status, codes[i] < 0 ? -codes[i] : codes[i] << 8);
		drain(r);
		check_eq(r->n, 2);
		check_eq(r->event[1].e.kind, PIDMAP_EVENT_EXIT);
		check_eq(r->event[1].e.code, status);
	}
	unwatch(r);
}

static void threads_if_asked_for(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 65536);
	struct reader *all = watch(FD(t->a->ns), PIDMAP_WATCH_THREADS, 65536);
	struct proc *p = spawn(t->b, 0);
	pid_t pid = p->pid;
	pid_t tids[3];
	int i;

	(void)state;
	threads(p, 3, tids);
	drain(all);
	check_eq(all->n, 4);
	for (i = 0; i < 3; i++) {
		const struct event *e = event_of(all, PIDMAP_EVENT_FORK,
						 tids[i], 0);

		check(e);
		check_eq(e->t.tgid, p->pid);
		check_eq(e->t.ppid, t->b->pid);
	}
	reap(p);
	drain(all);
	check_eq(all->n, 8);
	for (i = 0; i < 3; i++)
		check(event_of(all, PIDMAP_EVENT_EXIT, tids[i], 0));
	check(event_of(all, PIDMAP_EVENT_EXIT, pid, 0));
	check(all->event[7].t.flags & PIDMAP_TASK_ENDED);
	drain(r);
	check_eq(r->n, 2);
	check_eq(r->event[1].e.kind, PIDMAP_EVENT_EXIT);
	check_task(&r->event[1], p, self);
	unwatch(r);
	unwatch(all);
}

/* The leader is gone for long; its process ends with its last thread. */
static void ends_with_its_last_thread(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 65536);
	struct proc *p = spawn(t->b, 0);
	pid_t tids[2];
	__u64 start;

	(void)state;
	threads(p, 2, tids);
	start = start_of(self, p->pid);
	behead(p);
	drain(r);
	check_eq(r->n, 1);
	/* nobody is there to be told to exit */
	kill(p->pid, SIGKILL);
	close(p->sock);
	p->sock = -1;
	p->zombie = true;
	reap(p);
	drain(r);
	check_eq(r->n, 2);
	check_eq(r->event[1].e.kind, PIDMAP_EVENT_EXIT);
	check_task(&r->event[1], p, self);
	check_eq(r->event[1].t.start_time, start);
	check_eq(r->event[1].e.code, SIGKILL);
	unwatch(r);
}

static char stacks[4][32768];

static int exit_alone(void *arg)
{
	int *go = arg;

	while (!__atomic_load_n(go, __ATOMIC_ACQUIRE))
		;
	syscall(SYS_exit, 0);
	return 0;
}

struct crowd {
	int go;
	int status[300];	/* as wait(2) reports it */
};

/* Threads that exit at the same time: none of them knows who is the last. */
static long crowd_exits(void *arg)
{
	struct crowd *c = arg;
	int i, k, *go = &c->go;

	for (i = 0; i < 300; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			*go = 0;
			for (k = 0; k < 3; k++)
				clone(exit_alone, stacks[k] + 32768,
				      CLONE_VM | CLONE_FS | CLONE_FILES |
				      CLONE_SIGHAND | CLONE_THREAD |
				      CLONE_SYSVSEM, go);
			__atomic_store_n(go, 1, __ATOMIC_RELEASE);
			syscall(SYS_exit, 3);
		}
		if (pid < 0 || waitpid(pid, &c->status[i], 0) != pid)
			return -errno;
	}
	return 0;
}

static void ends_once(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 1 << 20);
	struct crowd *c = shared(sizeof(*c));
	int i;

	(void)state;
	check_eq(run(t->b2, crowd_exits, c), 0);
	drain(r);
	check_eq(r->n, 600);
	for (i = 0; i < 600; i += 2) {
		const struct event *e = &r->event[i];

		check_eq(e[0].e.kind, PIDMAP_EVENT_FORK);
		check_eq(e[1].e.kind, PIDMAP_EVENT_EXIT);
		check_eq(e[1].nr[0], e[0].nr[0]);
		check_eq(e[1].t.start_time, e[0].t.start_time);
		check_eq(e[1].e.code, c->status[i / 2]);
		check_eq(e[1].t.flags, PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED);
	}
	unwatch(r);
}

/* A process of that TGID, which ends. Return: false if it was taken. */
static bool lives_as(pid_t nr)
{
	char text[16];
	int fd = open("/proc/sys/kernel/ns_last_pid", O_WRONLY), n, status;
	pid_t pid;

	if (fd < 0)
		rig_skip("this kernel does not let numbers be chosen");
	n = snprintf(text, sizeof(text), "%d", nr - 1);
	check_eq(write(fd, text, n), n);
	close(fd);
	pid = fork();
	if (!pid)
		_exit(0);
	check_eq(waitpid(pid, &status, 0), pid);
	return pid == nr;
}

/* Whoever has a number next begins and ends as did the one before. */
static void number_used_again(void **state)
{
	struct reader *r = watch(VIEW, 0, 1 << 20);
	struct proc *p = spawn(self, 0);
	const int nr = p->pid;
	int i, tries = 0;

	(void)state;
	reap(p);
	flush(r);
	for (i = 0; i < 3; i++)
		while (!lives_as(nr))
			check(tries++ < 1000);
	drain(r);
	for (i = 0; i < 3; i++) {
		const struct event *fork = event_of(r, PIDMAP_EVENT_FORK, nr, i);
		const struct event *exit = event_of(r, PIDMAP_EVENT_EXIT, nr, i);

		check(fork && exit && exit > fork);
		check_eq(exit->t.start_time, fork->t.start_time);
	}
	check(!event_of(r, PIDMAP_EVENT_FORK, nr, 3));
	check(!event_of(r, PIDMAP_EVENT_EXIT, nr, 3));
	unwatch(r);
}

static int exec_it(void *arg)
{
	(void)arg;
	execl("/bin/true", "true", NULL);
	_exit(99);
}

static long execs(void *arg)
{
	bool by_thread = *(int *)arg;
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		if (!by_thread)
			exec_it(NULL);
		clone(exec_it, stacks[0] + 32768,
		      CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
		      CLONE_THREAD | CLONE_SYSVSEM, NULL);
		for (;;)
			pause();
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		return -errno;
	return status;
}

static void executes(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 65536);
	int *by_thread = shared(sizeof(int));

	(void)state;
	check_eq(run(t->c2, execs, by_thread), 0);
	drain(r);
	check_eq(r->n, 3);
	check_eq(r->event[0].e.kind, PIDMAP_EVENT_FORK);
	check_eq(r->event[1].e.kind, PIDMAP_EVENT_EXEC);
	check_eq(r->event[1].e.former_tid, 0);
	check_eq(strcmp(r->event[1].comm, "true"), 0);
	check_eq(r->event[1].t.levels, t->c2->level + 1);
	check_eq(r->event[1].nr[0], r->event[0].nr[0]);
	check_eq(r->event[1].nr[3], r->event[0].nr[3]);
	check_eq(r->event[1].t.flags, 0);
	check(r->event[1].e.time > r->event[0].e.time);
	check_eq(r->event[2].e.kind, PIDMAP_EVENT_EXIT);
	check_eq(r->event[2].e.code, 0);
	unwatch(r);
}

/* The thread takes over the leader's TID and its start time. */
static void thread_executes(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), PIDMAP_WATCH_THREADS, 65536);
	struct reader *below = calloc(1, sizeof(*below));
	int *by_thread = shared(sizeof(int));
	const struct event *fork, *thread, *exec;

	(void)state;
	check(below);
	check_eq(watch_on(t->a, OWN, VIEW, 0, 4096), 0);
	below->fd = fetch_fd(t->a, OWN);
	check_eq(fcntl(below->fd, F_SETFL, O_NONBLOCK), 0);
	*by_thread = 1;
	check_eq(run(t->c2, execs, by_thread), 0);
	drain(r);
	/* process, thread, old leader's end, EXEC, end */
	check_eq(r->n, 5);
	fork = &r->event[0];
	thread = &r->event[1];
	exec = &r->event[3];
	check_eq(thread->e.kind, PIDMAP_EVENT_FORK);
	check_eq(r->event[2].e.kind, PIDMAP_EVENT_EXIT);
	check_eq(r->event[2].nr[0], fork->nr[0]);
	check(!(r->event[2].t.flags & PIDMAP_TASK_ENDED));
	check_eq(exec->e.kind, PIDMAP_EVENT_EXEC);
	check_eq(exec->nr[0], fork->nr[0]);
	check_eq(exec->t.start_time, fork->t.start_time);
	check_eq(exec->t.pid_id, fork->t.pid_id);
	check_eq(exec->e.former_tid, thread->nr[0]);
	check_eq(r->event[4].e.kind, PIDMAP_EVENT_EXIT);
	check_eq(r->event[4].nr[0], fork->nr[0]);
	check(r->event[4].t.flags & PIDMAP_TASK_ENDED);

	/* the kernel does not tell a view below what it was there */
	drain(below);
	check_eq(below->n, 3);
	check_eq(below->event[1].e.kind, PIDMAP_EVENT_EXEC);
	check_eq(below->event[1].e.former_tid, -1);
	unwatch(r);
	unwatch(below);
}

/* --------------------------------------------------------------- bad input */

static void bad_requests(void **state)
{
	static const unsigned int sizes[] = {
		0, 1, 8, 2048, 4095, 4097, 6144, 12288, PIDMAP_RING_MAX - 1,
		PIDMAP_RING_MAX + 4096, PIDMAP_RING_MAX * 2, 1U << 31, ~0U,
	};
	struct tree *t = grow();
	struct pidmap_watch w;
	struct reader *r;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
		check_eq(watch_on(self, OWN, VIEW, 0, sizes[i]), -EINVAL);
	for (i = 1; i < 32; i++)
		check_eq(watch_on(self, OWN, VIEW, 1U << i, 4096), -EINVAL);
	w = (struct pidmap_watch){ .size = sizeof(w), .ring_size = 4096,
				   .reserved = 1 };
	check_eq(call(self, OWN, PIDMAP_WATCH, &w, sizeof(w)), -EINVAL);
	w = (struct pidmap_watch){ .size = sizeof(w) - 8, .ring_size = 4096 };
	check_eq(call(self, OWN, PIDMAP_WATCH, &w, sizeof(w)), -EINVAL);
	check_eq(watch_on(self, OWN, REF(7, 0), 0, 4096), -EINVAL);
	check_eq(watch_on(self, OWN, BOUND, 0, 4096), -EINVAL);
	check_eq(watch_on(self, OWN, REF(PIDMAP_NS_VIEW, 1), 0, 4096), -EINVAL);
	check_eq(watch_on(self, OWN, FD(INT32_MAX), 0, 4096), -EBADF);
	check_eq(watch_on(self, OWN, FD(OWN), 0, 4096), -EINVAL);
	check_eq(watch_on(self, OWN, INUM(1), 0, 4096), -ENOENT);
	/* outside the view */
	check_eq(watch_on(t->a, OWN, FD(self->ns), 0, 4096), -EPERM);
	check_eq(watch_on(t->a, OWN, FD(t->s->ns), 0, 4096), -EPERM);
	check_eq(watch_on(t->a, OWN, LEVEL(0), 0, 4096), -EPERM);
	check_eq(watch_on(t->a, OWN, INUM(t->s->inum), 0, 4096), -ENOENT);
	/* none of that has changed the files */
	check_eq(watch_on(t->a, OWN, INUM(t->b->inum), 0, 4096), 0);
	r = watch(BY_TID(t->b2->pid), 0, 4096);
	unwatch(r);
	check_eq(watch_on(self, OWN, VIEW, 0, PIDMAP_RING_MAX), 0);
}

static void once(void **state)
{
	struct tree *t = grow();
	struct pidmap_bind b = { .size = sizeof(b), .from = VIEW,
				 .to = FD(t->a->ns) };
	struct pidmap_set_view v = { .size = sizeof(v), .ns = FD(self->ns) };
	struct reader *r = watch(VIEW, 0, 4096);

	(void)state;
	check_eq(watch_on(self, r->fd, VIEW, 0, 4096), -EBUSY);
	check_eq(watch_on(self, r->fd, FD(t->a->ns), 1, 8192), -EBUSY);
	check_eq(call(self, r->fd, PIDMAP_SET_VIEW, &v, sizeof(v)), -EBUSY);
	/* all else works */
	check_eq(translate_on(self, r->fd, PIDMAP_TGID, t->a2->pid, VIEW,
			      FD(t->a->ns)), 71);
	check_eq(call(self, r->fd, PIDMAP_BIND, &b, sizeof(b)), 0);
	check_eq(translate_bound(self, r->fd, PIDMAP_TGID, t->a2->pid), 71);
	drain(r);
	check_eq(r->syncs, 1);
	unwatch(r);
	/* and in the other order */
	check_eq(call(self, OWN, PIDMAP_SET_VIEW, &v, sizeof(v)), 0);
	check_eq(watch_on(self, OWN, FD(t->a->ns), 0, 4096), 0);
}

static void bad_reads(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 4096);
	char *memory = before_a_hole(1);
	char *hole = memory + PAGE_BYTES;
	unsigned int i;
	struct event e;

	(void)state;
	check_eq(lseek(r->fd, 0, SEEK_SET), -1);
	check_eq(errno, ESPIPE);
	check_eq(pread(r->fd, memory, 4096, 0), -1);
	check_eq(errno, ESPIPE);
	check_eq(write(r->fd, memory, 8), -1);
	check_eq(errno, EINVAL);
	reap(spawn(t->a, 0));
	/* the SYNC, and no byte of what follows */
	for (i = 0; i < sizeof(e.e); i++) {
		check_eq(read(r->fd, memory, i), -1);
		check_eq(errno, EINVAL);
	}
	for (i = 0; i < sizeof(e.e); i++) {
		check_eq(read(r->fd, hole - i, 4096), -1);
		check_eq(errno, EFAULT);
	}
	check_eq(read(r->fd, memory, sizeof(e.e)), sizeof(e.e));
	check_eq(parse(memory, &e), sizeof(e.e));
	check_eq(e.e.kind, PIDMAP_EVENT_SYNC);
	/* FORK and EXIT are equally long */
	for (i = 0; i < 32 + 56 + 8; i++) {
		check_eq(read(r->fd, memory, i), -1);
		check_eq(errno, EINVAL);
	}
	check_eq(read(r->fd, hole - 96, 97), 96);
	check_eq(parse(hole - 96, &e), 96);
	check_eq(e.e.kind, PIDMAP_EVENT_FORK);
	check_eq(e.e.seq, 1);
	r->seq = 2;
	r->syncs = 1;
	drain(r);
	check_eq(r->n, 1);
	check_eq(r->event[0].e.kind, PIDMAP_EVENT_EXIT);
	munmap(memory, PAGE_BYTES);
	unwatch(r);
}

/* -------------------------------------------------------------------- rights */

static int read_on(struct proc *p, int fd);

static void needs_the_right(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(self, 0);
	struct reader *r = watch(FD(t->a->ns), 0, 4096);

	(void)state;
	device_mode(0666);
	become(p, 1000, 0);
	reopen(p);
	check_eq(watch_on(p, OWN, VIEW, 0, 4096), -EPERM);
	check_eq(watch_on(p, OWN, FD(t->a->ns), 0, 4096), -EPERM);
	/* a passed file: the right is checked when it is read */
	send_fd(p, r->fd, PASSED);
	check_eq(read_on(p, PASSED), -EPERM);
	/* from a view below, as well */
	send_fd(t->b, r->fd, PASSED);
	check_eq(read_on(t->b, PASSED), -EPERM);
	send_fd(t->s, r->fd, PASSED);
	check_eq(read_on(t->s, PASSED), -EPERM);
	/* from the same */
	send_fd(t->top2, r->fd, PASSED);
	check_eq(read_on(t->top2, PASSED), sizeof(struct pidmap_event));
	unwatch(r);

	/* from above: of a watch that began below */
	check_eq(watch_on(t->b, OWN, VIEW, 0, 4096), 0);
	r = calloc(1, sizeof(*r));
	r->fd = fetch_fd(t->b, OWN);
	send_fd(t->a, r->fd, PASSED);
	check_eq(read_on(t->a, PASSED), sizeof(struct pidmap_event));

	/* from neither above nor below */
	send_fd(t->s, r->fd, PASSED);
	check_eq(read_on(t->s, PASSED), -EPERM);
	check_eq(watch_on(t->s, PASSED, VIEW, 0, 4096), -EPERM);
	unwatch(r);
}

static long do_read(void *arg)
{
	char buffer[4096];
	struct pollfd poller = { .fd = *(int *)arg, .events = POLLIN };
	long got, events = poll(&poller, 1, 0);
	void *map;

	got = read(*(int *)arg, buffer, sizeof(buffer));
	if (got < 0)
		got = -errno;
	/* poll(2) and mmap(2) agree */
	map = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, *(int *)arg, 0);
	if (map == MAP_FAILED)
		return errno == -got && events == 1 &&
		       poller.revents == POLLERR ? got : -ENOANO;
	munmap(map, PAGE_BYTES);
	if (events != 1 || poller.revents != POLLIN)
		return -ENOANO;
	return got;
}

static int read_on(struct proc *p, int fd)
{
	int *arg = shared(sizeof(*arg));

	*arg = fd;
	return run(p, do_read, arg);
}

/* Whoever began it may be gone. */
static void outlives_its_opener(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->a, 0);
	struct reader *r = calloc(1, sizeof(*r));

	(void)state;
	check(r);
	check_eq(watch_on(p, OWN, VIEW, 0, 4096), 0);
	r->fd = fetch_fd(p, OWN);
	check_eq(fcntl(r->fd, F_SETFL, O_NONBLOCK), 0);
	reap(p);
	reap(spawn(t->a, 0));
	drain(r);
	check_eq(r->n, 3);
	check_eq(r->event[0].e.kind, PIDMAP_EVENT_EXIT);
	check_eq(r->event[0].nr[0], p->nr[1]);
	check_eq(r->event[2].e.kind, PIDMAP_EVENT_EXIT);
	unwatch(r);
}

/* A program that is executed with it goes on reading, and reads of itself. */
static void goes_on_after_exec(void **state)
{
	struct reader *r = watch(VIEW, 0, 65536);
	static unsigned char buffer[65536];
	const struct event *exec;
	int pair[2], status;
	pid_t pid;
	long got;

	(void)state;
	flush(r);
	check_eq(pipe(pair), 0);
	pid = fork();
	if (!pid) {
		dup2(r->fd, STDIN_FILENO);
		dup2(pair[1], STDOUT_FILENO);
		execl("/bin/dd", "dd", "bs=65536", "count=1", "status=none",
		      NULL);
		_exit(99);
	}
	check(pid > 0);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 0);
	got = read(pair[0], buffer, sizeof(buffer));
	check(got > 0);
	take(r, buffer, got);
	check(event_of(r, PIDMAP_EVENT_FORK, pid, 0));
	exec = event_of(r, PIDMAP_EVENT_EXEC, pid, 0);
	check(exec);
	check_eq(strcmp(exec->comm, "dd"), 0);
	check(!event_of(r, PIDMAP_EVENT_EXIT, pid, 0));
	/* here is the rest of the same stream */
	drain(r);
	check(event_of(r, PIDMAP_EVENT_EXIT, pid, 0));
	close(pair[0]);
	close(pair[1]);
	unwatch(r);
}

/* The end of a namespace is an event; after it there is none. */
static void outlives_its_namespace(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID), *q = spawn(p, 0);
	struct reader *r = watch(FD(p->ns), 0, 4096);
	struct pollfd poller = { .fd = r->fd, .events = POLLIN };
	int ns = dup(p->ns);
	int n;

	(void)state;
	finish(q);
	drain(r);
	check_eq(r->n, 1);
	n = p->pid;
	reap(p);
	drain(r);
	check_eq(r->n, 2);
	check_eq(r->event[1].nr[0], n);
	check_eq(r->event[1].nr[1], 1);
	check_eq(r->event[1].e.kind, PIDMAP_EVENT_EXIT);
	reap(spawn(self, 0));
	check_eq(poll(&poller, 1, 0), 0);
	drain(r);
	check_eq(r->n, 2);
	unwatch(r);
	/* a dead one can be watched, too */
	r = watch(FD(ns), 0, 4096);
	drain(r);
	check_eq(r->n, 0);
	check_eq(r->syncs, 1);
	close(ns);
	unwatch(r);
}

/* ------------------------------------------------------------ full and empty */

static int dies(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

/* @n processes that do nothing but exit; returns 0 */
static long exits_only(void *arg)
{
	int i, n = *(int *)arg;

	for (i = 0; i < n; i++) {
		pid_t pid = clone(dies, stacks[0] + 32768,
				  CLONE_VM | CLONE_VFORK | SIGCHLD, NULL);

		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return -errno;
	}
	return 0;
}

static void exits(struct proc *p, int n)
{
	int *arg = shared(sizeof(*arg));

	*arg = n;
	check_eq(run(p, exits_only, arg), 0);
}

/* The ring holds what it holds; all else is counted, and nothing comes twice. */
static void full(void **state)
{
	static const unsigned int sizes[] = { 4096, 8192, 65536 };
	struct tree *t = grow();
	size_t i;
	int n;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(sizes); i++)
	for (n = 1; n < 40; n += 7) {
		struct reader *r = watch(FD(t->b->ns), 0, sizes[i]);
		/* a record has 32 + 56 + 3 numbers, SYNC 32 bytes */
		int fits = (sizes[i] - 32) / 104, first;

		exits(t->b2, fits / 2 + n);
		drain(r);
		check_eq(r->n, fits);
		check_eq(r->syncs, 2);
		check_eq(r->lost, 2 * (fits / 2 + n) - fits);
		/* it is empty again */
		first = r->n;
		exits(t->b2, n);
		drain(r);
		if (2 * n <= fits)
			check_eq(r->n, first + 2 * n);
		unwatch(r);
	}
}

/* What would fit is lost, too, until the reader can be told. */
static void full_until_empty(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->b->ns), 0, 4096);
	unsigned char buffer[32 + 104];
	const int fits = (4096 - 32) / 104;

	(void)state;
	exits(t->b2, 30);
	check_eq(read(r->fd, buffer, sizeof(buffer)), sizeof(buffer));
	take(r, buffer, sizeof(buffer));
	exits(t->b2, 1);
	drain(r);
	check_eq(r->n, fits);
	check_eq(r->syncs, 2);
	check_eq(r->lost, 60 - fits + 2);
	unwatch(r);
}

/* In buffers of every size, over and over the end of the ring. */
static void wraps(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->b->ns), 0, 4096);
	int size;

	(void)state;
	for (size = 104; size < 1500; size += 9) {
		int n = r->n;

		exits(t->b2, 1 + size % 15);
		drain_by(r, size);
		check_eq(r->n, n + 2 * (1 + size % 15));
		if (r->n > 3000)
			r->n = 0;
	}
	check_eq(r->lost, 0);
	check_eq(r->syncs, 1);
	unwatch(r);
}

/* One that never reads holds nobody up, and knows what it has missed. */
static void never_reads(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->b->ns), 0, 4096);

	(void)state;
	exits(t->b2, 500);
	drain(r);
	check_eq(r->n + r->lost, 1000);
	check_eq(r->syncs, 2);
	unwatch(r);
}

struct pair {
	int fd;
	int want;
};

static long reads_all(void *arg)
{
	static unsigned char seen[1 << 22], buffer[65536];
	struct pair *c = arg;
	unsigned long long seq = 0;
	int forks = 0, ended = 0;

	while (ended < c->want) {
		long got = read(c->fd, buffer, sizeof(buffer)), at = 0;
		struct event e;

		if (got <= 0)
			return -errno;
		for (; at < got; seq++) {
			int nr;

			at += parse(buffer + at, &e);
			if (e.e.seq != seq)
				return -EPROTO;
			if (e.e.kind == PIDMAP_EVENT_SYNC) {
				if (e.e.lost)
					return -EPROTO;
				continue;
			}
			nr = e.nr[0];
			/* its numbers inside, and each process once */
			if (e.t.levels != 3 || e.nr[2] <= 0 || nr >> 22)
				return -ERANGE;
			if (e.e.kind == PIDMAP_EVENT_FORK)
				forks += !seen[nr], seen[nr] = 1;
			else
				ended += seen[nr], seen[nr] = 0;
		}
	}
	return forks;
}

/* 10,000 processes that do nothing but exit: none is missed. */
static void short_lives(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->b->ns), 0, 4 << 20);
	struct pair *c = shared(sizeof(*c));

	(void)state;
	c->want = MUCH(10000);
	c->fd = PASSED;
	send_fd(t->top2, r->fd, PASSED);
	exits(t->b2, c->want);
	check_eq(run(t->top2, reads_all, c), c->want);
	unwatch(r);
}

/* ------------------------------------------------- SYNC, then LIST, then follow */

struct model {
	int n;
	struct {
		int nr[MAX_LEVELS], levels;
		int tgid;
		unsigned int inum;
		__u64 start;
		bool gone;
	} task[3000];
};

static int model_find(const struct model *m, int nr, __u64 start)
{
	int i;

	for (i = 0; i < m->n; i++)
		if (m->task[i].nr[0] == nr && m->task[i].start == start)
			return i;
	return -1;
}

static void model_add(struct model *m, const struct pidmap_task *t)
{
	int at = model_find(m, pidmap_task_nr(t)[0], t->start_time);

	if (at < 0) {
		check(m->n < (int)ARRAY_SIZE(m->task));
		at = m->n++;
		memset(&m->task[at], 0, sizeof(m->task[at]));
	}
	memcpy(m->task[at].nr, pidmap_task_nr(t), t->levels * sizeof(int));
	m->task[at].levels = t->levels;
	m->task[at].tgid = t->tgid;
	m->task[at].inum = t->inum;
	m->task[at].start = t->start_time;
	/* once it has ended, it stays so */
	m->task[at].gone |= t->flags & PIDMAP_TASK_EXITED;
}

static void model_list(const void *record, void *arg)
{
	model_add(arg, record);
}

static void model_event(struct model *m, const struct event *e)
{
	struct { struct pidmap_task t; int nr[MAX_LEVELS]; } task;
	int i, at;

	task.t = e->t;
	memcpy(task.nr, e->nr, sizeof(task.nr));
	if (e->e.kind != PIDMAP_EVENT_EXEC) {
		model_add(m, &task.t);
		return;
	}
	/* all others are gone, and the TID of the leader is alive */
	for (i = 0; i < m->n; i++)
		if (m->task[i].tgid == e->t.tgid)
			m->task[i].gone = true;
	at = model_find(m, e->nr[0], e->t.start_time);
	if (at >= 0)
		m->task[at].gone = false;
	else
		model_add(m, &task.t);
}

struct churn {
	int stop;
	int rounds;
};

/* Forks, threads and programs, at random, in nested namespaces. */
static long churns(void *arg)
{
	struct churn *c = arg;
	unsigned int seed = getpid();
	pid_t pid;

	while (!__atomic_load_n(&c->stop, __ATOMIC_RELAXED)) {
		int k, what = rand_r(&seed) >> 8;

		pid = fork_flags(what & 7 ? 0 : CLONE_NEWPID);
		if (pid == 0) {
			for (k = 0; k < (what >> 3) % 4; k++)
				clone(k == 2 && what & 0x1000 ? exec_it : dies,
				      stacks[k] + 32768,
				      CLONE_VM | CLONE_FS | CLONE_FILES |
				      CLONE_SIGHAND | CLONE_THREAD |
				      CLONE_SYSVSEM, NULL);
			if (what & 0x2000)
				exec_it(NULL);
			if (what & 0x4000)
				_exit(0);
			syscall(SYS_exit, 1);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			return -errno;
		__atomic_add_fetch(&c->rounds, 1, __ATOMIC_RELAXED);
	}
	return 0;
}

static void follow(unsigned int flags, unsigned int ring, int rounds,
		   bool lazy)
{
	struct tree *t = grow();
	struct churn *c = shared(sizeof(*c));
	struct model *m = calloc(1, sizeof(*m)), *l = calloc(1, sizeof(*l));
	struct reader *r = calloc(1, sizeof(*r));
	int i, more, syncs = 0, pid[3];
	struct proc *where[] = { t->a2, t->c2, t->s2 };
	unsigned int list_flags = flags & PIDMAP_WATCH_THREADS ?
				  PIDMAP_LIST_THREADS : 0;

	check(m && l && r);
	/* it runs while the watch begins */
	for (i = 0; i < 3; i++) {
		pid[i] = fork();
		check(pid[i] >= 0);
		if (!pid[i])
			_exit(run(where[i], churns, c) ? 1 : 0);
	}
	while (__atomic_load_n(&c->rounds, __ATOMIC_RELAXED) < 20)
		sched_yield();
	r->fd = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	check(r->fd >= 0);
	check_eq(watch_on(self, r->fd, VIEW, flags, ring), 0);
	for (;;) {
		bool last = __atomic_load_n(&c->rounds, __ATOMIC_RELAXED) >=
			    rounds;
		unsigned char buffer[2048];
		long got;

		if (last) {
			__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
			for (i = 0; i < 3; i++) {
				int status;

				check_eq(waitpid(pid[i], &status, 0), pid[i]);
				check_eq(status, 0);
			}
		}
		/* more than the ring holds */
		more = __atomic_load_n(&c->rounds, __ATOMIC_RELAXED) + 60;
		while (lazy && !last &&
		       __atomic_load_n(&c->rounds, __ATOMIC_RELAXED) < more)
			usleep(1000);
		while ((got = read(r->fd, buffer, sizeof(buffer))) > 0) {
			take(r, buffer, got);
			for (i = 0; i < r->n; i++)
				model_event(m, &r->event[i]);
			r->n = 0;
			/* the events before it are those of the time before */
			if (r->syncs != syncs) {
				syncs = r->syncs;
				m->n = 0;
				check(list(self, OWN, PIDMAP_LIST, list_flags,
					   VIEW, 65536, model_list, m) > 0);
			}
			/* those who are gone need not be kept */
			for (i = 0; i < m->n; i++)
				if (m->task[i].gone)
					m->task[i--] = m->task[--m->n];
		}
		check_eq(errno, EAGAIN);
		if (last)
			break;
		sched_yield();
	}
	check(list(self, OWN, PIDMAP_LIST, list_flags, VIEW, 65536, model_list,
		   l) > 0);
	for (i = 0; i < l->n; i++) {
		int at = model_find(m, l->task[i].nr[0], l->task[i].start);

		if (l->task[i].gone)
			continue;
		if (at < 0)
			rig_fail(__FILE__, __LINE__, "%d was not reported",
				 l->task[i].nr[0]);
		check(!memcmp(m->task[at].nr, l->task[i].nr,
			      sizeof(l->task[i].nr)));
		check_eq(m->task[at].inum, l->task[i].inum);
		check_eq(m->task[at].tgid, l->task[i].tgid);
		m->task[at].gone = true;
	}
	for (i = 0; i < m->n; i++)
		if (!m->task[i].gone)
			rig_fail(__FILE__, __LINE__,
				 "%d is gone, and no event said so",
				 m->task[i].nr[0]);
	printf("# %llu records, %llu events lost\n", (long long)r->seq,
	       (long long)r->lost);
	check(!lazy || r->lost);
	unwatch(r);
	free(m);
	free(l);
}

static void follows_processes(void **state)
{
	(void)state;
	follow(0, 1 << 20, MUCH(200), false);
}

static void follows_threads(void **state)
{
	(void)state;
	follow(PIDMAP_WATCH_THREADS, 1 << 20, MUCH(200), false);
}

static void follows_after_losses(void **state)
{
	(void)state;
	follow(0, 4096, 200, true);
}

static void follows_threads_after_losses(void **state)
{
	(void)state;
	follow(PIDMAP_WATCH_THREADS, 4096, 200, true);
}

/* ---------------------------------------------------------------- the mapping */

static void mapping(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 4 * PAGE_BYTES);
	size_t size = 5 * PAGE_BYTES;
	const struct pidmap_ring *ring, *page;
	unsigned char *buffer = malloc(size);
	struct pollfd poller = { .fd = r->fd, .events = POLLIN };
	int status, fd, i;
	__u64 at = 0;
	pid_t pid;

	(void)state;
	check(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0) ==
	      MAP_FAILED && errno == EACCES);
	check(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, r->fd, 0) ==
	      MAP_FAILED && errno == EACCES);
	check(mmap(NULL, size, PROT_WRITE, MAP_PRIVATE, r->fd, 0) ==
	      MAP_FAILED && errno == EACCES);
	for (i = 1; i < 9; i++)
		if (i != 1 && i != 5)
			check(mmap(NULL, i * PAGE_BYTES, PROT_READ, MAP_SHARED,
				   r->fd, 0) == MAP_FAILED && errno == EINVAL);
	for (i = 1; i < 6; i++) {
		check(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, r->fd,
			   i * PAGE_BYTES) == MAP_FAILED && errno == EINVAL);
		check(mmap(NULL, size, PROT_READ, MAP_SHARED, r->fd,
			   i * PAGE_BYTES) == MAP_FAILED && errno == EINVAL);
	}
	ring = mmap(NULL, size, PROT_READ, MAP_SHARED, r->fd, 0);
	check(ring != MAP_FAILED);
	page = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, r->fd, 0);
	check(page != MAP_FAILED);
	check_eq(mprotect((void *)ring, size, PROT_READ | PROT_WRITE), -1);
	check_eq(errno, EACCES);
	check(mremap((void *)page, PAGE_BYTES, 2 * PAGE_BYTES, MREMAP_MAYMOVE) ==
	      MAP_FAILED);
	check_eq(ring->data_offset, PAGE_BYTES);
	check_eq(ring->ring_size, 4 * PAGE_BYTES);
	check_eq(ring->tail, 0);
	check_eq(ring->head, 32);

	/* what the mapping shows is what read(2) returns, however it wraps */
	for (i = 0; i < 100; i++) {
		struct pidmap_event *e;
		long got, n;

		exits(t->a2, 1 + i % 29);
		check(ring->head > at);
		check_eq(page->head, ring->head);
		check_eq(poll(&poller, 1, 0), 1);
		got = read(r->fd, buffer, size);
		check(got > 0);
		for (n = 0; at < ring->head; at += e->size) {
			e = (void *)((char *)ring + ring->data_offset +
				     at % ring->ring_size);
			check(e->size >= 8 && e->size % 8 == 0);
			if (e->kind == PIDMAP_EVENT_PAD)
				continue;
			check(!memcmp(e, buffer + n, e->size));
			n += e->size;
		}
		check_eq(n, got);
		check_eq(at, ring->head);
		check_eq(ring->tail, ring->head);
		take(r, buffer, got);
		r->n = 0;
	}
	check_eq(r->lost, 0);
	check(at > 4 * ring->ring_size);

	/* once what was lost is counted, the head shows it */
	exits(t->a2, 500);
	at = ring->head;
	flush(r);
	check_eq(ring->head, at + 32);
	check_eq(r->syncs, 2);
	check(r->lost);

	/* a child has no such mapping */
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		_exit(*(volatile __u64 *)&ring->head != 0);
	}
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);

	/* it holds the file open */
	fd = r->fd;
	r->fd = -1;
	close(fd);
	exits(t->a2, 1);
	check(ring->head > at + 32);
	check_eq(munmap((void *)ring, size), 0);
	check_eq(munmap((void *)page, PAGE_BYTES), 0);
	free(buffer);
	free(r);
}

/* ------------------------------------------------------------------- waiting */

static long reads_once(void *arg)
{
	char buffer[4096];
	long got = read(*(int *)arg, buffer, sizeof(buffer));

	return got < 0 ? -errno : got;
}

static void wait_asleep(pid_t pid)
{
	while (proc_state(pid, pid) != 'S')
		sched_yield();
}

static void on_alarm(int nr)
{
	(void)nr;
}

static void blocks(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->a->ns), 0, 4096);
	struct sigaction act = { .sa_handler = on_alarm };
	int epoll = epoll_create1(0), edge = epoll_create1(0), status, i;
	struct epoll_event ev = { .events = EPOLLIN };
	pid_t pid;

	(void)state;
	check_eq(epoll_ctl(epoll, EPOLL_CTL_ADD, r->fd, &ev), 0);
	ev.events |= EPOLLET;
	check_eq(epoll_ctl(edge, EPOLL_CTL_ADD, r->fd, &ev), 0);
	check_eq(epoll_wait(epoll, &ev, 1, 0), 1);
	check_eq(epoll_wait(edge, &ev, 1, 0), 1);
	check_eq(ev.events, EPOLLIN);
	drain(r);
	check_eq(epoll_wait(epoll, &ev, 1, 0), 0);
	check_eq(epoll_wait(edge, &ev, 1, 0), 0);
	for (i = 0; i < 5; i++) {
		pid = fork();
		if (!pid)
			_exit(epoll_wait(i % 2 ? edge : epoll, &ev, 1, -1));
		wait_asleep(pid);
		exits(t->a2, 3);
		check_eq(waitpid(pid, &status, 0), pid);
		check_eq(status, 1 << 8);
		check_eq(epoll_wait(epoll, &ev, 1, 0), 1);
		flush(r);
		check_eq(epoll_wait(epoll, &ev, 1, 0), 0);
	}
	/* read(2) waits, too, and so do several */
	check_eq(fcntl(r->fd, F_SETFL, 0), 0);
	pid = fork();
	if (!pid)
		_exit(reads_once(&r->fd) == 96 ? 7 : 8);
	wait_asleep(pid);
	spawn(t->a, 0);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 7 << 8);
	/* a signal ends it, and nothing is lost */
	pid = fork();
	if (!pid) {
		sigaction(SIGALRM, &act, NULL);
		_exit(reads_once(&r->fd) == -EINTR ? 9 : 8);
	}
	wait_asleep(pid);
	kill(pid, SIGALRM);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 9 << 8);
	pid = fork();
	if (!pid) {
		act.sa_flags = SA_RESTART;
		sigaction(SIGALRM, &act, NULL);
		_exit(reads_once(&r->fd) == 96 ? 7 : 8);
	}
	wait_asleep(pid);
	kill(pid, SIGALRM);
	wait_asleep(pid);
	spawn(t->a, 0);
	check_eq(waitpid(pid, &status, 0), pid);
	check_eq(status, 7 << 8);
	check_eq(fcntl(r->fd, F_SETFL, O_NONBLOCK), 0);
	close(epoll);
	close(edge);
	unwatch(r);
}

/* Many readers of one file: each record goes to one of them. */
static void readers_share(void **state)
{
	struct tree *t = grow();
	struct reader *r = watch(FD(t->b->ns), 0, 1 << 20);
	int *count = shared(sizeof(int));
	pid_t pid[4];
	int i, status;

	(void)state;
	flush(r);
	check_eq(fcntl(r->fd, F_SETFL, 0), 0);
	for (i = 0; i < 4; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		while (__atomic_load_n(count, __ATOMIC_RELAXED) < 1000) {
			char buffer[104 * 3];
			struct pollfd poller = { .fd = r->fd,
						 .events = POLLIN };
			long got;

			if (poll(&poller, 1, 100) != 1)
				continue;
			fcntl(r->fd, F_SETFL, O_NONBLOCK);
			got = read(r->fd, buffer, sizeof(buffer));
			if (got > 0)
				__atomic_add_fetch(count, got / 104,
						   __ATOMIC_RELAXED);
		}
		_exit(0);
	}
	exits(t->b2, 500);
	for (i = 0; i < 4; i++) {
		check_eq(waitpid(pid[i], &status, 0), pid[i]);
		check_eq(status, 0);
	}
	check_eq(*count, 1000);
	unwatch(r);
}

/* --------------------------------------------------------------------- limits */

static void set_watches(const char *n)
{
	int fd = open(WATCHES, O_WRONLY);

	check(fd >= 0);
	check_eq(write(fd, n, strlen(n)), strlen(n));
	close(fd);
}

static long writes_watches(void *arg)
{
	int fd = open(WATCHES, O_WRONLY);
	long ret;

	(void)arg;
	if (fd < 0)
		return -errno;
	ret = write(fd, "9999", 4) < 0 ? -errno : 0;
	close(fd);
	return ret;
}

static void limit(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID | CLONE_NEWUSER);
	struct reader *r;
	int fd[8], i;

	(void)state;
	/* root of a container may not */
	check_eq(run(p, writes_watches, NULL), -EPERM);
	set_watches("7");
	for (i = 0; i < 8; i++) {
		fd[i] = open(DEVICE, O_RDWR);
		check_eq(watch_on(self, fd[i], VIEW, 0, 4096),
			 i < 7 ? 0 : -ENOSPC);
	}
	close(fd[3]);
	/* it may be tried again, on the same file */
	check_eq(watch_on(self, fd[7], VIEW, 0, 4096), 0);
	for (i = 0; i < 8; i++)
		if (i != 3)
			close(fd[i]);
	set_watches("0");
	check_eq(watch_on(self, OWN, VIEW, 0, 4096), -ENOSPC);
	set_watches("64");
	r = watch(VIEW, 0, 4096);
	unwatch(r);
}

static void a_thousand(void **state)
{
	struct tree *t = grow();
	static int fd[1000];
	int i, k, first = 0;

	(void)state;
	set_watches("1000");
	for (i = 0; i < MUCH(1000); i++) {
		fd[i] = open(DEVICE, O_RDONLY | O_NONBLOCK);
		check(fd[i] >= 0);
		check_eq(watch_on(self, fd[i], FD(i % 2 ? t->b->ns : t->s->ns),
				  0, 4096), 0);
	}
	exits(t->b2, 5);
	for (i = 0; i < MUCH(1000); i++) {
		struct reader *r = calloc(1, sizeof(*r));

		check(r);
		r->fd = fd[i];
		drain(r);
		check_eq(r->n, i % 2 ? 10 : 0);
		for (k = 0; k < r->n; k++)
			first = first ? first : r->event[0].nr[0];
		if (r->n)
			check_eq(r->event[0].nr[0], first);
		free(r);
		close(fd[i]);
	}
	set_watches("64");
}

static long memory_of(const char *file)
{
	char text[64] = "";
	int fd = open(file, O_RDONLY);

	check(fd >= 0);
	check(read(fd, text, sizeof(text) - 1) > 0);
	close(fd);
	return atol(text);
}

static int put_text(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);
	int ret = fd < 0 || write(fd, text, strlen(text)) < 0 ? -errno : 0;

	close(fd);
	return ret;
}

/* The ring is charged to the cgroup of who watches. */
static void charged(void **state)
{
	struct tree *t = grow();
	char group[64], file[96];
	long before, with;
	struct reader *r;

	(void)state;
	mkdir("/tmp", 0755);
	mkdir("/tmp/cgroup", 0755);
	if ((mount("none", "/tmp/cgroup", "cgroup2", 0, NULL) &&
	     errno != EBUSY) ||
	    put_text("/tmp/cgroup/cgroup.subtree_control", "+memory"))
		rig_skip("no cgroups with a memory controller");
	/* a new one: what was in another may be freed meanwhile */
	snprintf(group, sizeof(group), "/tmp/cgroup/watcher-%d", getpid());
	check_eq(mkdir(group, 0755), 0);
	snprintf(file, sizeof(file), "%s/cgroup.procs", group);
	check_eq(put_text(file, "0"), 0);
	snprintf(file, sizeof(file), "%s/memory.current", group);
	before = memory_of(file);
	r = watch(FD(t->a->ns), 0, PIDMAP_RING_MAX);
	with = memory_of(file);
	check(with - before >= (long)PIDMAP_RING_MAX);
	check(with - before < (long)PIDMAP_RING_MAX + (2 << 20));
	/* the ring can be mapped although it is charged */
	check(mmap(NULL, PIDMAP_RING_MAX + PAGE_BYTES, PROT_READ, MAP_SHARED,
		   r->fd, 0) != MAP_FAILED);
	drain(r);
	check_eq(put_text("/tmp/cgroup/cgroup.procs", "0"), 0);
	unwatch(r);
}

/* ------------------------------------------------------------- ends of watchers */

static void killed(void **state)
{
	struct tree *t = grow();
	struct churn *c = shared(sizeof(*c));
	pid_t busy, pid;
	int i, status;

	(void)state;
	busy = fork();
	if (!busy)
		_exit(run(t->c2, churns, c) ? 1 : 0);
	for (i = 0; i < MUCH(40); i++) {
		int want = __atomic_load_n(&c->rounds, __ATOMIC_RELAXED) + 4;

		pid = fork();
		if (!pid) {
			static unsigned char buffer[65536];
			struct pidmap_watch w = {
				.size = sizeof(w), .ns = FD(t->a->ns),
				.flags = i % 2, .ring_size = 4096 << i % 5,
			};
			int fd = open(DEVICE, O_RDONLY);

			if (fd < 0 || ioctl(fd, PIDMAP_WATCH, &w))
				_exit(1);
			if (i % 3)
				mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED,
				     fd, 0);
			while (i % 4 && read(fd, buffer, sizeof(buffer)) > 0)
				;
			for (;;)
				pause();
		}
		while (__atomic_load_n(&c->rounds, __ATOMIC_RELAXED) < want)
			sched_yield();
		check_eq(kill(pid, SIGKILL), 0);
		check_eq(waitpid(pid, &status, 0), pid);
		check(WIFSIGNALED(status));
	}
	__atomic_store_n(&c->stop, 1, __ATOMIC_RELAXED);
	check_eq(waitpid(busy, &status, 0), busy);
	check_eq(status, 0);
}

/* The module stays as long as someone watches. */
static void holds_the_module(void **state)
{
	struct reader *r = watch(VIEW, 0, 4096);

	(void)state;
	check_eq(syscall(SYS_delete_module, "pidmap", O_NONBLOCK), -1);
	check(errno == EAGAIN || errno == EBUSY);
	exits(self, 10);
	drain(r);
	check(r->n >= 20);
	unwatch(r);
}

static const struct CMUnitTest tests[] = {
	TEST(begins_with_sync),
	TEST(fork_and_exit),
	TEST(from_a_view_below),
	TEST(exit_codes),
	TEST(threads_if_asked_for),
	TEST(ends_with_its_last_thread),
	TEST(ends_once),
	TEST(number_used_again),
	TEST(executes),
	TEST(thread_executes),
	TEST(bad_requests),
	TEST(once),
	TEST(bad_reads),
	TEST(needs_the_right),
	TEST(outlives_its_opener),
	TEST(goes_on_after_exec),
	TEST(outlives_its_namespace),
	TEST(full),
	TEST(full_until_empty),
	TEST(wraps),
	TEST(never_reads),
	TEST(short_lives),
	TEST(follows_processes),
	TEST(follows_threads),
	TEST(follows_after_losses),
	TEST(follows_threads_after_losses),
	TEST(mapping),
	TEST(blocks),
	TEST(readers_share),
	TEST(limit),
	TEST(a_thousand),
	TEST(charged),
	TEST(killed),
	TEST(holds_the_module),
};

RUN(tests)
