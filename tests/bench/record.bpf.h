/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The module's record of a task, as a BPF program can fill it in for a view that
 * is the initial namespace.
 */
#ifndef RECORD_BPF_H
#define RECORD_BPF_H

#include <linux/bpf.h>
#include <linux/pidmap.h>
#define PIDMAP_BPF_TYPED
#include "pidmap.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct kernfs_node___bench {
	__u64 id;
};

struct cgroup___bench {
	struct kernfs_node___bench *kn;
};

struct css_set___bench {
	struct cgroup___bench *dfl_cgrp;
};

/* Linux 6.12 and newer */
struct pid___bench {
	__u64 ino;
};

struct task_struct___bench {
	int pid;
	int tgid;
	int exit_state;
	int exit_code;
	__u64 start_boottime;
	struct css_set___bench *cgroups;
};

#pragma clang attribute pop

/* The longest record, which is one of a task at level 32. */
struct task_room {
	struct pidmap_task task;
	__s32 nr[PIDMAP_MAX_LEVEL + 1];
	__s32 padding;
};

/* Return: the length of the record; 0 if the task has no record. */
static __always_inline unsigned int fill(struct task_room *room,
					 const struct task_struct *task)
{
	const struct task_struct___bench *t = (const void *)task;
	struct pidmap_task *record = &room->task;
	__u32 levels = pidmap_bpf_nrs(task, PIDMAP_BPF_TID, room->nr);

	if (!levels || levels > PIDMAP_MAX_LEVEL + 1)
		return 0;
	if (levels % 2)
		room->nr[levels] = 0;
	record->size = sizeof(*record) + (levels + 1) / 2 * 8;
	record->nr_offset = sizeof(*record);
	record->levels = levels;
	record->flags = t->exit_state ? PIDMAP_TASK_EXITED : 0;
	record->inum = pidmap_bpf_ns_inum(pidmap_bpf_ns(task));
	record->tgid = pidmap_bpf_nr_level(task, PIDMAP_BPF_TGID, 0);
	record->pgid = pidmap_bpf_nr_level(task, PIDMAP_BPF_PGID, 0);
	record->sid = pidmap_bpf_nr_level(task, PIDMAP_BPF_SID, 0);
	record->ppid = pidmap_bpf_nr_level(pidmap_bpf_parent(task),
					   PIDMAP_BPF_TGID, 0);
	record->reserved = 0;
	record->start_time = t->start_boottime;
	record->cgroup = t->cgroups->dfl_cgrp->kn->id;
	record->pid_id = 0;
	if (bpf_core_field_exists(struct pid___bench, ino))
		record->pid_id = ((const struct pid___bench *)
			pidmap_bpf_id(task, PIDMAP_BPF_TID))->ino;
	return record->size;
}

#endif
