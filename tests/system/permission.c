// SPDX-License-Identifier: GPL-2.0-only
/* Who may ask what: the view, what is below it, and the identity right. */
#include "test.h"

#include <linux/capability.h>

#define PASSED	150	/* where a descriptor that was passed on is put */

static const unsigned int every_operation[] = {
	PIDMAP_INFO, PIDMAP_TRANSLATE, PIDMAP_TRANSLATE_MANY, PIDMAP_TASK_IDS,
	PIDMAP_PIDS, PIDMAP_LIST, PIDMAP_LIST_NS, PIDMAP_BIND,
	PIDMAP_BOUND_TID, PIDMAP_BOUND_SID,
};

static const unsigned int every_size[] = {
	sizeof(struct pidmap_info), sizeof(struct pidmap_translate),
	sizeof(struct pidmap_translate_many), sizeof(struct pidmap_task_ids),
	sizeof(struct pidmap_pids), sizeof(struct pidmap_list),
	sizeof(struct pidmap_list), sizeof(struct pidmap_bind), 0, 0,
};

static void pass(struct proc *from, struct proc *to)
{
	int fd = fetch_fd(from, OWN);

	send_fd(to, fd, PASSED);
	close(fd);
}

static void check_level(struct proc *p, int fd, int level)
{
	struct pidmap_info got;

	check_eq(info(p, fd, &got), 0);
	check_eq(got.level, level);
}

static void ignore(const void *record, void *arg)
{
	(void)record;
	(void)arg;
}

static int list_on(struct proc *p, int fd, unsigned int op,
		   struct pidmap_nsref ns)
{
	int ret = list(p, fd, op, 0, ns, 4096, ignore, NULL);

	return ret < 0 ? ret : 0;
}

static void opened_outside_used_inside(void **state)
{
	struct tree *t = grow();

	(void)state;
	pass(self, t->b2);
	check_level(t->b2, PASSED, 2);
	/* it sees what it would see through its own */
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 81, VIEW, VIEW), 81);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 83, VIEW,
			      FD(t->c->ns)), 91);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, self->pid, VIEW,
			      VIEW), -ESRCH);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 81, VIEW,
			      FD(self->ns)), -EPERM);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 81, VIEW,
			      FD(t->a->ns)), -EPERM);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 81, VIEW,
			      INUM(t->a->inum)), -ENOENT);
	check_eq(translate_on(t->b2, PASSED, PIDMAP_TGID, 81, VIEW, LEVEL(0)),
		 -EPERM);
	check_eq(list_on(t->b2, PASSED, PIDMAP_LIST, VIEW), 0);
	check_eq(list_on(t->b2, PASSED, PIDMAP_LIST, FD(t->a->ns)), -EPERM);
}

static void opened_inside_used_outside(void **state)
{
	struct tree *t = grow();
	struct proc *users[] = { self, t->top2, t->a, t->a2 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(users); i++) {
		struct proc *p = users[i];

		pass(t->b2, p);
		check_level(p, PASSED, 2);
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, 81, VIEW, VIEW),
			 81);
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, 83, VIEW,
				      FD(t->c->ns)), 91);
		/* not even its own number */
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, p->nr[0], VIEW,
				      VIEW), -ESRCH);
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, 81, VIEW,
				      FD(p->ns)), -EPERM);
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, 81, VIEW,
				      INUM(p->inum)), -ENOENT);
		check_eq(translate_on(p, PASSED, PIDMAP_TGID, 81, VIEW,
				      LEVEL(p->level)), -EPERM);
		check_eq(list_on(p, PASSED, PIDMAP_LIST_NS, FD(p->ns)),
			 -EPERM);
	}
}

static void every_pair_of_opener_and_user(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);
	size_t i, k, op;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(t->all); i++)
	for (k = 0; k < ARRAY_SIZE(t->all); k++) {
		struct proc *opener = t->all[i], *user = t->all[k];
		int o = world_ns(w, opener->inum), u = world_ns(w, user->inum);

		pass(opener, user);
		if (world_within(w, o, u)) {
			check_level(user, PASSED, opener->level);
			continue;
		}
		if (world_within(w, u, o)) {
			check_level(user, PASSED, user->level);
			continue;
		}
		for (op = 0; op < ARRAY_SIZE(every_operation); op++) {
			unsigned char arg[128] = { 0 }, before[128];
			struct pidmap_list *l = (void *)arg;
			struct pidmap_pids *p = (void *)arg;

			memcpy(arg, &every_size[op], 4);
			if (every_operation[op] == PIDMAP_PIDS)
				p->stride = sizeof(struct pidmap_pid);
			if (every_operation[op] == PIDMAP_LIST ||
			    every_operation[op] == PIDMAP_LIST_NS)
				l->buffer_size = 4096;
			memcpy(before, arg, sizeof(before));
			if (!every_size[op]) {
				/* takes a number */
				check_eq(call_raw(user, PASSED,
						  every_operation[op],
						  (void *)1), -EPERM);
				continue;
			}
			check_eq(call(user, PASSED, every_operation[op], arg,
				      sizeof(arg)), -EPERM);
			check(!memcmp(arg, before, sizeof(before)));
		}
	}
	world_free(w);
}

static void opener_may_be_gone(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->a, CLONE_NEWPID);
	int fd = fetch_fd(p, OWN);

	(void)state;
	close(p->ns);
	reap(p);
	p->ns = self->ns;
	send_fd(t->a2, fd, PASSED);
	/* its view is empty, and is never anyone else's */
	check_level(t->a2, PASSED, 2);
	check_level(self, fd, 2);
	check_eq(translate_on(self, fd, PIDMAP_TGID, 1, VIEW, VIEW), -ESRCH);
	send_fd(t->b, fd, PASSED);
	check_eq(translate_on(t->b, PASSED, PIDMAP_TGID, 1, VIEW, VIEW),
		 -EPERM);
	close(fd);
}

/* A call that is wrong in itself says so, whoever makes it. */
static void order_of_checks(void **state)
{
	struct tree *t = grow();
	struct pidmap_translate bad = { .size = 8 };
	struct pidmap_translate good = { .size = sizeof(good), .type = 9 };

	(void)state;
	pass(t->a, t->s);
	check_eq(call_raw(t->s, PASSED, PIDMAP_TRANSLATE, NULL), -EFAULT);
	check_eq(call(t->s, PASSED, PIDMAP_TRANSLATE, &bad, sizeof(bad)),
		 -EINVAL);
	check_eq(call(t->s, PASSED, PIDMAP_TRANSLATE, &good, sizeof(good)),
		 -EINVAL);
	good.type = 0;
	check_eq(call(t->s, PASSED, PIDMAP_TRANSLATE, &good, sizeof(good)),
		 -EPERM);
	check_eq(call_raw(t->s, PASSED, _IO(PIDMAP_IOC_MAGIC, 0x1f), NULL),
		 -ENOTTY);
}

static long try_open(void *path)
{
	int fd = open(path, O_RDWR);

	if (fd < 0)
		return -errno;
	close(fd);
	return 0;
}

static void node_is_the_first_gate(void **state)
{
	char *path = shared(64);
	struct proc *p = spawn(self, 0);
	struct stat st;

	(void)state;
	strcpy(path, DEVICE);
	check_eq(stat(DEVICE, &st), 0);
	check(S_ISCHR(st.st_mode));
	check_eq(st.st_mode & 07777, 0660);
	check_eq(st.st_uid, 0);
	check_eq(run(p, try_open, path), 0);
	become(p, 1000, 0);
	check_eq(run(p, try_open, path), -EACCES);
	device_mode(0666);
	check_eq(run(p, try_open, path), 0);
}

/* Without the identity right: what is left, and what is refused. */
static void check_without_right(struct tree *t, struct proc *p, int fd)
{
	struct pidmap_pid got[MAX_LEVELS];
	struct pidmap_task_ids ids;
	struct pidmap_info i0;
	int c2 = t->c2->nr[p->level];
	int err, i, n;

	check_eq(info(p, fd, &i0), 0);
	check_eq(i0.rights, 0);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, VIEW), c2);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, FD(t->c->ns)), 91);
	check_eq(translate_on(p, fd, PIDMAP_TGID, 91, FD(t->c->ns), VIEW), c2);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, LEVEL(p->level)),
		 c2);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, BY_TID(c2)),
		 -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, BY_TID(c2), VIEW),
		 -EPERM);
	/* also if there is none, or it is their own */
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, BY_TID(0)),
		 -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW,
			      BY_TID(p->nr[p->level])), -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW,
			      INUM(t->c->inum)), -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, INUM(p->inum)),
		 -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, INUM(3)), -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, BY_ID(3)), -EPERM);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW,
			      BY_ID(nsfs_id(t->c->ns))), -EPERM);
	check_eq(list_on(p, fd, PIDMAP_LIST, VIEW), -EPERM);
	check_eq(list_on(p, fd, PIDMAP_LIST, FD(t->c->ns)), -EPERM);
	check_eq(list_on(p, fd, PIDMAP_LIST_NS, VIEW), -EPERM);
	check_eq(list_on(p, fd, PIDMAP_LIST_NS, FD(t->c->ns)), -EPERM);
	if (fd != OWN)
		return;
	n = pids(p, PIDMAP_TGID, c2, VIEW, got);
	check_eq(n, 4 - p->level);
	for (i = 0; i < n; i++) {
		check_eq(got[i].nr, t->c2->nr[p->level + i]);
		check_eq(got[i].inum, i ? 0 : p->inum);
	}
	ids = task_ids(p, c2, VIEW, FD(t->c->ns), &err);
	check_eq(err, 0);
	check_eq(ids.tid, 91);
	task_ids(p, c2, VIEW, BY_TID(c2), &err);
	check_eq(err, -EPERM);
}

static void check_with_right(struct tree *t, struct proc *p, int fd)
{
	int c2 = t->c2->nr[p->level];

	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW, BY_TID(c2)), 91);
	check_eq(translate_on(p, fd, PIDMAP_TGID, c2, VIEW,
			      INUM(t->c->inum)), 91);
	check_eq(list_on(p, fd, PIDMAP_LIST, VIEW), 0);
	check_eq(list_on(p, fd, PIDMAP_LIST_NS, FD(t->c->ns)), 0);
}

static void ordinary_users(void **state)
{
	struct tree *t = grow();
	struct proc *where[] = { t->top2, t->a, t->a2, t->b2 };
	size_t i;

	(void)state;
	device_mode(0666);
	for (i = 0; i < ARRAY_SIZE(where); i++) {
		struct proc *p = spawn(where[i], 0);

		check_with_right(t, p, OWN);
		become(p, 1000, 0);
		/* opened by root: no matter */
		check_without_right(t, p, OWN);
		reopen(p);
		check_without_right(t, p, OWN);
		/* root with all but the one capability */
		p = spawn(where[i], 0);
		become(p, 0, ~CAP(CAP_SYS_PTRACE) & (CAP(38) - 1));
		reopen(p);
		check_without_right(t, p, OWN);
		/* a user with that one alone */
		p = spawn(where[i], 0);
		become(p, 1000, CAP(CAP_SYS_PTRACE));
		reopen(p);
		check_with_right(t, p, OWN);
	}
}

/* The opener's rights count like the caller's: the lesser of both. */
static void passed_between_users(void **state)
{
	struct tree *t = grow();
	struct proc *root = spawn(t->a, 0), *user = spawn(t->a, 0);

	(void)state;
	device_mode(0666);
	become(user, 1000, 0);
	reopen(user);
	pass(root, user);
	check_without_right(t, user, PASSED);
	pass(user, root);
	check_without_right(t, root, PASSED);
	check_with_right(t, root, OWN);
	pass(root, root);
	check_with_right(t, root, PASSED);
}

/* Root of a user namespace is root over what that one owns, and no more. */
static void user_namespaces(void **state)
{
	struct tree *t = grow();
	struct proc *fake, *box, *member, *deep, *user;
	int nr;

	(void)state;
	/* in its own user namespace, but in our PID namespace */
	fake = spawn(t->a2, CLONE_NEWUSER);
	check_without_right(t, fake, OWN);
	/* and with a PID namespace of its own */
	box = spawn(t->a2, CLONE_NEWUSER | CLONE_NEWPID);
	member = spawn(box, 0);
	deep = spawn(member, CLONE_NEWPID);
	nr = deep->nr[2];
	check_eq(translate(member, PIDMAP_TGID, nr, VIEW, BY_TID(nr)), 1);
	check_eq(translate(member, PIDMAP_TGID, nr, VIEW, INUM(deep->inum)),
		 1);
	check_eq(list_on(member, OWN, PIDMAP_LIST, VIEW), 0);
	check_eq(list_on(member, OWN, PIDMAP_LIST_NS, VIEW), 0);
	/* but not over what is outside */
	check_eq(translate(member, PIDMAP_TGID, nr, VIEW, FD(t->a->ns)),
		 -EPERM);
	check_eq(translate(member, PIDMAP_TGID, nr, VIEW, INUM(t->a->inum)),
		 -ENOENT);
	/* nor through a file that was opened there, by real root */
	pass(t->a, member);
	check_eq(list_on(member, PASSED, PIDMAP_LIST, VIEW), 0);
	check_eq(list_on(member, PASSED, PIDMAP_LIST, FD(t->a->ns)), -EPERM);
	check_level(member, PASSED, 2);
	/* a view of others' PID namespace gives no right, whoever opened it */
	pass(t->c2, fake);
	check_level(fake, PASSED, 3);
	check_eq(list_on(fake, PASSED, PIDMAP_LIST, VIEW), -EPERM);
	/* without the capability */
	user = spawn(box, 0);
	become(user, 1000, 0);
	check_eq(translate(user, PIDMAP_TGID, nr, VIEW, BY_TID(nr)), -EPERM);
	check_eq(list_on(user, OWN, PIDMAP_LIST, VIEW), -EPERM);
	user = spawn(box, 0);
	become(user, 0, ~CAP(CAP_SYS_PTRACE) & (CAP(38) - 1));
	check_eq(list_on(user, OWN, PIDMAP_LIST, VIEW), -EPERM);
	user = spawn(box, 0);
	become(user, 1000, CAP(CAP_SYS_PTRACE));
	check_eq(list_on(user, OWN, PIDMAP_LIST, VIEW), 0);
	/* from outside, real root may look in; a real user may not */
	check_eq(list_on(t->a, OWN, PIDMAP_LIST, FD(box->ns)), 0);
	become(t->a2, 1000, 0);
	check_eq(list_on(t->a2, OWN, PIDMAP_LIST, FD(box->ns)), -EPERM);
	/* the owner of a user namespace has every right over it */
	pass(box, t->a2);
	check_level(t->a2, PASSED, 2);
	check_eq(list_on(t->a2, PASSED, PIDMAP_LIST, VIEW), -EPERM);
}

/* A file that a user namespace's root opened, in the hands of the owner. */
static void owner_of_user_namespace(void **state)
{
	struct proc *owner = spawn(self, 0), *box;

	(void)state;
	device_mode(0666);
	become(owner, 1000, CAP(CAP_SYS_ADMIN));
	box = spawn(owner, CLONE_NEWUSER | CLONE_NEWPID);
	check_eq(list_on(box, OWN, PIDMAP_LIST, VIEW), 0);
	pass(box, owner);
	check_eq(list_on(owner, PASSED, PIDMAP_LIST, VIEW), 0);
	check_eq(list_on(owner, OWN, PIDMAP_LIST, FD(box->ns)), -EPERM);
}

static const struct CMUnitTest tests[] = {
	TEST(opened_outside_used_inside),
	TEST(opened_inside_used_outside),
	TEST(every_pair_of_opener_and_user),
	TEST(opener_may_be_gone),
	TEST(order_of_checks),
	TEST(node_is_the_first_gate),
	TEST(ordinary_users),
	TEST(passed_between_users),
	TEST(user_namespaces),
	TEST(owner_of_user_namespace),
};

RUN(tests)
