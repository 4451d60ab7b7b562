// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * All numbers of a moment, and answers from them in constant time.
 *
 * The records of a walk are kept as they came, one after the other. A table
 * leads from a number and a namespace to the record of the task.
 */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

/*
 * Neighbouring numbers share a cache line of the table: tasks are met in the
 * order of their numbers, so filling it is mostly sequential. In a line taken
 * already, each number goes on to the next line on its own. The step is odd, so
 * that it leads everywhere; and a table is never more than half full.
 */
#define LANES		16
#define STEP		(LANES + 1)

#define UNLIKELY(x)	__builtin_expect(!!(x), 0)

/* Records are counted in units of their alignment; 0 is no record. */
#define UNIT		8

#define NONE		UINT32_MAX

/* Bytes; enough for some 2,000 tasks. */
#define FIRST_ROOM	65536

struct space {
	const struct pidmap_ns *rec;	/* in ns_records */
	uint32_t parent;	/* index; NONE for the view */
	uint32_t depth;
	bool begun;		/* a task of it was met */
};

struct pidmap_snapshot {
	char *records;
	size_t used;
	size_t room;
	size_t listed;		/* how many records that is */
	uint32_t *tasks;	/* every record taken */
	size_t count;
	uint32_t *table;
	size_t mask;		/* of an index of the table */
	char *ns_records;	/* as they came, of their own sizes */
	bool partial;		/* something was hidden from the caller */
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
	size_t want = *room ? *room : FIRST_ROOM;
	void *new;

	while (want < used + need)
		want *= 2;
	new = realloc(old, want);
	if (new)
		*room = want;
	return new;
}

static int reserve(struct pidmap_snapshot *s, size_t need)
{
	char *records;

	if (s->used + need <= s->room)
		return 0;
	records = grow(s->records, s->used, need, &s->room);
	if (!records)
		return ENOMEM;
	s->records = records;
	return 0;
}

static int keep_task(const struct pidmap_task *task, void *arg)
{
	struct pidmap_snapshot *s = arg;
	int err = reserve(s, task->size);

	if (err)
		return err;
	memcpy(s->records + s->used, task, task->size);
	s->used += task->size;
	s->listed++;
	return 0;
}

/* Where the back end can, it writes the records where they stay. */
static int fill_tasks(struct pidmap_snapshot *s, struct pidmap *h,
		      struct pidmap_nsref ns, unsigned int flags)
{
	struct pidmap_list req = {
		.size = sizeof(req),
		.flags = flags,
		.ns = ns,
	};
	int err;

	do {
		err = reserve(s, FIRST_ROOM / 2);
		if (err)
			return err;
		req.buffer = (uintptr_t)(s->records + s->used);
		req.buffer_size = s->room - s->used < INT_MAX ?
				  s->room - s->used : INT_MAX;
		err = h->ops[0]->list_fill(h, &req);
		if (err)
			return -err;
		s->used += req.used;
		s->listed += req.count;
	} while (req.cursor != PIDMAP_CURSOR_END);
	return 0;
}

/* Return: 0 or an errno; EACCES if all is there that the caller may see. */
static int list_tasks(struct pidmap_snapshot *s, struct pidmap *h,
		      struct pidmap_nsref ns, unsigned int flags)
{
	int err = EOPNOTSUPP;

	/* No record is at 0. */
	s->used = UNIT;
	s->listed = 0;
	if (h->ops[0]->list_fill)
		err = fill_tasks(s, h, ns, flags);
	/* Another back end may know what this one does not allow. */
	if (err != EOPNOTSUPP && err != EPERM)
		return err;
	s->used = UNIT;
	s->listed = 0;
	err = reserve(s, 0);
	if (err)
		return err;
	err = pidmap_list(h, ns, flags, keep_task, s);
	return err < 0 ? errno : err;
}

/* The namespaces that one walk shows. */
struct spaces {
	char *records;
	size_t used;
	size_t room;
	const struct pidmap_ns **rec;	/* sorted by inode number */
	size_t count;
};

static int keep_ns(const struct pidmap_ns *ns, void *arg)
{
	struct spaces *s = arg;

	if (s->used + ns->size > s->room) {
		void *more = grow(s->records, s->used, ns->size, &s->room);

		if (!more)
			return ENOMEM;
		s->records = more;
	}
	memcpy(s->records + s->used, ns, ns->size);
	s->used += ns->size;
	s->count++;
	return 0;
}

static int by_inum(const void *a, const void *b)
{
	uint32_t x = (*(const struct pidmap_ns * const *)a)->inum;
	uint32_t y = (*(const struct pidmap_ns * const *)b)->inum;

	return (x > y) - (x < y);
}

static void free_spaces(struct spaces *s)
{
	free(s->records);
	free(s->rec);
}

/* Return: as list_tasks(). */
static int list_spaces(struct pidmap *h, struct spaces *s)
{
	int ret = pidmap_list_ns(h, pidmap_ns_view(), keep_ns, s);
	size_t i, pos;

	if (ret > 0)
		return ret;
	if (ret && errno != EACCES)
		return errno;
	ret = ret ? EACCES : 0;
	s->rec = malloc((s->count + 1) * sizeof(*s->rec));
	if (!s->rec)
		return ENOMEM;
	for (i = 0, pos = 0; i < s->count; pos += s->rec[i++]->size)
		s->rec[i] = (const void *)(s->records + pos);
	qsort(s->rec, s->count, sizeof(*s->rec), by_inum);
	return ret;
}

static bool same_ns(const struct pidmap_ns *a, const struct pidmap_ns *b)
{
	return a->init == b->init && a->start_time == b->start_time &&
	       a->id == b->id && a->parent_inum == b->parent_inum;
}

static size_t inum_slot(const struct pidmap_snapshot *s, uint32_t inum)
{
	size_t i = inum * 0x9E3779B1U & s->inum_mask;

	while (s->inums[i] != NONE && s->spaces[s->inums[i]].rec->inum != inum)
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

	space->rec = rec;
	space->parent = parent;
	space->depth = parent == NONE ? 0 : s->spaces[parent].depth + 1;
	s->inums[inum_slot(s, rec->inum)] = s->nspaces++;
}

/* Leaves in @after what was there before, as the same. Return: how many. */
static size_t intersect(const struct spaces *before, struct spaces *after)
{
	size_t b = 0, a, n = 0;

	for (a = 0; a < after->count; a++) {
		while (b < before->count &&
		       before->rec[b]->inum < after->rec[a]->inum)
			b++;
		if (b < before->count &&
		    before->rec[b]->inum == after->rec[a]->inum &&
		    same_ns(before->rec[b], after->rec[a]))
			after->rec[n++] = after->rec[a];
	}
	return n;
}

/* Level by level, so that a parent comes before its children. */
static int take_spaces(struct pidmap_snapshot *s,
		       const struct pidmap_ns * const *recs, size_t count)
{
	size_t i, added, slots = 8;

	while (slots < 2 * count)
		slots *= 2;
	s->spaces = calloc(count + 1, sizeof(*s->spaces));
	s->inums = malloc(slots * sizeof(*s->inums));
	if (!s->spaces || !s->inums)
		return ENOMEM;
	memset(s->inums, 0xff, slots * sizeof(*s->inums));
	s->inum_mask = slots - 1;

	do {
		uint32_t first = s->nspaces;

		added = 0;
		for (i = 0; i < count; i++) {
			const struct pidmap_ns *rec = recs[i];
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

/* What a namespace adds to the key of a number. */
static uint64_t key_of(uint32_t space)
{
	return (uint64_t)space << 32;
}

/* Numbers come in all residues; which lane each gets differs by line. */
static size_t slot_of(const struct pidmap_snapshot *s, uint64_t key, pid_t nr)
{
	uint64_t hash;

	key += (uint32_t)nr / LANES;
	hash = key * 0x9E3779B97F4A7C15ULL;
	return ((hash >> 32) * LANES + ((nr ^ hash >> 60) & (LANES - 1))) &
	       s->mask;
}

/*
 * Where the numbers of one level go. Most numbers follow their neighbour, so
 * their line is known already.
 */
struct lane {
	uint32_t line;		/* of the last number */
	uint32_t first;		/* the slot of that line's first number */
	uint64_t key;		/* of the namespace */
};

static void enter(const struct pidmap_snapshot *s, uint32_t ref,
		  struct lane *lane, const struct lane *end, const pid_t *nr)
{
	uint32_t *table = s->table;

	do {
		uint32_t n = *nr++;
		size_t slot = n % LANES;

		if (UNLIKELY(n / LANES != lane->line)) {
			lane->line = n / LANES;
			lane->first = slot_of(s, lane->key, n & -LANES);
		}
		slot ^= lane->first;
		while (UNLIKELY(table[slot]))
			slot = (slot + STEP) & s->mask;
		table[slot] = ref;
	} while (++lane < end);
}

/*
 * The namespace of an inode number, and the lanes of those above it, the view
 * first. Return: how many levels that is, NONE if it is unknown.
 */
static unsigned int find_path(struct pidmap_snapshot *s, uint32_t inum,
			      struct space **space, struct lane *lanes)
{
	uint32_t i = find_space(s, inum);
	unsigned int levels, level;

	if (i == NONE)
		return NONE;
	*space = &s->spaces[i];
	levels = (*space)->depth + 1;
	level = levels;
	do {
		lanes[--level] = (struct lane){
			.key = key_of(i),
			.line = NONE,
		};
		i = s->spaces[i].parent;
	} while (level);
	return levels;
}

/*
 * May this record belong to another namespace, one that died and whose inode
 * number went to a new one while tasks were listed? Not if init was met before
 * all others, only one, and it is still the same after the list: then the
 * namespace was there from that record on.
 */
static bool is_doubtful(struct space *space, const struct pidmap_task *task)
{
	bool init = pidmap_task_nr(task)[task->levels - 1] == 1;
	bool begun = space->begun;

	space->begun = true;
	return space->depth &&
	       (begun == init ||
		(init && (pidmap_task_nr(task)[0] != space->rec->init ||
			  task->start_time != space->rec->start_time)));
}

/* Makes room for the index. Return: 0 or an errno. */
static int make_room(struct pidmap_snapshot *s)
{
	size_t slots = LANES, numbers = 0;

	if (s->used / UNIT >= NONE)
		return EOVERFLOW;
	/*
	 * At most half full. The numbers of all records begin at the same
	 * offset, and an odd number of levels is padded.
	 */
	if (s->listed)
		numbers = (s->used - UNIT -
			   s->listed * record(s, 1)->nr_offset) / sizeof(pid_t);
	while (slots < 2 * numbers)
		slots *= 2;
	s->mask = slots - 1;
	s->tasks = malloc((s->listed + 1) * sizeof(*s->tasks));
	s->table = calloc(slots, sizeof(*s->table));
	return s->tasks && s->table ? 0 : ENOMEM;
}

/* Records say their length; the first one is one unit behind the start. */
static int make_index(struct pidmap_snapshot *s, bool certain)
{
	struct lane lanes[PIDMAP_MAX_PIDS];
	const struct lane *end = lanes;
	const struct pidmap_task *task;
	struct space *space = NULL;
	unsigned int levels = NONE;
	uint32_t *tasks, last = 0, ref, ref_end;
	bool begun = false;
	int err = make_room(s);

	if (err)
		return err;
	tasks = s->tasks;
	ref_end = s->used / UNIT;
	for (ref = 1; ref < ref_end; ref += task->size / UNIT) {
		const pid_t *nr;

		task = record(s, ref);
		if (UNLIKELY(task->inum != last)) {
			last = task->inum;
			levels = find_path(s, last, &space, lanes);
			if (levels != NONE) {
				begun = space->begun;
				end = lanes + levels;
			}
		}
		if (UNLIKELY(task->levels != levels))
			continue;
		nr = pidmap_task_nr(task);
		if (UNLIKELY(!begun || nr[levels - 1] == 1)) {
			begun = true;
			if (is_doubtful(space, task) && !certain)
				return EAGAIN;
		}
		*tasks++ = ref;
		enter(s, ref, lanes, end, nr);
	}
	s->count = tasks - s->tasks;
	return 0;
}

static void drop(struct pidmap_snapshot *s)
{
	free(s->tasks);
	free(s->table);
	free(s->spaces);
	free(s->inums);
	free(s->ns_records);
	s->ns_records = NULL;
	s->tasks = NULL;
	s->table = NULL;
	s->spaces = NULL;
	s->inums = NULL;
	s->count = 0;
	s->nspaces = 0;
}

/*
 * Tasks first: what is not among the namespaces afterwards has died meanwhile.
 * Where that leaves doubts, only namespaces that were there @before, too, are
 * taken, with their tasks: of others, none was there all the time.
 */
static int build(struct pidmap_snapshot *s, struct pidmap *h,
		 struct pidmap_nsref ns, unsigned int flags,
		 const struct spaces *before)
{
	struct spaces after = { 0 };
	int err;

	err = list_tasks(s, h, ns, flags);
	s->partial = err == EACCES;
	if (!err || s->partial)
		err = list_spaces(h, &after);
	if (err == EACCES) {
		s->partial = true;
		err = 0;
	}
	if (!err)
		err = take_spaces(s, after.rec, before ?
				  intersect(before, &after) : after.count);
	if (!err) {
		s->ns_records = after.records;
		after.records = NULL;
		err = make_index(s, before);
	}
	free_spaces(&after);
	return err;
}

static int build_certain(struct pidmap_snapshot *s, struct pidmap *h,
			 struct pidmap_nsref ns, unsigned int flags)
{
	struct spaces before = { 0 };
	int err = list_spaces(h, &before);

	if (!err || err == EACCES)
		err = build(s, h, ns, flags, &before);
	free_spaces(&before);
	return err;
}

API struct pidmap_snapshot *pidmap_snapshot_new(struct pidmap *h,
						struct pidmap_nsref ns,
						unsigned int flags)
{
	struct pidmap_snapshot *s = calloc(1, sizeof(*s));
	bool partial = flags & PIDMAP_SNAPSHOT_PARTIAL;
	int err;

	if (!s)
		return NULL;
	flags &= ~PIDMAP_SNAPSHOT_PARTIAL;
	err = build(s, h, ns, flags, NULL);
	if (err == EAGAIN) {
		drop(s);
		err = build_certain(s, h, ns, flags);
	}
	/* Either is not wanted, or not even the view was seen. */
	if (s->partial && (err ? err == EAGAIN : !partial))
		err = EACCES;
	if (!err)
		return s;
	pidmap_snapshot_free(s);
	errno = err;
	return NULL;
}

API int pidmap_snapshot_partial(const struct pidmap_snapshot *s)
{
	return s->partial;
}

API void pidmap_snapshot_free(struct pidmap_snapshot *s)
{
	int err = errno;

	if (!s)
		return;
	drop(s);
	free(s->records);
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

/* Does who lives in @leaf have a number in @space? */
static bool on_path(const struct pidmap_snapshot *s, uint32_t leaf,
		    uint32_t space)
{
	return leaf == space || ancestor(s, leaf, s->spaces[space].depth) ==
				space;
}

/*
 * The task of a number in a namespace, and where it lives. Return: NULL with
 * errno where there is none.
 */
static const struct pidmap_task *find(const struct pidmap_snapshot *s, pid_t nr,
				      uint32_t inum, uint32_t *leaf)
{
	uint32_t space = find_space(s, inum), depth, ref;
	size_t i;

	if (space == NONE) {
		errno = ENOENT;
		return NULL;
	}
	depth = s->spaces[space].depth;
	i = slot_of(s, key_of(space), nr);
	for (; (ref = s->table[i]); i = (i + STEP) & s->mask) {
		const struct pidmap_task *task = record(s, ref);

		if (task->levels > depth && pidmap_task_nr(task)[depth] == nr) {
			*leaf = task->inum == inum ?
				space : find_space(s, task->inum);
			if (on_path(s, *leaf, space))
				return task;
		}
	}
	errno = ESRCH;
	return NULL;
}

API pid_t pidmap_snapshot_translate(const struct pidmap_snapshot *s, pid_t nr,
				    uint32_t from, uint32_t to)
{
	uint32_t leaf, space;
	const struct pidmap_task *task = find(s, nr, from, &leaf);

	if (!task)
		return 0;
	space = find_space(s, to);
	if (space == NONE)
		errno = ENOENT;
	else if (on_path(s, leaf, space))
		return pidmap_task_nr(task)[s->spaces[space].depth];
	else
		errno = EREMOTE;
	return 0;
}

API int pidmap_snapshot_pids(const struct pidmap_snapshot *s, pid_t nr,
			     uint32_t from, struct pidmap_pid *pids,
			     size_t capacity)
{
	uint32_t space;
	const struct pidmap_task *task = find(s, nr, from, &space);
	int i;

	if (!task)
		return 0;
	if (task->levels > capacity) {
		errno = EINVAL;
		return -1;
	}
	for (i = task->levels - 1; i >= 0; i--) {
		pids[i].inum = s->spaces[space].rec->inum;
		pids[i].nr = pidmap_task_nr(task)[i];
		pids[i].id = s->spaces[space].rec->id;
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
	return i < s->nspaces ? s->spaces[i].rec : NULL;
}
