// SPDX-License-Identifier: GPL-2.0-only
/*
 * A name becomes a namespace. Who may use which name is decided before.
 */
#include <linux/err.h>
#include <linux/rcupdate.h>

#include "lookup.h"
#include "nsref.h"
#include "walk.h"

static int nsref_tid(struct pid_namespace *view, u64 value,
		     struct pidmap_nshold *hold)
{
	struct pid *pid = NULL;

	rcu_read_lock();
	if (value <= INT_MAX)
		pid = pidmap_find(view, PIDTYPE_PID, value);
	/* A pid found under RCU still has its reference on its namespace. */
	if (pid)
		hold->ref = get_pid_ns(ns_of_pid(pid));
	rcu_read_unlock();

	hold->ns = hold->ref;
	return pid ? 0 : -ENOENT;
}

static int nsref_walk(struct pid_namespace *view,
		      const struct pidmap_nsref *name,
		      struct pidmap_nshold *hold)
{
	struct pid_namespace *ns = pidmap_walk_find(view, name);

	if (IS_ERR(ns))
		return PTR_ERR(ns);
	hold->ns = ns;
	hold->ref = ns;
	return 0;
}

static int nsref_level(struct pid_namespace *view, u64 level,
		       struct pidmap_nshold *hold)
{
	if (level > view->level)
		return -ENOENT;
	while (view->level > level)
		view = view->parent;
	hold->ns = view;
	return 0;
}

/**
 * pidmap_nsref_get() - find the namespace a caller named
 * @view: the caller's view, pinned by the caller
 * @name: the name; any kind but PIDMAP_NS_BOUND, which has no name of its own
 * @hold: receives the namespace; its fd and ref empty before, to be given to
 *	pidmap_nshold_put() afterwards, also on failure
 *
 * A namespace found by its descriptor or level may lie outside the view.
 *
 * Return: 0; -EBADF or -EINVAL for a descriptor that is not open or is no PID
 * namespace's; -ENOENT where there is no such namespace; -EOPNOTSUPP for an ID
 * on a kernel without; -EINTR if killed; -EINVAL for an unknown kind.
 */
int pidmap_nsref_get(struct pid_namespace *view,
		     const struct pidmap_nsref *name,
		     struct pidmap_nshold *hold)
{
	hold->kind = name->kind;
	switch (name->kind) {
	case PIDMAP_NS_FD:
		return pidmap_nsref_fd(name->value, hold);
	case PIDMAP_NS_VIEW:
		if (name->value)
			return -EINVAL;
		hold->ns = view;
		return 0;
	case PIDMAP_NS_TID:
		return nsref_tid(view, name->value, hold);
	case PIDMAP_NS_ID:
		if (!PIDMAP_HAVE_NS_ID)
			return -EOPNOTSUPP;
		fallthrough;
	case PIDMAP_NS_INUM:
		return nsref_walk(view, name, hold);
	case PIDMAP_NS_LEVEL:
		return nsref_level(view, name->value, hold);
	default:
		return -EINVAL;
	}
}
