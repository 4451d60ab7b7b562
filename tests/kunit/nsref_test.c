// SPDX-License-Identifier: GPL-2.0-only
/*
 * The names of namespaces.
 */
#include <kunit/test.h>
#include <linux/anon_inodes.h>
#include <linux/fcntl.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/limits.h>

#include "fake.h"
#include "nsref.h"

#define LEVELS (PIDMAP_MAX_LEVEL + 1)

/* a and b are children of the view, which is a child of the root. */
struct names {
	struct pid_namespace *root, *view, *a, *b;
	struct pidmap_nshold hold;
};

static int names_init(struct kunit *test)
{
	struct names *n = kunit_kzalloc(test, sizeof(*n), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, n);
	n->root = fake_ns(test, NULL);
	n->view = fake_ns(test, n->root);
	n->a = fake_ns(test, n->view);
	n->b = fake_ns(test, n->view);
	fake_task(test, fake_pid(test, n->root, (pid_t[]){ 1 }), NULL);
	fake_task(test, fake_pid(test, n->view, (pid_t[]){ 10, 1 }), NULL);
	fake_task(test, fake_pid(test, n->a, (pid_t[]){ 11, 2, 1 }), NULL);
	fake_task(test, fake_pid(test, n->b, (pid_t[]){ 12, 3, 1 }), NULL);
	test->priv = n;
	return 0;
}

/*
 * Each name is got and put again. The namespace is only compared afterwards,
 * which is why it does not matter that nothing holds it then.
 */
static int get(struct names *n, u32 kind, u64 value)
{
	const struct pidmap_nsref name = { .kind = kind, .value = value };
	int err;

	memset(&n->hold, 0, sizeof(n->hold));
	err = pidmap_nsref_get(n->view, &name, &n->hold);
	pidmap_nshold_put(&n->hold);
	return err;
}

static void expect_ns(struct kunit *test, u32 kind, u64 value,
		      struct pid_namespace *ns)
{
	int refs = fake_ns_refs(ns);
	struct names *n = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, 0, get(n, kind, value),
			    "kind %u, value %llu", kind, value);
	KUNIT_EXPECT_PTR_EQ_MSG(test, ns, n->hold.ns, "kind %u, value %llu",
				kind, value);
	KUNIT_EXPECT_EQ(test, kind, n->hold.kind);
	KUNIT_EXPECT_EQ_MSG(test, refs, fake_ns_refs(ns), "references");
}

static void expect_err(struct kunit *test, u32 kind, u64 value, int err)
{
	KUNIT_EXPECT_EQ_MSG(test, err, get(test->priv, kind, value),
			    "kind %u, value %llu", kind, value);
}

static void by_view(struct kunit *test)
{
	struct names *n = test->priv;

	expect_ns(test, PIDMAP_NS_VIEW, 0, n->view);
	expect_err(test, PIDMAP_NS_VIEW, 1, -EINVAL);
	expect_err(test, PIDMAP_NS_VIEW, 1ULL << 32, -EINVAL);
	expect_err(test, PIDMAP_NS_VIEW, U64_MAX, -EINVAL);
}

static void by_level(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS];
	struct names *n = test->priv;
	int view, level;

	fake_ns_chain(test, ns, LEVELS);
	for (view = 0; view < LEVELS; view++) {
		n->view = ns[view];
		for (level = 0; level <= view; level++)
			expect_ns(test, PIDMAP_NS_LEVEL, level, ns[level]);
		for (; level <= LEVELS; level++)
			expect_err(test, PIDMAP_NS_LEVEL, level, -ENOENT);
	}
	expect_err(test, PIDMAP_NS_LEVEL, 1ULL << 32, -ENOENT);
	expect_err(test, PIDMAP_NS_LEVEL, U64_MAX, -ENOENT);
}

static void by_tid(struct kunit *test)
{
	struct names *n = test->priv;
	struct task_struct *leader;

	expect_ns(test, PIDMAP_NS_TID, 1, n->view);
	expect_ns(test, PIDMAP_NS_TID, 2, n->a);
	expect_ns(test, PIDMAP_NS_TID, 3, n->b);
	/* a thread that is no process */
	leader = fake_task(test, fake_pid(test, n->a, (pid_t[]){ 20, 20, 20 }),
			   NULL);
	fake_task(test, fake_pid(test, n->a, (pid_t[]){ 21, 21, 21 }), leader);
	expect_ns(test, PIDMAP_NS_TID, 21, n->a);
	/* the session of one who is gone, and an ID without any task */
	fake_join(leader, PIDTYPE_SID,
		  fake_pid(test, n->a, (pid_t[]){ 22, 22, 22 }));
	expect_err(test, PIDMAP_NS_TID, 22, -ENOENT);
	fake_pid(test, n->a, (pid_t[]){ 23, 23, 23 });
	expect_err(test, PIDMAP_NS_TID, 23, -ENOENT);
	/* numbers from outside the view, and impossible ones */
	expect_err(test, PIDMAP_NS_TID, 10, -ENOENT);
	expect_err(test, PIDMAP_NS_TID, 0, -ENOENT);
	expect_err(test, PIDMAP_NS_TID, INT_MAX, -ENOENT);
	expect_err(test, PIDMAP_NS_TID, INT_MAX + 1ULL, -ENOENT);
	expect_err(test, PIDMAP_NS_TID, (1ULL << 32) + 2, -ENOENT);
	expect_err(test, PIDMAP_NS_TID, (u64)-1, -ENOENT);
}

/* What a TID or number found is held until it is put. */
static void reference_is_held(struct kunit *test)
{
	struct names *n = test->priv;
	struct pidmap_nsref name = { .kind = PIDMAP_NS_TID, .value = 2 };
	struct pidmap_nshold hold = {};
	int refs = fake_ns_refs(n->a);

	KUNIT_EXPECT_EQ(test, 0, pidmap_nsref_get(n->view, &name, &hold));
	KUNIT_EXPECT_EQ(test, refs + 1, fake_ns_refs(n->a));
	pidmap_nshold_put(&hold);
	KUNIT_EXPECT_EQ(test, refs, fake_ns_refs(n->a));

	name.kind = PIDMAP_NS_INUM;
	name.value = n->a->ns.inum;
	memset(&hold, 0, sizeof(hold));
	KUNIT_EXPECT_EQ(test, 0, pidmap_nsref_get(n->view, &name, &hold));
	KUNIT_EXPECT_EQ(test, refs + 1, fake_ns_refs(n->a));
	pidmap_nshold_put(&hold);
	KUNIT_EXPECT_EQ(test, refs, fake_ns_refs(n->a));
}

static void by_inum(struct kunit *test)
{
	struct names *n = test->priv;

	expect_ns(test, PIDMAP_NS_INUM, n->view->ns.inum, n->view);
	expect_ns(test, PIDMAP_NS_INUM, n->a->ns.inum, n->a);
	expect_ns(test, PIDMAP_NS_INUM, n->b->ns.inum, n->b);
	expect_err(test, PIDMAP_NS_INUM, n->root->ns.inum, -ENOENT);
	expect_err(test, PIDMAP_NS_INUM, 0, -ENOENT);
	expect_err(test, PIDMAP_NS_INUM, n->a->ns.inum + (1ULL << 32),
		   -ENOENT);
	expect_err(test, PIDMAP_NS_INUM, U64_MAX, -ENOENT);
	n->view = n->a;
	expect_err(test, PIDMAP_NS_INUM, n->b->ns.inum, -ENOENT);
}

static void by_id(struct kunit *test)
{
	struct names *n = test->priv;

	if (!PIDMAP_HAVE_NS_ID) {
		expect_err(test, PIDMAP_NS_ID, 0, -EOPNOTSUPP);
		expect_err(test, PIDMAP_NS_ID, 1, -EOPNOTSUPP);
		expect_err(test, PIDMAP_NS_ID, n->a->ns.inum, -EOPNOTSUPP);
		return;
	}
	expect_ns(test, PIDMAP_NS_ID, pidmap_ns_id(n->a), n->a);
	expect_err(test, PIDMAP_NS_ID, pidmap_ns_id(n->root), -ENOENT);
	expect_err(test, PIDMAP_NS_ID, n->a->ns.inum, -ENOENT);
}

static void unknown_kinds(struct kunit *test)
{
	expect_err(test, PIDMAP_NS_BOUND, 0, -EINVAL);
	expect_err(test, PIDMAP_NS_BOUND + 1, 0, -EINVAL);
	expect_err(test, 64, 0, -EINVAL);
	expect_err(test, 1U << 31, 0, -EINVAL);
	expect_err(test, U32_MAX, 0, -EINVAL);
}

static void no_open_file(struct kunit *test)
{
	expect_err(test, PIDMAP_NS_FD, 1000, -EBADF);
	expect_err(test, PIDMAP_NS_FD, INT_MAX, -EBADF);
	expect_err(test, PIDMAP_NS_FD, INT_MAX + 1ULL, -EBADF);
	expect_err(test, PIDMAP_NS_FD, UINT_MAX, -EBADF);
	expect_err(test, PIDMAP_NS_FD, U64_MAX, -EBADF);
}

static void by_fd(struct kunit *test)
{
	int fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
	struct names *n = test->priv;

	/* also from a view that it is not in: that is decided elsewhere */
	expect_ns(test, PIDMAP_NS_FD, fd, &init_pid_ns);
	n->view = &init_pid_ns;
	expect_ns(test, PIDMAP_NS_FD, fd, &init_pid_ns);
	expect_err(test, PIDMAP_NS_FD, fd + (1ULL << 32), -EBADF);
}

/* The file is held until the name is put, whoever closes it meanwhile. */
static void file_is_held(struct kunit *test)
{
	const struct pidmap_nsref name = {
		.kind = PIDMAP_NS_FD,
		.value = fake_proc_fd(test, "self/ns/pid", O_RDONLY),
	};
	struct pidmap_nshold hold = {};
	struct file *file = fget(name.value);
	long count = file_count(file);

	KUNIT_EXPECT_EQ(test, 0,
			pidmap_nsref_get(&init_pid_ns, &name, &hold));
	/* kernel threads share their files, so a reference is due */
	KUNIT_EXPECT_EQ(test, count + 1, file_count(file));
	pidmap_nshold_put(&hold);
	KUNIT_EXPECT_EQ(test, count, file_count(file));
	fput(file);
}

static void fd_of_something_else(struct kunit *test)
{
	static const char * const paths[] = {
		"self/ns/user", "self/ns/uts", "self/ns/mnt", "self/status",
		"self", "version", "self/ns",
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(paths); i++)
		expect_err(test, PIDMAP_NS_FD,
			   fake_proc_fd(test, paths[i], O_RDONLY), -EINVAL);
}

static void fd_opened_as_path(struct kunit *test)
{
	expect_err(test, PIDMAP_NS_FD,
		   fake_proc_fd(test, "self/ns/pid", O_PATH), -EBADF);
}

/* ------------------------------------------------------------- within */

static void within(struct kunit *test)
{
	struct pid_namespace *ns[LEVELS], *sibling;
	struct names *n = test->priv;
	int top, level;

	fake_ns_chain(test, ns, LEVELS);
	for (top = 0; top < LEVELS; top++)
		for (level = 0; level < LEVELS; level++)
			KUNIT_ASSERT_EQ_MSG(test, level >= top,
					    pidmap_ns_within(ns[level],
							     ns[top]),
					    "%d in %d", level, top);
	sibling = fake_ns(test, ns[3]);
	KUNIT_EXPECT_TRUE(test, pidmap_ns_within(sibling, ns[3]));
	KUNIT_EXPECT_TRUE(test, pidmap_ns_within(sibling, ns[0]));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(sibling, ns[4]));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(sibling, ns[5]));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(ns[4], sibling));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(ns[32], sibling));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(ns[32], n->root));
	KUNIT_EXPECT_FALSE(test, pidmap_ns_within(n->root, ns[0]));
}

static struct kunit_case nsref_cases[] = {
	KUNIT_CASE(by_view),
	KUNIT_CASE(by_level),
	KUNIT_CASE(by_tid),
	KUNIT_CASE(reference_is_held),
	KUNIT_CASE(by_inum),
	KUNIT_CASE(by_id),
	KUNIT_CASE(unknown_kinds),
	KUNIT_CASE(no_open_file),
	KUNIT_CASE(by_fd),
	KUNIT_CASE(file_is_held),
	KUNIT_CASE(fd_of_something_else),
	KUNIT_CASE(fd_opened_as_path),
	KUNIT_CASE(within),
	{}
};

static struct kunit_suite nsref_suite = {
	.name = "pidmap_nsref",
	.init = names_init,
	.test_cases = nsref_cases,
};

kunit_test_suite(nsref_suite);
