// SPDX-License-Identifier: GPL-2.0-only
/*
 * No caller learns from the device what /proc (hidepid=0), nsfs and the policy
 * would not tell that same caller.
 *
 * Callers of every kind, at every depth and under every policy ask about every
 * name of a namespace there is, and every number of a tree and of their own, at
 * whatever level it may be theirs; and about all numbers in their view. Each of
 * them first reads all it can in a /proc of its own view. An answer must be true,
 * and must follow from what was read there, or be one that the policy allows.
 */
#include "test.h"

#include <dirent.h>
#include <sched.h>
#include <sys/mount.h>
#include <linux/capability.h>

#define OWN_PROC	180	/* /proc of the caller's view */
#define MAX_TASKS	400
#define MAX_NUMBERS	64
#define MAX_NAMES	40

/* ------------------------------------------------- what a caller can read */

struct known_task {
	int levels;			/* from the view down */
	int nr[4][MAX_LEVELS];		/* by type, from the view down */
	unsigned int inum;		/* 0 if it may not be read */
	unsigned long long start;
	int tgid, ppid;
};

struct known {
	int n;
	struct known_task task[MAX_TASKS];
};

static void learn_task(struct known *k, int tgid, int tid)
{
	struct known_task *t = &k->task[k->n];
	char path[128], link[64];
	ssize_t n;

	t->levels = proc_ids(tgid, tid, t->nr, &t->ppid);
	if (t->levels == 0)
		return;		/* has gone */
	snprintf(path, sizeof(path), "%s/%d/task/%d/ns/pid", proc_root, tgid,
		 tid);
	n = readlink(path, link, sizeof(link) - 1);
	link[n > 0 ? n : 0] = 0;
	if (sscanf(link, "pid:[%u]", &t->inum) != 1)
		t->inum = 0;
	t->start = proc_start(tgid, tid);
	t->tgid = tgid;
	check(++k->n < MAX_TASKS);
}

static long learn(void *arg)
{
	struct known *k = arg;
	struct dirent *d, *e;
	char path[128];
	DIR *dir, *sub;

	k->n = 0;
	proc_root = "/proc/self/fd/180";
	dir = opendir(proc_root);
	if (!dir)
		return -errno;
	while ((d = readdir(dir))) {
		if (atoi(d->d_name) <= 0)
			continue;
		snprintf(path, sizeof(path), "%s/%d/task", proc_root,
			 atoi(d->d_name));
		sub = opendir(path);
		if (!sub)
			continue;
		while ((e = readdir(sub)))
			if (atoi(e->d_name) > 0)
				learn_task(k, atoi(d->d_name),
					   atoi(e->d_name));
		closedir(sub);
	}
	closedir(dir);
	proc_root = "/proc";
	return 0;
}

/* Is there an ID of that type with these numbers? @level from the view down */
static bool knows(const struct known *k, int type, int nr1, int level1,
		  int nr2, int level2)
{
	int i;

	for (i = 0; i < k->n; i++) {
		const struct known_task *t = &k->task[i];

		if (level1 < t->levels && level2 < t->levels &&
		    t->nr[type][level1] == nr1 && t->nr[type][level2] == nr2)
			return true;
	}
	return false;
}

static bool knows_inum(const struct known *k, unsigned int inum)
{
	int i;

	for (i = 0; i < k->n; i++)
		if (k->task[i].inum == inum)
			return true;
	return false;
}

/* -------------------------------------------------------------- callers */

enum user {
	ROOT,			/* all there is */
	ROOT_NO_PTRACE,
	USER,			/* opens the device itself */
	USER_OF_ROOTS_FILE,	/* has it from root */
	USER_PTRACE,
	USERNS_ROOT,		/* root of a user namespace, in our PID one */
	BOX_ROOT,		/* the same, with a PID namespace */
	BOX_USER,
	RAISED,			/* root, who looks from the outermost one */
	RAISED_NO_PTRACE,	/* the same, who lost the capability since */
	USERS
};

struct caller {
	struct proc *p;
	enum user user;
	struct known *known;
	int view;		/* index in the world */
};

static long mount_proc(void *dir)
{
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", dir, "proc", 0, NULL))
		return -errno;
	return 0;
}

static long open_dir(void *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY);

	return fd < 0 ? -errno : fd;
}

/* A descriptor of a fresh /proc of that process's PID namespace */
static int proc_of(struct proc *in)
{
	struct proc *p = spawn(in, CLONE_NEWNS);
	char *dir = shared(16);
	int fd;

	strcpy(dir, "/tmp");
	check_eq(run(p, mount_proc, dir), 0);
	fd = run(p, open_dir, dir);
	check(fd >= 0);
	fd = fetch_fd(p, fd);
	reap(p);
	return fd;
}

static void raise_view(struct proc *p)
{
	struct pidmap_set_view r = { .size = sizeof(r), .ns = FD(self->ns) };

	check_eq(call(p, OWN, PIDMAP_SET_VIEW, &r, sizeof(r)), 0);
}

static struct proc *make_caller(struct proc *in, enum user user)
{
	uint64_t most = CAP(38) - 1;
	struct proc *p;

	switch (user) {
	case USERNS_ROOT:
		return spawn(in, CLONE_NEWUSER);
	case BOX_ROOT:
	case BOX_USER:
		p = spawn(in, CLONE_NEWUSER | CLONE_NEWPID);
		spawn(p, CLONE_NEWPID);
		p = spawn(p, 0);
		break;
	default:
		p = spawn(in, 0);
	}
	switch (user) {
	case ROOT_NO_PTRACE:
		become(p, 0, most & ~CAP(CAP_SYS_PTRACE));
		break;
	case USER:
	case BOX_USER:
	case USER_OF_ROOTS_FILE:
		become(p, 1000, 0);
		break;
	case USER_PTRACE:
		become(p, 1000, CAP(CAP_SYS_PTRACE));
		break;
	case RAISED:
		raise_view(p);
		return p;
	case RAISED_NO_PTRACE:
		raise_view(p);
		become(p, 0, most & ~CAP(CAP_SYS_PTRACE));
		return p;
	default:
		return p;
	}
	if (user != USER_OF_ROOTS_FILE)
		reopen(p);
	return p;
}

/* ------------------------------------------------------------ questions */

/*
 * A caller is given all its calls at once: in an emulated guest, the turns
 * between it and us would take most of the time.
 */
struct batch_call {
	unsigned int request;
	int ret;
	union {
		struct pidmap_translate_many many;
		struct pidmap_task_ids ids;
		struct pidmap_pids pids;
	};
	int numbers[MAX_NUMBERS];
	struct pidmap_pid list[8];
};

static struct batch {
	int n;
	struct batch_call call[900];
} *batch;

static long make_calls(void *arg)
{
	struct batch *all = arg;
	int i;

	for (i = 0; i < all->n; i++) {
		struct batch_call *b = &all->call[i];

		b->ret = ioctl(OWN, b->request, &b->many) ? -errno : 0;
	}
	return 0;
}

static struct batch_call *add_call(unsigned int request)
{
	struct batch_call *b = &batch->call[batch->n++];

	check(batch->n <= (int)ARRAY_SIZE(batch->call));
	memset(b, 0, sizeof(*b));
	b->request = request;
	return b;
}

/* All there is to ask about, the same for every caller */
static int numbers[MAX_NUMBERS], n_numbers;
static struct pidmap_nsref names[MAX_NAMES];
static int n_names;

static void add_number(int nr)
{
	int i;

	for (i = 0; i < n_numbers; i++)
		if (numbers[i] == nr)
			return;
	check(n_numbers < MAX_NUMBERS);
	numbers[n_numbers++] = nr;
}

static void add_task_numbers(struct world *w, pid_t tid)
{
	const struct world_task *t = world_find(w, PIDMAP_TID, tid, 0);
	int type, level;

	check(t);
	for (type = 0; type < 4; type++)
		for (level = 0; level <= w->ns[t->ns].level; level++)
			add_number(t->nr[type][level]);
}

static void add_name(struct pidmap_nsref name)
{
	check(n_names < MAX_NAMES);
	names[n_names++] = name;
}

static void collect(struct world *w, struct tree *t)
{
	struct proc *in[] = { t->top, t->a, t->b, t->c, t->s };
	static const int others[] = { -1, 0, 2, 3, 10, 4000000 };
	size_t i, k;
	int level;

	n_numbers = 0;
	n_names = 0;
	for (k = 0; k < ARRAY_SIZE(t->all); k++)
		for (level = 0; level <= t->all[k]->level; level++)
			add_number(t->all[k]->nr[level]);
	add_task_numbers(w, t->a2_thread[0]);
	add_task_numbers(w, t->c2_thread[0]);
	for (k = 0; k < ARRAY_SIZE(others); k++)
		add_number(others[k]);
	add_name(VIEW);
	for (k = 0; k < ARRAY_SIZE(in); k++) {
		add_name(FD(in[k]->ns));
		add_name(INUM(in[k]->inum));
		add_name(BY_ID(nsfs_id(in[k]->ns)));
	}
	for (i = 0; i < (size_t)w->n_ns && n_names < 22; i++)
		add_name(INUM(w->ns[i].inum));
	for (i = 0; i < 5; i++)
		add_name(LEVEL(i));
	add_name(BY_TID(1));
	add_name(BY_TID(t->c2->pid));
	add_name(BY_TID(t->c2->nr[1]));
	add_name(BY_TID(t->c2->nr[2]));
	add_name(BY_TID(t->b2->pid));
	add_name(BY_TID(t->b2->nr[1]));
	add_name(BY_TID(t->s2->pid));
}

/*
 * The namespace that a name means for a caller, by its index in the world; -1
 * if it means none. What it takes to know that much goes to *may.
 */
static int meaning(struct world *w, struct caller *c, struct pidmap_nsref name,
		   bool *may)
{
	const struct world_task *t;
	int i;

	*may = true;
	switch (name.kind) {
	case PIDMAP_NS_VIEW:
		return c->view;
	case PIDMAP_NS_FD:
		return world_ns(w, inum_of(name.value));
	case PIDMAP_NS_TID:
		t = world_find(w, PIDMAP_TID, name.value, c->view);
		if (!t) {
			/* one of those that are not ours, in our namespace */
			*may = knows_inum(c->known, w->ns[c->view].inum);
			return c->view;
		}
		*may = knows_inum(c->known, w->ns[t->ns].inum);
		return t->ns;
	case PIDMAP_NS_INUM:
		*may = knows_inum(c->known, name.value);
		return world_ns(w, name.value);
	case PIDMAP_NS_ID:
		for (i = 0; i < w->n_ns; i++) {
			if (nsfs_id(w->ns[i].fd) == name.value) {
				*may = knows_inum(c->known, w->ns[i].inum);
				return i;
			}
		}
		return -1;
	case PIDMAP_NS_LEVEL:
		for (i = c->view; i >= 0; i = w->ns[i].parent)
			if (w->ns[i].level == (int)name.value)
				return i;
	}
	return -1;
}

/* An ID that is the caller's own thread group's, by its number at level 0 */
static bool is_own(struct world *w, struct caller *c, int type, int nr0)
{
	const struct world_task *t;

	if (type != PIDMAP_TID)
		return nr0 == c->p->pid;
	t = world_find(w, PIDMAP_TID, nr0, 0);
	return t && t->tgid == c->p->pid;
}

/* A number has been told; was that right? */
static void check_told(struct world *w, struct caller *c, int type, int nr,
		       int result, int from, int to, int upward)
{
	int view = w->ns[c->view].level;
	int f = w->ns[from].level, o = w->ns[to].level;

	if (f >= view && o >= view) {
		if (!knows(c->known, type, nr, f - view, result, o - view))
			rig_fail(__FILE__, __LINE__,
				 "user %d at level %d is told that %d at level %d is %d at level %d",
				 c->user, view, nr, f, result, o);
	} else if (upward == PIDMAP_UPWARD_SUBTREE) {
		/* its number in the view must be known */
		int here = world_translate(w, type, nr, from, c->view);

		check(here > 0);
		check(knows(c->known, type, here, 0, here, 0));
	} else {
		check_eq(upward, PIDMAP_UPWARD_SELF);
		check(f >= view);
		check(is_own(w, c, type,
			     world_translate(w, type, nr, from, 0)));
	}
	/* and it must be true, of ours at least */
	if (world_find(w, type, nr, from))
		check_eq(result, world_translate(w, type, nr, from, to));
}

static void ask_pair(struct pidmap_nsref from, struct pidmap_nsref to)
{
	int type;

	for (type = 0; type < 4; type++) {
		struct batch_call *b = add_call(PIDMAP_TRANSLATE_MANY);

		b->many = (struct pidmap_translate_many){
			.size = sizeof(b->many), .type = type,
			.count = n_numbers, .from = from, .to = to,
			.numbers = (uintptr_t)b->numbers,
			.results = (uintptr_t)b->numbers,
		};
		memcpy(b->numbers, numbers, n_numbers * sizeof(int));
	}
}

/* Returns how many numbers were told. */
static int check_pair(struct world *w, struct caller *c,
		      const struct batch_call *b, int upward)
{
	struct pidmap_nsref from = b->many.from, to = b->many.to;
	int type = b->many.type, i, told = 0, level;
	bool may_f, may_t;
	int f, t;

	if (b->ret)
		return 0;
	f = meaning(w, c, from, &may_f);
	t = meaning(w, c, to, &may_t);
	/* The names alone say that these exist. */
	if (f < 0 || t < 0 || !may_f || !may_t)
		rig_fail(__FILE__, __LINE__,
			 "user %d at level %d may name %u:%llx -> %u:%llx",
			 c->user, w->ns[c->view].level, from.kind,
			 (long long)from.value, to.kind, (long long)to.value);
	check(world_within(w, f, c->view) || world_within(w, c->view, f));
	level = w->ns[f].level - w->ns[c->view].level;
	for (i = 0; i < n_numbers; i++) {
		int answer = b->numbers[i];

		if (answer > 0) {
			check_told(w, c, type, numbers[i], answer, f, t,
				   upward);
			told++;
		} else if (answer == -EREMOTE) {
			/* says that it exists */
			if (level >= 0) {
				check(knows(c->known, type, numbers[i], level,
					    numbers[i], level));
				continue;
			}
			/* above, too, but only of what the view has */
			check_eq(upward, PIDMAP_UPWARD_SUBTREE);
			check(world_translate(w, type, numbers[i], f,
					      c->view) > 0);
		} else if (answer == -EPERM) {
			/* says that it exists, in the view */
			check_eq(upward, PIDMAP_UPWARD_SELF);
			check(level >= 0);
			check(knows(c->known, type, numbers[i], level,
				    numbers[i], level));
		} else {
			check_eq(answer, -ESRCH);
		}
	}
	return told;
}

static void ask_task(int nr, struct pidmap_nsref to)
{
	struct batch_call *b = add_call(PIDMAP_TASK_IDS);

	b->ids = (struct pidmap_task_ids){
		.size = sizeof(b->ids), .nr = nr, .from = VIEW, .to = to,
	};
}

static void check_task(struct world *w, struct caller *c,
		       const struct batch_call *b, int upward)
{
	const struct world_task *self_task;
	struct pidmap_task_ids ids = b->ids;
	int o, i, level, nr = ids.nr;
	bool may;

	if (b->ret)
		return;
	self_task = world_find(w, PIDMAP_TID, nr, c->view);
	o = meaning(w, c, ids.to, &may);
	check(o >= 0 && may);
	level = w->ns[o].level - w->ns[c->view].level;
	if (level < 0) {
		check(upward != PIDMAP_UPWARD_NONE);
		if (upward == PIDMAP_UPWARD_SELF) {
			check(self_task && self_task->tgid == c->p->pid);
			check(ids.pgid == 0 || ids.pgid == ids.tgid);
			check(ids.sid == 0 || ids.sid == ids.tgid);
			check_eq(ids.ppid, 0);
		}
		if (!self_task)
			return;
		/* none of a group, session or parent the view does not show */
		check(!ids.pgid || world_nr(w, self_task, PIDMAP_PGID,
					    c->view));
		check(!ids.sid || world_nr(w, self_task, PIDMAP_SID, c->view));
		return;
	}
	for (i = 0; i < c->known->n; i++) {
		const struct known_task *k = &c->known->task[i];

		if (level >= k->levels || k->nr[PIDMAP_TID][0] != nr)
			continue;
		check_eq(ids.tid, k->nr[PIDMAP_TID][level]);
		check_eq(ids.tgid, k->nr[PIDMAP_TGID][level]);
		check_eq(ids.pgid, k->nr[PIDMAP_PGID][level]);
		check_eq(ids.sid, k->nr[PIDMAP_SID][level]);
		if (ids.ppid)
			check(knows(c->known, PIDMAP_TGID, k->ppid, 0,
				    ids.ppid, level));
		return;
	}
	rig_fail(__FILE__, __LINE__, "IDs of task %d, which is not known", nr);
}

static void ask_numbers(int type, int nr)
{
	struct batch_call *b = add_call(PIDMAP_PIDS);

	b->pids = (struct pidmap_pids){
		.size = sizeof(b->pids), .type = type, .nr = nr, .from = VIEW,
		.pids = (uintptr_t)b->list, .capacity = ARRAY_SIZE(b->list),
		.stride = sizeof(b->list[0]),
	};
}

static void check_numbers(struct world *w, struct caller *c,
			  const struct batch_call *b)
{
	int type = b->pids.type, nr = b->pids.nr;
	const struct pidmap_pid *got = b->list;
	unsigned int i;

	if (b->ret)
		check_eq(b->ret, -ESRCH);
	for (i = 0; !b->ret && i < b->pids.count; i++) {
		int ns;

		check(knows(c->known, type, nr, 0, got[i].nr, i));
		if (!got[i].inum) {
			check(got[i].id == 0);
			continue;
		}
		check(knows_inum(c->known, got[i].inum) ||
		      got[i].inum == c->p->inum);
		ns = world_ns(w, got[i].inum);
		check(ns >= 0 && got[i].id == nsfs_id(w->ns[ns].fd));
		check(world_within(w, ns, c->view));
	}
}

static struct {
	struct world *w;
	struct caller *c;
} listing;

static void check_listed_task(const void *record, void *arg)
{
	const struct pidmap_task *t = record;
	const struct known *k = listing.c->known;
	int i, level;

	(void)arg;
	for (i = 0; i < k->n; i++)
		if (k->task[i].nr[PIDMAP_TID][0] == pidmap_task_nr(t)[0])
			break;
	/* one of the kernel's own threads may have come meanwhile */
	if (i == k->n && world_ns(listing.w, t->inum) == 0)
		return;
	check(i < k->n);
	check_eq(k->task[i].levels, t->levels);
	for (level = 0; level < t->levels; level++)
		check_eq(k->task[i].nr[PIDMAP_TID][level], pidmap_task_nr(t)[level]);
	check_eq(k->task[i].nr[PIDMAP_TGID][0], t->tgid);
	check_eq(k->task[i].nr[PIDMAP_PGID][0], t->pgid);
	check_eq(k->task[i].nr[PIDMAP_SID][0], t->sid);
	check_eq(k->task[i].inum, t->inum);
	check(llabs((long long)(t->start_time / 10000000) -
		    (long long)k->task[i].start) <= 1);
}

static void check_listed_ns(const void *record, void *arg)
{
	const struct pidmap_ns *n = record;
	int ns = world_ns(listing.w, n->inum);

	(void)arg;
	check(ns >= 0 && world_within(listing.w, ns, listing.c->view));
	check(knows_inum(listing.c->known, n->inum));
	check(n->id == nsfs_id(listing.w->ns[ns].fd));
	check_eq(n->parent_inum, ns == listing.c->view ? 0 :
		 listing.w->ns[listing.w->ns[ns].parent].inum);
}

/* All numbers there may be in the view, of which it hears that they are */
static void sweep(const struct world *w, struct caller *c)
{
	static int all[4000];
	int type, i;

	for (type = 0; type < 4; type++) {
		for (i = 0; i < (int)ARRAY_SIZE(all); i++)
			all[i] = i;
		check_eq(translate_many(c->p, OWN, type, all, ARRAY_SIZE(all),
					VIEW, VIEW), 0);
		for (i = 0; i < (int)ARRAY_SIZE(all); i++) {
			if (all[i] < 0)
				check_eq(all[i], -ESRCH);
			else
				check_eq(all[i], i);
			/* the kernel's own come and go at level 0 */
			if (all[i] > 0 && w->ns[c->view].level)
				check(knows(c->known, type, i, 0, i, 0));
		}
	}
}

/* one that anyone may use */
static bool is_plain(int name)
{
	return names[name].kind == PIDMAP_NS_VIEW ||
	       names[name].kind == PIDMAP_NS_FD ||
	       names[name].kind == PIDMAP_NS_LEVEL;
}

/* Returns how many numbers it was told. */
static int ask_all(struct world *w, struct caller *c, int upward)
{
	int i, k, type, told = 0, common = n_numbers;
	struct pidmap_info got;

	/* its own, beside those of the tree */
	add_task_numbers(w, c->p->pid);
	sweep(w, c);
	check_eq(info(c->p, OWN, &got), 0);
	check(!got.inum || got.inum == c->p->inum ||
	      knows_inum(c->known, got.inum));
	check_eq(got.level, w->ns[c->view].level);

	batch->n = 0;
	for (i = 0; i < n_names; i++) {
		for (k = 0; k < n_names; k++) {
			/* names that need a right: each beside the view */
			if ((!is_plain(i) && k) || (!is_plain(k) && i))
				continue;
			ask_pair(names[i], names[k]);
		}
	}
	check_eq(run(c->p, make_calls, batch), 0);
	for (i = 0; i < batch->n; i++)
		told += check_pair(w, c, &batch->call[i], upward);

	batch->n = 0;
	for (i = 0; i < n_names; i++)
		for (k = 0; k < n_numbers && is_plain(i); k++)
			ask_task(numbers[k], names[i]);
	check_eq(run(c->p, make_calls, batch), 0);
	for (i = 0; i < batch->n; i++)
		check_task(w, c, &batch->call[i], upward);

	batch->n = 0;
	for (type = 0; type < 4; type++)
		for (k = 0; k < n_numbers; k++)
			ask_numbers(type, numbers[k]);
	check_eq(run(c->p, make_calls, batch), 0);
	for (i = 0; i < batch->n; i++)
		check_numbers(w, c, &batch->call[i]);

	listing.w = w;
	listing.c = c;
	for (i = 0; i < n_names; i++) {
		list(c->p, OWN, PIDMAP_LIST, PIDMAP_LIST_THREADS, names[i],
		     32768, check_listed_task, NULL);
		list(c->p, OWN, PIDMAP_LIST_NS, 0, names[i], 4096,
		     check_listed_ns, NULL);
	}
	n_numbers = common;
	return told;
}

/* For us and all that is grown: asker and asked take turns anyway. */
static struct tree *grow_on_one_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(0, &set);
	check_eq(sched_setaffinity(0, sizeof(set), &set), 0);
	return grow();
}

static void device_tells_no_more_than_proc(void **state)
{
	static const char * const policies[] = { "none", "self", "subtree" };
	struct tree *t = grow_on_one_cpu();
	struct proc *depths[] = { t->top2, t->a2, t->b2, t->c2, t->s2 };
	struct caller callers[ARRAY_SIZE(depths) * USERS];
	int told[ARRAY_SIZE(depths) * USERS][3];
	size_t depth, i, n = 0;
	struct world *w;
	int user, policy_nr;

	(void)state;
	batch = shared(sizeof(*batch));
	device_mode(0666);
	/* groups, sessions and user namespaces for there to be secrets about */
	check_eq(run(t->a2, do_setsid, NULL), 0);
	check_eq(run(t->c2, do_setsid, NULL), 0);
	for (depth = 0; depth < ARRAY_SIZE(depths); depth++) {
		for (user = 0; user < USERS; user++) {
			callers[n].p = make_caller(depths[depth], user);
			callers[n++].user = user;
		}
	}
	for (i = 0; i < n; i += 2)
		check_eq(run(callers[i].p, do_setsid, NULL), 0);
	for (i = 0; i < n; i++) {
		int fd = proc_of(callers[i].p->level == 0 ||
				 callers[i].user == RAISED ? self :
				 callers[i].user < USERNS_ROOT ||
				 callers[i].user == RAISED_NO_PTRACE ?
				 depths[i / USERS] : callers[i].p->parent);

		send_fd(callers[i].p, fd, OWN_PROC);
		close(fd);
	}
	w = world_read(true);
	collect(w, t);
	for (i = 0; i < n; i++) {
		callers[i].known = shared(sizeof(struct known));
		callers[i].view = callers[i].user == RAISED ? 0 :
				  world_ns(w, callers[i].p->inum);
		check_eq(run(callers[i].p, learn, callers[i].known), 0);
		check(callers[i].known->n > 0);
		check(callers[i].view >= 0);
	}
	for (policy_nr = 0; policy_nr < 3; policy_nr++) {
		policy(policies[policy_nr]);
		for (i = 0; i < n; i++)
			told[i][policy_nr] = ask_all(w, &callers[i],
						     policy_nr);
	}
	/* It is no use to be silent: who may, is told, the more so above. */
	for (i = 0; i < n; i++) {
		check(told[i][0] > 0);
		if (w->ns[callers[i].view].level) {
			check(told[i][1] > told[i][0]);
			check(told[i][2] > told[i][1]);
		} else {
			check_eq(told[i][1], told[i][0]);
			check_eq(told[i][2], told[i][0]);
		}
		if (callers[i].user == USER)
			check(told[i][0] < told[i - USER][0]);
	}
	world_free(w);
}

static const struct CMUnitTest tests[] = {
	TEST(device_tells_no_more_than_proc),
};

RUN(tests)
