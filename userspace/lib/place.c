// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A name becomes a namespace: the namespaces that a struct pidmap_nsref names,
 * without the module.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "local.h"
#include "nsioctl.h"
#include "proc.h"

/* How far below the view is it? Fills in the rest of a place with a file. */
static int place_measure(const struct pidmap *h, struct place *place)
{
	int fd = place->fd;

	place->inum = ns_inum(fd);
	place->depth = 0;
	while (ns_inum(fd) != h->local.view.inum) {
		int parent = ioctl(fd, NS_GET_PARENT);
		int err = parent < 0 ? -errno : 0;

		if (fd != place->fd)
			close(fd);
		/* Never ours: outside the view. */
		if (err)
			return err;
		fd = parent;
		place->depth++;
	}
	if (fd != place->fd)
		close(fd);
	return 0;
}

static int place_fd(const struct pidmap *h, uint64_t value, struct place *place)
{
	struct statfs fs;
	int fd, flags;

	if (value > INT_MAX)
		return -EBADF;
	fd = value;
	flags = fcntl(fd, F_GETFL);
	if (flags < 0 || flags & O_PATH)
		return -EBADF;
	if (fstatfs(fd, &fs) || fs.f_type != NSFS_MAGIC ||
	    ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWPID)
		return -EINVAL;
	place->fd = fd;
	return place_measure(h, place);
}

/* Measures a file that was opened for this, and closes it if that fails. */
int place_own(const struct pidmap *h, int fd, struct place *place)
{
	int err;

	place->fd = fd;
	place->owned = true;
	err = place_measure(h, place);
	if (err)
		place_put(place);
	return err;
}

/*
 * Is a namespace this place, or below it? @fd stays open. @depth is set to how
 * far below the view it is.
 *
 * Return: 1, 0 or a negative errno.
 */
int place_has(const struct pidmap *h, const struct place *place, int fd,
	      unsigned int *depth)
{
	struct place other = { .fd = fd };
	uint32_t inum;
	int err = place_measure(h, &other);

	/* It is outside the view. */
	if (err == -EPERM)
		return 0;
	if (err)
		return err;
	*depth = other.depth;
	if (other.depth < place->depth)
		return 0;
	fd = ns_climb(fcntl(fd, F_DUPFD_CLOEXEC, 0),
		      other.depth - place->depth);
	if (fd < 0)
		return fd;
	inum = ns_inum(fd);
	close(fd);
	return inum == place->inum;
}

static int place_tid(const struct pidmap *h, uint64_t tid, struct place *place)
{
	struct proc_task task;
	char name[24];
	int fd;

	if (h->local.root < 0)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), "%llu", (unsigned long long)tid);
	fd = proc_task_get(h->local.root, name, &task);
	if (!fd) {
		fd = local_task_ns(h, &task);
		proc_task_put(&task);
	}
	if (fd == -ESRCH)
		return local_sees_proc(h) ? -ENOENT : -EPERM;
	return fd < 0 ? fd : place_own(h, fd, place);
}

struct search {
	const struct pidmap *h;
	const struct pidmap_nsref *name;
	struct place *place;
	bool hidden;		/* something that might be it was not seen */
};

static bool is_named(const struct pidmap_nsref *name, int fd)
{
	return name->value == (name->kind == PIDMAP_NS_ID ? ns_id(fd) :
							     ns_inum(fd));
}

/* What is outside the view does not exist; neither does one without init. */
static int take_found(struct search *s, int fd)
{
	int err = place_own(s->h, fd, s->place);

	if (err)
		return err == -EPERM ? -ENOENT : err;
	return 1;
}

/* Ends a scan at once: can the kernel list namespaces at all? */
static int match_nothing(int fd, void *arg)
{
	(void)fd;
	(void)arg;
	return 1;
}

static int match_space(int fd, void *arg)
{
	struct search *s = arg;

	if (!is_named(s->name, fd) || ns_init(fd) < 0)
		return 0;
	fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : take_found(s, fd);
}

/* Asks the kernel for all namespaces. Return: 1 when found, or 0. */
static int search_spaces(struct search *s)
{
	int fd, ret;

	if (s->name->kind == PIDMAP_NS_ID) {
		fd = ns_open_id(s->name->value);
		if (fd < 0)
			return 0;
		ret = match_space(fd, s);
		close(fd);
		return ret;
	}
	return ns_scan(match_space, s);
}

/*
 * A live namespace has an init, and init has the number 1 in it.
 *
 * Return: a file of the namespace; -ENOENT if it is another.
 */
static int open_if_match(const struct search *s, const struct proc_task *init)
{
	uint32_t inum;
	int fd, err;

	if (init->st.tid[init->st.levels - 1] != 1)
		return -ENOENT;
	if (s->name->kind == PIDMAP_NS_INUM) {
		err = local_task_inum(s->h, init, &inum);
		if (err)
			return err;
		if (inum != s->name->value)
			return -ENOENT;
	}
	fd = local_task_ns(s->h, init);
	if (fd >= 0 && !is_named(s->name, fd)) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

static int match_init(int dir, const char *name, void *arg)
{
	struct search *s = arg;
	struct proc_task task;
	int fd;

	fd = proc_task_get(dir, name, &task);
	if (!fd) {
		fd = open_if_match(s, &task);
		proc_task_put(&task);
	}
	if (fd >= 0)
		return take_found(s, fd);
	if (fd != -ESRCH && fd != -ENOENT)
		s->hidden = true;
	return 0;
}

static int place_search(const struct pidmap *h, const struct pidmap_nsref *name,
			struct place *place)
{
	struct search s = {
		.h = h,
		.name = name,
		.place = place,
		.hidden = !local_sees_proc(h),
	};
	int ret;

	if (name->kind == PIDMAP_NS_ID && !ns_id(h->local.view.fd))
		return -EOPNOTSUPP;
	ret = search_spaces(&s);
	if (ret == 1)
		return 0;
	/* Linux 6.18 can open a namespace by ID, and cannot list them. */
	if (!ret && local_sees_spaces(h) &&
	    ns_scan(match_nothing, NULL) != -EOPNOTSUPP)
		return -ENOENT;
	if (ret < 0 && ret != -EOPNOTSUPP)
		return ret;
	if (h->local.root < 0)
		return -EOPNOTSUPP;
	ret = proc_scan(h->local.root, match_init, &s);
	if (ret)
		return ret < 0 ? ret : 0;
	return s.hidden ? -EPERM : -ENOENT;
}

static int place_level(const struct pidmap *h, uint64_t level,
		       struct place *place)
{
	if (!ns_is_initial(h->local.view.inum))
		return -EOPNOTSUPP;
	if (level)
		return -ENOENT;
	*place = h->local.view;
	return 0;
}

/*
 * Finds the namespace of a name. @bound is what PIDMAP_NS_BOUND means here,
 * NULL if it means nothing.
 *
 * Return: 0, then to be given to place_put(); or what pidmap.h lists.
 */
int place_get(struct pidmap *h, const struct pidmap_nsref *name,
	      const struct place *bound, struct place *place)
{
	int err;

	memset(place, 0, sizeof(*place));
	if (name->reserved)
		return -EINVAL;
	err = local_check(h);
	if (err)
		return err;
	switch (name->kind) {
	case PIDMAP_NS_VIEW:
		if (name->value)
			return -EINVAL;
		*place = h->local.view;
		return 0;
	case PIDMAP_NS_FD:
		return place_fd(h, name->value, place);
	case PIDMAP_NS_TID:
		return place_tid(h, name->value, place);
	case PIDMAP_NS_INUM:
	case PIDMAP_NS_ID:
		return place_search(h, name, place);
	case PIDMAP_NS_LEVEL:
		return place_level(h, name->value, place);
	case PIDMAP_NS_BOUND:
		if (name->value || !bound)
			return -EINVAL;
		if (atomic_load(&h->local.bound) != BOUND_READY)
			return -ENODATA;
		*place = *bound;
		place->owned = false;
		return 0;
	}
	return -EINVAL;
}

void place_put(struct place *place)
{
	if (place->owned)
		close(place->fd);
}

/*
 * Finds both namespaces of a request. Return: as place_get(). On success, both
 * are to be given to place_put().
 */
int places_get(struct pidmap *h, const struct pidmap_nsref *from,
	       const struct pidmap_nsref *to, struct place *f, struct place *t)
{
	int err = place_get(h, from, &h->local.from, f);

	if (err)
		return err;
	err = place_get(h, to, &h->local.to, t);
	if (err)
		place_put(f);
	return err;
}

/* What is bound outlives the caller's descriptor. */
static int bound_get(struct pidmap *h, const struct pidmap_nsref *name,
		     struct place *place)
{
	int fd, err = place_get(h, name, NULL, place);

	if (err || place->owned)
		return err;
	fd = fcntl(place->fd, F_DUPFD_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	place->fd = fd;
	place->owned = true;
	return 0;
}

int local_bind(struct pidmap *h, const struct pidmap_nsref *from,
	       const struct pidmap_nsref *to)
{
	struct place f, t;
	int state = BOUND_NONE, err;

	err = bound_get(h, from, &f);
	if (err)
		return err;
	err = bound_get(h, to, &t);
	if (err)
		goto put_from;
	err = -EBUSY;
	if (!atomic_compare_exchange_strong(&h->local.bound, &state,
					    BOUND_BUSY))
		goto put_to;
	h->local.from = f;
	h->local.to = t;
	atomic_store(&h->local.bound, BOUND_READY);
	return 0;
put_to:
	place_put(&t);
put_from:
	place_put(&f);
	return err;
}
