// SPDX-License-Identifier: GPL-2.0-only
/* The rig and its picture of the world; needs no device. */
#include "test.h"

/* On its way to sleep, it may still run. */
static bool is_alive(pid_t pid, pid_t tid)
{
	int state = proc_state(pid, tid);

	return state == 'S' || state == 'R' || state == 'D';
}

static void tree_is_as_drawn(void **state)
{
	static const int levels[] = { 0, 0, 1, 1, 2, 2, 3, 3, 1, 1 };
	struct tree *t = grow();
	struct world *w = world_read(true);
	size_t i;
	int level;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t->all); i++) {
		struct proc *p = t->all[i];
		const struct world_task *task =
			world_find(w, PIDMAP_TGID, p->pid, 0);

		check(task);
		check_eq(p->level, levels[i]);
		check_eq(w->ns[task->ns].inum, p->inum);
		check_eq(w->ns[task->ns].level, p->level);
		for (level = 0; level <= p->level; level++)
			check_eq(task->nr[PIDMAP_TID][level], p->nr[level]);
		check_eq(inum_of(fetch_fd(p, p->ns)), p->inum);
	}
	check_eq(w->n_ns, 5);
	check_eq(w->n_tasks, 15);
	check_eq(t->c->nr[3], 1);
	check(t->a->inum != t->s->inum);
	world_free(w);
}

static void answers_follow(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);
	int a = world_ns(w, t->a->inum), b = world_ns(w, t->b->inum);
	int c = world_ns(w, t->c->inum), s = world_ns(w, t->s->inum);

	(void)state;
	check_eq(world_translate(w, PIDMAP_TID, t->c2->pid, 0, c), 91);
	check_eq(world_translate(w, PIDMAP_TID, 91, c, a), 75);
	check_eq(world_translate(w, PIDMAP_TID, 75, a, b), 83);
	check_eq(world_translate(w, PIDMAP_TID, 75, a, s), -EREMOTE);
	check_eq(world_translate(w, PIDMAP_TID, 75, s, a), -ESRCH);
	check_eq(world_translate(w, PIDMAP_TID, t->c2_thread[0], 0, c),
		 world_find(w, PIDMAP_TID, t->c2_thread[0], 0)->nr[0][3]);
	check_eq(world_translate(w, PIDMAP_TGID, t->c2_thread[0], 0, c),
		 -ESRCH);
	check_eq(world_translate(w, PIDMAP_PGID, getpgrp(), 0, a), -EREMOTE);
	world_free(w);
}

static long count_to(void *arg)
{
	return ++*(int *)arg;
}

static void processes_obey(void **state)
{
	struct tree *t = grow();
	int *n = shared(sizeof(*n));
	int devnull = open("/dev/null", O_RDONLY);
	struct stat st;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t->all); i++)
		check_eq(run(t->all[i], count_to, n), i + 1);
	send_fd(t->c2, devnull, 150);
	fd = fetch_fd(t->c2, 150);
	check_eq(fstat(fd, &st), 0);
	check(S_ISCHR(st.st_mode));
	close(fd);
	close(devnull);
	become(t->top2, 1000, CAP(19));
	check(is_alive(t->c2->pid, t->c2->pid));
	finish(t->c2);
	check_eq(proc_state(t->c2->pid, t->c2->pid), 'Z');
	reap(t->c2);
	check_eq(proc_state(t->c2_thread[0], t->c2_thread[0]), 0);
}

static void leader_may_go_first(void **state)
{
	struct proc *p = spawn(self, 0);
	pid_t tids[2];

	(void)state;
	threads(p, 2, tids);
	behead(p);
	check_eq(proc_state(p->pid, p->pid), 'Z');
	check(is_alive(p->pid, tids[1]));
}

static void levels_go_down_to_32(void **state)
{
	struct proc *p = self;
	int level;

	(void)state;
	for (level = 1; level <= 32; level++) {
		p = spawn(p, CLONE_NEWPID);
		check_eq(p->level, level);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(tree_is_as_drawn),
	TEST(answers_follow),
	TEST(processes_obey),
	TEST(leader_may_go_first),
	TEST(levels_go_down_to_32),
};

static void __attribute__((constructor)) without_device(void)
{
	rig_no_device = true;
}

RUN(tests)
