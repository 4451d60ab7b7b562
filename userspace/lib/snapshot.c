// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * All numbers of a moment, and answers from them in constant time.
 *
 * The records of a walk are kept as they came, one after the other. A table
 * leads from a number and a namespace to the record of the task.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * Neighbouring numbers share a cache line of the table: tasks are met in the
 * order of their numbers, so filling it is mostly sequential. A line taken
 * already sends each of its 16 lanes on to the next line on its own.
 */
#define LANES		16

/* Records are counted in units of their alignment; 0 is no record. */
#define UNIT		8

#define NONE		UINT32_MAX

struct space {
	struct pidmap_ns rec;
	uint32_t parent;	/* index; NONE for the view */
	uint32_t depth;
};

struct pidmap_snapshot {
	char *records;
	size_t used;
	size_t room;
	uint32_t *tasks;	/* every record taken */
	size_t count;
	uint32_t *table;
	size_t mask;		/* of a line of the table */
	struct space *spaces;	/* parents before children */
	size_t nspaces;
	uint32_t *inums;	/* inode number to index: open addressing */
	size_t inum_mask;
};

static const struct pidmap_task *record(const struct pidmap_snapshot *s,
					uint32_t ref)
{
	return (const void *)(s->records + (size_t)ref * UNIT);
}

/* Return: room for @need more, at least twice as much as there was. */
static void *grow(void *old, size_t used, size_t need, size_t *room)
{
	size_t want = *room ? *room : 1 << 16;
	void *new;

	while (want < used + need)
		want *= 2;
	new = realloc(old, want);
	if (new)
		*room = want;
	return new;
}

static int keep_task(const struct pidmap_task *task, void *arg)
{
	struct pidmap_snapshot *s = arg;

	if (s->used + task->size > s->room) {
		char *records = grow(s->records, s->used, task->size, &s->room);

		if (!records)
			return ENOMEM;
		s->records = records;
	}
	memcpy(s->records + s->used, task, task->size);
	s->used += task->size;
	if (s->used / UNIT >= NONE)
		return EOVERFLOW;
	return 0;
}

/* The namespaces told of by one walk. */
struct spaces {
	struct pidmap_ns *rec;
	size_t count;
	size_t room;
};

static int keep_ns(const struct pidmap_ns *ns, void *arg)
{
	struct spaces *s = arg;
	size_t used = s->count * sizeof(*ns);

	if (used + sizeof(*ns) > s->room) {
		void *rec = grow(s->rec, used, sizeof(*ns), &s->room);

		if (!rec)
			return ENOMEM;
		s->rec = rec;
	}
	s->rec[s->count++] = *ns;
	return 0;
}

static int by_inum(const void *a, const void *b)
{
	uint32_t x = ((const struct pidmap_ns *)a)->inum;
	uint32_t y = ((const struct pidmap_ns *)b)->inum;

	return (x > y) - (x < y);
}

static int list_spaces(struct pidmap *h, struct spaces *s)
{
	int ret = pidmap_list_ns(h, pidmap_ns_view(), keep_ns, s);

	if (ret)
		return ret > 0 ? ret : errno;
	qsort(s->rec, s->count, sizeof(*s->rec), by_inum);
	return 0;
}

static bool same_ns(const struct pidmap_ns *a, const struct pidmap_ns *b)
{
	return a->init == b->init && a->id == b->id &&
	       a->parent_inum == b->parent_inum;
}

static size_t inum_slot(const struct pidmap_snapshot *s, uint32_t inum)
{
	size_t i = inum * 0x9E3779B1U & s->inum_mask;

	while (s->inums[i] != NONE && s->spaces[s->inums[i]].rec.inum != inum)
		i = (i + 1) & s->inum_mask;
	return i;
}

static uint32_t find_space(const struct pidmap_snapshot *s, uint32_t inum)
{
	return inum ? s->inums[inum_slot(s, inum)] : 0;
}

static void add_space(struct pidmap_snapshot *s, const struct pidmap_ns *rec,
		      uint32_t parent)
{
	struct space *space = &s->spaces[s->nspaces];

	space->rec = *rec;
	space->parent = parent;
	space->depth = parent == NONE ? 0 : s->spaces[parent].depth + 1;
	s->inums[inum_slot(s, rec->inum)] = s->nspaces++;
}

/*
 * A namespace that was there before the tasks were listed and after kept its
 * inode number in between, so the tasks listed with that number lived in it.
 * Others are left out, tasks and all: none of those was there all the time.
 * Level by level, so that a parent comes before its children.
 */
static int take_spaces(struct pidmap_snapshot *s, struct spaces *before,
		       struct spaces *after)
{
	size_t b = 0, a, n = 0, added, slots = 8;

	for (a = 0; a < after->count; a++) {
		while (b < before->count &&
		       before->rec[b].inum < after->rec[a].inum)
			b++;
		if (b < before->count &&
		    before->rec[b].inum == after->rec[a].inum &&
		    same_ns(&before->rec[b], &after->rec[a]))
			after->rec[n++] = after->rec[a];
	}
	while (slots < 2 * n)
		slots *= 2;
	s->spaces = calloc(n + 1, sizeof(*s->spaces));
	s->inums = malloc(slots * sizeof(*s->inums));
	if (!s->spaces || !s->inums)
		return ENOMEM;
	memset(s->inums, 0xff, slots * sizeof(*s->inums));
	s->inum_mask = slots - 1;

	do {
		uint32_t first = s->nspaces;

		added = 0;
		for (a = 0; a < n; a++) {
			const struct pidmap_ns *rec = &after->rec[a];
			uint32_t parent = NONE;

			if (find_space(s, rec->inum) != NONE)
				continue;
			if (rec->parent_inum) {
				parent = find_space(s, rec->parent_inum);
				/* Not yet, or added in this round. */
				if (parent >= first)
					continue;
			}
			add_space(s, rec, parent);
			added++;
		}
	} while (added);
	return s->nspaces ? 0 : EAGAIN;
}

static size_t line_of(const struct pidmap_snapshot *s, uint32_t space, pid_t nr)
{
	uint64_t key = (uint64_t)space << 32 | (uint32_t)nr / LANES;

	return (key * 0x9E3779B97F4A7C15ULL) >> 32 & s->mask;
}

static uint32_t *slot(const struct pidmap_snapshot *s, size_t line, pid_t nr)
{
	return &s->table[line * LANES + (uint32_t)nr % LANES];
}

static void enter(struct pidmap_snapshot *s, uint32_t ref, uint32_t space,
		  const struct pidmap_task *task)
{
	int i;

	for (i = task->levels - 1; i >= 0; i--) {
		size_t line = line_of(s, space, task->nr[i]);

		while (*slot(s, line, task->nr[i]))
			line = (line + 1) & s->mask;
		*slot(s, line, task->nr[i]) = ref;
		space = s->spaces[space].parent;
	}
}

/* Goes through the records, which begin one unit behind the start. */
#define for_each_record(s, task, pos)					\
	for (pos = UNIT; pos < (s)->used &&				\
	     (task = record(s, pos / UNIT)); pos += task->size)

static int make_index(struct pidmap_snapshot *s)
{
	const struct pidmap_task *task;
	size_t pos, tasks = 0, numbers = 0, lines = 1;
	uint32_t last = 0, space = NONE;

	for_each_record(s, task, pos) {
		tasks++;
		numbers += task->levels;
	}
	/* At most half full. */
	while (lines * LANES < 2 * numbers)
		lines *= 2;
	s->mask = lines - 1;
	s->tasks = malloc((tasks + 1) * sizeof(*s->tasks));
	s->table = calloc(lines * LANES, sizeof(*s->table));
	if (!s->tasks || !s->table)
		return ENOMEM;

	for_each_record(s, task, pos) {
		if (task->inum != last) {
			last = task->inum;
			space = find_space(s, last);
		}
		if (space == NONE ||
		    s->spaces[space].depth + 1 != task->levels)
			continue;
		s->tasks[s->count++] = pos / UNIT;
		enter(s, pos / UNIT, space, task);
	}
	return 0;
}

static int build(struct pidmap_snapshot *s, struct pidmap *h,
		 struct pidmap_nsref ns, unsigned int flags)
{
	struct spaces before = { 0 }, after = { 0 };
	int err;

	/* No record is at 0. */
	s->used = UNIT;
	err = list_spaces(h, &before);
	if (!err) {
		err = pidmap_list(h, ns, flags, keep_task, s);
		if (err < 0)
			err = errno;
	}
	if (!err)
		err = list_spaces(h, &after);
	if (!err)
		err = take_spaces(s, &before, &after);
	if (!err)
		err = make_index(s);
	free(before.rec);
	free(after.rec);
	return err;
}

API struct pidmap_snapshot *pidmap_snapshot_new(struct pidmap *h,
						struct pidmap_nsref ns,
						unsigned int flags)
{
	struct pidmap_snapshot *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return NULL;
	err = build(s, h, ns, flags);
	if (!err)
		return s;
	pidmap_snapshot_free(s);
	errno = err;
	return NULL;
}

API void pidmap_snapshot_free(struct pidmap_snapshot *s)
{
	int err = errno;

	if (!s)
		return;
	free(s->records);
	free(s->tasks);
	free(s->table);
	free(s->spaces);
	free(s->inums);
	free(s);
	errno = err;
}

/* The ancestor of a namespace at a depth not below its own. */
static uint32_t ancestor(const struct pidmap_snapshot *s, uint32_t space,
			 uint32_t depth)
{
	while (s->spaces[space].depth > depth)
		space = s->spaces[space].parent;
	return space;
}

static bool has_number(const struct pidmap_snapshot *s,
		       const struct pidmap_task *task, uint32_t space)
{
	uint32_t depth = s->spaces[space].depth;

	return task->levels > depth &&
	       ancestor(s, find_space(s, task->inum), depth) == space;
}

/* Return: the task of a number, or NULL with errno. */
static const struct pidmap_task *find(const struct pidmap_snapshot *s, pid_t nr,
				      uint32_t inum)
{
	uint32_t space = find_space(s, inum), ref;
	size_t line;

	if (space == NONE) {
		errno = ENOENT;
		return NULL;
	}
	errno = ESRCH;
	if (nr <= 0)
		return NULL;
	line = line_of(s, space, nr);
	while ((ref = *slot(s, line, nr))) {
		const struct pidmap_task *task = record(s, ref);

		if (has_number(s, task, space) &&
		    task->nr[s->spaces[space].depth] == nr)
			return task;
		line = (line + 1) & s->mask;
	}
	return NULL;
}

API pid_t pidmap_snapshot_translate(const struct pidmap_snapshot *s, pid_t nr,
				    uint32_t from, uint32_t to)
{
	const struct pidmap_task *task = find(s, nr, from);
	uint32_t space;

	if (!task)
		return 0;
	space = find_space(s, to);
	if (space == NONE)
		errno = ENOENT;
	else if (has_number(s, task, space))
		return task->nr[s->spaces[space].depth];
	else
		errno = EREMOTE;
	return 0;
}

API int pidmap_snapshot_pids(const struct pidmap_snapshot *s, pid_t nr,
			     uint32_t from, struct pidmap_pid *pids,
			     size_t capacity)
{
	const struct pidmap_task *task = find(s, nr, from);
	uint32_t space;
	int i;

	if (!task)
		return 0;
	if (task->levels > capacity) {
		errno = EINVAL;
		return -1;
	}
	space = find_space(s, task->inum);
	for (i = task->levels - 1; i >= 0; i--) {
		pids[i].inum = s->spaces[space].rec.inum;
		pids[i].nr = task->nr[i];
		pids[i].id = s->spaces[space].rec.id;
		space = s->spaces[space].parent;
	}
	return task->levels;
}

API size_t pidmap_snapshot_size(const struct pidmap_snapshot *s)
{
	return s->count;
}

API const struct pidmap_task *
pidmap_snapshot_task(const struct pidmap_snapshot *s, size_t i)
{
	return i < s->count ? record(s, s->tasks[i]) : NULL;
}

API size_t pidmap_snapshot_ns_count(const struct pidmap_snapshot *s)
{
	return s->nspaces;
}

API const struct pidmap_ns *
pidmap_snapshot_ns(const struct pidmap_snapshot *s, size_t i)
{
	return i < s->nspaces ? &s->spaces[i].rec : NULL;
}
