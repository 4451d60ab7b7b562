// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * The handle: chooses back ends and hands every call to them.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"
#include "proc.h"

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
	return PIDMAP_VERSION;
}

API int pidmap_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	if (size < sizeof(*info))
		return fail(-EINVAL);
	memset(info, 0, size);
	return status(ASK(h, info, info, size));
}

API pid_t pidmap_translate_at(struct pidmap *h, enum pidmap_type type, pid_t nr,
			      struct pidmap_nsref from, struct pidmap_nsref to,
			      uint64_t *start_time)
{
	return answer(ASK(h, translate, type, nr, &from, &to, start_time));
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

API int pidmap_bind(struct pidmap *h, struct pidmap_nsref from,
		    struct pidmap_nsref to)
{
	return status(ASK(h, bind, &from, &to));
}

API pid_t pidmap_task_ids(struct pidmap *h, pid_t tid, struct pidmap_nsref from,
			  struct pidmap_nsref to, struct pidmap_ids *ids,
			  uint64_t *start_time)
{
	int err;

	memset(ids, 0, sizeof(*ids));
	err = ASK(h, task_ids, tid, &from, &to, ids, start_time);
	return answer(err ? err : ids->tid);
}

API int pidmap_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		    struct pidmap_nsref from, struct pidmap_pid *pids,
		    size_t capacity, uint64_t *start_time)
{
	return answer(ASK(h, pids, type, nr, &from, pids, capacity,
			  start_time));
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
	if (syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 &&
	    errno == ESRCH)
		ret = -ESRCH;
	return answer(ret);
}

API int pidmap_open_proc(struct pidmap *h)
{
	int root = proc_open_root();

	(void)h;
	return root < 0 ? fail(root) : root;
}
