// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The parsers of /proc, on text of all kinds.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "proc.h"

#define HEAD	"Name:\tx\nUmask:\t0022\nState:\tS (sleeping)\n" \
		"Tgid:\t40\nNgid:\t0\nPid:\t42\nPPid:\t7\nTracerPid:\t9\n"

static int parse(const char *text, struct status *st)
{
	return status_parse(text, strlen(text), st);
}

static void status_of_one_level(void **state)
{
	struct status st;

	(void)state;
	assert_int_equal(parse(HEAD "NStgid:\t40\nNSpid:\t42\n"
			       "NSpgid:\t39\nNSsid:\t38\nVmPeak:\t1 kB\n",
			       &st), 0);
	assert_int_equal(st.levels, 1);
	assert_int_equal(st.tid[0], 42);
	assert_int_equal(st.tgid[0], 40);
	assert_int_equal(st.pgid[0], 39);
	assert_int_equal(st.sid[0], 38);
	assert_int_equal(st.ppid, 7);
}

static void status_of_three_levels(void **state)
{
	struct status st;

	(void)state;
	assert_int_equal(parse(HEAD "NStgid:\t40\t5\t1\nNSpid:\t42\t6\t2\n"
			       "NSpgid:\t39\t0\t0\nNSsid:\t38\t4\t0\n", &st),
			 0);
	assert_int_equal(st.levels, 3);
	assert_int_equal(st.tid[2], 2);
	assert_int_equal(st.tgid[1], 5);
	assert_int_equal(st.pgid[0], 39);
	assert_int_equal(st.pgid[2], 0);
	assert_int_equal(st.sid[1], 4);
}

static void status_without_nspid(void **state)
{
	struct status st;

	(void)state;
	assert_int_equal(parse(HEAD, &st), -EOPNOTSUPP);
}

/* A process has ended when its last thread has. */
static void status_of_zombies(void **state)
{
	static const struct {
		const char *letter;
		int tid, threads;
		unsigned int flags;
	} cases[] = {
		{ "S (sleeping)", 40, 1, 0 },
		{ "Z (zombie)", 40, 1, PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED },
		{ "X (dead)", 40, 1, PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED },
		{ "Z (zombie)", 40, 2, PIDMAP_TASK_EXITED },
		{ "Z (zombie)", 41, 2, PIDMAP_TASK_EXITED },
	};
	char text[512];
	struct status st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		int tid = cases[i].tid;

		snprintf(text, sizeof(text), "Name:\tx\nState:\t%s\nTgid:\t40\n"
			 "Pid:\t%d\nPPid:\t7\nNStgid:\t40\nNSpid:\t%d\n"
			 "NSpgid:\t1\nNSsid:\t1\nThreads:\t%d\n",
			 cases[i].letter, tid, tid, cases[i].threads);
		assert_int_equal(parse(text, &st), 0);
		assert_int_equal(st.flags, cases[i].flags);
	}
}

/* The kernel escapes a newline in a name; anything else it leaves. */
static void status_of_odd_names(void **state)
{
	static const char * const names[] = {
		"a\\nPid:\t1", "Pid:\t1", "NSpid:\t1\t2", "x) S 1 1 1 (", "",
		" \t ", "\\\\", "\xff\xfe",
	};
	char text[512];
	struct status st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		snprintf(text, sizeof(text), "Name:\t%s\nTgid:\t40\nPid:\t42\n"
			 "PPid:\t7\nNStgid:\t40\nNSpid:\t42\nNSpgid:\t1\n"
			 "NSsid:\t1\n", names[i]);
		assert_int_equal(parse(text, &st), 0);
		assert_int_equal(st.levels, 1);
		assert_int_equal(st.tid[0], 42);
	}
}

static void status_of_a_task_that_goes(void **state)
{
	struct status st;

	(void)state;
	assert_int_equal(parse("Tgid:\t0\nPid:\t42\nPPid:\t0\nNStgid:\t0\n"
			       "NSpid:\t42\nNSpgid:\t0\nNSsid:\t0\n", &st),
			 -ESRCH);
	assert_int_equal(parse("Tgid:\t40\nPid:\t42\nPPid:\t1\nNStgid:\t40\t0\n"
			       "NSpid:\t42\t2\nNSpgid:\t0\t0\nNSsid:\t0\t0\n",
			       &st), -ESRCH);
}

static void status_of_33_and_34_levels(void **state)
{
	static const char * const names[] = {
		"NStgid:", "NSpid:", "NSpgid:", "NSsid:",
	};
	char text[2048];
	struct status st;
	int levels, i, j;

	(void)state;
	for (levels = 33; levels <= 34; levels++) {
		size_t n = snprintf(text, sizeof(text), HEAD);

		for (i = 0; i < 4; i++) {
			n += snprintf(text + n, sizeof(text) - n, "%s",
				      names[i]);
			for (j = 1; j <= levels; j++)
				n += snprintf(text + n, sizeof(text) - n,
					      "\t%d", j);
			n += snprintf(text + n, sizeof(text) - n, "\n");
		}
		assert_int_equal(parse(text, &st),
				 levels == 33 ? 0 : -EOPNOTSUPP);
	}
	assert_int_equal(st.tid[32], 33);
}

static void status_of_nonsense(void **state)
{
	static const char * const bad[] = {
		"", "\n", "\n\n\n", "Pid:", "Tgid:\t1\nPid:\t1\n",
		HEAD "NSpid:\t1\n",
		HEAD "NStgid:\t1\t2\nNSpid:\t1\nNSpgid:\t1\nNSsid:\t1\n",
		HEAD "NStgid:\nNSpid:\nNSpgid:\nNSsid:\n",
		HEAD "NStgid:\t1\nNSpid:\t1 \nNSpgid:\t1\nNSsid:\t1\n",
		HEAD "NStgid:\t1\nNSpid:\t-1\nNSpgid:\t1\nNSsid:\t1\n",
		HEAD "NStgid:\t1\nNSpid:\t2147483648\nNSpgid:\t1\nNSsid:\t1\n",
		HEAD "NStgid:\t1\nNSpid:\tx\nNSpgid:\t1\nNSsid:\t1\n",
		"Tgid:\t1\t2\nPid:\t1\nPPid:\t1\n",
		"Tgid:\t99999999999999999999999\nPid:\t1\nPPid:\t1\n",
	};
	struct status st;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_true(parse(bad[i], &st) < 0);
}

static void links(void **state)
{
	static const char * const bad[] = {
		"", "pid:[]", "pid:[1", "net:[1]", "pid:[1]x", "pid:[-1]",
		"pid:[4294967296]", "pid:1", "pid:[1] (deleted)",
	};
	uint32_t inum;
	size_t i;

	(void)state;
	assert_int_equal(nslink_parse("pid:[4026531836]", 16, &inum), 0);
	assert_int_equal(inum, 4026531836U);
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_int_equal(nslink_parse(bad[i], strlen(bad[i]), &inum),
				 -EIO);
}

static int pidfd(const char *text, pid_t *nr)
{
	return pidfd_parse(text, strlen(text), nr);
}

static void pidfds(void **state)
{
	pid_t nr;

	(void)state;
	assert_int_equal(pidfd("pos:\t0\nflags:\t02\nPid:\t42\nNSpid:\t42\n",
			       &nr), 0);
	assert_int_equal(nr, 42);
	assert_int_equal(pidfd("pos:\t0\nPid:\t-1\n", &nr), -ESRCH);
	assert_int_equal(pidfd("pos:\t0\nPid:\t0\n", &nr), -ESRCH);
	assert_int_equal(pidfd("pos:\t0\nflags:\t02\n", &nr), -EBADF);
	assert_int_equal(pidfd("", &nr), -EBADF);
	assert_int_equal(pidfd("Pid:\t", &nr), -EIO);
	assert_int_equal(pidfd("NSpid:\t3\n", &nr), -EBADF);
}

static bool mount(const char *line, bool *hides, char *path)
{
	unsigned int major, minor;
	bool is_proc = mount_parse(line, strlen(line), &major, &minor, hides,
				   path, 64);

	if (is_proc) {
		assert_int_equal(major, 0);
		assert_int_equal(minor, 21);
	}
	return is_proc;
}

static void mounts(void **state)
{
	char path[64];
	bool hides;

	(void)state;
	assert_true(mount("22 27 0:21 / /proc rw,relatime - proc proc rw",
			  &hides, path));
	assert_false(hides);
	assert_string_equal(path, "/proc");
	assert_true(mount("22 27 0:21 / /a\\040b rw shared:5 master:1 - proc "
			  "none rw,hidepid=invisible", &hides, path));
	assert_true(hides);
	assert_string_equal(path, "/a b");
	assert_true(mount("1 2 0:21 / /p rw - proc p rw,gid=4,hidepid=2",
			  &hides, path));
	assert_true(hides);
	assert_true(mount("1 2 0:21 / /p rw - proc p rw,hidepid=off", &hides,
			  path));
	assert_false(hides);
	assert_true(mount("1 2 0:21 / /p rw - proc p hidepid=4", &hides, path));
	assert_true(hides);
	/* What the kernel does not write is no escape. */
	assert_true(mount("1 2 0:21 / /a\\\xff\x80z\\777 rw - proc p rw", &hides,
			  path));
	assert_string_equal(path, "/a\\\xff\x80z\\777");
	/* Mounted as /proc/sys, a tmpfs, a procfs only by name */
	assert_false(mount("1 2 0:21 /sys /proc/sys ro - proc proc rw",
			   &hides, path));
	assert_false(mount("1 2 0:21 / /proc rw - tmpfs proc rw", &hides,
			   path));
	assert_false(mount("1 2 0:21 / /proc rw - procx proc rw", &hides,
			   path));
	assert_false(mount("", &hides, path));
	assert_false(mount("1 2 0:21 / /proc rw - ", &hides, path));
	assert_false(mount("1 2 021 / /proc rw - proc proc rw", &hides, path));
	assert_false(mount("1 2 0:21 / /0123456789012345678901234567890123456"
			   "78901234567890123456789012345 rw - proc proc rw",
			   &hides, path));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(status_of_one_level),
		cmocka_unit_test(status_of_three_levels),
		cmocka_unit_test(status_without_nspid),
		cmocka_unit_test(status_of_zombies),
		cmocka_unit_test(status_of_odd_names),
		cmocka_unit_test(status_of_a_task_that_goes),
		cmocka_unit_test(status_of_33_and_34_levels),
		cmocka_unit_test(status_of_nonsense),
		cmocka_unit_test(links),
		cmocka_unit_test(pidfds),
		cmocka_unit_test(mounts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
