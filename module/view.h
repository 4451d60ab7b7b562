/* SPDX-License-Identifier: GPL-2.0-only */
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

struct pidmap_stream;

/**
 * struct pidmap_view - who looks, for the length of one call
 * @ns: the view: the raised one, or the opener's namespace, or the caller's if
 *	that is deeper; pinned by the open file or by the caller
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
 * @t: the two, with what the policy hides; ready for translate.c
 */
struct pidmap_pair {
	struct pidmap_view view;
	struct pidmap_nshold from;
	struct pidmap_nshold to;
	struct pidmap_translation t;
};

/**
 * struct pidmap_file - what an open /dev/pidmap holds
 * @ns: @opener, or NULL once the view was raised: the usual caller lives in
 *	@ns, and one comparison shows it
 * @opener: active PID namespace of the opener at open(2), with a reference
 * @raised: what PIDMAP_SET_VIEW set, with a reference; otherwise NULL
 * @fixed: which of PIDMAP_FIXED_* has been done; each can be done once
 * @stream: what PIDMAP_WATCH made; otherwise NULL
 * @bound_view: the view from which @bound needs no check, if any
 * @bound_ready: @bound is filled
 * @bound: what PIDMAP_BIND resolved, with a reference on each namespace
 */
struct pidmap_file {
	struct pid_namespace *ns;
	struct pid_namespace *opener;
	struct pid_namespace *raised;
	unsigned long fixed;
	struct pidmap_stream *stream;
	struct pid_namespace *bound_view;
	bool bound_ready;
	struct pidmap_pair bound;
};

/* Bits of @fixed in struct pidmap_file, by what is done once. */
enum {
	PIDMAP_FIXED_VIEW,
	PIDMAP_FIXED_PAIR,
	PIDMAP_FIXED_STREAM,
};

extern const struct kernel_param_ops pidmap_upward_ops;
extern int pidmap_upward;
extern bool pidmap_loaded;

bool pidmap_may_configure(void);
bool pidmap_view_identity(const struct pidmap_view *view);
void pidmap_view_hide(const struct pidmap_view *view, struct pidmap_pid *pids,
		      unsigned int count);
int pidmap_view_pair(const struct file *file, const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, struct pidmap_pair *pair);
int pidmap_view_subtree(const struct pidmap_view *view,
			const struct pidmap_nsref *name,
			struct pidmap_nshold *hold);
int pidmap_view_bind(struct pidmap_file *pf, const struct pidmap_pair *pair);
int pidmap_view_raise(const struct file *file, const struct pidmap_nsref *name);
int pidmap_view_get_other(struct pidmap_view *view);
void pidmap_view_release(struct pidmap_file *pf);

/* task_active_pid_ns(current), inline. */
static inline struct pid_namespace *pidmap_active_ns(void)
{
	return ns_of_pid(task_pid(current));
}

/**
 * pidmap_view_get() - the view of the current task through an open file
 * @view: to fill
 * @file: an open /dev/pidmap
 *
 * Return: 0, or -EPERM as pidmap_view_get_other().
 */
static inline int pidmap_view_get(struct pidmap_view *view,
				  const struct file *file)
{
	const struct pidmap_file *pf = file->private_data;

	view->file = file;
	view->ns = pidmap_active_ns();
	if (likely(view->ns == READ_ONCE(pf->ns)))
		return 0;
	return pidmap_view_get_other(view);
}

static inline void pidmap_pair_put(struct pidmap_pair *pair)
{
	pidmap_nshold_put(&pair->from);
	pidmap_nshold_put(&pair->to);
}

#endif /* _PIDMAP_VIEW_H */
