// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks over the IDs of a namespace, a bounded batch inside each RCU section.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/uidgid.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "lookup.h"
#include "record.h"
#include "walk.h"

/* Leaves looked at inside one RCU section, of at most 64 IDs each. */
#define BATCH_LEAVES 16

/*
 * The init of a namespace has number 1 in it. There is one for as long as the
 * namespace is alive, and it stands for the namespace in every walk.
 */
static bool is_init(const struct pid *pid)
{
	return pid->numbers[pid->level].nr == 1;
}

/*
 * Shows each ID of @ns from number @first on to @visit, until that returns
 * false or enough have been looked at for one RCU section. Inlined with its
 * visitor, because a call per ID is what a walk would notice.
 *
 * Return: the number to continue with: the one refused, or the next; or
 * PIDMAP_CURSOR_END.
 */
static __always_inline u64 walk(struct pid_namespace *ns, u64 first,
				bool (*visit)(struct pid *pid, void *arg),
				void *arg)
{
	unsigned int leaves = BATCH_LEAVES;
	u64 next = PIDMAP_CURSOR_END;
	struct pidmap_leaf leaf;
	u32 i;

	if (first > INT_MAX)
		return PIDMAP_CURSOR_END;
	rcu_read_lock();
	while (pidmap_leaf_load(&leaf, ns, first)) {
		for (i = 0; i < leaf.span; i++) {
			struct pid *pid = pidmap_leaf_get(&leaf, i);

			if (pid && !visit(pid, arg)) {
				next = leaf.first + i;
				goto unlock;
			}
		}
		first = leaf.first + i;
		if (!--leaves) {
			next = first;
			break;
		}
	}
unlock:
	rcu_read_unlock();
	return next;
}

/* Is there room for another record of @size bytes? */
static __always_inline bool has_room(const struct pidmap_batch *b, u32 size)
{
	return size <= b->room - b->used;
}

/* Return: where to put a record, for which there is room. */
static __always_inline void *add_record(struct pidmap_batch *b, u32 size)
{
	void *record = b->buffer + b->used;

	b->used += size;
	b->count++;
	return record;
}

static __always_inline bool visit_as(struct pid *pid, enum pid_type type,
				     struct pidmap_batch *b)
{
	struct task_struct *task = pidmap_task(pid, type);
	unsigned int levels = pidmap_record_levels(pid, b->view);
	unsigned int size = pidmap_record_size(levels);

	if (!task)
		return true;
	if (b->flags & PIDMAP_LIST_DIRECT && pid->level != b->ns->level)
		return true;

	if (!has_room(b, size))
		return false;
	pidmap_record_fill(add_record(b, size), task, pid, b->view, levels,
			   b->time_offset);
	return true;
}

static __always_inline bool visit_task(struct pid *pid, void *arg)
{
	return visit_as(pid, PIDTYPE_PID, arg);
}

static __always_inline bool visit_process(struct pid *pid, void *arg)
{
	return visit_as(pid, PIDTYPE_TGID, arg);
}

/**
 * pidmap_walk_tasks() - gather records of tasks
 * @b: the batch; its cursor, used and count move forward
 *
 * Stops at the end, where the next record does not fit, or when enough IDs have
 * been looked at for one RCU section.
 */
void pidmap_walk_tasks(struct pidmap_batch *b)
{
	if (b->flags & PIDMAP_LIST_THREADS)
		b->cursor = walk(b->ns, b->cursor, visit_task, b);
	else
		b->cursor = walk(b->ns, b->cursor, visit_process, b);
}

static bool visit_namespace(struct pid *pid, void *arg)
{
	const struct pid_namespace *ns = ns_of_pid(pid);
	const struct task_struct *init;
	struct pidmap_batch *b = arg;
	struct pidmap_ns *rec;

	if (!is_init(pid))
		return true;
	if (!has_room(b, sizeof(*rec)))
		return false;
	rec = add_record(b, sizeof(*rec));
	memset(rec, 0, sizeof(*rec));
	rec->size = sizeof(*rec);
	rec->level = ns->level;
	rec->inum = ns->ns.inum;
	rec->id = pidmap_ns_id(ns);
	init = pidmap_task(pid, PIDTYPE_TGID);
	if (init)
		rec->start_time = pidmap_start(init) + b->time_offset;
	if (ns != b->view)
		rec->parent_inum = ns->parent->ns.inum;
	rec->owner_inum = ns->user_ns->ns.inum;
	rec->owner_uid = from_kuid_munged(b->user_ns, ns->user_ns->owner);
	rec->init = pidmap_nr(pid, b->view);
	/* A count of some moment, which goes up and down under a lock. */
	rec->pids = data_race(READ_ONCE(ns->pid_allocated)) & ~PIDNS_ADDING;
	return true;
}

/**
 * pidmap_walk_namespaces() - gather records of PID namespaces
 * @b: the batch, as in pidmap_walk_tasks()
 */
void pidmap_walk_namespaces(struct pidmap_batch *b)
{
	b->cursor = walk(b->ns, b->cursor, visit_namespace, b);
}

struct search {
	const struct pidmap_nsref *name;
	struct pid_namespace *found;
};

static bool visit_search(struct pid *pid, void *arg)
{
	struct pid_namespace *ns = ns_of_pid(pid);
	struct search *s = arg;
	u64 value;

	if (!is_init(pid))
		return true;
	value = s->name->kind == PIDMAP_NS_ID ? pidmap_ns_id(ns) : ns->ns.inum;
	if (value != s->name->value)
		return true;
	/* The ID holds a reference on it until the RCU section ends. */
	s->found = get_pid_ns(ns);
	return false;
}

/**
 * pidmap_walk_find() - find a namespace by its inode number or ID
 * @view: where to look: this namespace and its descendants
 * @name: the name, of the kind PIDMAP_NS_INUM or PIDMAP_NS_ID
 *
 * Sleeps between batches; a fatal signal ends it.
 *
 * Return: the namespace with a reference, or -ENOENT or -EINTR as a pointer.
 */
struct pid_namespace *pidmap_walk_find(struct pid_namespace *view,
				       const struct pidmap_nsref *name)
{
	struct search s = { .name = name };
	u64 next = 1;

	while (next != PIDMAP_CURSOR_END) {
		if (fatal_signal_pending(current))
			return ERR_PTR(-EINTR);
		next = walk(view, next, visit_search, &s);
		if (s.found)
			return s.found;
		cond_resched();
	}
	return ERR_PTR(-ENOENT);
}
