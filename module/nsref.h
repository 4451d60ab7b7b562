/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A name becomes a namespace.
 */
#ifndef _PIDMAP_NSREF_H
#define _PIDMAP_NSREF_H

#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/pidmap.h>
#include <linux/proc_ns.h>

#include "compat.h"

/**
 * struct pidmap_nshold - a namespace that was named, and what keeps it alive
 * @ns: the namespace
 * @kind: the enum pidmap_kind it was named by, which says the right it needs
 * @fd: the nsfs file to let go, if any
 * @ref: the reference to drop, if any: @ns or NULL. With neither, something
 *	that outlives the call pins @ns: the caller, the open file or the view.
 */
struct pidmap_nshold {
	struct pid_namespace *ns;
	u32 kind;
	struct fd fd;
	struct pid_namespace *ref;
};

/**
 * pidmap_nsref_fd() - the PID namespace that an open file stands for
 * @fd: its descriptor
 * @hold: receives the namespace, also on failure to be put
 *
 * Return: 0; -EBADF where it is not open; -EINVAL where it is something else.
 */
static __always_inline int pidmap_nsref_fd(u64 fd, struct pidmap_nshold *hold)
{
	struct ns_common *ns;
	struct inode *inode;

	if (unlikely(fd > INT_MAX)) {
		hold->fd = (struct fd){};
		return -EBADF;
	}
	hold->fd = fdget(fd);
	if (!fd_file(hold->fd))
		return -EBADF;

	inode = file_inode(fd_file(hold->fd));
	if (inode->i_sb->s_magic != NSFS_MAGIC)
		return -EINVAL;
	ns = get_proc_ns(inode);
	if (!ns || ns->ops != init_pid_ns.ns.ops)
		return -EINVAL;
	hold->ns = container_of(ns, struct pid_namespace, ns);
	return 0;
}

int pidmap_nsref_get(struct pid_namespace *view,
		     const struct pidmap_nsref *name,
		     struct pidmap_nshold *hold);

/**
 * pidmap_nshold_put() - let go of a namespace; not under RCU
 * @hold: filled by pidmap_nsref_get()
 */
static inline void pidmap_nshold_put(struct pidmap_nshold *hold)
{
	fdput(hold->fd);
	if (hold->ref)
		put_pid_ns(hold->ref);
}

/**
 * pidmap_ns_within() - is a namespace another one, or a descendant of it?
 * @ns: the namespace
 * @top: the other one
 *
 * Return: true if it is.
 */
static inline bool pidmap_ns_within(const struct pid_namespace *ns,
				    const struct pid_namespace *top)
{
	while (ns->level > top->level)
		ns = ns->parent;
	return ns == top;
}

#endif /* _PIDMAP_NSREF_H */
