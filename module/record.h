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

/* The name of a program in an event. */
#define PIDMAP_EVENT_COMM 16

/* The shortest buffer that holds every record, of a list or of a ring. */
#define PIDMAP_BUFFER_MIN \
	(sizeof(struct pidmap_event) + PIDMAP_EVENT_COMM + PIDMAP_RECORD_MAX)

/**
 * pidmap_record_levels() - how many numbers a record has
 * @pid: the ID of the task
 * @view: the namespace whose number comes first; the ID has a number there
 */
static inline unsigned int
pidmap_record_levels(const struct pid *pid, const struct pid_namespace *view)
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

/* An ID that a task shares with others of its process; it may go meanwhile. */
static __always_inline const struct pid *
pidmap_record_pid(const struct signal_struct *signal, enum pid_type type)
{
	/* It is stored under a lock that no module can take. */
	return data_race(READ_ONCE(signal->pids[type]));
}

/* pidmap_nr() of an ID that may be gone; @at is where its number would be. */
static __always_inline pid_t pidmap_record_nr(const struct pid *pid,
					      const struct pid_namespace *view,
					      unsigned int level, size_t at)
{
	const struct upid *upid = (const void *)pid + at;

	if (unlikely(!pid || pid->level < level || upid->ns != view))
		return 0;
	return upid->nr;
}

/**
 * pidmap_record_fill() - write the record of a task; under RCU
 * @rec: room for pidmap_record_size() bytes
 * @task: the task
 * @pid: the ID of the task, as TID
 * @view: the namespace whose number comes first; the ID has a number there
 * @levels: pidmap_record_levels()
 * @time_offset: added to the start time, in nanoseconds
 *
 * Walks and events write thousands of records, so no number is looked up twice:
 * most processes lead no group of their own in a session of their own.
 */
static __always_inline void
pidmap_record_fill(struct pidmap_task *rec, struct task_struct *task,
		   const struct pid *pid, const struct pid_namespace *view,
		   unsigned int levels, u64 time_offset)
{
	const struct signal_struct *signal = task->signal;
	const unsigned int level = view->level;
	const size_t at = offsetof(struct pid, numbers[level]);
	const struct upid *upid = (const void *)pid + at;
	const struct pid *tgid, *pgid, *sid, *ptgid;
	__s32 *nr = (__s32 *)(rec + 1);
	unsigned int i = 0, flags = 0;

	/* A task is counted as live until it has set PF_EXITING itself. */
	if (data_race(READ_ONCE(task->flags)) & PF_EXITING)
		flags = atomic_read(&signal->live) ? PIDMAP_TASK_EXITED :
			PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED;
	rec->size = pidmap_record_size(levels);
	rec->nr_offset = sizeof(*rec);
	rec->levels = levels;
	rec->flags = flags;
	rec->inum = pid->numbers[pid->level].ns->ns.inum;

	tgid = pidmap_record_pid(signal, PIDTYPE_TGID);
	rec->tgid = tgid == pid ? upid->nr :
		    pidmap_record_nr(tgid, view, level, at);
	pgid = pidmap_record_pid(signal, PIDTYPE_PGID);
	rec->pgid = pidmap_record_nr(pgid, view, level, at);
	sid = pidmap_record_pid(signal, PIDTYPE_SID);
	rec->sid = sid == pgid ? rec->pgid :
		   pidmap_record_nr(sid, view, level, at);
	ptgid = pidmap_record_pid(rcu_dereference(task->real_parent)->signal,
				  PIDTYPE_TGID);
	rec->ppid = ptgid == pgid ? rec->pgid :
		    pidmap_record_nr(ptgid, view, level, at);
	rec->reserved = 0;
	rec->start_time = pidmap_start(task) + time_offset;
	rec->cgroup = pidmap_cgroup_id(task);
	rec->pid_id = pidmap_pid_id(pid);
	/* An odd count leaves one number's room before the next record. */
	nr[(levels - 1) | 1] = 0;
	do
		nr[i] = upid[i].nr;
	while (++i < levels);
}

#endif /* _PIDMAP_RECORD_H */
