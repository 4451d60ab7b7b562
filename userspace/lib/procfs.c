// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The back end ``procfs``: NSpid and the like in /proc/PID/status, and the
 * links /proc/PID/ns/pid. It works on every kernel, and it is slow.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "search.h"

static int procfs_open(struct pidmap *h)
{
	int err = local_open(h);

	if (err)
		return err;
	return h->local.root < 0 ? -EOPNOTSUPP : 0;
}

static int translate_one(struct pidmap *h, enum pidmap_type type, pid_t nr,
			 const struct place *from, const struct place *to)
{
	struct proc_task task;
	int ret;

	ret = task_find(h, type, nr, from, &task);
	if (ret)
		return ret;
	ret = task_number(&task, task.st.tid, to);
	proc_task_put(&task);
	return ret;
}

/* What becomes of a batch while it is searched for. */
struct below {
	const struct place *to;
	int *answers;
};

static int answer_found(const struct proc_task *task, struct wanted *w,
			void *arg)
{
	const struct below *below = arg;

	below->answers[w->index] = task_number(task, task->st.tid, below->to);
	return 0;
}

/* Translates TIDs or TGIDs from below the view: one scan serves all. */
static int translate_below(struct pidmap *h, struct batch *b)
{
	size_t count = b->count - b->done, i;
	struct wanted *wanted = calloc(count, sizeof(*wanted));
	struct below below = {
		.to = &b->to,
		.answers = calloc(count, sizeof(*below.answers)),
	};
	int missing = -ENOMEM, ret = 0;

	if (!wanted || !below.answers)
		goto out;
	for (i = 0; i < count; i++) {
		wanted[i].nr = b->numbers[b->done + i];
		wanted[i].index = i;
	}
	missing = tasks_find(h, b->type, &b->from, wanted, count, answer_found,
			     &below);
	if (!is_answer(missing) && missing != -EOPNOTSUPP)
		goto out;
	for (i = 0; i < count; i++) {
		ret = below.answers[i];
		/* What is no number is not there, whatever could be seen. */
		if (!ret)
			ret = b->numbers[b->done] > 0 ? missing : -ESRCH;
		if (!is_answer(ret))
			break;
		b->results[b->done++] = ret;
	}
	missing = b->done < b->count ? ret : 0;
out:
	free(below.answers);
	free(wanted);
	return missing;
}

static int translate_some(struct pidmap *h, struct batch *b)
{
	if (b->done == b->count)
		return 0;
	if (b->type == PIDMAP_PGID || b->type == PIDMAP_SID)
		return groups_translate(h, b);
	if (!b->from.depth)
		return translate_each(h, b, translate_one);
	return translate_below(h, b);
}

static int procfs_translate_many(struct pidmap *h, enum pidmap_type type,
				 size_t count, const pid_t *numbers,
				 pid_t *results,
				 const struct pidmap_nsref *from,
				 const struct pidmap_nsref *to, size_t *done)
{
	return local_translate_many(h, type, count, numbers, results, from, to,
				    done, translate_some);
}

static int procfs_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
			    const struct pidmap_nsref *from,
			    const struct pidmap_nsref *to,
			    struct pidmap_stamp *stamp)
{
	size_t done = 0;
	pid_t result;
	int err;

	/* /proc shows start times in clock ticks only. */
	if (stamp)
		return -EOPNOTSUPP;
	err = procfs_translate_many(h, type, 1, &nr, &result, from, to, &done);
	return err ? err : result;
}

/* Return: the parent's TGID in a namespace, 0 where it has none. */
static int parent_in(const struct pidmap *h, const struct proc_task *task,
		     const struct place *to)
{
	struct proc_task parent;
	int ret;

	if (!task->st.ppid || !to->depth)
		return task->st.ppid;
	ret = task_of_view(h, task->st.ppid, &parent);
	if (ret)
		return ret;
	ret = task_number(&parent, parent.st.tgid, to);
	proc_task_put(&parent);
	return ret == -EREMOTE ? 0 : ret;
}

static int task_ids_once(struct pidmap *h, pid_t tid, const struct place *from,
			 const struct place *to, struct pidmap_ids *ids)
{
	struct proc_task task, again;
	int ret, ppid;

	ret = task_find(h, PIDMAP_TID, tid, from, &task);
	if (ret)
		return ret;
	ret = task_number(&task, task.st.tid, to);
	if (ret < 0)
		goto put;
	ids->tid = ret;
	ids->tgid = task.st.tgid[to->depth];
	ids->pgid = task.st.pgid[to->depth];
	ids->sid = task.st.sid[to->depth];
	ppid = parent_in(h, &task, to);
	ids->ppid = ppid > 0 ? ppid : 0;

	/* Did the number of the parent belong to it all the time? */
	ret = proc_task_get(task.dir, ".", &again);
	if (ret)
		goto put;
	proc_task_put(&again);
	if (again.st.ppid != task.st.ppid)
		ret = -EAGAIN;
	else if (ppid < 0)
		ret = ppid == -ESRCH ? -EAGAIN : ppid;
put:
	proc_task_put(&task);
	return ret;
}

static int procfs_task_ids(struct pidmap *h, pid_t tid,
			   const struct pidmap_nsref *from,
			   const struct pidmap_nsref *to,
			   struct pidmap_ids *ids, struct pidmap_stamp *stamp)
{
	struct place f, t;
	int err;

	if (stamp)
		return -EOPNOTSUPP;
	err = places_get(h, from, to, &f, &t);
	if (err)
		return err;
	do
		err = task_ids_once(h, tid, &f, &t, ids);
	while (err == -EAGAIN);
	place_put(&t);
	place_put(&f);
	return err;
}

/* The namespaces of a task, from its own up to the view. */
static int name_spaces(const struct pidmap *h, const struct proc_task *task,
		       struct pidmap_pid *pids)
{
	int i, fd = local_task_ns(h, task);

	for (i = task_depth(task); i > 0 && fd >= 0; i--) {
		pids[i].inum = ns_inum(fd);
		pids[i].id = ns_id(fd);
		fd = ns_climb(fd, 1);
	}
	pids[0].inum = h->local.view.inum;
	pids[0].id = ns_id(h->local.view.fd);
	if (fd < 0)
		/* Without the right, numbers come without namespaces. */
		return fd == -EPERM ? 0 : fd;
	i = ns_inum(fd) == h->local.view.inum ? 0 : -EOPNOTSUPP;
	close(fd);
	return i;
}

static int task_pids(const struct pidmap *h, const struct proc_task *task,
		     struct pidmap_pid *pids, size_t capacity)
{
	unsigned int i, count = task->st.levels;
	int err;

	if (count > capacity)
		return -EINVAL;
	memset(pids, 0, count * sizeof(*pids));
	for (i = 0; i < count; i++)
		pids[i].nr = task->st.tid[i];
	err = name_spaces(h, task, pids);
	return err ? err : (int)count;
}

static int procfs_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		       const struct pidmap_nsref *from,
		       struct pidmap_pid *pids, size_t capacity,
		       struct pidmap_stamp *stamp)
{
	struct proc_task task;
	struct place f;
	int ret;

	if ((unsigned int)type > PIDMAP_SID)
		return -EINVAL;
	if (stamp)
		return -EOPNOTSUPP;
	ret = place_get(h, from, &h->local.from, &f);
	if (ret)
		return ret;
	if (type == PIDMAP_PGID || type == PIDMAP_SID) {
		/* Nobody tells how deep the numbers of a reaped leader go. */
		ret = group_leader(h, type, nr, &f, &task);
	} else {
		ret = task_find(h, type, nr, &f, &task);
	}
	if (!ret) {
		ret = task_pids(h, &task, pids, capacity);
		proc_task_put(&task);
	}
	place_put(&f);
	return ret;
}

const struct backend_ops procfs_ops = {
	.name = "procfs",
	.open = procfs_open,
	.info = local_info,
	.translate = procfs_translate,
	.translate_many = procfs_translate_many,
	.bind = local_bind,
	.task_ids = procfs_task_ids,
	.pids = procfs_pids,
	.list = procfs_list,
	.list_ns = procfs_list_ns,
};
