/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * The parts of the back end procfs.
 */
#ifndef PIDMAP_SEARCH_H
#define PIDMAP_SEARCH_H

#include "local.h"
#include "proc.h"

/* A number that is looked for. */
struct wanted {
	pid_t nr;
	bool found;
	size_t index;		/* for the caller */
};

/* Called for what was found. Return: 0, or a negative errno to stop. */
typedef int (*found_fn)(const struct proc_task *task, struct wanted *w,
			void *arg);

/* search.c: tasks by their numbers */
unsigned int task_depth(const struct proc_task *task);
int task_in(const struct proc_task *task, const struct place *place);
int task_number(const struct proc_task *task, const pid_t *nr,
		const struct place *to);
int task_of_view(const struct pidmap *h, pid_t tid, struct proc_task *task);
int tasks_find(const struct pidmap *h, enum pidmap_type type,
	       const struct place *in, struct wanted *wanted, size_t count,
	       found_fn found, void *arg);
int task_find(const struct pidmap *h, enum pidmap_type type, pid_t nr,
	      const struct place *in, struct proc_task *task);

/* groups.c: process groups and sessions */
int groups_translate(const struct pidmap *h, struct batch *b);
int group_leader(const struct pidmap *h, enum pidmap_type type, pid_t nr,
		 const struct place *from, struct proc_task *leader);

/* list.c: walks */
int procfs_list(struct pidmap *h, const struct pidmap_nsref *ns,
		unsigned int flags, struct walk *walk);
int procfs_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
		   struct walk *walk);

#endif /* PIDMAP_SEARCH_H */
