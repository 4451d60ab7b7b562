/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * What a live map knows of tasks and their namespaces.
 */
#ifndef PIDMAP_MODEL_H
#define PIDMAP_MODEL_H

#include "internal.h"

struct link {
	struct link *next;
	struct link *prev;
};

/**
 * struct space - a PID namespace
 * @next: in the same bucket
 * @parent: NULL for the view
 * @inum: its inode number
 * @depth: levels below the view
 * @salt: where its numbers begin in the table of numbers
 * @id: its ID; 0 if it is not known
 * @start_time: of its init; 0 if a member was met before
 * @users: tasks that live there, remembered ones too, child namespaces and the
 *	table
 * @living: living tasks that have a number in it
 * @listed: the last list that had it
 * @found: it is in the table
 * @ended: its init has ended
 */
struct space {
	struct space *next;
	struct space *parent;
	uint32_t inum;
	uint32_t depth;
	size_t salt;
	uint64_t id;
	uint64_t start_time;
	size_t users;
	size_t living;
	unsigned int listed;
	bool found;
	bool ended;
};

/* One of the numbers of a task. */
struct number {
	struct number *next;	/* in the same bucket */
	struct space *space;
	struct life *life;
	pid_t nr;
};

/**
 * struct life - a task, from its begin until it is forgotten
 * @link: among those that live or those that ended
 * @threads: in a leader, the other tasks of its process; in those, their place
 *	in that list
 * @end: how it ended
 * @ended_at: from when on it is remembered
 * @listed: the last list that had it
 * @levels: how many numbers it has
 * @task: its record
 * @numbers: the view's first
 */
struct life {
	struct link link;
	struct link threads;
	struct pidmap_end end;
	uint64_t ended_at;
	unsigned int listed;
	unsigned int levels;
	struct pidmap_task *task;
	struct number numbers[];
};

/**
 * struct model - all of them
 * @view: the namespace whose numbers come first
 * @spaces: by inode number
 * @spaces_mask: of an index of @spaces
 * @nspaces: how many there are
 * @salt: of the last one
 * @numbers: by namespace and number
 * @numbers_mask: of an index of @numbers
 * @count: how many numbers there are
 * @living: tasks, the oldest knowledge first
 * @ended: tasks, the first end first
 * @nended: how many
 * @keep: how many may be remembered
 * @keep_time: and for how long, in nanoseconds
 * @list: the number of the current list
 * @has_ids: the kernel gives IDs to namespaces
 * @doubtful: events and the list do not fit: make another one after them
 */
struct model {
	struct space *view;
	struct space **spaces;
	size_t spaces_mask;
	size_t nspaces;
	size_t salt;
	struct number **numbers;
	size_t numbers_mask;
	size_t count;
	struct link living;
	struct link ended;
	size_t nended;
	size_t keep;
	uint64_t keep_time;
	unsigned int list;
	bool has_ids;
	bool doubtful;
};

int model_init(struct model *m);
void model_free(struct model *m);

/* A list: first the namespaces, parents before children, then the tasks. */
void model_list_begins(struct model *m);
bool model_knows(const struct model *m, uint32_t inum);
int model_list_ns(struct model *m, const struct pidmap_ns *ns);
int model_list_task(struct model *m, const struct pidmap_task *task,
		    uint64_t now);
void model_list_ends(struct model *m, uint64_t now);

int model_event(struct model *m, const struct pidmap_event *event);
void model_forget(struct model *m, uint64_t now);

static inline struct life *life_of_link(const struct link *link)
{
	return (struct life *)((char *)link - offsetof(struct life, link));
}

static inline bool life_has_ended(const struct life *life)
{
	return life->end.flags & PIDMAP_END_ENDED;
}

static inline struct space *model_space(const struct model *m, uint32_t inum)
{
	struct space *space;

	if (!inum)
		return m->view;
	space = m->spaces[inum & m->spaces_mask];
	while (space && space->inum != inum)
		space = space->next;
	return space;
}

static inline struct number **model_bucket(const struct model *m,
					   const struct space *space, pid_t nr)
{
	return &m->numbers[(space->salt + nr) & m->numbers_mask];
}

/* Return: the number of who lives and has it; NULL if nobody has. */
static inline struct number *model_living(const struct model *m,
					  const struct space *space, pid_t nr)
{
	struct number *n = *model_bucket(m, space, nr);

	while (n && (n->nr != nr || n->space != space ||
		     life_has_ended(n->life)))
		n = n->next;
	return n;
}

/* Return: the same, or that of who had it last and is remembered. */
static inline struct number *model_number(const struct model *m,
					  const struct space *space, pid_t nr)
{
	struct number *n = model_living(m, space, nr);

	if (n)
		return n;
	n = *model_bucket(m, space, nr);
	while (n && (n->nr != nr || n->space != space))
		n = n->next;
	return n;
}

/* Return: the number of a task in a namespace; NULL if it has none there. */
static inline const struct number *life_number(const struct life *life,
					       const struct space *space)
{
	const struct number *n = &life->numbers[space->depth];

	return space->depth < life->levels && n->space == space ? n : NULL;
}

#endif /* PIDMAP_MODEL_H */
