// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a caller can make the kernel hold, and for how long it can keep it busy:
 *
 *   limits memory         10,000 open files, bound to namespaces that died
 *   limits kill           a fatal signal in the midst of an array or a list
 *   limits sections TASKS how long RCU sections are, and the time without a
 *                         chance to reschedule, by ftrace
 *   limits latency TASKS  who has to run while so many are listed, on one CPU
 *                         whose clock counts instructions
 */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <linux/futex.h>
#include <linux/membarrier.h>
#include <linux/pidmap.h>

#include "../fork.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof(*(a)))

#define FILES		10000
#define SPACES		100

#define must(what) \
	do { \
		if (!(what)) { \
			printf("# %s:%d: not so: %s (%s)\n", __FILE__, \
			       __LINE__, #what, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

static int open_device(void)
{
	int fd = open("/dev/pidmap", O_RDWR | O_CLOEXEC);

	must(fd >= 0);
	return fd;
}

static struct pidmap_nsref ns_fd(int fd)
{
	return (struct pidmap_nsref){ .kind = PIDMAP_NS_FD, .value = fd };
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	must(fd >= 0 && write(fd, text, strlen(text)) > 0);
	close(fd);
}

/* ------------------------------------------------------------------ memory */

static long number_in(const char *path, const char *after)
{
	FILE *f = fopen(path, "re");
	char line[256];
	long n = -1;

	must(f);
	while (n < 0 && fgets(line, sizeof(line), f))
		if (!strncmp(line, after, strlen(after)))
			n = atol(line + strlen(after));
	fclose(f);
	return n;
}

static long references(void)
{
	return number_in("/sys/module/pidmap/refcnt", "");
}

/* In KiB; what caches keep for later is given back first. */
static long slab(void)
{
	glob_t all;
	size_t i;

	for (i = 0; i < 20; i++)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	write_text("/proc/sys/vm/drop_caches", "3");
	must(!glob("/sys/kernel/slab/*/shrink", 0, NULL, &all));
	for (i = 0; i < all.gl_pathc; i++)
		write_text(all.gl_pathv[i], "1");
	globfree(&all);
	return number_in("/proc/meminfo", "Slab:");
}

static pid_t new_space(void)
{
	pid_t pid = fork_flags(CLONE_NEWPID);

	if (!pid)
		for (;;)
			pause();
	return pid;
}

/* How many PID namespaces there are, by the limit at which one more is refused */
static int spaces(void)
{
	char text[16];
	pid_t pid = -1;
	int n;

	for (n = 0; pid < 0 && n < 1000; n++) {
		snprintf(text, sizeof(text), "%d", n);
		write_text("/proc/sys/user/max_pid_namespaces", text);
		pid = new_space();
	}
	write_text("/proc/sys/user/max_pid_namespaces", "1000");
	must(pid > 0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return n - 2;
}

static void bind_to(int dev, int space)
{
	struct pidmap_bind b = {
		.size = sizeof(b), .from = ns_fd(space), .to = ns_fd(space),
	};

	must(!ioctl(dev, PIDMAP_BIND, &b));
}

static void memory(void)
{
	struct rlimit files = { 2 * FILES, 2 * FILES };
	static int fds[FILES];
	long before, during, after, refs = references();
	int i;

	must(!setrlimit(RLIMIT_NOFILE, &files));
	for (i = 0; i < FILES; i++)	/* the table of descriptors grows once */
		fds[i] = open("/dev/null", O_RDONLY);
	for (i = 0; i < FILES; i++)
		close(fds[i]);
	must(spaces() == 0);
	before = slab();
	for (i = 0; i < FILES; i++)
		fds[i] = open_device();
	must(references() == refs + FILES);
	during = slab();
	printf("# an open file takes %ld bytes, with what the kernel has for any\n",
	       (during - before) * 1024 / FILES);
	must((during - before) * 1024 / FILES <= 4096);

	for (i = 0; i < SPACES; i++) {
		pid_t pid = new_space();
		char path[64];
		int k, space;

		must(pid > 0);
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
		space = open(path, O_RDONLY | O_CLOEXEC);
		must(space >= 0);
		for (k = i; k < FILES; k += SPACES)
			bind_to(fds[k], space);
		close(space);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	for (i = 0; i < 20; i++)
		syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	must(spaces() == SPACES);
	printf("# bound to %d dead namespaces: %ld bytes a file\n", SPACES,
	       (slab() - before) * 1024 / FILES);
	must((slab() - before) * 1024 / FILES <= 4096);

	for (i = 0; i < FILES; i++)
		close(fds[i]);
	after = slab();
	printf("# slab: %ld KiB before, %ld with all open, %ld after\n", before,
	       during, after);
	must(references() == refs);
	must(spaces() == 0);
	/* other processes of the machine hold some, too */
	must(after - before < (during - before) / 10);
}

/* ------------------------------------------------------------------- crowd */

static int arrived;

static int idle(void *unused)
{
	(void)unused;
	__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
	syscall(SYS_futex, &arrived, FUTEX_WAKE_PRIVATE, 1);
	for (;;)
		pause();
	return 0;
}

/* Threads that share a few stacks: who has arrived returns from no call. */
static void crowd(int n)
{
	static char stack[1 << 16] __attribute__((aligned(16)));
	char text[16];
	int i;

	snprintf(text, sizeof(text), "%d", 4 * n + 40000);
	write_text("/proc/sys/kernel/pid_max", text);
	write_text("/proc/sys/kernel/threads-max", text);
	write_text("/proc/sys/vm/max_map_count", "1000000");
	for (i = 0; i < n; i++) {
		pid_t pid = clone(idle, stack + sizeof(stack) - i % 64 * 512,
				  CLONE_VM | CLONE_FS | CLONE_FILES |
				  CLONE_SIGHAND | CLONE_THREAD, NULL);

		must(pid > 0);
		while (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) <= i)
			syscall(SYS_futex, &arrived, FUTEX_WAIT_PRIVATE, i,
				NULL);
	}
}

/* -------------------------------------------------------------------- kill */

#define NUMBERS		(32UL << 20)
#define TASKS		10000

static void endless_array(int dev, int *results)
{
	struct pidmap_translate_many m = {
		.size = sizeof(m), .count = NUMBERS,
		.results = (uintptr_t)results,
	};
	/* all 0, which nobody has: each answer is an error */
	void *numbers = mmap(NULL, 4 * NUMBERS, PROT_READ,
			     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	must(numbers != MAP_FAILED);
	m.numbers = (uintptr_t)numbers;
	ioctl(dev, PIDMAP_TRANSLATE_MANY, &m);
}

static void long_list(int dev, int *records)
{
	struct pidmap_list l = {
		.size = sizeof(l), .buffer = (uintptr_t)records,
		.buffer_size = 4 * NUMBERS, .flags = PIDMAP_LIST_THREADS,
	};

	ioctl(dev, PIDMAP_LIST, &l);
}

/* Who lists is in the initial namespace: a record has one number. */
#define RECORD_WORDS	(sizeof(struct pidmap_task) / sizeof(int) + 2)

static const struct victim {
	const char *name;
	void (*work)(int dev, int *room);
	size_t words;		/* an entry has in the room, the first not 0 */
	unsigned long entries;
	unsigned long chunk;	/* done inside one RCU section */
} victims[] = {
	{ "TRANSLATE_MANY", endless_array, 1, NUMBERS, 448 },
	{ "LIST", long_list, RECORD_WORDS, TASKS, 28 },
};

static unsigned long progress(const struct victim *v, const volatile int *room)
{
	unsigned long low = 0, high = v->entries;

	while (low < high) {
		unsigned long middle = (low + high) / 2;

		if (room[middle * v->words])
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/*
 * When kill() returns, the signal is there: what is at hand is done, and may be
 * the next chunk if that was begun just then. Return: did it come in time?
 */
static bool kill_one(const struct victim *v, unsigned long at, int *room)
{
	int dev = open_device(), status;
	unsigned long then, end;
	pid_t pid = fork();

	must(pid >= 0);
	if (!pid) {
		v->work(dev, room);
		_exit(0);
	}
	while (!((volatile int *)room)[at * v->words])
		;
	kill(pid, SIGKILL);
	then = progress(v, room);
	must(waitpid(pid, &status, 0) == pid);
	end = progress(v, room);
	close(dev);
	must(!madvise(room, 4 * NUMBERS, MADV_REMOVE));
	if (WIFEXITED(status))
		return false;
	printf("# %s killed at %lu of %lu entries, ended at %lu\n", v->name,
	       then, v->entries, end);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	must(end < v->entries && end - then <= 2 * v->chunk);
	return true;
}

static void killed(void)
{
	int *room = mmap(NULL, 4 * NUMBERS, PROT_READ | PROT_WRITE,
			 MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	const struct victim *v;
	int tries, kills;

	must(room != MAP_FAILED);
	crowd(TASKS);
	for (v = victims; v < victims + ARRAY_SIZE(victims); v++) {
		for (tries = kills = 0; tries < 1000 && kills < 10; tries++)
			kills += kill_one(v, v->chunk * 10 * kills, room);
		must(kills == 10);
	}
}

/* ----------------------------------------------------------------- latency */

static volatile bool done, asked;
static volatile unsigned long long rounds;

static long long now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

/*
 * Sleeps and is late by as much as the CPU was not to be had. Instructions, as
 * the clock counts these.
 */
static long long longest_wait(void (*work)(void))
{
	struct sched_param high = { .sched_priority = 50 };
	long long longest = 0;
	pid_t pid = fork();

	must(pid >= 0);
	if (!pid) {
		for (;;)
			work();
	}
	must(!sched_setscheduler(0, SCHED_FIFO, &high));
	for (rounds = 0; rounds < 2000; rounds++) {
		struct timespec t = { .tv_nsec = 50000 + rounds % 97 * 1000 };
		long long wanted = now() + t.tv_nsec, late;

		clock_nanosleep(CLOCK_MONOTONIC, 0, &t, NULL);
		late = now() - wanted;
		if (late > longest && rounds > 10)
			longest = late;
	}
	high.sched_priority = 0;
	must(!sched_setscheduler(0, SCHED_OTHER, &high));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	return longest;
}

static int device;
static char buffer[1 << 20];

static void spin(void)
{
}

static void walk(unsigned int cmd, unsigned int flags)
{
	struct pidmap_list l = {
		.size = sizeof(l), .flags = flags,
		.buffer = (uintptr_t)buffer, .buffer_size = sizeof(buffer),
	};

	while (l.cursor != PIDMAP_CURSOR_END)
		must(!ioctl(device, cmd, &l));
}

static void list_tasks(void)
{
	walk(PIDMAP_LIST, PIDMAP_LIST_THREADS);
}

/* nothing is found, so that each section looks at as much as it may */
static void list_spaces(void)
{
	walk(PIDMAP_LIST_NS, 0);
}

static void translate_many(void)
{
	static int numbers[1 << 16];
	struct pidmap_translate_many m = {
		.size = sizeof(m), .count = 1 << 16,
		.numbers = (uintptr_t)numbers, .results = (uintptr_t)numbers,
	};
	int i;

	for (i = 0; i < 1 << 16; i++)
		numbers[i] = i * 7919 % 100000;
	must(!ioctl(device, PIDMAP_TRANSLATE_MANY, &m));
}

static const struct {
	const char *name;
	void (*work)(void);
} works[] = {
	{ "LIST", list_tasks },
	{ "LIST_NS", list_spaces },
	{ "TRANSLATE_MANY", translate_many },
};

/* In instructions; 448 random numbers among 5,000 tasks take nearly that */
#define SECTION_MAX	50000

static void latency(int tasks)
{
	long long idle, late;
	size_t i;

	device = open_device();
	crowd(tasks);
	longest_wait(spin);	/* what the crowd left to do is done meanwhile */
	idle = longest_wait(spin);
	printf("# the longest wait: %lld instructions, nothing going on\n", idle);
	for (i = 0; i < ARRAY_SIZE(works); i++) {
		late = longest_wait(works[i].work);
		printf("# the longest wait: %lld instructions, during %s of %d\n",
		       late, works[i].name, tasks);
		/* a section, and what delays on an idle system, too */
		must(late < SECTION_MAX + idle);
	}
}

/* ---------------------------------------------------------------- sections */

#define TRACING	"/sys/kernel/tracing/"

/* Have @work traced; @functions end with NULL. Return: the trace, to close */
static FILE *trace(void (*work)(void), const char *tracer,
		   const char *const *functions)
{
	char text[64];
	FILE *f;

	write_text(TRACING "current_tracer", "nop");
	write_text(TRACING "set_ftrace_filter", "!*");
	for (; *functions; functions++) {
		snprintf(text, sizeof(text), "%s\n", *functions);
		write_text(TRACING "set_ftrace_filter", text);
	}
	snprintf(text, sizeof(text), "%d", getpid());
	write_text(TRACING "set_ftrace_pid", text);
	write_text(TRACING "trace", "0");
	write_text(TRACING "tracing_on", "1");
	write_text(TRACING "current_tracer", tracer);
	work();
	write_text(TRACING "tracing_on", "0");
	f = fopen(TRACING "trace", "re");
	must(f);
	return f;
}

/* The longest call of what is one RCU section from its beginning to its end */
static long long longest_section(void (*work)(void), long *sections)
{
	static const char *const whole[] = {
		"pidmap_walk_tasks", "pidmap_walk_namespaces",
		"pidmap_translate_array", NULL
	};
	FILE *f = trace(work, "function_graph", whole);
	double us, longest = 0;
	char line[256];

	*sections = 0;
	while (fgets(line, sizeof(line), f)) {
		/*  0)   4.711 us    |  pidmap_walk_tasks(); */
		if (sscanf(line, " %*d) %lf us", &us) != 1)
			continue;
		++*sections;
		if (us > longest)
			longest = us;
	}
	fclose(f);
	return longest * 1000;
}

/* The longest time from one chance to reschedule, or a call's start, to another */
static long long longest_stretch(void (*work)(void), long *calls)
{
	static const char *const chances[] = {
		"pidmap_ioctl", "__cond_resched", NULL
	};
	FILE *f = trace(work, "function", chances);
	long long now, since = 0, longest = 0;
	char line[256], function[64];

	*calls = 0;
	while (fgets(line, sizeof(line), f)) {
		/* limits-95 [000] ..... 443756: pidmap_ioctl <-... */
		if (line[0] == '#' || sscanf(line, " %*s %*s %*s %lld: %63s",
					     &now, function) != 2)
			continue;
		if (!strcmp(function, "pidmap_ioctl"))
			++*calls;
		else if (since && now - since > longest)
			longest = now - since;
		since = now;
	}
	fclose(f);
	return longest;
}

static void sections(int tasks)
{
	long long section, stretch;
	long n_sections, calls;
	size_t i;

	device = open_device();
	crowd(tasks);
	write_text(TRACING "buffer_size_kb", "32768");
	write_text(TRACING "trace_clock", "x86-tsc");
	write_text(TRACING "options/funcgraph-overhead", "0");
	for (i = 0; i < ARRAY_SIZE(works); i++) {
		section = longest_section(works[i].work, &n_sections);
		stretch = longest_stretch(works[i].work, &calls);
		printf("# %s of %d: %ld RCU sections of at most %lld instructions; at most %lld from one chance to reschedule to the next, in %ld calls\n",
		       works[i].name, tasks, n_sections, section, stretch,
		       calls);
		must(section > 0 && section < SECTION_MAX);
		must(stretch > 0 && stretch < SECTION_MAX);
	}
}

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc > 1 && !strcmp(argv[1], "memory"))
		memory();
	else if (argc > 1 && !strcmp(argv[1], "kill"))
		killed();
	else if (argc > 2 && !strcmp(argv[1], "latency"))
		latency(atoi(argv[2]));
	else if (argc > 2 && !strcmp(argv[1], "sections"))
		sections(atoi(argv[2]));
	else
		return 2;
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}
