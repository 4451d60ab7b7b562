// SPDX-License-Identifier: GPL-2.0-only
/* LIST_NS: the PID namespaces of a subtree, and whose they are. */
#include "test.h"

#include <linux/nsfs.h>

struct found {
	int n;
	struct pidmap_ns ns[100];
};

static void note(const void *record, void *arg)
{
	const struct pidmap_ns *ns = record;
	struct found *f = arg;
	int i;

	check(f->n < (int)ARRAY_SIZE(f->ns));
	check(ns->size >= sizeof(*ns));
	check_eq(ns->reserved, 0);
	for (i = 0; i < f->n; i++)
		check(f->ns[i].inum != ns->inum);
	f->ns[f->n++] = *ns;
}

static const struct pidmap_ns *find(const struct found *f, unsigned int inum)
{
	int i;

	for (i = 0; i < f->n; i++)
		if (f->ns[i].inum == inum)
			return &f->ns[i];
	return NULL;
}

/* How many different IDs have a number in @ns? */
static unsigned int ids_in(const struct world *w, int ns)
{
	static unsigned char used[70000];
	unsigned int n = 0;
	int i, type, nr;

	memset(used, 0, sizeof(used));
	for (i = 0; i < w->n_tasks; i++) {
		for (type = 0; type < 4; type++) {
			nr = world_nr(w, &w->task[i], type, ns);
			check(nr < (int)sizeof(used));
			if (nr > 0 && !used[nr]++)
				n++;
		}
	}
	return n;
}

static void check_list(struct world *w, struct proc *p, struct proc *of,
		       unsigned int size)
{
	int view = world_ns(w, p->inum), ns = world_ns(w, of->inum);
	struct found f = { 0 };
	int ret = list(p, OWN, PIDMAP_LIST_NS, 0, FD(of->ns), size, note, &f);
	int i, want = 0;

	if (!world_within(w, ns, view)) {
		check_eq(ret, -EPERM);
		return;
	}
	for (i = 0; i < w->n_ns; i++) {
		const struct pidmap_ns *n = find(&f, w->ns[i].inum);
		const struct world_task *init;
		int userns;

		check_eq(!!n, world_within(w, i, ns));
		if (!n)
			continue;
		want++;
		check_eq(n->level, w->ns[i].level);
		check(n->id == nsfs_id(w->ns[i].fd));
		check_eq(n->parent_inum, i == view ? 0 :
			 w->ns[w->ns[i].parent].inum);
		init = world_find(w, PIDMAP_TID, 1, i);
		/* level 0 has an init that is none of ours */
		if (init) {
			int nr = world_nr(w, init, PIDMAP_TGID,
					  world_ns(w, self->inum));

			check(n->start_time / 10000000 == proc_start(nr, nr));
		}
		check_eq(n->init, init ? world_nr(w, init, PIDMAP_TGID, view) :
			 1);
		if (w->ns[i].level)
			check_eq(n->pids, ids_in(w, i));
		else
			check(n->pids >= (unsigned int)w->n_tasks);
		userns = ioctl(w->ns[i].fd, NS_GET_USERNS);
		if (userns >= 0)
			check_eq(n->owner_inum, inum_of(userns));
		else
			check_eq(errno, ENOTTY);	/* old, 32-bit */
		close(userns);
		check_eq(n->owner_uid, 0);
	}
	check_eq(f.n, want);
	check_eq(ret, want);
}

static void every_namespace(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	struct proc *leader, *dead;
	struct pidmap_info i0;
	size_t who, of;
	struct world *w;

	(void)state;
	/* an ID that lives on as a session counts; a dead namespace does not */
	leader = spawn(t->b, 0);
	check_eq(run(leader, do_setsid, NULL), 0);
	spawn(leader, 0);
	reap(leader);
	finish(spawn(t->c2, 0));
	dead = spawn(t->a2, CLONE_NEWPID);
	reap(dead);
	w = world_read(true);
	check_eq(info(self, OWN, &i0), 0);
	for (who = 0; who < ARRAY_SIZE(in); who++) {
		for (of = 0; of < ARRAY_SIZE(in); of++) {
			check_list(w, in[who], in[of], i0.record_min);
			check_list(w, in[who], in[of], 8192);
		}
	}
	world_free(w);
}

static void owners(void **state)
{
	struct proc *p = spawn(self, 0), *q, *r;
	struct found f = { 0 };
	const struct pidmap_ns *n;

	(void)state;
	become(p, 1000, CAP(21));	/* CAP_SYS_ADMIN */
	q = spawn(p, CLONE_NEWUSER | CLONE_NEWPID);
	r = spawn(q, CLONE_NEWPID);
	list(self, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note, &f);
	n = find(&f, q->inum);
	check(n);
	check_eq(n->owner_uid, 1000);
	check_eq(n->init, q->pid);
	check_eq(n->parent_inum, self->inum);
	n = find(&f, r->inum);
	check(n);
	check_eq(n->owner_uid, 1000);
	check(n->owner_inum == find(&f, q->inum)->owner_inum);
	check(n->owner_inum != find(&f, self->inum)->owner_inum);
}

static void deep_and_wide(void **state)
{
	struct proc *p[MAX_LEVELS] = { self };
	struct found f = { 0 };
	int level, i;

	(void)state;
	for (level = 1; level < MAX_LEVELS; level++)
		p[level] = spawn(p[level - 1], CLONE_NEWPID);
	for (i = 0; i < 40; i++)
		spawn(p[1], CLONE_NEWPID);
	check_eq(list(self, OWN, PIDMAP_LIST_NS, 0, FD(p[1]->ns), 512, note,
		      &f), 72);
	for (level = 1; level < MAX_LEVELS; level++) {
		const struct pidmap_ns *n = find(&f, p[level]->inum);

		check(n);
		check_eq(n->level, level);
		check_eq(n->init, p[level]->pid);
		check_eq(n->parent_inum, p[level - 1]->inum);
	}
}

static void flags_are_none(void **state)
{
	struct found f = { 0 };
	unsigned int bit;

	(void)state;
	for (bit = 0; bit < 32; bit++)
		check_eq(list(self, OWN, PIDMAP_LIST_NS, 1U << bit, VIEW, 4096,
			      note, &f), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	TEST(every_namespace),
	TEST(owners),
	TEST(deep_and_wide),
	TEST(flags_are_none),
};

RUN(tests)
