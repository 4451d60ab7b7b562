// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Events: the records of a watch, one at a time.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"

/* What one read(2) asks for: large enough to make calls rare. */
#define READ_BYTES	65536

struct watch {
	size_t at;		/* the next record */
	size_t used;
	char buffer[READ_BYTES] __attribute__((aligned(8)));
};

API int pidmap_watch(struct pidmap *h, struct pidmap_nsref ns,
		     unsigned int flags, uint32_t ring_size)
{
	struct pidmap_watch req = {
		.size = sizeof(req),
		.flags = flags,
		.ns = ns,
		.ring_size = ring_size,
	};
	struct watch *watch;
	int status;

	if (h->fd < 0)
		return failed(-EOPNOTSUPP);
	if (h->watch)
		return failed(-EBUSY);
	watch = malloc(sizeof(*watch));
	if (!watch)
		return failed(-ENOMEM);
	watch->at = 0;
	watch->used = 0;
	/* Reads never wait: poll(2) does, and it has a time limit. */
	status = fcntl(h->fd, F_GETFL);
	if (status < 0 || fcntl(h->fd, F_SETFL, status | O_NONBLOCK) < 0 ||
	    ioctl(h->fd, PIDMAP_WATCH, &req) < 0) {
		int err = -errno;

		free(watch);
		return failed(err);
	}
	h->watch = watch;
	return 0;
}

API int pidmap_watch_fd(const struct pidmap *h)
{
	return h->watch ? h->fd : failed(-ENODATA);
}

static int fill(struct pidmap *h, int timeout)
{
	struct pollfd pollfd = { .fd = h->fd, .events = POLLIN };
	ssize_t used = read(h->fd, h->watch->buffer, READ_BYTES);

	if (used < 0 && errno == EAGAIN && timeout) {
		int ready = poll(&pollfd, 1, timeout);

		if (ready < 0)
			return -errno;
		used = read(h->fd, h->watch->buffer, READ_BYTES);
	}
	if (used < 0)
		return -errno;
	h->watch->at = 0;
	h->watch->used = used;
	return 0;
}

API const struct pidmap_event *pidmap_watch_next(struct pidmap *h, int timeout)
{
	struct watch *watch = h->watch;
	const struct pidmap_event *event;
	int err = 0;

	if (!watch)
		err = -ENODATA;
	else if (watch->at == watch->used)
		err = fill(h, timeout);
	if (err) {
		errno = -err;
		return NULL;
	}
	event = (const void *)(watch->buffer + watch->at);
	watch->at += event->size;
	return event;
}

API const struct pidmap_task *pidmap_event_task(const struct pidmap_event *event)
{
	if (!event->task_offset)
		return NULL;
	return (const void *)((const char *)event + event->task_offset);
}

API const char *pidmap_event_comm(const struct pidmap_event *event)
{
	if (!event->comm_offset)
		return NULL;
	return (const char *)event + event->comm_offset;
}

/* Are there events that were read from the kernel, but not told? */
bool watch_buffered(const struct pidmap *h)
{
	return h->watch->at < h->watch->used;
}

void watch_close(struct pidmap *h)
{
	free(h->watch);
}
