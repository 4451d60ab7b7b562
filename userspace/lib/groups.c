// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Process groups and sessions, found by reading /proc: one scan takes a table
 * of all of them, and any number of IDs is looked up in it.
 *
 * The numbers of a group are those of its leader's struct pid. Its leader tells
 * them, and each member tells those in the namespaces that the member is in. A
 * leader may live deeper than all members. If it was reaped, nobody tells its
 * numbers down there any more.
 */
#include <errno.h>
#include <stdlib.h>

#include "search.h"

#define UNKNOWN		(-1)

struct group {
	pid_t own;		/* its number in the view */
	pid_t from;		/* its numbers there; 0: it has none; UNKNOWN */
	pid_t to;
	bool used;		/* it has a member */
};

struct table {
	const struct pidmap *h;
	enum pidmap_type type;
	const struct place *from;
	const struct place *to;
	struct group *groups;
	size_t count;
	size_t room;
	bool hidden;		/* some tasks were not seen */
	bool unnamed;		/* the number of a group in @from is UNKNOWN */
};

static const pid_t *group_numbers(enum pidmap_type type,
				  const struct proc_task *task)
{
	return type == PIDMAP_PGID ? task->st.pgid : task->st.sid;
}

static bool leads(enum pidmap_type type, const struct proc_task *task)
{
	return group_numbers(type, task)[0] == task->st.tid[0];
}

/* A member knows nothing of a namespace that it is not in. */
static pid_t as_member(const pid_t *nr, const struct place *place, int in)
{
	return in > 0 ? nr[place->depth] : UNKNOWN;
}

/* A leader has no number in a namespace that it is not in. */
static pid_t as_leader(const pid_t *nr, const struct place *place, int in)
{
	return in ? as_member(nr, place, in) : 0;
}

static int visit(int dir, const char *name, void *arg)
{
	struct table *t = arg;
	int from = 0, to = 0, ret;
	struct proc_task task;
	const pid_t *nr;

	if (t->count + 2 > t->room) {
		size_t room = t->room ? 2 * t->room : 1024;
		void *more = reallocarray(t->groups, room, sizeof(*t->groups));

		if (!more)
			return -ENOMEM;
		t->groups = more;
		t->room = room;
	}
	ret = proc_task_get(dir, name, &task);
	if (!ret) {
		from = task_in(&task, t->from);
		to = t->to == t->from ? from : task_in(&task, t->to);
		proc_task_put(&task);
	}
	if (ret == -ESRCH || from == -ESRCH || to == -ESRCH)
		return 0;
	if (ret) {
		t->hidden = true;
		return 0;
	}
	nr = group_numbers(t->type, &task);
	/* 0: its leader is outside the view, and it is in no namespace here. */
	if (nr[0])
		t->groups[t->count++] = (struct group){
			.own = nr[0],
			.from = as_member(nr, t->from, from),
			.to = as_member(nr, t->to, to),
			.used = true,
		};
	nr = task.st.tid;
	t->groups[t->count++] = (struct group){
		.own = nr[0],
		.from = as_leader(nr, t->from, from),
		.to = as_leader(nr, t->to, to),
	};
	return 0;
}

static int by_own(const void *a, const void *b)
{
	pid_t x = ((const struct group *)a)->own;
	pid_t y = ((const struct group *)b)->own;

	return (x > y) - (x < y);
}

static int by_from(const void *a, const void *b)
{
	pid_t x = ((const struct group *)a)->from;
	pid_t y = ((const struct group *)b)->from;

	return (x > y) - (x < y);
}

/* Puts together what was said about the same group. */
static void merge(struct table *t)
{
	size_t i, n = 0;

	qsort(t->groups, t->count, sizeof(*t->groups), by_own);
	for (i = 0; i < t->count; i++) {
		struct group *g = &t->groups[i], *last = &t->groups[n - 1];

		if (!n || last->own != g->own) {
			t->groups[n++] = *g;
			continue;
		}
		last->used |= g->used;
		if (last->from == UNKNOWN)
			last->from = g->from;
		if (last->to == UNKNOWN)
			last->to = g->to;
	}
	t->count = n;
	qsort(t->groups, t->count, sizeof(*t->groups), by_from);
	for (i = 0; i < n && t->groups[i].from == UNKNOWN; i++)
		t->unnamed |= t->groups[i].used;
}

/* On success, t->groups is to be freed. */
static int take_table(struct table *t)
{
	int err;

	t->hidden = !local_sees_proc(t->h);
	err = proc_scan(t->h->local.root, visit, t);
	if (err)
		free(t->groups);
	else
		merge(t);
	return err;
}

static int look_up(const struct table *t, pid_t nr)
{
	struct group key = { .from = nr };
	const struct group *g;

	if (nr <= 0)
		return -ESRCH;
	g = bsearch(&key, t->groups, t->count, sizeof(key), by_from);
	if (!g && t->unnamed)
		return -EOPNOTSUPP;
	if (!g || !g->used)
		return t->hidden ? -EOPNOTSUPP : -ESRCH;
	if (!t->to->depth)
		return g->own;
	if (g->to == UNKNOWN)
		return -EOPNOTSUPP;
	return g->to ? g->to : -EREMOTE;
}

/*
 * The common case needs no scan: a number of the view whose task still leads
 * the group. Return: the number, or -EOPNOTSUPP if it is not that case.
 */
static int ask_leader(const struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct place *to)
{
	struct proc_task task;
	int ret = -EOPNOTSUPP;

	if (nr <= 0)
		return -ESRCH;
	if (task_of_view(h, nr, &task))
		return ret;
	if (leads(type, &task))
		ret = task_number(&task, task.st.tid, to);
	proc_task_put(&task);
	return ret == -ESRCH ? -EOPNOTSUPP : ret;
}

/* So many leaders are asked before a scan is made. */
#define ASK_MAX		8

/* Translates what is left of a batch of PGIDs or SIDs. */
int groups_translate(const struct pidmap *h, struct batch *b)
{
	struct table t = {
		.h = h,
		.type = b->type,
		.from = &b->from,
		.to = &b->to,
	};
	int ret = 0;

	if (!b->from.depth && b->count - b->done <= ASK_MAX) {
		while (b->done < b->count) {
			ret = ask_leader(h, b->type, b->numbers[b->done],
					 &b->to);
			if (!is_answer(ret))
				break;
			b->results[b->done++] = ret;
		}
	}
	if (b->done == b->count)
		return 0;
	ret = take_table(&t);
	if (ret)
		return ret;
	while (b->done < b->count) {
		ret = look_up(&t, b->numbers[b->done]);
		if (!is_answer(ret))
			break;
		b->results[b->done++] = ret;
	}
	free(t.groups);
	return b->done < b->count ? ret : 0;
}

/*
 * The leader of a group or session, or who led it. Return: 0, -ESRCH if there
 * is no such group, -EOPNOTSUPP if its leader was reaped or cannot be seen.
 */
int group_leader(const struct pidmap *h, enum pidmap_type type, pid_t nr,
		 const struct place *from, struct proc_task *leader)
{
	struct table t = {
		.h = h,
		.type = type,
		.from = from,
		.to = &h->local.view,
	};
	int ret;

	if (!from->depth && nr > 0 && !task_of_view(h, nr, leader)) {
		if (leads(type, leader))
			return 0;
		proc_task_put(leader);
	}
	ret = take_table(&t);
	if (ret)
		return ret;
	ret = look_up(&t, nr);
	free(t.groups);
	if (ret < 0)
		return ret;
	ret = task_of_view(h, ret, leader);
	return ret == -ESRCH ? -EOPNOTSUPP : ret;
}
