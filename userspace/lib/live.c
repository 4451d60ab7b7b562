// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * A live map: a model of the tasks that follows the events of a watch.
 *
 * The page of the ring's head tells without a system call whether there is
 * anything new. Who finds something takes it in, under the lock.
 */
#include <assert.h>
#include <endian.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "internal.h"
#include "lock.h"
#include "model.h"

#define UNLIKELY(x)	__builtin_expect(!!(x), 0)
#define NOINLINE	__attribute__((noinline))

static_assert(PIDMAP_TASK_MAX >= sizeof(struct pidmap_task) +
	      (PIDMAP_MAX_PIDS + 1) * sizeof(pid_t), "room for every record");

struct pidmap_live {
	atomic_int *lock;
	const struct pidmap_ring *ring;	/* mapped; or @never */
	const struct pidmap_ring *page;
	struct model model;
	struct pidmap *h;
	struct pidmap_nsref ns;
	unsigned int flags;
	uint64_t lost;
	uint64_t start_time;	/* of the watched namespace's init */
};

/* What is looked at as long as the model is not right without a new list. */
static const struct pidmap_ring never = { .head = -1ULL };

/* ------------------------------------------------------------------ the list */

/* A walk for the model. */
struct lister {
	struct pidmap_live *l;
	uint64_t now;
	int err;
	size_t added;		/* namespaces */
	bool skipped;		/* one came before its parent */
	struct pidmap_ns first;
};

static uint64_t boot_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

/* Only the device is asked: no other back end knows the same moment. */
static int walk_ns(struct pidmap_live *l, const struct pidmap_nsref *ns,
		   pidmap_ns_fn fn, struct lister *lister)
{
	struct walk walk = { .ns = fn, .arg = lister };
	int err = device_ops.list_ns(l->h, ns, &walk);

	return err ? err : lister->err;
}

static int keep_first(const struct pidmap_ns *ns, void *arg)
{
	struct lister *lister = arg;

	memcpy(&lister->first, ns, sizeof(lister->first));
	return 1;
}

static int first_ns(struct pidmap_live *l, const struct pidmap_nsref *ns,
		    struct pidmap_ns *first)
{
	struct lister lister = { .l = l };
	int err = walk_ns(l, ns, keep_first, &lister);

	*first = lister.first;
	return err ? err : first->inum ? 0 : -ENOENT;
}

static int list_ns(const struct pidmap_ns *ns, void *arg)
{
	struct lister *lister = arg;
	struct model *m = &lister->l->model;

	if (model_knows(m, ns->inum))
		return 0;
	if (ns->parent_inum && !model_knows(m, ns->parent_inum)) {
		lister->skipped = true;
		return 0;
	}
	lister->added++;
	lister->err = model_list_ns(m, ns);
	return lister->err;
}

/* A namespace after those above it. */
static int list_path(struct pidmap_live *l, const struct pidmap_ns *ns)
{
	struct pidmap_nsref up = pidmap_ns_inum(ns->parent_inum);
	struct pidmap_ns parent;
	int err = 0;

	if (ns->parent_inum && !model_knows(&l->model, ns->parent_inum)) {
		err = first_ns(l, &up, &parent);
		if (!err)
			err = list_path(l, &parent);
	}
	return err ? err : model_list_ns(&l->model, ns);
}

static int list_task(const struct pidmap_task *task, void *arg)
{
	struct lister *lister = arg;

	lister->err = model_list_task(&lister->l->model, task, lister->now);
	return lister->err;
}

/*
 * Namespaces first: where one has begun since, all of its tasks have, too, and
 * events will tell.
 *
 * Return: 0; -ENOENT if the watched namespace is over.
 */
static int list(struct pidmap_live *l, struct lister *lister)
{
	unsigned int flags = l->flags & PIDMAP_WATCH_THREADS ?
			     PIDMAP_LIST_THREADS : 0;
	struct walk walk = { .task = list_task, .arg = lister };
	struct pidmap_ns first;
	int err = first_ns(l, &l->ns, &first);

	if (!err && first.start_time != l->start_time)
		err = -ENOENT;
	if (!err)
		err = list_path(l, &first);
	do {
		lister->skipped = false;
		lister->added = 0;
		if (!err)
			err = walk_ns(l, &l->ns, list_ns, lister);
	} while (!err && lister->skipped && lister->added);
	if (!err)
		err = device_ops.list(l->h, &l->ns, flags, &walk);
	if (!err)
		err = lister->err;
	/* Was its inode number another one's meanwhile? */
	if (!err)
		err = first_ns(l, &l->ns, &first);
	if (!err && first.start_time != l->start_time)
		err = -ENOENT;
	return err;
}

static int make_list(struct pidmap_live *l)
{
	struct lister lister = { .l = l, .now = boot_time() };
	int err;

	l->ring = &never;
	model_list_begins(&l->model);
	err = list(l, &lister);
	if (err == -ENOENT) {
		/* Nothing is listed, so all is over. */
		model_list_begins(&l->model);
		err = 0;
	}
	if (err)
		return err;
	l->ring = l->page;
	model_list_ends(&l->model, lister.now);
	return 0;
}

/* ---------------------------------------------------------------- the events */

/* The low half of a position: a 32-bit machine reads no more at once. */
static uint32_t position(const __u64 *p)
{
	const uint32_t *half = (const uint32_t *)p;

	return __atomic_load_n(half + (__BYTE_ORDER == __BIG_ENDIAN),
			       __ATOMIC_ACQUIRE);
}

static bool is_up_to_date(const struct pidmap_live *l)
{
	const struct pidmap_ring *ring = l->ring;

	return position(&ring->head) == position(&ring->tail);
}

static int take_event(struct pidmap_live *l, const struct pidmap_event *event)
{
	int err;

	if (event->kind == PIDMAP_EVENT_SYNC) {
		l->lost += event->lost;
		return make_list(l);
	}
	err = model_event(&l->model, event);
	/* The event is gone; a list repairs what it would have told. */
	if (err)
		l->ring = &never;
	return err;
}

/* Takes in what is there when it begins. */
static int take_events(struct pidmap_live *l)
{
	uint32_t until = position(&l->page->head);
	const struct pidmap_event *event;
	int err = 0;

	while (!err && (watch_buffered(l->h) ||
			(int32_t)(until - position(&l->page->tail)) > 0)) {
		event = pidmap_watch_next(l->h, 0);
		if (!event)
			return errno == EAGAIN ? 0 : -errno;
		err = take_event(l, event);
		/* A list shows the tasks as they are now, so go on to here. */
		if (event->kind == PIDMAP_EVENT_SYNC)
			until = position(&l->page->head);
	}
	return err;
}

static int take(struct pidmap_live *l)
{
	int err = l->ring == &never ? make_list(l) : 0, tries;

	if (!err)
		err = take_events(l);
	for (tries = 0; !err && l->model.doubtful && tries < 3; tries++) {
		err = make_list(l);
		if (!err)
			err = take_events(l);
	}
	if (!err && l->model.nended)
		model_forget(&l->model, boot_time());
	return err;
}

/* Under the lock. Return: 0; or a negative errno, and the lock is free. */
static int follow(struct pidmap_live *l)
{
	int err = is_up_to_date(l) ? 0 : take(l);

	if (err)
		unlock(l->lock);
	return err;
}

/* Return: 0 and the lock is held; or a negative errno. */
static int enter(struct pidmap_live *l)
{
	return lock(l->lock) ? follow(l) : -EOPNOTSUPP;
}

/* ------------------------------------------------------------------- the API */

API void pidmap_live_free(struct pidmap_live *l)
{
	int err = errno;

	if (!l)
		return;
	model_free(&l->model);
	if (l->page)
		munmap((void *)l->page, sysconf(_SC_PAGESIZE));
	fork_word_free(l->lock);
	free(l);
	errno = err;
}

static int start(struct pidmap_live *l, struct pidmap_nsref ns,
		 unsigned int flags, uint32_t ring_size)
{
	int err = model_init(&l->model);
	struct pidmap_ns before, after;
	void *ring;

	if (err)
		return err;
	if (l->h->fd < 0)
		return -EOPNOTSUPP;
	l->lock = fork_word_new();
	if (!l->lock)
		return -errno;
	atomic_store(l->lock, LOCK_FREE);
	/* A TID may become another task's between two calls. */
	err = first_ns(l, &ns, &before);
	if (err)
		return err;
	if (pidmap_watch(l->h, ns, flags, ring_size))
		return -errno;
	err = first_ns(l, &ns, &after);
	if (!err && (before.inum != after.inum ||
		     before.start_time != after.start_time))
		err = -ENOENT;
	if (err)
		return err;
	l->ns = after.parent_inum ? pidmap_ns_inum(after.inum) :
				    pidmap_ns_view();
	l->flags = flags;
	l->start_time = after.start_time;
	ring = mmap(NULL, sysconf(_SC_PAGESIZE), PROT_READ, MAP_SHARED,
		    l->h->fd, 0);
	if (ring == MAP_FAILED)
		return -errno;
	l->page = ring;
	/* The first event asks for the list. */
	l->ring = ring;
	return pidmap_live_update(l) ? -errno : 0;
}

API struct pidmap_live *pidmap_live_new(struct pidmap *h,
					struct pidmap_nsref ns,
					unsigned int flags, uint32_t ring_size)
{
	struct pidmap_live *l = calloc(1, sizeof(*l));
	int err;

	if (!l)
		return NULL;
	l->h = h;
	err = start(l, ns, flags, ring_size);
	if (!err)
		return l;
	pidmap_live_free(l);
	errno = -err;
	return NULL;
}

API int pidmap_live_update(struct pidmap_live *l)
{
	int err = enter(l);

	if (err)
		return failed(err);
	unlock(l->lock);
	return 0;
}

API int pidmap_live_keep(struct pidmap_live *l, size_t tasks,
			 unsigned int seconds)
{
	int err = enter(l);

	if (err)
		return failed(err);
	l->model.keep = tasks;
	l->model.keep_time = seconds == UINT_MAX ? UINT64_MAX :
			     seconds * UINT64_C(1000000000);
	model_forget(&l->model, boot_time());
	unlock(l->lock);
	return 0;
}

/* Return: the number of who has it; NULL, and @err says why. */
static const struct number *find(struct pidmap_live *l, pid_t nr, uint32_t from,
				 int *err)
{
	const struct space *space = model_space(&l->model, from);
	const struct number *n;

	if (!space) {
		*err = ENOENT;
		return NULL;
	}
	n = model_number(&l->model, space, nr);
	*err = ESRCH;
	if (!n || !life_has_ended(n->life))
		return n;
	model_forget(&l->model, boot_time());
	/* That one may be forgotten now, and its namespace with it. */
	space = model_space(&l->model, from);
	if (!space)
		*err = ENOENT;
	return space ? model_number(&l->model, space, nr) : NULL;
}

/* Under the lock, which is free afterwards. */
static NOINLINE pid_t translate(struct pidmap_live *l, pid_t nr, uint32_t from,
				uint32_t to)
{
	const struct space *space;
	const struct number *n;
	int err = follow(l);
	pid_t result = 0;

	if (err)
		return failed(err);
	n = find(l, nr, from, &err);
	if (n) {
		space = model_space(&l->model, to);
		err = space ? EREMOTE : ENOENT;
		n = space ? life_number(n->life, space) : NULL;
	}
	if (n)
		result = n->nr;
	unlock(l->lock);
	if (!result)
		errno = err;
	return result;
}

static NOINLINE pid_t wait_and_translate(struct pidmap_live *l, pid_t nr,
					 uint32_t from, uint32_t to)
{
	return lock(l->lock) ? translate(l, nr, from, to) :
			       failed(-EOPNOTSUPP);
}

static NOINLINE pid_t wake(struct pidmap_live *l, pid_t result)
{
	lock_wake(l->lock);
	return result;
}

/*
 * The most frequent case is short: nothing is new, somebody lives who has the
 * number, and nobody waits. All else is a call in the last place, so that
 * nothing is saved before.
 */
API pid_t pidmap_live_translate(struct pidmap_live *l, pid_t nr, uint32_t from,
				uint32_t to)
{
	const struct space *space;
	const struct number *n;
	pid_t result;
	int was;

	if (UNLIKELY(!lock_try(l->lock, &was)))
		return wait_and_translate(l, nr, from, to);
	if (UNLIKELY(!is_up_to_date(l)))
		return translate(l, nr, from, to);
	space = model_space(&l->model, from);
	if (UNLIKELY(!space))
		return translate(l, nr, from, to);
	n = model_living(&l->model, space, nr);
	if (UNLIKELY(!n))
		return translate(l, nr, from, to);
	space = model_space(&l->model, to);
	if (UNLIKELY(!space))
		return translate(l, nr, from, to);
	n = life_number(n->life, space);
	if (UNLIKELY(!n))
		return translate(l, nr, from, to);
	result = n->nr;
	return UNLIKELY(unlock_only(l->lock)) ? wake(l, result) : result;
}

/* Events do not tell the ID of a namespace that has begun meanwhile. */
static void learn_id(struct pidmap_live *l, struct space *space)
{
	struct pidmap_nsref ns = pidmap_ns_inum(space->inum);
	struct pidmap_ns rec;

	if (!first_ns(l, &ns, &rec) && rec.start_time == space->start_time)
		space->id = rec.id;
}

API int pidmap_live_pids(struct pidmap_live *l, pid_t nr, uint32_t from,
			 struct pidmap_pid *pids, size_t capacity)
{
	const struct number *n;
	int err = enter(l), count = 0, i;

	if (err)
		return failed(err);
	n = find(l, nr, from, &err);
	if (n && n->life->levels > capacity) {
		err = EINVAL;
		count = -1;
	} else if (n) {
		count = n->life->levels;
	}
	for (i = 0; i < count; i++) {
		struct space *space = n->life->numbers[i].space;

		if (!space->id && l->model.has_ids && !space->ended)
			learn_id(l, space);
		pids[i].inum = space->inum;
		pids[i].nr = n->life->numbers[i].nr;
		pids[i].id = space->id;
	}
	unlock(l->lock);
	if (count <= 0)
		errno = err;
	return count;
}

static struct pidmap_end end_of(const struct life *life)
{
	/* A leader that has exited lives as long as its process. */
	return life_has_ended(life) ? life->end : (struct pidmap_end){ 0 };
}

API int pidmap_live_task(struct pidmap_live *l, pid_t nr, uint32_t from,
			 struct pidmap_task *task, size_t room,
			 struct pidmap_end *end)
{
	const struct number *n;
	int err = enter(l), found = 0;

	if (err)
		return failed(err);
	n = find(l, nr, from, &err);
	if (n && n->life->task->size > room) {
		err = EINVAL;
		found = -1;
	} else if (n) {
		memcpy(task, n->life->task, n->life->task->size);
		if (end)
			*end = end_of(n->life);
		found = 1;
	}
	unlock(l->lock);
	if (found <= 0)
		errno = err;
	return found;
}

static int each(const struct link *head, pidmap_live_fn fn, void *arg)
{
	const struct link *link;
	int ret = 0;

	for (link = head->next; link != head && !ret; link = link->next) {
		const struct life *life = life_of_link(link);
		struct pidmap_end end = end_of(life);

		ret = fn(life->task, &end, arg);
	}
	return ret;
}

API int pidmap_live_each(struct pidmap_live *l, pidmap_live_fn fn, void *arg)
{
	int ret = enter(l);

	if (ret)
		return failed(ret);
	model_forget(&l->model, boot_time());
	ret = each(&l->model.living, fn, arg);
	if (!ret)
		ret = each(&l->model.ended, fn, arg);
	unlock(l->lock);
	return ret;
}

API int pidmap_live_lost(struct pidmap_live *l, uint64_t *lost)
{
	int err = enter(l);

	if (err)
		return failed(err);
	*lost = l->lost;
	unlock(l->lock);
	return 0;
}
