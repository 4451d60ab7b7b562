// SPDX-License-Identifier: GPL-2.0-only
/* LIST: the tasks of a namespace, each once, in buffers of any size. */
#include "test.h"

struct found {
	int n;
	struct {
		int nr[MAX_LEVELS];
		int levels;
		int tgid;
		unsigned int inum;
		__u64 start;
	} task[2000];
};

static void note(const void *record, void *arg)
{
	const struct pidmap_task *t = record;
	struct found *f = arg;
	int i;

	check(f->n < (int)ARRAY_SIZE(f->task));
	check(t->levels >= 1 && t->levels <= MAX_LEVELS);
	check_eq(t->nr_offset, sizeof(*t));
	check_eq(t->size, (sizeof(*t) + t->levels * sizeof(int) + 7) & ~7);
	if (t->levels % 2)
		check_eq(pidmap_task_nr(t)[t->levels], 0);
	check_eq(t->reserved, 0);
	for (i = 0; i < t->levels; i++)
		f->task[f->n].nr[i] = pidmap_task_nr(t)[i];
	f->task[f->n].levels = t->levels;
	f->task[f->n].tgid = t->tgid;
	f->task[f->n].inum = t->inum;
	f->task[f->n].start = t->start_time;
	f->n++;
}

static int find(const struct found *f, int nr)
{
	int i, at = -1;

	for (i = 0; i < f->n; i++) {
		if (f->task[i].nr[0] != nr)
			continue;
		if (at >= 0)
			rig_fail(__FILE__, __LINE__, "%d is listed twice", nr);
		at = i;
	}
	return at;
}

/* What @p lists of @of, against the world; all who are not ours may differ. */
static void check_list(struct world *w, struct proc *p, struct proc *of,
		       unsigned int flags, unsigned int size)
{
	int view = world_ns(w, p->inum), ns = world_ns(w, of->inum);
	struct found *f = calloc(1, sizeof(*f));
	int ret, i, k, want = 0;

	check(f);
	ret = list(p, OWN, PIDMAP_LIST, flags, FD(of->ns), size, note, f);
	if (!world_within(w, ns, view)) {
		check_eq(ret, -EPERM);
		free(f);
		return;
	}
	check_eq(ret, f->n);
	for (i = 0; i < w->n_tasks; i++) {
		const struct world_task *t = &w->task[i];
		int nr = world_nr(w, t, PIDMAP_TID, view);
		bool is_in = nr && world_within(w, t->ns, ns);

		if (!(flags & PIDMAP_LIST_THREADS) && t->tid != t->tgid)
			is_in = false;
		if (flags & PIDMAP_LIST_DIRECT && t->ns != ns)
			is_in = false;
		k = nr ? find(f, nr) : -1;
		if (is_in != (k >= 0))
			rig_fail(__FILE__, __LINE__,
				 "task %d is %slisted (%d tasks, flags %x)",
				 nr, k >= 0 ? "" : "not ", f->n, flags);
		if (!is_in)
			continue;
		want++;
		check_eq(f->task[k].inum, w->ns[t->ns].inum);
		check_eq(f->task[k].tgid, world_nr(w, t, PIDMAP_TGID, view));
		check_eq(f->task[k].levels,
			 w->ns[t->ns].level - w->ns[view].level + 1);
		for (ret = 0; ret < f->task[k].levels; ret++)
			check_eq(f->task[k].nr[ret],
				 t->nr[PIDMAP_TID][w->ns[view].level + ret]);
		check(llabs((long long)(f->task[k].start / 10000000) -
			    (long long)t->start) <= 1);
	}
	/* below level 0 there is nobody but the rig's processes */
	if (w->ns[ns].level)
		check_eq(f->n, want);
	free(f);
}

static void every_namespace_and_flag(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	size_t who, of;
	unsigned int flags;
	struct world *w;

	(void)state;
	finish(spawn(t->b2, 0));
	finish(spawn(t->a, 0));
	w = world_read(true);
	for (who = 0; who < ARRAY_SIZE(in); who++)
	for (of = 0; of < ARRAY_SIZE(in); of++)
	for (flags = 0; flags < 4; flags++) {
		check_list(w, in[who], in[of], flags, 1000);
		check_list(w, in[who], in[of], flags, 64 << 10);
	}
	world_free(w);
}

/* Group numbers without a task are no tasks. */
static void no_reaped_leaders(void **state)
{
	struct proc *init = spawn(self, CLONE_NEWPID), *leader, *member;
	struct found *f = calloc(1, sizeof(*f));

	(void)state;
	leader = spawn(init, 0);
	check_eq(run(leader, do_setsid, NULL), 0);
	member = spawn(leader, 0);
	reap(leader);
	check_eq(list(self, OWN, PIDMAP_LIST, PIDMAP_LIST_THREADS,
		      FD(init->ns), 4096, note, f), 2);
	check(find(f, init->pid) >= 0 && find(f, member->pid) >= 0);
	free(f);
}

static void dead_leader_is_listed(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	struct found *f = calloc(1, sizeof(*f));
	pid_t tids[3];

	(void)state;
	threads(p, 3, tids);
	behead(p);
	check_eq(list(self, OWN, PIDMAP_LIST, 0, FD(p->ns), 4096, note, f), 1);
	check_eq(f->task[0].nr[0], p->pid);
	f->n = 0;
	check_eq(list(self, OWN, PIDMAP_LIST, PIDMAP_LIST_THREADS, FD(p->ns),
		      4096, note, f), 4);
	check(find(f, tids[2]) >= 0);
	check_eq(f->task[find(f, tids[2])].tgid, p->pid);
	free(f);
}

static void down_to_level_32(void **state)
{
	struct proc *p[MAX_LEVELS] = { self };
	struct found *f = calloc(1, sizeof(*f));
	struct pidmap_info i0;
	int level, at;

	(void)state;
	for (level = 1; level < MAX_LEVELS; level++)
		p[level] = spawn(p[level - 1], CLONE_NEWPID);
	check_eq(info(self, OWN, &i0), 0);
	check_eq(list(self, OWN, PIDMAP_LIST, 0, FD(p[1]->ns), i0.record_min,
		      note, f), 32);
	for (level = 1; level < MAX_LEVELS; level++) {
		at = find(f, p[level]->pid);
		check(at >= 0);
		check_eq(f->task[at].levels, level + 1);
		check_eq(f->task[at].nr[level], 1);
	}
	free(f);
}

static struct pidmap_list request(struct pidmap_nsref ns, void *buffer,
				  unsigned int size)
{
	return (struct pidmap_list){
		.size = sizeof(struct pidmap_list), .ns = ns,
		.buffer = (uintptr_t)buffer, .buffer_size = size,
		.used = 0xdddd, .count = 0xdddd,
	};
}

static void check_sizes(unsigned int op, struct proc *of)
{
	struct pidmap_info i0;
	unsigned int size;
	unsigned char *buffer;

	check_eq(info(self, OWN, &i0), 0);
	check(i0.record_min >= 24 && i0.record_min <= 512);
	buffer = shared(2 * i0.record_min + 16);
	for (size = 0; size <= 2 * i0.record_min; size++) {
		struct pidmap_list l = request(FD(of->ns), buffer, size);
		unsigned int i;

		memset(buffer, 0x55, 2 * i0.record_min + 16);
		if (size < i0.record_min) {
			check_eq(call(self, OWN, op, &l, sizeof(l)), -EINVAL);
			check(l.cursor == 0 && l.used == 0xdddd &&
			      l.count == 0xdddd);
			l.used = 0;
		} else {
			check_eq(call(self, OWN, op, &l, sizeof(l)), 0);
			check(l.count > 0 && l.used <= size && l.cursor > 0);
		}
		for (i = l.used; i < 2 * i0.record_min + 16; i++)
			check_eq(buffer[i], 0x55);
	}
}

static void buffers_of_every_size(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);
	struct pidmap_info i0;
	unsigned int size;

	(void)state;
	check_sizes(PIDMAP_LIST, t->a);
	check_sizes(PIDMAP_LIST_NS, t->a);
	/* and all is there, whatever the size */
	check_eq(info(self, OWN, &i0), 0);
	for (size = i0.record_min; size < i0.record_min + 80; size += 3)
		check_list(w, self, t->a, PIDMAP_LIST_THREADS, size);
	world_free(w);
}

static void misaligned_buffers(void **state)
{
	struct tree *t = grow();
	char *buffer = shared(4200), *straight = shared(4200);
	struct pidmap_list l = request(FD(t->a->ns), straight, 4096);
	unsigned int off;

	(void)state;
	check_eq(call(self, OWN, PIDMAP_LIST, &l, sizeof(l)), 0);
	check(l.cursor == PIDMAP_CURSOR_END);
	for (off = 1; off < 8; off++) {
		struct pidmap_list m = request(FD(t->a->ns), buffer + off,
					       4096);

		check_eq(call(self, OWN, PIDMAP_LIST, &m, sizeof(m)), 0);
		check_eq(m.used, l.used);
		check(!memcmp(buffer + off, straight, l.used));
	}
}

/* What fits before a hole in memory is told, the rest not lost. */
static void into_a_hole(void **state)
{
	struct tree *t = grow();
	char *mem = before_a_hole(1);
	struct found *f = calloc(1, sizeof(*f));
	struct pidmap_list l;
	unsigned int room, at;
	int err, i;

	(void)state;
	for (i = 0; i < 60; i++)
		spawn(t->a2, 0);
	for (room = 0; room <= 2048; room += 64) {
		f->n = 0;
		l = request(FD(t->a->ns), mem + PAGE_BYTES - room, 4096);
		err = call(self, OWN, PIDMAP_LIST, &l, sizeof(l));
		check_eq(err, -EFAULT);
		check(l.used <= room);
		for (at = 0; at < l.used; ) {
			note(mem + PAGE_BYTES - room + at, f);
			at += *(__u16 *)(mem + PAGE_BYTES - room + at);
		}
		check_eq(f->n, l.count);
		/* go on from there */
		l.buffer = (uintptr_t)mem;
		while (l.cursor != PIDMAP_CURSOR_END) {
			check_eq(call(self, OWN, PIDMAP_LIST, &l, sizeof(l)),
				 0);
			for (at = 0; at < l.used; ) {
				note(mem + at, f);
				at += *(__u16 *)(mem + at);
			}
		}
		check_eq(f->n, 60 + 6);
		for (i = 0; i < 8; i++)
			if (t->all[i] != t->top && t->all[i] != t->top2)
				check(find(f, t->all[i]->pid) >= 0);
	}
	munmap(mem, PAGE_BYTES);
	free(f);
}

static void bad_buffers(void **state)
{
	__u64 bad[] = { 0, 8, -4096, ~0ULL, 1ULL << 63, 0xffff888000000000 };
	static const unsigned int ops[] = { PIDMAP_LIST, PIDMAP_LIST_NS };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		for (k = 0; k < ARRAY_SIZE(ops); k++) {
			struct pidmap_list l = request(VIEW, NULL, 4096);

			l.buffer = bad[i];
			check_eq(call(self, OWN, ops[k], &l, sizeof(l)),
				 -EFAULT);
			check(l.cursor == 0 && l.used == 0 && l.count == 0);
		}
	}
}

/* A cursor that was never handed out is a position in the namespace. */
static void made_up_cursors(void **state)
{
	struct tree *t = grow();
	__u64 cursors[] = { 1, 2, 70, 71, 72, 73, 74, 75, 76, 1000, 32768,
			    INT32_MAX, 1ULL << 31, 1ULL << 32, 1ULL << 63,
			    PIDMAP_CURSOR_END - 1, PIDMAP_CURSOR_END };
	static const int numbers[] = { 1, 71, 72, 73, 74, 75 };
	char *buffer = shared(4096);
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(cursors); i++) {
		struct pidmap_list l = request(FD(t->a->ns), buffer, 4096);
		unsigned int want = 0;

		for (k = 0; k < ARRAY_SIZE(numbers); k++)
			want += (__u64)numbers[k] >= cursors[i];
		l.cursor = cursors[i];
		check_eq(call(self, OWN, PIDMAP_LIST, &l, sizeof(l)), 0);
		check_eq(l.count, want);
		check(l.cursor == PIDMAP_CURSOR_END);
		if (!want)
			check_eq(l.used, 0);
	}
	for (i = 0; i < ARRAY_SIZE(cursors); i++) {
		struct pidmap_list l = request(FD(t->a->ns), buffer, 4096);

		l.cursor = cursors[i];
		check_eq(call(self, OWN, PIDMAP_LIST_NS, &l, sizeof(l)), 0);
		check_eq(l.count, (cursors[i] <= 1) + (cursors[i] <= 72) +
			 (cursors[i] <= 74));
		check(l.cursor == PIDMAP_CURSOR_END);
	}
}

static void dead_namespace_is_empty(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	struct found *f = calloc(1, sizeof(*f));

	(void)state;
	check_eq(list(self, OWN, PIDMAP_LIST, 0, FD(p->ns), 4096, note, f), 1);
	reap(p);
	check_eq(list(self, OWN, PIDMAP_LIST, 0, FD(p->ns), 4096, note, f), 0);
	free(f);
}

static void named_every_way(void **state)
{
	struct tree *t = grow();
	struct found *f = calloc(1, sizeof(*f));
	struct pidmap_nsref names[] = { VIEW, FD(t->a->ns), BY_TID(1),
					INUM(t->a->inum), LEVEL(1) };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		f->n = 0;
		check_eq(list(t->a, OWN, PIDMAP_LIST, 0, names[i], 4096, note,
			      f), 6);
		check(find(f, 71) >= 0);
	}
	check_eq(list(t->a, OWN, PIDMAP_LIST, 0, BOUND, 4096, note, f),
		 -EINVAL);
	check_eq(list(t->a, OWN, PIDMAP_LIST_NS, 0, BOUND, 4096, note, f),
		 -EINVAL);
	for (i = 0; i < 3; i++) {
		policy(i == 0 ? "none" : i == 1 ? "self" : "subtree");
		check_eq(list(t->a, OWN, PIDMAP_LIST, 0, LEVEL(0), 4096, note,
			      f), -EPERM);
		check_eq(list(t->a, OWN, PIDMAP_LIST_NS, 0, LEVEL(0), 4096,
			      note, f), -EPERM);
	}
	free(f);
}

static const struct CMUnitTest tests[] = {
	TEST(every_namespace_and_flag),
	TEST(no_reaped_leaders),
	TEST(dead_leader_is_listed),
	TEST(down_to_level_32),
	TEST(buffers_of_every_size),
	TEST(misaligned_buffers),
	TEST(into_a_hole),
	TEST(bad_buffers),
	TEST(made_up_cursors),
	TEST(dead_namespace_is_empty),
	TEST(named_every_way),
};

RUN(tests)
