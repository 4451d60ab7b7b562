/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The IDs of a namespace in ascending order of their numbers.
 */
#ifndef _PIDMAP_WALK_H
#define _PIDMAP_WALK_H

#include <linux/idr.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/pidmap.h>
#include <linux/radix-tree.h>

#include "compat.h"
#include "translate.h"

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
	/* It warns of numbers that no ID can have. */
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
 * @stale: set if the leaf has to be loaded again, as the tree was changed
 *
 * Return: the ID, or NULL if the number is not in use or the leaf is stale.
 */
static inline struct pid *pidmap_leaf_get(const struct pidmap_leaf *leaf,
					  u32 i, bool *stale)
{
#ifdef PIDMAP_IDR
	struct pid *pid = radix_tree_deref_slot(leaf->slot + i);

	if (unlikely(radix_tree_deref_retry(pid))) {
		*stale = true;
		return NULL;
	}
	return pid;
#else
	return leaf->pid;
#endif
}

/**
 * struct pidmap_finder - look-ups that follow each other, in one RCU section
 * @ns: the namespace
 * @leaf: the leaf at hand
 * @last: the number looked up last
 *
 * While numbers ascend closely they are read from the leaf at hand; others cost
 * a look-up each.
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
	bool stale = false;
	struct pid *pid;

	f->last = nr;
	if ((u32)nr - f->leaf.first >= f->leaf.span) {
		if (!ascends)
			return pidmap_lookup(nr, f->ns);
		pidmap_leaf_load(&f->leaf, f->ns, nr);
		if ((u32)nr - f->leaf.first >= f->leaf.span)
			return NULL;
	}
	pid = pidmap_leaf_get(&f->leaf, (u32)nr - f->leaf.first, &stale);
	return unlikely(stale) ? pidmap_lookup(nr, f->ns) : pid;
}

/**
 * struct pidmap_batch - records of a walk, as many as one RCU section gathers
 * @ns: the namespace walked, the view or below it
 * @view: the view the numbers are counted from
 * @flags: PIDMAP_LIST_*
 * @user_ns: the namespace UIDs are told in
 * @time_offset: added to every start time, in nanoseconds
 * @cursor: the number to go on with, or PIDMAP_CURSOR_END; moved forward
 * @buffer: where the records go, 8-byte aligned
 * @room: its length in bytes
 * @used: how much was filled
 * @count: how many records that is
 */
struct pidmap_batch {
	struct pid_namespace *ns;
	struct pid_namespace *view;
	u32 flags;
	struct user_namespace *user_ns;
	u64 time_offset;
	u64 cursor;
	void *buffer;
	u32 room;
	u32 used;
	u32 count;
};

/* The longest record: a task at the deepest level, as seen from level 0. */
#define PIDMAP_RECORD_MAX \
	ALIGN(sizeof(struct pidmap_task) + \
	      (PIDMAP_MAX_LEVEL + 1) * sizeof(__s32), 8)

void pidmap_walk_tasks(struct pidmap_batch *b);
void pidmap_walk_namespaces(struct pidmap_batch *b);
struct pid_namespace *pidmap_walk_find(struct pid_namespace *view,
				       const struct pidmap_nsref *name);

#endif /* _PIDMAP_WALK_H */
