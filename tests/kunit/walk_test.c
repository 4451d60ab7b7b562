// SPDX-License-Identifier: GPL-2.0-only
/*
 * Walks over the idr of a made-up namespace, and look-ups that follow each
 * other. walk_fallback_test.c compiles all of it once more, for kernels whose
 * PIDs are kept in something else.
 */
#include <kunit/test.h>
#include <linux/delay.h>
#include <linux/err.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/slab.h>
#include <linux/threads.h>
#include <linux/user_namespace.h>

#include "compat.h"
#include "fake.h"
#include "lookup.h"
#include "record.h"
#include "walk.h"

#ifndef WALK_SUITE
#define WALK_SUITE "pidmap_walk"
#endif

#define LEVELS (PIDMAP_MAX_LEVEL + 1)

/* The length of a record of one or two numbers. */
#define RECORD 64

/* Around the edges of the radix tree's nodes. */
static const pid_t sparse[] = {
	1, 2, 62, 63, 64, 65, 127, 128, 191, 320, 4094, 4095, 4096, 4097, 4161,
	32767, 32768, 262143, 262144, 262145, 1000000, PID_MAX_LIMIT - 1,
};

struct walk {
	struct pid_namespace *root, *leaf;
	struct pidmap_batch b;
	u8 buffer[2048] __aligned(8);
	pid_t seen[64];
	int count;
};

static int walk_init(struct kunit *test)
{
	struct walk *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, w);
	w->root = fake_ns(test, NULL);
	w->leaf = fake_ns(test, w->root);
	w->b.ns = w->leaf;
	w->b.view = w->leaf;
	w->b.user_ns = &init_user_ns;
	w->b.buffer = w->buffer;
	w->b.room = sizeof(w->buffer);
	test->priv = w;
	return 0;
}

/* The numbers of @leaf, which are no one's in the root. */
static struct pid *member(struct kunit *test, struct pid_namespace *leaf,
			  pid_t nr)
{
	return fake_pid(test, leaf, (pid_t[]){ PID_MAX_LIMIT + nr, nr });
}

static void populate(struct kunit *test, struct walk *w)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(sparse); i++)
		fake_task(test, member(test, w->leaf, sparse[i]), NULL);
}

/* One batch from @cursor on, into a buffer that shows what was written. */
static void batch(struct walk *w, u64 cursor)
{
	memset(w->buffer, 0x55, sizeof(w->buffer));
	w->b.cursor = cursor;
	w->b.used = 0;
	w->b.count = 0;
	pidmap_walk_tasks(&w->b);
}

/* All from @cursor on: the first number of each record goes into seen[]. */
static void walk_all(struct kunit *test, struct walk *w, u64 cursor)
{
	int batches = 0;

	w->count = 0;
	while (cursor != PIDMAP_CURSOR_END) {
		const struct pidmap_task *rec = w->b.buffer;
		u32 used = 0, i;

		batch(w, cursor);
		KUNIT_ASSERT_LE(test, w->b.used, w->b.room);
		for (i = 0; i < w->b.count; i++) {
			KUNIT_ASSERT_LT(test, w->count, ARRAY_SIZE(w->seen));
			KUNIT_ASSERT_EQ(test, 0, rec->size % 8);
			w->seen[w->count++] = pidmap_task_nr(rec)[0];
			used += rec->size;
			rec = (const void *)rec + rec->size;
		}
		KUNIT_ASSERT_EQ(test, used, w->b.used);
		KUNIT_ASSERT_GT_MSG(test, w->b.cursor, cursor, "no progress");
		KUNIT_ASSERT_LT(test, batches++, 1000);
		cursor = w->b.cursor;
	}
}

static void expect_sparse_from(struct kunit *test, struct walk *w, u64 cursor)
{
	int i, skipped = 0;

	while (skipped < ARRAY_SIZE(sparse) && sparse[skipped] < cursor)
		skipped++;
	KUNIT_ASSERT_EQ_MSG(test, (int)ARRAY_SIZE(sparse) - skipped, w->count,
			    "from %llu on", cursor);
	for (i = 0; i < w->count; i++)
		KUNIT_ASSERT_EQ_MSG(test, sparse[skipped + i], w->seen[i],
				    "from %llu on", cursor);
}

static void holes(struct kunit *test)
{
	struct walk *w = test->priv;

	populate(test, w);
	walk_all(test, w, 0);
	expect_sparse_from(test, w, 0);
}

/* Whatever the buffer's length, the same comes out. */
static void every_room(struct kunit *test)
{
	struct walk *w = test->priv;

	populate(test, w);
	for (w->b.room = RECORD; w->b.room <= 512; w->b.room++) {
		walk_all(test, w, 0);
		expect_sparse_from(test, w, 0);
	}
}

static void every_cursor(struct kunit *test)
{
	struct walk *w = test->priv;
	int i, off;

	populate(test, w);
	for (i = 0; i < ARRAY_SIZE(sparse); i++) {
		for (off = -1; off <= 1; off++) {
			walk_all(test, w, sparse[i] + off);
			expect_sparse_from(test, w, sparse[i] + off);
		}
	}
}

/* Cursors nobody was given. */
static void cursor_past_all(struct kunit *test)
{
	static const u64 cursors[] = {
		PID_MAX_LIMIT, INT_MAX - 1, INT_MAX, INT_MAX + 1ULL, UINT_MAX,
		UINT_MAX + 1ULL, UINT_MAX + 2ULL, S64_MAX, S64_MAX + 1ULL,
		PIDMAP_CURSOR_END - 1, PIDMAP_CURSOR_END,
	};
	struct walk *w = test->priv;
	int i;

	populate(test, w);
	for (i = 0; i < ARRAY_SIZE(cursors); i++) {
		batch(w, cursors[i]);
		KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, w->b.cursor);
		KUNIT_EXPECT_EQ(test, 0, w->b.used);
		KUNIT_EXPECT_EQ(test, 0, w->b.count);
	}
}

static void nobody(struct kunit *test)
{
	struct walk *w = test->priv;

	batch(w, 0);
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, w->b.cursor);
	KUNIT_EXPECT_EQ(test, 0, w->b.count);
}

static void the_only_one(struct kunit *test)
{
	struct walk *w = test->priv;

	fake_task(test, member(test, w->leaf, 1), NULL);
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 1, w->count);
	KUNIT_EXPECT_EQ(test, 1, w->seen[0]);
	walk_all(test, w, 2);
	KUNIT_EXPECT_EQ(test, 0, w->count);
}

static void room_too_small(struct kunit *test)
{
	struct walk *w = test->priv;

	fake_task(test, member(test, w->leaf, 5), NULL);
	fake_task(test, member(test, w->leaf, 6), NULL);
	for (w->b.room = 0; w->b.room < RECORD; w->b.room++) {
		batch(w, 0);
		KUNIT_EXPECT_EQ(test, 5, w->b.cursor);
		KUNIT_EXPECT_EQ(test, 0, w->b.used);
		KUNIT_EXPECT_EQ(test, 0, w->b.count);
		batch(w, 5);
		KUNIT_EXPECT_EQ(test, 5, w->b.cursor);
		KUNIT_EXPECT_EQ_MSG(test, 0x55, w->buffer[0],
				    "written with room for %u", w->b.room);
	}
	/* one fits, the next does not */
	w->b.room = 2 * RECORD - 1;
	batch(w, 0);
	KUNIT_EXPECT_EQ(test, 6, w->b.cursor);
	KUNIT_EXPECT_EQ(test, RECORD, w->b.used);
	KUNIT_EXPECT_EQ(test, 1, w->b.count);
	KUNIT_EXPECT_EQ_MSG(test, 0x55, w->buffer[RECORD],
			    "written past its end");
	w->b.room = 2 * RECORD;
	batch(w, 0);
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, w->b.cursor);
	KUNIT_EXPECT_EQ(test, 2, w->b.count);
}

/* 10: a process, 11: its thread, 12: only a PGID, 13: nothing any more */
static void threads_or_not(struct kunit *test)
{
	struct walk *w = test->priv;
	struct task_struct *leader;
	const struct pidmap_task *rec = w->b.buffer;

	leader = fake_task(test, member(test, w->leaf, 10), NULL);
	fake_task(test, member(test, w->leaf, 11), leader);
	fake_join(leader, PIDTYPE_PGID, member(test, w->leaf, 12));
	member(test, w->leaf, 13);

	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 1, w->count);
	KUNIT_EXPECT_EQ(test, 10, w->seen[0]);

	w->b.flags = PIDMAP_LIST_THREADS;
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 2, w->count);
	KUNIT_EXPECT_EQ(test, 10, w->seen[0]);
	KUNIT_EXPECT_EQ(test, 11, w->seen[1]);
	batch(w, 11);
	KUNIT_EXPECT_EQ_MSG(test, 10, rec->tgid, "of the thread");
	w->b.view = w->root;
	batch(w, 11);
	KUNIT_EXPECT_EQ(test, PID_MAX_LIMIT + 10, rec->tgid);
	KUNIT_EXPECT_EQ(test, PID_MAX_LIMIT + 11, pidmap_task_nr(rec)[0]);
	KUNIT_EXPECT_EQ(test, 11, pidmap_task_nr(rec)[1]);
	batch(w, 10);
	KUNIT_EXPECT_EQ(test, PID_MAX_LIMIT + 10, rec->tgid);
}

static void direct_or_not(struct kunit *test)
{
	struct walk *w = test->priv;
	struct pid_namespace *child = fake_ns(test, w->leaf);
	struct task_struct *leader;

	fake_task(test, member(test, w->leaf, 10), NULL);
	leader = fake_task(test, fake_pid(test, child, (pid_t[]){ 9, 20, 1 }),
			   NULL);
	fake_task(test, fake_pid(test, child, (pid_t[]){ 8, 21, 2 }), leader);

	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 2, w->count);
	w->b.flags = PIDMAP_LIST_DIRECT;
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 1, w->count);
	KUNIT_EXPECT_EQ(test, 10, w->seen[0]);
	w->b.ns = child;
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 1, w->count);
	KUNIT_EXPECT_EQ(test, 20, w->seen[0]);
	w->b.flags = PIDMAP_LIST_DIRECT | PIDMAP_LIST_THREADS;
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 2, w->count);
	KUNIT_EXPECT_EQ(test, 21, w->seen[1]);
	/* not its members: the namespace itself has none */
	w->b.ns = w->root;
	w->b.view = w->root;
	walk_all(test, w, 0);
	KUNIT_EXPECT_EQ(test, 0, w->count);
}

/* A record tells all numbers from the view down; each length of record. */
static void record_content(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	struct walk *w = test->priv;
	const struct pidmap_task *rec = w->b.buffer;
	int leaf, view, i;

	fake_ns_chain(test, ns, LEVELS);
	w->b.time_offset = 1000;
	for (leaf = 0; leaf < LEVELS; leaf++) {
		struct pid *pid = fake_pid_of_chain(test, ns[leaf]);
		struct task_struct *task = fake_task(test, pid, NULL);

		task->start_boottime = leaf * 1000000ULL;
		for (view = 0; view <= leaf; view++) {
			int levels = leaf - view + 1;
			int padded = ALIGN(levels, 2);

			w->b.view = ns[view];
			w->b.ns = ns[(view + leaf) / 2];
			w->b.room = sizeof(*rec) + padded * sizeof(s32);
			KUNIT_ASSERT_LE(test, w->b.room, PIDMAP_RECORD_MAX);
			batch(w, fake_chain_nr(leaf, w->b.ns->level));
			KUNIT_ASSERT_EQ(test, 1, w->b.count);
			KUNIT_ASSERT_EQ(test, w->b.room, w->b.used);
			KUNIT_ASSERT_EQ(test, w->b.room, rec->size);
			KUNIT_ASSERT_EQ(test, levels, rec->levels);
			KUNIT_ASSERT_EQ(test, ns[leaf]->ns.inum, rec->inum);
			KUNIT_ASSERT_EQ(test, fake_chain_nr(leaf, view),
					rec->tgid);
			KUNIT_ASSERT_EQ(test, 0, rec->reserved);
			KUNIT_ASSERT_EQ(test, leaf * 1000000ULL + 1000,
					rec->start_time);
			for (i = 0; i < levels; i++)
				KUNIT_ASSERT_EQ(test,
						fake_chain_nr(leaf, view + i),
						pidmap_task_nr(rec)[i]);
			for (; i < padded; i++)
				KUNIT_ASSERT_EQ_MSG(test, 0,
						    pidmap_task_nr(rec)[i],
						    "padding");
			KUNIT_ASSERT_EQ_MSG(test, 0x55, w->buffer[w->b.room],
					    "written past the room");
		}
	}
	KUNIT_EXPECT_EQ(test, PIDMAP_RECORD_MAX,
			sizeof(*rec) + ALIGN(LEVELS, 2) * sizeof(s32));
}

/* However many IDs yield nothing, a batch looks at a bounded number. */
static void bounded(struct kunit *test)
{
	struct walk *w = test->priv;
	int i, batches = 0;

	for (i = 1; i <= 6000; i++)
		member(test, w->leaf, i);
	fake_task(test, member(test, w->leaf, 6001), NULL);
	w->b.cursor = 0;
	while (w->b.cursor != PIDMAP_CURSOR_END) {
		u64 last = w->b.cursor;

		batch(w, last);
		batches++;
		KUNIT_ASSERT_GT(test, w->b.cursor, last);
		if (w->b.cursor != PIDMAP_CURSOR_END) {
			KUNIT_ASSERT_LE(test, w->b.cursor - last, 2048);
			KUNIT_ASSERT_EQ(test, 0, w->b.count);
		}
	}
	KUNIT_EXPECT_EQ(test, 1, w->b.count);
	KUNIT_EXPECT_GE(test, batches, 3);
}

/* --------------------------------------------------------- namespaces */

/* Each namespace of a chain, and in the leaf some more members. */
static void inits(struct kunit *test, struct pid_namespace **ns, int count)
{
	pid_t nr[LEVELS];
	int leaf, i;

	fake_ns_chain(test, ns, count);
	for (leaf = 0; leaf < count; leaf++) {
		for (i = 0; i <= leaf; i++)
			nr[i] = 1 + (leaf - i) * 10;
		fake_task(test, fake_pid(test, ns[leaf], nr), NULL);
		fake_task(test, fake_pid_same(test, ns[leaf], 1000 + leaf),
			  NULL);
	}
}

static void namespaces(struct kunit *test)
{
	struct pid_namespace *ns[5];
	struct walk *w = test->priv;
	const struct pidmap_ns *rec = w->b.buffer;
	struct pidmap_ns want;
	int top, i;

	inits(test, ns, ARRAY_SIZE(ns));
	for (top = 0; top < ARRAY_SIZE(ns); top++) {
		memset(w->buffer, 0x55, sizeof(w->buffer));
		w->b.ns = ns[top];
		w->b.view = ns[top / 2];
		w->b.cursor = 0;
		w->b.used = 0;
		w->b.count = 0;
		w->b.time_offset = 7;
		pidmap_walk_namespaces(&w->b);
		KUNIT_ASSERT_EQ(test, PIDMAP_CURSOR_END, w->b.cursor);
		KUNIT_ASSERT_EQ(test, ARRAY_SIZE(ns) - top, w->b.count);
		KUNIT_ASSERT_EQ(test, w->b.count * sizeof(*rec), w->b.used);
		for (i = top; i < ARRAY_SIZE(ns); i++) {
			want = (struct pidmap_ns) {
				.size = sizeof(want),
				.level = i,
				.inum = ns[i]->ns.inum,
				.id = pidmap_ns_id(ns[i]),
				.start_time = 1000000014,
				.parent_inum = i > top / 2 ?
					       ns[i - 1]->ns.inum : 0,
				.owner_inum = init_user_ns.ns.inum,
				.init = 1 + (i - top / 2) * 10,
				.pids = 2 * (ARRAY_SIZE(ns) - i),
			};
			KUNIT_EXPECT_EQ_MSG(test, 0,
					    memcmp(&want, &rec[i - top],
						   sizeof(want)),
					    "level %d from %d", i, top);
		}
	}
}

/* Where there is nothing to tell, a batch ends all the same. */
static void namespaces_far_apart(struct kunit *test)
{
	struct walk *w = test->priv;
	int batches = 0, i;

	fake_task(test, member(test, w->leaf, 1), NULL);
	for (i = 1; i < 40; i++)
		fake_task(test, member(test, w->leaf, 64 * i), NULL);
	w->b.cursor = 0;
	w->b.used = 0;
	w->b.count = 0;
	while (w->b.cursor != PIDMAP_CURSOR_END) {
		KUNIT_ASSERT_LT(test, batches++, 10);
		pidmap_walk_namespaces(&w->b);
	}
	KUNIT_EXPECT_EQ(test, 3, batches);
	KUNIT_EXPECT_EQ(test, 1, w->b.count);
}

static void namespaces_in_little_room(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	struct walk *w = test->priv;
	const struct pidmap_ns *rec = w->b.buffer;
	int i;

	inits(test, ns, LEVELS);
	w->b.ns = ns[0];
	w->b.view = ns[0];
	w->b.cursor = 0;
	for (i = 0; i < LEVELS; i++) {
		/* up to the next one, for which there is too little room */
		w->b.room = sizeof(*rec) - 1;
		w->b.used = 0;
		w->b.count = 0;
		pidmap_walk_namespaces(&w->b);
		KUNIT_ASSERT_EQ(test, 0, w->b.count);
		KUNIT_ASSERT_NE(test, PIDMAP_CURSOR_END, w->b.cursor);
		w->b.room = sizeof(*rec) + sizeof(*rec) / 2;
		pidmap_walk_namespaces(&w->b);
		KUNIT_ASSERT_EQ(test, 1, w->b.count);
		KUNIT_ASSERT_EQ(test, ns[i]->ns.inum, rec->inum);
	}
	w->b.used = 0;
	w->b.count = 0;
	for (i = 0; w->b.cursor != PIDMAP_CURSOR_END && i < 100; i++)
		pidmap_walk_namespaces(&w->b);
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, w->b.cursor);
	KUNIT_EXPECT_EQ(test, 0, w->b.count);
}

/* While its first process is being made, a namespace hides a flag there. */
static void namespace_counts_ids(struct kunit *test)
{
	struct walk *w = test->priv;
	const struct pidmap_ns *rec = w->b.buffer;

	fake_pid_same(test, w->leaf, 1);
	w->leaf->pid_allocated = PIDNS_ADDING | 77;
	pidmap_walk_namespaces(&w->b);
	KUNIT_EXPECT_EQ(test, 1, w->b.count);
	KUNIT_EXPECT_EQ(test, 77, rec->pids);
}

static struct pid_namespace *find(struct pid_namespace *view, u64 inum)
{
	const struct pidmap_nsref name = {
		.kind = PIDMAP_NS_INUM, .value = inum,
	};

	return pidmap_walk_find(view, &name);
}

static void find_by_inum(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	struct pid_namespace *sibling, *unborn;
	int i;

	inits(test, ns, LEVELS);
	sibling = fake_ns(test, ns[1]);
	unborn = fake_ns(test, ns[1]);
	fake_pid(test, sibling, (pid_t[]){ 2000, 2000, 1 });
	for (i = 0; i < LEVELS; i++) {
		KUNIT_ASSERT_PTR_EQ(test, ns[i], find(ns[0], ns[i]->ns.inum));
		KUNIT_ASSERT_EQ_MSG(test, 2, fake_ns_refs(ns[i]),
				    "no reference");
		put_pid_ns(ns[i]);
		KUNIT_ASSERT_PTR_EQ(test, ns[i], find(ns[i], ns[i]->ns.inum));
		put_pid_ns(ns[i]);
	}
	KUNIT_EXPECT_PTR_EQ(test, sibling, find(ns[1], sibling->ns.inum));
	put_pid_ns(sibling);
	KUNIT_EXPECT_PTR_EQ_MSG(test, ERR_PTR(-ENOENT),
				find(ns[2], sibling->ns.inum), "a sibling");
	KUNIT_EXPECT_PTR_EQ_MSG(test, ERR_PTR(-ENOENT),
				find(ns[2], ns[1]->ns.inum), "the parent");
	KUNIT_EXPECT_PTR_EQ_MSG(test, ERR_PTR(-ENOENT),
				find(ns[0], unborn->ns.inum), "has no init");
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ENOENT), find(ns[0], 0));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ENOENT),
			    find(ns[0], ns[1]->ns.inum + (1ULL << 32)));
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-ENOENT), find(ns[0], U64_MAX));
}

/* The one wanted is many batches away. */
static void find_far_away(struct kunit *test)
{
	struct walk *w = test->priv;
	int i;

	for (i = 0; i < 5000; i++)
		fake_pid(test, w->root, (pid_t[]){ 10 + 2 * i });
	fake_pid(test, w->leaf, (pid_t[]){ 100001, 1 });
	KUNIT_EXPECT_PTR_EQ(test, w->leaf, find(w->root, w->leaf->ns.inum));
	put_pid_ns(w->leaf);
}

static void find_killed(struct kunit *test)
{
	struct walk *w = test->priv;
	struct pid_namespace *found;

	fake_pid_same(test, w->leaf, 1);
	sigaddset(&current->pending.signal, SIGKILL);
	set_tsk_thread_flag(current, TIF_SIGPENDING);
	found = find(w->leaf, 42);
	sigdelset(&current->pending.signal, SIGKILL);
	clear_tsk_thread_flag(current, TIF_SIGPENDING);
	KUNIT_EXPECT_PTR_EQ(test, ERR_PTR(-EINTR), found);
}

/* ------------------------------------------------------------- finder */

/* Compares answers to look-ups, in one RCU section; tells the first wrong. */
static int wrong_find(struct pid_namespace *ns, const s32 *nr, int count)
{
	struct pidmap_finder finder;
	int i, wrong = -1;

	rcu_read_lock();
	pidmap_finder_init(&finder, ns);
	for (i = 0; i < count && wrong < 0; i++)
		if (pidmap_finder_get(&finder, nr[i]) != find_pid_ns(nr[i], ns))
			wrong = i;
	rcu_read_unlock();
	return wrong;
}

static void finder(struct kunit *test)
{
	static const s32 wild[] = {
		1, 1, 2, 62, 63, 64, 65, 128, 127, 128, 127, 126, 64, 63, 0, 1,
		-1, 0, -1, 1, INT_MIN, 1, INT_MAX, 2, INT_MAX - 1, INT_MAX,
		INT_MIN, INT_MIN + 1, -64, -63, -1, 0, 1, 4094, 4095, 4096,
		4097, 4098, 4160, 4161, 32767, 32768, 262144, 262143, 262145,
		PID_MAX_LIMIT - 1, PID_MAX_LIMIT, PID_MAX_LIMIT + 1, 3, 4, 5,
		1000000, 1000001, 1000064, 999999, 1000000, 191, 192, 255, 256,
		319, 320, 321, 384, 4095, 4096,
	};
	struct walk *w = test->priv;
	s32 nr[200];
	int i, k, step;

	KUNIT_EXPECT_EQ_MSG(test, -1, wrong_find(w->leaf, wild,
						 ARRAY_SIZE(wild)),
			    "nobody is there");
	populate(test, w);
	KUNIT_EXPECT_EQ(test, -1, wrong_find(w->leaf, wild, ARRAY_SIZE(wild)));
	KUNIT_EXPECT_EQ(test, -1,
			wrong_find(w->leaf, sparse, ARRAY_SIZE(sparse)));
	for (i = 0; i < ARRAY_SIZE(sparse); i++) {
		for (step = -70; step <= 70; step++) {
			for (k = 0; k < ARRAY_SIZE(nr); k++)
				nr[k] = sparse[i] + (k - 100) * step;
			KUNIT_ASSERT_EQ_MSG(test, -1,
					    wrong_find(w->leaf, nr,
						       ARRAY_SIZE(nr)),
					    "around %d in steps of %d",
					    sparse[i], step);
		}
	}
}

static void finder_dense(struct kunit *test)
{
	struct walk *w = test->priv;
	u32 random = 1;
	s32 nr[200];
	int i, k;

	for (i = 1; i < 1000; i++)
		if (i % 5)
			member(test, w->leaf, i);
	for (i = 0; i < 1100; i++) {
		for (k = 0; k < ARRAY_SIZE(nr); k++)
			nr[k] = i + k;
		KUNIT_ASSERT_EQ(test, -1,
				wrong_find(w->leaf, nr, ARRAY_SIZE(nr)));
		for (k = 0; k < ARRAY_SIZE(nr); k++) {
			random = random * 1664525 + 1013904223;
			nr[k] = (random >> 16) % 1100;
		}
		KUNIT_ASSERT_EQ(test, -1,
				wrong_find(w->leaf, nr, ARRAY_SIZE(nr)));
	}
}

/* --------------------------------------------------- amidst changes */

#define STABLE	40
#define COMING	400

struct changes {
	struct pid_namespace *ns;
	/* on changes of its idr, as the kernel has one too */
	spinlock_t lock;
	struct pid *pid[COMING];
};

/* IDs come and go between the stable ones, so that nodes come and go too. */
static int come_and_go(void *data)
{
	struct changes *c = data;
	struct idr *idr = &c->ns->idr;
	unsigned long rounds = 0;
	int i;

	while (!kthread_should_stop()) {
		for (i = 0; i < COMING; i++) {
			int nr = c->pid[i]->numbers[c->ns->level].nr;

			idr_preload(GFP_KERNEL);
			spin_lock(&c->lock);
			if (idr_find(idr, nr))
				idr_remove(idr, nr);
			else
				idr_alloc(idr, c->pid[i], nr, nr + 1,
					  GFP_ATOMIC);
			spin_unlock(&c->lock);
			idr_preload_end();
			if (i % 8 == 0)
				cond_resched();
		}
		rounds++;
	}
	return rounds > 0 ? 0 : -EAGAIN;
}

static void while_others_come_and_go(struct kunit *test)
{
	struct walk *w = test->priv;
	struct task_struct *thread;
	struct changes *c;
	int i, k, walks, wrong = 0, missed = 0;

	c = kunit_kzalloc(test, sizeof(*c), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, c);
	c->ns = w->leaf;
	spin_lock_init(&c->lock);
	for (i = 0; i < STABLE; i++)
		fake_task(test, member(test, w->leaf, 50 + 1000 * i), NULL);
	/* they have no tasks, and are seen all the same */
	for (i = 0; i < COMING; i++)
		c->pid[i] = member(test, w->leaf, 51 + 1000 * (i / 10) +
				   (i % 10) * 67);
	w->b.room = 3 * RECORD;
	thread = kthread_run(come_and_go, c, "pidmap_changes");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	/* no assertion in here: it would leave the thread behind */
	for (walks = 0; walks < 200; walks++) {
		u64 cursor = 0;

		i = 0;
		while (cursor != PIDMAP_CURSOR_END) {
			const struct pidmap_task *rec = w->b.buffer;

			batch(w, cursor);
			cursor = w->b.cursor;
			for (k = 0; k < w->b.count; k++) {
				wrong += pidmap_task_nr(rec)[0] !=
					 50 + 1000 * i++;
				rec = (const void *)rec + rec->size;
			}
			cond_resched();
		}
		missed += i != STABLE;
		for (i = 0; i < STABLE; i++) {
			struct pidmap_finder f;
			int first = 50 + 1000 * i;

			rcu_read_lock();
			pidmap_finder_init(&f, w->leaf);
			for (k = first - 20; k < first; k++)
				pidmap_finder_get(&f, k);
			missed += !pidmap_finder_get(&f, first);
			for (k = first + 1; k < first + 400; k++)
				pidmap_finder_get(&f, k);
			rcu_read_unlock();
		}
	}
	KUNIT_EXPECT_EQ(test, 0, kthread_stop(thread));
	KUNIT_EXPECT_EQ(test, 0, wrong);
	KUNIT_EXPECT_EQ(test, 0, missed);
}

static struct kunit_case walk_cases[] = {
	KUNIT_CASE(holes),
	KUNIT_CASE(every_room),
	KUNIT_CASE(every_cursor),
	KUNIT_CASE(cursor_past_all),
	KUNIT_CASE(nobody),
	KUNIT_CASE(the_only_one),
	KUNIT_CASE(room_too_small),
	KUNIT_CASE(threads_or_not),
	KUNIT_CASE(direct_or_not),
	KUNIT_CASE(record_content),
	KUNIT_CASE(bounded),
	KUNIT_CASE(namespaces),
	KUNIT_CASE(namespaces_far_apart),
	KUNIT_CASE(namespaces_in_little_room),
	KUNIT_CASE(namespace_counts_ids),
	KUNIT_CASE(find_by_inum),
	KUNIT_CASE(find_far_away),
	KUNIT_CASE(find_killed),
	KUNIT_CASE(finder),
	KUNIT_CASE(finder_dense),
	KUNIT_CASE(while_others_come_and_go),
	{}
};

static struct kunit_suite walk_suite = {
	.name = WALK_SUITE,
	.init = walk_init,
	.test_cases = walk_cases,
};

kunit_test_suite(walk_suite);
