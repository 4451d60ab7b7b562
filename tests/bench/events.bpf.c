// SPDX-License-Identifier: GPL-2.0-only
/*
 * What WATCH does, as a pair of BPF programs: an event of the same content in a
 * ring buffer for each process that begins or ends.
 */
#include "record.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct atomic___live {
	int counter;
};

struct signal_struct___live {
	struct atomic___live live;
};

struct task_struct___live {
	struct signal_struct___live *signal;
};

#pragma clang attribute pop

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} events SEC(".maps");

char LICENSE[] SEC("license") = "GPL";

__u64 seq;
__u64 lost;

struct event_room {
	struct pidmap_event event;
	struct task_room task;
};

static __always_inline void tell(enum pidmap_event_kind kind,
				 const struct task_struct *task, __s32 code)
{
	struct event_room room;
	unsigned int size = fill(&room.task, task);

	if (!size)
		return;
	size += sizeof(room.event);
	if (size > sizeof(room))
		return;
	room.event.size = size;
	room.event.kind = kind;
	room.event.task_offset = sizeof(room.event);
	room.event.comm_offset = 0;
	room.event.seq = __sync_fetch_and_add(&seq, 1);
	room.event.time = bpf_ktime_get_boot_ns();
	room.event.lost = 0;
	room.event.code = code;
	if (bpf_ringbuf_output(&events, &room, size, 0))
		__sync_fetch_and_add(&lost, 1);
}

SEC("tp_btf/task_newtask")
int on_newtask(__u64 *ctx)
{
	const struct task_struct___bench *task = (const void *)ctx[0];

	if (task->pid == task->tgid)
		tell(PIDMAP_EVENT_FORK, (const void *)task, 0);
	return 0;
}

SEC("tp_btf/sched_process_exit")
int on_exit(__u64 *ctx)
{
	const struct task_struct___live *task = (const void *)ctx[0];
	const struct task_struct___bench *bench = (const void *)ctx[0];

	/* the last task of its process */
	if (!task->signal->live.counter)
		tell(PIDMAP_EVENT_EXIT, (const void *)task, bench->exit_code);
	return 0;
}

/* The same of the current task, many times. */
static int write_event(__u32 i, void *arg)
{
	(void)i;
	(void)arg;
	tell(PIDMAP_EVENT_FORK, (const void *)bpf_get_current_task_btf(), 0);
	return 0;
}

SEC("syscall")
int write_events(const __u32 *times)
{
	bpf_loop(*times, write_event, NULL, 0);
	return 0;
}
