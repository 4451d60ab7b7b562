// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* The part of execs that runs in the kernel; see execs.c. */
#include <linux/bpf.h>

/* The tracepoint is given a task of which the verifier knows that it is one. */
#define PIDMAP_BPF_TYPED
#include "pidmap.bpf.h"

#include "execs.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 18);
} execs SEC(".maps");

SEC("tp_btf/sched_process_exec")
int on_exec(__u64 *ctx)
{
	const struct task_struct *task = (const void *)ctx[0];
	struct exec *e = bpf_ringbuf_reserve(&execs, sizeof(*e), 0);

	if (!e)
		return 0;
	e->inum = pidmap_bpf_ns_inum(pidmap_bpf_ns(task));
	e->levels = pidmap_bpf_nrs(task, PIDMAP_BPF_TGID, e->pid);
	bpf_get_current_comm(e->comm, sizeof(e->comm));
	bpf_ringbuf_submit(e, 0);
	return 0;
}
