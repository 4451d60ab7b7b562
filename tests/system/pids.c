// SPDX-License-Identifier: GPL-2.0-only
/* PIDS: all the numbers of an ID, from the view to the leaf. */
#include "test.h"

static void every_id(void **state)
{
	struct tree *t = grow();
	struct proc *callers[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	struct pidmap_pid got[MAX_LEVELS];
	struct proc *p, *q;
	struct world *w;
	size_t who, from;
	int type, i, k;

	(void)state;
	check_eq(run(t->a2, do_setsid, NULL), 0);
	p = spawn(t->a2, 0);
	spawn(p, CLONE_NEWPID);
	finish(spawn(p, 0));
	q = spawn(t->b, 0);
	check_eq(run(q, do_setsid, NULL), 0);
	spawn(q, 0);
	reap(q);
	w = world_read(true);
	for (who = 0; who < ARRAY_SIZE(callers); who++)
	for (from = 0; from < ARRAY_SIZE(callers); from++)
	for (type = 0; type < 4; type++)
	for (i = 0; i < w->n_tasks; i++) {
		int view = world_ns(w, callers[who]->inum);
		int ns = world_ns(w, callers[from]->inum);
		int nr = world_nr(w, &w->task[i], type, ns);
		int n = pids(callers[who], type, nr, FD(callers[from]->ns),
			     got);

		if (!world_within(w, ns, view)) {
			check_eq(n, -EPERM);
			continue;
		}
		if (!nr) {
			check_eq(n, -ESRCH);
			continue;
		}
		check(n > 0);
		check_eq(got[0].inum, w->ns[view].inum);
		for (k = 0; k < n; k++) {
			int level = world_ns(w, got[k].inum);

			check(level >= 0);
			check_eq(got[k].nr, world_translate(w, type, nr, ns,
							    level));
			if (k)
				check_eq(w->ns[level].parent,
					 world_ns(w, got[k - 1].inum));
			check(got[k].id == nsfs_id(w->ns[level].fd));
		}
		/* and the last is the leaf: no namespace below has a number */
		for (k = 0; k < w->n_ns; k++)
			if (w->ns[k].parent == world_ns(w, got[n - 1].inum))
				check_eq(world_translate(w, type, nr, ns, k),
					 -EREMOTE);
	}
	world_free(w);
}

static void group_from_below(void **state)
{
	struct proc *session = spawn(self, 0);
	struct proc *leader = spawn(session, CLONE_NEWPID);
	int *join = shared(2 * sizeof(int));
	struct pidmap_pid got[MAX_LEVELS];
	int pid = leader->pid;

	(void)state;
	check_eq(run(leader, do_setpgid, (int *)shared(2 * sizeof(int))), 0);
	join[1] = pid;
	check_eq(run(session, do_setpgid, join), 0);
	reap(leader);
	check_eq(pids(self, PIDMAP_PGID, pid, VIEW, got), 2);
	check_eq(got[0].nr, pid);
	check_eq(got[0].inum, self->inum);
	check_eq(got[1].nr, 1);
	check_eq(got[1].inum, leader->inum);
	check_eq(pids(self, PIDMAP_TID, pid, VIEW, got), -ESRCH);
}

static void down_to_level_32(void **state)
{
	struct proc *p[MAX_LEVELS] = { self };
	struct pidmap_pid got[MAX_LEVELS];
	int level, n, k;

	(void)state;
	for (level = 1; level < MAX_LEVELS; level++)
		p[level] = spawn(p[level - 1], CLONE_NEWPID);
	for (level = 0; level < MAX_LEVELS; level++) {
		n = pids(p[level], PIDMAP_TGID, p[32]->nr[level], VIEW, got);
		check_eq(n, MAX_LEVELS - level);
		for (k = 0; k < n; k++) {
			check_eq(got[k].nr, p[32]->nr[level + k]);
			check_eq(got[k].inum, p[level + k]->inum);
		}
	}
}

static void every_capacity(void **state)
{
	struct tree *t = grow();
	struct pidmap_pid *room = shared(8 * sizeof(*room));
	unsigned int capacity, i;

	(void)state;
	for (capacity = 0; capacity < 7; capacity++) {
		struct pidmap_pids q = {
			.size = sizeof(q), .type = PIDMAP_TGID,
			.nr = t->c2->pid, .from = VIEW,
			.pids = (uintptr_t)room, .capacity = capacity,
			.stride = sizeof(*room),
			.count = 99,
		};

		memset(room, 0x55, 8 * sizeof(*room));
		check_eq(call(self, OWN, PIDMAP_PIDS, &q, sizeof(q)),
			 capacity < 4 ? -EINVAL : 0);
		check_eq(q.count, 4);
		for (i = 0; i < 8; i++) {
			if (capacity < 4 || i >= 4)
				check_eq(room[i].nr, 0x55555555);
			else
				check_eq(room[i].nr, t->c2->nr[i]);
		}
	}
}

/* Entries that are longer than ours, and memory that ends in one of them. */
static void array_into_a_hole(void **state)
{
	const unsigned int stride = sizeof(struct pidmap_pid) + 12;
	struct tree *t = grow();
	char *mem = before_a_hole(1);
	unsigned int k;

	(void)state;
	for (k = 0; k <= 2 * stride; k++) {
		struct pidmap_pids q = {
			.size = sizeof(q), .type = PIDMAP_TGID,
			.nr = t->a->pid, .from = VIEW,
			.pids = (uintptr_t)mem + PAGE_BYTES - k, .capacity = 2,
			.stride = stride,
		};

		check_eq(call(self, OWN, PIDMAP_PIDS, &q, sizeof(q)),
			 k < 2 * stride ? -EFAULT : 0);
	}
	munmap(mem, PAGE_BYTES);
}

/* That the answer cannot be written does not hide why there is none. */
static void failure_on_readonly(void **state)
{
	struct tree *t = grow();
	struct pidmap_pids *q = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
				     MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	(void)state;
	check(q != MAP_FAILED);
	*q = (struct pidmap_pids){
		.size = sizeof(*q), .type = PIDMAP_TGID, .nr = t->a->pid,
		.from = VIEW, .stride = sizeof(struct pidmap_pid),
	};
	check_eq(mprotect(q, PAGE_BYTES, PROT_READ), 0);
	check_eq(call_raw(self, OWN, PIDMAP_PIDS, q), -EINVAL);
	munmap(q, PAGE_BYTES);
}

static void wrong_numbers(void **state)
{
	struct tree *t = grow();
	int numbers[] = { 0, -1, INT32_MIN, INT32_MAX, unused_number() };
	struct pidmap_pid got[MAX_LEVELS];
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		check_eq(pids(self, PIDMAP_TID, numbers[i], VIEW, got),
			 -ESRCH);
	check_eq(pids(self, PIDMAP_TGID, t->c2_thread[0], VIEW, got), -ESRCH);
	check_eq(pids(self, PIDMAP_SID, t->c2->pid, VIEW, got), -ESRCH);
}

static int ask(int nr, unsigned int flags, __u64 *start)
{
	struct pidmap_pid *room = shared(8 * sizeof(*room));
	struct pidmap_pids q = {
		.size = sizeof(q), .flags = flags, .type = PIDMAP_TGID,
		.nr = nr, .from = VIEW, .start_time = *start,
		.pids = (uintptr_t)room, .capacity = 8,
		.stride = sizeof(*room),
	};
	int err = call(self, OWN, PIDMAP_PIDS, &q, sizeof(q));

	if (err || !(flags & PIDMAP_START_TIME))
		check_eq(q.start_time, *start);
	if (err)
		check_eq(room->nr, 0);
	*start = q.start_time;
	return err;
}

static void start_time(void **state)
{
	struct tree *t = grow();
	__u64 start = 0, wrong;

	(void)state;
	check_eq(ask(t->b2->pid, PIDMAP_START_TIME, &start), 0);
	check(start == start_of(self, t->b2->pid));
	check_eq(ask(t->b2->pid, PIDMAP_EXPECT_START, &start), 0);
	wrong = start - 1;
	check_eq(ask(t->b2->pid, PIDMAP_EXPECT_START, &wrong), -ESTALE);
}

/* Who has no identity right is told all numbers, but whose they are not. */
static void without_identity(void **state)
{
	struct tree *t = grow();
	struct pidmap_pid got[MAX_LEVELS];
	int i;

	(void)state;
	device_mode(0666);
	become(t->top2, 1000, 0);
	reopen(t->top2);
	check_eq(pids(t->top2, PIDMAP_TGID, t->c2->pid, VIEW, got), 4);
	for (i = 0; i < 4; i++) {
		check_eq(got[i].nr, t->c2->nr[i]);
		check_eq(got[i].inum, i ? 0 : self->inum);
		check(got[i].id == (i ? 0 : nsfs_id(self->ns)));
	}
	become(t->b2, 1000, 0);
	reopen(t->b2);
	check_eq(pids(t->b2, PIDMAP_TGID, 83, VIEW, got), 2);
	check_eq(got[0].inum, t->b->inum);
	check_eq(got[0].nr, 83);
	check_eq(got[1].inum, 0);
	check_eq(got[1].nr, 91);
	check(got[1].id == 0);
}

static const struct CMUnitTest tests[] = {
	TEST(every_id),
	TEST(group_from_below),
	TEST(down_to_level_32),
	TEST(every_capacity),
	TEST(array_into_a_hole),
	TEST(failure_on_readonly),
	TEST(wrong_numbers),
	TEST(start_time),
	TEST(without_identity),
};

RUN(tests)
