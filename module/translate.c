// SPDX-License-Identifier: GPL-2.0-only
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

/*
 * Fills the stamp of an ID that is in use as a type, and compares.
 *
 * A TGID, PGID or SID is asked for the process that it is the TGID of: that
 * link is the first to be attached when a process begins and the last but PGID
 * and SID to be detached when it is reaped, while its TID link comes late and
 * goes early.
 *
 * Return: 0; -ESTALE if another task started at another time; -ESRCH if the
 * task is gone, or if a start time is expected of an ID that has lost its task.
 */
static int check_stamp(struct pid *pid, enum pid_type type,
		       struct pidmap_stamp *stamp)
{
	const struct task_struct *task;
	u64 expected = stamp->start;

	/* Pairs with rcu_assign_pointer() in attach_pid(), TGID before PGID. */
	smp_rmb();
	task = pidmap_task(pid, type == PIDTYPE_PID ? PIDTYPE_PID :
						      PIDTYPE_TGID);
	stamp->pid_id = pidmap_pid_id(pid);
	stamp->start = task ? pidmap_start(task) : 0;
	if (!task)
		return type <= PIDTYPE_TGID || stamp->expect ? -ESRCH : 0;
	if (!stamp->expect || stamp->start == expected)
		return 0;
	/*
	 * While a thread executes a program, its old TID is for a moment that
	 * of the leader it replaces, which has ended.
	 */
	if (READ_ONCE(task->exit_state) && !pid_has_task(pid, PIDTYPE_TGID))
		return -ESRCH;
	return -ESTALE;
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
 * pidmap_translate_one() - translate one number and compare its start time
 * @t: between which namespaces
 * @type: type of the ID
 * @nr: its number in @t->from, any value
 * @stamp: what is expected; filled in
 *
 * Return: the number in @t->to; -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_translate_one(const struct pidmap_translation *t,
			 enum pid_type type, pid_t nr,
			 struct pidmap_stamp *stamp)
{
	struct pid *pid;
	int ret, err;

	rcu_read_lock();
	pid = pidmap_lookup(nr, t->from);
	ret = pidmap_translate_pid(t, type, pid);
	err = ret > 0 ? check_stamp(pid, type, stamp) : 0;
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
			const struct pid *pid)
{
	if (t->within && !pidmap_nr(pid, t->within))
		return 0;
	return pidmap_nr(pid, t->to);
}

static struct pid *shared_pid(const struct task_struct *task,
			      enum pid_type type)
{
	/* It is stored under a lock that no module can take. */
	return data_race(READ_ONCE(task->signal->pids[type]));
}

/*
 * All IDs of one task, if they can be read now; under RCU.
 *
 * setsid(2) changes the SID, then the PGID, and a reader may see either first.
 * Two facts show that it is half done. The leader of a session always leads its
 * group, too. And a group gets its members after the ID of the group is stored,
 * with release semantics: once the group of that ID is not empty, the SID that
 * was stored before is visible.
 *
 * Return: -EAGAIN if they do not belong together, or as pidmap_task_numbers().
 */
static int try_task_numbers(const struct pidmap_translation *t, pid_t nr,
			    struct pidmap_stamp *stamp,
			    struct pidmap_task_ids *ids)
{
	struct pid *pid, *tgid, *pgid, *sid, *ptgid;
	const struct task_struct *task;
	int tid, err;

	pid = pidmap_lookup(nr, t->from);
	tid = pidmap_translate_pid(t, PIDTYPE_PID, pid);
	if (tid < 0)
		return tid;
	err = check_stamp(pid, PIDTYPE_PID, stamp);
	if (err)
		return err;
	task = pidmap_task(pid, PIDTYPE_PID);
	if (!task)
		return -EAGAIN;

	tgid = shared_pid(task, PIDTYPE_TGID);
	pgid = shared_pid(task, PIDTYPE_PGID);
	if (!tgid || !pgid)
		return -EAGAIN;
	if (pgid == tgid && !pid_has_task(pgid, PIDTYPE_PGID))
		return -EAGAIN;
	/* Pairs with rcu_assign_pointer() in attach_pid() of the PGID. */
	smp_rmb();
	sid = shared_pid(task, PIDTYPE_SID);
	if (!sid || (sid == tgid && pgid != tgid))
		return -EAGAIN;
	/* A parent that is reaped has handed over its children before. */
	ptgid = shared_pid(rcu_dereference(task->real_parent), PIDTYPE_TGID);
	if (!ptgid)
		return -EAGAIN;

	ids->tid = tid;
	ids->tgid = visible_nr(t, tgid);
	ids->pgid = visible_nr(t, pgid);
	ids->sid = visible_nr(t, sid);
	ids->ppid = visible_nr(t, ptgid);
	if (t->only) {
		/* Its group and session are its own if it leads them. */
		if (pgid != tgid)
			ids->pgid = 0;
		if (sid != tgid)
			ids->sid = 0;
		ids->ppid = 0;
	}
	return 0;
}

/**
 * pidmap_task_numbers() - all IDs of one task; may sleep
 * @t: between which namespaces
 * @nr: the task's TID in @t->from, any value
 * @stamp: as in pidmap_translate_one()
 * @ids: receives the tid, tgid, pgid, sid and ppid
 *
 * Reads again until the numbers belong together. The kernel changes them with
 * interrupts off, so that this takes no time. But on a real-time kernel the
 * caller may have preempted the change, so it sleeps now and then.
 *
 * Return: 0, -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_task_numbers(const struct pidmap_translation *t, pid_t nr,
			struct pidmap_stamp *stamp,
			struct pidmap_task_ids *ids)
{
	const u64 expected = stamp->start;
	unsigned int tries;
	int ret;

	for (tries = 1; ; tries++) {
		stamp->start = expected;
		rcu_read_lock();
		ret = try_task_numbers(t, nr, stamp, ids);
		rcu_read_unlock();
		if (ret != -EAGAIN)
			return ret;
		if (tries % 64)
			cpu_relax();
		else
			schedule_timeout_uninterruptible(1);
	}
}

/**
 * pidmap_numbers() - every number of one ID
 * @t: @t->from says where the number comes from, @t->to where to begin
 * @type: type of the ID
 * @nr: its number in @t->from, any value
 * @stamp: as in pidmap_translate_one()
 * @pids: room for PIDMAP_MAX_LEVEL + 1; from @t->to down to the leaf
 *
 * Return: how many there are; -ESRCH, -EREMOTE, -ESTALE or -EPERM.
 */
int pidmap_numbers(const struct pidmap_translation *t, enum pid_type type,
		   pid_t nr, struct pidmap_stamp *stamp,
		   struct pidmap_pid *pids)
{
	unsigned int level;
	struct pid *pid;
	int ret;

	rcu_read_lock();
	pid = pidmap_lookup(nr, t->from);
	ret = pidmap_translate_pid(t, type, pid);
	if (ret > 0)
		ret = check_stamp(pid, type, stamp);
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
