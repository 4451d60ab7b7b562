// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * One suite for all back ends of libpidmap: identical answers wherever a back
 * end can know, EOPNOTSUPP where it cannot.
 *
 *	lib-conformance [--backend NAME | --world]
 *
 * Without a name, all of them. One that this kernel lacks is skipped. With
 * --world, it makes the processes, prints them, and keeps them until its
 * standard input ends: the tests of the bindings check the same shapes.
 *
 * Makes nested PID namespaces with processes, threads, zombies, groups and
 * sessions. The truth about their numbers comes from clone(2) and from the
 * credentials of socket messages, so from no back end. Needs root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <pidmap.h>

#include "../fork.h"

/* From linux/magic.h of Linux 6.9. */
#ifndef PIDFS_MAGIC
#define PIDFS_MAGIC	0x50494446
#endif

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/*
 * V is where the suite runs; A is its child and C another; B is a child of A.
 */
enum { V, A, B, C, SPACES };

static const int parent_of[SPACES] = { -1, V, A, V };
static const char * const space_name[SPACES] = { "V", "A", "B", "C" };

enum role {
	SELF,		/* the suite, in V */
	PLAIN,		/* a child in V */
	A_INIT,
	A_THREAD,	/* a thread of A_INIT */
	A_CHILD,	/* leads a group and a session of its own */
	A_ZOMBIE,
	A_ORPHANS,	/* a group whose leader was reaped */
	A_ORPHAN,	/* the member of that group */
	B_INIT,
	B_CHILD,	/* in the group of B_INIT */
	C_INIT,
	ROLES
};

enum {
	TID = 1 << PIDMAP_TID,
	TGID = 1 << PIDMAP_TGID,
	PGID = 1 << PIDMAP_PGID,
	SID = 1 << PIDMAP_SID,
	TASK = TID | TGID,
};

static const struct {
	const char *name;
	int space;
	int types;		/* what its number is in use as */
	enum role tgid, pgid, sid, parent;
} roles[ROLES] = {
	[SELF] = { "self", V, TASK | PGID | SID, SELF, SELF, SELF, ROLES },
	[PLAIN] = { "plain", V, TASK, PLAIN, SELF, SELF, SELF },
	[A_INIT] = { "a-init", A, TASK, A_INIT, SELF, SELF, SELF },
	[A_THREAD] = { "a-thread", A, TID, A_INIT, SELF, SELF, SELF },
	[A_CHILD] = { "a-child", A, TASK | PGID | SID,
		      A_CHILD, A_CHILD, A_CHILD, A_INIT },
	[A_ZOMBIE] = { "a-zombie", A, TASK, A_ZOMBIE, SELF, SELF, A_INIT },
	[A_ORPHANS] = { "a-orphans", A, PGID, ROLES, ROLES, ROLES, ROLES },
	[A_ORPHAN] = { "a-orphan", A, TASK,
		       A_ORPHAN, A_ORPHANS, SELF, A_INIT },
	[B_INIT] = { "b-init", B, TASK | PGID | SID,
		     B_INIT, B_INIT, B_INIT, A_INIT },
	[B_CHILD] = { "b-child", B, TASK, B_CHILD, B_INIT, B_INIT, B_INIT },
	[C_INIT] = { "c-init", C, TASK, C_INIT, SELF, SELF, SELF },
};

static pid_t number[ROLES][SPACES];
static int space_fd[SPACES];
static uint32_t space_inum[SPACES];

/* More namespaces than one call of listns(2) is asked for. */
#define MANY_SPACES	100

static const char *backend;
static struct pidmap *h;
static bool device, procfs;
static int unknown;

/* Counted by all of the suite's processes. */
static struct {
	int passed;
	int failed;
	int skipped;
} *total;

static void __attribute__((format(printf, 2, 3)))
check(bool ok, const char *fmt, ...)
{
	va_list args;

	if (ok) {
		total->passed++;
		return;
	}
	total->failed++;
	printf("not ok %s: ", backend);
	va_start(args, fmt);
	vprintf(fmt, args);
	va_end(args);
	printf("\n");
}

static void die(const char *what)
{
	perror(what);
	exit(2);
}

/* A number, or a negative errno. */
static int outcome(pid_t ret)
{
	return ret > 0 ? ret : -errno;
}

/*
 * Is this what is wanted, or may this back end say that it cannot know? One
 * that reads /proc as root knows everything but what @hard marks.
 */
static bool good(int got, int want, bool hard)
{
	if (got == want)
		return true;
	if (got != -EOPNOTSUPP || device || (procfs && !hard))
		return false;
	unknown++;
	return true;
}

static struct pidmap_nsref ref(int space)
{
	return space == V ? pidmap_ns_view() : pidmap_ns_fd(space_fd[space]);
}

static bool within(int space, int ancestor)
{
	while (space >= 0 && space != ancestor)
		space = parent_of[space];
	return space == ancestor;
}

/*
 * The world.
 */
struct message {
	enum role role;
	pid_t own;		/* number in the namespace it lives in */
	pid_t above;		/* in the parent of that, if not V */
};

/* Says which number a role has; the receiver is told it translated. */
static void say(int sock, enum role role, pid_t nr, pid_t own, pid_t above)
{
	struct message m = { role, own, above };
	struct ucred cred = { .pid = nr };
	struct iovec iov = { &m, sizeof(m) };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(cred))];
	} c = { 0 };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c),
	};

	c.head.cmsg_level = SOL_SOCKET;
	c.head.cmsg_type = SCM_CREDENTIALS;
	c.head.cmsg_len = CMSG_LEN(sizeof(cred));
	memcpy(CMSG_DATA(&c.head), &cred, sizeof(cred));
	if (sendmsg(sock, &msg, 0) < 0)
		die("sendmsg");
}

/* Return: the sender's number as the receiver sees it. */
static pid_t hear(int sock, struct message *m)
{
	struct ucred cred;
	struct iovec iov = { m, sizeof(*m) };
	union {
		struct cmsghdr head;
		char room[CMSG_SPACE(sizeof(cred))];
	} c;
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &c,
		.msg_controllen = sizeof(c),
	};

	if (recvmsg(sock, &msg, 0) != sizeof(*m))
		die("recvmsg");
	memcpy(&cred, CMSG_DATA(&c.head), sizeof(cred));
	return cred.pid;
}

static void make_sockets(int sock[2])
{
	struct timeval patience = { .tv_sec = 20 };
	int on = 1;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sock) ||
	    setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    setsockopt(sock[0], SOL_SOCKET, SO_RCVTIMEO, &patience,
		       sizeof(patience)))
		die("socketpair");
}

/* fork(), with flags of clone(2) */
static pid_t spawn(int flags)
{
	pid_t pid = fork_flags(flags);

	if (pid < 0)
		die("clone");
	return pid;
}

/* The same, for a child that is not to outlive the suite. */
static pid_t spawn_bound(int flags)
{
	pid_t pid = spawn(flags);

	if (!pid)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void sleep_forever(void)
{
	for (;;)
		pause();
}

static void *thread_main(void *arg)
{
	int sock = *(int *)arg;
	pid_t tid = syscall(SYS_gettid);

	say(sock, A_THREAD, tid, tid, 0);
	sleep_forever();
	return NULL;
}

static void b_main(int sock)
{
	pid_t pid;

	setsid();
	pid = spawn(0);
	if (pid)
		say(sock, B_INIT, getpid(), getpid(), 0);
	else
		say(sock, B_CHILD, getpid(), getpid(), 0);
	sleep_forever();
}

/* A group whose leader goes: its member is adopted by A's init. */
static void orphan_main(int sock)
{
	setpgid(0, 0);
	if (spawn(0))
		_exit(0);
	while (getppid() != 1)
		usleep(1000);
	say(sock, A_ORPHAN, getpid(), getpid(), 0);
	sleep_forever();
}

static void a_main(int sock)
{
	int below[2], i;
	struct message m;
	pthread_t thread;
	pid_t pid, orphans;

	if (!(orphans = spawn(0)))
		orphan_main(sock);
	/* Of a reaped process, new kernels no longer tell credentials. */
	say(sock, A_ORPHANS, orphans, orphans, 0);
	if (waitpid(orphans, NULL, 0) != orphans)
		die("waitpid");
	say(sock, A_INIT, getpid(), getpid(), 0);
	if (pthread_create(&thread, NULL, thread_main, &sock))
		die("pthread_create");
	if (!(pid = spawn(0))) {
		setsid();
		say(sock, A_CHILD, getpid(), getpid(), 0);
		sleep_forever();
	}
	if (!(pid = spawn(0)))
		_exit(0);
	if (waitid(P_PID, pid, &(siginfo_t){ 0 }, WEXITED | WNOWAIT))
		die("waitid");
	say(sock, A_ZOMBIE, pid, pid, 0);

	make_sockets(below);
	if (!spawn(CLONE_NEWPID))
		b_main(below[1]);
	for (i = 0; i < 2; i++) {
		pid = hear(below[0], &m);
		say(sock, m.role, pid, m.own, pid);
	}
	sleep_forever();
}

static void c_main(int sock)
{
	say(sock, C_INIT, getpid(), getpid(), 0);
	sleep_forever();
}

static void open_space(int space, pid_t pid)
{
	char path[64];
	struct stat st;

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", pid);
	space_fd[space] = open(path, O_RDONLY | O_CLOEXEC);
	if (space_fd[space] < 0 || fstat(space_fd[space], &st))
		die(path);
	space_inum[space] = st.st_ino;
}

static void make_world(void)
{
	int sock[2], i;
	pid_t a, c;

	make_sockets(sock);
	if (!spawn_bound(0)) {
		say(sock[1], PLAIN, getpid(), 0, 0);
		sleep_forever();
	}
	if (!(a = spawn_bound(CLONE_NEWPID)))
		a_main(sock[1]);
	if (!(c = spawn_bound(CLONE_NEWPID)))
		c_main(sock[1]);

	number[SELF][V] = getpid();
	for (i = 0; i < ROLES - 1; i++) {
		struct message m;
		pid_t pid = hear(sock[0], &m);

		number[m.role][V] = pid;
		if (roles[m.role].space != V)
			number[m.role][roles[m.role].space] = m.own;
		if (roles[m.role].space == B)
			number[m.role][A] = m.above;
	}
	open_space(V, getpid());
	open_space(A, a);
	open_space(B, number[B_INIT][V]);
	open_space(C, c);
}

/*
 * The checks.
 */
static void check_translate(void)
{
	int r, type, from, to;

	for (r = 0; r < ROLES; r++)
	for (type = PIDMAP_TID; type <= PIDMAP_SID; type++)
	for (from = 0; from < SPACES; from++)
	for (to = 0; to < SPACES; to++) {
		/* Who leads nothing may no longer be asked by nsfs. */
		bool hard = r == A_ORPHANS || type >= PIDMAP_PGID;
		pid_t nr = number[r][from];
		int want, got;

		if (!nr)
			continue;
		if (!(roles[r].types & 1 << type))
			want = -ESRCH;
		else
			want = number[r][to] ?: -EREMOTE;
		got = outcome(pidmap_translate(h, type, nr, ref(from),
					       ref(to)));
		check(good(got, want, hard),
		      "%s %d of type %d from %s to %s: %d, not %d",
		      roles[r].name, nr, type, space_name[from],
		      space_name[to], got, want);
	}
}

/* The answers that procfs must have, though groups are hard to tell. */
static void check_groups(void)
{
	int got;

	if (!procfs)
		return;
	got = outcome(pidmap_translate(h, PIDMAP_PGID, number[A_ORPHANS][V],
				       ref(V), ref(A)));
	check(got == number[A_ORPHANS][A], "orphans V to A: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_PGID, number[A_ORPHANS][A],
				       ref(A), ref(V)));
	check(got == number[A_ORPHANS][V], "orphans A to V: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_SID, number[B_INIT][B],
				       ref(B), ref(A)));
	check(got == number[B_INIT][A], "session B to A: %d", got);
}

static pid_t *shared_number;

/* A group that a process of A led, and whose only member lives in V. */
static void check_foreign_group(void)
{
	pid_t leader, member, inside;
	int got;

	shared_number = mmap(NULL, sizeof(*shared_number),
			     PROT_READ | PROT_WRITE,
			     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared_number == MAP_FAILED || setns(space_fd[A], CLONE_NEWPID))
		die("setns");
	leader = spawn_bound(0);
	if (!leader) {
		__atomic_store_n(shared_number, getpid(), __ATOMIC_SEQ_CST);
		sleep_forever();
	}
	if (setns(space_fd[V], CLONE_NEWPID))
		die("setns");
	member = spawn_bound(0);
	if (!member)
		sleep_forever();
	while (!(inside = __atomic_load_n(shared_number, __ATOMIC_SEQ_CST)))
		usleep(1000);
	if (setpgid(leader, leader) || setpgid(member, leader) ||
	    setpgid(leader, getpgrp()))
		die("setpgid");

	/* The leader has left the group, and still has its number. */
	got = outcome(pidmap_translate(h, PIDMAP_PGID, leader, ref(V), ref(A)));
	check(good(got, inside, false), "left by its leader, V to A: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_PGID, inside, ref(A), ref(V)));
	check(good(got, leader, false), "left by its leader, A to V: %d", got);

	/* Without a leader, nothing in /proc tells the number in A. */
	kill(leader, SIGKILL);
	waitpid(leader, NULL, 0);
	got = outcome(pidmap_translate(h, PIDMAP_PGID, leader, ref(V), ref(A)));
	check(good(got, inside, true), "lost its leader, V to A: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_PGID, inside, ref(A), ref(V)));
	check(good(got, leader, true), "lost its leader, A to V: %d", got);
	kill(member, SIGKILL);
	waitpid(member, NULL, 0);
	munmap(shared_number, sizeof(*shared_number));
}

/* Many at once are what each one is, up to the first that is not known. */
static void check_many_groups(void)
{
	pid_t numbers[2 * ROLES + 2], results[2 * ROLES + 2];
	int type, from, to, r, got;

	for (type = PIDMAP_PGID; type <= PIDMAP_SID; type++)
	for (from = 0; from < SPACES; from++)
	for (to = 0; to < SPACES; to++) {
		size_t count = 0, done, i;

		for (r = 0; r < ROLES; r++)
			if (number[r][from])
				numbers[count++] = number[r][from];
		for (i = 0; count < ROLES; i++)
			numbers[count++] = numbers[i];
		numbers[count++] = 0;
		numbers[count++] = 1 << 30;
		got = pidmap_translate_many(h, type, count, numbers, results,
					    ref(from), ref(to), &done) ?
		      errno : 0;
		check(got ? got == EOPNOTSUPP && done < count : done == count,
		      "groups at once: %d", got);
		for (i = 0; i < count && i <= done; i++) {
			int one = outcome(pidmap_translate(h, type, numbers[i],
							   ref(from), ref(to)));

			check(one == (i < done ? results[i] : -EOPNOTSUPP),
			      "groups at once, %d from %s to %s: %d",
			      numbers[i], space_name[from], space_name[to],
			      one);
		}
	}
}

static void check_no_such(void)
{
	static const pid_t bad[] = { 0, -1, 1 << 30, 0x7fffffff };
	int type, from, got;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
	for (type = PIDMAP_TID; type <= PIDMAP_SID; type++)
	for (from = 0; from < SPACES; from++) {
		got = outcome(pidmap_translate(h, type, bad[i], ref(from),
					       ref(V)));
		check(good(got, -ESRCH, type >= PIDMAP_PGID),
		      "%d of type %d from %s: %d", bad[i], type,
		      space_name[from], got);
	}
	got = outcome(pidmap_translate(h, (enum pidmap_type)4, 1, ref(V),
				       ref(V)));
	check(got == -EINVAL, "type 4: %d", got);
}

static void check_reaped(void)
{
	pid_t pid = spawn(0);
	int fd, got;

	if (!pid)
		_exit(0);
	fd = syscall(SYS_pidfd_open, pid, 0);
	waitpid(pid, NULL, 0);
	got = outcome(pidmap_translate(h, PIDMAP_TGID, pid, ref(V), ref(V)));
	check(got == -ESRCH, "reaped: %d", got);
	got = outcome(pidmap_translate_pidfd(h, fd, ref(V)));
	check(got == -ESRCH, "pidfd of a reaped process: %d", got);
	close(fd);
}

static void check_pidfd(void)
{
	int fd = syscall(SYS_pidfd_open, number[A_CHILD][V], 0), null, got;

	got = outcome(pidmap_translate_pidfd(h, fd, ref(A)));
	check(got == number[A_CHILD][A], "pidfd: %d", got);
	got = outcome(pidmap_translate_pidfd(h, fd, ref(B)));
	check(got == -EREMOTE, "pidfd to B: %d", got);
	close(fd);
	null = open("/dev/null", O_RDONLY);
	got = outcome(pidmap_translate_pidfd(h, null, ref(V)));
	check(got == -EBADF, "pidfd /dev/null: %d", got);
	close(null);
	got = outcome(pidmap_translate_pidfd(h, -1, ref(V)));
	check(got == -EBADF, "pidfd -1: %d", got);
}

static int ask(struct pidmap_nsref from, struct pidmap_nsref to)
{
	return outcome(pidmap_translate(h, PIDMAP_TID, number[B_CHILD][A],
					from, to));
}

static void check_names(void)
{
	pid_t want = number[B_CHILD][B];
	struct pidmap_nsref odd = pidmap_ns_view();
	struct pidmap_info info;
	int got, fd;

	got = ask(pidmap_ns_tid(number[A_THREAD][V]),
		  pidmap_ns_tid(number[B_INIT][V]));
	check(good(got, want, false), "named by TID: %d", got);
	got = ask(pidmap_ns_inum(space_inum[A]), pidmap_ns_inum(space_inum[B]));
	check(good(got, want, false), "named by inode: %d", got);
	got = ask(pidmap_ns_fd(space_fd[A]), pidmap_ns_inum(space_inum[B]));
	check(good(got, want, false), "named by both: %d", got);

	got = ask(pidmap_ns_tid(1 << 30), ref(A));
	check(good(got, -ENOENT, false), "TID without task: %d", got);
	got = ask(pidmap_ns_tid(-1), ref(A));
	check(good(got, -ENOENT, false), "TID -1: %d", got);
	got = ask(pidmap_ns_inum(1), ref(A));
	check(good(got, -ENOENT, false), "no such inode: %d", got);
	got = ask(pidmap_ns_inum(0), ref(A));
	check(good(got, -ENOENT, false), "inode 0: %d", got);

	got = ask(pidmap_ns_fd(-1), ref(A));
	check(got == -EBADF, "fd -1: %d", got);
	got = ask(pidmap_ns_fd(999), ref(A));
	check(got == -EBADF, "fd 999: %d", got);
	fd = open("/dev/null", O_RDONLY);
	got = ask(pidmap_ns_fd(fd), ref(A));
	check(got == -EINVAL, "/dev/null: %d", got);
	close(fd);
	fd = open("/proc/self/ns/net", O_RDONLY);
	got = ask(pidmap_ns_fd(fd), ref(A));
	check(got == -EINVAL, "a network namespace: %d", got);
	close(fd);
	fd = open("/proc/self/ns/pid", O_PATH);
	got = ask(pidmap_ns_fd(fd), ref(A));
	check(got == -EBADF, "O_PATH: %d", got);
	close(fd);

	odd.reserved = 1;
	got = ask(odd, ref(A));
	check(got == -EINVAL, "reserved: %d", got);
	odd = pidmap_ns_view();
	odd.value = 1;
	got = ask(odd, ref(A));
	check(got == -EINVAL, "view with a value: %d", got);
	odd.kind = 99;
	got = ask(odd, ref(A));
	check(got == -EINVAL, "kind 99: %d", got);

	got = pidmap_info(h, &info, PIDMAP_INFO_SIZE_V1 - 1);
	check(got == -1 && errno == EINVAL, "info, too short: %d", errno);
	check(!pidmap_info(h, &info, sizeof(info)), "info: %d", errno);
	check(info.inum == space_inum[V], "info: inode %u", info.inum);
	check(info.rights == PIDMAP_RIGHT_IDENTITY, "info: rights");
	if (info.level != PIDMAP_LEVEL_UNKNOWN) {
		got = outcome(pidmap_translate(h, PIDMAP_TID, 1,
					       pidmap_ns_level(info.level),
					       ref(V)));
		check(got == 1, "own level: %d", got);
		got = ask(ref(A), pidmap_ns_level(info.level + 1));
		check(got == -ENOENT, "level below: %d", got);
	}
	got = outcome(pidmap_translate(h, PIDMAP_TID, 1,
				       pidmap_ns_id(info.id), ref(V)));
	check(good(got, info.features & PIDMAP_FEATURE_NS_ID ? 1 : -EOPNOTSUPP,
		   false), "named by ID: %d", got);
	got = ask(pidmap_ns_id(~0ULL), ref(V));
	check(good(got, info.features & PIDMAP_FEATURE_NS_ID ?
		   -ENOENT : -EOPNOTSUPP, false), "no such ID: %d", got);
}

static void check_bind(void)
{
	int got, err, fd = dup(space_fd[A]);

	got = ask(pidmap_ns_bound(), pidmap_ns_bound());
	check(got == -ENODATA, "bound too early: %d", got);
	err = pidmap_bind(h, pidmap_ns_bound(), ref(V)) ? errno : 0;
	check(err == EINVAL, "bind to what is bound: %d", err);
	err = pidmap_bind(h, pidmap_ns_fd(fd), ref(B)) ? errno : 0;
	check(!err, "bind: %d", err);
	/* It does not depend on the caller's descriptor. */
	close(fd);
	got = ask(pidmap_ns_bound(), pidmap_ns_bound());
	check(got == number[B_CHILD][B], "bound: %d", got);
	got = ask(pidmap_ns_bound(), ref(V));
	check(got == number[B_CHILD][V], "half bound: %d", got);
	err = pidmap_bind(h, ref(V), ref(V)) ? errno : 0;
	check(err == EBUSY, "bind twice: %d", err);
}

/* All numbers there are in A, and some there are not, again and again. */
#define AGAIN	150

static void check_many_of(enum pidmap_type type, int bit)
{
	static pid_t nr[AGAIN * (ROLES + 3)], want[AGAIN * (ROLES + 3)];
	size_t done = 99, n = 0, i;
	int r, err, again;

	for (again = 0; again < AGAIN; again++) {
		for (r = 0; r < ROLES; r++) {
			if (!number[r][A])
				continue;
			nr[n] = number[r][A];
			want[n++] = roles[r].types & bit ?
				    number[r][B] ?: -EREMOTE : -ESRCH;
		}
		nr[n] = 0;
		nr[n + 1] = -5;
		nr[n + 2] = 1 << 30;
		want[n] = want[n + 1] = want[n + 2] = -ESRCH;
		n += 3;
	}
	/* The answers may replace the questions. */
	err = pidmap_translate_many(h, type, n, nr, nr, ref(A), ref(B),
				    &done) ? errno : 0;
	check(!err && done == n, "many: %d after %zu of %zu", err, done, n);
	for (i = 0; i < n && nr[i] == want[i]; i++)
		;
	check(i == n, "many, %zu of %zu: %d, not %d", i, n, nr[i % n],
	      want[i % n]);
}

static void check_many(void)
{
	size_t done = 99;
	int err;

	check_many_of(PIDMAP_TGID, TGID);
	check_many_of(PIDMAP_TID, TID);
	err = pidmap_translate_many(h, PIDMAP_TGID, 0, NULL, NULL, ref(A),
				    ref(B), &done) ? errno : 0;
	check(!err && !done, "many, none: %d", err);
	err = pidmap_translate_many(h, PIDMAP_TGID, 0, NULL, NULL,
				    pidmap_ns_fd(-1), ref(B), NULL) ?
	      errno : 0;
	check(err == EBADF, "many, none, fd -1: %d", err);
}

static pid_t seen(enum role role, int to)
{
	return role == ROLES ? 0 : number[role][to];
}

static void check_task_ids(void)
{
	int r, from, to;

	for (r = 0; r < ROLES; r++)
	for (from = 0; from < SPACES; from++)
	for (to = 0; to < SPACES; to++) {
		struct pidmap_ids ids;
		pid_t nr = number[r][from], ppid;
		int got, want;

		if (!nr)
			continue;
		want = number[r][to] ?: -EREMOTE;
		if (!(roles[r].types & TID))
			want = -ESRCH;
		got = outcome(pidmap_task_ids(h, nr, ref(from), ref(to), &ids,
					      NULL));
		check(good(got, want, false), "ids of %s from %s to %s: %d",
		      roles[r].name, space_name[from], space_name[to], got);
		if (got < 0)
			continue;
		ppid = r == SELF ? getppid() : seen(roles[r].parent, to);
		check(ids.tid == want && ids.tgid == seen(roles[r].tgid, to) &&
		      ids.pgid == seen(roles[r].pgid, to) &&
		      ids.sid == seen(roles[r].sid, to) && ids.ppid == ppid,
		      "ids of %s in %s: %d %d %d %d %d", roles[r].name,
		      space_name[to], ids.tid, ids.tgid, ids.pgid, ids.sid,
		      ids.ppid);
	}
}

static bool same_pids(enum role r, const struct pidmap_pid *pids, int count)
{
	int space = roles[r].space;

	while (count-- && space >= 0) {
		if (pids[count].nr != number[r][space] ||
		    pids[count].inum != space_inum[space])
			return false;
		space = parent_of[space];
	}
	return count < 0 && space < 0;
}

static void check_pids(void)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int r, type, from, got;

	for (r = 0; r < ROLES; r++)
	for (type = PIDMAP_TID; type <= PIDMAP_SID; type++)
	for (from = 0; from < SPACES; from++) {
		if (!number[r][from])
			continue;
		got = outcome(pidmap_pids(h, type, number[r][from], ref(from),
					  pids, PIDMAP_MAX_PIDS, NULL));
		if (!(roles[r].types & 1 << type))
			check(good(got, -ESRCH, type >= PIDMAP_PGID),
			      "pids of %s, type %d: %d", roles[r].name, type,
			      got);
		else if (got < 0)
			check(good(got, 0, r == A_ORPHANS),
			      "pids of %s, type %d: %d", roles[r].name, type,
			      got);
		else
			check(same_pids(r, pids, got),
			      "pids of %s from %s, type %d: wrong",
			      roles[r].name, space_name[from], type);
	}
	got = outcome(pidmap_pids(h, PIDMAP_TID, number[B_CHILD][V], ref(V),
				  pids, 2, NULL));
	check(good(got, -EINVAL, false), "pids, no room: %d", got);
}

struct seen {
	int count[ROLES];
	int others;
	int wrong;
	int stop;
};

static int see_task(const struct pidmap_task *task, void *arg)
{
	struct seen *s = arg;
	int r, i, space;

	for (r = 0; r < ROLES; r++)
		if (roles[r].types & TID && number[r][V] == pidmap_task_nr(task)[0])
			break;
	if (r == ROLES) {
		s->others++;
		return s->stop;
	}
	s->count[r]++;
	space = roles[r].space;
	s->wrong += task->inum != space_inum[space];
	s->wrong += task->tgid != number[roles[r].tgid][V];
	s->wrong += task->pgid != number[roles[r].pgid][V];
	s->wrong += task->sid != number[roles[r].sid][V];
	s->wrong += task->ppid !=
		    (r == SELF ? getppid() : number[roles[r].parent][V]);
	s->wrong += task->flags != (r != A_ZOMBIE ? 0 : PIDMAP_TASK_EXITED |
						    PIDMAP_TASK_ENDED);
	s->wrong += task->size % 8 != 0;
	s->wrong += task->size < task->nr_offset + task->levels * sizeof(pid_t);
	for (i = task->levels - 1; i >= 0 && space >= 0; i--) {
		s->wrong += pidmap_task_nr(task)[i] != number[r][space];
		space = parent_of[space];
	}
	s->wrong += i != -1 || space != -1;
	return s->stop;
}

static void check_list(void)
{
	static const unsigned int flags[] = {
		0, PIDMAP_LIST_THREADS, PIDMAP_LIST_DIRECT,
		PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT,
	};
	struct seen stop = { .stop = 7 };
	int space, r, err;
	size_t f;

	for (f = 0; f < ARRAY_SIZE(flags); f++)
	for (space = 0; space < SPACES; space++) {
		struct seen s = { 0 };

		err = pidmap_list(h, ref(space), flags[f], see_task, &s) ?
		      errno : 0;
		check(good(-err, 0, false), "list %s: %d", space_name[space],
		      err);
		if (err)
			continue;
		check(!s.wrong && (space == V || !s.others),
		      "list %s, flags %x: %d wrong, %d others",
		      space_name[space], flags[f], s.wrong, s.others);
		for (r = 0; r < ROLES; r++) {
			int type = flags[f] & PIDMAP_LIST_THREADS ? TID : TGID;
			bool want = roles[r].types & type &&
				    (flags[f] & PIDMAP_LIST_DIRECT ?
				     roles[r].space == space :
				     within(roles[r].space, space));

			check(s.count[r] == want,
			      "list %s, flags %x: %s %d times",
			      space_name[space], flags[f], roles[r].name,
			      s.count[r]);
		}
	}
	err = pidmap_list(h, ref(A), 0, see_task, &stop);
	check(good(err < 0 ? -errno : err, 7, false), "list, stopped: %d", err);
	err = pidmap_list(h, ref(A), 1U << 31, see_task, &stop) < 0 ? errno : 0;
	check(good(-err, -EINVAL, false), "list, odd flag: %d", err);
}

static int see_ns(const struct pidmap_ns *ns, void *arg)
{
	static const enum role init[SPACES] = { SELF, A_INIT, B_INIT, C_INIT };
	struct seen *s = arg;
	int i;

	i = 0;
	while (i < SPACES && ns->inum != space_inum[i])
		i++;
	if (i == SPACES) {
		s->others++;
		return 0;
	}
	s->count[i]++;
	/* a record may be longer or shorter than the one we know */
	s->wrong += ns->size < 48 || ns->size % 8;
	s->wrong += ns->init != (i == V ? 1 : number[init[i]][V]);
	s->wrong += ns->parent_inum != (i == V ? 0 : space_inum[parent_of[i]]);
	s->wrong += ns->owner_uid != 0 || !ns->owner_inum;
	return 0;
}

static void check_list_ns(void)
{
	int space, i, err;

	for (space = 0; space < SPACES; space++) {
		struct seen s = { 0 };

		err = pidmap_list_ns(h, ref(space), see_ns, &s) ? errno : 0;
		check(good(-err, 0, false), "list_ns %s: %d",
		      space_name[space], err);
		if (err)
			continue;
		check(!s.wrong, "list_ns %s: %d wrong", space_name[space],
		      s.wrong);
		for (i = 0; i < SPACES; i++)
			check(s.count[i] == within(i, space),
			      "list_ns %s: %s %d times", space_name[space],
			      space_name[i], s.count[i]);
	}
}

static int count_ns(const struct pidmap_ns *ns, void *arg)
{
	(void)ns;
	++*(int *)arg;
	return 0;
}

/* In a thread, whose capabilities are its own. */
static void *list_without_right(void *arg)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2];
	int spaces = 0, err;

	if (syscall(SYS_capget, &head, data))
		die("capget");
	data[0].effective &= ~(1U << CAP_SYS_PTRACE);
	if (syscall(SYS_capset, &head, data))
		die("capset");
	err = pidmap_list_ns(h, pidmap_ns_view(), count_ns, &spaces) ? errno : 0;
	check(err == EACCES && spaces == 1, "list_ns without the right: %d, %d",
	      err, spaces);
	return arg;
}

/* /proc shows its own namespace to everybody, and says that there is more. */
static void check_without_right(void)
{
	pthread_t thread;

	if (strcmp(backend, "procfs"))
		return;
	pthread_create(&thread, NULL, list_without_right, NULL);
	pthread_join(thread, NULL);
}

/* Lists of many namespaces come in pieces. */
static void check_many_spaces(void)
{
	pid_t pids[MANY_SPACES];
	struct seen s = { 0 };
	int i, err;

	for (i = 0; i < MANY_SPACES; i++) {
		pids[i] = spawn_bound(CLONE_NEWPID);
		if (!pids[i])
			sleep_forever();
	}
	err = pidmap_list_ns(h, ref(V), see_ns, &s) ? errno : 0;
	check(good(-err, 0, false), "list_ns, many: %d", err);
	if (!err)
		check(s.others >= MANY_SPACES, "list_ns, many: %d", s.others);
	for (i = 0; i < SPACES && !err; i++)
		check(s.count[i] == 1, "list_ns, many: %s %d times",
		      space_name[i], s.count[i]);
	for (i = 0; i < MANY_SPACES; i++) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
}

static void check_snapshot_of(struct pidmap_snapshot *s, int type)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int r, from, to, got;

	for (r = 0; r < ROLES; r++)
	for (from = 0; from < SPACES; from++)
	for (to = 0; to < SPACES; to++) {
		pid_t nr = number[r][from];
		int want = number[r][to] ?: -EREMOTE;

		if (!nr)
			continue;
		if (!(roles[r].types & type))
			want = -ESRCH;
		got = outcome(pidmap_snapshot_translate(s, nr, space_inum[from],
							space_inum[to]));
		check(got == want, "snapshot: %s from %s to %s: %d, not %d",
		      roles[r].name, space_name[from], space_name[to], got,
		      want);
		got = outcome(pidmap_snapshot_pids(s, nr, space_inum[from],
						   pids, PIDMAP_MAX_PIDS));
		check(want == -ESRCH ? got == -ESRCH : same_pids(r, pids, got),
		      "snapshot: pids of %s: %d", roles[r].name, got);
	}
	got = outcome(pidmap_snapshot_translate(s, 1, 0, space_inum[V]));
	check(got == 1, "snapshot: the view by 0: %d", got);
	got = outcome(pidmap_snapshot_translate(s, 1, 1, 0));
	check(got == -ENOENT, "snapshot: no such namespace: %d", got);
	got = outcome(pidmap_snapshot_translate(s, -1, 0, 0));
	check(got == -ESRCH, "snapshot: number -1: %d", got);
	check(pidmap_snapshot_ns_count(s) >= SPACES, "snapshot: namespaces");
	check(pidmap_snapshot_ns(s, 0)->inum == space_inum[V],
	      "snapshot: the view comes first");
}

static void check_snapshot(void)
{
	struct pidmap_snapshot *s;
	size_t i;

	s = pidmap_snapshot_new(h, ref(V), 0);
	check(good(s ? 0 : -errno, 0, false), "snapshot: %d", errno);
	if (!s)
		return;
	check_snapshot_of(s, TGID);
	pidmap_snapshot_free(s);

	s = pidmap_snapshot_new(h, ref(V), PIDMAP_LIST_THREADS);
	check(s, "snapshot with threads: %d", errno);
	check_snapshot_of(s, TID);
	pidmap_snapshot_free(s);

	s = pidmap_snapshot_new(h, ref(A), 0);
	check(s, "snapshot of A: %d", errno);
	for (i = 0; i < pidmap_snapshot_size(s); i++)
		check(pidmap_snapshot_task(s, i)->levels > 1,
		      "snapshot of A: others");
	check(i == 6, "snapshot of A: %zu tasks", i);
	check(!pidmap_snapshot_task(s, i), "snapshot: past the end");
	pidmap_snapshot_free(s);
}

static int stamped(struct pidmap_stamp *stamp)
{
	return outcome(pidmap_translate_at(h, PIDMAP_TGID, number[A_CHILD][V],
					   ref(V), ref(A), stamp));
}

static void check_start_time(void)
{
	struct pidmap_stamp stamp = { .flags = PIDMAP_START_TIME };
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	struct pidmap_ids ids;
	uint64_t start;
	int got;

	got = stamped(&stamp);
	check(good(got, number[A_CHILD][A], true), "start time: %d", got);
	start = stamp.start_time;
	if (got > 0) {
		check(start, "start time 0");
		stamp.flags = PIDMAP_EXPECT_START;
		got = stamped(&stamp);
		check(got == number[A_CHILD][A] && stamp.start_time == start,
		      "start time expected: %d", got);
		stamp.flags |= PIDMAP_START_TIME;
		got = stamped(&stamp);
		check(got == number[A_CHILD][A] && stamp.start_time == start,
		      "start time expected and asked for: %d", got);
		stamp.start_time++;
		got = stamped(&stamp);
		check(got == -ESTALE, "start time of another: %d", got);
		got = outcome(pidmap_task_ids(h, number[A_CHILD][V], ref(V),
					      ref(A), &ids, &stamp));
		check(got == -ESTALE, "IDs of another: %d", got);
		got = outcome(pidmap_pids(h, PIDMAP_TGID, number[A_CHILD][V],
					  ref(V), pids, PIDMAP_MAX_PIDS,
					  &stamp));
		check(got == -ESTALE, "numbers of another: %d", got);
		got = pidmap_pidfd(h, PIDMAP_TGID, number[A_CHILD][A], ref(A),
				   0, &stamp) < 0 ? errno : 0;
		check(got == ESTALE, "pidfd of another: %d", got);
		stamp.start_time = 0;
		got = stamped(&stamp);
		check(got == -ESTALE, "0 expected: %d", got);
	}
	stamp = (struct pidmap_stamp){ 0 };
	got = stamped(&stamp);
	check(got == number[A_CHILD][A], "an empty stamp: %d", got);
	stamp.flags = 0x80;
	got = stamped(&stamp);
	check(got == -EINVAL, "stamp with an odd flag: %d", got);
	stamp = (struct pidmap_stamp){ .reserved = 1 };
	got = stamped(&stamp);
	check(got == -EINVAL, "stamp, reserved: %d", got);
}

/* The pid ID is what fstat(2) of a pidfd shows, if the kernel has pidfs. */
static void check_pid_id(void)
{
	struct pidmap_stamp stamp = { .flags = PIDMAP_PID_ID };
	struct statfs fs;
	struct stat st;
	int fd, got;

	fd = pidmap_pidfd(h, PIDMAP_TGID, number[A_CHILD][A], ref(A), 0, NULL);
	check(fd >= 0, "pidfd: %d", errno);
	if (fd < 0)
		return;
	got = outcome(pidmap_translate_pidfd(h, fd, ref(A)));
	check(got == number[A_CHILD][A], "pidfd from A: %d", got);
	got = stamped(&stamp);
	if (fstatfs(fd, &fs) || fs.f_type != PIDFS_MAGIC)
		check(got == -EOPNOTSUPP, "pid ID without pidfs: %d", got);
	else if (got > 0 || !good(got, 0, true))
		check(!fstat(fd, &st) && stamp.pid_id == st.st_ino,
		      "pid ID: %d", got);
	close(fd);

	got = pidmap_pidfd(h, PIDMAP_TGID, 1 << 30, ref(A), 0, NULL);
	check(got == -1 && errno == ESRCH, "pidfd of nobody: %d", errno);
	got = pidmap_pidfd(h, PIDMAP_TGID, number[A_CHILD][A], ref(A), 1U << 31,
			   NULL);
	check(got == -1 && errno == EINVAL, "pidfd, odd flag: %d", errno);
}

static int see_self(const struct pidmap_task *task, void *arg)
{
	*(int *)arg += pidmap_task_nr(task)[0] == getpid();
	return 0;
}

/* Whom the device refuses, others still answer. */
static void refused_main(void)
{
	struct pidmap *all = pidmap_open(NULL, 0);
	struct pidmap_snapshot *s;
	pid_t self = getpid();
	int got, times = 0;

	if (!all || setgid(65534) || setuid(65534))
		die("become nobody");
	/* Else a process may not look at its own links. */
	prctl(PR_SET_DUMPABLE, 1);
	got = outcome(pidmap_translate(h, PIDMAP_TGID, self,
				       pidmap_ns_tid(self), ref(V)));
	check(got == (device ? -EPERM : self), "own TID as nobody: %d", got);
	got = outcome(pidmap_translate(all, PIDMAP_TGID, self,
				       pidmap_ns_tid(self), ref(V)));
	check(got == self, "own TID as nobody, everyone asked: %d", got);
	/* A, B and C are root's: their numbers are shown, not their names. */
	got = pidmap_list(all, ref(V), 0, see_self, &times) ? errno : 0;
	check(got == EACCES && times == 1, "list as nobody: %d", got);
	check(!pidmap_snapshot_new(all, ref(V), 0) && errno == EACCES,
	      "snapshot as nobody: %d", errno);
	s = pidmap_snapshot_new(all, ref(V), PIDMAP_SNAPSHOT_PARTIAL);
	check(s && pidmap_snapshot_partial(s) &&
	      pidmap_snapshot_translate(s, self, 0, 0) == self,
	      "partial snapshot: %d", errno);
	pidmap_snapshot_free(s);
	pidmap_close(all);
	pidmap_close(h);
	fflush(stdout);
	_exit(0);
}

static void check_refused(void)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = spawn(0);
	if (!pid)
		refused_main();
	check(waitpid(pid, &status, 0) == pid && !status, "refused: status %x",
	      status);
}

/* From inside A, with A's numbers for what lives there: looks from V. */
static void check_set_view(void)
{
	struct pidmap *raised = pidmap_open(backend, 0);
	struct pidmap_info info;
	int got, fd;

	got = pidmap_set_view(raised, space_fd[V]) ? errno : 0;
	check(got == (device ? 0 : EOPNOTSUPP), "set view: %d", got);
	if (got) {
		pidmap_close(raised);
		return;
	}
	check(!pidmap_info(raised, &info, sizeof(info)) &&
	      info.inum == space_inum[V] &&
	      info.rights & PIDMAP_RIGHT_RAISED, "raised: info");
	got = outcome(pidmap_translate(raised, PIDMAP_TGID, number[A_CHILD][V],
				       ref(V), ref(A)));
	check(got == number[A_CHILD][A], "raised, V to A: %d", got);
	got = outcome(pidmap_translate(raised, PIDMAP_TGID, number[PLAIN][V],
				       ref(V), ref(A)));
	check(got == -EREMOTE, "raised, outside A: %d", got);
	fd = pidmap_pidfd(raised, PIDMAP_TGID, number[A_CHILD][V], ref(V), 0,
			  NULL);
	check(fd >= 0, "raised, pidfd: %d", errno);
	got = outcome(pidmap_translate_pidfd(raised, fd, ref(V)));
	check(got == number[A_CHILD][V], "raised, of a pidfd: %d", got);
	close(fd);
	fd = pidmap_pidfd(raised, PIDMAP_TGID, number[PLAIN][V], ref(V), 0,
			  NULL);
	check(fd == -1 && errno == EREMOTE, "raised, pidfd outside A: %d",
	      errno);
	got = pidmap_set_view(raised, space_fd[V]) ? errno : 0;
	check(got == EBUSY, "set view twice: %d", got);
	pidmap_close(raised);
}

/* The same seen from inside A, where /proc is that of V. */
static void inside_main(void)
{
	struct pidmap *outer = h;
	pid_t self = getpid();
	int got;

	got = outcome(pidmap_translate(outer, PIDMAP_TGID, self, ref(V),
				       ref(V)));
	check(good(got, self, true), "a handle from outside: %d", got);

	h = pidmap_open(backend, 0);
	if (!h)
		die("pidmap_open inside");
	got = outcome(pidmap_translate(h, PIDMAP_TGID, self, ref(V), ref(V)));
	check(got == self, "self inside: %d, not %d", got, self);
	got = outcome(pidmap_translate(h, PIDMAP_TGID, self, ref(A), ref(V)));
	check(got == self, "self by fd inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_TID, number[B_CHILD][A],
				       ref(V), ref(B)));
	check(got == number[B_CHILD][B], "B inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_TID, number[B_CHILD][B],
				       ref(B), ref(V)));
	check(got == number[B_CHILD][A], "from B inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_TID, 1, ref(C), ref(V)));
	check(got == -EPERM, "a sibling from inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_TID, 1, ref(V),
				       pidmap_ns_fd(space_fd[V])));
	check(got == -EPERM, "an ancestor from inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_TID, 1, ref(V),
				       pidmap_ns_inum(space_inum[C])));
	check(good(got, -ENOENT, false), "sibling's inode inside: %d", got);
	got = outcome(pidmap_translate(h, PIDMAP_SID, number[A_CHILD][A],
				       ref(V), ref(V)));
	check(got == number[A_CHILD][A], "session inside: %d", got);
	check_set_view();
	pidmap_close(h);
	pidmap_close(outer);
	fflush(stdout);
	/* Sanitizers look for leaks in /proc, which is not ours in here. */
	_exit(0);
}

static void check_inside(void)
{
	int status;
	pid_t pid;

	if (setns(space_fd[A], CLONE_NEWPID))
		die("setns");
	fflush(stdout);
	pid = spawn(0);
	if (!pid)
		inside_main();
	check(waitpid(pid, &status, 0) == pid && !status, "inside: status %x",
	      status);
	if (setns(space_fd[V], CLONE_NEWPID))
		die("setns");
}

/* Processes and namespaces that come and go while lists are made. */
static void check_churn(void)
{
	time_t end = time(NULL) + 3;
	pid_t churn[2];
	size_t i;
	int n, r;

	for (i = 0; i < ARRAY_SIZE(churn); i++) {
		churn[i] = spawn_bound(0);
		if (churn[i])
			continue;
		for (;;) {
			pid_t pid = spawn(i ? CLONE_NEWPID : 0);

			if (!pid)
				_exit(0);
			waitpid(pid, NULL, 0);
		}
	}
	for (n = 0; n < 20 && (!n || time(NULL) < end); n++) {
		struct pidmap_snapshot *s;
		struct seen seen = { 0 };
		int err = pidmap_list(h, ref(V), PIDMAP_LIST_THREADS, see_task,
				      &seen) ? errno : 0;

		if (err) {
			check(good(-err, 0, false), "list in churn: %d", err);
			break;
		}
		for (r = 0; r < ROLES; r++)
			check(seen.count[r] == !!(roles[r].types & TID),
			      "list in churn: %s %d times", roles[r].name,
			      seen.count[r]);
		s = pidmap_snapshot_new(h, ref(V), 0);
		check(s, "snapshot in churn: %d", errno);
		if (s)
			check_snapshot_of(s, TGID);
		pidmap_snapshot_free(s);
	}
	for (i = 0; i < ARRAY_SIZE(churn); i++) {
		kill(churn[i], SIGKILL);
		waitpid(churn[i], NULL, 0);
	}
}

static int suite(void)
{
	setsid();
	h = pidmap_open(backend, 0);
	if (!h && errno == EOPNOTSUPP) {
		printf("# SKIP %s: this kernel has no such thing\n", backend);
		total->skipped++;
		return 0;
	}
	if (!h)
		die(backend);
	make_world();
	check(!strcmp(pidmap_backend(h), backend), "back end %s",
	      pidmap_backend(h));
	check_translate();
	check_groups();
	check_many_groups();
	check_foreign_group();
	check_no_such();
	check_reaped();
	check_pidfd();
	check_names();
	check_bind();
	check_many();
	check_task_ids();
	check_pids();
	check_list();
	check_list_ns();
	check_without_right();
	check_many_spaces();
	check_snapshot();
	check_start_time();
	check_pid_id();
	check_churn();
	check_refused();
	check_inside();
	pidmap_close(h);
	printf("# %s: %d answers it cannot know\n", backend, unknown);
	return 0;
}

/* In a process of its own, so that it can lead a session. */
static void run(const char *name)
{
	int status;
	pid_t pid;

	backend = name;
	device = !strcmp(name, "device");
	procfs = strstr(name, "procfs");
	fflush(stdout);
	pid = spawn_bound(0);
	if (!pid)
		exit(suite());
	if (waitpid(pid, &status, 0) != pid)
		die("waitpid");
	check(!status, "status %x", status);
}

/*
 * A line for each role: name, namespace, types, the roles that are its process,
 * group, session and parent (- for none), and its number in each namespace.
 */
static void show_world(void)
{
	int r, i;

	setsid();
	make_world();
	for (r = 0; r < ROLES; r++) {
		const enum role related[] = {
			roles[r].tgid, roles[r].pgid, roles[r].sid,
			roles[r].parent,
		};

		printf("%s %s %d", roles[r].name, space_name[roles[r].space],
		       roles[r].types);
		for (i = 0; i < (int)ARRAY_SIZE(related); i++)
			printf(" %s", related[i] == ROLES ? "-" :
			       roles[related[i]].name);
		for (i = 0; i < SPACES; i++)
			printf(" %d", number[r][i]);
		printf("\n");
	}
	printf("end\n");
	fflush(stdout);
	while (read(0, &(char){ 0 }, 1) > 0)
		;
}

int main(int argc, char **argv)
{
	static const char * const all[] = {
		"device", "nsfs", "procfs", "nsfs+procfs",
	};
	size_t i;

	if (argc == 2 && !strcmp(argv[1], "--world")) {
		pid_t pid = spawn_bound(0);

		if (!pid) {
			show_world();
			return 0;
		}
		return waitpid(pid, NULL, 0) != pid;
	}
	if (argc != 1 && (argc != 3 || strcmp(argv[1], "--backend"))) {
		fprintf(stderr, "usage: %s [--backend NAME | --world]\n",
			argv[0]);
		return 2;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	total = mmap(NULL, sizeof(*total), PROT_READ | PROT_WRITE,
		     MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (total == MAP_FAILED)
		die("mmap");
	if (argc == 3)
		run(argv[2]);
	for (i = 0; argc == 1 && i < ARRAY_SIZE(all); i++)
		run(all[i]);
	printf("%d passed, %d failed, %d skipped\n", total->passed,
	       total->failed, total->skipped);
	return total->failed || !(total->passed + total->skipped);
}
