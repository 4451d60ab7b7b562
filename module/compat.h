/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What differs between kernels, so that the rest reads as if for one.
 */
#ifndef _PIDMAP_COMPAT_H
#define _PIDMAP_COMPAT_H

#include <linux/file.h>
#include <linux/idr.h>
#include <linux/pid_namespace.h>
#include <linux/time_namespace.h>
#include <linux/version.h>

/* Linux 6.12 hid the pointer inside struct fd behind this accessor. */
#ifndef fd_file
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

/* Linux 6.18 gave every namespace a 64-bit ID that is never used again. */
#if LINUX_VERSION_CODE >= KERNEL_VERSION(6, 18, 0)
#define PIDMAP_HAVE_NS_ID true
static inline u64 pidmap_ns_id(const struct pid_namespace *ns)
{
	return ns->ns.ns_id;
}
#else
#define PIDMAP_HAVE_NS_ID false
static inline u64 pidmap_ns_id(const struct pid_namespace *ns)
{
	return 0;
}
#endif

/* Linux 5.10 has the offset of the caller's boot-time clock as a timespec. */
#if LINUX_VERSION_CODE < KERNEL_VERSION(5, 11, 0)
static inline u64 timens_add_boottime_ns(u64 ns)
{
	struct timespec64 offset = {};

	timens_add_boottime(&offset);
	return ns + timespec64_to_ns(&offset);
}
#endif

#endif /* _PIDMAP_COMPAT_H */
