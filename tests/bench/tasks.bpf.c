// SPDX-License-Identifier: GPL-2.0
/*
 * A BPF task iterator that writes the record of LIST for every process.
 */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <linux/pidmap.h>

/* What is read of the kernel's structs; libbpf finds where it is. */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct pid_namespace {
	struct ns_common ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct pid {
	unsigned int level;
	struct upid numbers[1];
};

struct task_struct {
	int pid;
	int tgid;
	__u64 start_boottime;
	struct pid *thread_pid;
};

struct seq_file {
	void *private;
};

struct bpf_iter_meta {
	struct seq_file *seq;
};

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
};

#pragma clang attribute pop

char LICENSE[] SEC("license") = "GPL";

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	__u64 room[(sizeof(struct pidmap_task) + 4 * (PIDMAP_MAX_LEVEL + 1)) / 8 + 1];
	struct pidmap_task *record = (void *)room;
	__s32 *nr = (void *)(record + 1);
	struct task_struct *task = ctx->task;
	unsigned int i, levels, size;
	struct upid upid = {};
	struct pid *pid;

	if (!task || task->pid != task->tgid)
		return 0;
	pid = task->thread_pid;
	if (!pid)
		return 0;
	levels = pid->level + 1;
	for (i = 0; i <= PIDMAP_MAX_LEVEL; i++) {
		if (i >= levels)
			break;
		bpf_probe_read_kernel(&upid, sizeof(upid),
				      (void *)pid->numbers +
				      i * sizeof(upid));
		nr[i] = upid.nr;
	}
	nr[i] = 0;
	size = (sizeof(*record) + i * sizeof(nr[0]) + 7) & ~7U;
	record->size = size;
	record->nr_offset = sizeof(*record);
	record->levels = levels;
	record->inum = BPF_CORE_READ(upid.ns, ns.inum);
	record->tgid = task->tgid;
	record->reserved = 0;
	record->start_time = task->start_boottime;
	if (size > sizeof(room))
		return 0;
	bpf_seq_write(ctx->meta->seq, record, size);
	return 0;
}
