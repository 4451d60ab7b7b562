// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What a live map knows of tasks and their namespaces.
 *
 * It learns from lists and from events, which are those since a moment before
 * the list: an event may tell what the list has shown already, or something
 * that was over when the list was made. So what an event says replaces what was
 * known, and after the last event all is as it was at that event.
 *
 * A task is known by its number in the view and its start time.
 */
#include <errno.h>
#include <stdlib.h>

#include "model.h"

#define FIRST_SPACES	64
#define FIRST_NUMBERS	1024

/* ------------------------------------------------------------------- lists */

static void link_init(struct link *link)
{
	link->next = link;
	link->prev = link;
}

static void link_del(struct link *link)
{
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link_init(link);
}

static void link_add(struct link *link, struct link *head)
{
	link->next = head;
	link->prev = head->prev;
	link->prev->next = link;
	head->prev = link;
}

static struct life *life_of_thread(struct link *link)
{
	return (struct life *)((char *)link - offsetof(struct life, threads));
}

/* -------------------------------------------------------------- namespaces */

static void space_unlist(struct model *m, struct space *space)
{
	struct space **at = &m->spaces[space->inum & m->spaces_mask];

	while (*at != space)
		at = &(*at)->next;
	*at = space->next;
	space->found = false;
	space->users--;
	m->nspaces--;
}

/*
 * Nobody is in it any more who may let others in. An init that was not met has
 * ended: whoever was let in by it was reported late.
 */
static bool space_is_over(const struct space *space)
{
	return space->ended || !space->start_time;
}

/* Frees a namespace that is over, and then those above that only it held. */
static void space_settle(struct model *m, struct space *space)
{
	while (space && space != m->view) {
		struct space *parent = space->parent;

		if (space->found && space->users == 1 && space_is_over(space))
			space_unlist(m, space);
		if (space->users)
			return;
		free(space);
		parent->users--;
		space = parent;
	}
}

/* Twice the buckets; where there is no memory, the chains get longer. */
static void grow_spaces(struct model *m)
{
	size_t slots = 2 * (m->spaces_mask + 1), i;
	struct space **spaces = calloc(slots, sizeof(*spaces));

	if (!spaces)
		return;
	for (i = 0; i <= m->spaces_mask; i++) {
		struct space *space = m->spaces[i], *next;

		for (; space; space = next) {
			struct space **at = &spaces[space->inum & (slots - 1)];

			next = space->next;
			space->next = *at;
			*at = space;
		}
	}
	free(m->spaces);
	m->spaces = spaces;
	m->spaces_mask = slots - 1;
}

/* Another one with this inode number has ended. */
static struct space *space_new(struct model *m, uint32_t inum,
			       struct space *parent, uint64_t start_time)
{
	struct space *old = model_space(m, inum);
	struct space *space = calloc(1, sizeof(*space)), **at;

	if (!space)
		return NULL;
	if (parent)
		parent->users++;
	if (old) {
		space_unlist(m, old);
		space_settle(m, old);
	}
	if (m->nspaces++ > m->spaces_mask)
		grow_spaces(m);
	m->salt += 0x9E3779B1U;
	space->inum = inum;
	space->parent = parent;
	space->depth = parent ? parent->depth + 1 : 0;
	space->salt = m->salt;
	space->start_time = start_time;
	space->users = 1;
	space->found = true;
	at = &m->spaces[inum & m->spaces_mask];
	space->next = *at;
	*at = space;
	return space;
}

/* ------------------------------------------------------------------ numbers */

static void number_enter(struct model *m, struct number *n)
{
	struct number **at = model_bucket(m, n->space, n->nr);

	n->next = *at;
	*at = n;
}

static void number_leave(struct model *m, struct number *n)
{
	struct number **at = model_bucket(m, n->space, n->nr);

	while (*at != n)
		at = &(*at)->next;
	*at = n->next;
	m->count--;
}

/* The last of a chain goes first, so that the newest stays ahead. */
static void grow_numbers(struct model *m)
{
	size_t slots = 2 * (m->numbers_mask + 1), i;
	struct number **old = m->numbers;
	struct number **numbers = calloc(slots, sizeof(*numbers));

	if (!numbers)
		return;
	m->numbers = numbers;
	m->numbers_mask = slots - 1;
	for (i = 0; i < slots / 2; i++) {
		struct number *n = old[i], *back = NULL, *next;

		for (; n; n = next) {
			next = n->next;
			n->next = back;
			back = n;
		}
		for (; back; back = next) {
			next = back->next;
			number_enter(m, back);
		}
	}
	free(old);
}

/* -------------------------------------------------------------------- tasks */

static struct space *life_space(const struct life *life)
{
	return life->numbers[life->levels - 1].space;
}

static bool is_leader(const struct pidmap_task *task)
{
	return task->tgid == pidmap_task_nr(task)[0];
}

/* A leader that has exited keeps its numbers as long as its process lasts. */
static bool is_over(const struct pidmap_task *task)
{
	return task->flags & (is_leader(task) ? PIDMAP_TASK_ENDED :
						PIDMAP_TASK_EXITED);
}

/* The task of a record, alive or remembered. */
static struct life *life_find(const struct model *m,
			      const struct pidmap_task *task)
{
	pid_t nr = pidmap_task_nr(task)[0];
	struct number *n = *model_bucket(m, m->view, nr);

	for (; n; n = n->next)
		if (n->nr == nr && n->space == m->view &&
		    n->life->task->start_time == task->start_time)
			return n->life;
	return NULL;
}

static void life_count(struct life *life, int change)
{
	unsigned int i;

	for (i = 0; i < life->levels; i++)
		life->numbers[i].space->living += change;
}

static void life_free(struct model *m, struct life *life)
{
	struct space *space = life_space(life);
	unsigned int i;

	if (life_has_ended(life))
		m->nended--;
	else
		life_count(life, -1);
	if (is_leader(life->task))
		while (life->threads.next != &life->threads)
			link_del(life->threads.next);
	link_del(&life->threads);
	link_del(&life->link);
	for (i = 0; i < life->levels; i++)
		number_leave(m, &life->numbers[i]);
	free(life);
	space->users--;
	space_settle(m, space);
}

static struct life *life_new(struct model *m, struct space *space,
			     const struct pidmap_task *task)
{
	unsigned int levels = space->depth + 1, i;
	struct life *life;

	life = malloc(sizeof(*life) + levels * sizeof(*life->numbers) +
		      task->size);
	if (!life)
		return NULL;
	if (2 * m->count > m->numbers_mask)
		grow_numbers(m);
	m->count += levels;
	memset(life, 0, sizeof(*life));
	life->levels = levels;
	life->task = (struct pidmap_task *)&life->numbers[levels];
	memcpy(life->task, task, task->size);
	link_init(&life->threads);
	link_add(&life->link, &m->living);
	space->users++;
	for (i = levels; i--; space = space->parent) {
		life->numbers[i].space = space;
		life->numbers[i].life = life;
		life->numbers[i].nr = pidmap_task_nr(task)[i];
		number_enter(m, &life->numbers[i]);
	}
	life_count(life, 1);
	return life;
}

static void life_ends(struct model *m, struct life *life, uint64_t now)
{
	if (life_has_ended(life))
		return;
	life_count(life, -1);
	life->end.flags |= PIDMAP_END_ENDED;
	life->ended_at = now;
	link_del(&life->link);
	link_add(&life->link, &m->ended);
	m->nended++;
	if (!is_leader(life->task))
		link_del(&life->threads);
	if (life->numbers[life->levels - 1].nr == 1)
		life_space(life)->ended = true;
}

static void life_goes_on(struct model *m, struct life *life)
{
	if (life_has_ended(life)) {
		life_count(life, 1);
		link_del(&life->link);
		link_add(&life->link, &m->living);
		m->nended--;
	}
	life->end = (struct pidmap_end){ 0 };
}

/* Puts a thread into the list of its leader, once that is known. */
static void life_joins(struct model *m, struct life *life)
{
	struct number *leader;

	if (is_leader(life->task))
		return;
	link_del(&life->threads);
	leader = model_number(m, m->view, life->task->tgid);
	if (leader && is_leader(leader->life->task))
		link_add(&life->threads, &leader->life->threads);
}

/*
 * What a record says about a task that is alive or has just ended.
 *
 * Return: the task, alive; NULL if there is no memory.
 */
static struct life *life_learn(struct model *m, struct space *space,
			       const struct pidmap_task *task)
{
	struct life *life = life_find(m, task);

	if (life && life_space(life) != space) {
		/* Its threads were taken for members of that one, too. */
		m->doubtful |= life->threads.next != &life->threads;
		life_free(m, life);
		life = NULL;
	}
	if (!life)
		return life_new(m, space, task);
	memcpy(life->task, task, task->size);
	return life;
}

/* ------------------------------------------------------------------- events */

/*
 * Where a task lives that is not new. NULL: it lived in a namespace that had
 * ended, and whose inode number another one had, when the list was made.
 */
static struct space *space_of(const struct model *m,
			      const struct pidmap_task *task)
{
	struct space *space = model_space(m, task->inum);

	if (!space || task->levels != space->depth + 1 ||
	    task->start_time < space->start_time)
		return NULL;
	return space;
}

/*
 * Where a new task lives. An inode number is used again only after the last
 * task of the namespace has ended. Who enters a namespace may be reported
 * before its init is.
 */
static int space_of_new(struct model *m, const struct pidmap_task *task,
			uint32_t parent_inum, struct space **found)
{
	bool init = pidmap_task_nr(task)[task->levels - 1] == 1;
	struct space *space = model_space(m, task->inum);
	uint64_t begin = init ? task->start_time : 0;
	struct space *parent;

	parent = parent_inum ? model_space(m, parent_inum) : NULL;
	*found = space;
	if (space && space_is_over(space) && !space->living)
		space = NULL;
	if (space && (space->parent != parent ||
		      (init && space->start_time &&
		       space->start_time != task->start_time))) {
		/* Listed tasks were perhaps taken for members of that one. */
		m->doubtful |= space->living;
		space = NULL;
	}
	if (!space) {
		*found = NULL;
		/* The list had the end of the parent, or what came after it. */
		m->doubtful |= !parent;
		if (!parent || task->levels != parent->depth + 2 ||
		    task->start_time < parent->start_time)
			return 0;
		space = space_new(m, task->inum, parent, begin);
		*found = space;
		return space ? 0 : -ENOMEM;
	}
	if (init)
		space->start_time = begin;
	else if (task->start_time < space->start_time)
		*found = NULL;
	return 0;
}

static int on_fork(struct model *m, const struct pidmap_event *event,
		   const struct pidmap_task *task)
{
	struct space *space;
	struct life *life;
	int err = space_of_new(m, task, event->parent_inum, &space);

	if (err || !space)
		return err;
	life = life_learn(m, space, task);
	if (!life)
		return -ENOMEM;
	life_goes_on(m, life);
	life_joins(m, life);
	return 0;
}

/* Of the other tasks, only who executes is left, under its former number. */
static int on_exec(struct model *m, const struct pidmap_event *event,
		   const struct pidmap_task *task)
{
	struct space *space = space_of(m, task);
	struct life *life;

	if (!space)
		return 0;
	/* The list had the end of the process, so its threads are not known. */
	m->doubtful |= event->former_tid && !life_find(m, task);
	life = life_learn(m, space, task);
	if (!life)
		return -ENOMEM;
	life_goes_on(m, life);
	while (life->threads.next != &life->threads)
		life_ends(m, life_of_thread(life->threads.next), event->time);
	return 0;
}

static int on_exit_event(struct model *m, const struct pidmap_event *event,
			 const struct pidmap_task *task)
{
	struct space *space = space_of(m, task);
	struct life *life = life_find(m, task);
	struct number *leader;

	/* A list had ended it already, or it ended before the list. */
	if (life) {
		memcpy(life->task, task, task->size);
	} else {
		if (!space)
			return 0;
		/* Its threads are not known. */
		m->doubtful |= !is_over(task);
		life = life_new(m, space, task);
		if (!life)
			return -ENOMEM;
	}
	life->end.code = event->code;
	life->end.time = event->time;
	life->end.flags |= PIDMAP_END_SEEN;
	if (is_over(task))
		life_ends(m, life, event->time);
	if (is_leader(task) || !(task->flags & PIDMAP_TASK_ENDED))
		return 0;
	/* The last of its tasks; the number may be a new process's in the list. */
	leader = model_number(m, m->view, task->tgid);
	if (leader && leader->life->task->start_time <= event->time) {
		leader->life->end.time = event->time;
		life_ends(m, leader->life, event->time);
	}
	return 0;
}

/**
 * model_event() - take in an event other than SYNC
 * @m: the model
 * @event: the event
 *
 * Return: 0 or -ENOMEM.
 */
int model_event(struct model *m, const struct pidmap_event *event)
{
	const struct pidmap_task *task = pidmap_event_task(event);
	int err = 0;

	switch (event->kind) {
	case PIDMAP_EVENT_FORK:
		err = on_fork(m, event, task);
		break;
	case PIDMAP_EVENT_EXEC:
		err = on_exec(m, event, task);
		break;
	case PIDMAP_EVENT_EXIT:
		err = on_exit_event(m, event, task);
		break;
	}
	model_forget(m, event->time);
	return err;
}

/**
 * model_forget() - forget ended tasks of which there are too many, or too old
 * @m: the model
 * @now: the time, of the clock of the events
 */
void model_forget(struct model *m, uint64_t now)
{
	struct link *link, *next;

	for (link = m->ended.next; link != &m->ended; link = next) {
		struct life *life = life_of_link(link);

		if (m->nended <= m->keep &&
		    (now < life->ended_at ||
		     now - life->ended_at <= m->keep_time))
			return;
		next = link->next;
		life_free(m, life);
	}
}

/* -------------------------------------------------------------------- lists */

void model_list_begins(struct model *m)
{
	m->list++;
	m->doubtful = false;
}

bool model_knows(const struct model *m, uint32_t inum)
{
	const struct space *space = m->view ? model_space(m, inum) : NULL;

	return space && space->listed == m->list;
}

int model_list_ns(struct model *m, const struct pidmap_ns *ns)
{
	struct space *space = model_space(m, ns->inum);
	struct space *parent = NULL;

	if (ns->parent_inum)
		parent = model_space(m, ns->parent_inum);
	if (!space || (space->start_time &&
		       space->start_time != ns->start_time) ||
	    space->parent != parent)
		space = space_new(m, ns->inum, parent, ns->start_time);
	if (!space)
		return -ENOMEM;
	if (!parent)
		m->view = space;
	space->start_time = ns->start_time;
	space->id = ns->id;
	space->listed = m->list;
	if (ns->id)
		m->has_ids = true;
	return 0;
}

int model_list_task(struct model *m, const struct pidmap_task *task,
		    uint64_t now)
{
	struct space *space = space_of(m, task);
	struct life *life;

	/* It is new, and so is its namespace: an event will tell. */
	if (!space)
		return 0;
	life = life_learn(m, space, task);
	if (!life)
		return -ENOMEM;
	life->listed = m->list;
	if (is_over(task))
		life_ends(m, life, now);
	else if (life_has_ended(life))
		life_goes_on(m, life);
	return 0;
}

/* What the list did not have is over. It may go, and others with it. */
static void end_spaces(struct model *m)
{
	size_t i;

	for (i = 0; i <= m->spaces_mask; i++) {
		struct space *space = m->spaces[i];

		/* What is in the table was not freed. NOLINTNEXTLINE */
		while (space && (space->listed == m->list || space->ended))
			space = space->next;
		if (!space)
			continue;
		space->ended = true;
		space_settle(m, space);
		i--;
	}
}

void model_list_ends(struct model *m, uint64_t now)
{
	struct link *link, *next;

	for (link = m->living.next; link != &m->living; link = next) {
		struct life *life = life_of_link(link);

		next = link->next;
		if (life->listed != m->list)
			life_ends(m, life, now);
		else
			life_joins(m, life);
	}
	model_forget(m, now);
	end_spaces(m);
}

int model_init(struct model *m)
{
	memset(m, 0, sizeof(*m));
	link_init(&m->living);
	link_init(&m->ended);
	m->keep_time = UINT64_MAX;
	m->spaces = calloc(FIRST_SPACES, sizeof(*m->spaces));
	m->spaces_mask = FIRST_SPACES - 1;
	m->numbers = calloc(FIRST_NUMBERS, sizeof(*m->numbers));
	m->numbers_mask = FIRST_NUMBERS - 1;
	return m->spaces && m->numbers ? 0 : -ENOMEM;
}

static void free_lives(struct model *m, struct link *head)
{
	struct link *link, *next;

	for (link = head->next; link != head; link = next) {
		next = link->next;
		life_free(m, life_of_link(link));
	}
}

void model_free(struct model *m)
{
	free_lives(m, &m->living);
	free_lives(m, &m->ended);
	m->list++;
	if (m->view)
		end_spaces(m);
	free(m->view);
	free(m->spaces);
	free(m->numbers);
}
