// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * pidmap_live_*() in a guest: what a live map answers while tasks and
 * namespaces begin, execute and end.  As root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pidmap.h>

#include "../fork.h"

#define RING		(1 << 20)

static int passed, failed;

static void ok(int good, const char *format, ...)
{
	va_list args;

	printf("%s %d - ", good ? "ok" : "not ok", passed + failed + 1);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	if (good)
		passed++;
	else
		failed++;
}

struct map {
	struct pidmap *h;
	struct pidmap_live *l;
};

static struct map make(struct pidmap_nsref ns, unsigned int flags,
		       uint32_t ring)
{
	struct map map = { .h = pidmap_open("device", 0) };

	map.l = map.h ? pidmap_live_new(map.h, ns, flags, ring) : NULL;
	if (!map.l) {
		printf("# pidmap_live_new of %u %llu: %s\n", ns.kind,
		       (unsigned long long)ns.value, strerror(errno));
		fflush(stdout);
		exit(1);
	}
	return map;
}

static void unmake(struct map map)
{
	pidmap_live_free(map.l);
	pidmap_close(map.h);
}

static uint32_t pid_ns(pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	return stat(path, &st) ? 0 : st.st_ino;
}

/* A process that waits to be killed. */
static pid_t sleeper(unsigned long flags)
{
	pid_t pid = fork_flags(flags);

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void exits(unsigned long flags, int code)
{
	pid_t pid = fork_flags(flags);

	if (!pid)
		_exit(code);
	waitpid(pid, NULL, 0);
}

/* A namespace in a namespace, each with an init that waits. */
static struct nest {
	pid_t outer, inner;		/* as we see them */
	uint32_t outer_ns, inner_ns;
} nest;

static void build_nest(void)
{
	char path[64], text[32] = "";
	int fd, got = 0;

	nest.outer = fork_flags(CLONE_NEWPID);
	if (!nest.outer) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		sleeper(CLONE_NEWPID);
		for (;;)
			pause();
	}
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", nest.outer,
		 nest.outer);
	while (got <= 0) {
		fd = open(path, O_RDONLY);
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	nest.inner = atoi(text);
	nest.outer_ns = pid_ns(nest.outer);
	nest.inner_ns = pid_ns(nest.inner);
}

static void what_fails(void)
{
	struct pidmap *none = pidmap_open("procfs", 0), *h;
	char room[PIDMAP_TASK_MAX];
	struct pidmap_task *task = (void *)room;
	struct pidmap_pid pid;
	struct map map;
	int status;
	pid_t child;

	ok(none && !pidmap_live_new(none, pidmap_ns_view(), 0, RING) &&
	   errno == EOPNOTSUPP, "without the module");
	pidmap_close(none);

	h = pidmap_open("device", 0);
	ok(!pidmap_live_new(h, pidmap_ns_view(), 0, 4095) && errno == EINVAL,
	   "a ring of 4095 bytes");
	ok(!pidmap_live_new(h, pidmap_ns_view(), 4, RING) && errno == EINVAL,
	   "an unknown flag");
	ok(!pidmap_live_new(h, pidmap_ns_inum(1), 0, RING) && errno == ENOENT,
	   "no such namespace");
	ok(!pidmap_watch(h, pidmap_ns_view(), 0, RING) &&
	   !pidmap_live_new(h, pidmap_ns_view(), 0, RING) && errno == EBUSY,
	   "a stream already");
	pidmap_close(h);
	pidmap_live_free(NULL);

	map = make(pidmap_ns_view(), 0, RING);
	ok(!pidmap_live_translate(map.l, 1, 1, 0) && errno == ENOENT,
	   "from no namespace");
	ok(!pidmap_live_translate(map.l, 1, 0, 1) && errno == ENOENT,
	   "to no namespace");
	ok(!pidmap_live_translate(map.l, -1, 0, 0) && errno == ESRCH,
	   "number -1");
	ok(!pidmap_live_translate(map.l, INT_MIN, 0, 0) && errno == ESRCH,
	   "number INT_MIN");
	ok(!pidmap_live_translate(map.l, 0, 0, 0) && errno == ESRCH,
	   "number 0");
	ok(pidmap_live_pids(map.l, getpid(), 0, &pid, 0) == -1 &&
	   errno == EINVAL, "no room for numbers");
	ok(pidmap_live_task(map.l, getpid(), 0, task, sizeof(*task), NULL) ==
	   -1 && errno == EINVAL, "no room for a record");
	ok(pidmap_live_task(map.l, getpid(), 0, task, sizeof(room), NULL) ==
	   1 && pidmap_task_nr(task)[0] == getpid(), "room for a record");

	child = fork();
	if (!child)
		_exit(!(pidmap_live_translate(map.l, 1, 0, 0) == -1 &&
			errno == EOPNOTSUPP &&
			pidmap_live_update(map.l) == -1 &&
			errno == EOPNOTSUPP));
	waitpid(child, &status, 0);
	ok(!status, "in a child process: %x", status);
	ok(pidmap_live_translate(map.l, 1, 0, 0) == 1, "and in its parent");
	unmake(map);
}

/* Everything that the kernel answers, the map must answer so, too. */
static bool as_the_kernel_says(struct map map, pid_t nr, uint32_t from)
{
	struct pidmap_pid want[PIDMAP_MAX_PIDS], got[PIDMAP_MAX_PIDS];
	int n, m, i;

	memset(want, 0, sizeof(want));
	memset(got, 0, sizeof(got));
	n = pidmap_pids(map.h, PIDMAP_TGID, nr, from ? pidmap_ns_inum(from) :
			pidmap_ns_view(), want, PIDMAP_MAX_PIDS, NULL);
	m = pidmap_live_pids(map.l, nr, from, got, PIDMAP_MAX_PIDS);
	if (n != m || memcmp(want, got, sizeof(got))) {
		printf("# pids of %d in %u: %d and %d\n", nr, from, n, m);
		for (i = 0; i < n || i < m; i++)
			printf("#  %u %d %llu and %u %d %llu\n", want[i].inum,
			       want[i].nr, (unsigned long long)want[i].id,
			       got[i].inum, got[i].nr,
			       (unsigned long long)got[i].id);
		return false;
	}
	for (i = 0; i < n; i++)
		if (pidmap_live_translate(map.l, nr, from, want[i].inum) !=
		    want[i].nr)
			return false;
	return true;
}

static void answers(void)
{
	struct map before = make(pidmap_ns_view(), 0, RING), after, below;

	build_nest();
	after = make(pidmap_ns_view(), 0, RING);
	below = make(pidmap_ns_inum(nest.outer_ns), 0, RING);
	ok(as_the_kernel_says(before, nest.outer, 0) &&
	   as_the_kernel_says(before, nest.inner, 0) &&
	   as_the_kernel_says(before, 1, nest.inner_ns) &&
	   as_the_kernel_says(before, 2, nest.outer_ns),
	   "namespaces that began later");
	ok(as_the_kernel_says(after, nest.outer, 0) &&
	   as_the_kernel_says(after, nest.inner, 0) &&
	   as_the_kernel_says(after, 1, nest.inner_ns) &&
	   as_the_kernel_says(after, 2, nest.outer_ns),
	   "namespaces that were there");
	ok(as_the_kernel_says(below, nest.outer, 0) &&
	   as_the_kernel_says(below, 2, nest.outer_ns) &&
	   as_the_kernel_says(below, 1, nest.inner_ns),
	   "a map of a namespace below");
	ok(!pidmap_live_translate(below.l, getpid(), 0, 0) && errno == ESRCH,
	   "who lives outside is not in it");
	ok(!pidmap_live_translate(after.l, getpid(), 0, nest.outer_ns) &&
	   errno == EREMOTE, "no number there");
	unmake(before);
	unmake(after);
	unmake(below);
}

static void the_end_of_a_namespace(void)
{
	struct map map = make(pidmap_ns_view(), 0, RING);
	struct map inside = make(pidmap_ns_inum(nest.outer_ns), 0, RING);
	pid_t nr = nest.inner;
	int i;

	pidmap_live_keep(map.l, 100, UINT_MAX);
	reap(nest.outer);
	ok(pidmap_live_translate(map.l, nr, 0, nest.inner_ns) == 1 &&
	   pidmap_live_translate(map.l, nr, 0, nest.outer_ns) == 2,
	   "what has ended is remembered, with its namespaces");
	pidmap_live_keep(map.l, 0, UINT_MAX);
	ok(!pidmap_live_translate(map.l, nr, 0, 0) && errno == ESRCH,
	   "until it is to be forgotten");
	ok(!pidmap_live_translate(map.l, 1, nest.inner_ns, 0) &&
	   errno == ENOENT &&
	   !pidmap_live_translate(map.l, 1, nest.outer_ns, 0) &&
	   errno == ENOENT, "and then the namespaces, too");
	ok(!pidmap_live_update(inside.l) &&
	   !pidmap_live_translate(inside.l, nr, 0, 0) && errno == ESRCH,
	   "the watched namespace has ended");
	/* Inode numbers are used again. */
	for (i = 0; i < 300; i++) {
		pid_t pid = sleeper(CLONE_NEWPID);

		if (!as_the_kernel_says(map, pid, 0) ||
		    !as_the_kernel_says(map, 1, pid_ns(pid)))
			break;
		reap(pid);
	}
	ok(i == 300, "%d of 300 namespaces, one after the other", i);
	unmake(map);
	unmake(inside);
}

static int count(const struct pidmap_task *task, const struct pidmap_end *end,
		 void *arg)
{
	(void)task;
	((int *)arg)[!!end->flags]++;
	return 0;
}

static void what_has_ended(void)
{
	struct map map = make(pidmap_ns_view(), 0, RING);
	struct timespec now;
	char room[PIDMAP_TASK_MAX];
	struct pidmap_task *task = (void *)room;
	struct pidmap_end end;
	uint64_t begin, cgroup;
	int n[2] = { 0, 0 }, i;
	pid_t pid, other;

	pid = sleeper(CLONE_NEWPID);
	ok(pidmap_live_task(map.l, pid, 0, task, sizeof(room), &end) == 1 &&
	   !end.flags && pidmap_task_nr(task)[1] == 1, "it lives");
	begin = task->start_time;
	cgroup = task->cgroup;
	clock_gettime(CLOCK_BOOTTIME, &now);
	pidmap_live_keep(map.l, 3, UINT_MAX);
	kill(pid, SIGTERM);	/* an init ignores it */
	reap(pid);
	ok(pidmap_live_task(map.l, pid, 0, task, sizeof(room), &end) == 1 &&
	   end.flags == (PIDMAP_END_ENDED | PIDMAP_END_SEEN) &&
	   WTERMSIG(end.code) == SIGKILL && task->start_time == begin &&
	   task->cgroup == cgroup &&
	   end.time >= now.tv_sec * 1000000000ULL + now.tv_nsec,
	   "it was killed");
	other = fork();
	if (!other)
		_exit(7);
	waitpid(other, NULL, 0);
	ok(pidmap_live_task(map.l, other, 0, task, sizeof(room), &end) == 1 &&
	   WEXITSTATUS(end.code) == 7, "it exited");
	exits(0, 0);
	ok(pidmap_live_task(map.l, pid, 0, task, sizeof(room), &end) == 1,
	   "three are remembered");
	exits(0, 0);
	ok(!pidmap_live_task(map.l, pid, 0, task, sizeof(room), &end) &&
	   errno == ESRCH, "the fourth makes the first forgotten");
	pidmap_live_each(map.l, count, n);
	ok(n[0] > 0 && n[1] == 3, "%d live, %d ended", n[0], n[1]);

	pidmap_live_keep(map.l, SIZE_MAX, 1);
	other = fork();
	if (!other)
		_exit(0);
	waitpid(other, NULL, 0);
	for (i = 0; i < 1000; i++) {
		if (pidmap_live_translate(map.l, other, 0, 0) != other)
			break;
		usleep(10000);
	}
	ok(i > 0 && i < 1000, "forgotten after a second");
	unmake(map);
}

/* Only exit and write are left to it. */
static void forbid_system_calls(void)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
	};
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program))
		_exit(2);
}

static void without_a_call(void)
{
	pid_t pid = fork();
	int status, i;

	if (!pid) {
		pid_t other = sleeper(CLONE_NEWPID);
		uint32_t inum = pid_ns(other);
		struct map map = make(pidmap_ns_inum(inum), 0, RING);
		struct pidmap_pid pids[PIDMAP_MAX_PIDS];
		int good = 0;

		pidmap_live_update(map.l);
		forbid_system_calls();
		for (i = 0; i < 1000; i++)
			good += pidmap_live_translate(map.l, other, 0, inum) ==
				1 &&
				pidmap_live_translate(map.l, 1, inum, 0) ==
				other &&
				!pidmap_live_translate(map.l, 2, inum, 0) &&
				pidmap_live_pids(map.l, 1, inum, pids,
						 PIDMAP_MAX_PIDS) == 2;
		_exit(good != 1000);
	}
	waitpid(pid, &status, 0);
	ok(!status, "no system call where nothing is new: %x", status);
}

/* ------------------------------------------------------------------- threads */

static void *idle(void *arg)
{
	*(pid_t *)arg = syscall(SYS_gettid);
	pthread_barrier_wait((pthread_barrier_t *)((char *)arg + 64));
	for (;;)
		pause();
	return NULL;
}

static void *executes(void *arg)
{
	(void)arg;
	execl("/proc/self/exe", "lib-live", "--wait", NULL);
	_exit(1);
}

struct crowd {
	pid_t tgid;
	int tasks;
};

static int count_of(const struct pidmap_task *task,
		    const struct pidmap_end *end, void *arg)
{
	struct crowd *crowd = arg;

	crowd->tasks += task->tgid == crowd->tgid && !end->flags;
	return 0;
}

static int tasks_of(struct map map, pid_t tgid)
{
	struct crowd crowd = { .tgid = tgid };

	pidmap_live_each(map.l, count_of, &crowd);
	return crowd.tasks;
}

/* A process of three threads, of which the last one executes a program. */
static void a_thread_executes(void)
{
	struct {
		pid_t tid[16];
		pthread_barrier_t barrier;
		int go;
	} *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct map map = make(pidmap_ns_view(), PIDMAP_WATCH_THREADS, RING);
	pthread_t thread;
	char link[64], target[64];
	pid_t pid = fork(), tid;
	int tries;

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_barrier_init(&sh->barrier, NULL, 2);
		pthread_create(&thread, NULL, idle, sh);
		pthread_barrier_wait(&sh->barrier);
		__atomic_store_n(&sh->go, 1, __ATOMIC_SEQ_CST);
		while (__atomic_load_n(&sh->go, __ATOMIC_SEQ_CST) != 2)
			usleep(1000);
		pthread_create(&thread, NULL, executes, NULL);
		for (;;)
			pause();
	}
	while (!__atomic_load_n(&sh->go, __ATOMIC_SEQ_CST))
		usleep(1000);
	tid = sh->tid[0];
	ok(tid != pid && pidmap_live_translate(map.l, tid, 0, 0) == tid &&
	   tasks_of(map, pid) == 2, "a thread");
	__atomic_store_n(&sh->go, 2, __ATOMIC_SEQ_CST);
	/* It has one argument then. */
	snprintf(link, sizeof(link), "/proc/%d/cmdline", pid);
	for (;;) {
		int fd = open(link, O_RDONLY);
		ssize_t got = read(fd, target, sizeof(target));

		close(fd);
		if (got > 9 && !memcmp(target + 9, "--wait", 6))
			break;
		usleep(1000);
	}
	/* The event comes a little later than the arguments. */
	for (tries = 0; tries < 1000 && tasks_of(map, pid) != 1; tries++)
		usleep(10000);
	ok(tries < 1000, "one task is left");
	ok(pidmap_live_translate(map.l, pid, 0, 0) == pid, "the process lives");
	ok(!pidmap_live_translate(map.l, tid, 0, 0) && errno == ESRCH,
	   "its thread does not");
	reap(pid);
	unmake(map);
}

static void a_leader_exits_first(void)
{
	struct map map = make(pidmap_ns_view(), PIDMAP_WATCH_THREADS, RING);
	struct {
		pid_t tid[16];
		pthread_barrier_t barrier;
	} *sh = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct pidmap_end end;
	char room[PIDMAP_TASK_MAX];
	char path[64], text[256];
	pthread_t thread;
	pid_t pid = fork();

	if (!pid) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pthread_barrier_init(&sh->barrier, NULL, 2);
		pthread_create(&thread, NULL, idle, sh);
		pthread_barrier_wait(&sh->barrier);
		syscall(SYS_exit, 3);
	}
	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	for (;;) {
		int fd = open(path, O_RDONLY);
		ssize_t got = read(fd, text, sizeof(text) - 1);

		close(fd);
		text[got > 0 ? got : 0] = 0;
		if (strstr(text, ") Z"))
			break;
		usleep(1000);
	}
	ok(pidmap_live_task(map.l, pid, 0, (void *)room, sizeof(room), &end) ==
	   1 && !end.flags, "a process lives after its leader");
	reap(pid);
	ok(!pidmap_live_translate(map.l, pid, 0, 0) && errno == ESRCH &&
	   !pidmap_live_translate(map.l, sh->tid[0], 0, 0) && errno == ESRCH,
	   "and ends with its last thread");
	unmake(map);
}

/* ------------------------------------------------------------ held processes */

#define HELD		12
#define READERS		3

static struct held {
	pid_t nr;
	uint32_t inum;
} held[HELD];

static struct map shared;
static int stop;
static long asked[READERS], wrong[READERS];

static void *asks(void *arg)
{
	long i, me = (long)arg;

	while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
		for (i = 0; i < HELD; i++) {
			const struct held *p = &held[i];

			wrong[me] += pidmap_live_translate(shared.l, p->nr, 0,
							   p->inum) != 1;
			wrong[me] += pidmap_live_translate(shared.l, 1, p->inum,
							   0) != p->nr;
		}
		asked[me] += 2 * HELD;
		wrong[me] += pidmap_live_translate(shared.l, 0, 0, 0) != 0;
	}
	return NULL;
}

/* Is a process known as soon as its parent knows of it? */
static void held_ones(uint32_t ring)
{
	pthread_t thread[READERS];
	long i, sum = 0, bad = 0, missed = 0;

	stop = 0;
	memset(asked, 0, sizeof(asked));
	memset(wrong, 0, sizeof(wrong));
	for (i = 0; i < HELD; i++) {
		held[i].nr = sleeper(CLONE_NEWPID);
		held[i].inum = pid_ns(held[i].nr);
	}
	shared = make(pidmap_ns_view(), 0, ring);
	for (i = 0; i < READERS; i++)
		pthread_create(&thread[i], NULL, asks, (void *)i);
	for (i = 0; i < 300; i++) {
		pid_t pid = sleeper(i % 30 ? 0 : CLONE_NEWPID);

		missed += pidmap_live_translate(shared.l, pid, 0, 0) != pid;
		reap(pid);
		missed += pidmap_live_translate(shared.l, pid, 0, 0) != 0;
	}
	__atomic_store_n(&stop, 1, __ATOMIC_RELAXED);
	for (i = 0; i < READERS; i++) {
		pthread_join(thread[i], NULL);
		sum += asked[i];
		bad += wrong[i];
	}
	ok(sum > 0 && !bad, "ring of %u: %ld of %ld answers were wrong", ring,
	   bad, sum);
	ok(!missed, "%ld of 600 answers were late", missed);
	for (i = 0; i < HELD; i++)
		reap(held[i].nr);
	unmake(shared);
}

static bool same(const struct pidmap_task *a, const struct pidmap_task *b)
{
	return a->levels == b->levels && a->inum == b->inum &&
	       a->tgid == b->tgid && a->start_time == b->start_time &&
	       a->pid_id == b->pid_id &&
	       !memcmp(pidmap_task_nr(a), pidmap_task_nr(b),
		       a->levels * sizeof(pid_t));
}

struct comparison {
	struct map map;
	unsigned int flags;
	int same, other;
};

static int compare(const struct pidmap_task *task, void *arg)
{
	struct comparison *c = arg;
	char room[PIDMAP_TASK_MAX];
	struct pidmap_task *known = (void *)room;

	if (task->flags & c->flags)
		return 0;
	if (pidmap_live_task(c->map.l, pidmap_task_nr(task)[0], 0, known,
			     sizeof(room), NULL) == 1 && same(task, known))
		c->same++;
	else
		c->other++;
	return 0;
}

/* Kernel threads may come and go between the list and the look. */
static void equals_the_list(struct map map, unsigned int flags,
			    const char *name)
{
	struct comparison c;
	int n[2], tries = 0;

	do {
		c = (struct comparison){
			.map = map,
			.flags = flags ? PIDMAP_TASK_EXITED :
					 PIDMAP_TASK_ENDED,
		};
		memset(n, 0, sizeof(n));
		pidmap_list(map.h, pidmap_ns_view(), flags, compare, &c);
		pidmap_live_each(map.l, count, n);
	} while ((c.other || n[0] != c.same) && ++tries < 20);
	ok(!c.other && n[0] == c.same, "%s: %d as listed, %d not, %d known",
	   name, c.same, c.other, n[0]);
}

static void after_losses(unsigned int flags)
{
	struct map map = make(pidmap_ns_view(), flags, PIDMAP_RING_MIN);
	pid_t pid[20];
	uint64_t lost;
	int i;

	equals_the_list(map, flags, "at the start");
	for (i = 0; i < 20; i++)
		pid[i] = sleeper(i % 3 ? 0 : CLONE_NEWPID);
	pidmap_live_update(map.l);
	for (i = 0; i < 10; i++)
		reap(pid[i]);
	for (i = 0; i < 200; i++)
		exits(i % 20 ? 0 : CLONE_NEWPID, 0);
	for (i = 0; i < 10; i++)
		pid[i] = sleeper(i % 3 ? 0 : CLONE_NEWPID);
	equals_the_list(map, flags, "after losses");
	ok(!pidmap_live_lost(map.l, &lost) && lost > 100, "many were lost");
	for (i = 0; i < 20; i++)
		reap(pid[i]);
	equals_the_list(map, flags, "after their end");
	unmake(map);
}

/* From inside a namespace, which is then the view. */
static void run(void)
{
	answers();
	the_end_of_a_namespace();
	what_has_ended();
	without_a_call();
	a_thread_executes();
	a_leader_exits_first();
	after_losses(0);
	after_losses(PIDMAP_WATCH_THREADS);
	held_ones(PIDMAP_RING_MIN);
	held_ones(RING);
}

int main(int argc, char **argv)
{
	int *counts = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	if (argc > 1 && !strcmp(argv[1], "--wait"))
		for (;;)
			pause();
	what_fails();
	run();
	/* with a /proc of its own */
	pid = fork_flags(CLONE_NEWPID | CLONE_NEWNS);
	if (!pid) {
		if (mount("proc", "/proc", "proc", 0, NULL))
			_exit(errno);
		run();
		counts[0] = passed;
		counts[1] = failed;
		_exit(0);
	}
	waitpid(pid, &status, 0);
	passed = counts[0];
	failed = counts[1];
	ok(!status, "all of it in a namespace: %x", status);
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed > 0;
}
