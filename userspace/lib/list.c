// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Walks through the tasks and the namespaces that /proc shows.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "search.h"

struct listing {
	const struct pidmap *h;
	struct place ns;
	unsigned int flags;
	struct walk *walk;
	bool hidden;		/* not all was shown to the caller */
	int (*tell)(struct listing *l, const struct proc_task *task);
};

/* Return: 1 if the caller wants no more. */
static int tell_task(struct listing *l, const struct proc_task *task)
{
	union {
		struct pidmap_task rec;
		char room[sizeof(struct pidmap_task) +
			  (PIDMAP_MAX_PIDS + 1) * sizeof(pid_t)];
	} u = { 0 };
	unsigned int levels = task->st.levels;
	int err = local_task_inum(l->h, task, &u.rec.inum);

	/* Its numbers are known, only the name of its namespace is not. */
	if (err == -EPERM)
		l->hidden = true;
	else if (err)
		return err;
	u.rec.levels = levels;
	u.rec.nr_offset = sizeof(u.rec);
	u.rec.size = sizeof(u.rec) + (levels + levels % 2) * sizeof(pid_t);
	u.rec.flags = task->st.flags;
	u.rec.tgid = task->st.tgid[0];
	u.rec.pgid = task->st.pgid[0];
	u.rec.sid = task->st.sid[0];
	u.rec.ppid = task->st.ppid;
	memcpy(u.room + sizeof(u.rec), task->st.tid, levels * sizeof(pid_t));
	l->walk->stopped = l->walk->task(&u.rec, l->walk->arg);
	return l->walk->stopped ? 1 : 0;
}

static int tell_ns(struct listing *l, const struct proc_task *init)
{
	struct pidmap_ns rec = {
		.size = sizeof(rec),
		.init = init->st.tgid[0],
		.level = ns_is_initial(l->h->local.view.inum) ?
			 task_depth(init) : PIDMAP_LEVEL_UNKNOWN,
	};
	int err, fd = local_task_ns(l->h, init);

	if (fd < 0)
		return fd;
	err = ns_describe(fd, !task_depth(init), &rec);
	close(fd);
	if (err)
		return err;
	l->walk->stopped = l->walk->ns(&rec, l->walk->arg);
	return l->walk->stopped ? 1 : 0;
}

static int list_threads(struct listing *l, const struct proc_task *process);

static int visit_task(struct listing *l, const struct proc_task *task)
{
	unsigned int depth = task_depth(task);
	int ret;

	if (l->tell == tell_ns ? task->st.tid[depth] != 1 :
	    l->flags & PIDMAP_LIST_DIRECT && depth != l->ns.depth)
		return 0;
	ret = task_in(task, &l->ns);
	if (ret <= 0)
		return ret;
	return l->flags & PIDMAP_LIST_THREADS ? list_threads(l, task) :
						l->tell(l, task);
}

static int visit(int dir, const char *name, void *arg)
{
	struct listing *l = arg;
	struct proc_task task;
	int ret;

	ret = proc_task_get(dir, name, &task);
	if (!ret) {
		ret = visit_task(l, &task);
		proc_task_put(&task);
	}
	if (ret == -ESRCH)
		return 0;
	if (ret == -EPERM) {
		l->hidden = true;
		return 0;
	}
	return ret;
}

/* All threads of a process live in its namespace. */
static int list_threads(struct listing *l, const struct proc_task *process)
{
	int ret, dir = proc_task_threads(process);

	if (dir < 0)
		return dir;
	l->flags &= ~PIDMAP_LIST_THREADS;
	ret = proc_scan(dir, visit, l);
	l->flags |= PIDMAP_LIST_THREADS;
	close(dir);
	return ret;
}

static int list(struct pidmap *h, const struct pidmap_nsref *name,
		struct listing *l)
{
	int ret = place_get(h, name, NULL, &l->ns);

	if (ret)
		return ret;
	l->h = h;
	l->hidden = !local_sees_proc(h);
	ret = proc_scan(h->local.root, visit, l);
	place_put(&l->ns);
	if (ret)
		return ret < 0 ? ret : 0;
	return l->hidden ? -EACCES : 0;
}

int procfs_list(struct pidmap *h, const struct pidmap_nsref *ns,
		unsigned int flags, struct walk *walk)
{
	struct listing l = {
		.flags = flags,
		.walk = walk,
		.tell = tell_task,
	};

	if (flags & ~(PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT))
		return -EINVAL;
	return list(h, ns, &l);
}

int procfs_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
		   struct walk *walk)
{
	struct listing l = {
		.walk = walk,
		.tell = tell_ns,
	};

	return list(h, ns, &l);
}
