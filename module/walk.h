/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The IDs of a namespace in ascending order of their numbers.
 */
#ifndef _PIDMAP_WALK_H
#define _PIDMAP_WALK_H

#include <linux/pid_namespace.h>
#include <linux/pidmap.h>
#include <linux/user_namespace.h>

/**
 * struct pidmap_batch - records of a walk, as many as one RCU section gathers
 * @ns: the namespace walked, the view or below it
 * @view: the view the numbers are counted from
 * @flags: PIDMAP_LIST_*
 * @user_ns: the namespace that UIDs are reported in
 * @time_offset: added to every start time, in nanoseconds
 * @cursor: the number to continue with, or PIDMAP_CURSOR_END; moved forward
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

void pidmap_walk_tasks(struct pidmap_batch *b);
void pidmap_walk_namespaces(struct pidmap_batch *b);
struct pid_namespace *pidmap_walk_find(struct pid_namespace *view,
				       const struct pidmap_nsref *name);

#endif /* _PIDMAP_WALK_H */
