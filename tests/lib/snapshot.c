// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * Snapshots of made-up worlds: a back end that tells what the test wants, and
 * answers compared with a search through all records.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "internal.h"

#define MAX_SPACES	64
#define MAX_TASKS	20000

struct fake_task {
	int space;
	pid_t nr[PIDMAP_MAX_PIDS];
	uint64_t start_time;
};

/* A world, and what happens in it between one walk and the next. */
static struct world {
	struct pidmap_ns spaces[MAX_SPACES];
	int parent[MAX_SPACES];
	int depth[MAX_SPACES];
	int nspaces;
	struct fake_task tasks[MAX_TASKS];
	int ntasks;
	int walks;
	void (*before_walk)(int walk);
} w;

static struct pidmap_task *make_record(const struct fake_task *t, char *room)
{
	struct pidmap_task *rec = (void *)room;

	memset(rec, 0, sizeof(*rec));
	rec->levels = w.depth[t->space] + 1;
	rec->nr_offset = sizeof(*rec);
	rec->size = sizeof(*rec) + (rec->levels + rec->levels % 2) * 4;
	rec->inum = w.spaces[t->space].inum;
	rec->tgid = t->nr[0];
	rec->start_time = t->start_time;
	memcpy(rec + 1, t->nr, (rec->levels + rec->levels % 2) * 4);
	return rec;
}

static void next_walk(void)
{
	if (w.before_walk)
		w.before_walk(w.walks);
	w.walks++;
}

static int fake_list(struct pidmap *h, const struct pidmap_nsref *ns,
		     unsigned int flags, struct walk *walk)
{
	char room[256] __attribute__((aligned(8)));
	int i;

	(void)h;
	(void)ns;
	(void)flags;
	next_walk();
	for (i = 0; i < w.ntasks && !walk->stopped; i++)
		walk->stopped = walk->task(make_record(&w.tasks[i], room),
					   walk->arg);
	return 0;
}

static int fake_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			struct walk *walk)
{
	int i;

	(void)h;
	(void)ns;
	next_walk();
	for (i = 0; i < w.nspaces && !walk->stopped; i++)
		if (w.spaces[i].inum)
			walk->stopped = walk->ns(&w.spaces[i], walk->arg);
	return 0;
}

static const struct backend_ops fake_ops = {
	.name = "fake",
	.list = fake_list,
	.list_ns = fake_list_ns,
};

static struct pidmap fake = { .ops = { &fake_ops } };

static int add_space(int parent, uint32_t inum)
{
	int i = w.nspaces++;

	w.parent[i] = parent;
	w.depth[i] = parent < 0 ? 0 : w.depth[parent] + 1;
	w.spaces[i] = (struct pidmap_ns){
		.size = sizeof(struct pidmap_ns),
		.inum = inum,
		.parent_inum = parent < 0 ? 0 : w.spaces[parent].inum,
	};
	return i;
}

/* Its number in its own namespace and in the view; those between differ. */
static struct fake_task *add_task(int space, pid_t leaf, pid_t top)
{
	struct fake_task *t = &w.tasks[w.ntasks++];
	int d;

	memset(t, 0, sizeof(*t));
	t->space = space;
	for (d = 0; d < w.depth[space]; d++)
		t->nr[d] = top + 1000000 * d;
	t->nr[w.depth[space]] = leaf;
	t->start_time = w.ntasks;
	if (leaf == 1) {
		w.spaces[space].init = t->nr[0];
		w.spaces[space].start_time = t->start_time;
	}
	return t;
}

static int reset(void **state)
{
	(void)state;
	memset(&w, 0, sizeof(w));
	add_space(-1, 4026531836U);
	add_task(0, 1, 1);
	return 0;
}

static pid_t number_in(const struct fake_task *t, int space)
{
	int s = t->space;

	while (s >= 0 && s != space)
		s = w.parent[s];
	return s < 0 ? 0 : t->nr[w.depth[space]];
}

/* Every number of every task in every namespace of a sample. */
static void compare(struct pidmap_snapshot *s)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int i, from, to, step = 1 + w.ntasks / 200;

	assert_int_equal(pidmap_snapshot_size(s), w.ntasks);
	assert_int_equal(pidmap_snapshot_ns_count(s), w.nspaces);
	for (i = 0; i < w.ntasks; i += step)
	for (from = 0; from < w.nspaces; from++) {
		const struct fake_task *t = &w.tasks[i];
		pid_t nr = number_in(t, from);
		int count;

		if (!nr)
			continue;
		for (to = 0; to < w.nspaces; to++) {
			pid_t want = number_in(t, to);

			errno = 0;
			assert_int_equal(pidmap_snapshot_translate(s, nr,
					 w.spaces[from].inum,
					 w.spaces[to].inum), want);
			assert_int_equal(errno, want ? 0 : EREMOTE);
		}
		count = pidmap_snapshot_pids(s, nr, w.spaces[from].inum, pids,
					     PIDMAP_MAX_PIDS);
		assert_int_equal(count, w.depth[t->space] + 1);
		for (to = t->space; count--; to = w.parent[to]) {
			assert_int_equal(pids[count].nr, t->nr[count]);
			assert_int_equal(pids[count].inum, w.spaces[to].inum);
		}
	}
}

static struct pidmap_snapshot *take(void)
{
	struct pidmap_snapshot *s = pidmap_snapshot_new(&fake,
							pidmap_ns_view(), 0);

	assert_non_null(s);
	return s;
}

static void one_task(void **state)
{
	struct pidmap_snapshot *s = take();

	(void)state;
	compare(s);
	errno = 0;
	assert_int_equal(pidmap_snapshot_translate(s, 2, 0, 0), 0);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(pidmap_snapshot_translate(s, 1, 7, 0), 0);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(pidmap_snapshot_translate(s, 0x7fffffff, 0, 0), 0);
	assert_int_equal(pidmap_snapshot_translate(s, -1, 0, 0), 0);
	assert_int_equal(pidmap_snapshot_translate(s, 0, 0, 0), 0);
	assert_null(pidmap_snapshot_task(s, 1));
	assert_null(pidmap_snapshot_ns(s, 1));
	pidmap_snapshot_free(s);
}

/* Numbers a multiple of 16, or of 65536, apart. */
static void numbers_far_apart(void **state)
{
	static const int strides[] = { 1, 2, 16, 17, 256, 4096, 65536 };
	struct pidmap_snapshot *s;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(strides); i++)
	for (n = 1; n <= 4096; n *= 8) {
		reset(state);
		while (w.ntasks <= n)
			add_task(0, w.ntasks * strides[i] + 1, 0);
		s = take();
		compare(s);
		pidmap_snapshot_free(s);
	}
}

static void deepest(void **state)
{
	struct pidmap_snapshot *s;
	int i;

	(void)state;
	for (i = 1; i < PIDMAP_MAX_PIDS; i++) {
		add_space(i - 1, 100 + i);
		add_task(i, 1, 1000 + i);
		add_task(i, 2, 2000 + i);
	}
	s = take();
	compare(s);
	pidmap_snapshot_free(s);
}

/* Namespaces are told of in any order, tasks of many in turn. */
static void random_worlds(void **state)
{
	struct pidmap_snapshot *s;
	int round, i;

	for (round = 0; round < 30; round++) {
		reset(state);
		srandom(round);
		while (w.nspaces < 40) {
			int parent = random() % w.nspaces;

			if (w.depth[parent] < 6)
				add_space(parent, 500 - w.nspaces);
		}
		for (i = 1; i < w.nspaces; i++)
			add_task(i, 1, 10 + i);
		for (i = 0; i < 5000; i++)
			add_task(random() % (w.nspaces - 1) + 1, 2 + i,
				 100 + i);
		s = take();
		compare(s);
		pidmap_snapshot_free(s);
	}
}

/* Between the list of tasks and that of namespaces, namespace 1 dies. */
static void kill_space(int walk)
{
	if (walk == 1)
		w.spaces[1].inum = 0;
}

static void death(void **state)
{
	struct pidmap_snapshot *s;

	(void)state;
	add_space(0, 100);
	add_task(1, 1, 10);
	add_space(0, 101);
	add_task(2, 1, 20);
	w.before_walk = kill_space;
	s = take();
	assert_int_equal(pidmap_snapshot_size(s), 2);
	assert_int_equal(pidmap_snapshot_translate(s, 10, 0, 0), 0);
	assert_int_equal(errno, ESRCH);
	assert_int_equal(pidmap_snapshot_translate(s, 20, 0, 101), 1);
	assert_int_equal(pidmap_snapshot_translate(s, 1, 101, 0), 20);
	pidmap_snapshot_free(s);
}

/*
 * A namespace dies and another takes its inode number, at another place, after
 * the tasks were listed; in the second round, nothing happens any more.
 */
static void replace_space(int walk)
{
	if (walk != 1)
		return;
	w.spaces[1].init = 30;
	w.tasks[1].nr[0] = 30;
	w.tasks[2].nr[0] = 31;
}

static void replaced_after_the_list(void **state)
{
	struct pidmap_snapshot *s;

	(void)state;
	add_space(0, 100);
	add_task(1, 1, 10);
	add_task(1, 2, 11);
	w.before_walk = replace_space;
	s = take();
	assert_true(w.walks > 2);
	assert_int_equal(pidmap_snapshot_translate(s, 10, 0, 100), 0);
	assert_int_equal(pidmap_snapshot_translate(s, 1, 100, 0), 30);
	assert_int_equal(pidmap_snapshot_translate(s, 2, 100, 0), 31);
	pidmap_snapshot_free(s);
}

/* The same during the list: its first tasks are of the dead one. */
static void replaced_during_the_list(void **state)
{
	struct pidmap_snapshot *s;

	(void)state;
	add_space(0, 100);
	add_task(1, 7, 5);		/* of the dead one */
	add_task(1, 1, 10);
	add_task(1, 7, 11);
	s = take();
	/* Told apart by a list of namespaces before. */
	assert_int_equal(w.walks, 5);
	pidmap_snapshot_free(s);

	reset(state);
	add_space(0, 100);
	add_task(1, 1, 5);		/* of the dead one */
	add_task(1, 1, 10);
	s = take();
	assert_int_equal(w.walks, 5);
	pidmap_snapshot_free(s);

	/* And all the time another one: none of its tasks is taken. */
	reset(state);
	add_space(0, 100);
	add_task(1, 1, 10);
	w.spaces[1].init = 11;
	s = take();
	assert_int_equal(w.walks, 5);
	pidmap_snapshot_free(s);

	/* Even if the numbers came around, and its init has the same. */
	reset(state);
	add_space(0, 100);
	add_task(1, 1, 10);
	w.spaces[1].start_time++;
	s = take();
	assert_int_equal(w.walks, 5);
	pidmap_snapshot_free(s);
}

/* A newer kernel's records: more before the numbers, more behind the rest. */
static int grown_list(struct pidmap *h, const struct pidmap_nsref *ns,
		      unsigned int flags, struct walk *walk)
{
	struct {
		struct pidmap_task rec;
		uint64_t more[2];
		pid_t nr[2];
	} r = {
		.rec.size = sizeof(r),
		.rec.nr_offset = offsetof(__typeof__(r), nr),
		.rec.levels = 1,
		.rec.inum = 7,
		.more = { 11, 12 },
	};
	int i;

	(void)h;
	(void)ns;
	(void)flags;
	for (i = 1; i <= 100 && !walk->stopped; i++) {
		r.rec.tgid = r.nr[0] = i;
		walk->stopped = walk->task(&r.rec, walk->arg);
	}
	return 0;
}

static int grown_list_ns(struct pidmap *h, const struct pidmap_nsref *ns,
			 struct walk *walk)
{
	struct {
		struct pidmap_ns rec;
		uint64_t more;
	} r = {
		.rec.size = sizeof(r),
		.rec.inum = 7,
		.rec.init = 1,
		.more = 13,
	};

	(void)h;
	(void)ns;
	walk->stopped = walk->ns(&r.rec, walk->arg);
	return 0;
}

static void grown_records(void **state)
{
	static const struct backend_ops grown = {
		.list = grown_list,
		.list_ns = grown_list_ns,
	};
	struct pidmap h = { .ops = { &grown } };
	struct pidmap_snapshot *s = pidmap_snapshot_new(&h, pidmap_ns_view(),
							0);
	const struct pidmap_task *task;
	const struct pidmap_ns *ns;
	int i;

	(void)state;
	assert_non_null(s);
	assert_int_equal(pidmap_snapshot_size(s), 100);
	for (i = 1; i <= 100; i++)
		assert_int_equal(pidmap_snapshot_translate(s, i, 7, 0), i);
	task = pidmap_snapshot_task(s, 99);
	assert_int_equal(task->size, sizeof(*task) + 16 + 8);
	assert_int_equal(((const uint64_t *)(task + 1))[1], 12);
	ns = pidmap_snapshot_ns(s, 0);
	assert_int_equal(ns->size, sizeof(*ns) + 8);
	assert_int_equal(*(const uint64_t *)(ns + 1), 13);
	pidmap_snapshot_free(s);
}

static int fail_list(struct pidmap *h, const struct pidmap_nsref *ns,
		     unsigned int flags, struct walk *walk)
{
	(void)h;
	(void)ns;
	(void)flags;
	(void)walk;
	return -EPERM;
}

static void failure(void **state)
{
	static const struct backend_ops no_list = { .list_ns = fake_list_ns };
	static const struct backend_ops bad_list = {
		.list = fail_list,
		.list_ns = fake_list_ns,
	};
	struct pidmap h = { .ops = { &no_list } };

	(void)state;
	assert_null(pidmap_snapshot_new(&h, pidmap_ns_view(), 0));
	assert_int_equal(errno, EOPNOTSUPP);
	h.ops[0] = &bad_list;
	assert_null(pidmap_snapshot_new(&h, pidmap_ns_view(), 0));
	assert_int_equal(errno, EPERM);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(one_task, reset),
		cmocka_unit_test_setup(numbers_far_apart, reset),
		cmocka_unit_test_setup(deepest, reset),
		cmocka_unit_test_setup(random_worlds, reset),
		cmocka_unit_test_setup(death, reset),
		cmocka_unit_test_setup(replaced_after_the_list, reset),
		cmocka_unit_test_setup(replaced_during_the_list, reset),
		cmocka_unit_test(grown_records),
		cmocka_unit_test_setup(failure, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
