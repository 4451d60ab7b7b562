// SPDX-License-Identifier: GPL-2.0-only
/*
 * Who looks and what they may ask: the view, the identity right, the upward
 * policy and what is bound. The caller is the thread that runs the test; it
 * lives in the initial namespace, and for moments in made-up ones below it.
 */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/fs.h>

#include "fake.h"
#include "view.h"

/* init_pid_ns - outer - view - inner, and beside the view: other */
struct setup {
	struct pid_namespace *outer, *view, *inner, *other;
	struct pid *outer_pid, *view_pid, *inner_pid, *other_pid;
	struct pidmap_file pf;
	struct file *file;
	struct pidmap_view v;
	struct pidmap_pair pair;
};

static int setup_init(struct kunit *test)
{
	struct setup *s = kunit_kzalloc(test, sizeof(*s), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, s);
	test->priv = s;
	s->outer = fake_ns(test, &init_pid_ns);
	s->view = fake_ns(test, s->outer);
	s->inner = fake_ns(test, s->view);
	s->other = fake_ns(test, s->outer);
	s->outer_pid = fake_pid(test, s->outer, (pid_t[]){ 900000, 1 });
	s->view_pid = fake_pid(test, s->view, (pid_t[]){ 900001, 2, 1 });
	s->inner_pid = fake_pid(test, s->inner, (pid_t[]){ 900002, 3, 2, 1 });
	s->other_pid = fake_pid(test, s->other, (pid_t[]){ 900003, 4, 1 });
	fake_task(test, s->outer_pid, NULL);
	fake_task(test, s->view_pid, NULL);
	fake_task(test, s->inner_pid, NULL);
	fake_task(test, s->other_pid, NULL);

	s->file = kunit_kzalloc(test, sizeof(*s->file), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, s->file);
	s->file->f_cred = current_cred();
	s->file->private_data = &s->pf;
	s->pf.ns = s->view;
	s->pf.opener = s->view;
	s->v.ns = s->view;
	s->v.file = s->file;
	return 0;
}

static void setup_exit(struct kunit *test)
{
	pidmap_upward = PIDMAP_UPWARD_NONE;
}

/* Close the file, which holds the reference that open(2) took. */
static void release(struct setup *s)
{
	get_pid_ns(s->pf.opener);
	pidmap_view_release(&s->pf);
}

static struct pidmap_nsref name_of(u32 kind, u64 value)
{
	return (struct pidmap_nsref) { .kind = kind, .value = value };
}

/* Resolve a pair and let it go again; s->pair can still be looked at. */
static int pair(struct setup *s, struct pidmap_nsref from,
		struct pidmap_nsref to)
{
	int err;

	err = pidmap_view_pair(s->file, &from, &to, &s->pair);
	if (!err)
		pidmap_pair_put(&s->pair);
	return err;
}

/* -------------------------------------------------------------- the view */

/* The view of a caller in @caller. */
static int view_of(struct setup *s, struct pid *caller)
{
	struct pid *own = NULL;
	int err;

	if (caller)
		own = fake_enter(caller);
	err = pidmap_view_get(&s->v, s->file);
	if (caller)
		fake_leave(own);
	return err;
}

/* The same through a file opened in @opener. */
static int view_get(struct setup *s, struct pid *caller,
		    struct pid_namespace *opener)
{
	s->pf.ns = opener;
	s->pf.opener = opener;
	return view_of(s, caller);
}

static void view_is_the_deeper_one(struct kunit *test)
{
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, 0, view_get(s, NULL, &init_pid_ns));
	KUNIT_EXPECT_PTR_EQ(test, &init_pid_ns, s->v.ns);
	KUNIT_EXPECT_PTR_EQ(test, s->file, s->v.file);
	KUNIT_EXPECT_EQ(test, 0, view_get(s, NULL, s->inner));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->v.ns);
	KUNIT_EXPECT_EQ(test, 0, view_get(s, s->view_pid, s->view));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->v.ns);
	KUNIT_EXPECT_EQ(test, 0, view_get(s, s->view_pid, s->inner));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->v.ns);
	KUNIT_EXPECT_EQ(test, 0, view_get(s, s->inner_pid, s->outer));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->v.ns);
	KUNIT_EXPECT_EQ(test, 0, view_get(s, s->inner_pid, &init_pid_ns));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->v.ns);
}

static void view_of_strangers(struct kunit *test)
{
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, -EPERM, view_get(s, s->view_pid, s->other));
	KUNIT_EXPECT_EQ(test, -EPERM, view_get(s, s->other_pid, s->view));
	KUNIT_EXPECT_EQ(test, -EPERM, view_get(s, s->inner_pid, s->other));
	KUNIT_EXPECT_EQ(test, -EPERM, view_get(s, s->other_pid, s->inner));
	/* and so there is no pair of namespaces either */
	s->pf.opener = fake_ns(test, NULL);
	s->pf.ns = s->pf.opener;
	KUNIT_EXPECT_EQ(test, -EPERM, pair(s, view, view));
}

/* ---------------------------------------------------- the identity right */

/* What @check says when the caller, the opener or both lack the right. */
static void without_right(struct kunit *test,
			  void (*check)(struct kunit *test, bool right))
{
	const struct cred *weak = fake_cred(test);
	struct setup *s = test->priv;
	const struct cred *own;

	check(test, true);
	s->file->f_cred = weak;
	check(test, false);
	own = override_creds(weak);
	check(test, false);
	s->file->f_cred = own;
	check(test, false);
	revert_creds(own);
	check(test, true);
}

static void check_identity(struct kunit *test, bool right)
{
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, right, pidmap_view_identity(&s->v));
}

static void identity(struct kunit *test)
{
	without_right(test, check_identity);
}

static void check_names(struct kunit *test, bool right)
{
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;
	const struct pidmap_nsref names[] = {
		name_of(PIDMAP_NS_TID, 2),
		name_of(PIDMAP_NS_INUM, s->inner->ns.inum),
	};
	int i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM,
				pair(s, names[i], view));
		if (right)
			KUNIT_EXPECT_PTR_EQ(test, s->inner, s->pair.t.from);
		KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM,
				pair(s, view, names[i]));
		if (right)
			KUNIT_EXPECT_PTR_EQ(test, s->inner, s->pair.t.to);
	}
	/* who may not name it is not told whether it exists either */
	KUNIT_EXPECT_EQ(test, right ? -ENOENT : -EPERM,
			pair(s, name_of(PIDMAP_NS_TID, 77), view));
	KUNIT_EXPECT_EQ(test, right ? -ENOENT : -EPERM,
			pair(s, name_of(PIDMAP_NS_INUM, 77), view));
	KUNIT_EXPECT_EQ(test, !right ? -EPERM :
			PIDMAP_HAVE_NS_ID ? -ENOENT : -EOPNOTSUPP,
			pair(s, name_of(PIDMAP_NS_ID, 77), view));
	/* these need no right */
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, view));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.from);
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.to);
	KUNIT_EXPECT_EQ(test, 0,
			pair(s, name_of(PIDMAP_NS_LEVEL, 2), view));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.from);
}

static void names_need_right(struct kunit *test)
{
	without_right(test, check_names);
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(((struct setup *)
					       test->priv)->inner));
}

static void check_subtree(struct kunit *test, bool right)
{
	struct setup *s = test->priv;
	struct pidmap_nsref name = {};
	struct pidmap_nshold hold;
	int err;

	err = pidmap_view_subtree(&s->v, &name, &hold);
	KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM, err);
	if (!err) {
		KUNIT_EXPECT_PTR_EQ(test, s->view, hold.ns);
		pidmap_nshold_put(&hold);
	}
	name = name_of(PIDMAP_NS_TID, 2);
	err = pidmap_view_subtree(&s->v, &name, &hold);
	KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM, err);
	if (!err) {
		KUNIT_EXPECT_PTR_EQ(test, s->inner, hold.ns);
		pidmap_nshold_put(&hold);
	}
}

static void listing_needs_right(struct kunit *test)
{
	without_right(test, check_subtree);
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(((struct setup *)
					       test->priv)->inner));
}

static void check_hidden(struct kunit *test, bool right)
{
	struct setup *s = test->priv;
	struct pidmap_pid pids[3], kept = { .inum = 5, .nr = 6, .id = 7 };
	struct pid *own;
	int i;

	/* from outside the view, nothing in it is the caller's own */
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = kept;
	pidmap_view_hide(&s->v, pids, 2);
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		KUNIT_EXPECT_EQ(test, kept.nr, pids[i].nr);
		KUNIT_EXPECT_EQ(test, right || i == 2 ? 5 : 0, pids[i].inum);
		KUNIT_EXPECT_EQ(test, right || i == 2 ? 7 : 0, pids[i].id);
	}
	/* one who lives in it knows that one */
	for (i = 0; i < ARRAY_SIZE(pids); i++)
		pids[i] = kept;
	own = fake_enter(s->view_pid);
	pidmap_view_hide(&s->v, pids, 2);
	fake_leave(own);
	for (i = 0; i < ARRAY_SIZE(pids); i++) {
		KUNIT_EXPECT_EQ(test, right || i != 1 ? 5 : 0, pids[i].inum);
		KUNIT_EXPECT_EQ(test, right || i != 1 ? 7 : 0, pids[i].id);
	}
}

static void hidden_without_right(struct kunit *test)
{
	without_right(test, check_hidden);
}

/* ------------------------------------------------------------ the policy */

static void upward_none(struct kunit *test)
{
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;
	int level;

	for (level = 0; level < 2; level++) {
		struct pidmap_nsref up = name_of(PIDMAP_NS_LEVEL, level);

		KUNIT_EXPECT_EQ(test, -EPERM, pair(s, view, up));
		KUNIT_EXPECT_EQ(test, -EPERM, pair(s, up, view));
		KUNIT_EXPECT_EQ(test, -EPERM, pair(s, up, up));
	}
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, name_of(PIDMAP_NS_LEVEL, 2)));
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.within);
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.only);
	KUNIT_EXPECT_EQ(test, -ENOENT,
			pair(s, view, name_of(PIDMAP_NS_LEVEL, 3)));
}

static void upward_self(struct kunit *test)
{
	const struct pidmap_nsref up = name_of(PIDMAP_NS_LEVEL, 1);
	const struct pidmap_nsref top = name_of(PIDMAP_NS_LEVEL, 0);
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;

	pidmap_upward = PIDMAP_UPWARD_SELF;
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, up));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.from);
	KUNIT_EXPECT_PTR_EQ(test, s->outer, s->pair.t.to);
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.within);
	KUNIT_EXPECT_PTR_EQ(test, current, s->pair.t.only);
	KUNIT_EXPECT_EQ(test, 0, pair(s, name_of(PIDMAP_NS_TID, 2), top));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->pair.t.from);
	KUNIT_EXPECT_PTR_EQ(test, &init_pid_ns, s->pair.t.to);
	KUNIT_EXPECT_PTR_EQ(test, current, s->pair.t.only);
	/* only upwards */
	KUNIT_EXPECT_EQ(test, -EPERM, pair(s, up, view));
	KUNIT_EXPECT_EQ(test, -EPERM, pair(s, top, up));
	KUNIT_EXPECT_EQ(test, -EPERM, pair(s, up, up));
	/* and what stays in the view is not touched by it */
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, view));
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.only);
}

static void upward_subtree(struct kunit *test)
{
	const struct pidmap_nsref up = name_of(PIDMAP_NS_LEVEL, 1);
	const struct pidmap_nsref top = name_of(PIDMAP_NS_LEVEL, 0);
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;

	pidmap_upward = PIDMAP_UPWARD_SUBTREE;
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, up));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.within);
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.only);
	KUNIT_EXPECT_EQ(test, 0, pair(s, up, view));
	KUNIT_EXPECT_PTR_EQ(test, s->outer, s->pair.t.from);
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.within);
	KUNIT_EXPECT_EQ(test, 0, pair(s, top, up));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.within);
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, view));
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.within);
}

/* A descriptor of a namespace above is no way around, whatever the policy. */
static void fd_above_the_view(struct kunit *test)
{
	struct setup *s = test->priv;
	struct pidmap_nsref view = {}, name;
	struct pidmap_nshold hold;

	name = name_of(PIDMAP_NS_FD,
		       fake_proc_fd(test, "self/ns/pid", O_RDONLY));
	for (pidmap_upward = PIDMAP_UPWARD_NONE;
	     pidmap_upward <= PIDMAP_UPWARD_SUBTREE; pidmap_upward++) {
		KUNIT_EXPECT_EQ(test, -EPERM, pair(s, name, view));
		KUNIT_EXPECT_EQ(test, -EPERM, pair(s, view, name));
		KUNIT_EXPECT_EQ(test, -EPERM,
				pair(s, name, name_of(PIDMAP_NS_LEVEL, 1)));
		KUNIT_EXPECT_EQ(test, -EPERM,
				pidmap_view_subtree(&s->v, &name, &hold));
	}
}

/* Nothing above is listed, whatever the policy. */
static void no_listing_above(struct kunit *test)
{
	const struct pidmap_nsref up = name_of(PIDMAP_NS_LEVEL, 1);
	struct setup *s = test->priv;
	struct pidmap_nshold hold;

	for (pidmap_upward = PIDMAP_UPWARD_NONE;
	     pidmap_upward <= PIDMAP_UPWARD_SUBTREE; pidmap_upward++)
		KUNIT_EXPECT_EQ(test, -EPERM,
				pidmap_view_subtree(&s->v, &up, &hold));
}

/* Root of a container may see the file writable, and must not set it. */
static void policy_needs_capability(struct kunit *test)
{
	const struct kernel_param kp = { .arg = &pidmap_upward };
	bool loaded = pidmap_loaded;
	const struct cred *own;
	int after, before;

	own = override_creds(fake_cred(test));
	pidmap_loaded = true;
	after = pidmap_upward_ops.set("subtree", &kp);
	/* the parameter of a module that is being loaded */
	pidmap_loaded = false;
	before = pidmap_upward_ops.set("self", &kp);
	pidmap_loaded = loaded;
	revert_creds(own);
	KUNIT_EXPECT_EQ(test, -EPERM, after);
	KUNIT_EXPECT_EQ(test, 0, before);
	KUNIT_EXPECT_EQ(test, PIDMAP_UPWARD_SELF, pidmap_upward);
}

static void expect_policy(struct kunit *test, const char *value, int err,
			  int policy, const char *shown)
{
	const struct kernel_param kp = { .arg = &pidmap_upward };
	char *buffer = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	KUNIT_EXPECT_EQ_MSG(test, err, pidmap_upward_ops.set(value, &kp),
			    "'%s'", value);
	KUNIT_EXPECT_EQ_MSG(test, policy, pidmap_upward, "after '%s'", value);
	KUNIT_EXPECT_EQ(test, (int)strlen(shown),
			pidmap_upward_ops.get(buffer, &kp));
	KUNIT_EXPECT_STREQ(test, shown, buffer);
}

static void policy_parameter(struct kunit *test)
{
	static const char * const bad[] = {
		"", "\n", "Self", "selfish", "sub", "1", "2", "3", "-1",
		" none", "none,self",
	};
	int i;

	expect_policy(test, "self", 0, PIDMAP_UPWARD_SELF, "self\n");
	expect_policy(test, "subtree\n", 0, PIDMAP_UPWARD_SUBTREE,
		      "subtree\n");
	for (i = 0; i < ARRAY_SIZE(bad); i++)
		expect_policy(test, bad[i], -EINVAL, PIDMAP_UPWARD_SUBTREE,
			      "subtree\n");
	expect_policy(test, "none\n", 0, PIDMAP_UPWARD_NONE, "none\n");
}

/* ----------------------------------------------------------------- bound */

static void bound(struct kunit *test)
{
	const struct pidmap_nsref bound = name_of(PIDMAP_NS_BOUND, 0);
	const struct pidmap_nsref inner = name_of(PIDMAP_NS_TID, 2);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;

	KUNIT_EXPECT_EQ(test, -ENODATA, pair(s, bound, view));
	KUNIT_EXPECT_EQ(test, -ENODATA, pair(s, view, bound));

	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &inner, &view, &p));
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	KUNIT_EXPECT_EQ(test, -EBUSY, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	KUNIT_EXPECT_EQ(test, 2, fake_ns_refs(s->inner));
	KUNIT_EXPECT_EQ(test, 2, fake_ns_refs(s->view));

	KUNIT_EXPECT_EQ(test, 0, pair(s, bound, bound));
	KUNIT_EXPECT_PTR_EQ(test, s->inner, s->pair.t.from);
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.to);
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, bound));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.from);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pair(s, name_of(PIDMAP_NS_BOUND, 1), view));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pair(s, view, name_of(PIDMAP_NS_BOUND, 1ULL << 32)));
	KUNIT_EXPECT_EQ(test, 2, fake_ns_refs(s->inner));

	release(s);
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(s->inner));
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(s->view));
}

static void unbound(struct kunit *test)
{
	struct setup *s = test->priv;

	release(s);
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(s->view));
}

/* It saves the look-up, not the rights. */
static void check_bound(struct kunit *test, bool right)
{
	const struct pidmap_nsref bound = name_of(PIDMAP_NS_BOUND, 0);
	struct pidmap_nsref view = {};
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM, pair(s, bound, view));
	/* the other place was bound by a name that needs none */
	KUNIT_EXPECT_EQ(test, 0, pair(s, view, bound));
}

static void bound_needs_right(struct kunit *test)
{
	const struct pidmap_nsref inner = name_of(PIDMAP_NS_TID, 2);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;

	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &inner, &view, &p));
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	without_right(test, check_bound);
	release(s);
}

static void bound_follows_policy(struct kunit *test)
{
	const struct pidmap_nsref bound = name_of(PIDMAP_NS_BOUND, 0);
	const struct pidmap_nsref up = name_of(PIDMAP_NS_LEVEL, 1);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;

	pidmap_upward = PIDMAP_UPWARD_SUBTREE;
	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &view, &up, &p));
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	KUNIT_EXPECT_EQ(test, 0, pair(s, bound, bound));
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pair.t.within);
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pair.t.only);
	pidmap_upward = PIDMAP_UPWARD_SELF;
	KUNIT_EXPECT_EQ(test, 0, pair(s, bound, bound));
	KUNIT_EXPECT_PTR_EQ(test, current, s->pair.t.only);
	pidmap_upward = PIDMAP_UPWARD_NONE;
	KUNIT_EXPECT_EQ(test, -EPERM, pair(s, bound, bound));
	release(s);
}

/* The file goes to someone deeper, whose view is not what was bound. */
static void bound_outside_the_view(struct kunit *test)
{
	const struct pidmap_nsref bound = name_of(PIDMAP_NS_BOUND, 0);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;
	struct pid *own;
	int from, to;

	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &view, &view, &p));
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	own = fake_enter(s->inner_pid);
	from = pair(s, bound, view);
	to = pair(s, view, bound);
	fake_leave(own);
	KUNIT_EXPECT_EQ(test, -EPERM, from);
	KUNIT_EXPECT_EQ(test, -EPERM, to);
	release(s);
}

/* --------------------------------------------------------- raised views */

static int raise(struct setup *s, u32 kind, u64 value)
{
	const struct pidmap_nsref name = name_of(kind, value);

	return pidmap_view_raise(s->file, &name);
}

static void check_raised(struct kunit *test, bool right)
{
	struct setup *s = test->priv;
	struct pid_namespace *want = right ? &init_pid_ns : s->view;

	KUNIT_EXPECT_EQ(test, 0, view_of(s, NULL));
	KUNIT_EXPECT_PTR_EQ(test, want, s->v.ns);
	KUNIT_EXPECT_EQ(test, 0, view_of(s, s->view_pid));
	KUNIT_EXPECT_PTR_EQ(test, want, s->v.ns);
	want = right ? &init_pid_ns : s->inner;
	KUNIT_EXPECT_EQ(test, 0, view_of(s, s->inner_pid));
	KUNIT_EXPECT_PTR_EQ(test, want, s->v.ns);
	/* one who has no view here gets one by it */
	KUNIT_EXPECT_EQ(test, right ? 0 : -EPERM, view_of(s, s->other_pid));
}

static void raised(struct kunit *test)
{
	int fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, 0, raise(s, PIDMAP_NS_FD, fd));
	without_right(test, check_raised);
	KUNIT_EXPECT_EQ(test, -EBUSY, raise(s, PIDMAP_NS_FD, fd));
	release(s);
}

static void raising_needs_right(struct kunit *test)
{
	int fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
	const struct cred *weak = fake_cred(test);
	struct setup *s = test->priv;
	const struct cred *own;
	int weak_caller, both;

	own = override_creds(weak);
	weak_caller = raise(s, PIDMAP_NS_FD, fd);
	s->file->f_cred = weak;
	both = raise(s, PIDMAP_NS_FD, fd);
	revert_creds(own);
	KUNIT_EXPECT_EQ(test, -EPERM, weak_caller);
	KUNIT_EXPECT_EQ(test, -EPERM, both);
	KUNIT_EXPECT_EQ_MSG(test, -EPERM, raise(s, PIDMAP_NS_FD, fd),
			    "the opener lacks it");
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pf.raised);
	/* a refusal fixes nothing */
	s->file->f_cred = own;
	KUNIT_EXPECT_EQ(test, 0, raise(s, PIDMAP_NS_FD, fd));
	release(s);
}

static void raised_to_no_namespace(struct kunit *test)
{
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, -EBADF, raise(s, PIDMAP_NS_FD, 1000));
	KUNIT_EXPECT_EQ(test, -EBADF, raise(s, PIDMAP_NS_FD, 1ULL << 32));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			raise(s, PIDMAP_NS_FD,
			      fake_proc_fd(test, "self/ns/user", O_RDONLY)));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			raise(s, PIDMAP_NS_FD,
			      fake_proc_fd(test, "version", O_RDONLY)));
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pf.raised);
	KUNIT_EXPECT_EQ(test, 0, s->pf.fixed);
}

/* What is bound was checked against the view of that moment. */
static void raised_after_bind(struct kunit *test)
{
	int fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;

	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &view, &view, &p));
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	KUNIT_EXPECT_PTR_EQ(test, s->view, s->pf.bound_view);
	KUNIT_EXPECT_EQ(test, -EBUSY, raise(s, PIDMAP_NS_FD, fd));
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pf.raised);
	release(s);
}

/* A pair bound from a raised view is checked on every call. */
static void bound_in_raised_view(struct kunit *test)
{
	int fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
	struct setup *s = test->priv;
	struct pidmap_nsref view = {};
	struct pidmap_pair p;

	KUNIT_EXPECT_EQ(test, 0, raise(s, PIDMAP_NS_FD, fd));
	KUNIT_ASSERT_EQ(test, 0, pidmap_view_pair(s->file, &view, &view, &p));
	KUNIT_EXPECT_PTR_EQ(test, &init_pid_ns, p.t.from);
	KUNIT_EXPECT_EQ(test, 0, pidmap_view_bind(&s->pf, &p));
	pidmap_pair_put(&p);
	KUNIT_EXPECT_PTR_EQ(test, NULL, s->pf.bound_view);
	release(s);
}

static void reserved_in_a_name(struct kunit *test)
{
	struct pidmap_nsref view = {}, bad = { .reserved = 1 };
	struct setup *s = test->priv;
	struct pidmap_nshold hold;

	KUNIT_EXPECT_EQ(test, -EINVAL, pair(s, bad, view));
	KUNIT_EXPECT_EQ(test, -EINVAL, pair(s, view, bad));
	KUNIT_EXPECT_EQ(test, -EINVAL,
			pidmap_view_subtree(&s->v, &bad, &hold));
}

/* When the second name fails, the first is let go. */
static void second_name_fails(struct kunit *test)
{
	struct setup *s = test->priv;

	KUNIT_EXPECT_EQ(test, -ENOENT,
			pair(s, name_of(PIDMAP_NS_TID, 2),
			     name_of(PIDMAP_NS_TID, 77)));
	KUNIT_EXPECT_EQ(test, -EPERM,
			pair(s, name_of(PIDMAP_NS_TID, 2),
			     name_of(PIDMAP_NS_LEVEL, 0)));
	KUNIT_EXPECT_EQ(test, -ENOENT,
			pair(s, name_of(PIDMAP_NS_INUM, s->inner->ns.inum),
			     name_of(PIDMAP_NS_INUM, 77)));
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(s->inner));
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(s->view));
}

static struct kunit_case view_cases[] = {
	KUNIT_CASE(view_is_the_deeper_one),
	KUNIT_CASE(view_of_strangers),
	KUNIT_CASE(identity),
	KUNIT_CASE(names_need_right),
	KUNIT_CASE(listing_needs_right),
	KUNIT_CASE(hidden_without_right),
	KUNIT_CASE(upward_none),
	KUNIT_CASE(upward_self),
	KUNIT_CASE(upward_subtree),
	KUNIT_CASE(fd_above_the_view),
	KUNIT_CASE(no_listing_above),
	KUNIT_CASE(policy_needs_capability),
	KUNIT_CASE(policy_parameter),
	KUNIT_CASE(bound),
	KUNIT_CASE(unbound),
	KUNIT_CASE(bound_needs_right),
	KUNIT_CASE(bound_follows_policy),
	KUNIT_CASE(bound_outside_the_view),
	KUNIT_CASE(raised),
	KUNIT_CASE(raising_needs_right),
	KUNIT_CASE(raised_to_no_namespace),
	KUNIT_CASE(raised_after_bind),
	KUNIT_CASE(bound_in_raised_view),
	KUNIT_CASE(reserved_in_a_name),
	KUNIT_CASE(second_name_fails),
	{}
};

static struct kunit_suite view_suite = {
	.name = "pidmap_view",
	.init = setup_init,
	.exit = setup_exit,
	.test_cases = view_cases,
};

kunit_test_suite(view_suite);
