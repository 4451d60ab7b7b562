// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Tasks by their numbers in a namespace, found by reading /proc: any number of
 * them in one scan.
 *
 * Numbers do not say which namespace they are valid in. A number at some depth
 * is one of a namespace only if that namespace is on the task's path, which
 * takes the right to look at the task's link.
 */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "local.h"
#include "proc.h"
#include "search.h"

unsigned int task_depth(const struct proc_task *task)
{
	return task->st.levels - 1;
}

/*
 * Does a task have a number in a namespace?
 *
 * Return: 1, 0, -ESRCH if it has gone, -EPERM if that may not be known.
 */
int task_in(const struct proc_task *task, const struct place *place)
{
	unsigned int depth = task_depth(task);
	uint32_t inum;
	int fd, err;

	if (!place->depth)
		return 1;
	if (depth < place->depth)
		return 0;
	if (depth == place->depth) {
		err = proc_task_inum(task, &inum);
		return err ? err : inum == place->inum;
	}
	fd = ns_climb(proc_task_ns(task), depth - place->depth);
	if (fd < 0)
		return fd;
	inum = ns_inum(fd);
	close(fd);
	return inum == place->inum;
}

/*
 * What a number of a task is in a namespace. @nr: its numbers, from the view
 * down. Return: the number, or a negative errno.
 */
int task_number(const struct proc_task *task, const pid_t *nr,
		const struct place *to)
{
	int ret = task_in(task, to);

	if (ret > 0)
		return nr[to->depth] ? nr[to->depth] : -EREMOTE;
	if (!ret)
		return -EREMOTE;
	return ret == -EPERM ? -EOPNOTSUPP : ret;
}

/*
 * The task with a TID of the view. Return: 0, -ESRCH, or -EOPNOTSUPP if it
 * exists and is hidden from us.
 */
int task_of_view(const struct pidmap *h, pid_t tid, struct proc_task *task)
{
	int err = proc_task_nr(h->local.root, tid, task);

	if (err == -EPERM)
		return -EOPNOTSUPP;
	if (err == -ESRCH && !local_sees_proc(h) &&
	    (!kill(tid, 0) || errno == EPERM))
		return -EOPNOTSUPP;
	return err;
}

/* A search. What cannot be seen makes "not found" uncertain. */
struct search {
	const struct pidmap *h;
	const struct place *in;
	struct wanted *wanted;
	size_t count;
	size_t left;		/* how many were not found yet */
	bool threads;		/* look at the threads of each process, too */
	bool blind;		/* something that might matter was not seen */
	found_fn found;
	void *arg;
};

static int by_number(const void *a, const void *b)
{
	pid_t x = ((const struct wanted *)a)->nr;
	pid_t y = ((const struct wanted *)b)->nr;

	return (x > y) - (x < y);
}

/* The first of those that want a number. */
static struct wanted *find_wanted(const struct search *s, pid_t nr)
{
	struct wanted key = { .nr = nr };
	struct wanted *w = bsearch(&key, s->wanted, s->count, sizeof(key),
				   by_number);

	while (w && w > s->wanted && w[-1].nr == nr)
		w--;
	return w;
}

/* Return: 1 when nothing is left, 0, or a negative errno. */
static int match(struct search *s, const struct proc_task *task)
{
	pid_t nr = task->st.tid[s->in->depth];
	struct wanted *w = find_wanted(s, nr);
	int ret;

	if (!w || w->found)
		return 0;
	ret = task_in(task, s->in);
	if (ret <= 0)
		return ret;
	for (; w < s->wanted + s->count && w->nr == nr; w++) {
		ret = s->found(task, w, s->arg);
		if (ret)
			return ret;
		w->found = true;
		s->left--;
	}
	return !s->left;
}

static int visit(int dir, const char *name, void *arg);

static int match_threads(struct search *s, const struct proc_task *process)
{
	int ret = task_in(process, s->in), dir;

	if (ret <= 0)
		return ret;
	dir = proc_task_threads(process);
	if (dir < 0)
		return dir;
	s->threads = false;
	ret = proc_scan(dir, visit, s);
	s->threads = true;
	close(dir);
	return ret;
}

static int visit(int dir, const char *name, void *arg)
{
	struct search *s = arg;
	struct proc_task task;
	int ret;

	ret = proc_task_get(dir, name, &task);
	if (!ret) {
		if (task_depth(&task) >= s->in->depth)
			ret = s->threads ? match_threads(s, &task) :
					   match(s, &task);
		proc_task_put(&task);
	}
	if (ret == -ESRCH)
		return 0;
	if (ret == -EPERM || ret == -EOPNOTSUPP) {
		s->blind = true;
		return 0;
	}
	return ret;
}

/*
 * Finds the tasks with these TIDs or TGIDs in a namespace. @found is called
 * once for each number that there is; 0 means that it goes on. Sorts @wanted.
 *
 * Most TIDs are those of processes, so threads are searched only for the rest.
 *
 * Return: 0, -ESRCH if some were not found, -EOPNOTSUPP if it is not certain
 * that there are none, or what @found returned.
 */
int tasks_find(const struct pidmap *h, enum pidmap_type type,
	       const struct place *in, struct wanted *wanted, size_t count,
	       found_fn found, void *arg)
{
	struct search s = {
		.h = h,
		.in = in,
		.wanted = wanted,
		.count = count,
		.left = count,
		.blind = !local_sees_proc(h),
		.found = found,
		.arg = arg,
	};
	int ret = 0;

	qsort(wanted, count, sizeof(*wanted), by_number);
	for (size_t i = 0; i < count && wanted[i].nr <= 0; i++) {
		wanted[i].found = true;
		s.left--;
	}
	if (s.left)
		ret = proc_scan(h->local.root, visit, &s);
	if (!ret && s.left && type == PIDMAP_TID) {
		s.threads = true;
		ret = proc_scan(h->local.root, visit, &s);
	}
	if (ret < 0)
		return ret;
	if (!s.left)
		return 0;
	return s.blind ? -EOPNOTSUPP : -ESRCH;
}

static int keep_found(const struct proc_task *task, struct wanted *w, void *arg)
{
	(void)w;
	return proc_task_keep(task, arg);
}

/*
 * The task with this TID or TGID in a namespace. Return: 0, -ESRCH, or
 * -EOPNOTSUPP if that cannot be seen.
 */
int task_find(const struct pidmap *h, enum pidmap_type type, pid_t nr,
	      const struct place *in, struct proc_task *task)
{
	struct wanted wanted = { .nr = nr };
	int err;

	if (nr <= 0)
		return -ESRCH;
	if (in->depth)
		return tasks_find(h, type, in, &wanted, 1, keep_found, task);
	err = task_of_view(h, nr, task);
	if (err || type == PIDMAP_TID || task->st.tgid[0] == task->st.tid[0])
		return err;
	proc_task_put(task);
	return -ESRCH;
}
