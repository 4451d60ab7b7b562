// SPDX-License-Identifier: GPL-2.0-only
/* The upward policy: what a caller hears of the levels above its view. */
#include "test.h"

static void none(void **state)
{
	struct tree *t = grow();
	int err, level;

	(void)state;
	policy("none");
	for (level = 0; level < 2; level++) {
		check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, LEVEL(level)),
			 -EPERM);
		check_eq(translate(t->b2, PIDMAP_TGID, 81, LEVEL(level), VIEW),
			 -EPERM);
		/* whether it exists or not */
		check_eq(translate(t->b2, PIDMAP_TGID, 4000, VIEW,
				   LEVEL(level)), -EPERM);
		task_ids(t->b2, 81, VIEW, LEVEL(level), &err);
		check_eq(err, -EPERM);
	}
}

static void self_tells_own_numbers(void **state)
{
	struct tree *t = grow();
	pid_t tids[2], here[MAX_LEVELS];
	struct proc *p = spawn(t->b, 0);
	int level, own = p->nr[2], i;

	(void)state;
	policy("self");
	threads(p, 2, tids);
	for (level = 0; level < 3; level++) {
		check_eq(translate(p, PIDMAP_TGID, own, VIEW, LEVEL(level)),
			 p->nr[level]);
		check_eq(translate(p, PIDMAP_TID, own, VIEW, LEVEL(level)),
			 p->nr[level]);
		for (i = 0; i < 2; i++) {
			check_eq(proc_numbers(p->pid, tids[i], "NSpid", here),
				 3);
			check_eq(translate(p, PIDMAP_TID, here[2], VIEW,
					   LEVEL(level)), here[level]);
			check_eq(translate(p, PIDMAP_TGID, here[2], VIEW,
					   LEVEL(level)), -ESRCH);
		}
	}
	/* a group and a session are its own where it leads them */
	check_eq(translate(p, PIDMAP_PGID, own, VIEW, LEVEL(0)), -ESRCH);
	check_eq(run(p, do_setsid, NULL), 0);
	check_eq(translate(p, PIDMAP_PGID, own, VIEW, LEVEL(0)), p->pid);
	check_eq(translate(p, PIDMAP_SID, own, VIEW, LEVEL(1)), p->nr[1]);
}

static void self_tells_nothing_of_others(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->b, 0), *child, *sister;
	int type;

	(void)state;
	policy("self");
	check_eq(run(t->b2, do_setsid, NULL), 0);
	check_eq(run(p, do_setsid, NULL), 0);
	child = spawn(p, 0);
	sister = spawn(t->b, 0);
	for (type = 0; type < 2; type++) {
		check_eq(translate(p, type, 81, VIEW, LEVEL(0)), -EPERM);
		check_eq(translate(p, type, 1, VIEW, LEVEL(0)), -EPERM);
		check_eq(translate(p, type, child->nr[2], VIEW, LEVEL(1)),
			 -EPERM);
		check_eq(translate(p, type, sister->nr[2], VIEW, LEVEL(1)),
			 -EPERM);
		check_eq(translate(p, type, 83, VIEW, LEVEL(1)), -EPERM);
		check_eq(translate(p, type, 91, FD(t->c->ns), LEVEL(1)),
			 -EPERM);
	}
	/* a session it is in, but does not lead */
	check_eq(translate(child, PIDMAP_SID, p->nr[2], VIEW, LEVEL(0)),
		 -EPERM);
	check_eq(translate(child, PIDMAP_PGID, p->nr[2], VIEW, LEVEL(0)),
		 -EPERM);
	check_eq(translate(p, PIDMAP_SID, 81, VIEW, LEVEL(0)), -EPERM);
	/* what does not exist here is nobody */
	check_eq(translate(p, PIDMAP_TGID, 0, VIEW, LEVEL(0)), -ESRCH);
	check_eq(translate(p, PIDMAP_TGID, -1, VIEW, LEVEL(0)), -ESRCH);
	check_eq(translate(p, PIDMAP_TGID, self->pid, VIEW, LEVEL(0)),
		 -ESRCH);
	/* from above: not even itself */
	check_eq(translate(p, PIDMAP_TGID, p->pid, LEVEL(0), VIEW), -EPERM);
	check_eq(translate(p, PIDMAP_TGID, p->pid, LEVEL(0), LEVEL(1)),
		 -EPERM);
	check_eq(translate(p, PIDMAP_TGID, p->pid, LEVEL(0), LEVEL(0)),
		 -EPERM);
	/* other names than a level are as ever */
	check_eq(translate(p, PIDMAP_TGID, p->nr[2], VIEW, FD(self->ns)),
		 -EPERM);
	check_eq(translate(p, PIDMAP_TGID, p->nr[2], VIEW, INUM(self->inum)),
		 -ENOENT);
	/* and downwards all is as ever */
	check_eq(translate(p, PIDMAP_TGID, 83, VIEW, FD(t->c->ns)), 91);
}

static void self_in_an_array(void **state)
{
	struct tree *t = grow();
	int numbers[] = { 81, 83, 0, 4000, 1, 81 };
	static const int want[] = { 0, -EPERM, -ESRCH, -ESRCH, -EPERM, 0 };
	size_t i;

	(void)state;
	policy("self");
	check_eq(translate_many(t->b2, OWN, PIDMAP_TGID, numbers,
				ARRAY_SIZE(numbers), VIEW, LEVEL(0)), 0);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		check_eq(numbers[i], want[i] ? want[i] : t->b2->pid);
	check_eq(translate_many(t->b2, OWN, PIDMAP_TGID, numbers, 1, LEVEL(0),
				VIEW), -EPERM);
}

static void self_all_ids(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->b, 0);
	struct pidmap_task_ids ids;
	pid_t tid, nr[MAX_LEVELS];
	int err;

	(void)state;
	policy("self");
	/* its own group and session are led by others, outside */
	ids = task_ids(p, p->nr[2], VIEW, LEVEL(0), &err);
	check_eq(err, 0);
	check_eq(ids.tid, p->pid);
	check_eq(ids.tgid, p->pid);
	check_eq(ids.pgid, 0);
	check_eq(ids.sid, 0);
	check_eq(ids.ppid, 0);
	check_eq(run(p, do_setsid, NULL), 0);
	threads(p, 1, &tid);
	check_eq(proc_numbers(p->pid, tid, "NSpid", nr), 3);
	ids = task_ids(p, nr[2], VIEW, LEVEL(1), &err);
	check_eq(err, 0);
	check_eq(ids.tid, nr[1]);
	check_eq(ids.tgid, p->nr[1]);
	check_eq(ids.pgid, p->nr[1]);
	check_eq(ids.sid, p->nr[1]);
	check_eq(ids.ppid, 0);
	task_ids(p, 81, VIEW, LEVEL(1), &err);
	check_eq(err, -EPERM);
	task_ids(p, 4000, VIEW, LEVEL(1), &err);
	check_eq(err, -ESRCH);
	task_ids(p, p->pid, LEVEL(0), VIEW, &err);
	check_eq(err, -EPERM);
}

/* "Own" is the caller's, not the opener's. */
static void self_is_the_caller(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->b, 0);

	(void)state;
	policy("self");
	send_fd(p, fetch_fd(t->b2, OWN), 150);
	check_eq(translate_on(p, 150, PIDMAP_TGID, p->nr[2], VIEW, LEVEL(0)),
		 p->pid);
	check_eq(translate_on(p, 150, PIDMAP_TGID, 81, VIEW, LEVEL(0)),
		 -EPERM);
}

/*
 * Opened below and used above: the caller has no number in the view, so that
 * it hears nothing of itself either.
 */
static void self_is_not_in_the_view(void **state)
{
	struct tree *t = grow();

	(void)state;
	policy("self");
	send_fd(t->a2, fetch_fd(t->b2, OWN), 150);
	check_eq(translate_on(t->a2, 150, PIDMAP_TGID, 81, VIEW, LEVEL(0)),
		 -EPERM);
	check_eq(translate_on(t->a2, 150, PIDMAP_TGID, 71, VIEW, LEVEL(0)),
		 -ESRCH);
}

static void self_needs_no_right(void **state)
{
	struct tree *t = grow();

	(void)state;
	policy("self");
	become(t->b2, 1000, 0);
	check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, LEVEL(0)),
		 t->b2->pid);
	check_eq(translate(t->b2, PIDMAP_TGID, 1, VIEW, LEVEL(0)), -EPERM);
}

static void subtree_both_ways(void **state)
{
	struct tree *t = grow();
	struct world *w;
	int i, type, from, to;

	(void)state;
	check_eq(run(t->b2, do_setsid, NULL), 0);
	spawn(t->b2, 0);
	w = world_read(true);
	policy("subtree");
	for (i = 0; i < w->n_tasks; i++)
	for (type = 0; type < 4; type++)
	for (from = 0; from <= 2; from++)
	for (to = 0; to <= 2; to++) {
		/* the levels above b: of a and of us */
		int up[] = { world_ns(w, self->inum), world_ns(w, t->a->inum),
			     world_ns(w, t->b->inum) };
		int nr = world_nr(w, &w->task[i], type, up[from]);
		int want = world_translate(w, type, nr, up[from], up[to]);

		/* who is not in the view does not exist */
		if (want > 0 && world_translate(w, type, nr, up[from], up[2])
		    < 0)
			want = -ESRCH;
		if (want == -EREMOTE)
			want = -ESRCH;
		check_eq(translate(t->b, type, nr, LEVEL(from), LEVEL(to)),
			 want);
		if (nr > 0 && from == 2) {
			int many[] = { nr };

			check_eq(translate_many(t->b, OWN, type, many, 1, VIEW,
						LEVEL(to)), 0);
			check_eq(many[0], want);
		}
	}
	world_free(w);
}

static void subtree_hides_the_rest(void **state)
{
	struct tree *t = grow();
	struct pidmap_pid got[MAX_LEVELS];
	struct pidmap_task_ids ids;
	int nr, err;

	(void)state;
	policy("subtree");
	/* every number of level 0: answers for b's members only */
	for (nr = -1; nr < 1000; nr++) {
		int want = -ESRCH, i;

		for (i = 4; i < 8; i++)
			if (t->all[i]->pid == nr)
				want = t->all[i]->nr[2];
		check_eq(translate(t->b, PIDMAP_TGID, nr, LEVEL(0), VIEW),
			 want);
	}
	/* nor are others' groups told as numbers of its own tasks */
	ids = task_ids(t->b, 1, VIEW, LEVEL(0), &err);
	check_eq(err, 0);
	check_eq(ids.tid, t->b->pid);
	check_eq(ids.pgid, 0);
	check_eq(ids.sid, 0);
	check_eq(ids.ppid, 0);
	ids = task_ids(t->b, t->b2->pid, LEVEL(0), LEVEL(1), &err);
	check_eq(err, 0);
	check_eq(ids.tid, 73);
	check_eq(ids.ppid, 72);
	task_ids(t->b, t->a2->pid, LEVEL(0), VIEW, &err);
	check_eq(err, -ESRCH);
	/* PIDS begins at the view all the same */
	check_eq(pids(t->b, PIDMAP_TGID, t->c2->pid, LEVEL(0), got), 2);
	check_eq(got[0].nr, 83);
	check_eq(got[0].inum, t->b->inum);
	check_eq(pids(t->b, PIDMAP_TGID, t->a2->pid, LEVEL(0), got), -ESRCH);
	/* below a level above, only the path to the view is there */
	check_eq(translate(t->b, PIDMAP_TGID, 81, VIEW, FD(t->a->ns)),
		 -EPERM);
	check_eq(translate(t->b, PIDMAP_TGID, 81, VIEW, FD(t->s->ns)),
		 -EPERM);
	check_eq(translate(t->b, PIDMAP_TGID, 81, VIEW, INUM(t->a->inum)),
		 -ENOENT);
	check_eq(translate(t->b, PIDMAP_TGID, 81, VIEW, LEVEL(3)), -ENOENT);
}

static void changes_at_run_time(void **state)
{
	struct tree *t = grow();
	static const char * const names[] = { "none", "self", "subtree" };
	int i;

	(void)state;
	for (i = 0; i < 9; i++) {
		policy(names[i % 3]);
		check_eq(translate(t->b2, PIDMAP_TGID, 81, VIEW, LEVEL(0)),
			 i % 3 ? t->b2->pid : -EPERM);
		check_eq(translate(t->b2, PIDMAP_TGID, 83, VIEW, LEVEL(0)),
			 i % 3 == 2 ? t->c2->pid : -EPERM);
	}
}

static long try_policy(void *unused)
{
	int fd = open(POLICY, O_WRONLY);

	(void)unused;
	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void only_root_changes_it(void **state)
{
	struct proc *p = spawn(self, 0);

	(void)state;
	check_eq(run(p, try_policy, NULL), 0);
	become(p, 1000, 0);
	check_eq(run(p, try_policy, NULL), -EACCES);
}

static const struct CMUnitTest tests[] = {
	TEST(none),
	TEST(self_tells_own_numbers),
	TEST(self_tells_nothing_of_others),
	TEST(self_in_an_array),
	TEST(self_all_ids),
	TEST(self_is_the_caller),
	TEST(self_is_not_in_the_view),
	TEST(self_needs_no_right),
	TEST(subtree_both_ways),
	TEST(subtree_hides_the_rest),
	TEST(changes_at_run_time),
	TEST(only_root_changes_it),
};

RUN(tests)
