// SPDX-License-Identifier: GPL-2.0-only
/*
 * Asks the module's function for BPF programs for every task, by the number that
 * the task has in its own namespace, and the kernel's for the task itself.
 */
#include <linux/bpf.h>

/* libbpf compares the arguments of functions, and insists on the whole struct. */
struct task_struct {
	int pid;
} __attribute__((preserve_access_index));

#define PIDMAP_BPF_TYPED
#include "pidmap.bpf.h"

struct bpf_iter__task {
	void *meta;
	struct task_struct *task;
} __attribute__((preserve_access_index));

extern struct task_struct *bpf_task_from_pid(__s32 pid) __ksym;
extern void bpf_task_release(struct task_struct *task) __ksym;

char LICENSE[] SEC("license") = "GPL";

/* tasks that were found, that were not, and that were another one */
__u32 found, none, other;
/* of numbers that no task has */
__u32 found_nothing;

SEC("iter/task")
int find_all(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task, *answer;
	__s32 nr, host;

	if (!task)
		return 0;
	host = pidmap_bpf_nr_level(task, PIDMAP_BPF_TID, 0);
	nr = pidmap_bpf_nr_leaf(task, PIDMAP_BPF_TID);
	answer = bpf_task_from_pid(pidmap_host_tid(nr, host));
	if (!answer) {
		none++;
	} else {
		if (answer->pid == task->pid)
			found++;
		else
			other++;
		bpf_task_release(answer);
	}
	if (pidmap_host_tid(0, host) || pidmap_host_tid(-1, host) ||
	    pidmap_host_tid(4000000, host) || pidmap_host_tid(nr, 0) ||
	    pidmap_host_tid(nr, -1) || pidmap_host_tid(nr, 4000000))
		found_nothing++;
	return 0;
}
