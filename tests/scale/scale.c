// SPDX-License-Identifier: GPL-2.0-only
/*
 * Run a command beside so many idle processes:
 *
 *   scale tasks N COMMAND...    N of them, in one PID namespace below ours
 *   scale spaces N COMMAND...   each in a PID namespace of its own
 *   scale levels N COMMAND...   each in a PID namespace below the last one
 *
 * $INIT is the first of them, and $LAST the last, as we number them. They end
 * with the command.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define must(what) \
	do { \
		if (!(what)) { \
			printf("# %s:%d: not so: %s (%s)\n", __FILE__, \
			       __LINE__, #what, strerror(errno)); \
			exit(1); \
		} \
	} while (0)

static void write_number(const char *path, long number)
{
	FILE *file = fopen(path, "we");

	must(file && fprintf(file, "%ld\n", number) > 0 && !fclose(file));
}

static int idle(void *unused)
{
	(void)unused;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		pause();
	return 0;
}

/*
 * They share their memory, down to the stack, on which all of them leave the
 * same: a fork of each would take most of the time and memory of a test.
 */
static pid_t start(int flags)
{
	static char stack[16384] __attribute__((aligned(16)));
	pid_t pid = clone(idle, stack + sizeof(stack),
			  CLONE_VM | CLONE_FS | CLONE_FILES | flags | SIGCHLD,
			  NULL);

	must(pid > 0);
	return pid;
}

/* One whose child goes on, one level below, until @levels are done. */
static void descend(int levels, int done)
{
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, SIGKILL);

	if (!levels) {
		must(write(done, "", 1) == 1);
		pause();
	}
	must(!unshare(CLONE_NEWPID));
	pid = fork();
	must(pid >= 0);
	if (!pid)
		descend(levels - 1, done);
	pause();
}

static pid_t deepest(pid_t pid)
{
	char path[64];
	int child;

	for (;;) {
		FILE *file;
		bool has;

		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid,
			 pid);
		file = fopen(path, "re");
		must(file);
		has = fscanf(file, "%d", &child) == 1;
		fclose(file);
		if (!has)
			return pid;
		pid = child;
	}
}

int main(int argc, char **argv)
{
	long n = argc > 3 ? atol(argv[2]) : 0;
	pid_t init = 0, last = 0, pid;
	char text[16];
	int status;

	if (n <= 0) {
		fprintf(stderr, "Usage: scale tasks|spaces|levels N COMMAND...\n");
		return 2;
	}
	write_number("/proc/sys/kernel/pid_max", 4194304);
	write_number("/proc/sys/kernel/threads-max", 2 * n + 10000);
	write_number("/proc/sys/user/max_pid_namespaces", 2 * n + 10000);
	if (!strcmp(argv[1], "levels")) {
		int done[2];
		char byte;

		must(!pipe(done));
		init = fork();
		must(init >= 0);
		if (!init)
			descend(n, done[1]);
		must(read(done[0], &byte, 1) == 1);
		last = deepest(init);
	} else {
		bool spaces = !strcmp(argv[1], "spaces");
		long i;

		must(spaces || !unshare(CLONE_NEWPID));
		for (i = 0; i < n; i++) {
			last = start(spaces ? CLONE_NEWPID : 0);
			if (!i)
				init = last;
		}
	}
	snprintf(text, sizeof(text), "%d", init);
	setenv("INIT", text, 1);
	snprintf(text, sizeof(text), "%d", last);
	setenv("LAST", text, 1);
	/* The command runs where we do, not below. */
	must(!setns(open("/proc/self/ns/pid", O_RDONLY), CLONE_NEWPID));
	errno = posix_spawnp(&pid, argv[3], NULL, NULL, argv + 3, environ);
	must(!errno);
	must(waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
