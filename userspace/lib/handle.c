// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The handle: chooses back ends and hands every call to them.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* This file has the symbols of the functions that are inline elsewhere. */
#define PIDMAP_INLINE	__attribute__((visibility("default")))
#include "internal.h"
#include "local.h"
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
 * The device refuses what it does not allow, and what was bound elsewhere. The
 * caller may then still learn from /proc and from nsfs what anybody may.
 */
static bool is_refusal(const struct backend_ops *ops, int ret)
{
	return ops == &device_ops && (ret == -EPERM || ret == -ENODATA);
}

/*
 * Asks the back ends in turn, until one can know. A back end that cannot must
 * not have called the caller back. If the device refused and no other one
 * knows, the refusal is the result.
 */
#define ASK(h, op, ...) ({						\
	const struct backend_ops * const *_b = (h)->ops;		\
	int _ret = -EOPNOTSUPP, _refusal = 0;				\
									\
	for (; *_b && _ret == -EOPNOTSUPP; _b++) {			\
		if (!(*_b)->op)						\
			continue;					\
		_ret = (*_b)->op(h, ##__VA_ARGS__);			\
		if (is_refusal(*_b, _ret)) {				\
			_refusal = _ret;				\
			_ret = -EOPNOTSUPP;				\
		}							\
	}								\
	if (_refusal && (_ret == -EOPNOTSUPP || _ret == -ENODATA))	\
		_ret = _refusal;					\
	_ret;								\
})

int failed(int err)
{
	errno = -err;
	return -1;
}

static int status(int err)
{
	return err ? failed(err) : 0;
}

/* lxkns' rule: the number, 0 if there is none, -1 on failure. */
pid_t answer(int ret)
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

static int open_one(struct pidmap *h, const struct backend_ops *ops)
{
	size_t n = 0, len = strlen(h->name);
	int err;

	for (; h->ops[n]; n++)
		if (h->ops[n] == ops)
			return -EINVAL;
	err = ops->open(h);
	if (err)
		return err;
	h->ops[n] = ops;
	snprintf(h->name + len, sizeof(h->name) - len, "%s%s", n ? "+" : "",
		 ops->name);
	return 0;
}

/* Opens the back ends of a list like "nsfs+procfs", in that order. */
static int open_list(struct pidmap *h, const char *list)
{
	size_t len;
	int err;

	do {
		const struct backend_ops *ops;

		len = strcspn(list, "+");
		ops = find_backend(list, len);
		if (!ops)
			return -EINVAL;
		err = open_one(h, ops);
		if (err)
			return err;
		list += len + 1;
	} while (list[-1]);
	return 0;
}

/* Opens every back end that there is. */
static int open_all(struct pidmap *h)
{
	int err = 0;

	for (size_t i = 0; i < ARRAY_SIZE(backends); i++)
		err = open_one(h, backends[i]);
	return h->ops[0] ? 0 : err;
}

API struct pidmap *pidmap_open(const char *backend, unsigned int flags)
{
	struct pidmap *h;
	int err;

	if (flags) {
		errno = EINVAL;
		return NULL;
	}
	h = calloc(1, sizeof(*h));
	if (!h)
		return NULL;
	h->fd = -1;
	h->local.root = -1;
	h->local.view.fd = -1;
	err = backend ? open_list(h, backend) : open_all(h);
	if (!err)
		return h;
	pidmap_close(h);
	errno = -err;
	return NULL;
}

API void pidmap_close(struct pidmap *h)
{
	int err = errno;

	if (!h)
		return;
	if (h->fd >= 0)
		close(h->fd);
	local_close(h);
	watch_close(h);
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
		return failed(-EINVAL);
	memset(info, 0, size);
	return status(ASK(h, info, info, size));
}

/* A stamp that asks for nothing is none. */
bool stamp_valid(struct pidmap_stamp **stamp)
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
		return failed(-EINVAL);
	return answer(handle_translate(h, type, nr, &from, &to, stamp));
}

int handle_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
		     const struct pidmap_nsref *from,
		     const struct pidmap_nsref *to, struct pidmap_stamp *stamp)
{
	return ASK(h, translate, type, nr, from, to, stamp);
}

/* Out of line, so that the fast path has less to keep. */
static __attribute__((noinline)) pid_t
translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
	  struct pidmap_nsref from, struct pidmap_nsref to)
{
	return answer(handle_translate(h, type, nr, &from, &to, NULL));
}

static __attribute__((noinline)) pid_t
translate_again(struct pidmap *h, enum pidmap_type type, pid_t nr)
{
	static const struct pidmap_nsref bound = { .kind = PIDMAP_NS_BOUND };

	return answer(handle_translate(h, type, nr, &bound, &bound, NULL));
}

/* The fast path of the device is also the fast path to it. */
static __attribute__((noinline)) pid_t
translate_bound(struct pidmap *h, enum pidmap_type type, pid_t nr)
{
	int ret = device_bound(h, type, nr);

	/* The usual answers; the rest is asked again, with care. */
	if (ret > 0)
		return ret;
	if (errno == ESRCH || errno == EREMOTE)
		return 0;
	return translate_again(h, type, nr);
}

API pid_t pidmap_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
			   struct pidmap_nsref from, struct pidmap_nsref to)
{
	if (h->ops[0] == &device_ops && device_is_bound(&from, &to, type))
		return translate_bound(h, type, nr);
	return translate(h, type, nr, from, to);
}

API int pidmap_translate_many(struct pidmap *h, enum pidmap_type type,
			      size_t count, const pid_t *numbers,
			      pid_t *results, struct pidmap_nsref from,
			      struct pidmap_nsref to, size_t *done)
{
	size_t progress = 0, before;
	int err;

	/* Where one back end gives up the next continues, then all of them. */
	do {
		before = progress;
		err = ASK(h, translate_many, type, count, numbers, results,
			  &from, &to, &progress);
	} while (err == -EOPNOTSUPP && progress > before);
	if (done)
		*done = progress;
	return status(err);
}

API int pidmap_set_view(struct pidmap *h, int ns)
{
	int err = ASK(h, set_view, ns);
	size_t i;

	if (err)
		return failed(err);
	/* The others look from the namespace that the caller lives in. */
	while (!h->ops[0]->set_view)
		h->ops[0] = h->ops[1], h->ops[1] = h->ops[2];
	for (i = 1; i < ARRAY_SIZE(h->ops); i++)
		h->ops[i] = NULL;
	h->raised = true;
	snprintf(h->name, sizeof(h->name), "%s", h->ops[0]->name);
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
		return failed(-EINVAL);
	memset(ids, 0, sizeof(*ids));
	err = ASK(h, task_ids, tid, &from, &to, ids, stamp);
	return answer(err ? err : ids->tid);
}

API int pidmap_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		    struct pidmap_nsref from, struct pidmap_pid *pids,
		    size_t capacity, struct pidmap_stamp *stamp)
{
	if (!stamp_valid(&stamp))
		return failed(-EINVAL);
	return answer(ASK(h, pids, type, nr, &from, pids, capacity,
			  stamp));
}

API int pidmap_list(struct pidmap *h, struct pidmap_nsref ns,
		    unsigned int flags, pidmap_task_fn each, void *arg)
{
	struct walk walk = { .task = each, .arg = arg };
	int err = ASK(h, list, &ns, flags, &walk);

	return err ? failed(err) : walk.stopped;
}

API int pidmap_list_ns(struct pidmap *h, struct pidmap_nsref ns,
		       pidmap_ns_fn each, void *arg)
{
	struct walk walk = { .ns = each, .arg = arg };
	int err = ASK(h, list_ns, &ns, &walk);

	return err ? failed(err) : walk.stopped;
}

API int pidmap_open_proc(struct pidmap *h)
{
	int root = proc_open_root();

	(void)h;
	return root < 0 ? failed(root) : root;
}
