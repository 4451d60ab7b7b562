// SPDX-License-Identifier: GPL-2.0-only
/*
 * Snapshots of a made-up world that keeps the kernel's rules and changes while
 * it is walked, as the input says. Whatever a snapshot tells was true of one
 * task; whoever was there all the time is in it; and its answers are those that
 * a search through its records finds.
 */
#include "fuzz.h"

#include <errno.h>
#include <string.h>

#include "internal.h"

#define MAX_SPACES	64	/* ever; alive at a time */
#define MAX_TASKS	512
#define DEPTHS		6
#define NUMBERS		12	/* so few that they are soon used again */
#define INUMS		6

struct task {
	int space;
	int depth;
	pid_t nr[DEPTHS];
	uint32_t inums[DEPTHS];
	int start;
	bool alive;
	bool old;		/* there before the snapshot began */
};

static struct world {
	struct bytes *b;
	struct {
		uint32_t inum;
		int parent, depth;
		bool alive;
	} spaces[MAX_SPACES];
	struct task tasks[MAX_TASKS];
	int nspaces, ntasks;
	pid_t next[MAX_SPACES];
} w;

static const uint32_t top_inum = 100;

/* ---------------------------------------------------- what the kernel does */

static bool on_path(int space, int above)
{
	while (space >= 0 && space != above)
		space = w.spaces[space].parent;
	return space >= 0;
}

static bool taken(int space, pid_t nr)
{
	int d = w.spaces[space].depth;

	for (int i = 0; i < w.ntasks; i++)
		if (w.tasks[i].alive && on_path(w.tasks[i].space, space) &&
		    w.tasks[i].nr[d] == nr)
			return true;
	return false;
}

/* The next free number, going around; 0 if there is none. */
static pid_t allocate(int space)
{
	int numbers = space ? NUMBERS : 4 * NUMBERS;

	for (int i = 0; i < numbers; i++) {
		pid_t nr = w.next[space]++;

		if (w.next[space] > numbers)
			w.next[space] = 2;
		if (!taken(space, nr))
			return nr;
	}
	return 0;
}

static void add_task(int space)
{
	struct task *t = &w.tasks[w.ntasks];
	int s;

	if (w.ntasks == MAX_TASKS || !w.spaces[space].alive)
		return;
	*t = (struct task){ .space = space, .depth = w.spaces[space].depth };
	for (s = space; s >= 0; s = w.spaces[s].parent) {
		t->nr[w.spaces[s].depth] = allocate(s);
		t->inums[w.spaces[s].depth] = w.spaces[s].inum;
		if (!t->nr[w.spaces[s].depth])
			return;
	}
	t->alive = true;
	t->start = ++w.ntasks;
}

static bool inum_free(uint32_t inum)
{
	for (int i = 0; i < w.nspaces; i++)
		if (w.spaces[i].alive && w.spaces[i].inum == inum)
			return false;
	return true;
}

static void add_space(int parent, uint32_t inum)
{
	int i = w.nspaces, tasks = w.ntasks;

	if (i == MAX_SPACES || !inum_free(inum))
		return;
	if (parent >= 0 && (!w.spaces[parent].alive ||
			    w.spaces[parent].depth + 1 == DEPTHS))
		return;
	w.spaces[i].inum = inum;
	w.spaces[i].parent = parent;
	w.spaces[i].depth = parent < 0 ? 0 : w.spaces[parent].depth + 1;
	w.spaces[i].alive = true;
	w.next[i] = 1;
	w.nspaces++;
	add_task(i);
	if (w.ntasks == tasks) {
		w.spaces[i].alive = false;
		w.nspaces--;
	}
}

/* With an init, all of its namespace go, those below included. */
static void end_task(struct task *t)
{
	int i, space = t->space;

	if (!t->alive || !space)
		if (t->nr[t->depth] == 1 || !t->alive)
			return;
	if (t->nr[t->depth] != 1) {
		t->alive = false;
		return;
	}
	for (i = 0; i < w.ntasks; i++)
		if (on_path(w.tasks[i].space, space))
			w.tasks[i].alive = false;
	for (i = 0; i < w.nspaces; i++)
		if (on_path(i, space))
			w.spaces[i].alive = false;
}

/* One thing that happens, or none */
static void happen(void)
{
	unsigned int what = byte(w.b), which = byte(w.b);

	switch (what % 5) {
	case 1:
		add_task(which % w.nspaces);
		break;
	case 2:
		add_space(which % w.nspaces, 200 + what / 5 % INUMS);
		break;
	case 3:
		end_task(&w.tasks[which % w.ntasks]);
		break;
	case 4:
		/* the namespace of that inode number, and another for it */
		for (int i = 0; i < w.ntasks; i++) {
			struct task *t = &w.tasks[i];

			if (t->alive && t->nr[t->depth] == 1 &&
			    t->inums[t->depth] == 200 + what / 5 % INUMS)
				end_task(t);
		}
		add_space(which % w.nspaces, 200 + what / 5 % INUMS);
		break;
	}
}

/* ------------------------------------------------- a back end that tells it */

/* The task alive with the least number of the view above @nr */
static struct task *after(pid_t nr)
{
	struct task *found = NULL;

	for (int i = 0; i < w.ntasks; i++) {
		struct task *t = &w.tasks[i];

		if (t->alive && t->nr[0] > nr &&
		    (!found || t->nr[0] < found->nr[0]))
			found = t;
	}
	return found;
}

static int fake_list(struct pidmap *h, const struct pidmap_nsref *ns,
		     unsigned int flags, struct walk *walk)
{
	char room[256] __attribute__((aligned(8)));
	struct pidmap_task *rec = (void *)room;
	const struct task *t;
	pid_t nr = 0;

	(void)h, (void)ns, (void)flags;
	for (happen(); (t = after(nr)) && !walk->stopped; happen()) {
		unsigned int levels = t->depth + 1;

		nr = t->nr[0];
		memset(room, 0, sizeof(room));
		rec->levels = levels;
		rec->nr_offset = sizeof(*rec);
		rec->size = sizeof(*rec) + (levels + levels % 2) * 4;
		rec->inum = t->inums[t->depth];
		rec->tgid = nr;
		rec->start_time = t->start;
		memcpy(rec + 1, t->nr, levels * 4);
		walk->stopped = walk->task(rec, walk->arg);
	}
	return 0;
}

static int fake_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			struct walk *walk)
{
	const struct task *t;
	pid_t nr = 0;

	(void)h, (void)ns;
	for (happen(); (t = after(nr)) && !walk->stopped; happen()) {
		struct pidmap_ns rec = {
			.size = sizeof(rec),
			.level = t->depth,
			.inum = t->inums[t->depth],
			.parent_inum = t->depth ? t->inums[t->depth - 1] : 0,
			.init = t->nr[0],
			.start_time = t->start,
		};

		nr = t->nr[0];
		if (t->nr[t->depth] == 1)
			walk->stopped = walk->ns(&rec, walk->arg);
	}
	return 0;
}

static const struct backend_ops fake_ops = {
	.name = "fake",
	.list = fake_list,
	.list_ns = fake_list_ns,
};

static struct pidmap fake = { .ops = { &fake_ops } };

/* ------------------------------------------------------------------ oracle */

/* Was there ever such a task? */
static bool was_so(const struct pidmap_pid *pids, int n)
{
	int i, d;

	for (i = 0; i < w.ntasks; i++) {
		const struct task *t = &w.tasks[i];

		for (d = 0; d < n && t->depth + 1 == n; d++)
			if (pids[d].nr != t->nr[d] ||
			    pids[d].inum != t->inums[d])
				break;
		if (t->depth + 1 == n && d == n)
			return true;
	}
	return false;
}

/* All numbers of a record, by what the snapshot says of the namespaces */
static int numbers_of(const struct pidmap_snapshot *s,
		      const struct pidmap_task *rec, struct pidmap_pid *pids)
{
	uint32_t inum = rec->inum;
	int level;
	size_t i;

	for (level = rec->levels - 1; level >= 0; level--) {
		pids[level].nr = pidmap_task_nr(rec)[level];
		pids[level].inum = inum;
		for (i = 0; i < pidmap_snapshot_ns_count(s); i++)
			if (pidmap_snapshot_ns(s, i)->inum == inum)
				break;
		must(i < pidmap_snapshot_ns_count(s));
		inum = pidmap_snapshot_ns(s, i)->parent_inum;
	}
	must(!inum);
	return rec->levels;
}

/* Records of tasks at whose depth of @from stands @nr. Return: how many */
static int search(const struct pidmap_snapshot *s, pid_t nr, uint32_t from,
		  uint32_t to, pid_t answer, bool *found)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int count = 0;

	*found = false;
	for (size_t i = 0; i < pidmap_snapshot_size(s); i++) {
		int n = numbers_of(s, pidmap_snapshot_task(s, i), pids);
		bool has = false;
		pid_t there = 0;

		for (int d = 0; d < n; d++) {
			has |= pids[d].inum == from && pids[d].nr == nr;
			if (pids[d].inum == to)
				there = pids[d].nr;
		}
		count += has;
		*found |= has && there == answer;
	}
	return count;
}

static void check_answer(const struct pidmap_snapshot *s, pid_t nr,
			 uint32_t from, uint32_t to)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	bool found;
	pid_t answer;
	int n;

	errno = 0;
	answer = pidmap_snapshot_translate(s, nr, from, to);
	if (search(s, nr, from, to ? to : top_inum, answer, &found))
		must(found || errno == ENOENT);
	else
		must(!answer && (errno == ESRCH || errno == ENOENT));
	n = pidmap_snapshot_pids(s, nr, from, pids, ARRAY_SIZE(pids));
	must(n >= 0 && n <= DEPTHS);
	if (n)
		must(was_so(pids, n));
}

static void check_all(const struct pidmap_snapshot *s)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int i, n, times;
	size_t k;

	for (k = 0; k < pidmap_snapshot_size(s); k++) {
		const struct pidmap_task *rec = pidmap_snapshot_task(s, k);

		must(was_so(pids, numbers_of(s, rec, pids)));
		for (n = 0; n < rec->levels; n++)
			check_answer(s, pidmap_task_nr(rec)[n], pids[n].inum, rec->inum);
	}
	for (i = 0; i < w.ntasks; i++) {
		const struct task *t = &w.tasks[i];

		times = 0;
		for (k = 0; k < pidmap_snapshot_size(s); k++) {
			const struct pidmap_task *rec =
				pidmap_snapshot_task(s, k);

			times += pidmap_task_nr(rec)[0] == t->nr[0] &&
				 rec->levels == t->depth + 1 &&
				 rec->inum == t->inums[t->depth];
		}
		must(!t->alive || !t->old || times == 1);
	}
	for (i = 0; i < 16; i++) {
		n = byte(w.b);
		check_answer(s, n % (NUMBERS + 2), 200 + n / 16 % INUMS,
			     i % 2 ? top_inum : 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data, data + size };
	struct pidmap_snapshot *s;
	int i;

	memset(&w, 0, sizeof(w));
	w.b = &b;
	add_space(-1, top_inum);
	for (i = byte(&b) % 64; i > 0; i--)
		happen();
	for (i = 0; i < w.ntasks; i++)
		w.tasks[i].old = true;
	s = pidmap_snapshot_new(&fake, pidmap_ns_view(), 0);
	if (s) {
		check_all(s);
		pidmap_snapshot_free(s);
	}
	return 0;
}
