// SPDX-License-Identifier: GPL-2.0-only
#include "world.h"

#include <ctype.h>
#include <dirent.h>

/* Adds a namespace and those above it; takes over the descriptor. */
static int add_ns(struct world *w, int fd)
{
	unsigned int inum = inum_of(fd);
	int parent = -1;
	int i = world_ns(w, inum);

	if (i >= 0) {
		close(fd);
		return i;
	}
	if (inum != self->inum) {
		int up = nsfs_parent(fd);

		if (up < 0)
			rig_fail(__FILE__, __LINE__, "NS_GET_PARENT: %s",
				 err_name(up));
		parent = add_ns(w, up);
	}
	w->ns = realloc(w->ns, (w->n_ns + 1) * sizeof(*w->ns));
	check(w->ns);
	w->ns[w->n_ns] = (struct world_ns){
		.inum = inum, .parent = parent, .fd = fd,
		.level = parent < 0 ? 0 : w->ns[parent].level + 1,
	};
	if (parent >= 0)
		memcpy(w->ns[w->n_ns].path, w->ns[parent].path,
		       sizeof(w->ns[parent].path));
	w->ns[w->n_ns].path[w->ns[w->n_ns].level] = w->n_ns;
	return w->n_ns++;
}

/* Nothing is added of a task that goes meanwhile. */
static void add_task(struct world *w, pid_t tgid, pid_t tid)
{
	struct world_task t = { .tid = tid, .tgid = tgid };
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/ns/pid", tgid, tid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	t.ns = add_ns(w, fd);
	if (proc_ids(tgid, tid, t.nr, &t.ppid) != w->ns[t.ns].level + 1)
		return;
	t.start = proc_start(tgid, tid);
	w->task = realloc(w->task, (w->n_tasks + 1) * sizeof(t));
	check(w->task);
	w->task[w->n_tasks++] = t;
}

static bool is_mine(pid_t pid)
{
	int depth;

	for (depth = 0; pid > 1 && depth < 100; depth++) {
		if (pid == self->pid)
			return true;
		pid = proc_ppid(pid);
	}
	return false;
}

static void add_process(struct world *w, pid_t tgid)
{
	char path[32];
	struct dirent *d;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/task", tgid);
	dir = opendir(path);
	if (!dir)
		return;
	while ((d = readdir(dir)))
		if (isdigit(d->d_name[0]))
			add_task(w, tgid, atoi(d->d_name));
	closedir(dir);
}

struct world *world_read(bool mine)
{
	struct world *w = calloc(1, sizeof(*w));
	DIR *dir = opendir("/proc");
	struct dirent *d;

	check(w && dir);
	while ((d = readdir(dir)))
		if (isdigit(d->d_name[0]) &&
		    (!mine || is_mine(atoi(d->d_name))))
			add_process(w, atoi(d->d_name));
	closedir(dir);
	check(w->n_tasks > 0);
	return w;
}

void world_free(struct world *w)
{
	int i;

	for (i = 0; i < w->n_ns; i++)
		close(w->ns[i].fd);
	free(w->ns);
	free(w->task);
	free(w);
}

int world_ns(const struct world *w, unsigned int inum)
{
	int i;

	for (i = 0; i < w->n_ns; i++)
		if (w->ns[i].inum == inum)
			return i;
	return -1;
}

bool world_within(const struct world *w, int ns, int above)
{
	if (ns < 0 || above < 0 || w->ns[above].level > w->ns[ns].level)
		return false;
	return w->ns[ns].path[w->ns[above].level] == above;
}

int world_nr(const struct world *w, const struct world_task *t, int type,
	     int ns)
{
	return world_within(w, t->ns, ns) ? t->nr[type][w->ns[ns].level] : 0;
}

const struct world_task *world_find(const struct world *w, int type, int nr,
				    int ns)
{
	int i;

	for (i = 0; nr > 0 && i < w->n_tasks; i++)
		if (world_nr(w, &w->task[i], type, ns) == nr)
			return &w->task[i];
	return NULL;
}

int world_translate(const struct world *w, int type, int nr, int from, int to)
{
	const struct world_task *t = world_find(w, type, nr, from);
	int id, i;

	if (!t)
		return -ESRCH;
	/* Any member of a group tells the numbers of its leader. */
	id = t->nr[type][0];
	for (i = 0; i < w->n_tasks; i++) {
		t = &w->task[i];
		if (t->nr[type][0] == id && world_nr(w, t, type, to))
			return world_nr(w, t, type, to);
	}
	return -EREMOTE;
}
