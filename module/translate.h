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
	struct pid *pid = find_pid_ns(nr, ns);

	return pid && pid_has_task(pid, type) ? pid : NULL;
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
