// SPDX-License-Identifier: GPL-2.0-only
/* SET_VIEW: who may look from another namespace, and what is seen from there. */
#include "test.h"

#include <linux/capability.h>

#define ALL	(CAP(38) - 1)
#define PASSED	150	/* where a descriptor that was passed on is put */

static int raise_with(struct proc *p, int fd, unsigned int flags,
		      struct pidmap_nsref ns)
{
	struct pidmap_set_view r = {
		.size = sizeof(r), .flags = flags, .ns = ns,
	};

	return call(p, fd, PIDMAP_SET_VIEW, &r, sizeof(r));
}

static int raise_to(struct proc *p, int fd, int ns)
{
	return raise_with(p, fd, 0, FD(ns));
}

static int bind_view(struct proc *p, int fd)
{
	struct pidmap_bind b = { .size = sizeof(b) };

	return call(p, fd, PIDMAP_BIND, &b, sizeof(b));
}

static void pass(struct proc *from, struct proc *to)
{
	int fd = fetch_fd(from, OWN);

	send_fd(to, fd, PASSED);
	close(fd);
}

static void check_view(struct proc *p, int fd, int level, bool raised)
{
	struct pidmap_info got;

	check_eq(info(p, fd, &got), 0);
	check_eq(got.level, level);
	check_eq(!!(got.rights & PIDMAP_RIGHT_RAISED), raised);
}

/* Root in a container: all capabilities, or all but the one. */
static struct proc *root_in(struct proc *in, bool capable)
{
	struct proc *p = spawn(in, 0);

	become(p, 0, capable ? ALL : ALL & ~CAP(CAP_SYS_PTRACE));
	reopen(p);
	return p;
}

static void count(const void *record, void *arg)
{
	(void)record;
	++*(int *)arg;
}

/* From inside, all is as the test program sees it from outside. */
static void shows_the_host(void **state)
{
	struct tree *t = grow();
	struct proc *p = t->b2;
	struct world *w;
	struct pidmap_info got;
	int i, inside = 0, outside = 0, type;

	(void)state;
	check_eq(raise_to(p, OWN, self->ns), 0);
	check_eq(info(p, OWN, &got), 0);
	check_eq(got.level, 0);
	check_eq(got.inum, self->inum);
	check_eq(got.rights, PIDMAP_RIGHT_IDENTITY | PIDMAP_RIGHT_RAISED);
	w = world_read(true);
	for (i = 0; i < w->n_tasks; i++) {
		const struct world_task *task = &w->task[i];

		for (type = 0; type < 4; type++) {
			int nr = task->nr[type][0];

			check_eq(translate(p, type, nr, VIEW, VIEW),
				 translate(self, type, nr, VIEW, VIEW));
			check_eq(translate(p, type, nr, VIEW, FD(t->c->ns)),
				 translate(self, type, nr, VIEW,
					   FD(t->c->ns)));
		}
		check(start_of(p, task->nr[0][0]) ==
		      start_of(self, task->nr[0][0]));
	}
	world_free(w);
	check_eq(translate(p, PIDMAP_TGID, t->s2->pid, VIEW, INUM(t->s->inum)),
		 t->s2->nr[1]);
	check(list(p, OWN, PIDMAP_LIST, PIDMAP_LIST_THREADS, FD(t->a->ns),
		   4096, count, &inside) > 0);
	list(self, OWN, PIDMAP_LIST, PIDMAP_LIST_THREADS, FD(t->a->ns), 4096,
	     count, &outside);
	check_eq(inside, outside);
	inside = 0;
	outside = 0;
	check(list(p, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, count, &inside) > 3);
	list(self, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, count, &outside);
	check_eq(inside, outside);
}

/* Opener and caller, each with or without the capability */
static void opener_and_caller(void **state)
{
	struct tree *t = grow();
	int with[] = { self->ns, t->a->ns };
	int opener, caller, i;

	(void)state;
	device_mode(0666);
	for (i = 0; i < 2; i++)
	for (opener = 0; opener < 2; opener++)
	for (caller = 0; caller < 2; caller++) {
		struct proc *o = root_in(t->b, opener);
		struct proc *c = root_in(t->b, caller);

		pass(o, c);
		check_eq(raise_to(c, PASSED, with[i]),
			 opener && caller ? 0 : -EPERM);
		check_view(c, PASSED, opener && caller ? i : 2,
			   opener && caller);
		/* the opener has got it, too */
		check_view(o, OWN, opener && caller ? i : 2, opener && caller);
		reap(o);
		reap(c);
	}
}

/* A caller without the capability sees what it would see without SET_VIEW. */
static void passed_on(void **state)
{
	struct tree *t = grow();
	struct proc *o = t->b2;
	static const int levels[] = { 2, 3 };
	struct proc *in[] = { t->b, t->c };
	size_t i;

	(void)state;
	device_mode(0666);
	check_eq(raise_to(o, OWN, self->ns), 0);
	check_eq(bind_view(o, OWN), 0);
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		struct proc *strong = root_in(in[i], true);
		struct proc *weak = root_in(in[i], false);

		pass(o, strong);
		pass(o, weak);
		check_view(strong, PASSED, 0, true);
		check_view(weak, PASSED, levels[i], false);
		check_eq(translate_bound(strong, PASSED, PIDMAP_TGID,
					 t->s2->pid), t->s2->pid);
		check_eq(translate_bound(weak, PASSED, PIDMAP_TGID,
					 t->s2->pid), -EPERM);
		check_eq(translate_on(weak, PASSED, PIDMAP_TGID, t->s2->pid,
				      VIEW, VIEW), -ESRCH);
		check_eq(translate_on(weak, PASSED, PIDMAP_TGID, t->s2->pid,
				      FD(self->ns), VIEW), -EPERM);
		check(list(weak, PASSED, PIDMAP_LIST, 0, VIEW, 4096, count,
			   &(int){ 0 }) == -EPERM);
	}
	/* in a sister namespace there is no view without it */
	pass(o, t->s2);
	check_view(t->s2, PASSED, 0, true);
	become(t->s2, 0, ALL & ~CAP(CAP_SYS_PTRACE));
	check_eq(translate_on(t->s2, PASSED, PIDMAP_TGID, 1, VIEW, VIEW),
		 -EPERM);
	/* and from above, the view is the opener's own */
	pass(o, t->top2);
	check_view(t->top2, PASSED, 0, true);
	become(t->top2, 1000, 0);
	check_view(t->top2, PASSED, 2, false);
	check_eq(translate_bound(t->top2, PASSED, PIDMAP_TGID, t->s2->pid),
		 -EPERM);
}

/* It is looked at on every call, and by the child that dropped it. */
static void capability_is_dropped(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->b, 0), *child;

	(void)state;
	check_eq(raise_to(p, OWN, self->ns), 0);
	check_eq(bind_view(p, OWN), 0);
	child = spawn(p, 0);
	pass(p, child);
	check_view(child, PASSED, 0, true);
	become(child, 0, ALL & ~CAP(CAP_SYS_PTRACE));
	check_view(child, PASSED, 2, false);
	check_view(p, OWN, 0, true);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, p->pid), p->pid);
	become(p, 0, ALL & ~CAP(CAP_SYS_PTRACE));
	check_view(p, OWN, 2, false);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, p->pid), -EPERM);
	check_eq(translate(p, PIDMAP_TGID, p->nr[2], VIEW, VIEW), p->nr[2]);
}

/* Any namespace that one has a descriptor of: above, beside, below, one's own */
static void every_depth(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top2, t->a2, t->b2, t->c2, t->s2 };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		for (k = 0; k < ARRAY_SIZE(in); k++) {
			reopen(in[i]);
			check_eq(raise_to(in[i], OWN, in[k]->ns), 0);
			check_view(in[i], OWN, in[k]->level, true);
			check_eq(translate(in[i], PIDMAP_TGID,
					   in[k]->nr[in[k]->level], VIEW,
					   VIEW), in[k]->nr[in[k]->level]);
			/* what is not in that view does not exist */
			if (in[k] == t->c2 && in[i] != t->c2)
				check_eq(translate(in[i], PIDMAP_TGID, 1,
						   FD(in[i]->ns), VIEW),
					 -EPERM);
		}
	}
}

/* The user namespace that owns the namespace decides. */
static void user_namespaces(void **state)
{
	struct proc *box, *in, *box2, *user, *user2;

	(void)state;
	device_mode(0666);
	user = spawn(self, 0);
	become(user, 1000, 0);
	box = spawn(user, CLONE_NEWUSER | CLONE_NEWPID);
	in = spawn(box, CLONE_NEWPID);
	user2 = spawn(self, 0);
	become(user2, 1001, 0);
	box2 = spawn(user2, CLONE_NEWUSER | CLONE_NEWPID);
	reopen(box2);
	reopen(in);
	reopen(box);
	/* root there is root of what is there */
	check_eq(raise_to(in, OWN, self->ns), -EPERM);
	check_view(in, OWN, 2, false);
	check_eq(raise_to(in, OWN, box->ns), 0);
	check_view(in, OWN, 1, true);
	check_eq(translate(in, PIDMAP_TGID, in->nr[1], VIEW, VIEW), in->nr[1]);
	/* and not of what belongs to another */
	check_eq(raise_to(box2, OWN, self->ns), -EPERM);
	check_eq(raise_to(box2, OWN, box->ns), -EPERM);
	check_eq(raise_to(box2, OWN, in->ns), -EPERM);
	check_eq(raise_to(box2, OWN, box2->ns), 0);
	check_view(box2, OWN, 1, true);
	/* the user himself has none outside, but owns what is inside */
	reopen(user);
	check_eq(raise_to(user, OWN, self->ns), -EPERM);
	check_eq(raise_to(user, OWN, box->ns), 0);
	check_view(user, OWN, 1, true);
}

static void once_and_first(void **state)
{
	struct tree *t = grow();
	struct proc *p = t->b2;

	(void)state;
	check_eq(raise_to(p, OWN, self->ns), 0);
	check_eq(raise_to(p, OWN, self->ns), -EBUSY);
	check_eq(raise_to(p, OWN, t->a->ns), -EBUSY);
	check_view(p, OWN, 0, true);
	check_eq(bind_view(p, OWN), 0);
	check_eq(raise_to(p, OWN, self->ns), -EBUSY);
	reopen(p);
	check_view(p, OWN, 2, false);
	check_eq(bind_view(p, OWN), 0);
	check_eq(raise_to(p, OWN, self->ns), -EBUSY);
	check_view(p, OWN, 2, false);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, 1), 1);
}

static void what_is_no_namespace(void **state)
{
	static const char * const paths[] = {
		"/proc/self/ns/user", "/proc/self/ns/mnt", "/proc/self/ns/uts",
		"/proc/self/ns/net", "/dev/null", "/proc/self/status", "/proc",
	};
	struct tree *t = grow();
	struct proc *p = t->b2;
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(paths); i++) {
		fd = open(paths[i], O_RDONLY);
		check(fd >= 0);
		send_fd(p, fd, PASSED);
		close(fd);
		check_eq(raise_to(p, OWN, PASSED), -EINVAL);
	}
	fd = open("/proc/self/ns/pid", O_PATH);
	send_fd(p, fd, PASSED);
	close(fd);
	check_eq(raise_to(p, OWN, PASSED), -EBADF);
	check_eq(raise_to(p, OWN, 999), -EBADF);
	check_eq(raise_with(p, OWN, 0, FD(self->ns | 1ULL << 32)), -EBADF);
	check_eq(raise_with(p, OWN, 1, FD(self->ns)), -EINVAL);
	check_eq(raise_with(p, OWN, 1U << 31, FD(self->ns)), -EINVAL);
	check_eq(raise_with(p, OWN, 0, VIEW), -EINVAL);
	check_eq(raise_with(p, OWN, 0, BY_TID(1)), -EINVAL);
	check_eq(raise_with(p, OWN, 0, INUM(p->inum)), -EINVAL);
	check_eq(raise_with(p, OWN, 0, LEVEL(0)), -EINVAL);
	check_eq(raise_with(p, OWN, 0, BOUND), -EINVAL);
	check_eq(raise_with(p, OWN, 0, (struct pidmap_nsref){
		.kind = PIDMAP_NS_FD, .reserved = 1, .value = self->ns,
	}), -EINVAL);
	/* nothing of it was kept */
	check_view(p, OWN, 2, false);
	check_eq(raise_to(p, OWN, self->ns), 0);
}

/* The file holds the namespace when nothing else does. */
static void outlives_its_name(void **state)
{
	struct proc *box = spawn(self, CLONE_NEWPID), *in, *p = spawn(self, 0);
	int fd = dup(box->ns);

	(void)state;
	in = spawn(box, 0);
	send_fd(p, fd, PASSED);
	check_eq(raise_to(p, OWN, PASSED), 0);
	check_eq(translate(p, PIDMAP_TGID, in->nr[1], VIEW, VIEW), in->nr[1]);
	close(fd);
	reap(in);
	reap(box);
	check_view(p, OWN, 1, true);
	check_eq(translate(p, PIDMAP_TGID, 1, VIEW, VIEW), -ESRCH);
	reopen(p);
	check_view(p, OWN, 0, false);
}

static const struct CMUnitTest tests[] = {
	TEST(shows_the_host),
	TEST(opener_and_caller),
	TEST(passed_on),
	TEST(capability_is_dropped),
	TEST(every_depth),
	TEST(user_namespaces),
	TEST(once_and_first),
	TEST(what_is_no_namespace),
	TEST(outlives_its_name),
};

RUN(tests)
