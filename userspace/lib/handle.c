// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The handle: chooses back ends and hands every call to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* This file has the symbols of the functions that are inline elsewhere. */
#define PIDMAP_INLINE	__attribute__((visibility("default")))
#include "internal.h"
#include "proc.h"

#define STRING(x)	#x
#define DOTTED(a, b, c)	STRING(a) "." STRING(b) "." STRING(c)

#ifdef VERSION_MAJOR
_Static_assert(PIDMAP_VERSION_MAJOR == VERSION_MAJOR &&
	       PIDMAP_VERSION_MINOR == VERSION_MINOR &&
	       PIDMAP_VERSION_PATCH == VERSION_PATCH,
	       "change PIDMAP_VERSION_* in pidmap.h to what VERSION says");
#endif

static const struct backend_ops * const backends[] = {
	&device_ops,
	&nsfs_ops,
	&procfs_ops,
};

/*
 * Asks the back ends in turn, until one can know. A back end that cannot must
 * not have told the caller anything.
 */
#define ASK(h, op, ...) ({						\
	const struct backend_ops * const *_b;				\
	int _ret = -EOPNOTSUPP;						\
									\
	for (_b = (h)->ops; _ret == -EOPNOTSUPP && *_b; _b++)		\
		if ((*_b)->op)						\
			_ret = (*_b)->op(h, ##__VA_ARGS__);		\
	_ret;								\
})

static int fail(int err)
{
	errno = -err;
	return -1;
}

static int status(int err)
{
	return err ? fail(err) : 0;
}

/* lxkns' rule: the number, 0 where there is none, -1 on failure. */
static pid_t answer(int ret)
{
	if (ret > 0)
		return ret;
	errno = -ret;
	return ret == -ESRCH || ret == -EREMOTE ? 0 : -1;
}

static const struct backend_ops *find_backend(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(backends); i++)
		if (strlen(backends[i]->name) == len &&
		    !memcmp(backends[i]->name, name, len))
			return backends[i];
	return NULL;
}

/* Opens the back ends of a list like "nsfs+procfs", in that order. */
static int open_backends(struct pidmap *h, const char *list)
{
	size_t n = 0, len = strlen(list);
	const char *name;

	if (len >= sizeof(h->name))
		return -EINVAL;
	for (name = list; ; name += len + 1) {
		const struct backend_ops *ops;
		int err;

		len = strcspn(name, "+");
		ops = find_backend(name, len);
		/* The last place stays NULL. */
		if (!ops || n == ARRAY_SIZE(h->ops) - 1)
			return -EINVAL;
		err = ops->open(h);
		if (err)
			return err;
		h->ops[n++] = ops;
		if (!name[len])
			break;
	}
	memcpy(h->name, list, strlen(list) + 1);
	return 0;
}

static struct pidmap *open_list(const char *list)
{
	struct pidmap *h = calloc(1, sizeof(*h));
	int err;

	if (!h)
		return NULL;
	h->fd = -1;
	h->local.root = -1;
	h->local.view.fd = -1;
	err = open_backends(h, list);
	if (!err)
		return h;
	pidmap_close(h);
	errno = -err;
	return NULL;
}

API struct pidmap *pidmap_open(const char *backend, unsigned int flags)
{
	static const char * const automatic[] = {
		"device", "nsfs+procfs", "procfs",
	};
	struct pidmap *h = NULL;
	size_t i;

	if (flags) {
		errno = EINVAL;
		return NULL;
	}
	if (backend)
		return open_list(backend);
	for (i = 0; !h && i < ARRAY_SIZE(automatic); i++)
		h = open_list(automatic[i]);
	return h;
}

API void pidmap_close(struct pidmap *h)
{
	int err = errno;

	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	local_close(h);
	free(h);
	errno = err;
}

API const char *pidmap_backend(const struct pidmap *h)
{
	return h->name;
}

API const char *pidmap_version(void)
{
	return DOTTED(PIDMAP_VERSION_MAJOR, PIDMAP_VERSION_MINOR,
		      PIDMAP_VERSION_PATCH);
}

API int pidmap_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	if (size < PIDMAP_INFO_SIZE_V1)
		return fail(-EINVAL);
	memset(info, 0, size);
	return status(ASK(h, info, info, size));
}

/* A stamp that asks for nothing is none. */
static bool stamp_valid(struct pidmap_stamp **stamp)
{
	const uint32_t known = PIDMAP_START_TIME | PIDMAP_EXPECT_START |
			       PIDMAP_PID_ID;

	if (!*stamp)
		return true;
	if ((*stamp)->reserved || (*stamp)->flags & ~known)
		return false;
	if (!(*stamp)->flags)
		*stamp = NULL;
	return true;
}

API pid_t pidmap_translate_at(struct pidmap *h, enum pidmap_type type, pid_t nr,
			      struct pidmap_nsref from, struct pidmap_nsref to,
			      struct pidmap_stamp *stamp)
{
	if (!stamp_valid(&stamp))
		return fail(-EINVAL);
	return answer(ASK(h, translate, type, nr, &from, &to, stamp));
}

API pid_t pidmap_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
			   struct pidmap_nsref from, struct pidmap_nsref to)
{
	return pidmap_translate_at(h, type, nr, from, to, NULL);
}

API int pidmap_translate_many(struct pidmap *h, enum pidmap_type type,
			      size_t count, const pid_t *numbers,
			      pid_t *results, struct pidmap_nsref from,
			      struct pidmap_nsref to, size_t *done)
{
	size_t progress = 0;
	int err;

	/* Where one back end gives up, the next goes on. */
	err = ASK(h, translate_many, type, count, numbers, results, &from, &to,
		  &progress);
	if (done)
		*done = progress;
	return status(err);
}

API int pidmap_set_view(struct pidmap *h, int ns)
{
	int err = ASK(h, set_view, ns);
	size_t i;

	if (err)
		return fail(err);
	/* The others look from the namespace that the caller lives in. */
	while (!h->ops[0]->set_view)
		h->ops[0] = h->ops[1], h->ops[1] = h->ops[2];
	for (i = 1; i < ARRAY_SIZE(h->ops); i++)
		h->ops[i] = NULL;
	h->raised = true;
	return 0;
}

API int pidmap_bind(struct pidmap *h, struct pidmap_nsref from,
		    struct pidmap_nsref to)
{
	return status(ASK(h, bind, &from, &to));
}

API pid_t pidmap_task_ids(struct pidmap *h, pid_t tid, struct pidmap_nsref from,
			  struct pidmap_nsref to, struct pidmap_ids *ids,
			  struct pidmap_stamp *stamp)
{
	int err;

	if (!stamp_valid(&stamp))
		return fail(-EINVAL);
	memset(ids, 0, sizeof(*ids));
	err = ASK(h, task_ids, tid, &from, &to, ids, stamp);
	return answer(err ? err : ids->tid);
}

API int pidmap_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		    struct pidmap_nsref from, struct pidmap_pid *pids,
		    size_t capacity, struct pidmap_stamp *stamp)
{
	if (!stamp_valid(&stamp))
		return fail(-EINVAL);
	return answer(ASK(h, pids, type, nr, &from, pids, capacity,
			  stamp));
}

API int pidmap_list(struct pidmap *h, struct pidmap_nsref ns,
		    unsigned int flags, pidmap_task_fn each, void *arg)
{
	struct walk walk = { .task = each, .arg = arg };
	int err = ASK(h, list, &ns, flags, &walk);

	return err ? fail(err) : walk.stopped;
}

API int pidmap_list_ns(struct pidmap *h, struct pidmap_nsref ns,
		       pidmap_ns_fn each, void *arg)
{
	struct walk walk = { .ns = each, .arg = arg };
	int err = ASK(h, list_ns, &ns, &walk);

	return err ? fail(err) : walk.stopped;
}

static bool is_reaped(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 &&
	       errno == ESRCH;
}

API pid_t pidmap_translate_pidfd(struct pidmap *h, int pidfd,
				 struct pidmap_nsref to)
{
	int root, nr, ret;

	root = proc_open_root();
	if (root < 0)
		return answer(root);
	nr = proc_pidfd_nr(root, pidfd);
	close(root);
	if (nr <= 0)
		return answer(nr);
	/* A pidfd of a thread, not of a process, has a number that is a TID. */
	ret = ASK(h, translate, PIDMAP_TID, nr, &(struct pidmap_nsref){ 0 },
		  &to, NULL);
	/* Still there: so the number was its all the time. */
	if (is_reaped(pidfd))
		ret = -ESRCH;
	return answer(ret);
}

/* The number of an ID where the caller lives; a raised view is elsewhere. */
static int own_number(struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct pidmap_nsref *from, int own,
		      struct pidmap_stamp *stamp)
{
	struct pidmap_nsref to = own < 0 ? pidmap_ns_view() :
					   pidmap_ns_fd(own);

	return ASK(h, translate, type, nr, from, &to, stamp);
}

/*
 * What has the number after the pidfd was opened is what the pidfd refers to,
 * for that was not reaped before.
 */
static int open_pidfd(struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct pidmap_nsref *from, int own,
		      unsigned int flags, struct pidmap_stamp *stamp)
{
	int fd, number, again;

	number = own_number(h, type, nr, from, own, stamp);
	while (number > 0) {
		fd = syscall(SYS_pidfd_open, number, flags);
		if (fd < 0)
			return -errno;
		again = own_number(h, type, nr, from, own, stamp);
		if (again == number) {
			if (!is_reaped(fd))
				return fd;
			again = -ESRCH;
		}
		close(fd);
		number = again;
	}
	return number;
}

API int pidmap_pidfd(struct pidmap *h, enum pidmap_type type, pid_t nr,
		     struct pidmap_nsref from, unsigned int flags,
		     struct pidmap_stamp *stamp)
{
	int own = -1, fd;

	if (!stamp_valid(&stamp))
		return fail(-EINVAL);
	if (h->raised) {
		own = ns_open_own();
		if (own < 0)
			return fail(own);
	}
	fd = open_pidfd(h, type, nr, &from, own, flags, stamp);
	if (own >= 0)
		close(own);
	return fd < 0 ? fail(fd) : fd;
}

API int pidmap_open_proc(struct pidmap *h)
{
	int root = proc_open_root();

	(void)h;
	return root < 0 ? fail(root) : root;
}
