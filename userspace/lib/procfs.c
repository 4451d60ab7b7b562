// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * The back end ``procfs``: NSpid and its relatives in /proc/PID/status, and the
 * links /proc/PID/ns/pid. On every kernel since 4.1, and slow.
 *
 * Numbers do not say which namespace they are valid in. A number at some depth
 * is one of a namespace only where that namespace is on the task's path, which
 * takes the right to look at the task's link.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "internal.h"
#include "nsioctl.h"
#include "proc.h"

static int procfs_open(struct pidmap *h)
{
	int err = local_open(h);

	if (err)
		return err;
	return h->local.root < 0 ? -EOPNOTSUPP : 0;
}

static unsigned int leaf_depth(const struct proc_task *task)
{
	return task->st.levels - 1;
}

/*
 * Does a task have a number in a namespace? Return: 1, 0, -ESRCH where it has
 * gone, -EPERM where that may not be known.
 */
static int task_in(const struct proc_task *task, const struct place *place)
{
	unsigned int depth = leaf_depth(task);
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
 * The task with a TID of the view. Return: 0, -ESRCH, or -EOPNOTSUPP where it
 * exists and is hidden from us.
 */
static int find_task(const struct pidmap *h, pid_t tid, struct proc_task *task)
{
	char name[16];
	int err;

	snprintf(name, sizeof(name), "%d", tid);
	err = proc_task_get(h->local.root, h->local.root, name, task);
	if (err == -EPERM)
		return -EOPNOTSUPP;
	if (err == -ESRCH && !local_complete(h) &&
	    (!kill(tid, 0) || errno == EPERM))
		return -EOPNOTSUPP;
	return err;
}

/*
 * A search through all tasks. What cannot be seen is remembered, for then "not
 * found" is no answer.
 */
struct search {
	const struct pidmap *h;
	enum pidmap_type type;
	pid_t nr;
	const struct place *in;
	bool threads;		/* look at threads, too */
	bool blind;		/* something that might matter was not seen */
	struct proc_task *task;	/* the one found */
	pid_t own;		/* number of the ID in the view */
	struct wanted *wanted;	/* instead of @nr: many TIDs */
	int (*match)(struct search *s, struct proc_task *task);
	int (*match_one)(struct search *s, struct proc_task *task);
};

static int search_visit(int dir, const char *name, void *arg)
{
	struct search *s = arg;
	struct proc_task task;
	int ret;

	ret = proc_task_get(s->h->local.root, dir, name, &task);
	if (!ret) {
		ret = s->match(s, &task);
		if (ret > 0 && s->task)
			*s->task = task;
		else
			proc_task_put(&task);
	}
	if (ret >= 0)
		return ret;
	if (ret != -ESRCH)
		s->blind = true;
	return 0;
}

/* Return: 1 when found, -ESRCH, or -EOPNOTSUPP where that is not certain. */
static int search(struct search *s)
{
	int ret;

	s->blind = !local_complete(s->h);
	ret = proc_scan(s->h->local.root, search_visit, s);
	if (ret)
		return ret;
	return s->blind ? -EOPNOTSUPP : -ESRCH;
}

static int match_tid(struct search *s, struct proc_task *task)
{
	unsigned int depth = s->in->depth;

	if (leaf_depth(task) < depth || task->st.tid[depth] != s->nr)
		return 0;
	return task_in(task, s->in);
}

/* Has @match_one look at the threads of each process in the namespace. */
static int match_thread(struct search *s, struct proc_task *task)
{
	struct search threads = *s;
	int dir, ret;

	if (leaf_depth(task) < s->in->depth)
		return 0;
	ret = task_in(task, s->in);
	if (ret <= 0)
		return ret;
	dir = openat(task->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT || errno == ESRCH ? -ESRCH : -EPERM;
	threads.match = s->match_one;
	ret = proc_scan(dir, search_visit, &threads);
	close(dir);
	s->blind |= threads.blind;
	if (ret > 0 && s->task) {
		/* *s->task is the thread: what we were shown goes instead. */
		proc_task_put(task);
		*task = *s->task;
	}
	return ret;
}

/* A search by TIDs: most are those of processes, so those are tried first. */
static int search_tids(struct search *s, enum pidmap_type type)
{
	int ret;

	s->match = s->match_one;
	ret = search(s);
	if (ret >= 0 || type != PIDMAP_TID)
		return ret;
	s->match = match_thread;
	return search(s);
}

/*
 * The task with this TID or TGID in a namespace. Return: 0, -ESRCH, or
 * -EOPNOTSUPP where that cannot be seen.
 */
static int find_task_in(const struct pidmap *h, enum pidmap_type type, pid_t nr,
			const struct place *from, struct proc_task *task)
{
	struct search s = {
		.h = h,
		.nr = nr,
		.in = from,
		.task = task,
		.match_one = match_tid,
	};
	int ret;

	if (nr <= 0)
		return -ESRCH;
	if (!from->depth) {
		ret = find_task(h, nr, task);
		if (ret || type == PIDMAP_TID ||
		    task->st.tgid[0] == task->st.tid[0])
			return ret;
		proc_task_put(task);
		return -ESRCH;
	}
	ret = search_tids(&s, type);
	return ret < 0 ? ret : 0;
}

static const pid_t *group_numbers(enum pidmap_type type,
				  const struct proc_task *task)
{
	return type == PIDMAP_PGID ? task->st.pgid : task->st.sid;
}

/* Is there a task with this TID in the view? */
static bool is_alive(const struct pidmap *h, pid_t tid)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", tid);
	return !faccessat(h->local.root, name, F_OK, 0);
}

/*
 * What the group or session with a number in a namespace is called in the view:
 * either a member lives there, or its leader does.
 *
 * A leader may live deeper than a member. Once reaped, its numbers down there
 * are told by nobody; so while there is a group without leader and without a
 * member in the namespace, there is no knowing that a number is not in use.
 */
static int match_group_in(struct search *s, struct proc_task *task)
{
	const pid_t *nr = group_numbers(s->type, task);
	unsigned int depth = s->in->depth;
	int in = task_in(task, s->in);

	if (in < 0)
		return in;
	if (in && nr[depth] == s->nr)
		s->own = nr[0];
	else if (in && task->st.tid[depth] == s->nr)
		s->own = task->st.tid[0];
	else if (!in && nr[0] && !is_alive(s->h, nr[0]))
		return -EPERM;
	return s->own ? 1 : 0;
}

static int match_member(struct search *s, struct proc_task *task)
{
	if (group_numbers(s->type, task)[0] != s->own)
		return 0;
	return s->in ? task_in(task, s->in) : 1;
}

/*
 * The group or session of a number: finds its number in the view, makes sure it
 * is in use, and gets its leader.
 *
 * Return: 1, with @leader to be put; 0 where it is in use without a leader;
 * -ESRCH or -EOPNOTSUPP.
 */
static int find_group(const struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct place *from, pid_t *own,
		      struct proc_task *leader)
{
	struct search s = {
		.h = h,
		.type = type,
		.nr = nr,
		.in = from,
		.own = nr,
	};
	int ret, err;

	if (nr <= 0)
		return -ESRCH;
	if (from->depth) {
		s.own = 0;
		s.match = match_group_in;
		ret = search(&s);
		if (ret < 0)
			return ret;
	}
	*own = s.own;
	err = find_task(h, s.own, leader);
	if (err && err != -ESRCH)
		return err;
	if (!err && group_numbers(type, leader)[0] == s.own)
		return 1;
	/* The leader has left, or was reaped: is there another member? */
	s.in = NULL;
	s.match = match_member;
	ret = search(&s);
	if (ret < 0) {
		if (!err)
			proc_task_put(leader);
		return ret;
	}
	return !err;
}

static int number_in(const struct proc_task *task, const pid_t *nr,
		     const struct place *to)
{
	int ret = task_in(task, to);

	if (ret > 0)
		return nr[to->depth] ? nr[to->depth] : -EREMOTE;
	if (!ret)
		return -EREMOTE;
	return ret == -EPERM ? -EOPNOTSUPP : ret;
}

static int translate_group(const struct pidmap *h, enum pidmap_type type,
			   pid_t nr, const struct place *from,
			   const struct place *to)
{
	struct proc_task task;
	struct search s = {
		.h = h,
		.type = type,
		.in = to,
		.task = &task,
		.match = match_member,
	};
	int ret;

	ret = find_group(h, type, nr, from, &s.own, &task);
	if (ret < 0)
		return ret;
	if (ret) {
		ret = number_in(&task, task.st.tid, to);
		proc_task_put(&task);
		return ret;
	}
	if (!to->depth)
		return s.own;
	/* Only a member that lives there can still tell. */
	ret = search(&s);
	if (ret < 0)
		return -EOPNOTSUPP;
	ret = number_in(&task, group_numbers(type, &task), to);
	proc_task_put(&task);
	return ret;
}

static int translate_one(struct pidmap *h, enum pidmap_type type, pid_t nr,
			 const struct place *from, const struct place *to)
{
	struct proc_task task;
	int ret;

	if (type == PIDMAP_PGID || type == PIDMAP_SID)
		return translate_group(h, type, nr, from, to);
	ret = find_task_in(h, type, nr, from, &task);
	if (ret)
		return ret;
	ret = number_in(&task, task.st.tid, to);
	proc_task_put(&task);
	return ret;
}

/* So many numbers are looked for in one scan. */
#define WANTED_MAX	1024

/* Numbers that are looked for, hashed; links are indices plus one. */
struct wanted {
	const pid_t *numbers;
	int answer[WANTED_MAX];		/* 0 where there is none yet */
	uint16_t bucket[WANTED_MAX];
	uint16_t next[WANTED_MAX];
	size_t left;			/* without an answer */
	const struct place *to;
};

static void want(struct wanted *w, size_t count)
{
	uint16_t *bucket;
	size_t i;

	for (i = 0; i < count; i++) {
		if (w->numbers[i] <= 0) {
			w->answer[i] = -ESRCH;
			continue;
		}
		bucket = &w->bucket[w->numbers[i] % WANTED_MAX];
		w->next[i] = *bucket;
		*bucket = i + 1;
		w->left++;
	}
}

static int match_wanted(struct search *s, struct proc_task *task)
{
	struct wanted *w = s->wanted;
	unsigned int depth = s->in->depth, i;
	int ret = 0;
	pid_t nr;

	if (leaf_depth(task) < depth)
		return 0;
	nr = task->st.tid[depth];
	for (i = w->bucket[nr % WANTED_MAX]; i--; i = w->next[i]) {
		if (w->numbers[i] != nr || w->answer[i])
			continue;
		if (!ret) {
			ret = task_in(task, s->in);
			if (ret <= 0)
				return ret;
			ret = number_in(task, task->st.tid, w->to);
		}
		w->answer[i] = ret;
		w->left--;
	}
	return !w->left;
}

/* Translates TIDs or TGIDs from below the view: one scan serves many. */
static int translate_below(struct pidmap *h, struct batch *b, size_t count)
{
	struct wanted wanted = {
		.numbers = b->numbers + b->done,
		.to = &b->to,
	};
	struct search s = {
		.h = h,
		.in = &b->from,
		.wanted = &wanted,
		.match_one = match_wanted,
	};
	int missing = 0;
	size_t i;

	want(&wanted, count);
	if (wanted.left)
		missing = search_tids(&s, b->type);
	if (missing < 0 && !is_answer(missing) && missing != -EOPNOTSUPP)
		return missing;
	for (i = 0; i < count; i++) {
		int ret = wanted.answer[i] ? wanted.answer[i] : missing;

		if (!is_answer(ret))
			return ret;
		b->results[b->done++] = ret;
	}
	return 0;
}

static int translate_some(struct pidmap *h, struct batch *b)
{
	int err = 0;

	if (b->type == PIDMAP_PGID || b->type == PIDMAP_SID || !b->from.depth)
		return translate_each(h, b, translate_one);
	while (!err && b->done < b->count) {
		size_t left = b->count - b->done;

		err = translate_below(h, b, left < WANTED_MAX ? left :
				      WANTED_MAX);
	}
	return err;
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
	ret = find_task(h, task->st.ppid, &parent);
	if (ret)
		return ret;
	ret = number_in(&parent, parent.st.tgid, to);
	proc_task_put(&parent);
	return ret == -EREMOTE ? 0 : ret;
}

static int task_ids_once(struct pidmap *h, pid_t tid, const struct place *from,
			 const struct place *to, struct pidmap_ids *ids)
{
	struct proc_task task, again;
	int ret, ppid;

	ret = find_task_in(h, PIDMAP_TID, tid, from, &task);
	if (ret)
		return ret;
	ret = number_in(&task, task.st.tid, to);
	if (ret < 0)
		goto put;
	ids->tid = ret;
	ids->tgid = task.st.tgid[to->depth];
	ids->pgid = task.st.pgid[to->depth];
	ids->sid = task.st.sid[to->depth];
	ppid = parent_in(h, &task, to);
	ids->ppid = ppid > 0 ? ppid : 0;

	/* Did the parent's number belong to the parent all the time? */
	ret = proc_task_get(h->local.root, task.dir, ".", &again);
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

	for (i = leaf_depth(task); i > 0 && fd >= 0; i--) {
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
	pid_t own;
	int ret;

	if ((unsigned int)type > PIDMAP_SID)
		return -EINVAL;
	if (stamp)
		return -EOPNOTSUPP;
	ret = place_get(h, from, &h->local.from, &f);
	if (ret)
		return ret;
	if (type == PIDMAP_PGID || type == PIDMAP_SID) {
		ret = find_group(h, type, nr, &f, &own, &task);
		/* Nobody tells how deep the numbers of a reaped leader go. */
		if (ret >= 0)
			ret = ret ? 0 : -EOPNOTSUPP;
	} else {
		ret = find_task_in(h, type, nr, &f, &task);
	}
	if (!ret) {
		ret = task_pids(h, &task, pids, capacity);
		proc_task_put(&task);
	}
	place_put(&f);
	return ret;
}

/* A walk through the tasks of a namespace. */
struct listing {
	const struct pidmap *h;
	struct place ns;
	unsigned int flags;
	struct walk *walk;
	int (*tell)(const struct listing *l, const struct proc_task *task);
};

/* Return: 1 where the caller wants no more. */
static int tell_task(const struct listing *l, const struct proc_task *task)
{
	union {
		struct pidmap_task rec;
		char room[sizeof(struct pidmap_task) +
			  (PIDMAP_MAX_PIDS + 1) * sizeof(pid_t)];
	} u = { 0 };
	unsigned int levels = task->st.levels;
	int err = local_task_inum(l->h, task, &u.rec.inum);

	if (err)
		return err;
	u.rec.levels = levels;
	u.rec.nr_offset = sizeof(u.rec);
	u.rec.size = sizeof(u.rec) + (levels + levels % 2) * sizeof(pid_t);
	u.rec.tgid = task->st.tgid[0];
	u.rec.pgid = task->st.pgid[0];
	u.rec.sid = task->st.sid[0];
	u.rec.ppid = task->st.ppid;
	memcpy(u.room + sizeof(u.rec), task->st.tid, levels * sizeof(pid_t));
	l->walk->stopped = l->walk->task(&u.rec, l->walk->arg);
	return l->walk->stopped ? 1 : 0;
}

/* Who owns a PID namespace. Return: 0 or a negative errno. */
static int fill_owner(int fd, struct pidmap_ns *rec)
{
	int owner = ioctl(fd, NS_GET_USERNS), err = 0;
	uid_t uid = 0;

	if (owner < 0)
		return -errno;
	if (ioctl(owner, NS_GET_OWNER_UID, &uid))
		err = -errno;
	rec->owner_uid = uid;
	rec->owner_inum = ns_inum(owner);
	close(owner);
	return err;
}

static int tell_ns(const struct listing *l, const struct proc_task *init)
{
	struct pidmap_ns rec = {
		.size = sizeof(rec),
		.init = init->st.tgid[0],
		.level = ns_is_initial(l->h->local.view.inum) ?
			 leaf_depth(init) : PIDMAP_LEVEL_UNKNOWN,
	};
	int err, fd = local_task_ns(l->h, init);

	if (fd < 0)
		return fd;
	rec.inum = ns_inum(fd);
	rec.id = ns_id(fd);
	err = fill_owner(fd, &rec);
	if (leaf_depth(init)) {
		fd = ns_climb(fd, 1);
		if (fd < 0)
			return fd;
		rec.parent_inum = ns_inum(fd);
	}
	close(fd);
	if (err)
		return err;
	l->walk->stopped = l->walk->ns(&rec, l->walk->arg);
	return l->walk->stopped ? 1 : 0;
}

static int list_threads(struct listing *l, const struct proc_task *process);

static int visit(int dir, const char *name, void *arg)
{
	struct listing *l = arg;
	struct proc_task task;
	unsigned int depth;
	int ret;

	ret = proc_task_get(l->h->local.root, dir, name, &task);
	if (ret)
		return ret == -ESRCH ? 0 : ret;
	depth = leaf_depth(&task);
	if (l->tell == tell_ns ? task.st.tid[depth] != 1 :
	    l->flags & PIDMAP_LIST_DIRECT && depth != l->ns.depth)
		ret = 0;
	else
		ret = task_in(&task, &l->ns);
	if (ret > 0)
		ret = l->flags & PIDMAP_LIST_THREADS ?
		      list_threads(l, &task) : l->tell(l, &task);
	proc_task_put(&task);
	return ret == -ESRCH ? 0 : ret;
}

/* All threads of a process live where it does. */
static int list_threads(struct listing *l, const struct proc_task *process)
{
	struct listing threads = *l;
	int ret, dir;

	dir = openat(process->dir, "task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT || errno == ESRCH ? -ESRCH : -EPERM;
	threads.flags &= ~PIDMAP_LIST_THREADS;
	ret = proc_scan(dir, visit, &threads);
	close(dir);
	return ret;
}

static int list(struct pidmap *h, const struct pidmap_nsref *name,
		struct listing *l)
{
	int ret;

	ret = place_get(h, name, NULL, &l->ns);
	if (ret)
		return ret;
	l->h = h;
	/* A list with gaps would look like a whole one. */
	ret = local_complete(h) ? proc_scan(h->local.root, visit, l) : -EPERM;
	place_put(&l->ns);
	return ret < 0 ? ret : 0;
}

static int procfs_list(struct pidmap *h, const struct pidmap_nsref *ns,
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

static int procfs_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			  struct walk *walk)
{
	struct listing l = {
		.walk = walk,
		.tell = tell_ns,
	};

	return list(h, ns, &l);
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
