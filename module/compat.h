/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels, so that the rest reads as if for one.
 */
#ifndef _PIDMAP_COMPAT_H
#define _PIDMAP_COMPAT_H

#include <linux/cgroup.h>
#include <linux/compiler.h>
#include <linux/file.h>
#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/time_namespace.h>

/* PIDMAP_HAS_name for each probe of probe.c that this kernel passes. */
#include "probed.h"

#if defined(PIDMAP_HAS_IDR) && !defined(PIDMAP_NO_IDR)
#define PIDMAP_IDR
#endif

#ifndef PIDMAP_HAS_FD_FILE
#define fd_file(f) ((f).file)
#endif

/* Marks a local that is filled before it is read, where others are cleared. */
#if __has_attribute(__uninitialized__)
#define pidmap_uninit __attribute__((__uninitialized__))
#else
#define pidmap_uninit
#endif

/* What find_pid_ns() does, and a call less; under RCU. */
static inline struct pid *pidmap_lookup(pid_t nr, struct pid_namespace *ns)
{
#ifdef PIDMAP_IDR
	return idr_find(&ns->idr, nr);
#else
	return find_pid_ns(nr, ns);
#endif
}

/* The ID of a namespace that is never reused; 0 if the kernel has none. */
#ifdef PIDMAP_HAS_NS_ID
#define PIDMAP_HAVE_NS_ID 1
static inline u64 pidmap_ns_id(const struct pid_namespace *ns)
{
	return ns->ns.ns_id;
}
#else
#define PIDMAP_HAVE_NS_ID 0
static inline u64 pidmap_ns_id(const struct pid_namespace *ns)
{
	return 0;
}
#endif

/* The ID of a struct pid that is never reused; 0 if the kernel has none. */
#ifdef PIDMAP_HAS_PID_INO
#define PIDMAP_HAVE_PID_ID 1
static inline u64 pidmap_pid_id(const struct pid *pid)
{
	return pid->ino;
}
#else
#define PIDMAP_HAVE_PID_ID 0
static inline u64 pidmap_pid_id(const struct pid *pid)
{
	return 0;
}
#endif

/*
 * The ID of a task's cgroup in the default hierarchy, which is the inode number
 * of its directory; 0 on a kernel without cgroups. Under RCU.
 */
static inline u64 pidmap_cgroup_id(struct task_struct *task)
{
#ifdef CONFIG_CGROUPS
	/* With lockdep, it looks at task->flags, whatever these are. */
	return cgroup_id(data_race(task_dfl_cgroup(task)));
#else
	return 0;
#endif
}

/* The caller's boot-time clock minus the kernel's, in nanoseconds. */
static inline s64 pidmap_boottime_offset(void)
{
	struct timespec64 offset = {};

	timens_add_boottime(&offset);
	/* timespec64_to_ns() of Linux 5.10 takes a negative time for huge. */
	return offset.tv_sec * NSEC_PER_SEC + offset.tv_nsec;
}

/* The type of the last argument of a probe of task_newtask. */
#ifdef PIDMAP_HAS_NEWTASK_U64
#define PIDMAP_PROBE_NEWTASK_FLAGS_T u64
#else
#define PIDMAP_PROBE_NEWTASK_FLAGS_T unsigned long
#endif

/* Has a probe of sched_process_exit the argument bool group_dead? */
#ifdef PIDMAP_HAS_EXIT_GROUP_DEAD
#define PIDMAP_EXIT_HAS_GROUP_DEAD 1
#else
#define PIDMAP_EXIT_HAS_GROUP_DEAD 0
#endif

/* Changes the flags of a mapping that is being made. */
#ifdef PIDMAP_HAS_VM_FLAGS_MOD
#define pidmap_vm_flags_mod(vma, set, clear) vm_flags_mod(vma, set, clear)
#else
#define pidmap_vm_flags_mod(vma, set, clear) ({				\
	unsigned long *flags_ = &(vma)->vm_flags;			\
	*flags_ = (*flags_ | (set)) & ~(clear);				\
})
#endif

#endif /* _PIDMAP_COMPAT_H */
