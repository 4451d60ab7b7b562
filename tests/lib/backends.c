// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The back ends that read /proc, with /proc mounted in all the wrong ways. Each
 * case runs in a process with mounts of its own. Needs root, no module.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <grp.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <pidmap.h>

#include "../fork.h"

#define NOBODY	65534

static struct pidmap_nsref view;

/* Runs a case and takes over its verdict: 0, or the line that failed. */
static void in_child(int flags, int (*run)(void))
{
	int status;
	pid_t pid;

	pid = fork_flags(flags);
	assert_true(pid >= 0);
	if (!pid) {
		if (unshare(CLONE_NEWNS) ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
			_exit(255);
		_exit(run());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	/* Not 0: the line of this file that failed, modulo 256. */
	assert_int_equal(WEXITSTATUS(status), 0);
}

#define EXPECT(cond) do { if (!(cond)) return __LINE__ & 255; } while (0)

static int become_nobody(void)
{
	return setgid(NOBODY) || setuid(NOBODY);
}

static int translate(struct pidmap *h, enum pidmap_type type, pid_t nr)
{
	pid_t ret = pidmap_translate(h, type, nr, view, view);

	return ret > 0 ? ret : -errno;
}

static int count_task(const struct pidmap_task *task, void *arg)
{
	(void)task;
	++*(int *)arg;
	return 0;
}

static int count_ns(const struct pidmap_ns *ns, void *arg)
{
	(void)ns;
	++*(int *)arg;
	return 0;
}

static int no_task(const struct pidmap_task *task, void *arg)
{
	(void)task;
	(void)arg;
	return 0;
}

static void names_of_back_ends(void **state)
{
	static const char * const bad[] = {
		"", "x", "devic", "device ", "nsfs+", "+nsfs", "nsfs++procfs",
		"procfs+procfs", "nsfsprocfs",
		"an-overly-long-name-of-a-back-end-that-does-not-fit",
	};
	struct pidmap *h;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		assert_null(pidmap_open(bad[i], 0));
		assert_int_equal(errno, EINVAL);
	}
	assert_null(pidmap_open(NULL, 1));
	assert_int_equal(errno, EINVAL);
	h = pidmap_open(NULL, 0);
	assert_non_null(h);
	assert_non_null(pidmap_backend(h));
	pidmap_close(h);
	errno = 123;
	pidmap_close(NULL);
	pidmap_snapshot_free(NULL);
	assert_int_equal(errno, 123);
	assert_non_null(pidmap_version());
}

/* Processes of others can be seen by nobody. */
static int hidden(const char *options, bool hides)
{
	pid_t other = fork(), gone;
	struct pidmap *h;
	int got, seen = 0;

	/* Goes when its init does. */
	if (!other)
		pause();
	gone = fork();
	if (!gone)
		_exit(0);
	waitpid(gone, NULL, 0);
	EXPECT(!mount("proc", "/proc", "proc", 0, options));
	EXPECT(!become_nobody());
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, getpid()) == getpid());
	EXPECT(translate(h, PIDMAP_TGID, gone) == -ESRCH);
	got = translate(h, PIDMAP_TGID, other);
	EXPECT(got == (hides ? -EOPNOTSUPP : other));
	/* Whether a group is in use, all processes together say. */
	got = translate(h, PIDMAP_PGID, gone);
	EXPECT(got == (hides ? -EOPNOTSUPP : -ESRCH));
	/* What can be seen is listed: ourselves, and then the other one. */
	got = pidmap_list(h, view, 0, count_task, &seen);
	EXPECT(hides ? got == -1 && errno == EACCES : !got);
	EXPECT(seen == (hides ? 1 : 2));
	if (hides)
		EXPECT(!pidmap_snapshot_new(h, view, 0) && errno == EACCES);
	pidmap_close(h);
	return 0;
}

static int hidepid_0(void)
{
	return hidden("hidepid=0", false);
}

static int hidepid_1(void)
{
	return hidden("hidepid=1", true);
}

static int hidepid_2(void)
{
	return hidden("hidepid=2", true);
}

static int hidepid_4(void)
{
	return hidden("hidepid=4", true);
}

static void hidepid(void **state)
{
	(void)state;
	in_child(CLONE_NEWPID, hidepid_0);
	in_child(CLONE_NEWPID, hidepid_1);
	in_child(CLONE_NEWPID, hidepid_2);
	in_child(CLONE_NEWPID, hidepid_4);
}

/* With the right, hidepid hides nothing. */
static int hidepid_root_run(void)
{
	struct pidmap *h;

	EXPECT(!mount("proc", "/proc", "proc", 0, "hidepid=2"));
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, 1) == 1);
	EXPECT(!pidmap_list(h, view, 0, no_task, NULL));
	pidmap_close(h);
	return 0;
}

static void hidepid_root(void **state)
{
	(void)state;
	in_child(0, hidepid_root_run);
}

/* /proc is the parent's: numbers in it are not ours. */
static int wrong_proc_root(void)
{
	struct pidmap *h = pidmap_open("procfs", 0);

	EXPECT(getpid() == 1);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, 1) == 1);
	EXPECT(translate(h, PIDMAP_TGID, 2) == -ESRCH);
	pidmap_close(h);
	return 0;
}

static int wrong_proc_nobody(void)
{
	EXPECT(getpid() == 1);
	EXPECT(!become_nobody());
	EXPECT(!pidmap_open("procfs", 0) && errno == EOPNOTSUPP);
	return 0;
}

/* Without a /proc, the kernel's ioctls still answer (Linux 6.11). */
static int nsfs_alone(void)
{
	struct pidmap *h;

	EXPECT(getpid() == 1);
	EXPECT(!become_nobody());
	h = pidmap_open("nsfs", 0);
	if (!h)
		return errno == EOPNOTSUPP ? 0 : __LINE__;
	pidmap_close(h);
	h = pidmap_open(NULL, 0);
	EXPECT(h);
	EXPECT(strstr(pidmap_backend(h), "nsfs"));
	EXPECT(!strstr(pidmap_backend(h), "procfs"));
	EXPECT(translate(h, PIDMAP_TGID, 1) == 1);
	EXPECT(translate(h, PIDMAP_TGID, 2) == -ESRCH);
	pidmap_close(h);
	return 0;
}

/* /proc is the parent's, and our number there is the one we have here. */
static int same_number(void)
{
	pid_t both[2] = { 29999, 29999 };
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uintptr_t)both,
		.set_tid_size = 2,
	};
	pid_t pid = syscall(SYS_clone3, &args, sizeof(args));
	int status;

	EXPECT(pid >= 0);
	if (!pid) {
		char self[16] = "";

		if (readlink("/proc/self", self, sizeof(self) - 1) < 0 ||
		    atoi(self) != getpid() || getpid() != both[0] ||
		    become_nobody())
			_exit(1);
		_exit(pidmap_open("procfs", 0) || errno != EOPNOTSUPP ? 2 : 0);
	}
	EXPECT(waitpid(pid, &status, 0) == pid);
	EXPECT(WIFEXITED(status) && !WEXITSTATUS(status));
	return 0;
}

static int see_nameless(const struct pidmap_task *task, void *arg)
{
	pid_t *child = arg;

	if (pidmap_task_nr(task)[0] == *child && task->levels == 2 &&
	    pidmap_task_nr(task)[1] == 1 && !task->inum)
		*child = 0;
	return 0;
}

/* A container of another user: its numbers can be seen, its name cannot. */
static int others_container(void)
{
	struct pidmap_snapshot *s;
	struct pidmap *h;
	pid_t child, listed;
	int spaces = 0;

	EXPECT(!mount("proc", "/proc", "proc", 0, NULL));
	EXPECT(!unshare(CLONE_NEWPID));
	child = listed = fork();
	if (!child) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		pause();
		_exit(1);
	}
	EXPECT(!become_nobody());
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(pidmap_list(h, view, 0, see_nameless, &listed) == -1);
	EXPECT(errno == EACCES && !listed);
	EXPECT(pidmap_list_ns(h, view, count_ns, &spaces) == -1);
	EXPECT(errno == EACCES && spaces == 1);
	EXPECT(!pidmap_snapshot_new(h, view, 0) && errno == EACCES);
	s = pidmap_snapshot_new(h, view, PIDMAP_SNAPSHOT_PARTIAL);
	EXPECT(s && pidmap_snapshot_partial(s));
	EXPECT(pidmap_snapshot_translate(s, getpid(), 0, 0) == getpid());
	EXPECT(!pidmap_snapshot_translate(s, child, 0, 0) && errno == ESRCH);
	pidmap_snapshot_free(s);
	pidmap_close(h);
	return 0;
}

static void hidden_in_part(void **state)
{
	(void)state;
	in_child(CLONE_NEWPID, others_container);
}

/* Ours is elsewhere. */
static int other_mount(void)
{
	struct pidmap *h;

	EXPECT(!mount("tmpfs", "/mnt", "tmpfs", 0, NULL));
	EXPECT(!mkdir("/mnt/a b", 0755));
	EXPECT(!mount("proc", "/mnt/a b", "proc", 0, NULL));
	EXPECT(!become_nobody());
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, 1) == 1);
	EXPECT(translate(h, PIDMAP_TGID, 2) == -ESRCH);
	pidmap_close(h);
	return 0;
}

/* The right one on top of the wrong one. */
static int right_proc(void)
{
	struct pidmap *h;

	EXPECT(!mount("proc", "/proc", "proc", 0, NULL));
	EXPECT(!become_nobody());
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, 1) == 1);
	pidmap_close(h);
	return 0;
}

/* A child's, where the caller is not to be found. */
static int childs_proc(void)
{
	struct pidmap *h;
	int pair[2];
	pid_t pid;
	char c;

	EXPECT(!pipe(pair));
	EXPECT(!unshare(CLONE_NEWPID));
	pid = fork();
	if (!pid) {
		c = !!mount("proc", "/proc", "proc", 0, NULL);
		if (write(pair[1], &c, 1) == 1)
			pause();
		_exit(1);
	}
	EXPECT(read(pair[0], &c, 1) == 1 && !c);
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, getpid()) == getpid());
	EXPECT(translate(h, PIDMAP_TGID, pid) == pid);
	pidmap_close(h);
	/* Mounts are ours, so for nobody the wrong one is all there is. */
	EXPECT(!kill(pid, SIGKILL));
	return 0;
}

/* Something else is called /proc. */
static int no_proc(void)
{
	struct pidmap *h;

	EXPECT(!mount("tmpfs", "/proc", "tmpfs", 0, NULL));
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, getpid()) == getpid());
	pidmap_close(h);
	EXPECT(!become_nobody());
	EXPECT(!pidmap_open("procfs", 0) && errno == EOPNOTSUPP);
	return 0;
}

static void wrong_mounts(void **state)
{
	(void)state;
	in_child(CLONE_NEWPID, wrong_proc_root);
	in_child(CLONE_NEWPID, wrong_proc_nobody);
	in_child(CLONE_NEWPID, nsfs_alone);
	in_child(CLONE_NEWPID, same_number);
	in_child(CLONE_NEWPID, other_mount);
	in_child(CLONE_NEWPID, right_proc);
	in_child(0, childs_proc);
	in_child(0, no_proc);
}

/* Names that pretend to be something else. */
static int odd_names_run(void)
{
	static const char * const names[] = {
		"a\nPid:\t1", "x) S 1 1 1", "\nNSpid:\t9", "(", "", "\\n",
	};
	struct pidmap *h = pidmap_open("procfs", 0);
	size_t i;

	EXPECT(h);
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		EXPECT(!prctl(PR_SET_NAME, names[i]));
		EXPECT(translate(h, PIDMAP_TGID, getpid()) == getpid());
	}
	pidmap_close(h);
	return 0;
}

static void odd_names(void **state)
{
	(void)state;
	in_child(0, odd_names_run);
}

/* A line of a status file may be longer than what is read at once. */
static int many_groups_run(void)
{
	static gid_t groups[20000];
	struct pidmap *h;
	size_t i;

	for (i = 0; i < 20000; i++)
		groups[i] = 100000 + i;
	EXPECT(!setgroups(20000, groups));
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_TGID, getpid()) == getpid());
	pidmap_close(h);
	return 0;
}

static void many_groups(void **state)
{
	(void)state;
	in_child(0, many_groups_run);
}

static void *hammer(void *arg)
{
	struct pidmap *h = arg;
	int i;

	for (i = 0; i < 200; i++) {
		if (translate(h, PIDMAP_TGID, getpid()) != getpid() ||
		    translate(h, PIDMAP_PGID, 1 << 29) != -ESRCH)
			return arg;
	}
	return NULL;
}

/* One handle, several threads. */
static void threads(void **state)
{
	struct pidmap *h = pidmap_open("procfs", 0);
	pthread_t thread[4];
	void *bad;
	size_t i;

	(void)state;
	assert_non_null(h);
	for (i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&thread[i], NULL, hammer, h),
				 0);
	for (i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(thread[i], &bad), 0);
		assert_null(bad);
	}
	pidmap_close(h);
}

/* After all this, no descriptor is left open. */
static int descriptors_run(void)
{
	int before = dup(0), after;
	struct pidmap *h;

	close(before);
	/* The session we are born in may be led from outside: number 0. */
	EXPECT(setsid() == getpid());
	h = pidmap_open("procfs", 0);
	EXPECT(h);
	EXPECT(translate(h, PIDMAP_SID, getpid()) == getpid());
	EXPECT(!pidmap_bind(h, view, pidmap_ns_tid(getpid())));
	EXPECT(!pidmap_list(h, view, PIDMAP_LIST_THREADS, no_task, NULL));
	pidmap_snapshot_free(pidmap_snapshot_new(h, view, 0));
	pidmap_close(h);
	after = dup(0);
	close(after);
	EXPECT(before == after);
	return 0;
}

static void descriptors(void **state)
{
	(void)state;
	in_child(0, descriptors_run);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_back_ends),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(many_groups),
		cmocka_unit_test(threads),
		cmocka_unit_test(descriptors),
		cmocka_unit_test(hidepid),
		cmocka_unit_test(hidepid_root),
		cmocka_unit_test(wrong_mounts),
		cmocka_unit_test(hidden_in_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
