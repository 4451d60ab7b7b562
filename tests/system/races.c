// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers about tasks that execute a program, begin a session, begin or end at
 * that moment, and by a file that is bound. One CPU makes the changes, the other
 * asks, and each answer must be one that was true. How many there were is printed.
 *
 * Usage: system-races [SECONDS], for each test (3)
 */
#include "test.h"

#include <sys/syscall.h>
#include <time.h>

#define STACK	65536
#define EXECS	300	/* programs, at least */

/* The number of the process that is to be asked about; others write it. */
struct target {
	volatile pid_t pid;
	volatile bool stop;
	volatile unsigned int changes;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec / 1e9;
}

static double seconds(void)
{
	return rig_argc > 1 ? atof(rig_argv[1]) : 3;
}

static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

static int ask_ids(struct pidmap_task_ids *ids, pid_t nr)
{
	*ids = (struct pidmap_task_ids){ .size = sizeof(*ids), .nr = nr };
	return ioctl(OWN, PIDMAP_TASK_IDS, ids) ? -errno : 0;
}

/* @start: 0, or what is expected; and what it is */
static int ask_start(int type, pid_t nr, __u64 *start)
{
	struct pidmap_translate t = {
		.size = sizeof(t), .type = type, .nr = nr,
		.flags = PIDMAP_START_TIME | (*start ? PIDMAP_EXPECT_START : 0),
		.start_time = *start,
	};

	if (ioctl(OWN, PIDMAP_TRANSLATE, &t))
		return -errno;
	*start = t.start_time;
	return t.result;
}

/* ------------------------------------------------------------------- exec */

/* This program again; it says so by a byte in the pipe that is its input. */
static int execute_again(void *unused)
{
	char *const argv[] = { (char *)"races", (char *)"exec", NULL };

	(void)unused;
	execv("/proc/self/exe", argv);
	_exit(1);
}

/* A thread executes the program, and takes over the number of the leader. */
static int exec_forever(void)
{
	static char stack[STACK] __attribute__((aligned(16)));

	if (write(STDIN_FILENO, "", 1) != 1)
		return 1;
	if (clone(execute_again, stack + STACK, CLONE_VM | CLONE_FS |
		  CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
		  NULL) < 0)
		return 1;
	for (;;)
		pause();
}

/*
 * A false answer takes an exec between two loads of one call, so most calls are
 * of the kind that makes many loads, and as many programs are executed as it
 * takes, however slow the machine is.
 */
static void while_a_thread_executes(void **state)
{
	const pid_t ours = getpid(), group = getpgrp();
	unsigned long long answers = 0;
	unsigned int execs = 0, gone = 0;
	struct pidmap_task_ids ids;
	__u64 start = 0;
	int ends[2];
	char bytes[4096];
	ssize_t n;
	double end;
	pid_t pid;

	(void)state;
	check_eq(pipe2(ends, O_NONBLOCK), 0);
	run_on(0);
	pid = fork();
	if (!pid) {
		run_on(1);
		dup2(ends[1], STDIN_FILENO);
		execute_again(NULL);
	}
	check_eq(ask_start(PIDMAP_TGID, pid, &start), pid);
	check(start);
	for (end = now() + seconds(); now() < end || execs < EXECS;) {
		int i;

		for (i = 0; i < 100; i++) {
			int err = ask_ids(&ids, pid);

			if (err == -ESRCH) {
				gone++;
				continue;
			}
			check_eq(err, 0);
			check_eq(ids.tid, pid);
			check_eq(ids.tgid, pid);
			check_eq(ids.pgid, group);
			check_eq(ids.ppid, ours);
			if (i % 4)
				continue;
			check_eq(ask_start(PIDMAP_TGID, pid, &start), pid);
			check_eq(ask_start(PIDMAP_TID, pid, &start), pid);
		}
		answers += i + i / 2;
		while ((n = read(ends[0], bytes, sizeof(bytes))) > 0)
			execs += n;
	}
	kill(pid, SIGKILL);
	check_eq(waitpid(pid, NULL, 0), pid);
	close(ends[0]);
	close(ends[1]);
	printf("# %llu answers, %u programs executed, %u times gone\n", answers,
	       execs, gone);
	check_eq(gone, 0);
}

/* --------------------------------------------------- setsid, fork and exit */

/* Processes that begin a session and end, one after the other. */
static pid_t leaders(struct target *t)
{
	pid_t maker = fork();

	if (maker) {
		while (!t->pid)
			usleep(1000);
		return maker;
	}
	run_on(1);
	while (!t->stop) {
		pid_t pid = fork();

		if (!pid) {
			setsid();
			_exit(0);
		}
		if (pid < 0)
			_exit(1);
		t->pid = pid;
		t->changes++;
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

static void stop(struct target *t, pid_t maker)
{
	int status;

	t->stop = true;
	check_eq(waitpid(maker, &status, 0), maker);
	check(WIFEXITED(status) && !WEXITSTATUS(status));
}

/* Either both are the old ones or both are new, and nobody is half there. */
static void check_ids(const struct pidmap_task_ids *ids, pid_t pid, pid_t maker)
{
	bool leads = ids->sid == pid;

	if (ids->tid == pid && ids->tgid == pid && ids->ppid == maker &&
	    ids->pgid == (leads ? pid : getpgrp()) &&
	    ids->sid == (leads ? pid : getsid(0)))
		return;
	rig_fail(__FILE__, __LINE__,
		 "%d: tid %d tgid %d pgid %d sid %d ppid %d; ours: pgid %d sid %d, its parent %d",
		 pid, ids->tid, ids->tgid, ids->pgid, ids->sid, ids->ppid,
		 getpgrp(), getsid(0), maker);
}

static void while_sessions_begin(void **state)
{
	unsigned long long answers = 0, led = 0;
	struct target *t = shared(sizeof(*t));
	struct pidmap_task_ids ids;
	pid_t maker;
	double end;

	(void)state;
	run_on(0);
	maker = leaders(t);
	for (end = now() + seconds(); now() < end;) {
		int i;

		for (i = 0; i < 100; i++) {
			/* the one that is about to come, now and then */
			pid_t pid = t->pid + (i % 4 == 0);
			int err = ask_ids(&ids, pid);

			if (err) {
				check_eq(err, -ESRCH);
				continue;
			}
			/* a kernel thread took the number */
			if (ids.ppid == 2)
				continue;
			check_ids(&ids, pid, maker);
			led += ids.sid == pid;
			answers++;
		}
	}
	stop(t, maker);
	printf("# %llu answers, %llu of leaders, %u sessions\n", answers, led,
	       t->changes);
	check(answers > 100 && t->changes > 10);
}

/* A number that is not used again never has another start time, nor none. */
static void start_times_while_forked_and_reaped(void **state)
{
	unsigned long long answers = 0, gone = 0;
	struct target *t = shared(sizeof(*t));
	pid_t maker, last = 0;
	__u64 start = 0;
	double end;

	(void)state;
	run_on(0);
	maker = leaders(t);
	for (end = now() + seconds(); now() < end;) {
		int i;

		for (i = 0; i < 100; i++) {
			pid_t pid = t->pid + (i % 4 == 0);
			int ret;

			if (pid != last)
				start = 0;
			last = pid;
			ret = ask_start(PIDMAP_TGID, pid, &start);
			if (ret < 0) {
				check_eq(ret, -ESRCH);
				start = 0;
				gone++;
				continue;
			}
			check_eq(ret, pid);
			if (!start)
				rig_fail(__FILE__, __LINE__,
					 "%d has no start time", pid);
			answers++;
		}
	}
	stop(t, maker);
	printf("# %llu answers, %llu gone, %u processes\n", answers, gone,
	       t->changes);
	check(answers > 100 && t->changes > 10);
}

/*
 * LIST has a process that lives once, and ends it at last: the flags never say
 * that the process ended while its task did not.
 */
static void listed_while_forked_and_reaped(void **state)
{
	static __u64 buffer[8192];
	unsigned long long records = 0, ended = 0;
	struct target *t = shared(sizeof(*t));
	pid_t maker;
	double end;

	(void)state;
	run_on(0);
	maker = leaders(t);
	for (end = now() + seconds(); now() < end;) {
		struct pidmap_list l = {
			.size = sizeof(l), .buffer = (uintptr_t)buffer,
			.buffer_size = sizeof(buffer), .cursor = maker,
		};
		const struct pidmap_task *r = (const void *)buffer;
		unsigned int i, seen = 0;

		check_eq(ioctl(OWN, PIDMAP_LIST, &l) ? -errno : 0, 0);
		for (i = 0; i < l.count; i++) {
			if (*pidmap_task_nr(r) == maker)
				seen++;
			if (r->flags & PIDMAP_TASK_ENDED) {
				check(r->flags & PIDMAP_TASK_EXITED);
				ended++;
			}
			check(r->start_time);
			r = (const void *)((const char *)r + r->size);
		}
		check_eq(seen, 1);
		records += l.count;
	}
	stop(t, maker);
	printf("# %llu records, %llu ended, %u processes\n", records, ended,
	       t->changes);
	check(t->changes > 10);
}

/* ------------------------------------------------------------------- BIND */

#define NEXT	200	/* the file that is bound next */

/* For the pair, or that there is none yet */
static bool right(int answer)
{
	return answer == 1 || answer == -ENODATA;
}

/* Shares our files and asks about a process that is 1 in its own namespace. */
static int ask_next(void *target)
{
	const struct pidmap_nsref bound = { .kind = PIDMAP_NS_BOUND };
	struct target *t = target;

	run_on(1);
	while (!t->stop) {
		struct pidmap_translate tr = {
			.size = sizeof(tr), .type = PIDMAP_TID, .nr = t->pid,
			.from = bound, .to = bound,
		};
		int by_value = ioctl(NEXT, PIDMAP_BOUND_TID, t->pid);
		int by_struct;

		if (by_value < 0)
			by_value = -errno;
		by_struct = ioctl(NEXT, PIDMAP_TRANSLATE, &tr) ? -errno :
							       tr.result;
		if (!right(by_value) || !right(by_struct))
			_exit(1);
		t->changes += by_struct == 1;
	}
	_exit(0);
}

/*
 * KCSAN picks one access in so many, and the module's stores are late only if it
 * picks the same one twice.  So have it pick often: @value of @parameter.  What
 * that was is left in @value.
 *
 * Return: false if this kernel has no KCSAN.
 */
static bool kcsan(const char *parameter, long *value)
{
	char path[64];
	long was;
	FILE *f;

	snprintf(path, sizeof(path), "/sys/module/kcsan/parameters/%s",
		 parameter);
	f = fopen(path, "r+");
	if (!f)
		return false;
	check_eq(fscanf(f, "%ld", &was), 1);
	rewind(f);
	check(fprintf(f, "%ld\n", *value) > 0);
	check_eq(fclose(f), 0);
	*value = was;
	return true;
}

/* A caller that finds the file bound finds the whole pair. */
static void while_bound(void **state)
{
	long skip = 8, microseconds = 20;
	static char stack[STACK] __attribute__((aligned(16)));
	struct target *t = shared(sizeof(*t));
	struct proc *p = spawn(self, CLONE_NEWPID);
	struct pidmap_bind b = { .size = sizeof(b), .to = FD(p->ns) };
	unsigned int files = 0;
	pid_t asker;
	double end;

	(void)state;
	t->pid = p->pid;
	run_on(0);
	check_eq(dup2(OWN, NEXT), NEXT);
	asker = clone(ask_next, stack + STACK, CLONE_FILES | SIGCHLD, t);
	check(asker > 0);
	end = now() + seconds();
	if (kcsan("skip_watch", &skip) && kcsan("udelay_task", &microseconds))
		end += 9 * seconds();
	while (now() < end || t->changes < 100) {
		int file = open(DEVICE, O_RDONLY);

		check_eq(dup2(file, NEXT), NEXT);
		close(file);
		check_eq(ioctl(NEXT, PIDMAP_BIND, &b), 0);
		files++;
		check_eq(waitpid(asker, NULL, WNOHANG), 0);
	}
	kcsan("skip_watch", &skip);
	kcsan("udelay_task", &microseconds);
	stop(t, asker);
	close(NEXT);
	printf("# %u answers, %u files bound\n", t->changes, files);
}

static const struct CMUnitTest tests[] = {
	TEST(while_a_thread_executes),
	TEST(while_sessions_begin),
	TEST(start_times_while_forked_and_reaped),
	TEST(listed_while_forked_and_reaped),
	TEST(while_bound),
};

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "exec"))
		return exec_forever();
	rig_main(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
