// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The back end ``nsfs``: the kernel's own interfaces. The ioctls of Linux 6.11
 * translate TIDs and TGIDs between the caller's namespace and one other;
 * listns(2) of Linux 6.19 lists namespaces.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "local.h"
#include "nsioctl.h"

static int nsfs_open(struct pidmap *h)
{
	int err = local_open(h);

	if (err)
		return err;
	/* Does the kernel know these ioctls? */
	err = ns_ask(h->local.view.fd, NS_GET_PID_IN_PIDNS, getpid());
	return err == getpid() ? 0 : -EOPNOTSUPP;
}

/* The task of an ID has gone. May others still use the ID? */
static int without_leader(enum pidmap_type type)
{
	return type == PIDMAP_PGID || type == PIDMAP_SID ? -EOPNOTSUPP : -ESRCH;
}

/*
 * Is the TID @nr of the view in use as @type? A session's leader never leaves
 * it; a group's may, and only the group can say whether it has other members.
 */
static int check_type(const struct place *view, enum pidmap_type type, pid_t nr)
{
	pid_t group;

	switch (type) {
	case PIDMAP_TID:
		return 0;
	case PIDMAP_TGID:
		group = ns_ask(view->fd, NS_GET_TGID_FROM_PIDNS, nr);
		return group == nr ? 0 : -ESRCH;
	case PIDMAP_PGID:
		group = getpgid(nr);
		if (group == nr)
			return 0;
		/* kill(-1) would mean everyone. */
		if (nr == 1)
			return -EOPNOTSUPP;
		return kill(-nr, 0) && errno == ESRCH ? -ESRCH : 0;
	case PIDMAP_SID:
		return getsid(nr) == nr ? 0 : -ESRCH;
	}
	return -EINVAL;
}

static int translate_one(struct pidmap *h, enum pidmap_type type, pid_t nr,
			 const struct place *from, const struct place *to)
{
	const struct place *view = &h->local.view;
	int err, ret, own;

	own = ns_ask(from->fd, NS_GET_PID_FROM_PIDNS, nr);
	if (own < 0)
		return own == -ESRCH ? without_leader(type) : own;
	err = check_type(view, type, own);
	if (err)
		return err;
	if (!to->depth)
		return own;
	ret = ns_ask(to->fd, NS_GET_PID_IN_PIDNS, own);
	/* Not there: has it gone meanwhile, or was it never? */
	if (ret == -ESRCH && ns_ask(from->fd, NS_GET_PID_FROM_PIDNS, nr) == own)
		return -EREMOTE;
	return ret == -ESRCH ? without_leader(type) : ret;
}

static int translate_some(struct pidmap *h, struct batch *b)
{
	return translate_each(h, b, translate_one);
}

static int nsfs_translate_many(struct pidmap *h, enum pidmap_type type,
			       size_t count, const pid_t *numbers,
			       pid_t *results, const struct pidmap_nsref *from,
			       const struct pidmap_nsref *to, size_t *done)
{
	return local_translate_many(h, type, count, numbers, results, from, to,
				    done, translate_some);
}

static int nsfs_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
			  const struct pidmap_nsref *from,
			  const struct pidmap_nsref *to,
			  struct pidmap_stamp *stamp)
{
	size_t done = 0;
	pid_t result;
	int err;

	if (stamp)
		return -EOPNOTSUPP;
	err = nsfs_translate_many(h, type, 1, &nr, &result, from, to, &done);
	return err ? err : result;
}

struct listing {
	const struct pidmap *h;
	struct place ns;
	struct walk *walk;
};

static int tell_ns(int fd, void *arg)
{
	struct listing *l = arg;
	struct pidmap_ns rec = { .size = sizeof(rec) };
	unsigned int depth;
	int ret, init;

	ret = place_has(l->h, &l->ns, fd, &depth);
	if (ret <= 0)
		return ret;
	init = ns_init(fd);
	/* It has ended, or nobody lives in it yet. */
	if (init < 0)
		return init == -ESRCH ? 0 : init;
	rec.init = init;
	ret = ns_describe(fd, ns_inum(fd) == l->h->local.view.inum, &rec);
	if (ret)
		return ret;
	/* The view is the initial namespace. */
	rec.level = depth;
	l->walk->stopped = l->walk->ns(&rec, l->walk->arg);
	return l->walk->stopped ? 1 : 0;
}

/* Only who sees all namespaces knows that nothing is missing. */
static int nsfs_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			struct walk *walk)
{
	struct listing l = { .h = h, .walk = walk };
	int ret;

	if (!local_sees_spaces(h))
		return -EOPNOTSUPP;
	ret = place_get(h, ns, NULL, &l.ns);
	if (ret)
		return ret;
	ret = ns_scan(tell_ns, &l);
	place_put(&l.ns);
	return ret < 0 ? ret : 0;
}

const struct backend_ops nsfs_ops = {
	.name = "nsfs",
	.open = nsfs_open,
	.info = local_info,
	.translate = nsfs_translate,
	.translate_many = nsfs_translate_many,
	.bind = local_bind,
	.list_ns = nsfs_list_ns,
};
