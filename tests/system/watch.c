// SPDX-License-Identifier: GPL-2.0
/* WATCH: events of a namespace's tasks: which, of what, in what order. */
#include "test.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <time.h>

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
	r->fd = open(DEVICE, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
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
	if (e->kind == PIDMAP_EVENT_FORK)
		check_eq(e->lost, 0);
	check_eq(e->task_offset, size);
	t = (const void *)((const char *)e + size);
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
	check(event_of(all, PIDMAP_EVENT_EXIT, pid, 0));
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
	kill(p->pid, SIGKILL);
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

static const struct CMUnitTest tests[] = {
	TEST(begins_with_sync),
	TEST(fork_and_exit),
	TEST(from_a_view_below),
	TEST(exit_codes),
	TEST(threads_if_asked_for),
	TEST(ends_with_its_last_thread),
	TEST(ends_once),
	TEST(executes),
	TEST(thread_executes),
};

RUN(tests)
