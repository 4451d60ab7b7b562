// SPDX-License-Identifier: GPL-2.0-only
/*
 * Processes of odd shapes.  Each function makes one and is called in a process
 * of its own, which it may use up.  A shape calls ready() once it is complete.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "shapes.h"

/* Where a shape says that it is complete; also after an exec. */
#define READY_FD 100

static void ready(void)
{
	if (write(READY_FD, "", 1) != 1)
		err(1, "ready");
}

/* To be seen at a function of the kernel, and at a change of tasks. */
static _Noreturn void doze(void)
{
	for (;;)
		usleep(100000);
}

static void *doze_thread(void *arg)
{
	(void)arg;
	doze();
}

static void dozing_threads(int n)
{
	pthread_t thread;

	while (n--)
		if (pthread_create(&thread, NULL, doze_thread, NULL))
			err(1, "pthread_create");
}

static pid_t clone_with(uint64_t flags, const pid_t *tids, size_t n)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = flags & CLONE_PARENT ? 0 : SIGCHLD,
		.set_tid = (uintptr_t)tids,
		.set_tid_size = n,
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));

	if (pid < 0)
		err(1, "clone3");
	return pid;
}

static pid_t fork_or_die(void)
{
	return clone_with(0, NULL, 0);
}

/* A process that is the init of a namespace of its own, and dozes. */
static pid_t container(const char *name)
{
	pid_t pid = clone_with(CLONE_NEWPID, NULL, 0);

	if (!pid) {
		prctl(PR_SET_NAME, name);
		doze();
	}
	return pid;
}

/* Children of the caller will be born there. */
static void enter(pid_t pid)
{
	char path[32];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWPID))
		err(1, "%s", path);
	close(fd);
}

static void execute(const char *how)
{
	execl("/proc/self/exe", "shape", how, NULL);
	err(1, "execl");
}

void shapes_executed(char **argv)
{
	if (strcmp(argv[0], "shape"))
		return;
	if (!strcmp(argv[1], "end"))
		exit(0);
	ready();
	doze();
}

static void plain(void)
{
	ready();
	doze();
}

static void named(void)
{
	prctl(PR_SET_NAME, "1) Z 1 (\n\xff");
	plain();
}

static void executed(void)
{
	execute("doze");
}

static void threads(void)
{
	dozing_threads(3);
	plain();
}

/* The leader has ended, its threads have not. */
static void leader_exit(void)
{
	dozing_threads(2);
	ready();
	/* pthread_exit(3) wants a library that the guest has not */
	syscall(SYS_exit, 0);
}

static void *execute_later(void *arg)
{
	usleep(200000);
	execute(arg);
	return NULL;
}

/* A thread takes over the number of the leader. */
static void exec_by_thread(void)
{
	pthread_t thread;

	dozing_threads(1);
	if (pthread_create(&thread, NULL, execute_later, "doze"))
		err(1, "pthread_create");
	doze();
}

static void zombie(void)
{
	siginfo_t info;

	if (!fork_or_die())
		_exit(3);
	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
	plain();
}

static void chosen_number(void)
{
	const pid_t tid[] = { 7777 };

	if (!clone_with(0, tid, 1))
		doze();
	plain();
}

/* A process whose number is the same in two namespaces. */
static void same_number_twice(void)
{
	const pid_t tids[] = { 7700, 7700 };

	enter(container("twice"));
	if (!clone_with(0, tids, 2))
		doze();
	plain();
}

/* The init of a namespace, with a chosen number outside. */
static void chosen_init(void)
{
	const pid_t tids[] = { 1, 7600 };

	if (!clone_with(CLONE_NEWPID, tids, 2)) {
		ready();
		doze();
	}
	doze();
}

/* A member of a namespace whose parent, group and session are outside. */
static void from_outside(void)
{
	enter(container("joined"));
	if (!clone_with(CLONE_PARENT, NULL, 0)) {
		ready();
		doze();
	}
	doze();
}

/* A zombie in a namespace, whose parent outside does not reap it. */
static void zombie_from_outside(void)
{
	siginfo_t info;

	enter(container("unreaped"));
	if (!fork_or_die())
		_exit(0);
	waitid(P_ALL, 0, &info, WEXITED | WNOWAIT);
	plain();
}

static void vforked(void)
{
	siginfo_t info;
	pid_t pid = vfork();

	if (!pid) {
		execl("/proc/self/exe", "shape", "end", NULL);
		_exit(1);
	}
	waitid(P_PID, pid, &info, WEXITED | WNOWAIT);
	plain();
}

/* The parent waits for a child that does not come out of vfork(2). */
static void vfork_held(void)
{
	if (!vfork()) {
		ready();
		doze();
	}
}

/* The next child would live elsewhere, but there is none. */
static void unshared(void)
{
	if (unshare(CLONE_NEWPID))
		err(1, "unshare");
	plain();
}

/* The next children live elsewhere, their parent does not. */
static void unshared_with_child(void)
{
	if (unshare(CLONE_NEWPID))
		err(1, "unshare");
	if (!fork_or_die()) {
		if (unshare(CLONE_NEWPID))
			err(1, "unshare");
		if (!fork_or_die())
			doze();
		plain();
	}
	doze();
}

/* As deep as the kernel allows. */
static void nested(void)
{
	int levels = 0;

	while (!unshare(CLONE_NEWPID)) {
		if (fork_or_die())
			doze();
		levels++;
	}
	if (levels != 32)
		errx(1, "%d levels", levels);
	if (setsid() < 0)
		err(1, "setsid");
	if (!fork_or_die())
		doze();
	plain();
}

/* A group and a session whose leader was reaped. */
static void leader_gone(void)
{
	pid_t leader = fork_or_die();

	if (!leader) {
		setsid();
		if (fork_or_die())
			_exit(0);
		ready();
		doze();
	}
	waitpid(leader, NULL, 0);
	doze();
}

/* The same in a namespace. */
static void leader_gone_inside(void)
{
	if (clone_with(CLONE_NEWPID, NULL, 0))
		doze();
	leader_gone();
}

/*
 * Two inits in one process group: the leader's number of it is that of a
 * namespace in which the other one does not live.
 */
static void group_across(void)
{
	pid_t leader, other;
	int pair[2];

	if (pipe(pair))
		err(1, "pipe");
	leader = container("leader");
	other = clone_with(CLONE_NEWPID, NULL, 0);
	if (!other) {
		char c;

		if (read(pair[0], &c, 1) != 1)
			_exit(1);
		if (!fork_or_die())
			doze();
		ready();
		doze();
	}
	if (setpgid(leader, leader) || setpgid(other, leader) ||
	    write(pair[1], "", 1) != 1)
		err(1, "setpgid");
	doze();
}

/* A group and a session in each of two namespaces, one in the other. */
static void sessions_nested(void)
{
	for (int i = 0; i < 2; i++) {
		if (clone_with(CLONE_NEWPID, NULL, 0))
			doze();
		/* so that the leader is not 1 everywhere */
		if (fork_or_die())
			doze();
		setsid();
		if (!fork_or_die()) {
			setpgid(0, 0);
			dozing_threads(1);
			doze();
		}
	}
	plain();
}

/* A process executes a program inside a container. */
static void executed_inside(void)
{
	enter(container(SHAPES_CONTAINER));
	if (!fork_or_die()) {
		setsid();
		if (!fork_or_die())
			execute("doze");
		doze();
	}
	doze();
}

static void (*const shapes[])(void) = {
	plain, named, executed, threads, leader_exit, exec_by_thread, zombie,
	chosen_number, same_number_twice, chosen_init, from_outside,
	zombie_from_outside, vforked, vfork_held, unshared, unshared_with_child,
	nested, leader_gone, leader_gone_inside, group_across, sessions_nested,
	executed_inside,
};

#define N_SHAPES (sizeof(shapes) / sizeof(*shapes))

void shapes_start(void)
{
	int pair[2];
	struct pollfd poll_ready = { .events = POLLIN };
	char c;

	if (pipe(pair) || dup2(pair[1], READY_FD) < 0)
		err(1, "pipe");
	close(pair[1]);
	fflush(NULL);
	for (size_t i = 0; i < N_SHAPES; i++) {
		if (!fork_or_die()) {
			close(pair[0]);
			shapes[i]();
		}
	}
	close(READY_FD);
	poll_ready.fd = pair[0];
	for (size_t i = 0; i < N_SHAPES; i++) {
		if (poll(&poll_ready, 1, 60000) != 1 || read(pair[0], &c, 1) != 1)
			errx(1, "only %zu of %zu shapes", i, N_SHAPES);
	}
	close(pair[0]);
}
