// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pidmap in a real PID namespace: what it says is compared with what the
 * processes know of themselves.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pidmap.h>
#include <linux/sched.h>

#include "kselftest_harness.h"

FIXTURE(pidmap) {
	int device;
	pid_t child;	/* the init of a new PID namespace */
	int ns;		/* that namespace */
};

FIXTURE_SETUP(pidmap)
{
	struct clone_args args = {
		.flags = CLONE_NEWPID,
		.exit_signal = SIGCHLD,
	};
	char path[64];

	self->device = open("/dev/pidmap", O_RDWR | O_CLOEXEC);
	if (self->device < 0)
		SKIP(return, "no /dev/pidmap");
	self->child = syscall(SYS_clone3, &args, sizeof(args));
	ASSERT_GE(self->child, 0);
	if (!self->child) {
		for (;;)
			pause();
	}
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", self->child);
	self->ns = open(path, O_RDONLY | O_CLOEXEC);
	ASSERT_GE(self->ns, 0);
}

FIXTURE_TEARDOWN(pidmap)
{
	if (self->device < 0)
		return;
	kill(self->child, SIGKILL);
	waitpid(self->child, NULL, 0);
	close(self->ns);
	close(self->device);
}

TEST_F(pidmap, both_directions)
{
	struct pidmap_translate req = {
		.size = sizeof(req),
		.type = PIDMAP_TGID,
		.nr = self->child,
		.to = { .kind = PIDMAP_NS_FD, .value = self->ns },
	};

	ASSERT_EQ(0, ioctl(self->device, PIDMAP_TRANSLATE, &req));
	EXPECT_EQ(1, req.result);

	req.from = req.to;
	req.to = (struct pidmap_nsref){ .kind = PIDMAP_NS_VIEW };
	req.nr = 1;
	ASSERT_EQ(0, ioctl(self->device, PIDMAP_TRANSLATE, &req));
	EXPECT_EQ(self->child, req.result);
}

TEST_F(pidmap, no_number_there)
{
	struct pidmap_translate req = {
		.size = sizeof(req),
		.type = PIDMAP_TGID,
		.nr = getpid(),
		.to = { .kind = PIDMAP_NS_FD, .value = self->ns },
	};

	ASSERT_EQ(-1, ioctl(self->device, PIDMAP_TRANSLATE, &req));
	EXPECT_EQ(EREMOTE, errno);

	req.from = req.to;
	req.nr = 2;
	ASSERT_EQ(-1, ioctl(self->device, PIDMAP_TRANSLATE, &req));
	EXPECT_EQ(ESRCH, errno);
}

TEST_F(pidmap, list_has_the_child_once)
{
	uint64_t buffer[8192];
	struct pidmap_list req = {
		.size = sizeof(req),
		.ns = { .kind = PIDMAP_NS_FD, .value = self->ns },
		.buffer = (uintptr_t)buffer,
		.buffer_size = sizeof(buffer),
	};
	const struct pidmap_task *task = (void *)buffer;

	ASSERT_EQ(0, ioctl(self->device, PIDMAP_LIST, &req));
	ASSERT_EQ(1, req.count);
	EXPECT_EQ(PIDMAP_CURSOR_END, req.cursor);
	EXPECT_EQ(self->child, task->tgid);
	EXPECT_EQ(getpid(), task->ppid);
	ASSERT_EQ(2, task->levels);
	EXPECT_EQ(self->child, pidmap_task_nr(task)[0]);
	EXPECT_EQ(1, pidmap_task_nr(task)[1]);
}

TEST_F(pidmap, a_longer_struct_must_end_in_zeros)
{
	struct {
		struct pidmap_translate req;
		uint64_t more;
	} longer = {
		.req = {
			.size = sizeof(longer),
			.type = PIDMAP_TGID,
			.nr = getpid(),
		},
	};

	ASSERT_EQ(0, ioctl(self->device, PIDMAP_TRANSLATE, &longer));
	EXPECT_EQ(getpid(), longer.req.result);

	longer.more = 1;
	ASSERT_EQ(-1, ioctl(self->device, PIDMAP_TRANSLATE, &longer));
	EXPECT_EQ(E2BIG, errno);
}

TEST_HARNESS_MAIN
