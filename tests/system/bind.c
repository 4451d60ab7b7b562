// SPDX-License-Identifier: GPL-2.0-only
/* BIND: a pair of namespaces, once for an open file. */
#include "test.h"

/* By struct and by value: the two must agree. */
static int bound(struct proc *p, int fd, int type, int nr)
{
	int by_struct = translate_on(p, fd, type, nr, BOUND, BOUND);

	check_eq(translate_bound(p, fd, type, nr), by_struct);
	return by_struct;
}

static int bind_on(struct proc *p, int fd, struct pidmap_nsref from,
		   struct pidmap_nsref to)
{
	struct pidmap_bind b = { .size = sizeof(b), .from = from, .to = to };

	return call(p, fd, PIDMAP_BIND, &b, sizeof(b));
}

static void not_before(void **state)
{
	struct pidmap_pid got[MAX_LEVELS];
	int nr = 1, err;

	(void)state;
	check_eq(bound(self, OWN, PIDMAP_TID, 1), -ENODATA);
	check_eq(translate(self, PIDMAP_TID, 1, VIEW, BOUND), -ENODATA);
	check_eq(translate(self, PIDMAP_TID, 1, BOUND, VIEW), -ENODATA);
	check_eq(translate_many(self, OWN, PIDMAP_TID, &nr, 1, BOUND, VIEW),
		 -ENODATA);
	task_ids(self, 1, BOUND, VIEW, &err);
	check_eq(err, -ENODATA);
	check_eq(pids(self, PIDMAP_TID, 1, BOUND, got), -ENODATA);
}

static void means_what_was_bound(void **state)
{
	struct tree *t = grow();
	struct pidmap_pid got[MAX_LEVELS];
	struct pidmap_task_ids ids;
	int numbers[] = { 75, 71, 1, 0, 80 }, err;
	static const int want[] = { 91, -EREMOTE, -EREMOTE, -ESRCH, -ESRCH };
	size_t i;

	(void)state;
	check_eq(bind_on(self, OWN, FD(t->a->ns), FD(t->c->ns)), 0);
	check_eq(bound(self, OWN, PIDMAP_TGID, 75), 91);
	check_eq(translate(self, PIDMAP_TGID, 75, BOUND, VIEW), t->c2->pid);
	check_eq(translate(self, PIDMAP_TGID, t->c2->pid, VIEW, BOUND), 91);
	check_eq(bound(self, OWN, PIDMAP_TGID, 71), -EREMOTE);
	check_eq(bound(self, OWN, PIDMAP_TGID, 91), -ESRCH);
	check_eq(translate_many(self, OWN, PIDMAP_TGID, numbers,
				ARRAY_SIZE(numbers), BOUND, BOUND), 0);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		check_eq(numbers[i], want[i]);
	ids = task_ids(self, 75, BOUND, BOUND, &err);
	check_eq(err, 0);
	check_eq(ids.tid, 91);
	check_eq(pids(self, PIDMAP_TID, 75, BOUND, got), 4);
	check_eq(got[3].nr, 91);
}

/* Every number of every type, between every two */
static void by_value(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	static const int odd[] = { 0, -1, INT32_MIN, INT32_MAX, 3999999 };
	struct world *w;
	size_t from, to, i;
	int type;

	(void)state;
	check_eq(run(t->a2, do_setsid, NULL), 0);
	spawn(t->a2, CLONE_NEWPID);
	w = world_read(true);
	for (from = 0; from < ARRAY_SIZE(in); from++)
	for (to = 0; to < ARRAY_SIZE(in); to++) {
		int f = world_ns(w, in[from]->inum);
		int o = world_ns(w, in[to]->inum);

		reopen(self);
		check_eq(bind_on(self, OWN, FD(in[from]->ns), FD(in[to]->ns)),
			 0);
		for (type = 0; type < 4; type++) {
			for (i = 0; i < (size_t)w->n_tasks; i++) {
				int nr = world_nr(w, &w->task[i], type, f);

				check_eq(bound(self, OWN, type, nr),
					 world_translate(w, type, nr, f, o));
			}
			for (i = 0; i < ARRAY_SIZE(odd); i++)
				check_eq(bound(self, OWN, type, odd[i]),
					 -ESRCH);
		}
	}
	world_free(w);
}

/* The argument is one number, all of it. */
static void by_value_counts_32_bits(void **state)
{
	(void)state;
	check_eq(bind_on(self, OWN, VIEW, VIEW), 0);
	check_eq(translate_bound(self, OWN, PIDMAP_TID, self->pid), self->pid);
#ifdef __LP64__
	check_eq(call_raw(self, OWN, PIDMAP_BOUND_TID,
			  (void *)(1L << 32 | self->pid)), self->pid);
	check_eq(call_raw(self, OWN, PIDMAP_BOUND_TID,
			  (void *)(1L << 63 | self->pid)), self->pid);
	check_eq(call_raw(self, OWN, PIDMAP_BOUND_TID,
			  (void *)(1L << 31)), -ESRCH);
#endif
}

static void once(void **state)
{
	struct tree *t = grow();

	(void)state;
	/* what fails binds nothing */
	check_eq(bind_on(self, OWN, FD(INT32_MAX), VIEW), -EBADF);
	check_eq(bind_on(self, OWN, VIEW, INUM(1)), -ENOENT);
	check_eq(bind_on(self, OWN, VIEW, LEVEL(7)), -ENOENT);
	check_eq(bind_on(self, OWN, BOUND, VIEW), -EINVAL);
	check_eq(bind_on(self, OWN, VIEW, BOUND), -EINVAL);
	check_eq(translate(self, PIDMAP_TID, 1, BOUND, VIEW), -ENODATA);

	check_eq(bind_on(self, OWN, VIEW, FD(t->a->ns)), 0);
	check_eq(bind_on(self, OWN, VIEW, FD(t->a->ns)), -EBUSY);
	check_eq(bind_on(self, OWN, VIEW, VIEW), -EBUSY);
	check_eq(bind_on(self, OWN, BOUND, VIEW), -EINVAL);
	check_eq(bound(self, OWN, PIDMAP_TGID, t->a2->pid), 71);
	/* another open file knows nothing of it */
	reopen(self);
	check_eq(bound(self, OWN, PIDMAP_TGID, t->a2->pid),
		 -ENODATA);
	check_eq(bind_on(self, OWN, FD(t->a->ns), VIEW), 0);
	check_eq(bound(self, OWN, PIDMAP_TGID, 71), t->a2->pid);
}

/* dup() and SCM_RIGHTS make no new open file. */
static void shared_by_duplicates(void **state)
{
	struct tree *t = grow();
	int copy = dup(OWN);

	(void)state;
	share_fd(copy);
	check_eq(bind_on(t->top2, copy, FD(t->a->ns), FD(t->b->ns)), 0);
	check_eq(bound(self, OWN, PIDMAP_TGID, 73), 81);
	check_eq(bind_on(self, copy, VIEW, VIEW), -EBUSY);
	close(copy);
}

static void every_kind(void **state)
{
	struct tree *t = grow();
	struct pidmap_nsref names[] = { FD(t->c->ns), BY_TID(75),
					INUM(t->c->inum),
					BY_ID(nsfs_id(t->c->ns)) };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (names[i].kind == PIDMAP_NS_ID && !names[i].value)
			continue;
		reopen(t->a);
		check_eq(bind_on(t->a, OWN, names[i], LEVEL(1)), 0);
		check_eq(bound(t->a, OWN, PIDMAP_TGID, 91), 75);
	}
}

/* The file keeps the namespace, not the task or descriptor that named it. */
static void outlives_its_names(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(self, CLONE_NEWPID), *q = spawn(p, 0);
	int pid = q->pid;

	(void)state;
	check_eq(bind_on(self, OWN, VIEW, BY_TID(pid)), 0);
	reap(q);
	check_eq(bound(self, OWN, PIDMAP_TGID, p->pid), 1);
	check_eq(bound(self, OWN, PIDMAP_TGID, t->a->pid),
		 -EREMOTE);
	close(p->ns);
	reap(p);
	check_eq(bound(self, OWN, PIDMAP_TGID, 1), -EREMOTE);
	check_eq(bound(self, OWN, PIDMAP_TGID, unused_number()),
		 -ESRCH);
	p->ns = self->ns;
}

/* Bound outside, used inside: the view decides at every call. */
static void view_is_checked_again(void **state)
{
	struct tree *t = grow();
	int fd = open(DEVICE, O_RDWR);

	(void)state;
	check(fd >= 0);
	check_eq(bind_on(self, fd, VIEW, FD(t->b->ns)), 0);
	share_fd(fd);
	check_eq(bound(self, fd, PIDMAP_TGID, t->b2->pid),
		 81);
	/* from is above, to is not */
	check_eq(bound(t->a, fd, PIDMAP_TGID, t->b2->pid),
		 -EPERM);
	check_eq(translate_on(t->a, fd, PIDMAP_TGID, 73, VIEW, BOUND), 81);
	check_eq(translate_on(t->c, fd, PIDMAP_TGID, 91, VIEW, BOUND), -EPERM);
	check_eq(translate_on(t->s, fd, PIDMAP_TGID, 1, VIEW, BOUND), -EPERM);
	close(fd);
}

static void right_is_checked_again(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(self, 0);

	(void)state;
	check_eq(bind_on(p, OWN, VIEW, INUM(t->a->inum)), 0);
	check_eq(translate(p, PIDMAP_TGID, t->a2->pid, VIEW, BOUND), 71);
	become(p, 1000, 0);
	check_eq(translate(p, PIDMAP_TGID, t->a2->pid, VIEW, BOUND), -EPERM);
	check_eq(translate(p, PIDMAP_TGID, t->a2->pid, BOUND, VIEW),
		 t->a2->pid);
	/* bound by descriptor, nothing more is needed */
	p = spawn(self, 0);
	check_eq(bind_on(p, OWN, VIEW, FD(t->a->ns)), 0);
	become(p, 1000, 0);
	check_eq(bound(p, OWN, PIDMAP_TGID, t->a2->pid), 71);
}

static void policy_is_checked_again(void **state)
{
	struct tree *t = grow();

	(void)state;
	policy("none");
	check_eq(bind_on(t->b2, OWN, VIEW, LEVEL(0)), -EPERM);
	policy("subtree");
	check_eq(bind_on(t->b2, OWN, VIEW, LEVEL(0)), 0);
	check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, BOUND), t->b2->pid);
	check_eq(translate(t->b2, PIDMAP_TGID, 83, VIEW, BOUND), t->c2->pid);
	policy("self");
	check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, BOUND), t->b2->pid);
	check_eq(translate(t->b2, PIDMAP_TGID, 83, VIEW, BOUND), -EPERM);
	policy("none");
	check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, BOUND), -EPERM);
	check_eq(translate(t->b2, PIDMAP_TGID, 81, BOUND, VIEW), 81);
}

/* A level above one view is none above a view beside it. */
static void level_of_another_branch(void **state)
{
	struct tree *t = grow();
	int fd = open(DEVICE, O_RDWR);

	(void)state;
	check(fd >= 0);
	share_fd(fd);
	policy("subtree");
	check_eq(bind_on(t->b2, fd, VIEW, LEVEL(1)), 0);
	check_eq(translate_on(t->b2, fd, PIDMAP_TGID, 81, VIEW, BOUND), 73);
	check_eq(translate_on(t->c, fd, PIDMAP_TGID, 91, VIEW, BOUND), 75);
	check_eq(translate_on(t->s, fd, PIDMAP_TGID, 1, VIEW, BOUND), -EPERM);
	policy("none");
	close(fd);
}

static const struct CMUnitTest tests[] = {
	TEST(not_before),
	TEST(means_what_was_bound),
	TEST(by_value),
	TEST(by_value_counts_32_bits),
	TEST(once),
	TEST(shared_by_duplicates),
	TEST(every_kind),
	TEST(outlives_its_names),
	TEST(view_is_checked_again),
	TEST(right_is_checked_again),
	TEST(policy_is_checked_again),
	TEST(level_of_another_branch),
};

RUN(tests)
