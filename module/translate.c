// SPDX-License-Identifier: GPL-2.0
/*
 * Kernel objects in, numbers out.
 */
#include <linux/errno.h>
#include <linux/minmax.h>
#include <linux/prefetch.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#include "compat.h"
#include "translate.h"
#include "walk.h"

/*
 * The start time of the task whose TID an ID is, against the one expected (0
 * for none). A PGID or SID whose leader was reaped has no such task any more:
 * its start time is 0, and whether it is the one expected cannot be told.
 */
static int check_start(struct pid *pid, u64 *start)
{
	const struct task_struct *task = pidmap_task(pid, PIDTYPE_PID);
	u64 expected = *start;

	*start = task ? pidmap_start(task) : 0;
	return expected && expected != *start ? -ESTALE : 0;
}

/**
 * pidmap_translate_above() - translate an ID from or to a level above the view
 * @t: between which namespaces
 * @pid: the ID, in use as the type asked for; under RCU
 *
 * Return: as pidmap_translate_pid().
 */
int pidmap_translate_above(const struct pidmap_translation *t,
			   struct pid *pid)
{
	const struct task_struct *task;
	pid_t nr;

	if (!pidmap_nr(pid, t->within))
		return -ESRCH;
	if (t->only) {
		task = pidmap_task(pid, PIDTYPE_PID);
		if (!task || task->signal != t->only->signal)
			return -EPERM;
	}
	nr = pidmap_nr(pid, t->to);
	return nr ? nr : -EREMOTE;
}

/**
 * pidmap_translate_one() - translate one number and look at its start time
 * @t: between which namespaces
 * @type: type of the ID
 * @nr: its number in @t->from, any value
 * @start: the start time expected (0 for any), replaced by the actual one;
 *	boot-time clock, nanoseconds
 *
 * Return: the number in @t->to; -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_translate_one(const struct pidmap_translation *t,
			 enum pid_type type, pid_t nr, u64 *start)
{
	struct pid *pid;
	int ret, err;

	rcu_read_lock();
	pid = pidmap_lookup(nr, t->from);
	ret = pidmap_translate_pid(t, type, pid);
	err = ret > 0 ? check_start(pid, start) : 0;
	rcu_read_unlock();
	return err ? err : ret;
}

/*
 * So many IDs are looked up before the first of them is read: their memory,
 * which may be far from the CPU, is then waited for once.
 */
#define AHEAD 32u

/**
 * pidmap_translate_array() - translate numbers in place
 * @t: between which namespaces
 * @type: type of the IDs
 * @nr: the numbers; each becomes its answer, as pidmap_translate_one() gives it
 * @count: how many; bounds the time spent inside one RCU section
 */
void pidmap_translate_array(const struct pidmap_translation *t,
			    enum pid_type type, s32 *nr, unsigned int count)
{
	struct pid *ids[AHEAD] pidmap_uninit;
	struct pidmap_finder finder;

	rcu_read_lock();
	pidmap_finder_init(&finder, t->from);
	while (count) {
		unsigned int n = min(count, AHEAD);
		struct pid **id = ids;
		s32 *end = nr + n;

		for (; nr < end; nr++) {
			*id = pidmap_finder_get(&finder, *nr);
			prefetch(*id++);
		}
		id = ids;
		for (nr = end - n; nr < end; nr++)
			*nr = pidmap_translate_pid(t, type, *id++);
		count -= n;
	}
	rcu_read_unlock();
}

static pid_t visible_nr(const struct pidmap_translation *t,
			struct task_struct *task, enum pid_type type)
{
	if (t->within && !__task_pid_nr_ns(task, type, t->within))
		return 0;
	return __task_pid_nr_ns(task, type, t->to);
}

/**
 * pidmap_task_numbers() - all IDs of one task
 * @t: between which namespaces
 * @nr: the task's TID in @t->from, any value
 * @start: as in pidmap_translate_one()
 * @ids: receives the tid, tgid, pgid, sid and ppid
 *
 * Return: 0, -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_task_numbers(const struct pidmap_translation *t, pid_t nr,
			u64 *start, struct pidmap_task_ids *ids)
{
	struct task_struct *task, *parent;
	struct pid *pid;
	int ret;

	rcu_read_lock();
	pid = pidmap_lookup(nr, t->from);
	ret = pidmap_translate_pid(t, PIDTYPE_PID, pid);
	if (ret < 0)
		goto unlock;
	ids->tid = ret;
	ret = check_start(pid, start);
	if (ret)
		goto unlock;

	ret = -ESRCH;
	task = pidmap_task(pid, PIDTYPE_PID);
	if (!task)
		goto unlock;
	parent = rcu_dereference(task->real_parent);
	ids->tgid = visible_nr(t, task, PIDTYPE_TGID);
	ids->pgid = visible_nr(t, task, PIDTYPE_PGID);
	ids->sid = visible_nr(t, task, PIDTYPE_SID);
	ids->ppid = visible_nr(t, parent, PIDTYPE_TGID);
	if (t->only) {
		/* Its group and session are its own where it leads them. */
		if (ids->pgid != ids->tgid)
			ids->pgid = 0;
		if (ids->sid != ids->tgid)
			ids->sid = 0;
		ids->ppid = 0;
	}
	/* A task loses its TID first: with that, the rest was still there. */
	smp_rmb();
	if (pidmap_task(pid, PIDTYPE_PID) == task)
		ret = 0;
unlock:
	rcu_read_unlock();
	return ret;
}

/**
 * pidmap_numbers() - every number of one ID
 * @t: @t->from says where the number comes from, @t->to where to begin
 * @type: type of the ID
 * @nr: its number in @t->from, any value
 * @start: as in pidmap_translate_one()
 * @pids: room for PIDMAP_MAX_LEVEL + 1; from @t->to down to the leaf
 *
 * Return: how many there are; -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_numbers(const struct pidmap_translation *t, enum pid_type type,
		   pid_t nr, u64 *start, struct pidmap_pid *pids)
{
	unsigned int level;
	struct pid *pid;
	int ret;

	rcu_read_lock();
	pid = pidmap_lookup(nr, t->from);
	ret = pidmap_translate_pid(t, type, pid);
	if (ret > 0)
		ret = check_start(pid, start);
	if (ret < 0)
		goto unlock;
	for (level = t->to->level; level <= pid->level; level++, pids++) {
		const struct upid *upid = &pid->numbers[level];

		pids->nr = upid->nr;
		pids->inum = upid->ns->ns.inum;
		pids->id = pidmap_ns_id(upid->ns);
	}
	ret = pid->level - t->to->level + 1;
unlock:
	rcu_read_unlock();
	return ret;
}
