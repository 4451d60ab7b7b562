/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Kernel objects in, numbers out: knows neither the caller nor user memory.
 */
#ifndef _PIDMAP_TRANSLATE_H
#define _PIDMAP_TRANSLATE_H

#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/pidmap.h>

/**
 * struct pidmap_translation - between which namespaces, and for which IDs
 * @from: where the numbers come from
 * @to: where they go
 * @within: NULL, or: an ID without a number here counts as absent
 * @only: NULL, or: the only thread group whose IDs may be told
 */
struct pidmap_translation {
	struct pid_namespace *from;
	struct pid_namespace *to;
	struct pid_namespace *within;
	struct task_struct *only;
};

/**
 * pidmap_nr() - the number of an ID in a namespace; under RCU
 * @pid: the ID
 * @ns: the namespace
 *
 * Return: the number, or 0 if it has none there.
 */
static inline pid_t pidmap_nr(const struct pid *pid,
			      const struct pid_namespace *ns)
{
	const struct upid *upid;

	if (ns->level > pid->level)
		return 0;
	upid = &pid->numbers[ns->level];
	return upid->ns == ns ? upid->nr : 0;
}

/**
 * pidmap_find() - an ID by its number, if it is in use as a type; under RCU
 * @ns: the namespace the number is from
 * @type: the type
 * @nr: the number, any value
 *
 * Return: the ID or NULL.
 */
static inline struct pid *pidmap_find(struct pid_namespace *ns,
				      enum pid_type type, pid_t nr)
{
	struct pid *pid = pidmap_lookup(nr, ns);

	return pid && pid_has_task(pid, type) ? pid : NULL;
}

/**
 * pidmap_task() - the task attached to an ID, as pid_task(); under RCU
 * @pid: the ID
 * @type: the type it is attached as
 *
 * In line because walks ask it of every ID.
 *
 * Return: the first such task, or NULL.
 */
static inline struct task_struct *pidmap_task(struct pid *pid,
					      enum pid_type type)
{
	struct hlist_node *first;

	first = rcu_dereference(hlist_first_rcu(&pid->tasks[type]));
	return first ? hlist_entry(first, struct task_struct,
				   pid_links[type]) : NULL;
}

/**
 * pidmap_start() - when a task started
 * @task: the task; under RCU
 *
 * Return: nanoseconds of the kernel's boot-time clock.
 */
static inline u64 pidmap_start(const struct task_struct *task)
{
	/* A thread that executes a program takes over its leader's. */
	return data_race(READ_ONCE(task->start_boottime));
}

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
			 enum pid_type type, pid_t nr, u64 *start);
void pidmap_translate_array(const struct pidmap_translation *t,
			    enum pid_type type, s32 *nr, unsigned int count);
int pidmap_task_numbers(const struct pidmap_translation *t, pid_t nr,
			u64 *start, struct pidmap_task_ids *ids);
int pidmap_numbers(const struct pidmap_translation *t, enum pid_type type,
		   pid_t nr, u64 *start, struct pidmap_pid *pids);

#endif /* _PIDMAP_TRANSLATE_H */
