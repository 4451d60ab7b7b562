/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What differs between kernels where the module itself does not look.
 */
#ifndef _PIDMAP_KUNIT_COMPAT_H
#define _PIDMAP_KUNIT_COMPAT_H

#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/mm.h>
#include <linux/pid_namespace.h>
#include <linux/sched/mm.h>

#include <kunit/test.h>

#include "compat.h"

/* Linux 6.18 renamed the reference count and added the ID. */
#if PIDMAP_HAVE_NS_ID
static inline refcount_t *ns_refcount(struct pid_namespace *ns)
{
	return &ns->ns.__ns_ref;
}

static inline void set_ns_id(struct pid_namespace *ns, u64 id)
{
	ns->ns.ns_id = id;
}
#else
static inline refcount_t *ns_refcount(struct pid_namespace *ns)
{
	return &ns->ns.count;
}

static inline void set_ns_id(struct pid_namespace *ns, u64 id)
{
}
#endif

/* Set the ID of a struct pid, if this kernel has one. Return: what it is. */
#ifdef PIDMAP_HAS_PID_INO
static inline u64 set_pid_id(struct pid *pid, u64 id)
{
	pid->ino = id;
	return id;
}
#else
static inline u64 set_pid_id(struct pid *pid, u64 id)
{
	return 0;
}
#endif

/*
 * Linux 6.11 gives a test user memory. Before, what it takes is not exported.
 * As there, the memory goes when the test's thread exits.
 */
#ifndef PIDMAP_HAS_KUNIT_VM_MMAP
static inline unsigned long kunit_vm_mmap(struct kunit *test, struct file *file,
					  unsigned long addr, unsigned long len,
					  unsigned long prot,
					  unsigned long flag,
					  unsigned long offset)
{
#if IS_BUILTIN(CONFIG_PIDMAP)
	struct mm_struct *mm = mm_alloc();

	KUNIT_ASSERT_NOT_NULL(test, mm);
	arch_pick_mmap_layout(mm, &current->signal->rlim[RLIMIT_STACK]);
	kthread_use_mm(mm);
	mmdrop(mm);
	return vm_mmap(file, addr, len, prot, flag, offset);
#else
	return 0;
#endif
}
#endif

#endif /* _PIDMAP_KUNIT_COMPAT_H */
