// SPDX-License-Identifier: GPL-2.0-only
/*
 * A BPF task iterator that writes the record of LIST for every process.
 */
#include "record.bpf.h"

struct bpf_iter_meta {
	struct seq_file *seq;
} __attribute__((preserve_access_index));

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

char LICENSE[] SEC("license") = "GPL";

SEC("iter/task")
int list_tasks(struct bpf_iter__task *ctx)
{
	const struct task_struct___bench *task = (const void *)ctx->task;
	struct task_room room;
	unsigned int size;

	if (!task || task->pid != task->tgid)
		return 0;
	size = fill(&room, (const void *)task);
	if (size && size <= sizeof(room))
		bpf_seq_write(ctx->meta->seq, &room, size);
	return 0;
}
