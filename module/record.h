/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The record of a task, as LIST and events report it.
 */
#ifndef _PIDMAP_RECORD_H
#define _PIDMAP_RECORD_H

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/pidmap.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "lookup.h"

/* The longest record: a task at the deepest level, as seen from level 0. */
#define PIDMAP_RECORD_MAX \
	ALIGN(sizeof(struct pidmap_task) + \
	      (PIDMAP_MAX_LEVEL + 1) * sizeof(__s32), 8)

/**
 * pidmap_record_levels() - how many numbers a record has
 * @pid: the ID of the task
 * @view: the namespace whose number comes first; the ID has a number there
 */
static inline unsigned int pidmap_record_levels(const struct pid *pid,
						const struct pid_namespace *view)
{
	return pid->level - view->level + 1;
}

/**
 * pidmap_record_size() - how long a record is
 * @levels: how many numbers it has
 *
 * Return: its length in bytes, a multiple of 8.
 */
static inline unsigned int pidmap_record_size(unsigned int levels)
{
	return ALIGN(sizeof(struct pidmap_task) + levels * sizeof(__s32), 8);
}

/* The number of a task's process, group or session; its ID may go meanwhile. */
static __always_inline pid_t pidmap_record_nr(const struct task_struct *task,
					      enum pid_type type,
					      const struct pid_namespace *view)
{
	const struct pid *pid = data_race(READ_ONCE(task->signal->pids[type]));

	return pid ? pidmap_nr(pid, view) : 0;
}

/**
 * pidmap_record_fill() - write the record of a task; under RCU
 * @rec: room for pidmap_record_size() bytes
 * @task: the task
 * @pid: the ID of the task, as TID
 * @view: the namespace whose number comes first; the ID has a number there
 * @levels: pidmap_record_levels()
 * @time_offset: added to the start time, in nanoseconds
 */
static __always_inline void
pidmap_record_fill(struct pidmap_task *rec, struct task_struct *task,
		   const struct pid *pid, const struct pid_namespace *view,
		   unsigned int levels, u64 time_offset)
{
	const struct upid *upid = &pid->numbers[view->level];
	__s32 *nr = (__s32 *)(rec + 1);
	unsigned int i;

	rec->size = pidmap_record_size(levels);
	rec->nr_offset = sizeof(*rec);
	rec->levels = levels;
	rec->flags = 0;
	if (data_race(READ_ONCE(task->flags)) & PF_EXITING)
		rec->flags = PIDMAP_TASK_EXITED;
	/* Every task is counted as live until it has PF_EXITING. */
	if (!atomic_read(&task->signal->live))
		rec->flags |= PIDMAP_TASK_ENDED;
	rec->inum = upid[levels - 1].ns->ns.inum;
	rec->tgid = pidmap_record_nr(task, PIDTYPE_TGID, view);
	rec->pgid = pidmap_record_nr(task, PIDTYPE_PGID, view);
	rec->sid = pidmap_record_nr(task, PIDTYPE_SID, view);
	rec->ppid = pidmap_record_nr(rcu_dereference(task->real_parent),
				     PIDTYPE_TGID, view);
	rec->reserved = 0;
	rec->start_time = pidmap_start(task) + time_offset;
	rec->cgroup = pidmap_cgroup_id(task);
	rec->pid_id = pidmap_pid_id(pid);
	/* An odd count leaves one number's room before the next record. */
	nr[(levels - 1) | 1] = 0;
	for (i = 0; i < levels; i++)
		nr[i] = upid[i].nr;
}

#endif /* _PIDMAP_RECORD_H */
