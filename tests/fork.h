/* SPDX-License-Identifier: GPL-2.0-only OR LGPL-2.1-or-later OR MIT */
#ifndef FORK_H
#define FORK_H

#include <linux/sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * fork(), with flags of clone3(2): of clone(2), the order of the arguments
 * depends on the architecture.
 */
static inline pid_t fork_flags(unsigned long flags)
{
	struct clone_args args = {
		.flags = flags,
		.exit_signal = SIGCHLD,
	};

	return syscall(SYS_clone3, &args, sizeof(args));
}

#endif
