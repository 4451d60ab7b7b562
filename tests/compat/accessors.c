// SPDX-License-Identifier: GPL-2.0-only
/*
 * What module/compat.h makes of the made-up headers that it is compiled with.
 * Prints the names of the features it found, and fails if one does not work.
 */
#include <stdio.h>
#include <stdlib.h>

#include <linux/mm.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "compat.h"

#define CHECK(expr) \
	do { \
		if (!(expr)) { \
			fprintf(stderr, "compat.h: not so: %s\n", #expr); \
			exit(1); \
		} \
	} while (0)

#define SAME_TYPE(a, b) \
	__builtin_types_compatible_p(__typeof__(a), __typeof__(b))

static struct pid in_idr, found;

struct pid *find_pid_ns(int nr, struct pid_namespace *ns)
{
	return nr == 3 && ns ? &found : NULL;
}

static void feature(int present, const char *name)
{
	if (present)
		printf("%s ", name);
}

/* With a probe of another type, these do not compile. */
void probe_newtask(struct task_struct *task,
		   PIDMAP_PROBE_NEWTASK_FLAGS_T flags);
#if PIDMAP_EXIT_HAS_GROUP_DEAD
void probe_exit(struct task_struct *task, bool group_dead);
#else
void probe_exit(struct task_struct *task);
#endif
_Static_assert(SAME_TYPE(probe_newtask, trace_task_newtask), "task_newtask");
_Static_assert(SAME_TYPE(probe_exit, trace_sched_process_exit),
	       "sched_process_exit");

int main(void)
{
	static struct cgroup cgroup = { .id = 77 };
	struct task_struct task = { .cgroup = &cgroup };
	struct pid_namespace ns = {};
	struct pid *expected = &found;
	struct vm_area_struct vma = { .vm_flags = 5 };
	struct pid pid = {};
	struct fd fd = {};

#ifdef PIDMAP_IDR
	ns.idr.root = &in_idr;
	expected = &in_idr;
#endif
	CHECK(pidmap_lookup(3, &ns) == expected);
	feature(expected == &in_idr, "IDR");

	CHECK(pidmap_ns_id(&ns) == 0);
#if PIDMAP_HAVE_NS_ID
	ns.ns.ns_id = 1ull << 40;
	CHECK(pidmap_ns_id(&ns) == 1ull << 40);
#endif
	feature(PIDMAP_HAVE_NS_ID, "NS_ID");

	CHECK(pidmap_pid_id(&pid) == 0);
#if PIDMAP_HAVE_PID_ID
	pid.ino = 1ull << 40;
	CHECK(pidmap_pid_id(&pid) == 1ull << 40);
#endif
	feature(PIDMAP_HAVE_PID_ID, "PID_INO");

	CHECK(fd_file(fd) == NULL);
#ifdef CONFIG_CGROUPS
	CHECK(pidmap_cgroup_id(&task) == 77);
#else
	CHECK(pidmap_cgroup_id(&task) == 0);
#endif
	CHECK(pidmap_boottime_offset() == -1999999995);

	pidmap_vm_flags_mod(&vma, 8, 1);
	CHECK(vma.vm_flags == 12);
#ifdef PIDMAP_HAS_VM_FLAGS_MOD
	feature(1, "VM_FLAGS_MOD");
#endif

	feature(SAME_TYPE(PIDMAP_PROBE_NEWTASK_FLAGS_T, u64), "NEWTASK_U64");
	feature(PIDMAP_EXIT_HAS_GROUP_DEAD, "EXIT_GROUP_DEAD");
	return 0;
}
