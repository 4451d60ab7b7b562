/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Look-ups: numbers to struct pid to tasks, all under RCU.
 */
#ifndef _PIDMAP_LOOKUP_H
#define _PIDMAP_LOOKUP_H

#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/radix-tree.h>
#include <linux/rculist.h>
#include <linux/sched.h>

#include "compat.h"

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
 * Inline because walks call it for every ID.
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

/**
 * struct pidmap_leaf - neighbouring numbers of a namespace; in one RCU section
 * @first: the first number
 * @span: how many numbers
 *
 * PIDs are kept in an idr. To read its radix tree a leaf at a time costs a
 * fraction of a look-up for each number. Elsewhere a leaf is one ID.
 */
struct pidmap_leaf {
	u32 first;
	u32 span;
	/* private: */
#ifdef PIDMAP_IDR
	void __rcu **slot;
#else
	struct pid *pid;
#endif
};

/**
 * pidmap_leaf_load() - read the leaf of the first ID at or after a number
 * @leaf: to fill; begins with that ID
 * @ns: the namespace
 * @nr: the number
 *
 * Return: false if there is no such ID.
 */
static inline bool pidmap_leaf_load(struct pidmap_leaf *leaf,
				    struct pid_namespace *ns, u32 nr)
{
#ifdef PIDMAP_IDR
	struct radix_tree_iter iter pidmap_uninit;

	radix_tree_iter_init(&iter, nr);
	leaf->slot = radix_tree_next_chunk(&ns->idr.idr_rt, &iter, 0);
	leaf->first = iter.index;
	leaf->span = leaf->slot ? iter.next_index - iter.index : 0;
	return leaf->slot;
#else
	/* find_ge_pid() warns of numbers that no ID can have. */
	leaf->pid = nr <= INT_MAX ? find_ge_pid(nr, ns) : NULL;
	leaf->first = leaf->pid ? pidmap_nr(leaf->pid, ns) : 0;
	leaf->span = leaf->pid ? 1 : 0;
	return leaf->pid;
#endif
}

/**
 * pidmap_leaf_get() - read an ID from a leaf
 * @leaf: the leaf
 * @i: which one, below its span
 *
 * No entry asks for another look (radix_tree_deref_retry()): such an entry is
 * left only in a leaf that radix_tree_shrink() took out of the tree, and it
 * never takes out an idr's.
 *
 * Return: the ID, or NULL if the number is not in use.
 */
static inline struct pid *pidmap_leaf_get(const struct pidmap_leaf *leaf, u32 i)
{
#ifdef PIDMAP_IDR
	return rcu_dereference_raw(leaf->slot[i]);
#else
	return leaf->pid;
#endif
}

#ifdef PIDMAP_IDR
/**
 * struct pidmap_finder - look-ups that follow each other, in one RCU section
 * @ns: the namespace
 * @leaf: the leaf that was read last
 * @last: the number that was looked up last
 *
 * Numbers that ascend closely are read from the leaf. Every other number costs
 * a look-up.
 */
struct pidmap_finder {
	struct pid_namespace *ns;
	struct pidmap_leaf leaf;
	u32 last;
};

static inline void pidmap_finder_init(struct pidmap_finder *f,
				      struct pid_namespace *ns)
{
	f->ns = ns;
	f->leaf.first = 0;
	f->leaf.span = 0;
	f->last = 0;
}

static inline struct pid *pidmap_finder_get(struct pidmap_finder *f, pid_t nr)
{
	bool ascends = (u32)nr - f->last <= RADIX_TREE_MAP_SIZE;

	f->last = nr;
	if ((u32)nr - f->leaf.first >= f->leaf.span) {
		if (!ascends)
			return pidmap_lookup(nr, f->ns);
		pidmap_leaf_load(&f->leaf, f->ns, nr);
		if ((u32)nr - f->leaf.first >= f->leaf.span)
			return NULL;
	}
	return pidmap_leaf_get(&f->leaf, (u32)nr - f->leaf.first);
}
#else
/* Without leaves there is nothing to gain from the order of the numbers. */
struct pidmap_finder {
	struct pid_namespace *ns;
};

static inline void pidmap_finder_init(struct pidmap_finder *f,
				      struct pid_namespace *ns)
{
	f->ns = ns;
}

static inline struct pid *pidmap_finder_get(struct pidmap_finder *f, pid_t nr)
{
	return pidmap_lookup(nr, f->ns);
}
#endif

#endif /* _PIDMAP_LOOKUP_H */
