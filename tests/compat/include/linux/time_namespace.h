/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_TIME_NAMESPACE_H
#define _LINUX_TIME_NAMESPACE_H

#include <linux/types.h>

#define NSEC_PER_SEC	1000000000L

struct timespec64 {
	s64 tv_sec;
	long tv_nsec;
};

static inline void timens_add_boottime(struct timespec64 *ts)
{
	ts->tv_sec -= 2;
	ts->tv_nsec += 5;
}

#ifdef with_boottime_ns
static inline u64 timens_add_boottime_ns(u64 ns)
{
	return ns - 1999999995;
}
#endif

#endif
