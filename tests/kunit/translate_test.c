// SPDX-License-Identifier: GPL-2.0-only
/*
 * Translation, on made-up IDs and namespaces and on the kernel's own.
 */
#include <kunit/test.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/kthread.h>
#include <linux/limits.h>
#include <linux/threads.h>

#include "fake.h"
#include "kunit_compat.h"
#include "translate.h"

#define LEVELS (PIDMAP_MAX_LEVEL + 1)

/* What no number can be, so that one left alone is told from one written. */
#define UNTOUCHED 0x55555555

static const enum pid_type types[] = {
	PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID,
};

/* One number, asked for with and without its start time. */
static int answer(const struct pidmap_translation *t, enum pid_type type,
		  pid_t nr)
{
	int ret = pidmap_translate_nr(t, type, nr);
	struct pidmap_stamp stamp = {};

	if (ret != pidmap_translate_one(t, type, nr, &stamp))
		return -EUCLEAN;
	return ret;
}

static int between(struct pid_namespace *from, struct pid_namespace *to,
		   enum pid_type type, pid_t nr)
{
	const struct pidmap_translation t = { .from = from, .to = to };

	return answer(&t, type, nr);
}

/*
 * The family most cases live in: a and b are children of the root, c is a
 * child of a. The task `deep` is in c, `other` in b, under the numbers below.
 */
struct family {
	struct pid_namespace *root, *a, *b, *c;
	struct pid *deep_pid, *other_pid;
	struct task_struct *deep, *other;
};

static const pid_t deep_nr[] = { 300, 20, 7 };
static const pid_t other_nr[] = { 400, 20 };

static int family_init(struct kunit *test)
{
	struct family *f = kunit_kzalloc(test, sizeof(*f), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, f);
	f->root = fake_ns(test, NULL);
	f->a = fake_ns(test, f->root);
	f->b = fake_ns(test, f->root);
	f->c = fake_ns(test, f->a);
	f->deep_pid = fake_pid(test, f->c, deep_nr);
	f->deep = fake_task(test, f->deep_pid, NULL);
	f->other_pid = fake_pid(test, f->b, other_nr);
	f->other = fake_task(test, f->other_pid, NULL);
	test->priv = f;
	return 0;
}

/* Every leaf level, seen from every level, to every level. */
static void every_level(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	int leaf, from, to;

	fake_ns_chain(test, ns, LEVELS);
	KUNIT_ASSERT_EQ(test, PIDMAP_MAX_LEVEL, ns[LEVELS - 1]->level);
	for (leaf = 0; leaf < LEVELS; leaf++)
		fake_task(test, fake_pid_of_chain(test, ns[leaf]), NULL);
	for (leaf = 0; leaf < LEVELS; leaf++) {
		for (from = 0; from <= leaf; from++) {
			for (to = 0; to < LEVELS; to++) {
				pid_t nr = fake_chain_nr(leaf, from);
				int want = to <= leaf ?
					   fake_chain_nr(leaf, to) : -EREMOTE;

				KUNIT_ASSERT_EQ_MSG(test, want,
						    between(ns[from], ns[to],
							    PIDTYPE_PID, nr),
						    "leaf %d from %d to %d",
						    leaf, from, to);
			}
		}
	}
}

/* An ID has no number below its leaf. */
static void absent_below(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	int leaf, from;

	fake_ns_chain(test, ns, LEVELS);
	for (leaf = 0; leaf < LEVELS; leaf++)
		fake_task(test, fake_pid_same(test, ns[leaf], 100 + leaf),
			  NULL);
	for (leaf = 0; leaf < LEVELS; leaf++)
		for (from = leaf + 1; from < LEVELS; from++)
			KUNIT_ASSERT_EQ(test, -ESRCH,
					between(ns[from], ns[0], PIDTYPE_PID,
						100 + leaf));
}

static void siblings(struct kunit *test)
{
	struct family *f = test->priv;

	/* both have a number 20, each its own */
	KUNIT_EXPECT_EQ(test, 300, between(f->a, f->root, PIDTYPE_PID, 20));
	KUNIT_EXPECT_EQ(test, 400, between(f->b, f->root, PIDTYPE_PID, 20));
	KUNIT_EXPECT_EQ(test, -EREMOTE, between(f->a, f->b, PIDTYPE_PID, 20));
	KUNIT_EXPECT_EQ(test, -EREMOTE, between(f->b, f->a, PIDTYPE_PID, 20));
	/* a sibling's child, deeper than the ID's leaf and not */
	KUNIT_EXPECT_EQ(test, -EREMOTE, between(f->b, f->c, PIDTYPE_PID, 20));
	KUNIT_EXPECT_EQ(test, -EREMOTE, between(f->c, f->b, PIDTYPE_PID, 7));
	KUNIT_EXPECT_EQ(test, -EREMOTE,
			between(f->root, f->b, PIDTYPE_PID, 300));
	KUNIT_EXPECT_EQ(test, -ESRCH, between(f->b, f->a, PIDTYPE_PID, 7));
}

static void two_trees(struct kunit *test)
{
	struct pid_namespace *stranger = fake_ns(test, NULL);
	struct family *f = test->priv;

	KUNIT_EXPECT_EQ(test, -EREMOTE,
			between(f->root, stranger, PIDTYPE_PID, 300));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			between(stranger, f->root, PIDTYPE_PID, 300));
}

static void same_namespace(struct kunit *test)
{
	struct family *f = test->priv;

	KUNIT_EXPECT_EQ(test, 300, between(f->root, f->root, PIDTYPE_PID, 300));
	KUNIT_EXPECT_EQ(test, 20, between(f->a, f->a, PIDTYPE_TGID, 20));
	KUNIT_EXPECT_EQ(test, 7, between(f->c, f->c, PIDTYPE_PID, 7));
	KUNIT_EXPECT_EQ(test, -ESRCH, between(f->c, f->c, PIDTYPE_PID, 8));
}

static void no_such_number(struct kunit *test)
{
	static const pid_t numbers[] = {
		0, -1, -2, -300, INT_MIN, INT_MIN + 1, INT_MAX, INT_MAX - 1,
		PID_MAX_LIMIT, PID_MAX_LIMIT - 1, 1, 299, 301, 63, 64, 65,
	};
	struct family *f = test->priv;
	int i, k;

	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		for (k = 0; k < ARRAY_SIZE(types); k++) {
			s32 nr = numbers[i];
			const struct pidmap_translation t = {
				.from = f->root, .to = f->root,
			};

			KUNIT_EXPECT_EQ_MSG(test, -ESRCH,
					    between(f->root, f->root, types[k],
						    numbers[i]),
					    "number %d", numbers[i]);
			pidmap_translate_array(&t, types[k], &nr, 1);
			KUNIT_EXPECT_EQ_MSG(test, -ESRCH, nr,
					    "number %d in an array",
					    numbers[i]);
		}
	}
}

static void reaped(struct kunit *test)
{
	struct family *f = test->priv;

	fake_pid_gone(f->deep_pid);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			between(f->root, f->root, PIDTYPE_PID, 300));
	KUNIT_EXPECT_EQ(test, -ESRCH, between(f->c, f->root, PIDTYPE_PID, 7));
	KUNIT_EXPECT_EQ(test, 400, between(f->b, f->root, PIDTYPE_PID, 20));
}

static void no_task(struct kunit *test)
{
	struct family *f = test->priv;
	int k;

	fake_pid_same(test, f->c, 5000);
	for (k = 0; k < ARRAY_SIZE(types); k++)
		KUNIT_EXPECT_EQ(test, -ESRCH,
				between(f->c, f->root, types[k], 5000));
}

/* A number is in use as what tasks are attached as, and nothing else. */
static void in_use_as(struct kunit *test)
{
	struct family *f = test->priv;
	struct pid *thread = fake_pid_same(test, f->c, 41);
	struct pid *group = fake_pid_same(test, f->c, 42);
	struct pid *session = fake_pid_same(test, f->c, 43);
	static const struct {
		pid_t nr;
		int want[PIDTYPE_MAX];
	} rows[] = {
		{ 41, { 41, -ESRCH, -ESRCH, -ESRCH } },
		{ 42, { -ESRCH, -ESRCH, 42, -ESRCH } },
		{ 43, { -ESRCH, -ESRCH, -ESRCH, 43 } },
		{ 44, { 44, 44, 44, 44 } },
	};
	struct task_struct *leader;
	struct pid *pid;
	int i, k;

	fake_task(test, thread, f->deep);
	/* leaders that were reaped, while members remain */
	fake_join(f->deep, PIDTYPE_PGID, group);
	fake_join(f->deep, PIDTYPE_SID, session);
	pid = fake_pid_same(test, f->c, 44);
	leader = fake_task(test, pid, NULL);
	fake_join(leader, PIDTYPE_PGID, pid);
	fake_join(leader, PIDTYPE_SID, pid);

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (k = 0; k < ARRAY_SIZE(types); k++) {
			const struct pidmap_translation t = {
				.from = f->a, .to = f->root,
			};
			s32 nr = rows[i].nr;

			KUNIT_EXPECT_EQ_MSG(test, rows[i].want[types[k]],
					    between(f->c, f->root, types[k],
						    rows[i].nr),
					    "%d as type %d", rows[i].nr,
					    types[k]);
			pidmap_translate_array(&t, types[k], &nr, 1);
			KUNIT_EXPECT_EQ_MSG(test, rows[i].want[types[k]], nr,
					    "%d as type %d in an array",
					    rows[i].nr, types[k]);
		}
	}
}

/* What is asked of a number whose task is expected to have started then. */
static struct pidmap_stamp expect_start(u64 start)
{
	return (struct pidmap_stamp) { .start = start, .expect = true };
}

static void start_time(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->a };
	struct pidmap_stamp stamp = { .start = 1 };

	f->deep->start_boottime = 123456789012345;
	KUNIT_EXPECT_EQ_MSG(test, 20,
			    pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp),
			    "nothing is expected");
	KUNIT_EXPECT_EQ(test, 123456789012345, stamp.start);
	/* as expected */
	stamp.expect = true;
	KUNIT_EXPECT_EQ(test, 20,
			pidmap_translate_one(&t, PIDTYPE_TGID, 7, &stamp));
	KUNIT_EXPECT_EQ(test, 123456789012345, stamp.start);
	/* the number was used again */
	stamp.start++;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp));
	stamp = expect_start(0);
	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp));
	/* what else is wrong comes first */
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_PID, 8, &stamp));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_SID, 7, &stamp));
	/* every time can be expected, that of the boot, too */
	f->deep->start_boottime = 0;
	stamp = expect_start(0);
	KUNIT_EXPECT_EQ(test, 20,
			pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp));
}

/* If the leader was reaped, nothing can vouch for the number. */
static void start_time_of_no_task(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->a };
	struct pidmap_stamp stamp = { .start = 1 };

	fake_join(f->deep, PIDTYPE_PGID, fake_pid_same(test, f->c, 42));
	KUNIT_EXPECT_EQ(test, 42,
			pidmap_translate_one(&t, PIDTYPE_PGID, 42, &stamp));
	KUNIT_EXPECT_EQ(test, 0, stamp.start);
	stamp = expect_start(f->deep->start_boottime);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_PGID, 42, &stamp));
	stamp = expect_start(0);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_PGID, 42, &stamp));
}

/*
 * While a process begins and while it is reaped, it is attached as a TGID, a
 * PGID and a SID, but not as a TID. Its start time is known all the same.
 */
static void start_time_without_tid(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->a };
	struct pidmap_stamp stamp;
	struct pidmap_pid pids[2];
	int k;

	fake_join(f->deep, PIDTYPE_PGID, f->deep_pid);
	fake_join(f->deep, PIDTYPE_SID, f->deep_pid);
	fake_detach(f->deep, PIDTYPE_PID);
	for (k = 1; k < ARRAY_SIZE(types); k++) {
		stamp = expect_start(f->deep->start_boottime);
		KUNIT_EXPECT_EQ_MSG(test, 20,
				    pidmap_translate_one(&t, types[k], 7,
							 &stamp),
				    "type %d", types[k]);
		KUNIT_EXPECT_EQ(test, f->deep->start_boottime, stamp.start);
		stamp = expect_start(1);
		KUNIT_EXPECT_EQ(test, -ESTALE,
				pidmap_translate_one(&t, types[k], 7, &stamp));
		stamp = expect_start(f->deep->start_boottime);
		KUNIT_EXPECT_EQ(test, 2,
				pidmap_numbers(&t, types[k], 7, &stamp, pids));
	}
}

/*
 * While a thread executes a program, its old TID is for a moment that of the
 * leader that ended. That is no other task which took the number.
 */
static void start_time_during_exec(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->c };
	struct pid *old = fake_pid_same(test, f->c, 41);
	struct task_struct *leader = fake_task(test, old, f->deep);
	struct pidmap_stamp stamp = expect_start(1);

	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_translate_one(&t, PIDTYPE_PID, 41, &stamp));
	leader->exit_state = EXIT_ZOMBIE;
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_PID, 41, &stamp));
	/* a process that ended and was not reaped has its number still */
	f->deep->exit_state = EXIT_ZOMBIE;
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp));
}

static void pid_id(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->a };
	struct pidmap_stamp stamp = { .pid_id = 1 };
	u64 want = set_pid_id(f->deep_pid, 0x123456789abc);

	KUNIT_EXPECT_EQ(test, 20,
			pidmap_translate_one(&t, PIDTYPE_PID, 7, &stamp));
	KUNIT_EXPECT_EQ(test, want, stamp.pid_id);
}

/* The policy's first half: who is not in the view does not exist. */
static void within(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = {
		.from = f->root, .to = f->root, .within = f->a,
	};
	s32 nr[] = { 300, 400, 500 };
	struct pidmap_stamp stamp;

	KUNIT_EXPECT_EQ(test, 300, answer(&t, PIDTYPE_PID, 300));
	KUNIT_EXPECT_EQ(test, -ESRCH, answer(&t, PIDTYPE_PID, 400));
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_translate_one(&t, PIDTYPE_PID, 400, &stamp));
	KUNIT_EXPECT_EQ_MSG(test, 1, stamp.start, "of what does not exist");
	pidmap_translate_array(&t, PIDTYPE_PID, nr, ARRAY_SIZE(nr));
	KUNIT_EXPECT_EQ(test, 300, nr[0]);
	KUNIT_EXPECT_EQ(test, -ESRCH, nr[1]);
	KUNIT_EXPECT_EQ(test, -ESRCH, nr[2]);
}

/* Its second half: only one thread group's. */
static void only(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = {
		.from = f->a, .to = f->root, .within = f->a, .only = f->deep,
	};
	struct pid *group = fake_pid(test, f->a, (pid_t[]){ 601, 61 });
	s32 nr[] = { 20, 60, 61, 62, 63 };

	fake_task(test, fake_pid(test, f->a, (pid_t[]){ 600, 60 }), f->deep);
	fake_join(f->deep, PIDTYPE_PGID, group);
	fake_task(test, fake_pid(test, f->a, (pid_t[]){ 602, 62 }), NULL);

	KUNIT_EXPECT_EQ(test, 300, answer(&t, PIDTYPE_PID, 20));
	KUNIT_EXPECT_EQ(test, 300, answer(&t, PIDTYPE_TGID, 20));
	KUNIT_EXPECT_EQ_MSG(test, 600, answer(&t, PIDTYPE_PID, 60),
			    "a thread of the same group");
	KUNIT_EXPECT_EQ_MSG(test, -EPERM, answer(&t, PIDTYPE_PGID, 61),
			    "the group of another, who is gone");
	KUNIT_EXPECT_EQ(test, -EPERM, answer(&t, PIDTYPE_PID, 62));
	KUNIT_EXPECT_EQ(test, -ESRCH, answer(&t, PIDTYPE_PID, 63));
	pidmap_translate_array(&t, PIDTYPE_PID, nr, ARRAY_SIZE(nr));
	KUNIT_EXPECT_EQ(test, 300, nr[0]);
	KUNIT_EXPECT_EQ(test, 600, nr[1]);
	KUNIT_EXPECT_EQ(test, -ESRCH, nr[2]);
	KUNIT_EXPECT_EQ(test, -EPERM, nr[3]);
	KUNIT_EXPECT_EQ(test, -ESRCH, nr[4]);
}

/* -------------------------------------------------------------- arrays */

/* In c: a crowd with holes, of which every seventh has no task. */
#define CROWD 600

static pid_t crowd_nr(int i)
{
	return 1000 + i + i / 10 * 5 + i / 100 * 1000;
}

static void crowd(struct kunit *test, struct family *f)
{
	int i;

	for (i = 0; i < CROWD; i++) {
		pid_t nr[] = { 100000 - i, 50000 + i, crowd_nr(i) };
		struct pid *pid = fake_pid(test, f->c, nr);

		if (i % 7)
			fake_task(test, pid, i % 3 ? NULL : f->deep);
	}
}

/* Every answer of an array is the one the number gets when asked alone. */
static void compare_array(struct kunit *test, struct pid_namespace *from,
			  struct pid_namespace *to, const s32 *numbers,
			  unsigned int count, const char *order)
{
	const struct pidmap_translation t = { .from = from, .to = to };
	s32 *nr;
	int i, k;

	nr = kunit_kzalloc(test, (count + 1) * sizeof(*nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nr);
	for (k = 0; k < ARRAY_SIZE(types); k++) {
		memcpy(nr, numbers, count * sizeof(*nr));
		nr[count] = UNTOUCHED;
		pidmap_translate_array(&t, types[k], nr, count);
		for (i = 0; i < count; i++)
			KUNIT_ASSERT_EQ_MSG(test,
					    between(from, to, types[k],
						    numbers[i]), nr[i],
					    "%s: entry %d, number %d, type %d",
					    order, i, numbers[i], types[k]);
		KUNIT_ASSERT_EQ(test, UNTOUCHED, nr[count]);
	}
}

static void array_orders(struct kunit *test)
{
	struct family *f = test->priv;
	u32 random = 12345;
	s32 *nr;
	int i;

	crowd(test, f);
	nr = kunit_kcalloc(test, 2 * CROWD, sizeof(*nr), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, nr);

	for (i = 0; i < CROWD; i++)
		nr[i] = crowd_nr(i);
	compare_array(test, f->c, f->root, nr, CROWD, "ascending");
	compare_array(test, f->c, f->c, nr, CROWD, "ascending, same");
	compare_array(test, f->c, f->b, nr, CROWD, "ascending, sibling");
	for (i = 0; i < CROWD; i++)
		nr[i] = crowd_nr(CROWD - 1 - i);
	compare_array(test, f->c, f->root, nr, CROWD, "descending");
	for (i = 0; i < CROWD; i++)
		nr[i] = crowd_nr(i / 5 * 5);
	compare_array(test, f->c, f->a, nr, CROWD, "repeated");
	for (i = 0; i < 2 * CROWD; i++)
		nr[i] = 990 + i;
	compare_array(test, f->c, f->a, nr, 2 * CROWD, "dense with holes");
	for (i = 0; i < 2 * CROWD; i++) {
		random = random * 1664525 + 1013904223;
		nr[i] = crowd_nr((random >> 16) % CROWD);
	}
	compare_array(test, f->c, f->root, nr, 2 * CROWD, "random");
	for (i = 0; i < 2 * CROWD; i++) {
		random = random * 1664525 + 1013904223;
		nr[i] = i % 2 ? crowd_nr(i / 2) : (s32)random;
	}
	compare_array(test, f->c, f->root, nr, 2 * CROWD, "wild");
	for (i = 0; i < CROWD; i++)
		nr[i] = crowd_nr(i * 61 % CROWD);
	compare_array(test, f->c, f->root, nr, CROWD, "in strides");
}

static void array_of_every_status(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->root, .to = f->c };
	s32 nr[] = { 300, 400, 0, 300, -1, 299, 300, INT_MAX, INT_MIN, 400 };
	static const s32 want[] = {
		7, -EREMOTE, -ESRCH, 7, -ESRCH, -ESRCH, 7, -ESRCH, -ESRCH,
		-EREMOTE,
	};
	int i;

	pidmap_translate_array(&t, PIDTYPE_PID, nr, ARRAY_SIZE(nr));
	for (i = 0; i < ARRAY_SIZE(nr); i++)
		KUNIT_EXPECT_EQ_MSG(test, want[i], nr[i], "entry %d", i);
}

static void array_of_none(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->root, .to = f->c };
	s32 nr = 300;

	pidmap_translate_array(&t, PIDTYPE_PID, &nr, 0);
	KUNIT_EXPECT_EQ(test, 300, nr);
	pidmap_translate_array(&t, PIDTYPE_PID, NULL, 0);
}

/* --------------------------------------------- every number of one ID */

static void numbers_every_level(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	struct pidmap_pid pids[LEVELS + 1];
	int leaf, from, top, i;
	pid_t nr;

	fake_ns_chain(test, ns, LEVELS);
	for (leaf = 0; leaf < LEVELS; leaf++) {
		fake_task(test, fake_pid_of_chain(test, ns[leaf]), NULL);
		for (top = 0; top <= leaf; top++) {
			struct pidmap_translation t = { .to = ns[top] };
			struct pidmap_stamp stamp = {};

			from = (top * 7 + leaf) % (leaf + 1);
			nr = fake_chain_nr(leaf, from);
			t.from = ns[from];
			memset(pids, 0x55, sizeof(pids));
			KUNIT_ASSERT_EQ(test, leaf - top + 1,
					pidmap_numbers(&t, PIDTYPE_TGID, nr,
						       &stamp, pids));
			for (i = 0; i <= leaf - top; i++) {
				KUNIT_ASSERT_EQ(test,
						fake_chain_nr(leaf, top + i),
						pids[i].nr);
				KUNIT_ASSERT_EQ(test, ns[top + i]->ns.inum,
						pids[i].inum);
				KUNIT_ASSERT_EQ(test,
						pidmap_ns_id(ns[top + i]),
						pids[i].id);
			}
			KUNIT_ASSERT_EQ_MSG(test, UNTOUCHED, pids[i].nr,
					    "one too many");
			KUNIT_ASSERT_NE(test, 0, stamp.start);
		}
	}
}

static void numbers_refused(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = { .from = f->root, .to = f->root };
	struct pidmap_pid pids[LEVELS];
	struct pidmap_stamp stamp = {};

	memset(pids, 0x55, sizeof(pids));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_numbers(&t, PIDTYPE_PID, 9, &stamp, pids));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_numbers(&t, PIDTYPE_PID, 0, &stamp, pids));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_numbers(&t, PIDTYPE_SID, 300, &stamp, pids));
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_numbers(&t, PIDTYPE_PID, 300, &stamp, pids));
	stamp = (struct pidmap_stamp) {};
	t.to = f->b;
	KUNIT_EXPECT_EQ(test, -EREMOTE,
			pidmap_numbers(&t, PIDTYPE_PID, 300, &stamp, pids));
	t.to = f->root;
	t.within = f->b;
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_numbers(&t, PIDTYPE_PID, 300, &stamp, pids));
	KUNIT_EXPECT_EQ_MSG(test, UNTOUCHED, pids[0].nr, "half an answer");
}

/* ----------------------------------------------- all IDs of one task */

static void expect_ids(struct kunit *test, const struct pidmap_translation *t,
		       pid_t nr, const pid_t *want)
{
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};

	KUNIT_EXPECT_EQ(test, 0, pidmap_task_numbers(t, nr, &stamp, &ids));
	KUNIT_EXPECT_EQ(test, want[0], ids.tid);
	KUNIT_EXPECT_EQ(test, want[1], ids.tgid);
	KUNIT_EXPECT_EQ(test, want[2], ids.pgid);
	KUNIT_EXPECT_EQ(test, want[3], ids.sid);
	KUNIT_EXPECT_EQ(test, want[4], ids.ppid);
}

/* deep leads no group: its group's leader is in a, its session's in root */
static struct task_struct *deep_family(struct kunit *test, struct family *f)
{
	struct task_struct *parent, *thread;
	struct pid *group, *session;

	group = fake_pid(test, f->a, (pid_t[]){ 310, 31 });
	session = fake_pid(test, f->root, (pid_t[]){ 320 });
	parent = fake_task(test, group, NULL);
	fake_join(parent, PIDTYPE_PGID, group);
	fake_join(parent, PIDTYPE_SID, session);
	fake_join(f->deep, PIDTYPE_PGID, group);
	fake_join(f->deep, PIDTYPE_SID, session);
	rcu_assign_pointer(f->deep->real_parent, parent);
	thread = fake_task(test, fake_pid(test, f->c, (pid_t[]){ 330, 33, 8 }),
			   f->deep);
	return thread;
}

static void ids_of_task(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = { .from = f->root, .to = f->root };

	deep_family(test, f);
	expect_ids(test, &t, 300, (pid_t[]){ 300, 300, 310, 320, 310 });
	t.to = f->a;
	expect_ids(test, &t, 300, (pid_t[]){ 20, 20, 31, 0, 31 });
	t.to = f->c;
	expect_ids(test, &t, 300, (pid_t[]){ 7, 7, 0, 0, 0 });
	t.from = f->c;
	t.to = f->root;
	expect_ids(test, &t, 7, (pid_t[]){ 300, 300, 310, 320, 310 });
}

static void ids_of_thread(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = { .from = f->c, .to = f->root };

	deep_family(test, f);
	expect_ids(test, &t, 8, (pid_t[]){ 330, 300, 310, 320, 310 });
	t.to = f->a;
	expect_ids(test, &t, 8, (pid_t[]){ 33, 20, 31, 0, 31 });
}

/* Upwards, what the view has no number of stays untold. */
static void ids_within(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = {
		.from = f->a, .to = f->root, .within = f->a,
	};

	deep_family(test, f);
	expect_ids(test, &t, 20, (pid_t[]){ 300, 300, 310, 0, 310 });
	t.from = f->c;
	t.within = f->c;
	expect_ids(test, &t, 7, (pid_t[]){ 300, 300, 0, 0, 0 });
}

static void ids_only(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = {
		.from = f->a, .to = f->root, .within = f->a, .only = f->deep,
	};
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};

	deep_family(test, f);
	expect_ids(test, &t, 20, (pid_t[]){ 300, 300, 0, 0, 0 });
	expect_ids(test, &t, 33, (pid_t[]){ 330, 300, 0, 0, 0 });
	KUNIT_EXPECT_EQ_MSG(test, -EPERM,
			    pidmap_task_numbers(&t, 31, &stamp, &ids),
			    "its parent");
}

static void ids_only_leader(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = {
		.from = f->a, .to = f->root, .within = f->a, .only = f->deep,
	};

	fake_join(f->deep, PIDTYPE_PGID, f->deep_pid);
	fake_join(f->deep, PIDTYPE_SID, f->deep_pid);
	rcu_assign_pointer(f->deep->real_parent, f->other);
	expect_ids(test, &t, 20, (pid_t[]){ 300, 300, 300, 300, 0 });
}

static void ids_refused(struct kunit *test)
{
	struct family *f = test->priv;
	struct pidmap_translation t = { .from = f->root, .to = f->root };
	struct pid *group = fake_pid(test, f->root, (pid_t[]){ 310 });
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};

	fake_join(f->deep, PIDTYPE_PGID, group);
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_task_numbers(&t, 9, &stamp, &ids));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_task_numbers(&t, -1, &stamp, &ids));
	KUNIT_EXPECT_EQ_MSG(test, -ESRCH,
			    pidmap_task_numbers(&t, 310, &stamp, &ids),
			    "a PGID is no task");
	stamp = expect_start(1);
	KUNIT_EXPECT_EQ(test, -ESTALE,
			pidmap_task_numbers(&t, 300, &stamp, &ids));
	stamp = (struct pidmap_stamp) {};
	t.to = f->b;
	KUNIT_EXPECT_EQ(test, -EREMOTE,
			pidmap_task_numbers(&t, 300, &stamp, &ids));
}

static void ids_start_time(struct kunit *test)
{
	struct family *f = test->priv;
	const struct pidmap_translation t = { .from = f->c, .to = f->c };
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};

	deep_family(test, f);
	KUNIT_EXPECT_EQ(test, 0, pidmap_task_numbers(&t, 7, &stamp, &ids));
	KUNIT_EXPECT_EQ(test, f->deep->start_boottime, stamp.start);
	KUNIT_EXPECT_EQ(test, 0, pidmap_task_numbers(&t, 7, &stamp, &ids));
	stamp = (struct pidmap_stamp) {};
	KUNIT_EXPECT_EQ(test, 0, pidmap_task_numbers(&t, 8, &stamp, &ids));
	KUNIT_EXPECT_NE(test, f->deep->start_boottime, stamp.start);
}

/*
 * What setsid(2), fork(2) or the reaping of a parent have half done when the
 * numbers are read. Another thread completes it after a while, and the answer
 * is what is true then.
 */
struct half_done {
	struct family *f;
	struct completion begun;
	void (*complete)(struct family *f);
};

static int complete_it(void *data)
{
	struct half_done *h = data;

	complete(&h->begun);
	msleep(20);
	h->complete(h->f);
	return 0;
}

static void expect_ids_after(struct kunit *test,
			     void (*finish)(struct family *f),
			     const pid_t *want)
{
	struct half_done h = { .f = test->priv, .complete = finish };
	const struct pidmap_translation t = {
		.from = h.f->root, .to = h.f->root,
	};
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};
	struct task_struct *thread;
	int ret;

	init_completion(&h.begun);
	thread = kthread_create(complete_it, &h, "pidmap_half_done");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	get_task_struct(thread);
	wake_up_process(thread);
	wait_for_completion(&h.begun);
	ret = pidmap_task_numbers(&t, 300, &stamp, &ids);
	kthread_stop(thread);
	put_task_struct(thread);
	KUNIT_EXPECT_EQ(test, 0, ret);
	KUNIT_EXPECT_EQ(test, want[0], ids.tid);
	KUNIT_EXPECT_EQ(test, want[1], ids.tgid);
	KUNIT_EXPECT_EQ(test, want[2], ids.pgid);
	KUNIT_EXPECT_EQ(test, want[3], ids.sid);
	KUNIT_EXPECT_EQ(test, want[4], ids.ppid);
}

static void join_own_group(struct family *f)
{
	fake_join(f->deep, PIDTYPE_PGID, f->deep_pid);
}

/* The SID is new, and the PGID is not. */
static void ids_in_setsid(struct kunit *test)
{
	struct family *f = test->priv;

	deep_family(test, f);
	fake_detach(f->deep, PIDTYPE_SID);
	fake_join(f->deep, PIDTYPE_SID, f->deep_pid);
	fake_detach(f->deep, PIDTYPE_PGID);
	expect_ids_after(test, join_own_group,
			 (pid_t[]){ 300, 300, 300, 300, 310 });
}

static void join_own_group_and_session(struct family *f)
{
	fake_join(f->deep, PIDTYPE_SID, f->deep_pid);
	fake_join(f->deep, PIDTYPE_PGID, f->deep_pid);
}

/* The PGID is stored, and the group is still empty. */
static void ids_in_empty_group(struct kunit *test)
{
	struct family *f = test->priv;

	deep_family(test, f);
	fake_detach(f->deep, PIDTYPE_SID);
	fake_detach(f->deep, PIDTYPE_PGID);
	f->deep->signal->pids[PIDTYPE_PGID] = f->deep_pid;
	expect_ids_after(test, join_own_group_and_session,
			 (pid_t[]){ 300, 300, 300, 300, 310 });
}

static void store_sid(struct family *f)
{
	fake_join(f->deep, PIDTYPE_SID, f->other_pid);
}

/* A process that begins or is reaped knows some of its IDs and not others. */
static void ids_without_session(struct kunit *test)
{
	struct family *f = test->priv;

	deep_family(test, f);
	fake_detach(f->deep, PIDTYPE_SID);
	f->deep->signal->pids[PIDTYPE_SID] = NULL;
	expect_ids_after(test, store_sid,
			 (pid_t[]){ 300, 300, 310, 400, 310 });
}

static void store_pgid(struct family *f)
{
	fake_join(f->deep, PIDTYPE_PGID, f->other_pid);
}

static void ids_without_group(struct kunit *test)
{
	struct family *f = test->priv;

	deep_family(test, f);
	fake_detach(f->deep, PIDTYPE_PGID);
	f->deep->signal->pids[PIDTYPE_PGID] = NULL;
	expect_ids_after(test, store_pgid,
			 (pid_t[]){ 300, 300, 400, 320, 310 });
}

static void store_tgid(struct family *f)
{
	f->deep->signal->pids[PIDTYPE_TGID] = f->deep_pid;
}

static void ids_without_process(struct kunit *test)
{
	struct family *f = test->priv;

	deep_family(test, f);
	f->deep->signal->pids[PIDTYPE_TGID] = NULL;
	expect_ids_after(test, store_tgid,
			 (pid_t[]){ 300, 300, 310, 320, 310 });
}

static void adopt(struct family *f)
{
	rcu_assign_pointer(f->deep->real_parent, f->other);
}

static void ids_of_orphan(struct kunit *test)
{
	struct family *f = test->priv;
	struct task_struct *parent;

	deep_family(test, f);
	parent = rcu_dereference_protected(f->deep->real_parent, true);
	parent->signal->pids[PIDTYPE_TGID] = NULL;
	expect_ids_after(test, adopt, (pid_t[]){ 300, 300, 310, 320, 400 });
}

static struct kunit_case translate_cases[] = {
	KUNIT_CASE(every_level),
	KUNIT_CASE(absent_below),
	KUNIT_CASE(siblings),
	KUNIT_CASE(two_trees),
	KUNIT_CASE(same_namespace),
	KUNIT_CASE(no_such_number),
	KUNIT_CASE(reaped),
	KUNIT_CASE(no_task),
	KUNIT_CASE(in_use_as),
	KUNIT_CASE(start_time),
	KUNIT_CASE(start_time_of_no_task),
	KUNIT_CASE(start_time_without_tid),
	KUNIT_CASE(start_time_during_exec),
	KUNIT_CASE(pid_id),
	KUNIT_CASE(within),
	KUNIT_CASE(only),
	KUNIT_CASE(array_orders),
	KUNIT_CASE(array_of_every_status),
	KUNIT_CASE(array_of_none),
	KUNIT_CASE(numbers_every_level),
	KUNIT_CASE(numbers_refused),
	KUNIT_CASE(ids_of_task),
	KUNIT_CASE(ids_of_thread),
	KUNIT_CASE(ids_within),
	KUNIT_CASE(ids_only),
	KUNIT_CASE(ids_only_leader),
	KUNIT_CASE(ids_refused),
	KUNIT_CASE(ids_start_time),
	KUNIT_CASE(ids_in_setsid),
	KUNIT_CASE(ids_in_empty_group),
	KUNIT_CASE(ids_without_session),
	KUNIT_CASE(ids_without_group),
	KUNIT_CASE(ids_without_process),
	KUNIT_CASE(ids_of_orphan),
	{}
};

static struct kunit_suite translate_suite = {
	.name = "pidmap_translate",
	.init = family_init,
	.test_cases = translate_cases,
};

/* --------------------------------------------------- real kernel tasks */

/*
 * The kernel handbook's example for __task_pid_nr_ns(): a kernel thread whose
 * numbers are asked for; asserted here instead of printed.
 */
struct example {
	struct completion started;
	struct completion finish;
	pid_t nr[PIDTYPE_MAX];
};

static int my_function(void *data)
{
	struct example *e = data;
	int k;

	for (k = 0; k < ARRAY_SIZE(types); k++)
		e->nr[types[k]] = __task_pid_nr_ns(current, types[k],
						   &init_pid_ns);
	complete(&e->started);
	wait_for_completion(&e->finish);
	return 0;
}

static void kernel_thread_example(struct kunit *test)
{
	const struct pidmap_translation t = {
		.from = &init_pid_ns, .to = &init_pid_ns,
	};
	struct pidmap_task_ids ids = {};
	struct task_struct *thread;
	struct example e = {};
	struct pidmap_stamp stamp = {};
	int tid, tgid, err;

	init_completion(&e.started);
	init_completion(&e.finish);
	thread = kthread_run(my_function, &e, "my_function");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	get_task_struct(thread);
	wait_for_completion(&e.started);
	err = pidmap_task_numbers(&t, task_pid_nr(thread), &stamp, &ids);
	tid = between(&init_pid_ns, &init_pid_ns, PIDTYPE_PID,
		      e.nr[PIDTYPE_PID]);
	tgid = between(&init_pid_ns, &init_pid_ns, PIDTYPE_TGID,
		       e.nr[PIDTYPE_TGID]);
	complete(&e.finish);
	kthread_stop(thread);

	KUNIT_EXPECT_EQ(test, 0, err);
	KUNIT_EXPECT_GT(test, e.nr[PIDTYPE_PID], 0);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_PID], e.nr[PIDTYPE_TGID]);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_PID], ids.tid);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_TGID], ids.tgid);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_PGID], ids.pgid);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_SID], ids.sid);
	KUNIT_EXPECT_EQ_MSG(test, 2, ids.ppid, "kthreadd");
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_PID], tid);
	KUNIT_EXPECT_EQ(test, e.nr[PIDTYPE_TGID], tgid);
	KUNIT_EXPECT_EQ(test, thread->start_boottime, stamp.start);
	put_task_struct(thread);
}

/* Of the thread that runs the test. */
static void ids_of_current(struct kunit *test)
{
	const struct pidmap_translation t = {
		.from = &init_pid_ns, .to = &init_pid_ns,
	};
	struct pidmap_task_ids ids = {};
	struct pidmap_stamp stamp = {};

	KUNIT_ASSERT_EQ(test, 0,
			pidmap_task_numbers(&t, task_pid_nr(current), &stamp,
					    &ids));
	KUNIT_EXPECT_EQ(test, task_pid_nr(current), ids.tid);
	KUNIT_EXPECT_EQ(test, task_tgid_nr(current), ids.tgid);
	KUNIT_EXPECT_EQ(test, task_pgrp_nr(current), ids.pgid);
	KUNIT_EXPECT_EQ(test, task_session_nr_ns(current, t.to), ids.sid);
	KUNIT_EXPECT_EQ(test, task_ppid_nr(current), ids.ppid);
	KUNIT_EXPECT_EQ(test, current->start_boottime, stamp.start);
}

/* Whoever there is, in every type, by number and back. */
static void every_real_task(struct kunit *test)
{
	struct pid_namespace *ns = &init_pid_ns;
	int nr, k, tasks = 0;

	for (nr = 1; nr < 2000; nr++) {
		for (k = 0; k < ARRAY_SIZE(types); k++) {
			struct pid *pid;
			int want = -ESRCH;

			rcu_read_lock();
			pid = find_pid_ns(nr, ns);
			if (pid && pid_task(pid, types[k]))
				want = pid_nr_ns(pid, ns);
			rcu_read_unlock();
			if (between(ns, ns, types[k], nr) != want) {
				/* it may just have come or gone: once more */
				rcu_read_lock();
				pid = find_pid_ns(nr, ns);
				want = pid && pid_task(pid, types[k]) ?
				       pid_nr_ns(pid, ns) : -ESRCH;
				rcu_read_unlock();
				KUNIT_ASSERT_EQ(test, want,
						between(ns, ns, types[k], nr));
			}
			tasks += want > 0 && types[k] == PIDTYPE_PID;
		}
	}
	KUNIT_EXPECT_GT(test, tasks, 2);
}

static struct kunit_case real_cases[] = {
	KUNIT_CASE(kernel_thread_example),
	KUNIT_CASE(ids_of_current),
	KUNIT_CASE(every_real_task),
	{}
};

static struct kunit_suite real_suite = {
	.name = "pidmap_real_tasks",
	.test_cases = real_cases,
};

kunit_test_suites(&translate_suite, &real_suite);
