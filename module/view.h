/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Who looks, from which namespace, and what they may ask.
 */
#ifndef _PIDMAP_VIEW_H
#define _PIDMAP_VIEW_H

#include <linux/fs.h>
#include <linux/moduleparam.h>
#include <linux/pidmap.h>

#include "nsref.h"
#include "translate.h"

/**
 * struct pidmap_view - who looks, for the length of one call
 * @ns: the view: the opener's namespace, or the caller's where that is deeper;
 *	pinned by the open file or by the caller
 * @file: the open file: the opener's credentials, and a struct pidmap_file
 */
struct pidmap_view {
	struct pid_namespace *ns;
	const struct file *file;
};

/**
 * struct pidmap_pair - two namespaces a caller named and may translate between
 * @view: who looks
 * @from: where the numbers come from
 * @to: where they go
 * @t: the two, with what the policy takes away; ready for translate.c
 */
struct pidmap_pair {
	struct pidmap_view view;
	struct pidmap_nshold from;
	struct pidmap_nshold to;
	struct pidmap_translation t;
};

/**
 * struct pidmap_file - what an open /dev/pidmap holds
 * @ns: active PID namespace of the opener at open(2), with a reference
 * @bound_view: the view from which @bound needs no check, if any
 * @bound_state: where @bound stands: a BOUND_* value of view.c
 * @bound: what PIDMAP_BIND resolved, with a reference on each namespace
 */
struct pidmap_file {
	struct pid_namespace *ns;
	struct pid_namespace *bound_view;
	int bound_state;
	struct pidmap_pair bound;
};

extern const struct kernel_param_ops pidmap_upward_ops;
extern int pidmap_upward;

bool pidmap_view_identity(const struct pidmap_view *view);
void pidmap_view_hide(const struct pidmap_view *view, struct pidmap_pid *pids,
		      unsigned int count);
int pidmap_view_pair(const struct file *file, const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, struct pidmap_pair *pair);
int pidmap_view_subtree(const struct pidmap_view *view,
			const struct pidmap_nsref *name,
			struct pidmap_nshold *hold);
int pidmap_view_bind(struct pidmap_file *pf, const struct pidmap_pair *pair);
void pidmap_view_unbind(struct pidmap_file *pf);

/* task_active_pid_ns(current), in line. */
static inline struct pid_namespace *pidmap_active_ns(void)
{
	return ns_of_pid(task_pid(current));
}

/**
 * pidmap_view_get() - the view of the current task through an open file
 * @view: to fill
 * @file: an open /dev/pidmap
 *
 * The view is the deeper one of the opener's namespace and the caller's, so a
 * file that is passed on never shows its new holder more than that one's own
 * would, nor more than the opener's did.
 *
 * Return: 0, or -EPERM if neither namespace is an ancestor of the other.
 */
static inline int pidmap_view_get(struct pidmap_view *view,
				  const struct file *file)
{
	struct pid_namespace *active = pidmap_active_ns();
	const struct pidmap_file *pf = file->private_data;

	view->file = file;
	view->ns = pf->ns;
	if (likely(active == pf->ns) || pidmap_ns_within(pf->ns, active))
		return 0;
	view->ns = active;
	return pidmap_ns_within(active, pf->ns) ? 0 : -EPERM;
}

static inline void pidmap_pair_put(struct pidmap_pair *pair)
{
	pidmap_nshold_put(&pair->from);
	pidmap_nshold_put(&pair->to);
}

#endif /* _PIDMAP_VIEW_H */
