/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Kernel objects in, numbers out: knows neither the caller nor user memory.
 */
#ifndef _PIDMAP_TRANSLATE_H
#define _PIDMAP_TRANSLATE_H

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/pidmap.h>

#include "lookup.h"

/**
 * struct pidmap_translation - between which namespaces, and for which IDs
 * @from: where the numbers come from
 * @to: where they go
 * @within: NULL, or: an ID without a number here counts as absent
 * @only: NULL, or: the only thread group whose IDs may be reported
 */
struct pidmap_translation {
	struct pid_namespace *from;
	struct pid_namespace *to;
	struct pid_namespace *within;
	struct task_struct *only;
};

/**
 * struct pidmap_stamp - what tells a number from one that was reused
 * @start: start time of the task, in nanoseconds of the kernel's boot-time
 *	clock: the expected one before the call, the actual one after it. 0 if
 *	the ID is a PGID or SID whose leader was reaped.
 * @expect: fail if the start time is not the expected one
 * @pid_id: 64-bit ID of the number; 0 if the kernel has none
 */
struct pidmap_stamp {
	u64 start;
	bool expect;
	u64 pid_id;
};

int pidmap_translate_above(const struct pidmap_translation *t,
			   struct pid *pid);

/**
 * pidmap_translate_pid() - translate an ID; under RCU
 * @t: between which namespaces
 * @type: the type it must be in use as
 * @pid: the ID, or NULL
 *
 * Return: the number in @t->to; -ESRCH, -EREMOTE or -EPERM.
 */
static __always_inline int
pidmap_translate_pid(const struct pidmap_translation *t, enum pid_type type,
		     struct pid *pid)
{
	pid_t nr;

	if (!pid || !pid_has_task(pid, type))
		return -ESRCH;
	if (unlikely(t->within))
		return pidmap_translate_above(t, pid);
	nr = pidmap_nr(pid, t->to);
	return likely(nr) ? nr : -EREMOTE;
}

/**
 * pidmap_translate_nr() - translate one number
 * @t: between which namespaces
 * @type: type of the ID
 * @nr: its number in @t->from, any value
 *
 * Return: as pidmap_translate_pid().
 */
static __always_inline int
pidmap_translate_nr(const struct pidmap_translation *t, enum pid_type type,
		    pid_t nr)
{
	int ret;

	rcu_read_lock();
	ret = pidmap_translate_pid(t, type, pidmap_lookup(nr, t->from));
	rcu_read_unlock();
	return ret;
}

int pidmap_translate_one(const struct pidmap_translation *t,
			 enum pid_type type, pid_t nr,
			 struct pidmap_stamp *stamp);
void pidmap_translate_array(const struct pidmap_translation *t,
			    enum pid_type type, s32 *nr, unsigned int count);
int pidmap_task_numbers(const struct pidmap_translation *t, pid_t nr,
			struct pidmap_stamp *stamp,
			struct pidmap_task_ids *ids);
int pidmap_numbers(const struct pidmap_translation *t, enum pid_type type,
		   pid_t nr, struct pidmap_stamp *stamp,
		   struct pidmap_pid *pids);

#endif /* _PIDMAP_TRANSLATE_H */
