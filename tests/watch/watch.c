// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: watch EVENTS
 *
 * Many watches and live maps of the library follow the same churn: of processes
 * and threads that begin, execute and end, namespaces that come and go, and
 * numbers that wrap. Each watch keeps a map: "SYNC, LIST, go on". Some rings
 * are too small for what happens, and some watches are replaced meanwhile. Now
 * and then everything rests, and each map must equal what LIST says. What a
 * live map says of the churners, who live all the time, must always be right.
 * Ends when so many events were read or counted as lost, with "N passed, N
 * failed, N skipped".
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pidmap.h>

#include "../fork.h"

#define CHURNERS	4
#define WATCHES		34
#define LIVES		26
#define NUMBERS		1024	/* pid_max, so that numbers wrap */
#define LEVELS		6
#define STACK		16384
#define THREADS		3

/* Two in a namespace each, one in one below, one in ours. */
static const int below[CHURNERS] = { -1, 0, 1, 0 };

struct churner {
	int pid;			/* as we see it */
	unsigned int inum;		/* of its namespace */
	volatile unsigned int lives;
	volatile bool resting;
};

static struct shared {
	struct churner churner[CHURNERS];
	volatile bool rest, stop;
} *sh;

struct entry {
	bool there;
	uint64_t start;
	int tgid, levels;
	unsigned int inum;
	int nr[LEVELS];
};

struct watch {
	int fd;
	unsigned int flags, ring;
	int of;				/* a churner's namespace, or -1: ours */
	bool lazy;			/* is read at rest only */
	uint64_t seq, lost;
	unsigned int syncs;
	struct entry task[NUMBERS];	/* by the number in the view */
};

struct live {
	struct pidmap *handle;
	struct pidmap_live *map;
	unsigned int flags, ring;
	int of;				/* as in struct watch */
	bool lazy;
};

static struct watch watches[WATCHES];
static struct live lives_of[LIVES];
static uint64_t buffer[32768];
static int device;
static unsigned long long events, lost, compared, syncs, asked;

#define fail(...) errx(1, __VA_ARGS__)

/* ------------------------------------------------------------------ the churn */

static char stacks[THREADS][STACK] __attribute__((aligned(16)));

static int dies(void *arg)
{
	(void)arg;
	syscall(SYS_exit, 0);
	return 0;
}

static int executes(void *arg)
{
	(void)arg;
	execl("/bin/true", "true", NULL);
	_exit(99);
}

static int begin(int (*fn)(void *), unsigned long flags, int stack)
{
	return clone(fn, stacks[stack] + STACK, flags, NULL);
}

#define THREAD	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | \
		 CLONE_THREAD | CLONE_SYSVSEM)

/* Some threads, and an end of some kind. */
static int crowd(void *arg)
{
	unsigned int what = (uintptr_t)arg;
	int i, n = what % (THREADS + 1);

	for (i = 0; i < n; i++)
		begin(i == 2 && what & 16 ? executes : dies, THREAD, i);
	if (what & 32)
		executes(NULL);
	if (what & 64)
		kill(getpid(), SIGKILL);
	syscall(what & 128 ? SYS_exit : SYS_exit_group, 0);
	return 0;
}

static void churn(struct churner *c, unsigned int seed)
{
	while (!sh->stop) {
		unsigned int what = rand_r(&seed) >> 8;
		int pid, flags = what & 7 ? 0 : CLONE_NEWPID;

		if (sh->rest) {
			c->resting = true;
			while (sh->rest)
				usleep(1000);
			c->resting = false;
		}
		if (what & 8) {
			pid = begin(dies, CLONE_VM | CLONE_VFORK | SIGCHLD |
				    flags, 0);
		} else {
			pid = fork_flags(flags);
			if (!pid)
				crowd((void *)(uintptr_t)(what >> 4));
		}
		if (pid < 0 && errno != EAGAIN)
			_exit(3);
		if (pid > 0 && waitpid(pid, NULL, 0) != pid)
			_exit(4);
		c->lives++;
	}
	_exit(0);
}

static void start_churners(void)
{
	int i, pair[2];

	for (i = 0; i < CHURNERS; i++) {
		if (pipe(pair))
			err(1, "pipe");
		/* the one below another begins in that one's namespace */
		if (!fork()) {
			char path[64];
			int ns, pid;

			if (below[i] >= 0) {
				snprintf(path, sizeof(path), "/proc/%d/ns/pid",
					 sh->churner[below[i]].pid);
				ns = open(path, O_RDONLY);
				if (ns < 0 || setns(ns, CLONE_NEWPID))
					err(1, "%s", path);
			}
			/* a child of a child is in there */
			pid = fork_flags(0);
			if (!pid) {
				prctl(PR_SET_PDEATHSIG, SIGKILL);
				pid = fork_flags(CLONE_NEWPID);
				if (!pid)
					churn(&sh->churner[i], i + 1);
				waitpid(pid, NULL, 0);
				_exit(0);
			}
			if (write(pair[1], &pid, sizeof(pid)) < 0)
				err(1, "write");
			waitpid(pid, NULL, 0);
			_exit(0);
		}
		if (read(pair[0], &sh->churner[i].pid, sizeof(int)) < 0)
			err(1, "read");
		close(pair[0]);
		close(pair[1]);
		/* the churner is the only child of that process */
		for (int got = 0; !got;) {
			char path[64], text[32] = "";
			int fd;

			snprintf(path, sizeof(path), "/proc/%d/task/%d/children",
				 sh->churner[i].pid, sh->churner[i].pid);
			fd = open(path, O_RDONLY);
			if (fd < 0)
				err(1, "%s", path);
			got = read(fd, text, sizeof(text) - 1) > 0;
			close(fd);
			if (got)
				sh->churner[i].pid = atoi(text);
		}
	}
}

static unsigned int pid_ns(int pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	if (stat(path, &st))
		err(1, "%s", path);
	return st.st_ino;
}

static unsigned long lives(void)
{
	unsigned long n = 0;

	for (int i = 0; i < CHURNERS; i++)
		n += sh->churner[i].lives;
	return n;
}

static void rest(bool on)
{
	sh->rest = on;
	for (int i = 0; i < CHURNERS; i++)
		while (sh->churner[i].resting != on)
			usleep(1000);
}

/* ------------------------------------------------------------------- the maps */

static struct pidmap_nsref ns_of(int churner)
{
	if (churner < 0)
		return pidmap_ns_view();
	return pidmap_ns_tid(sh->churner[churner].pid);
}

static void begin_watch(struct watch *w, unsigned int i)
{
	struct pidmap_watch request = { .size = sizeof(request) };

	memset(w, 0, sizeof(*w));
	w->flags = i & 1 ? PIDMAP_WATCH_THREADS : 0;
	w->ring = PIDMAP_RING_MIN << i % 13;
	w->of = (int)(i / 2 % (CHURNERS + 1)) - 1;
	w->lazy = i % 3 == 0;
	w->fd = open("/dev/pidmap", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	request.flags = w->flags;
	request.ring_size = w->ring;
	request.ns = ns_of(w->of);
	if (w->fd < 0 || ioctl(w->fd, PIDMAP_WATCH, &request))
		err(1, "watch %u", i);
}

/* A record says of a task whether it lives. */
static void learn(struct watch *w, const struct pidmap_task *task)
{
	const int *nr = pidmap_task_nr(task);
	struct entry *e = &w->task[nr[0]];
	bool ended = task->flags & (w->flags & PIDMAP_WATCH_THREADS ?
				    PIDMAP_TASK_EXITED : PIDMAP_TASK_ENDED);

	if (nr[0] <= 0 || nr[0] >= NUMBERS || task->levels > LEVELS)
		fail("a task has number %d and %u levels", nr[0], task->levels);
	/* what an older event says of a newer task is of no use */
	if (e->there && task->start_time < e->start)
		return;
	memset(e, 0, sizeof(*e));
	e->there = !ended;
	e->start = task->start_time;
	e->tgid = task->tgid;
	e->levels = task->levels;
	e->inum = task->inum;
	memcpy(e->nr, nr, task->levels * sizeof(*nr));
}

static void list(struct watch *w, void (*each)(struct watch *w,
					       const struct pidmap_task *task))
{
	static uint64_t room[8192];
	struct pidmap_list request = {
		.size = sizeof(request), .ns = ns_of(w->of),
		.flags = w->flags & PIDMAP_WATCH_THREADS ?
			 PIDMAP_LIST_THREADS : 0,
		.buffer = (uintptr_t)room, .buffer_size = sizeof(room),
	};
	unsigned int at;

	while (request.cursor != PIDMAP_CURSOR_END) {
		if (ioctl(device, PIDMAP_LIST, &request))
			err(1, "LIST");
		for (at = 0; at < request.used;) {
			const struct pidmap_task *task =
				(const void *)((char *)room + at);

			each(w, task);
			at += task->size;
		}
	}
}

static void take(struct watch *w, const struct pidmap_event *e)
{
	const struct pidmap_task *task =
		(const void *)((const char *)e + e->task_offset);

	if (e->seq != w->seq++)
		fail("record %llu follows %u others", e->seq, (unsigned int)w->seq);
	switch (e->kind) {
	case PIDMAP_EVENT_SYNC:
		syncs++;
		lost += e->lost;
		w->lost += e->lost;
		if (!e->lost != !w->syncs++)
			fail("a SYNC of %llu lost events", e->lost);
		memset(w->task, 0, sizeof(w->task));
		list(w, learn);
		return;
	case PIDMAP_EVENT_EXEC:
		/* all others of its process are gone, as is what is unknown */
		for (int i = 0; i < NUMBERS; i++)
			if (w->task[i].tgid == task->tgid &&
			    w->task[i].start <= e->time)
				w->task[i].there = false;
		/* fall through */
	case PIDMAP_EVENT_FORK:
	case PIDMAP_EVENT_EXIT:
		events++;
		learn(w, task);
		return;
	default:
		fail("an event of kind %u", e->kind);
	}
}

/* Return: whether there was anything. */
static bool follow(struct watch *w)
{
	ssize_t got = read(w->fd, buffer, sizeof(buffer)), at;

	if (got < 0 && errno != EAGAIN)
		err(1, "read");
	for (at = 0; at < got;) {
		const struct pidmap_event *e =
			(const void *)((char *)buffer + at);

		take(w, e);
		at += e->size;
	}
	return got > 0;
}

static struct entry listed[NUMBERS];

static void note(struct watch *w, const struct pidmap_task *task)
{
	const int *nr = pidmap_task_nr(task);
	struct entry *e = &listed[nr[0]];

	if (task->flags & (w->flags & PIDMAP_WATCH_THREADS ?
			   PIDMAP_TASK_EXITED : PIDMAP_TASK_ENDED))
		return;
	e->there = true;
	e->start = task->start_time;
	e->tgid = task->tgid;
	e->levels = task->levels;
	e->inum = task->inum;
	memcpy(e->nr, nr, task->levels * sizeof(*nr));
}

/* Kernel threads may still come and go: what differs is looked at again. */
static bool equal(struct watch *w, bool last)
{
	int i;

	while (follow(w))
		;
	memset(listed, 0, sizeof(listed));
	list(w, note);
	while (follow(w))
		;
	for (i = 0; i < NUMBERS; i++) {
		struct entry *a = &listed[i], *b = &w->task[i];

		if (!a->there && !b->there)
			continue;
		if (a->there && b->there && a->start == b->start &&
		    a->tgid == b->tgid && a->levels == b->levels &&
		    a->inum == b->inum && !memcmp(a->nr, b->nr, sizeof(a->nr))) {
			compared++;
			continue;
		}
		if (last)
			fail("watch of %d, flags %u, ring %u: %d is %s, but %s",
			     w->of, w->flags, w->ring, i,
			     a->there ? "listed" : "not listed",
			     b->there ? "known" : "not known");
		return false;
	}
	return true;
}

/* -------------------------------------------------------------- the live maps */

static void begin_live(struct live *l, unsigned int i)
{
	l->flags = i & 1 ? PIDMAP_WATCH_THREADS : 0;
	l->ring = PIDMAP_RING_MIN << i % 13;
	l->of = (int)(i / 2 % (CHURNERS + 1)) - 1;
	l->lazy = i % 3 == 0;
	l->handle = pidmap_open("device", 0);
	if (!l->handle)
		err(1, "pidmap_open");
	l->map = pidmap_live_new(l->handle, ns_of(l->of), l->flags, l->ring);
	if (!l->map)
		err(1, "live map %u", i);
	if (pidmap_live_keep(l->map, i % 5 * 1000, i % 5))
		err(1, "pidmap_live_keep");
}

static void end_live(struct live *l)
{
	pidmap_live_free(l->map);
	pidmap_close(l->handle);
}

/* Is this churner in the namespace of that one, or below it? */
static bool is_below(int i, int top)
{
	while (i >= 0 && i != top)
		i = below[i];
	return i == top;
}

static void ask(struct live *l)
{
	for (int i = 0; i < CHURNERS; i++) {
		struct churner *c = &sh->churner[i];
		int want = is_below(i, l->of) ? c->pid : 0;
		int got = pidmap_live_translate(l->map, 1, c->inum, 0);

		if (got != want)
			fail("live map of %d, flags %u, ring %u: %d is %d: %s",
			     l->of, l->flags, l->ring, want, got,
			     strerror(errno));
		asked++;
	}
}

static int note_known(const struct pidmap_task *task,
		      const struct pidmap_end *end, void *arg)
{
	const int *nr = pidmap_task_nr(task);
	struct entry *e = &((struct entry *)arg)[nr[0]];

	if (end->flags)
		return 0;
	if (e->there)
		fail("live map: two tasks have number %d", nr[0]);
	e->there = true;
	e->start = task->start_time;
	e->tgid = task->tgid;
	e->levels = task->levels;
	e->inum = task->inum;
	memcpy(e->nr, nr, task->levels * sizeof(*nr));
	return 0;
}

static struct entry known[NUMBERS];

static bool equals(struct live *l, bool last)
{
	struct watch w = { .of = l->of, .flags = l->flags };
	int i;

	memset(listed, 0, sizeof(listed));
	memset(known, 0, sizeof(known));
	list(&w, note);
	if (pidmap_live_each(l->map, note_known, known))
		err(1, "pidmap_live_each");
	for (i = 0; i < NUMBERS; i++) {
		struct entry *a = &listed[i], *b = &known[i];

		if (!memcmp(a, b, sizeof(*a))) {
			compared += a->there;
			continue;
		}
		if (last)
			fail("live map of %d, flags %u, ring %u: %d is %s, but %s",
			     l->of, l->flags, l->ring, i,
			     a->there ? "listed" : "not listed",
			     b->there ? "known" : "not known");
		return false;
	}
	return true;
}

static void compare(void)
{
	for (int i = 0; i < LIVES; i++)
		for (int tries = 0; !equals(&lives_of[i], tries == 20); tries++)
			;
	for (int i = 0; i < WATCHES; i++)
		for (int tries = 0; !equal(&watches[i], tries == 20); tries++)
			;
}

static void put(const char *file, const char *text)
{
	int fd = open(file, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		err(1, "%s", file);
	close(fd);
}

int main(int argc, char **argv)
{
	unsigned long long goal = argc > 1 ? strtoull(argv[1], NULL, 0) : 100000;
	unsigned int round, i, replaced = 0;

	put("/proc/sys/kernel/pid_max", "1024");
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	device = open("/dev/pidmap", O_RDONLY | O_CLOEXEC);
	if (sh == MAP_FAILED || device < 0)
		err(1, "/dev/pidmap");
	start_churners();
	for (i = 0; i < CHURNERS; i++)
		sh->churner[i].inum = pid_ns(sh->churner[i].pid);
	for (i = 0; i < WATCHES; i++)
		begin_watch(&watches[i], i);
	for (i = 0; i < LIVES; i++)
		begin_live(&lives_of[i], i);
	for (round = 0; events + lost < goal; round++) {
		unsigned long until = lives() + 400;

		while (lives() < until) {
			for (i = 0; i < WATCHES; i++)
				if (!watches[i].lazy)
					follow(&watches[i]);
			for (i = 0; i < LIVES; i++)
				if (!lives_of[i].lazy)
					ask(&lives_of[i]);
			/* one goes and one comes, in the middle of it */
			i = replaced++ % WATCHES;
			if (replaced % 16 == 0) {
				i = replaced / 16 % WATCHES;
				close(watches[i].fd);
				begin_watch(&watches[i], i + replaced % 7);
				i = replaced / 16 % LIVES;
				end_live(&lives_of[i]);
				begin_live(&lives_of[i], i + replaced % 7);
			}
		}
		rest(true);
		compare();
		rest(false);
	}
	sh->stop = true;
	for (i = 0; i < CHURNERS; i++)
		wait(NULL);
	printf("%llu events, %llu lost, %llu SYNCs, %u rounds, %llu tasks compared, %llu answers of live maps, %lu lives\n",
	       events, lost, syncs, round, compared, asked, lives());
	if (!lost || syncs < WATCHES)
		fail("nothing was lost: that was no test of losses");
	puts("1 passed, 0 failed, 0 skipped");
	return 0;
}
