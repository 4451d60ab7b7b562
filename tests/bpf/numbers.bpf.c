// SPDX-License-Identifier: GPL-2.0-only
/*
 * Programs of each kind that ask pidmap.bpf.h everything about the tasks that
 * they see.  With VMLINUX, the kernel's own declarations are there, too; with
 * PIDMAP_BPF_TYPED, only those programs whose tasks the verifier knows.
 */
#ifdef VMLINUX
#include "vmlinux.h"
#else
#include <linux/bpf.h>
#endif
#include "pidmap.bpf.h"
#include "record.h"

#ifndef VMLINUX
struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));
#endif

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4096);
	__type(key, struct seen_key);
	__type(value, struct record);
} records SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct wanted);
} wanted SEC(".maps");

static const struct record empty;

static __always_inline void
ask(struct record *r, const struct task_struct *task, enum pidmap_bpf_type type,
    const struct wanted *want)
{
	int i;

	r->count[type] = pidmap_bpf_nrs(task, type, r->nrs[type]);
	r->leaf[type] = pidmap_bpf_nr_leaf(task, type);
	r->host[type] = pidmap_bpf_nr_level(task, type, 0);
	r->beyond[type] = pidmap_bpf_nr_level(task, type, r->count[type]);
	r->wanted_inum[type] = pidmap_bpf_nr_inum(task, type, want->inum);
	r->wanted_id[type] = pidmap_bpf_nr_nsid(task, type, want->id);
	r->last[type] = pidmap_bpf_nr_level(task, type, r->count[type] - 1);
	for (i = 0; i < ASKED_LEVELS; i++)
		r->level[type][i] = pidmap_bpf_nr_level(task, type, i);
}

/* @again: also if the program has seen the task before */
static __always_inline int record(enum seen_by seen_by,
				  const struct task_struct *task, int again)
{
	struct seen_key key = {
		.seen_by = seen_by,
		.tid = pidmap_bpf_nr_level(task, PIDMAP_BPF_TID, 0),
	};
	const struct pid_namespace *ns = pidmap_bpf_ns(task);
	const struct wanted *want;
	struct record *r;
	__u32 zero = 0;
	int i;

	want = bpf_map_lookup_elem(&wanted, &zero);
	if (!want || !key.tid ||
	    bpf_map_update_elem(&records, &key, &empty,
				again ? BPF_ANY : BPF_NOEXIST))
		return 0;
	r = bpf_map_lookup_elem(&records, &key);
	if (!r)
		return 0;
	ask(r, task, PIDMAP_BPF_TID, want);
	ask(r, task, PIDMAP_BPF_TGID, want);
	ask(r, task, PIDMAP_BPF_PGID, want);
	ask(r, task, PIDMAP_BPF_SID, want);
	r->ppid = pidmap_bpf_nr_ns(pidmap_bpf_parent(task), PIDMAP_BPF_TGID, ns);
	r->ns_level = pidmap_bpf_ns_level(ns);
	for (i = 0; i < LEVELS; i++) {
		r->inum_at[i] = pidmap_bpf_ns_inum(pidmap_bpf_ns_at(task, i));
		r->inum[i] = pidmap_bpf_ns_inum(ns);
		r->id[i] = pidmap_bpf_ns_id(ns);
		ns = pidmap_bpf_ns_parent(ns);
	}
	barrier();
	r->complete = 1;
	return 0;
}

SEC("tp_btf/task_newtask")
int on_newtask(__u64 *ctx)
{
	return record(NEWTASK, (const void *)ctx[0], 1);
}

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	return record(EXEC, (const void *)ctx[0], 1);
}

SEC("tp_btf/sched_process_exit")
int on_exit(__u64 *ctx)
{
	return record(EXIT, (const void *)ctx[0], 1);
}

/* Here the verifier does not know that the current task is one. */
#ifndef PIDMAP_BPF_TYPED
static __always_inline const struct task_struct *current(void)
{
	return (const void *)bpf_get_current_task();
}

SEC("kprobe/hrtimer_nanosleep")
int on_sleep(void *ctx)
{
	return record(KPROBE, current(), 0);
}

SEC("perf_event")
int on_switch(void *ctx)
{
	return record(SWITCH, current(), 0);
}
#endif

SEC("iter/task")
int every_task(struct bpf_iter__task *ctx)
{
	const struct task_struct *task = ctx->task;

	/* the last call is without one */
	return task ? record(ITER, task, 0) : 0;
}
