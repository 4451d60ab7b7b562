/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What /proc and nsfs tell the test program of every task and PID namespace
 * below it, and the answers that follow from it. The device's are compared
 * with these; nothing here asks the device.
 */
#ifndef WORLD_H
#define WORLD_H

#include "rig.h"

struct world_ns {
	unsigned int inum;
	int parent;		/* index, -1 for the test program's own */
	int level;		/* 0 for that one */
	int path[MAX_LEVELS];	/* itself and those above it, by level */
	int fd;
};

struct world_task {
	pid_t tid, tgid;	/* as the test program sees them */
	pid_t ppid;
	int ns;			/* index of its active namespace */
	int nr[4][MAX_LEVELS];	/* by enum pidmap_type; 0 for none */
	unsigned long long start;	/* in clock ticks */
};

struct world {
	struct world_ns *ns;
	int n_ns;
	struct world_task *task;
	int n_tasks;
};

/*
 * @mine: only the processes of the rig and the test itself, which do not come
 * and go on their own
 */
struct world *world_read(bool mine);
void world_free(struct world *w);

int world_ns(const struct world *w, unsigned int inum);	/* index or -1 */
/* is @ns the namespace @above or a descendant? */
bool world_within(const struct world *w, int ns, int above);
/* the number of a task's ID of that type in @ns, 0 if none */
int world_nr(const struct world *w, const struct world_task *t, int type,
	     int ns);
/* a task attached to the ID of that type and number, or NULL */
const struct world_task *world_find(const struct world *w, int type, int nr,
				    int ns);
/* what the device should answer */
int world_translate(const struct world *w, int type, int nr, int from, int to);

#endif
