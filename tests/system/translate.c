// SPDX-License-Identifier: GPL-2.0-only
/* TRANSLATE: every number of every type, and what becomes of it. */
#include "test.h"

static const char * const type_names[] = { "TID", "TGID", "PGID", "SID" };

/* One that never was, in any namespace: unused_number() may have been. */
static int beyond_pid_max(void)
{
	FILE *file = fopen("/proc/sys/kernel/pid_max", "re");
	int max;

	check(file && fscanf(file, "%d", &max) == 1);
	fclose(file);
	return max;
}

struct question {
	struct pidmap_translate t;
	int want;
	int ret;
};

struct questions {
	int n;
	struct question q[2000];
};

static long ask_all(void *arg)
{
	struct questions *all = arg;
	int i;

	for (i = 0; i < all->n; i++) {
		struct question *q = &all->q[i];

		q->ret = ioctl(OWN, PIDMAP_TRANSLATE, &q->t) ? -errno :
			 q->t.result;
	}
	return 0;
}

static void put(struct proc *p, struct questions *all)
{
	int i;

	check_eq(run(p, ask_all, all), 0);
	for (i = 0; i < all->n; i++) {
		struct question *q = &all->q[i];

		if (q->ret != q->want)
			rig_fail(__FILE__, __LINE__,
				 "%s %d, level %d asks fd %llu -> fd %llu: %d (%s), should be %d (%s)",
				 type_names[q->t.type], q->t.nr, p->level,
				 (unsigned long long)q->t.from.value,
				 (unsigned long long)q->t.to.value, q->ret,
				 err_name(q->ret), q->want,
				 err_name(q->want));
	}
	all->n = 0;
}

/* Each of the tree's callers asks for every number between every two. */
static void ask_about_all(struct tree *t, struct world *w)
{
	struct proc *callers[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	struct proc *in[] = { t->top, t->a, t->b, t->c, t->s };
	static const int odd[] = { 0, -1, INT32_MIN, INT32_MAX };
	struct questions *all = shared(sizeof(*all));
	size_t who, from, to;
	int type, i;

	for (who = 0; who < ARRAY_SIZE(callers); who++)
	for (from = 0; from < ARRAY_SIZE(in); from++)
	for (to = 0; to < ARRAY_SIZE(in); to++)
	for (type = 0; type < 4; type++) {
		int view = world_ns(w, callers[who]->inum);
		int f = world_ns(w, in[from]->inum);
		int o = world_ns(w, in[to]->inum);
		bool visible = world_within(w, f, view) &&
			       world_within(w, o, view);

		for (i = 0; i < w->n_tasks + (int)ARRAY_SIZE(odd); i++) {
			struct question *q = &all->q[all->n];
			int nr = i < w->n_tasks ?
				 world_nr(w, &w->task[i], type, f) :
				 odd[i - w->n_tasks];

			memset(q, 0, sizeof(*q));
			q->t.size = sizeof(q->t);
			q->t.type = type;
			q->t.nr = nr;
			q->t.from = FD(in[from]->ns);
			q->t.to = FD(in[to]->ns);
			q->want = !visible ? -EPERM :
				  world_translate(w, type, nr, f, o);
			if (++all->n == ARRAY_SIZE(all->q))
				put(callers[who], all);
		}
		put(callers[who], all);
	}
}

static void every_number_of_the_tree(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);

	(void)state;
	ask_about_all(t, w);
	world_free(w);
}

static void every_number_with_groups(void **state)
{
	struct tree *t = grow();
	struct proc *p, *q;
	struct world *w;

	(void)state;
	/* sessions and groups of their own, and a group across namespaces */
	check_eq(run(t->a2, do_setsid, NULL), 0);
	p = spawn(t->a2, 0);
	check_eq(run(p, do_setpgid, (int *)shared(2 * sizeof(int))), 0);
	spawn(p, 0);
	spawn(p, CLONE_NEWPID);
	check_eq(run(t->c, do_setsid, NULL), 0);
	check_eq(run(t->c2, do_setsid, NULL), 0);
	/* a zombie, and a session and a group whose leader was reaped */
	q = spawn(t->b, 0);
	finish(q);
	q = spawn(t->b, 0);
	check_eq(run(q, do_setsid, NULL), 0);
	p = spawn(q, 0);
	spawn(q, CLONE_NEWPID);
	reap(q);
	q = spawn(t->s, 0);
	check_eq(run(q, do_setpgid, (int *)shared(2 * sizeof(int))), 0);
	spawn(q, 0);
	reap(q);
	w = world_read(true);
	ask_about_all(t, w);
	world_free(w);
}

static void named_cases(void **state)
{
	struct tree *t = grow();
	int nr;

	(void)state;
	/* down, up, across two levels */
	check_eq(translate(self, PIDMAP_TGID, t->c2->pid, VIEW, FD(t->c->ns)),
		 91);
	check_eq(translate(self, PIDMAP_TGID, 91, FD(t->c->ns), VIEW),
		 t->c2->pid);
	check_eq(translate(self, PIDMAP_TGID, 91, FD(t->c->ns), FD(t->a->ns)),
		 75);
	check_eq(translate(t->a, PIDMAP_TGID, 75, VIEW, FD(t->c->ns)), 91);
	/* the same namespace twice */
	check_eq(translate(t->b, PIDMAP_TID, 81, VIEW, VIEW), 81);
	check_eq(translate(t->b, PIDMAP_TID, 80, VIEW, VIEW), -ESRCH);
	/* sisters */
	check_eq(translate(self, PIDMAP_TGID, 76, FD(t->s->ns), FD(t->a->ns)),
		 -EREMOTE);
	check_eq(translate(self, PIDMAP_TGID, t->a2->pid, VIEW, FD(t->b->ns)),
		 -EREMOTE);
	/* a thread is a TID, not a TGID */
	nr = translate(self, PIDMAP_TID, t->c2_thread[1], VIEW, FD(t->c->ns));
	check(nr > 0);
	check_eq(translate(self, PIDMAP_TID, nr, FD(t->c->ns), VIEW),
		 t->c2_thread[1]);
	check_eq(translate(self, PIDMAP_TGID, t->c2_thread[1], VIEW, VIEW),
		 -ESRCH);
	/* a leader of nothing */
	check_eq(translate(self, PIDMAP_PGID, t->a2->pid, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_SID, t->a2->pid, VIEW, VIEW), -ESRCH);
	/* no numbers at all */
	check_eq(translate(self, PIDMAP_TID, 0, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TID, -1, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TID, -self->pid, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TID, beyond_pid_max(), VIEW, VIEW),
		 -ESRCH);
	check_eq(translate(self, PIDMAP_TID, 1 << 22, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TID, unused_number(), VIEW, VIEW),
		 -ESRCH);
}

static void zombie_until_reaped(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->c2, 0);
	int pid = p->pid;

	(void)state;
	finish(p);
	check_eq(proc_state(pid, pid), 'Z');
	check_eq(translate(self, PIDMAP_TGID, pid, VIEW, FD(t->c->ns)),
		 p->nr[3]);
	check_eq(translate(t->a, PIDMAP_TID, p->nr[1], VIEW, FD(t->b->ns)),
		 p->nr[2]);
	reap(p);
	check_eq(translate(self, PIDMAP_TGID, pid, VIEW, FD(t->c->ns)),
		 -ESRCH);
	check_eq(translate(self, PIDMAP_TID, p->nr[3], FD(t->c->ns), VIEW),
		 -ESRCH);
}

static void leader_thread_gone(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	pid_t tids[2];

	(void)state;
	threads(p, 2, tids);
	behead(p);
	check_eq(translate(self, PIDMAP_TGID, p->pid, VIEW, FD(p->ns)), 1);
	check_eq(translate(self, PIDMAP_TID, p->pid, VIEW, FD(p->ns)), 1);
	check(translate(self, PIDMAP_TID, tids[0], VIEW, FD(p->ns)) > 1);
}

static void group_outlives_leader(void **state)
{
	struct tree *t = grow();
	struct proc *leader = spawn(t->b, 0), *member;
	int pid = leader->pid, nr[MAX_LEVELS];

	(void)state;
	memcpy(nr, leader->nr, sizeof(nr));
	check_eq(run(leader, do_setsid, NULL), 0);
	member = spawn(leader, 0);
	reap(leader);
	check_eq(translate(self, PIDMAP_TID, pid, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TGID, pid, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, FD(t->b->ns)), nr[2]);
	check_eq(translate(self, PIDMAP_SID, pid, VIEW, FD(t->b->ns)), nr[2]);
	check_eq(translate(t->a, PIDMAP_SID, nr[1], VIEW, FD(t->b->ns)),
		 nr[2]);
	check_eq(translate(self, PIDMAP_SID, pid, VIEW, FD(t->s->ns)),
		 -EREMOTE);
	adopt(member, t->b);
	reap(member);
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_SID, pid, VIEW, VIEW), -ESRCH);
}

/* The leader lived deeper than the member that keeps the group alive. */
static void group_from_below(void **state)
{
	struct tree *t = grow();
	struct proc *session = spawn(t->a2, 0);
	struct proc *leader = spawn(session, CLONE_NEWPID);
	int *join = shared(2 * sizeof(int));
	int pid = leader->pid, below;

	(void)state;
	check_eq(run(leader, do_setpgid, (int *)shared(2 * sizeof(int))), 0);
	join[1] = leader->nr[1];
	check_eq(run(session, do_setpgid, join), 0);
	below = leader->ns;
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, FD(below)), 1);
	reap(leader);
	/* the namespace is dead but for our descriptor */
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, FD(t->a->ns)),
		 join[1]);
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, FD(below)), 1);
	check_eq(translate(self, PIDMAP_TID, pid, VIEW, FD(below)), -ESRCH);
}

static int ask_start(struct proc *p, int type, int nr, unsigned int flags,
		     __u64 *start)
{
	struct pidmap_translate t = {
		.size = sizeof(t), .flags = flags, .type = type, .nr = nr,
		.from = VIEW, .to = VIEW, .start_time = *start,
	};
	int err = call(p, OWN, PIDMAP_TRANSLATE, &t, sizeof(t));

	if (err || !(flags & PIDMAP_START_TIME))
		check_eq(t.start_time, *start);
	*start = t.start_time;
	return err;
}

static void start_time_is_procs(void **state)
{
	struct tree *t = grow();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t->all); i++) {
		struct proc *p = t->all[i];
		__u64 start = start_of(self, p->pid), other;
		long long ticks = proc_start(p->pid, p->pid);

		check(ticks > 0);
		check(llabs((long long)(start / 10000000) - ticks) <= 1);
		/* who asks, and of which type, makes no difference */
		other = 0;
		check_eq(ask_start(p, PIDMAP_TGID, p->nr[p->level],
				   PIDMAP_START_TIME, &other), 0);
		check(other == start);
	}
	for (i = 1; i < ARRAY_SIZE(t->c2_thread); i++)
		check(start_of(self, t->c2_thread[i]) >=
		      start_of(self, t->c2_thread[i - 1]));
	check(start_of(self, t->c2_thread[0]) > start_of(self, t->c2->pid));
}

static void expected_start_guards(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	pid_t nr[] = { 50, p->pid + 500 };
	__u64 first, start, wrong;
	struct proc *q;

	(void)state;
	q = spawn_at(p, 0, nr, 2);
	first = start_of(self, nr[1]);
	start = first;
	check_eq(ask_start(self, PIDMAP_TID, nr[1],
			   PIDMAP_EXPECT_START, &start), 0);
	check_eq(ask_start(self, PIDMAP_TID, nr[1], PIDMAP_START_TIME, &start),
		 0);
	check(start == first);
	for (wrong = first - 1; wrong <= first + 1; wrong += 2) {
		start = wrong;
		check_eq(ask_start(self, PIDMAP_TID, nr[1],
			   PIDMAP_EXPECT_START, &start),
			 -ESTALE);
		check_eq(ask_start(self, PIDMAP_TID, nr[1], PIDMAP_EXPECT_START |
			   PIDMAP_START_TIME, &start), -ESTALE);
	}
	start = ~0ULL;
	check_eq(ask_start(self, PIDMAP_TID, nr[1],
			   PIDMAP_EXPECT_START, &start), -ESTALE);

	/* the same number again is another task */
	reap(q);
	start = first;
	check_eq(ask_start(self, PIDMAP_TID, nr[1],
			   PIDMAP_EXPECT_START, &start), -ESRCH);
	q = spawn_at(p, 0, nr, 2);
	check_eq(q->pid, nr[1]);
	start = first;
	check_eq(ask_start(self, PIDMAP_TID, nr[1],
			   PIDMAP_EXPECT_START, &start), -ESTALE);
	check_eq(translate(self, PIDMAP_TID, nr[1], VIEW, FD(p->ns)), 50);
}

static void no_start_without_leader(void **state)
{
	struct proc *leader = spawn(self, 0);
	int pid = leader->pid;
	__u64 old = start_of(self, pid), start = 0;

	(void)state;
	check_eq(run(leader, do_setsid, NULL), 0);
	start = old;
	check_eq(ask_start(self, PIDMAP_SID, pid,
			   PIDMAP_EXPECT_START, &start), 0);
	spawn(leader, 0);
	reap(leader);
	start = 0;
	check_eq(ask_start(self, PIDMAP_SID, pid, PIDMAP_START_TIME, &start),
		 0);
	check_eq(start, 0);
	start = old;
	check_eq(ask_start(self, PIDMAP_SID, pid,
			   PIDMAP_EXPECT_START, &start), -ESRCH);
	check_eq(ask_start(self, PIDMAP_PGID, pid, PIDMAP_EXPECT_START |
			   PIDMAP_START_TIME, &start), -ESRCH);
}

static void down_to_level_32(void **state)
{
	struct proc *p[MAX_LEVELS] = { self };
	int from, to, level;

	(void)state;
	for (level = 1; level < MAX_LEVELS; level++)
		p[level] = spawn(p[level - 1], CLONE_NEWPID);
	for (from = 0; from < MAX_LEVELS; from++) {
		for (to = 0; to < MAX_LEVELS; to++) {
			check_eq(translate(self, PIDMAP_TGID, p[32]->nr[from],
					   FD(p[from]->ns), FD(p[to]->ns)),
				 p[32]->nr[to]);
		}
	}
	check_eq(translate(p[32], PIDMAP_TGID, 1, VIEW, VIEW), 1);
	check_eq(translate(p[31], PIDMAP_TGID, 2, VIEW, FD(p[32]->ns)), 1);
}

static void as_nsfs_says(void **state)
{
	struct tree *t = grow();
	struct world *w;
	int i, who, tgid;

	(void)state;
	if (!nsfs_answers())
		rig_skip("this kernel has no NS_GET_PID_IN_PIDNS");
	finish(spawn(t->b, 0));
	w = world_read(true);
	for (tgid = 0; tgid < 2; tgid++)
	for (who = 0; who < (int)ARRAY_SIZE(t->all); who++)
	for (i = 0; i < w->n_tasks; i++) {
		struct proc *p = t->all[who];
		int ns;

		for (ns = 0; ns < w->n_ns; ns++) {
			int nr = world_nr(w, &w->task[i], tgid, ns);
			int theirs, ours, k, fd = -1;

			for (k = 0; k < (int)ARRAY_SIZE(t->all); k++)
				if (t->all[k]->inum == w->ns[ns].inum)
					fd = t->all[k]->ns;
			/* Those above the caller are for nobody but nsfs. */
			if (!world_within(w, ns, world_ns(w, p->inum)))
				continue;
			if (!nr)
				nr = w->task[i].tid;
			theirs = nsfs_from(p, fd, nr, tgid);
			ours = translate(p, tgid, nr, FD(fd), VIEW);
			/* nsfs takes a thread's TID for a TGID and answers it */
			if (tgid && ours == -ESRCH)
				continue;
			check_eq(ours == -EREMOTE ? -ESRCH : ours, theirs);
		}
		for (ns = 0; ns < w->n_ns; ns++) {
			int nr = world_nr(w, &w->task[i], tgid,
					  world_ns(w, p->inum));
			int theirs, ours, k, fd = -1;

			for (k = 0; k < (int)ARRAY_SIZE(t->all); k++)
				if (t->all[k]->inum == w->ns[ns].inum)
					fd = t->all[k]->ns;
			if (!nr || !world_within(w, ns, world_ns(w, p->inum)))
				continue;
			theirs = nsfs_in(p, fd, nr, tgid);
			ours = translate(p, tgid, nr, VIEW, FD(fd));
			check_eq(ours == -EREMOTE ? -ESRCH : ours, theirs);
		}
	}
	world_free(w);
}

static const struct CMUnitTest tests[] = {
	TEST(named_cases),
	TEST(every_number_of_the_tree),
	TEST(every_number_with_groups),
	TEST(zombie_until_reaped),
	TEST(leader_thread_gone),
	TEST(group_outlives_leader),
	TEST(group_from_below),
	TEST(start_time_is_procs),
	TEST(expected_start_guards),
	TEST(no_start_without_leader),
	TEST(down_to_level_32),
	TEST(as_nsfs_says),
};

RUN(tests)
