// SPDX-License-Identifier: GPL-2.0-only
/* TASK_IDS: the five numbers of a task, as /proc has them. */
#include "test.h"

/* Our own parent is in our namespace, too, but no part of the rig. */
static int in_ns(struct world *w, pid_t tgid, int ns)
{
	const struct world_task *t = world_find(w, PIDMAP_TGID, tgid, 0);

	if (!t)
		return w->ns[ns].level ? 0 : tgid;
	return world_nr(w, t, PIDMAP_TGID, ns);
}

/* What @p should hear of task @t, named by its number in @from, in @to */
static void check_task(struct world *w, struct proc *p,
		       const struct world_task *t, struct proc *from,
		       struct proc *to)
{
	int f = world_ns(w, from->inum), o = world_ns(w, to->inum);
	int nr = world_nr(w, t, PIDMAP_TID, f), err, got;
	struct pidmap_task_ids ids;
	int view = world_ns(w, p->inum);

	ids = task_ids(p, nr, FD(from->ns), FD(to->ns), &err);
	if (!world_within(w, f, view) || !world_within(w, o, view)) {
		check_eq(err, -EPERM);
		return;
	}
	check_eq(err, !nr ? -ESRCH : !world_within(w, t->ns, o) ? -EREMOTE : 0);
	if (err)
		return;
	check_eq(ids.tid, world_nr(w, t, PIDMAP_TID, o));
	check_eq(ids.tgid, world_nr(w, t, PIDMAP_TGID, o));
	check_eq(ids.pgid, world_nr(w, t, PIDMAP_PGID, o));
	check_eq(ids.sid, world_nr(w, t, PIDMAP_SID, o));
	check_eq(ids.ppid, in_ns(w, t->ppid, o));
	check_eq(ids.start_time, 0);
	/* one type at a time gives the same */
	got = translate(p, PIDMAP_TGID, world_nr(w, t, PIDMAP_TGID, f),
			FD(from->ns), FD(to->ns));
	check_eq(got, ids.tgid);
}

static void check_everyone(struct tree *t)
{
	struct proc *in[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	struct world *w = world_read(true);
	size_t who, from, to;
	int i;

	for (who = 0; who < ARRAY_SIZE(in); who++)
	for (from = 0; from < ARRAY_SIZE(in); from++)
	for (to = 0; to < ARRAY_SIZE(in); to++)
	for (i = 0; i < w->n_tasks; i++)
		check_task(w, in[who], &w->task[i], in[from], in[to]);
	world_free(w);
}

static void as_proc_says(void **state)
{
	(void)state;
	check_everyone(grow());
}

static void with_groups_and_sessions(void **state)
{
	struct tree *t = grow();
	int *zeros = shared(2 * sizeof(int));
	struct proc *p, *q;

	(void)state;
	check_eq(run(t->a2, do_setsid, NULL), 0);
	p = spawn(t->a2, 0);
	check_eq(run(p, do_setpgid, zeros), 0);
	spawn(p, 0);
	q = spawn(p, CLONE_NEWPID);
	spawn(q, 0);
	check_eq(run(t->c2, do_setsid, NULL), 0);
	finish(spawn(t->c2, 0));
	/* session and group without their leader */
	q = spawn(t->b, 0);
	check_eq(run(q, do_setsid, NULL), 0);
	spawn(q, 0);
	reap(q);
	/* the same, with a zombie and an orphan below */
	q = spawn(t->s2, 0);
	spawn(q, 0);
	finish(q);
	check_everyone(t);
}

static void leaders_not_in_view(void **state)
{
	struct tree *t = grow();
	struct pidmap_task_ids ids;
	int err;

	(void)state;
	/* group, session and parent of an init are outside */
	ids = task_ids(t->a, 1, VIEW, VIEW, &err);
	check_eq(err, 0);
	check_eq(ids.tid, 1);
	check_eq(ids.tgid, 1);
	check_eq(ids.pgid, 0);
	check_eq(ids.sid, 0);
	check_eq(ids.ppid, 0);
	ids = task_ids(self, t->b->pid, VIEW, FD(t->a->ns), &err);
	check_eq(err, 0);
	check_eq(ids.tid, 72);
	check_eq(ids.ppid, 71);
	check_eq(ids.pgid, 0);
}

static void wrong_numbers(void **state)
{
	struct tree *t = grow();
	int numbers[] = { 0, -1, INT32_MIN, INT32_MAX, unused_number() };
	size_t i;
	int err;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(numbers); i++) {
		task_ids(self, numbers[i], VIEW, VIEW, &err);
		check_eq(err, -ESRCH);
	}
	task_ids(self, self->pid, VIEW, FD(t->a->ns), &err);
	check_eq(err, -EREMOTE);
	task_ids(self, 76, FD(t->s->ns), FD(t->a->ns), &err);
	check_eq(err, -EREMOTE);
}

static void group_number_is_no_task(void **state)
{
	struct proc *leader = spawn(self, 0), *member;
	struct pidmap_task_ids ids;
	int pid = leader->pid, err;

	(void)state;
	check_eq(run(leader, do_setsid, NULL), 0);
	member = spawn(leader, 0);
	reap(leader);
	task_ids(self, pid, VIEW, VIEW, &err);
	check_eq(err, -ESRCH);
	ids = task_ids(self, member->pid, VIEW, VIEW, &err);
	check_eq(err, 0);
	check_eq(ids.pgid, pid);
	check_eq(ids.sid, pid);
	check_eq(ids.ppid, self->pid);	/* a subreaper */
}

static int ask(int nr, unsigned int flags, __u64 *start)
{
	struct pidmap_task_ids t = {
		.size = sizeof(t), .flags = flags, .nr = nr, .from = VIEW,
		.to = VIEW, .start_time = *start,
	};
	int err = call(self, OWN, PIDMAP_TASK_IDS, &t, sizeof(t));

	if (err || !(flags & PIDMAP_START_TIME))
		check_eq(t.start_time, *start);
	*start = t.start_time;
	return err;
}

static void start_time(void **state)
{
	struct tree *t = grow();
	pid_t tid = t->c2_thread[1];
	__u64 start = 0, wrong;

	(void)state;
	check_eq(ask(tid, PIDMAP_START_TIME, &start), 0);
	check(start == start_of(self, tid));
	check_eq(ask(tid, PIDMAP_EXPECT_START, &start), 0);
	wrong = start + 1;
	check_eq(ask(tid, PIDMAP_EXPECT_START, &wrong), -ESTALE);
	check_eq(ask(tid, PIDMAP_EXPECT_START | PIDMAP_START_TIME, &wrong),
		 -ESTALE);
}

static const struct CMUnitTest tests[] = {
	TEST(as_proc_says),
	TEST(with_groups_and_sessions),
	TEST(leaders_not_in_view),
	TEST(wrong_numbers),
	TEST(group_number_is_no_task),
	TEST(start_time),
};

RUN(tests)
