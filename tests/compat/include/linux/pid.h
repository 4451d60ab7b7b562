/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_PID_H
#define _LINUX_PID_H

#include <linux/types.h>

#ifdef with_broken
#error these headers do not compile
#endif

struct pid_namespace;

struct pid {
	unsigned int level;
#ifdef PID_INO_int
	unsigned int ino;
#endif
#ifdef PID_INO_long
	unsigned long ino;
#endif
#ifdef PID_INO_u64
	u64 ino;
#endif
#ifdef PID_INO_group
	struct {
		u64 ino;
		void *stashed;
	};
#endif
};

struct pid *find_pid_ns(int nr, struct pid_namespace *ns);

#endif
