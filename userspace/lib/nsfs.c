// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The back end ``nsfs``: the kernel's own ioctls, Linux 6.11 and newer. They
 * translate between the caller's namespace and one other, TIDs and TGIDs.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"
#include "nsioctl.h"

/*
 * Return: a number, or -ESRCH. Linux 6.18 to 7.0 say ENOTTY instead where there
 * is no such task; that the kernel knows these ioctls was tried at open.
 */
static int ask(const struct place *place, unsigned long op, pid_t nr)
{
	int ret = ioctl(place->fd, op, (unsigned long)nr);

	if (ret > 0)
		return ret;
	return !ret || errno == ENOTTY ? -ESRCH : -errno;
}

static int nsfs_open(struct pidmap *h)
{
	int err = local_open(h);

	if (err)
		return err;
	return ask(&h->local.view, NS_GET_PID_IN_PIDNS, getpid()) == getpid() ?
	       0 : -EOPNOTSUPP;
}

/* An ID whose own task is gone or does not use it: may others still do so? */
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
		return ask(view, NS_GET_TGID_FROM_PIDNS, nr) == nr ? 0 : -ESRCH;
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

	own = ask(from, NS_GET_PID_FROM_PIDNS, nr);
	if (own < 0)
		return own == -ESRCH ? without_leader(type) : own;
	err = check_type(view, type, own);
	if (err)
		return err;
	if (!to->depth)
		return own;
	ret = ask(to, NS_GET_PID_IN_PIDNS, own);
	/* Not there: has it gone meanwhile, or was it never? */
	if (ret == -ESRCH && ask(from, NS_GET_PID_FROM_PIDNS, nr) == own)
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
			  const struct pidmap_nsref *to, struct pidmap_stamp *stamp)
{
	size_t done = 0;
	pid_t result;
	int err;

	if (stamp)
		return -EOPNOTSUPP;
	err = nsfs_translate_many(h, type, 1, &nr, &result, from, to, &done);
	return err ? err : result;
}

const struct backend_ops nsfs_ops = {
	.name = "nsfs",
	.open = nsfs_open,
	.info = local_info,
	.translate = nsfs_translate,
	.translate_many = nsfs_translate_many,
	.bind = local_bind,
};
