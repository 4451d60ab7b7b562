// SPDX-License-Identifier: GPL-2.0-only
/*
 * The functions of pidmap.bpf.h, each called as often as is asked for, and the
 * helper of the kernel that comes closest.
 */
#include <linux/bpf.h>
#include "pidmap.bpf.h"
#include "call.h"

char LICENSE[] SEC("license") = "GPL";

/* address of a task in the leaf namespace, and that namespace */
__u64 example;
__u32 leaf_inum;
/* the namespace that we live in */
__u64 own_dev;
__u64 own_inum;

#define EXAMPLE ((const struct task_struct *)example)

struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

/* its number, by which it is found */
__s32 example_tid;

SEC("iter/task")
int find_example(struct bpf_iter__task *ctx)
{
	const struct task_struct *task = ctx->task;

	if (task && pidmap_bpf_nr_level(task, PIDMAP_BPF_TID, 0) == example_tid)
		example = (__u64)task;
	return 0;
}

CALL(nothing, sink = i)
CALL(leaf, sink = pidmap_bpf_nr_leaf(EXAMPLE, PIDMAP_BPF_TGID))
CALL(level, sink = pidmap_bpf_nr_level(EXAMPLE, PIDMAP_BPF_TGID, 0))
CALL(inum, sink = pidmap_bpf_nr_inum(EXAMPLE, PIDMAP_BPF_TGID, leaf_inum))
CALL(pgid, sink = pidmap_bpf_nr_leaf(EXAMPLE, PIDMAP_BPF_PGID))
CALL(ns, sink = pidmap_bpf_ns_inum(pidmap_bpf_ns(EXAMPLE)))
CALL(nrs, __s32 nr[PIDMAP_BPF_MAX_NRS];
     sink = pidmap_bpf_nrs(EXAMPLE, PIDMAP_BPF_TGID, nr))
CALL(helper, struct bpf_pidns_info info;
     sink = bpf_get_ns_current_pid_tgid(own_dev, own_inum, &info,
					sizeof(info)))
