// SPDX-License-Identifier: GPL-2.0-only
/* Every way to name a namespace. */
#include "test.h"

#include <sys/mount.h>
#include <sys/eventfd.h>

/* Asks in both places; they must agree. Returns the errno, or 0. */
static int name_on(struct proc *p, int fd, struct pidmap_nsref ref)
{
	int nr = p->nr[p->level];
	int to = translate_on(p, fd, PIDMAP_TGID, nr, VIEW, ref);
	int from = translate_on(p, fd, PIDMAP_TGID, INT32_MAX, ref, VIEW);

	if (to > 0 || to == -EREMOTE) {
		check_eq(from, -ESRCH);
		return 0;
	}
	check_eq(from, to);
	return to;
}

static int name(struct proc *p, struct pidmap_nsref ref)
{
	return name_on(p, OWN, ref);
}

/* Does it name the leaf namespace of @member? */
static void check_names(struct proc *p, struct pidmap_nsref ref,
			struct proc *member)
{
	check_eq(translate(p, PIDMAP_TGID, member->nr[p->level], VIEW, ref),
		 member->nr[member->level]);
	check_eq(translate(p, PIDMAP_TGID, member->nr[member->level], ref,
			   VIEW), member->nr[p->level]);
}

static void by_view(void **state)
{
	struct tree *t = grow();

	(void)state;
	check_eq(translate(t->c, PIDMAP_TGID, 91, VIEW, VIEW), 91);
	check_eq(translate(t->c, PIDMAP_TGID, t->c2->pid, VIEW, VIEW), -ESRCH);
	check_eq(name(self, REF(PIDMAP_NS_VIEW, 1)), -EINVAL);
	check_eq(name(self, REF(PIDMAP_NS_VIEW, 1ULL << 32)), -EINVAL);
}

static void by_fd(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top2, t->a2, t->b2, t->c2, t->s2 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(in); i++)
		check_names(self, FD(in[i]->ns), in[i]);
	check_names(t->a, FD(t->c->ns), t->c2);
	check_names(t->b, FD(t->b->ns), t->b2);
}

static void by_wrong_fd(void **state)
{
	static const char * const files[] = {
		"/dev/null", "/proc/self/ns/net", "/proc/self/ns/mnt",
		"/proc/self/ns/user", "/proc/self/ns/uts", "/proc/self/ns/ipc",
		"/proc/self/status", "/proc/self/exe", "/proc", "/",
		DEVICE, "/proc/self/ns",
	};
	int pipefd[2];
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		fd = open(files[i], O_RDONLY);
		check(fd >= 0);
		check_eq(name(self, FD(fd)), -EINVAL);
		close(fd);
	}
	check_eq(pipe(pipefd), 0);
	check_eq(name(self, FD(pipefd[0])), -EINVAL);
	close(pipefd[0]);
	close(pipefd[1]);
	fd = eventfd(0, 0);
	check_eq(name(self, FD(fd)), -EINVAL);
	close(fd);
	/* closed, never open, no descriptor at all */
	check_eq(name(self, FD(fd)), -EBADF);
	check_eq(name(self, FD(1023)), -EBADF);
	check_eq(name(self, FD(INT32_MAX)), -EBADF);
	check_eq(name(self, FD(1ULL << 31)), -EBADF);
	check_eq(name(self, FD((1ULL << 32) + self->ns)), -EBADF);
	check_eq(name(self, FD(~0ULL)), -EBADF);
	fd = open("/proc/self/ns/pid", O_PATH);
	check(fd >= 0);
	check_eq(name(self, FD(fd)), -EBADF);
	close(fd);
}

static void by_fd_outside(void **state)
{
	struct tree *t = grow();

	(void)state;
	/* above, beside, and beside of above */
	check_eq(name(t->a, FD(self->ns)), -EPERM);
	check_eq(name(t->b2, FD(t->a->ns)), -EPERM);
	check_eq(name(t->a, FD(t->s->ns)), -EPERM);
	check_eq(name(t->c2, FD(t->s->ns)), -EPERM);
	check_eq(name(t->s, FD(t->c->ns)), -EPERM);
	/* no matter what it is asked about */
	check_eq(translate(t->a, PIDMAP_TGID, 0, VIEW, FD(self->ns)), -EPERM);
	check_eq(translate(t->a, PIDMAP_TGID, unused_number(), FD(self->ns),
			   VIEW), -EPERM);
}

static void by_bind_mount(void **state)
{
	const char *place = "/tmp/pidmap-system-ns";
	struct tree *t = grow();
	char path[64];
	int fd;

	(void)state;
	fd = open(place, O_CREAT | O_RDONLY, 0600);
	check(fd >= 0);
	close(fd);
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", t->b->pid);
	check_eq(mount(path, place, NULL, MS_BIND, NULL), 0);
	fd = open(place, O_RDONLY);
	check_eq(umount2(place, MNT_DETACH), 0);
	unlink(place);
	check(fd >= 0);
	check_names(self, FD(fd), t->b2);
	close(fd);
}

static void by_fd_of_dead(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->a2, CLONE_NEWPID);

	(void)state;
	check_names(self, FD(p->ns), p);
	reap(p);
	check_eq(translate(self, PIDMAP_TGID, 1, FD(p->ns), VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TGID, t->a2->pid, VIEW, FD(p->ns)),
		 -EREMOTE);
	check_eq(translate(t->a, PIDMAP_TGID, 1, FD(p->ns), VIEW), -ESRCH);
	check_eq(translate(t->s, PIDMAP_TGID, 1, FD(p->ns), VIEW), -EPERM);
	/* it cannot be found any more */
	check_eq(name(self, INUM(p->inum)), -ENOENT);
	if (nsfs_id(p->ns))
		check_eq(name(self, BY_ID(nsfs_id(p->ns))), -ENOENT);
}

static long forked_is_init(void *unused)
{
	(void)unused;
	return getpid();
}

static void unshared_but_not_forked(void **state)
{
	unsigned long *flags = shared(sizeof(*flags));
	struct proc *p = spawn(self, 0), *child;
	struct pidmap_info before, after;
	char path[64];
	int fd;

	(void)state;
	check_eq(info(p, OWN, &before), 0);
	*flags = CLONE_NEWPID;
	check_eq(run(p, do_unshare, flags), 0);
	check_eq(info(p, OWN, &after), 0);
	check_eq(after.inum, before.inum);
	check_eq(after.level, before.level);
	reopen(p);
	check_eq(info(p, OWN, &after), 0);
	check_eq(after.inum, before.inum);
	/* its active namespace is the old one */
	check_eq(translate(self, PIDMAP_TGID, p->pid, VIEW, BY_TID(p->pid)),
		 p->pid);
	/* the new one has no number yet; most kernels give no descriptor */
	snprintf(path, sizeof(path), "/proc/%d/ns/pid_for_children", p->pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		check_eq(name(self, INUM(inum_of(fd))), -ENOENT);
		check_eq(translate(self, PIDMAP_TGID, p->pid, VIEW, FD(fd)),
			 -EREMOTE);
		check_eq(translate(self, PIDMAP_TGID, 1, FD(fd), VIEW),
			 -ESRCH);
		close(fd);
	}
	/* with the first fork it has */
	child = spawn(p, 0);
	check_eq(run(child, forked_is_init, NULL), 1);
	check_eq(child->level, 1);
	fd = open(path, O_RDONLY);
	check(fd >= 0);
	check_eq(translate(self, PIDMAP_TGID, child->pid, VIEW, FD(fd)), 1);
	check_eq(translate(self, PIDMAP_TGID, child->pid, VIEW,
			   BY_TID(child->pid)), 1);
	check_eq(translate(self, PIDMAP_TGID, p->pid, VIEW, FD(fd)),
		 -EREMOTE);
	close(fd);
}

static void by_tid(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(t->c, 0);
	int pid = p->pid;

	(void)state;
	check_names(self, BY_TID(t->c->pid), t->c2);
	check_names(self, BY_TID(t->c2_thread[2]), t->c2);
	check_names(self, BY_TID(self->pid), t->top2);
	check_names(t->a, BY_TID(75), t->c2);
	/* its number in the view, no other */
	check_eq(name(t->a, BY_TID(t->c2->pid)), -ENOENT);
	check_eq(name(self, BY_TID(0)), -ENOENT);
	check_eq(name(self, BY_TID(-1)), -ENOENT);
	check_eq(name(self, BY_TID(1ULL << 32 | self->pid)), -ENOENT);
	check_eq(name(self, BY_TID(1ULL << 31)), -ENOENT);
	check_eq(name(self, BY_TID(unused_number())), -ENOENT);
	/* a zombie still has one */
	finish(p);
	check_names(self, BY_TID(pid), t->c2);
	reap(p);
	check_eq(name(self, BY_TID(pid)), -ENOENT);
}

/* A group's number does when its leader has gone, but that is no task. */
static void by_tid_of_group(void **state)
{
	struct proc *leader = spawn(self, 0);
	int pid = leader->pid;

	(void)state;
	check_eq(run(leader, do_setsid, NULL), 0);
	spawn(leader, 0);
	reap(leader);
	check_eq(translate(self, PIDMAP_PGID, pid, VIEW, VIEW), pid);
	check_eq(name(self, BY_TID(pid)), -ENOENT);
}

static void by_inum(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top2, t->a2, t->b2, t->c2, t->s2 };
	struct stat st;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(in); i++)
		check_names(self, INUM(in[i]->inum), in[i]);
	check_names(t->a, INUM(t->a->inum), t->a2);
	check_names(t->a, INUM(t->c->inum), t->c2);
	/* what is outside does not exist */
	check_eq(name(t->a, INUM(self->inum)), -ENOENT);
	check_eq(name(t->a, INUM(t->s->inum)), -ENOENT);
	check_eq(name(t->c, INUM(t->b->inum)), -ENOENT);
	check_eq(name(self, INUM(0)), -ENOENT);
	check_eq(name(self, INUM(1ULL << 32 | t->a->inum)), -ENOENT);
	check_eq(name(self, INUM(~0ULL)), -ENOENT);
	/* a namespace, but not of PIDs */
	check_eq(stat("/proc/self/ns/net", &st), 0);
	check_eq(name(self, INUM(st.st_ino)), -ENOENT);
}

static void by_id(void **state)
{
	struct tree *t = grow();
	struct proc *in[] = { t->top2, t->a2, t->b2, t->c2, t->s2 };
	struct pidmap_info i0;
	uint64_t id;
	size_t i;

	(void)state;
	check_eq(info(self, OWN, &i0), 0);
	id = nsfs_id(self->ns);
	if (!id && !(i0.features & PIDMAP_FEATURE_NS_ID)) {
		check_eq(i0.id, 0);
		check_eq(name(self, BY_ID(1)), -EOPNOTSUPP);
		check_eq(name(self, BY_ID(0)), -EOPNOTSUPP);
		check_eq(name(t->a, BY_ID(~0ULL)), -EOPNOTSUPP);
		rig_skip("this kernel gives namespaces no ID; only EOPNOTSUPP was checked");
	}
	check(i0.features & PIDMAP_FEATURE_NS_ID);
	check(i0.id == id);
	for (i = 0; i < ARRAY_SIZE(in); i++) {
		id = nsfs_id(in[i]->ns);
		check(id != 0);
		check_names(self, BY_ID(id), in[i]);
		check_eq(name(self, BY_ID(id | 1ULL << 63)), -ENOENT);
	}
	check_names(t->a, BY_ID(nsfs_id(t->c->ns)), t->c2);
	check_eq(name(t->a, BY_ID(nsfs_id(self->ns))), -ENOENT);
	check_eq(name(t->a, BY_ID(nsfs_id(t->s->ns))), -ENOENT);
	check_eq(name(self, BY_ID(0)), -ENOENT);
	check_eq(name(self, BY_ID(~0ULL)), -ENOENT);
	check_eq(name(self, BY_ID(t->a->inum)), -ENOENT);
}

static void by_level(void **state)
{
	struct tree *t = grow();

	(void)state;
	check_eq(translate(self, PIDMAP_TGID, self->pid, VIEW, LEVEL(0)),
		 self->pid);
	check_eq(name(self, LEVEL(1)), -ENOENT);
	check_eq(name(self, LEVEL(~0ULL)), -ENOENT);
	check_eq(name(self, LEVEL(1ULL << 32)), -ENOENT);
	check_eq(translate(t->b, PIDMAP_TGID, 81, LEVEL(2), VIEW), 81);
	check_eq(translate(t->b, PIDMAP_TGID, 81, LEVEL(2), LEVEL(2)), 81);
	check_eq(name(t->b, LEVEL(3)), -ENOENT);
	check_eq(name(t->b, LEVEL(33)), -ENOENT);
	policy("none");
	check_eq(name(t->b, LEVEL(1)), -EPERM);
	check_eq(name(t->b, LEVEL(0)), -EPERM);
	/* nor does the level of one who is deeper help */
	check_eq(translate(t->b, PIDMAP_TGID, 91, VIEW, LEVEL(0)), -EPERM);
}

static void by_nothing(void **state)
{
	unsigned int kind;

	(void)state;
	for (kind = PIDMAP_NS_BOUND + 1; kind < 40; kind++)
		check_eq(name(self, REF(kind, 0)), -EINVAL);
	for (kind = 8; kind < 32; kind++)
		check_eq(name(self, REF(1U << kind, 0)), -EINVAL);
	check_eq(name(self, REF(~0U, 0)), -EINVAL);
	check_eq(name(self, BOUND), -ENODATA);
	check_eq(name(self, REF(PIDMAP_NS_BOUND, 1)), -EINVAL);
}

/* from is resolved before to, and both before the number */
static void order_of_checks(void **state)
{
	struct tree *t = grow();

	(void)state;
	check_eq(translate(t->a, PIDMAP_TGID, 0, FD(INT32_MAX),
			   INUM(self->inum)), -EBADF);
	check_eq(translate(t->a, PIDMAP_TGID, 0, INUM(self->inum),
			   FD(INT32_MAX)), -ENOENT);
	check_eq(translate(t->a, PIDMAP_TGID, 0, VIEW, FD(INT32_MAX)),
		 -EBADF);
	check_eq(translate(t->a, 4, 0, FD(INT32_MAX), VIEW), -EINVAL);
}

static const struct CMUnitTest tests[] = {
	TEST(by_view),
	TEST(by_fd),
	TEST(by_wrong_fd),
	TEST(by_fd_outside),
	TEST(by_bind_mount),
	TEST(by_fd_of_dead),
	TEST(unshared_but_not_forked),
	TEST(by_tid),
	TEST(by_tid_of_group),
	TEST(by_inum),
	TEST(by_id),
	TEST(by_level),
	TEST(by_nothing),
	TEST(order_of_checks),
};

RUN(tests)
