// SPDX-License-Identifier: GPL-2.0-only
/*
 * What kernels differ in, as far as this module touches it. Kbuild compiles
 * this file once for each probe and defines PIDMAP_HAS_name if that succeeds.
 * It asks the headers and not the version, because distributions backport.
 */
#include <linux/build_bug.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/time_namespace.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#define SAME_TYPE(a, b) \
	static_assert(__builtin_types_compatible_p(typeof(a), typeof(b)))

/* The namespace keeps its PIDs in an idr. */
#ifdef PROBE_IDR
SAME_TYPE(((struct pid_namespace *)0)->idr, struct idr);
#endif

/* Every namespace has a 64-bit ID that is never reused (Linux 6.18). */
#ifdef PROBE_NS_ID
SAME_TYPE(((struct pid_namespace *)0)->ns.ns_id, u64);
#endif

/* So has every struct pid; fstat(2) of a pidfd shows it (Linux 6.9). */
#ifdef PROBE_PID_INO
static_assert(sizeof(((struct pid *)0)->ino) == sizeof(u64));
#endif

/* The pointer inside struct fd has an accessor (Linux 6.12). */
#ifdef PROBE_FD_FILE
SAME_TYPE(fd_file((struct fd){}), struct file *);
#endif

/* The flags of clone3(2) are traced in 64 bits on all machines (Linux 6.18). */
#ifdef PROBE_NEWTASK_U64
SAME_TYPE(trace_task_newtask, void(struct task_struct *, u64));
#endif

/* An exit says whether the whole process has ended (Linux 6.16). */
#ifdef PROBE_EXIT_GROUP_DEAD
SAME_TYPE(trace_sched_process_exit, void(struct task_struct *, bool));
#endif

/* The flags of a mapping are changed by functions (Linux 6.3). */
#ifdef PROBE_VM_FLAGS_MOD
SAME_TYPE(vm_flags_mod, vm_flags_mod);
#endif

/* A test can have user memory (Linux 6.11). */
#ifdef PROBE_KUNIT_VM_MMAP
#include <kunit/test.h>
SAME_TYPE(kunit_vm_mmap, kunit_vm_mmap);
#endif
