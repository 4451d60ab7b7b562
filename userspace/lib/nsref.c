// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A name becomes a namespace, without the module; and what the back ends nsfs
 * and procfs share besides.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "internal.h"
#include "nsioctl.h"
#include "proc.h"

/* From include/linux/proc_ns.h: the same on every kernel since 3.8. */
#define INITIAL_PIDNS_INUM	0xEFFFFFFCU

bool ns_is_initial(uint32_t inum)
{
	return inum == INITIAL_PIDNS_INUM;
}

uint32_t ns_inum(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

/* Return: the never-reused ID of a namespace, 0 where the kernel has none. */
uint64_t ns_id(int fd)
{
	uint64_t id;

	return ioctl(fd, NS_GET_ID, &id) ? 0 : id;
}

/*
 * Goes up from a namespace. Takes over @fd.
 *
 * Return: a file of the ancestor; -EPERM where that is outside the view.
 */
int ns_climb(int fd, unsigned int levels)
{
	while (fd >= 0 && levels--) {
		int parent = ioctl(fd, NS_GET_PARENT);

		if (parent < 0)
			parent = -errno;
		close(fd);
		fd = parent;
	}
	return fd;
}

/*
 * A file of the namespace the caller lives in. Any procfs will do for this, of
 * whatever namespace; else the kernel's own way, Linux 6.11 and newer.
 */
int ns_open_own(void)
{
	int pidfd, fd = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (pidfd < 0)
		return -EOPNOTSUPP;
	fd = ioctl(pidfd, PIDFD_GET_PID_NAMESPACE, 0);
	close(pidfd);
	return fd < 0 ? -EOPNOTSUPP : fd;
}

static uint32_t own_inum(const struct pidmap *h)
{
	uint32_t inum;
	int fd;

	if (h->local.root >= 0)
		return proc_link_inum(h->local.root, "self/ns/pid", &inum) ?
		       0 : inum;
	fd = ns_open_own();
	if (fd < 0)
		return 0;
	inum = ns_inum(fd);
	close(fd);
	return inum;
}

/* CAP_SYS_PTRACE in the user namespace that owns the view, or one above. */
static bool has_identity(const struct pidmap *h)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int owner;

	if (syscall(SYS_capget, &head, data) ||
	    !(data[0].effective & 1U << CAP_SYS_PTRACE))
		return false;
	owner = ioctl(h->local.view.fd, NS_GET_USERNS);
	if (owner < 0)
		return false;
	close(owner);
	return true;
}

/* For both back ends; the second finds it done. */
int local_open(struct pidmap *h)
{
	struct local *l = &h->local;

	if (l->view.fd >= 0)
		return 0;
	l->root = proc_open_root();
	l->view.fd = ns_open_own();
	if (l->view.fd < 0)
		return l->view.fd;
	l->view.inum = ns_inum(l->view.fd);
	l->hides = l->root >= 0 && proc_hides(l->root);
	return 0;
}

/* Does /proc show every process to the caller, as privileged as it is now? */
bool local_complete(const struct pidmap *h)
{
	return !h->local.hides || has_identity(h);
}

void local_close(struct pidmap *h)
{
	struct local *l = &h->local;

	if (l->root >= 0)
		close(l->root);
	if (l->view.fd >= 0)
		close(l->view.fd);
	if (l->bound == BOUND_READY) {
		place_put(&l->from);
		place_put(&l->to);
	}
}

int local_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	const struct place *view = &h->local.view;

	if (own_inum(h) != view->inum)
		return -EOPNOTSUPP;
	info->size = size < sizeof(*info) ? size : sizeof(*info);
	info->level = ns_is_initial(view->inum) ? 0 : PIDMAP_LEVEL_UNKNOWN;
	info->inum = view->inum;
	info->id = ns_id(view->fd);
	info->features = info->id ? PIDMAP_FEATURE_NS_ID : 0;
	info->upward = PIDMAP_UPWARD_NONE;
	info->max_level = PIDMAP_MAX_LEVEL;
	info->rights = has_identity(h) ? PIDMAP_RIGHT_IDENTITY : 0;
	return 0;
}

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

/* Takes over a file that was opened for this. */
static int place_own(const struct pidmap *h, int fd, struct place *place)
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
 * The namespace a task lives in. One without numbers below the view's lives in
 * the view; its link, which it may not be allowed to read, is not needed.
 */
int local_task_inum(const struct pidmap *h, const struct proc_task *task,
		    uint32_t *inum)
{
	if (task->st.levels > 1)
		return proc_task_inum(task, inum);
	*inum = h->local.view.inum;
	return 0;
}

/* Return: an nsfs file of it. */
int local_task_ns(const struct pidmap *h, const struct proc_task *task)
{
	int fd;

	if (task->st.levels > 1)
		return proc_task_ns(task);
	fd = fcntl(h->local.view.fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}

static int place_tid(const struct pidmap *h, uint64_t tid, struct place *place)
{
	struct proc_task task;
	char name[24];
	int fd;

	if (h->local.root < 0)
		return -EOPNOTSUPP;
	snprintf(name, sizeof(name), "%llu", (unsigned long long)tid);
	fd = proc_task_get(h->local.root, h->local.root, name, &task);
	if (!fd) {
		fd = local_task_ns(h, &task);
		proc_task_put(&task);
	}
	if (fd == -ESRCH)
		return local_complete(h) ? -ENOENT : -EPERM;
	return fd < 0 ? fd : place_own(h, fd, place);
}

struct ns_search {
	const struct pidmap *h;
	const struct pidmap_nsref *name;
	struct place *place;
	bool hidden;
};

/*
 * A live namespace has an init, and init has the number 1 in it.
 *
 * Return: a file of the namespace; -ENOENT where it is another.
 */
static int open_if_match(const struct pidmap *h,
			 const struct pidmap_nsref *name,
			 const struct proc_task *init)
{
	bool by_id = name->kind == PIDMAP_NS_ID;
	uint32_t inum;
	int fd, err;

	if (init->st.tid[init->st.levels - 1] != 1)
		return -ENOENT;
	if (!by_id) {
		err = local_task_inum(h, init, &inum);
		if (err)
			return err;
		if (inum != name->value)
			return -ENOENT;
	}
	fd = local_task_ns(h, init);
	if (fd >= 0 && name->value != (by_id ? ns_id(fd) : ns_inum(fd))) {
		close(fd);
		return -ENOENT;
	}
	return fd;
}

static int match_init(int dir, const char *name, void *arg)
{
	struct ns_search *s = arg;
	struct proc_task task;
	int err, fd;

	fd = proc_task_get(s->h->local.root, dir, name, &task);
	if (!fd) {
		fd = open_if_match(s->h, s->name, &task);
		proc_task_put(&task);
	}
	if (fd >= 0) {
		err = place_own(s->h, fd, s->place);
		return err ? err : 1;
	}
	if (fd != -ESRCH && fd != -ENOENT)
		s->hidden = true;
	return 0;
}

static int place_search(const struct pidmap *h, const struct pidmap_nsref *name,
			struct place *place)
{
	struct ns_search s = {
		.h = h,
		.name = name,
		.place = place,
		.hidden = !local_complete(h),
	};
	int ret;

	if (h->local.root < 0 ||
	    (name->kind == PIDMAP_NS_ID && !ns_id(h->local.view.fd)))
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
 * NULL where it means nothing.
 *
 * Return: 0, then to be given to place_put(); or what pidmap.h lists.
 */
int place_get(struct pidmap *h, const struct pidmap_nsref *name,
	      const struct place *bound, struct place *place)
{
	memset(place, 0, sizeof(*place));
	if (name->reserved)
		return -EINVAL;
	if (own_inum(h) != h->local.view.inum)
		return -EOPNOTSUPP;
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
 * Finds both namespaces of a request. Return: as place_get(); on success both are
 * to be given to place_put().
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

/* A number, or that there is none; else the batch fails. */
bool is_answer(int ret)
{
	return ret >= 0 || ret == -ESRCH || ret == -EREMOTE;
}

/* Has @one translate number by number. */
int translate_each(struct pidmap *h, struct batch *b,
		   int (*one)(struct pidmap *h, enum pidmap_type type, pid_t nr,
			      const struct place *from, const struct place *to))
{
	while (b->done < b->count) {
		pid_t nr = b->numbers[b->done];
		int ret = -ESRCH;

		if (nr > 0)
			ret = one(h, b->type, nr, &b->from, &b->to);
		if (!is_answer(ret))
			return ret;
		b->results[b->done++] = ret;
	}
	return 0;
}

/* Resolves both names once and has @some translate what is not done yet. */
int local_translate_many(struct pidmap *h, enum pidmap_type type, size_t count,
			 const pid_t *numbers, pid_t *results,
			 const struct pidmap_nsref *from,
			 const struct pidmap_nsref *to, size_t *done,
			 int (*some)(struct pidmap *h, struct batch *b))
{
	struct batch b = {
		.type = type,
		.numbers = numbers,
		.results = results,
		.count = count,
		.done = *done,
	};
	int err;

	if ((unsigned int)type > PIDMAP_SID)
		return -EINVAL;
	err = places_get(h, from, to, &b.from, &b.to);
	if (err)
		return err;
	err = some(h, &b);
	*done = b.done;
	place_put(&b.to);
	place_put(&b.from);
	return err;
}
