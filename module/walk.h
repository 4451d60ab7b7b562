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

#include "translate.h"

/**
 * struct pidmap_iter - a place in a namespace; valid inside one RCU section
 * @nr: the number of the ID that pidmap_iter_next() gave last
 * @ns: the namespace
 */
struct pidmap_iter {
	unsigned long nr;
	struct pid_namespace *ns;
#ifdef PIDMAP_IDR
	/* private: the radix tree's own notion of the place */
	struct radix_tree_iter radix;
	void __rcu **slot;
#endif
};

#ifdef PIDMAP_IDR
/*
 * PIDs are kept in an idr, whose radix tree can be walked slot by slot: several
 * times cheaper than a look-up for each number.
 */
static inline void pidmap_iter_init(struct pidmap_iter *it,
				    struct pid_namespace *ns, unsigned long nr)
{
	it->ns = ns;
	it->slot = radix_tree_iter_init(&it->radix, nr);
}

static inline struct pid *pidmap_iter_next(struct pidmap_iter *it)
{
	void __rcu **slot = it->slot;
	struct pid *pid;

	if (slot)
		slot = radix_tree_next_slot(slot, &it->radix, 0);
	for (;;) {
		if (!slot) {
			slot = radix_tree_next_chunk(&it->ns->idr.idr_rt,
						     &it->radix, 0);
			if (!slot)
				return NULL;
		}
		pid = radix_tree_deref_slot(slot);
		if (likely(pid && !radix_tree_deref_retry(pid)))
			break;
		/* The tree changed under us, or the slot was just emptied. */
		if (pid)
			slot = radix_tree_iter_retry(&it->radix);
		else
			slot = radix_tree_next_slot(slot, &it->radix, 0);
	}
	it->slot = slot;
	it->nr = it->radix.index;
	return pid;
}

#else /* !PIDMAP_IDR */
static inline void pidmap_iter_init(struct pidmap_iter *it,
				    struct pid_namespace *ns, unsigned long nr)
{
	it->ns = ns;
	it->nr = nr - 1;
}

static inline struct pid *pidmap_iter_next(struct pidmap_iter *it)
{
	struct pid *pid = NULL;

	if (it->nr + 1 <= INT_MAX)
		pid = find_ge_pid(it->nr + 1, it->ns);
	if (pid)
		it->nr = pidmap_nr(pid, it->ns);
	return pid;
}
#endif /* PIDMAP_IDR */

/**
 * struct pidmap_finder - look-ups that follow each other, in one RCU section
 * @ns: the namespace
 *
 * While numbers ascend closely, they are read from the radix tree's leaf at
 * hand, which costs a quarter of a look-up; any other order costs no more than
 * look-ups do.
 */
struct pidmap_finder {
	struct pid_namespace *ns;
#ifdef PIDMAP_IDR
	/* private: the leaf: its slots from @first on, @span of them */
	void __rcu **slot;
	u32 first;
	u32 span;
	u32 last;
#endif
};

#ifdef PIDMAP_IDR
static inline void pidmap_finder_init(struct pidmap_finder *f,
				      struct pid_namespace *ns)
{
	f->ns = ns;
	f->first = 0;
	f->span = 0;
	f->last = 0;
}

/* Make the leaf at or after @nr the one at hand. */
static inline void pidmap_finder_load(struct pidmap_finder *f, u32 nr)
{
	struct radix_tree_iter iter;

	radix_tree_iter_init(&iter, nr);
	f->slot = radix_tree_next_chunk(&f->ns->idr.idr_rt, &iter, 0);
	f->first = iter.index;
	f->span = f->slot ? iter.next_index - iter.index : 0;
}

static inline struct pid *pidmap_finder_get(struct pidmap_finder *f, pid_t nr)
{
	u32 ahead = (u32)nr - f->last;
	struct pid *pid;

	f->last = nr;
	if ((u32)nr - f->first >= f->span) {
		if (ahead > RADIX_TREE_MAP_SIZE)
			return find_pid_ns(nr, f->ns);
		pidmap_finder_load(f, nr);
		if ((u32)nr - f->first >= f->span)
			return NULL;
	}
	pid = radix_tree_deref_slot(f->slot + ((u32)nr - f->first));
	if (unlikely(radix_tree_deref_retry(pid)))
		return find_pid_ns(nr, f->ns);
	return pid;
}

#else /* !PIDMAP_IDR */
static inline void pidmap_finder_init(struct pidmap_finder *f,
				      struct pid_namespace *ns)
{
	f->ns = ns;
}

static inline struct pid *pidmap_finder_get(struct pidmap_finder *f, pid_t nr)
{
	return find_pid_ns(nr, f->ns);
}
#endif /* PIDMAP_IDR */

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
