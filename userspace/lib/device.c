// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The back end ``device``: the kernel module answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>

#include "internal.h"

/* A walk's buffer: large enough to make calls rare, fits in the L1 cache. */
#define LIST_BYTES	16384

static int device_ioctl(const struct pidmap *h, unsigned long op, void *request)
{
	return ioctl(h->fd, op, request) < 0 ? -errno : 0;
}

static int device_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	/* What an older module does not know must be zero, or it is E2BIG. */
	memset(info, 0, size);
	info->size = size;
	return device_ioctl(h, PIDMAP_INFO, info);
}

static int device_open(struct pidmap *h)
{
	struct pidmap_info info;
	int err;

	h->fd = open(PIDMAP_DEVICE, O_RDWR | O_CLOEXEC);
	if (h->fd < 0)
		return -errno;
	err = device_info(h, &info, sizeof(info));
	/* Something else of that name, or a module too old to know us. */
	return err == -ENOTTY || err == -EINVAL ? -EOPNOTSUPP : err;
}

_Static_assert(PIDMAP_BOUND_SID - PIDMAP_BOUND_TID == PIDMAP_SID,
	       "the bound operations are numbered like the types");

static int translate_bound(const struct pidmap *h, enum pidmap_type type,
			   pid_t nr)
{
	int ret = device_bound(h, type, nr);

	return ret < 0 ? -errno : ret;
}

/* What a stamp puts into a request, and what it takes out of it. */
#define STAMP(stamp)							\
	.flags = (stamp) ? (stamp)->flags : 0,				\
	.start_time = (stamp) && (stamp)->flags & PIDMAP_EXPECT_START ?	\
		      (stamp)->start_time : 0

static void stamp_result(struct pidmap_stamp *stamp, uint64_t start_time,
			 uint64_t pid_id)
{
	if (!stamp)
		return;
	if (stamp->flags & PIDMAP_START_TIME)
		stamp->start_time = start_time;
	if (stamp->flags & PIDMAP_PID_ID)
		stamp->pid_id = pid_id;
}

static int device_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
			    const struct pidmap_nsref *from,
			    const struct pidmap_nsref *to,
			    struct pidmap_stamp *stamp)
{
	struct pidmap_translate req = {
		.size = sizeof(req),
		STAMP(stamp),
		.type = type,
		.nr = nr,
		.from = *from,
		.to = *to,
	};
	int err;

	if (!stamp && device_is_bound(from, to, type))
		return translate_bound(h, type, nr);
	err = device_ioctl(h, PIDMAP_TRANSLATE, &req);
	if (err)
		return err;
	stamp_result(stamp, req.start_time, req.pid_id);
	return req.result;
}

static int device_translate_many(struct pidmap *h, enum pidmap_type type,
				 size_t count, const pid_t *numbers,
				 pid_t *results,
				 const struct pidmap_nsref *from,
				 const struct pidmap_nsref *to, size_t *done)
{
	/* At least one call, so that a wrong name fails even with no number. */
	do {
		size_t left = count - *done;
		struct pidmap_translate_many req = {
			.size = sizeof(req),
			.type = type,
			.count = left < INT_MAX ? left : INT_MAX,
			.from = *from,
			.to = *to,
			.numbers = (uintptr_t)(numbers + *done),
			.results = (uintptr_t)(results + *done),
		};
		int err = device_ioctl(h, PIDMAP_TRANSLATE_MANY, &req);

		*done += req.done;
		/* A signal ends a call early, not without progress. */
		if (err && err != -EINTR)
			return err;
	} while (*done < count);
	return 0;
}

static int device_set_view(struct pidmap *h, int ns)
{
	struct pidmap_set_view req = {
		.size = sizeof(req),
		.ns = pidmap_ns_fd(ns),
	};

	return device_ioctl(h, PIDMAP_SET_VIEW, &req);
}

static int device_bind(struct pidmap *h, const struct pidmap_nsref *from,
		       const struct pidmap_nsref *to)
{
	struct pidmap_bind req = {
		.size = sizeof(req),
		.from = *from,
		.to = *to,
	};

	return device_ioctl(h, PIDMAP_BIND, &req);
}

static int device_task_ids(struct pidmap *h, pid_t tid,
			   const struct pidmap_nsref *from,
			   const struct pidmap_nsref *to,
			   struct pidmap_ids *ids, struct pidmap_stamp *stamp)
{
	struct pidmap_task_ids req = {
		.size = sizeof(req),
		STAMP(stamp),
		.nr = tid,
		.from = *from,
		.to = *to,
	};
	int err = device_ioctl(h, PIDMAP_TASK_IDS, &req);

	if (err)
		return err;
	stamp_result(stamp, req.start_time, req.pid_id);
	ids->tid = req.tid;
	ids->tgid = req.tgid;
	ids->pgid = req.pgid;
	ids->sid = req.sid;
	ids->ppid = req.ppid;
	return 0;
}

static int device_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		       const struct pidmap_nsref *from,
		       struct pidmap_pid *pids, size_t capacity,
		       struct pidmap_stamp *stamp)
{
	struct pidmap_pids req = {
		.size = sizeof(req),
		STAMP(stamp),
		.type = type,
		.nr = nr,
		.from = *from,
		.pids = (uintptr_t)pids,
		.capacity = capacity < INT_MAX ? capacity : INT_MAX,
		.stride = sizeof(*pids),
	};
	int err = device_ioctl(h, PIDMAP_PIDS, &req);

	if (err)
		return err;
	stamp_result(stamp, req.start_time, req.pid_id);
	return req.count;
}

static bool tell_task(const void *record, struct walk *walk)
{
	walk->stopped = walk->task(record, walk->arg);
	return !walk->stopped;
}

static bool tell_ns(const void *record, struct walk *walk)
{
	walk->stopped = walk->ns(record, walk->arg);
	return !walk->stopped;
}

/* Both kinds of record begin with their size. */
static int device_walk(struct pidmap *h, unsigned long op,
		       const struct pidmap_nsref *ns, unsigned int flags,
		       bool (*tell)(const void *record, struct walk *walk),
		       struct walk *walk)
{
	char buffer[LIST_BYTES] __attribute__((aligned(8)));
	struct pidmap_list req = {
		.size = sizeof(req),
		.flags = flags,
		.ns = *ns,
		.buffer = (uintptr_t)buffer,
		.buffer_size = sizeof(buffer),
	};

	do {
		const char *record = buffer;
		int err = device_ioctl(h, op, &req);

		/* The right was lost on the way. */
		if (err == -EPERM && req.cursor)
			return -EACCES;
		if (err && err != -EINTR)
			return err;
		for (; record < buffer + req.used;
		     record += *(const uint16_t *)record)
			if (!tell(record, walk))
				return 0;
	} while (req.cursor != PIDMAP_CURSOR_END);
	return 0;
}

static int device_list_fill(struct pidmap *h, struct pidmap_list *req)
{
	int err = device_ioctl(h, PIDMAP_LIST, req);

	return err == -EINTR ? 0 : err;
}

static int device_list(struct pidmap *h, const struct pidmap_nsref *ns,
		       unsigned int flags, struct walk *walk)
{
	return device_walk(h, PIDMAP_LIST, ns, flags, tell_task, walk);
}

static int device_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			  struct walk *walk)
{
	return device_walk(h, PIDMAP_LIST_NS, ns, 0, tell_ns, walk);
}

const struct backend_ops device_ops = {
	.name = "device",
	.open = device_open,
	.info = device_info,
	.translate = device_translate,
	.translate_many = device_translate_many,
	.set_view = device_set_view,
	.bind = device_bind,
	.task_ids = device_task_ids,
	.pids = device_pids,
	.list = device_list,
	.list_ns = device_list_ns,
	.list_fill = device_list_fill,
};
