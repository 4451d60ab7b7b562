// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who looks, from which namespace, and what they may ask: the view rule, the
 * identity right and the upward policy of pidmap(4).
 */
#include <linux/capability.h>
#include <linux/cred.h>
#include <linux/sched.h>
#include <linux/string.h>
#include <linux/user_namespace.h>

#include "view.h"

/* The upward policy in force, an enum pidmap_upward; may change at any time. */
int pidmap_upward = PIDMAP_UPWARD_NONE;

/* Set once the parameters that were given at loading have been read. */
bool pidmap_loaded;

static const char * const upward_names[] = {
	[PIDMAP_UPWARD_NONE]	= "none",
	[PIDMAP_UPWARD_SELF]	= "self",
	[PIDMAP_UPWARD_SUBTREE]	= "subtree",
};

/**
 * pidmap_may_configure() - may the caller set a parameter of the module?
 *
 * Root of a container passes for the owner of the parameter's file, too, so its
 * mode is not enough. What is given when the module is loaded needs more.
 *
 * Return: true if it has CAP_SYS_ADMIN in the initial user namespace, or loads.
 */
bool pidmap_may_configure(void)
{
	return !pidmap_loaded || capable(CAP_SYS_ADMIN);
}

static int upward_set(const char *val, const struct kernel_param *kp)
{
	int policy = sysfs_match_string(upward_names, val);

	if (!pidmap_may_configure())
		return -EPERM;
	if (policy < 0)
		return policy;
	WRITE_ONCE(*(int *)kp->arg, policy);
	return 0;
}

static int upward_get(char *buffer, const struct kernel_param *kp)
{
	int policy = READ_ONCE(*(int *)kp->arg);

	return sprintf(buffer, "%s\n", upward_names[policy]);
}

const struct kernel_param_ops pidmap_upward_ops = {
	.set = upward_set,
	.get = upward_get,
};

static bool needs_identity(u32 kind)
{
	return kind == PIDMAP_NS_TID || kind == PIDMAP_NS_INUM ||
	       kind == PIDMAP_NS_ID;
}

/*
 * Do the opener and the caller have CAP_SYS_PTRACE in a user namespace? Neither
 * check leaves an audit record: anyone can repeat the call, and a refusal only
 * makes the answer smaller. The kernel exports no such check of an open file,
 * so the caller takes on the opener's credentials for it.
 */
static bool both_capable(const struct file *file,
			 struct user_namespace *user_ns)
{
	const struct cred *own;
	bool capable;

	capable = ns_capable_noaudit(user_ns, CAP_SYS_PTRACE);
	if (!capable || file->f_cred == current_cred())
		return capable;
	own = override_creds(file->f_cred);
	capable = ns_capable_noaudit(user_ns, CAP_SYS_PTRACE);
	revert_creds(own);
	return capable;
}

/**
 * pidmap_view_identity() - do opener and caller hold the identity right?
 * @view: the view
 *
 * Return: true if both have CAP_SYS_PTRACE over the view.
 */
bool pidmap_view_identity(const struct pidmap_view *view)
{
	return both_capable(view->file, view->ns->user_ns);
}

/**
 * pidmap_view_get_other() - the view of a caller that does not live in it
 * @view: its file and, as ns, the caller's active namespace; ns is set
 *
 * The view is the raised one if the opener and the caller may look from there.
 * Otherwise it is the deeper one of the opener's namespace and the caller's, so
 * a file that is passed on never shows its new holder more than that one's own
 * would, nor more than the opener's did.
 *
 * Return: 0, or -EPERM if neither namespace is an ancestor of the other.
 */
int pidmap_view_get_other(struct pidmap_view *view)
{
	const struct pidmap_file *pf = view->file->private_data;
	struct pid_namespace *active = view->ns;
	/* Pairs with the release in pidmap_view_raise(). */
	struct pid_namespace *raised = smp_load_acquire(&pf->raised);

	if (raised && both_capable(view->file, raised->user_ns)) {
		view->ns = raised;
		return 0;
	}
	if (pidmap_ns_within(active, pf->opener))
		return 0;
	view->ns = pf->opener;
	return pidmap_ns_within(pf->opener, active) ? 0 : -EPERM;
}

/**
 * pidmap_view_raise() - look from another namespace, for PIDMAP_SET_VIEW
 * @file: an open /dev/pidmap
 * @name: the namespace, of the kind PIDMAP_NS_FD
 *
 * Return: 0; -EPERM if the opener or the caller lacks the capability there;
 * -EBUSY if something was fixed for this file before; or what
 * pidmap_nsref_fd() fails with.
 */
int pidmap_view_raise(const struct file *file, const struct pidmap_nsref *name)
{
	struct pidmap_file *pf = file->private_data;
	struct pidmap_nshold hold = {};
	int err;

	err = pidmap_nsref_fd(name->value, &hold);
	if (err)
		goto put;
	err = -EPERM;
	if (!both_capable(file, hold.ns->user_ns))
		goto put;
	err = -EBUSY;
	if (cmpxchg(&pf->fixed, 0, BIT(PIDMAP_FIXED_VIEW)))
		goto put;
	/* Pairs with the acquire in pidmap_view_get_other(). */
	smp_store_release(&pf->raised, get_pid_ns(hold.ns));
	WRITE_ONCE(pf->ns, NULL);
	err = 0;
put:
	pidmap_nshold_put(&hold);
	return err;
}

/**
 * pidmap_view_hide() - remove what the caller may not know of namespaces
 * @view: who asks
 * @pids: numbers of an ID from the view down; loses inode numbers and IDs
 * @count: how many there are
 *
 * With the identity right all may be known, else only the namespace the caller
 * lives in: that is the view or above it.
 */
void pidmap_view_hide(const struct pidmap_view *view, struct pidmap_pid *pids,
		      unsigned int count)
{
	unsigned int i;

	if (pidmap_view_identity(view))
		return;
	for (i = view->ns == pidmap_active_ns(); i < count; i++) {
		pids[i].inum = 0;
		pids[i].id = 0;
	}
}

/* The names that not everyone may use, and the one that is none by itself. */
static noinline int view_resolve_other(const struct pidmap_view *view,
				       const struct pidmap_nsref *name,
				       bool to, struct pidmap_nshold *hold)
{
	const struct pidmap_file *pf = view->file->private_data;
	const struct pidmap_nshold *bound;

	hold->fd = (struct fd){};
	if (name->reserved)
		return -EINVAL;
	if (name->kind == PIDMAP_NS_BOUND) {
		if (name->value)
			return -EINVAL;
		/* Pairs with the release in pidmap_view_bind(). */
		if (!smp_load_acquire(&pf->bound_ready))
			return -ENODATA;
		bound = to ? &pf->bound.to : &pf->bound.from;
		hold->ns = bound->ns;
		hold->kind = bound->kind;
	}
	if (needs_identity(hold->kind) && !pidmap_view_identity(view))
		return -EPERM;
	if (name->kind == PIDMAP_NS_BOUND)
		return 0;
	return pidmap_nsref_get(view->ns, name, hold);
}

static __always_inline int view_resolve(const struct pidmap_view *view,
					const struct pidmap_nsref *name,
					bool to, struct pidmap_nshold *hold)
{
	hold->kind = name->kind;
	hold->ref = NULL;
	if (likely(name->kind == PIDMAP_NS_FD && !name->reserved))
		return pidmap_nsref_fd(name->value, hold);
	return view_resolve_other(view, name, to, hold);
}

/* Level 0 contains all there is. */
static bool view_contains(const struct pidmap_view *view,
			  const struct pidmap_nshold *hold)
{
	return !view->ns->level || pidmap_ns_within(hold->ns, view->ns);
}

/* Only a level names what lies above the view. */
static bool view_below(const struct pidmap_view *view,
		       const struct pidmap_nshold *hold)
{
	return hold->kind == PIDMAP_NS_LEVEL &&
	       pidmap_ns_within(view->ns, hold->ns);
}

static noinline int view_upward(struct pidmap_pair *pair)
{
	int policy = READ_ONCE(pidmap_upward);

	if (!view_contains(&pair->view, &pair->from) &&
	    !(view_below(&pair->view, &pair->from) &&
	      policy == PIDMAP_UPWARD_SUBTREE))
		return -EPERM;
	if (!view_contains(&pair->view, &pair->to)) {
		if (!view_below(&pair->view, &pair->to) ||
		    policy == PIDMAP_UPWARD_NONE)
			return -EPERM;
		if (policy == PIDMAP_UPWARD_SELF)
			pair->t.only = current;
	}
	/* Who is not in the view does not exist, however it is called above. */
	pair->t.within = pair->view.ns;
	return 0;
}

/**
 * pidmap_view_pair() - resolve two namespaces to translate between
 * @file: the open file through which the current task asks
 * @from: name of the first
 * @to: name of the second
 * @pair: to fill; on success to be given to pidmap_pair_put()
 *
 * Return: 0, or -EPERM where the caller has no view, a name needs a right the
 * caller lacks or lies outside the view, -ENODATA for PIDMAP_NS_BOUND before
 * PIDMAP_BIND, or what pidmap_nsref_get() fails with.
 */
int pidmap_view_pair(const struct file *file, const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, struct pidmap_pair *pair)
{
	struct pidmap_view *view = &pair->view;
	int err;

	err = pidmap_view_get(view, file);
	if (err)
		return err;
	err = view_resolve(view, from, false, &pair->from);
	if (err)
		goto put_from;
	err = view_resolve(view, to, true, &pair->to);
	if (err)
		goto put_to;

	pair->t.from = pair->from.ns;
	pair->t.to = pair->to.ns;
	pair->t.within = NULL;
	pair->t.only = NULL;
	if (likely(view_contains(view, &pair->from) &&
		   view_contains(view, &pair->to)))
		return 0;
	err = view_upward(pair);
	if (!err)
		return 0;
put_to:
	pidmap_nshold_put(&pair->to);
put_from:
	pidmap_nshold_put(&pair->from);
	return err;
}

/**
 * pidmap_view_subtree() - resolve a namespace whose members may be listed
 * @view: who asks
 * @name: its name; PIDMAP_NS_BOUND is none here
 * @hold: to fill; on success to be given to pidmap_nshold_put()
 *
 * Return: 0, or -EPERM where the caller lacks the identity right or the
 * namespace is outside the view, or what pidmap_nsref_get() fails with.
 */
int pidmap_view_subtree(const struct pidmap_view *view,
			const struct pidmap_nsref *name,
			struct pidmap_nshold *hold)
{
	int err;

	if (name->kind == PIDMAP_NS_BOUND)
		return -EINVAL;
	err = view_resolve(view, name, false, hold);
	if (!err && !(pidmap_view_identity(view) && view_contains(view, hold)))
		err = -EPERM;
	if (err)
		pidmap_nshold_put(hold);
	return err;
}

/**
 * pidmap_view_bind() - give PIDMAP_NS_BOUND its meaning for an open file
 * @pf: what the file holds
 * @pair: the namespaces, resolved
 *
 * Return: 0, or -EBUSY if it has a meaning already.
 */
int pidmap_view_bind(struct pidmap_file *pf, const struct pidmap_pair *pair)
{
	struct pidmap_pair *bound = &pf->bound;

	if (test_and_set_bit(PIDMAP_FIXED_PAIR, &pf->fixed))
		return -EBUSY;
	bound->from.ns = pair->from.ns;
	bound->from.kind = pair->from.kind;
	bound->from.ref = get_pid_ns(pair->from.ns);
	bound->to.ns = pair->to.ns;
	bound->to.kind = pair->to.kind;
	bound->to.ref = get_pid_ns(pair->to.ns);
	/* Pairs with the acquire in view_resolve_other(). */
	smp_store_release(&pf->bound_ready, true);

	/* What needs a right is checked on every call, the rest once a view. */
	if (!pair->t.within && !needs_identity(pair->from.kind) &&
	    !needs_identity(pair->to.kind) && pair->view.ns != pf->raised) {
		bound->t = pair->t;
		/* Pairs with the acquire in ioctl_bound(). */
		smp_store_release(&pf->bound_view, pair->view.ns);
	}
	return 0;
}

/**
 * pidmap_view_release() - drop what an open file holds, when it is closed
 * @pf: what the file holds
 */
void pidmap_view_release(struct pidmap_file *pf)
{
	if (pf->bound_ready)
		pidmap_pair_put(&pf->bound);
	if (pf->raised)
		put_pid_ns(pf->raised);
	put_pid_ns(pf->opener);
}
