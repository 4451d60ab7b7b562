// SPDX-License-Identifier: GPL-2.0-only
/*
 * The fields that tell one task from another: start times, also in a time
 * namespace, pid IDs, groups, parents, cgroups, what has ended, owners.
 */
#include "test.h"
#include "../fork.h"

#include <linux/capability.h>
#include <linux/membarrier.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>

#define CLONE_NEWTIME_	0x80	/* not in every libc's header */

static int ask(struct proc *p, struct pidmap_translate *t)
{
	t->size = sizeof(*t);
	return call(p, OWN, PIDMAP_TRANSLATE, t, sizeof(*t));
}

static int expect(struct proc *p, int type, int nr, __u64 start)
{
	struct pidmap_translate t = {
		.type = type, .nr = nr, .flags = PIDMAP_EXPECT_START,
		.start_time = start,
	};

	return ask(p, &t) ?: t.result;
}

/* The record of one task, in a namespace of the caller's view. */
struct wanted {
	int nr;
	int found;
	struct pidmap_task task;
};

static void look(const void *record, void *arg)
{
	const struct pidmap_task *t = record;
	struct wanted *w = arg;

	if (*pidmap_task_nr(t) != w->nr)
		return;
	w->found++;
	w->task = *t;
}

static struct pidmap_task record_of(struct proc *p, unsigned int flags, int nr)
{
	struct wanted w = { .nr = nr };

	check(list(p, OWN, PIDMAP_LIST, flags, VIEW, 4096, look, &w) > 0);
	check_eq(w.found, 1);
	return w.task;
}

/* ------------------------------------------------------------- start times */

static void expected_start(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	__u64 start = start_of(self, p->pid);
	int type;

	(void)state;
	check_eq(run(p, do_setsid, NULL), 0);
	for (type = 0; type < 4; type++) {
		check_eq(expect(self, type, p->pid, start), p->pid);
		check_eq(expect(self, type, p->pid, start + 1), -ESTALE);
		check_eq(expect(self, type, p->pid, start - 1), -ESTALE);
		check_eq(expect(self, type, p->pid, ~0ULL), -ESTALE);
		/* this is a time, too, and not its own */
		check_eq(expect(self, type, p->pid, 0), -ESTALE);
	}
	finish(p);
	check_eq(expect(self, PIDMAP_TGID, p->pid, start), p->pid);
	check_eq(expect(self, PIDMAP_TGID, p->pid, 0), -ESTALE);
	reap(p);
	check_eq(expect(self, PIDMAP_TGID, p->pid, start), -ESRCH);
}

static void write_offset(long seconds)
{
	char text[64];
	int fd = open("/proc/self/timens_offsets", O_WRONLY), n;

	check(fd >= 0);
	n = snprintf(text, sizeof(text), "boottime %ld 0", seconds);
	check_eq(write(fd, text, n), n);
	close(fd);
}

/* A process whose boot-time clock is so many seconds off, in ours */
static struct proc *elsewhen(long seconds)
{
	struct proc *p;
	int own, ours;

	own = open("/proc/self/ns/time", O_RDONLY);
	if (own < 0)
		rig_skip("this kernel has no time namespaces");
	check_eq(syscall(SYS_unshare, CLONE_NEWTIME_), 0);
	write_offset(seconds);
	p = spawn(self, 0);
	/* the next children are ours again */
	ours = setns(own, 0);
	check_eq(ours ? -errno : 0, 0);
	close(own);
	return p;
}

static void in_a_time_namespace(void **state)
{
	static const long offsets[] = { 1000, 86400 };
	struct proc *child = spawn(self, CLONE_NEWPID);
	__u64 here = start_of(self, child->pid), there;
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(offsets); i++) {
		struct proc *p = elsewhen(offsets[i]);
		struct pidmap_task_ids ids = {
			.size = sizeof(ids), .nr = child->pid,
			.flags = PIDMAP_EXPECT_START | PIDMAP_START_TIME,
		};
		struct pidmap_pid numbers[MAX_LEVELS];
		struct pidmap_task r;

		there = here + offsets[i] * 1000000000ULL;
		check(start_of(p, child->pid) == there);
		/* also of what began there */
		check(start_of(p, p->pid) ==
		      start_of(self, p->pid) + offsets[i] * 1000000000ULL);
		check_eq(expect(p, PIDMAP_TGID, child->pid, there),
			 child->pid);
		check_eq(expect(p, PIDMAP_TGID, child->pid, here), -ESTALE);
		check_eq(expect(p, PIDMAP_TGID, child->pid, 0), -ESTALE);
		/* 0 by the clock of the kernel */
		check_eq(expect(p, PIDMAP_TGID, child->pid,
				offsets[i] * 1000000000ULL), -ESTALE);
		check_eq(expect(self, PIDMAP_TGID, child->pid, there),
			 -ESTALE);
		ids.start_time = there;
		check_eq(call(p, OWN, PIDMAP_TASK_IDS, &ids, sizeof(ids)), 0);
		check(ids.start_time == there);
		ids.start_time = here;
		check_eq(call(p, OWN, PIDMAP_TASK_IDS, &ids, sizeof(ids)),
			 -ESTALE);
		r = record_of(p, 0, child->pid);
		check(r.start_time == there);
		check(pids(p, PIDMAP_TGID, child->pid, VIEW, numbers) == 2);
		reap(p);
	}
	check(record_of(self, 0, child->pid).start_time == here);
}

static void note_init(const void *record, void *arg)
{
	const struct pidmap_ns *ns = record;
	struct pidmap_ns *want = arg;

	if (ns->inum == want->inum)
		*want = *ns;
}

static void namespaces_in_a_time_namespace(void **state)
{
	struct proc *child = spawn(self, CLONE_NEWPID), *p = elsewhen(1000);
	struct pidmap_ns here = { .inum = child->inum }, there = here;

	(void)state;
	check(list(self, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &here) > 0);
	check(list(p, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &there) > 0);
	check(here.start_time == start_of(self, child->pid));
	check(there.start_time == here.start_time + 1000000000000ULL);
}

/* By the clock of who began the watch, whoever reads it. */
static void events_in_a_time_namespace(void **state)
{
	struct proc *p = elsewhen(1000), *child;
	struct pidmap_watch w = { .size = sizeof(w), .ring_size = 65536 };
	const __u64 offset = 1000000000000ULL;
	static _Alignas(8) unsigned char buffer[65536];
	const struct pidmap_event *e = (const void *)buffer;
	const struct pidmap_task *t;
	__u64 start;

	(void)state;
	start = start_of(self, p->pid);
	check_eq(call(p, OWN, PIDMAP_WATCH, &w, sizeof(w)), 0);
	child = spawn(p, 0);
	check(read(fetch_fd(p, OWN), buffer, sizeof(buffer)) > 0);
	check_eq(e->kind, PIDMAP_EVENT_SYNC);
	check(e->time > start + offset);
	check(e->time < start + 2 * offset);
	e = (const void *)(buffer + e->size);
	/* kernel threads begin, too */
	while (e->kind != PIDMAP_EVENT_FORK ||
	       *pidmap_task_nr((const void *)e + e->task_offset) != child->pid)
		e = (const void *)((const char *)e + e->size);
	t = (const void *)((const char *)e + e->task_offset);
	check(t->start_time == start_of(self, child->pid) + offset);
	check(e->time == t->start_time);
	reap(p);
}

/* A clock that is behind ours */
static void in_an_earlier_time_namespace(void **state)
{
	struct proc *child, *p;
	__u64 there;

	(void)state;
	/* no clock of a time namespace may be negative */
	sleep(2);
	child = spawn(self, CLONE_NEWPID);
	p = elsewhen(-1);
	there = start_of(self, child->pid) - 1000000000;
	check(start_of(p, child->pid) == there);
	check_eq(expect(p, PIDMAP_TGID, child->pid, there), child->pid);
}

/* ------------------------------------------------------------------ pid IDs */

static void pid_id_is_pidfds(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	struct pidmap_task_ids ids = {
		.size = sizeof(ids), .nr = p->pid, .flags = PIDMAP_PID_ID,
	};
	struct pidmap_translate t = {
		.type = PIDMAP_TGID, .nr = p->pid, .flags = PIDMAP_PID_ID,
	};
	struct pidmap_pid numbers[MAX_LEVELS];
	struct pidmap_pids l = {
		.size = sizeof(l), .nr = p->pid, .flags = PIDMAP_PID_ID,
		.capacity = MAX_LEVELS, .stride = sizeof(numbers[0]),
		.pids = (uintptr_t)numbers,
	};
	struct pidmap_info i;
	struct stat st;
	int fd;

	(void)state;
	check_eq(info(self, OWN, &i), 0);
	if (!(i.features & PIDMAP_FEATURE_PID_ID)) {
		check_eq(ask(self, &t), -EOPNOTSUPP);
		check_eq(call(self, OWN, PIDMAP_TASK_IDS, &ids, sizeof(ids)),
			 -EOPNOTSUPP);
		check_eq(ioctl(OWN, PIDMAP_PIDS, &l) ? -errno : 0,
			 -EOPNOTSUPP);
		check_eq(record_of(self, 0, p->pid).pid_id, 0);
		return;
	}
	fd = syscall(SYS_pidfd_open, p->pid, 0);
	check(fd >= 0);
	check_eq(fstat(fd, &st), 0);
	check_eq(ask(self, &t), 0);
	check(t.pid_id);
	check_eq(call(self, OWN, PIDMAP_TASK_IDS, &ids, sizeof(ids)), 0);
	check(ids.pid_id == t.pid_id);
	check_eq(ioctl(OWN, PIDMAP_PIDS, &l) ? -errno : 0, 0);
	check(l.pid_id == t.pid_id);
	check(record_of(self, 0, p->pid).pid_id == t.pid_id);
	/* the 64 bits do not fit into st_ino of 32-bit programs */
	if (sizeof(st.st_ino) == sizeof(__u64))
		check(st.st_ino == t.pid_id);
	close(fd);
}

/* ------------------------------------------------------ the fields of LIST */

static void groups_and_parents(void **state)
{
	struct tree *t = grow();
	struct proc *session = spawn(t->b, 0), *group, *parent, *child;
	struct pidmap_task r;

	(void)state;
	check_eq(run(session, do_setsid, NULL), 0);
	group = spawn(session, 0);
	check_eq(run(group, do_setpgid, shared(2 * sizeof(int))), 0);
	parent = spawn(group, 0);
	child = spawn(parent, CLONE_NEWPID);
	r = record_of(self, 0, child->pid);
	check_eq(r.tgid, child->pid);
	check_eq(r.pgid, group->pid);
	check_eq(r.sid, session->pid);
	check_eq(r.ppid, parent->pid);
	check_eq(r.inum, child->inum);
	check_eq(r.flags, 0);
	/* in a view, by the numbers there */
	r = record_of(t->b, 0, child->nr[2]);
	check_eq(r.tgid, child->nr[2]);
	check_eq(r.pgid, group->nr[2]);
	check_eq(r.sid, session->nr[2]);
	check_eq(r.ppid, parent->nr[2]);
	/* and outside, 0 */
	r = record_of(child, 0, 1);
	check_eq(r.tgid, 1);
	check_eq(r.pgid, 0);
	check_eq(r.sid, 0);
	check_eq(r.ppid, 0);
	r = record_of(self, PIDMAP_LIST_THREADS, t->c2_thread[0]);
	check_eq(r.tgid, t->c2->pid);
	check_eq(r.pgid, getpgrp());
	check_eq(r.sid, getsid(0));
}

/* A task that ended, a process that did, and one that lives on headless */
static void what_has_ended(void **state)
{
	struct proc *p = spawn(self, CLONE_NEWPID), *headless;
	struct pidmap_task r;
	pid_t tids[2];

	(void)state;
	check_eq(record_of(self, 0, p->pid).flags, 0);
	finish(p);
	check_eq(record_of(self, 0, p->pid).flags,
		 PIDMAP_TASK_EXITED | PIDMAP_TASK_ENDED);
	headless = spawn(self, 0);
	threads(headless, 2, tids);
	behead(headless);
	r = record_of(self, 0, headless->pid);
	check_eq(r.flags, PIDMAP_TASK_EXITED);
	check_eq(record_of(self, PIDMAP_LIST_THREADS, tids[0]).flags, 0);
}

static const char cgroups[] = "/tmp/cgroups";

static void write_number(const char *path, int nr)
{
	FILE *f = fopen(path, "we");

	check(f && fprintf(f, "%d\n", nr) > 0 && !fclose(f));
}

static void cgroup_is_its_directory(void **state)
{
	struct proc *p = spawn(self, 0);
	char path[64];
	struct stat st;

	(void)state;
	mkdir(cgroups, 0755);
	if (mount("cgroup2", cgroups, "cgroup2", 0, NULL))
		rig_skip("this kernel has no default cgroup hierarchy");
	snprintf(path, sizeof(path), "%s/pidmap-test", cgroups);
	check(!mkdir(path, 0755) || errno == EEXIST);
	check_eq(stat(cgroups, &st), 0);
	check(record_of(self, 0, self->pid).cgroup);
	snprintf(path, sizeof(path), "%s/pidmap-test/cgroup.procs", cgroups);
	write_number(path, p->pid);
	snprintf(path, sizeof(path), "%s/pidmap-test", cgroups);
	check_eq(stat(path, &st), 0);
	check_eq(record_of(self, 0, p->pid).cgroup, st.st_ino);
	check(record_of(self, 0, self->pid).cgroup != st.st_ino);
	reap(p);
	rmdir(path);
	umount2(cgroups, MNT_DETACH);
}

/* Entries of PIDS may be longer than ours, and are then zero at their end. */
static void strides(void **state)
{
	static const unsigned int wrong[] = {
		0, 1, PIDMAP_PID_SIZE_V1 - 1, PIDMAP_SIZE_MAX + 1, UINT32_MAX,
	};
	static const unsigned int right[] = {
		PIDMAP_PID_SIZE_V1, 20, 24, 100, PIDMAP_SIZE_MAX,
	};
	struct proc *p = spawn(self, CLONE_NEWPID);
	unsigned char *room = malloc(3 * PIDMAP_SIZE_MAX);
	struct pidmap_pids l = {
		.size = sizeof(l), .nr = p->pid, .capacity = 3,
		.pids = (uintptr_t)room,
	};
	size_t i, k, at;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		l.stride = wrong[i];
		check_eq(ioctl(OWN, PIDMAP_PIDS, &l) ? -errno : 0, -EINVAL);
	}
	for (i = 0; i < ARRAY_SIZE(right); i++) {
		l.stride = right[i];
		memset(room, 0x55, 3 * PIDMAP_SIZE_MAX);
		check_eq(ioctl(OWN, PIDMAP_PIDS, &l) ? -errno : 0, 0);
		check_eq(l.count, 2);
		for (k = 0; k < 2; k++) {
			struct pidmap_pid pid;

			memcpy(&pid, room + k * right[i], sizeof(pid));
			check_eq(pid.nr, p->nr[k]);
			check_eq(pid.inum, k ? p->inum : self->inum);
			for (at = sizeof(pid); at < right[i]; at++)
				check_eq(room[k * right[i] + at], 0);
		}
		for (at = 2 * right[i]; at < 3 * PIDMAP_SIZE_MAX; at++)
			check_eq(room[at], 0x55);
	}
	free(room);
}

/* ------------------------------------------------------------ the owner */

/* The same owner, by the numbers of two user namespaces. */
static void owner_as_the_caller_sees_it(void **state)
{
	struct proc *user = spawn(self, 0), *box;
	struct pidmap_ns seen;

	(void)state;
	device_mode(0666);
	become(user, 1000, 0);
	box = spawn(user, CLONE_NEWUSER | CLONE_NEWPID);
	reopen(box);
	seen = (struct pidmap_ns){ .inum = box->inum };
	check(list(self, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &seen) > 0);
	check_eq(seen.owner_uid, 1000);
	seen = (struct pidmap_ns){ .inum = box->inum };
	check(list(box, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &seen) > 0);
	check_eq(seen.owner_uid, 1000);
	check_eq(seen.parent_inum, 0);
}

static long map_to_root(void *arg)
{
	char text[64];
	int fd, n;

	(void)arg;
	if (syscall(SYS_unshare, CLONE_NEWUSER))
		return -errno;
	fd = open("/proc/self/setgroups", O_WRONLY);
	if (fd >= 0 && write(fd, "deny", 4) == 4)
		close(fd);
	fd = open("/proc/self/uid_map", O_WRONLY);
	n = snprintf(text, sizeof(text), "0 1000 1");
	if (fd < 0 || write(fd, text, n) != n)
		return -errno;
	return close(fd);
}

/* In a user namespace where the owner has another number, that is told. */
static void owner_in_another_user_namespace(void **state)
{
	struct proc *user = spawn(self, 0), *box, *in;
	struct pidmap_ns seen;

	(void)state;
	device_mode(0666);
	become(user, 1000, 0);
	check_eq(run(user, map_to_root, NULL), 0);
	box = spawn(user, CLONE_NEWPID);
	in = spawn(box, CLONE_NEWPID);
	reopen(box);
	seen = (struct pidmap_ns){ .inum = in->inum };
	check(list(self, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &seen) > 0);
	check_eq(seen.owner_uid, 1000);
	seen = (struct pidmap_ns){ .inum = in->inum };
	check(list(box, OWN, PIDMAP_LIST_NS, 0, VIEW, 4096, note_init,
		   &seen) > 0);
	/* the owner is not mapped to itself there, but to root */
	check_eq(seen.owner_uid, 0);
}

/* --------------------------------------------------------------- policy */

static long write_policy(void *arg)
{
	int fd = open(POLICY, O_WRONLY), err;

	if (fd < 0)
		return -errno;
	err = write(fd, arg, strlen(arg)) < 0 ? -errno : 0;
	close(fd);
	return err;
}

/* Root of a container sees the file writable; that is not enough. */
static void policy_needs_the_capability(void **state)
{
	uint64_t most = CAP(38) - 1;
	struct proc *p = spawn(self, 0), *box = spawn(self, CLONE_NEWUSER);
	char *word = shared(16);
	struct pidmap_info i;

	(void)state;
	policy("none");
	strcpy(word, "subtree");
	check_eq(run(box, write_policy, word), -EPERM);
	become(p, 0, most & ~CAP(CAP_SYS_ADMIN));
	check_eq(run(p, write_policy, word), -EPERM);
	check_eq(info(self, OWN, &i), 0);
	check_eq(i.upward, PIDMAP_UPWARD_NONE);
	strcpy(word, "nonsense");
	check_eq(run(box, write_policy, word), -EPERM);
	check_eq(run(spawn(self, 0), write_policy, word), -EINVAL);
	strcpy(word, "subtree");
	check_eq(run(spawn(self, 0), write_policy, word), 0);
	check_eq(info(self, OWN, &i), 0);
	check_eq(i.upward, PIDMAP_UPWARD_SUBTREE);
	policy("none");
}

/* What was bound is checked by value, too, after the policy was withdrawn. */
static void bound_by_value_follows_the_policy(void **state)
{
	struct tree *t = grow();
	struct proc *p = t->b2;
	struct pidmap_bind b = { .size = sizeof(b), .to = LEVEL(0) };

	(void)state;
	policy("subtree");
	check_eq(call(p, OWN, PIDMAP_BIND, &b, sizeof(b)), 0);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, p->nr[2]), p->pid);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, 1), t->b->pid);
	policy("self");
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, p->nr[2]), p->pid);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, 1), -EPERM);
	policy("none");
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, p->nr[2]), -EPERM);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, 1), -EPERM);
	policy("subtree");
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, 1), t->b->pid);
}

/* And after the right was lost that its name needs. */
static void bound_by_value_needs_the_right(void **state)
{
	struct tree *t = grow();
	struct proc *p = spawn(self, 0);
	struct pidmap_bind b = {
		.size = sizeof(b), .to = INUM(t->a->inum),
	};

	(void)state;
	check_eq(call(p, OWN, PIDMAP_BIND, &b, sizeof(b)), 0);
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, t->a->pid), 1);
	become(p, 0, (CAP(38) - 1) & ~CAP(CAP_SYS_PTRACE));
	check_eq(translate_bound(p, OWN, PIDMAP_TGID, t->a->pid), -EPERM);
}

/* ------------------------------- what the device does not check: SECURITY.md */

static long may_read_link(void *pid)
{
	char path[64], text[64];

	snprintf(path, sizeof(path), "/proc/%d/ns/pid", *(int *)pid);
	/* Linux 5.10 shows nothing, instead of failing. */
	return readlink(path, text, sizeof(text)) > 0 ? 0 : -EACCES;
}

/* In a Landlock domain, where nothing is forbidden but what this always is */
static long enter_domain(void *unused)
{
	__u64 handled = 1;	/* LANDLOCK_ACCESS_FS_EXECUTE */
	int fd;

	(void)unused;
	fd = syscall(444, &handled, sizeof(handled), 0);
	if (fd < 0)
		return -errno;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || syscall(446, fd, 0))
		return -errno;
	return close(fd);
}

static void landlock_is_not_asked(void **state)
{
	struct proc *child = spawn(self, CLONE_NEWPID), *p = spawn(self, 0);
	int *pid = shared(sizeof(*pid));
	struct pidmap_task r;
	long err;

	(void)state;
	*pid = child->pid;
	check_eq(run(p, may_read_link, pid), 0);
	err = run(p, enter_domain, NULL);
	if (err == -ENOSYS || err == -EOPNOTSUPP)
		rig_skip("this kernel has no Landlock");
	check_eq(err, 0);
	check(run(p, may_read_link, pid) < 0);
	r = record_of(p, 0, child->pid);
	check_eq(r.inum, child->inum);
	check_eq(translate(p, PIDMAP_TGID, 1, INUM(child->inum), VIEW),
		 child->pid);
}

/* A task in a namespace of the view, with credentials from above */
static void credentials_from_above(void **state)
{
	volatile pid_t *from_above = shared(sizeof(*from_above));
	struct proc *user = spawn(self, 0), *box;
	int *pid = shared(sizeof(*pid)), nr;
	pid_t maker;

	(void)state;
	device_mode(0666);
	become(user, 1000, 0);
	box = spawn(user, CLONE_NEWUSER | CLONE_NEWPID);
	reopen(box);
	maker = fork();
	if (!maker) {
		if (setns(box->ns, CLONE_NEWPID))
			_exit(1);
		nr = fork();
		if (nr)
			*from_above = nr;
		for (;;)
			pause();
	}
	while (!*from_above)
		usleep(1000);
	nr = translate(self, PIDMAP_TGID, *from_above, VIEW, FD(box->ns));
	check(nr > 1);
	*pid = box->pid;
	check_eq(run(box, may_read_link, pid), 0);
	*pid = *from_above;
	check(run(box, may_read_link, pid) < 0);
	check_eq(record_of(box, 0, nr).inum, box->inum);
	kill(*from_above, SIGKILL);
	kill(maker, SIGKILL);
	waitpid(maker, NULL, 0);
}

/* ------------------------------------------------- names of the dead, etc. */

/* Dead but pinned, or without an init: by descriptor only. */
static void without_an_init(void **state)
{
	struct proc *maker = spawn(self, 0), *box = spawn(self, CLONE_NEWPID);
	unsigned long *flag = shared(sizeof(*flag));
	unsigned int inum = box->inum;
	int fd = dup(box->ns);
	__u64 id = nsfs_id(fd);

	(void)state;
	check_eq(translate(self, PIDMAP_TGID, box->pid, VIEW, INUM(inum)), 1);
	reap(box);
	check_eq(translate(self, PIDMAP_TGID, self->pid, VIEW, FD(fd)),
		 -EREMOTE);
	check_eq(translate(self, PIDMAP_TGID, 1, FD(fd), VIEW), -ESRCH);
	check_eq(translate(self, PIDMAP_TGID, 1, VIEW, INUM(inum)), -ENOENT);
	if (id)
		check_eq(translate(self, PIDMAP_TGID, 1, VIEW, BY_ID(id)),
			 -ENOENT);
	close(fd);
	/* made, and nobody is in it yet: few kernels hand that out */
	*flag = CLONE_NEWPID;
	check_eq(run(maker, do_unshare, flag), 0);
	{
		char path[64];

		snprintf(path, sizeof(path), "/proc/%d/ns/pid_for_children",
			 maker->pid);
		fd = open(path, O_RDONLY);
	}
	if (fd < 0)
		return;
	check_eq(translate(self, PIDMAP_TGID, self->pid, VIEW, FD(fd)),
		 -EREMOTE);
	check_eq(translate(self, PIDMAP_TGID, 1, VIEW, INUM(inum_of(fd))),
		 -ENOENT);
	close(fd);
}

/* ------------------------------------------------------------- references */

static void limit_namespaces(int n)
{
	FILE *f = fopen("/proc/sys/user/max_pid_namespaces", "we");

	check(f && fprintf(f, "%d\n", n) > 0 && !fclose(f));
}

/* Wait until there is room for one more: some go after a grace period. */
static void room_for_a_namespace(int most)
{
	pid_t pid = -1;
	int tries;

	limit_namespaces(most - 1);
	for (tries = 0; pid < 0; tries++) {
		pid = fork_flags(CLONE_NEWPID);
		if (!pid)
			_exit(0);
		if (pid < 0 && tries > 50)
			rig_fail(__FILE__, __LINE__,
				 "namespaces are left behind");
		if (pid < 0)
			syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	}
	waitpid(pid, NULL, 0);
	limit_namespaces(most);
}

/* Far more namespaces come and go than there may be at a time. */
static void nothing_holds_namespaces(void **state)
{
	int n, fd;

	(void)state;
	for (n = 0; n < 24; n++) {
		struct proc *box;
		struct pidmap_bind b = { .size = sizeof(b) };
		struct pidmap_set_view v = { .size = sizeof(v) };

		room_for_a_namespace(8);
		box = spawn(self, CLONE_NEWPID);
		b.to = BY_TID(box->pid);
		v.ns = FD(box->ns);
		/* its own device, by each name, bound and raised */
		check_eq(translate(box, PIDMAP_TGID, 1, VIEW, VIEW), 1);
		check_eq(translate(self, PIDMAP_TGID, 1, BY_TID(box->pid),
				   VIEW), box->pid);
		check_eq(translate(self, PIDMAP_TGID, 1, INUM(box->inum),
				   VIEW), box->pid);
		check_eq(translate(self, PIDMAP_TGID, 1, FD(box->ns), VIEW),
			 box->pid);
		check_eq(translate(self, PIDMAP_TGID, 4000000,
				   BY_TID(box->pid), INUM(7)), -ENOENT);
		fd = open(DEVICE, O_RDWR | O_CLOEXEC);
		check(fd >= 0);
		if (n % 2)
			check_eq(ioctl(fd, PIDMAP_SET_VIEW, &v), 0);
		else
			check_eq(ioctl(fd, PIDMAP_BIND, &b), 0);
		check(ioctl(fd, PIDMAP_SET_VIEW, &v) < 0 && errno == EBUSY);
		close(fd);
		fd = box->ns;
		reap(box);
		close(fd);
	}
	limit_namespaces(10000);
}

/* ----------------------------------------------------------------- signals */

static void on_alarm(int signal)
{
	(void)signal;
}

/* A signal ends a long LIST; what was listed until then stands. */
static void list_is_interrupted(void **state)
{
	enum { CROWD = 64 };
	static __u64 buffer[1 << 13];
	struct sigaction sa = { .sa_handler = on_alarm }, old;
	int i, calls, interrupted = 0;
	pid_t pesters;

	(void)state;
	for (i = 0; i < CROWD; i++)
		spawn(self, 0);
	check_eq(sigaction(SIGALRM, &sa, &old), 0);
	pesters = fork();
	check(pesters >= 0);
	while (!pesters && getppid() == self->pid)
		kill(self->pid, SIGALRM);
	if (!pesters)
		_exit(0);
	/* Some signal comes between two of its pieces, sooner or later. */
	for (calls = 0; calls < 200000 && !interrupted; calls++) {
		struct pidmap_list l = {
			.size = sizeof(l), .buffer = (uintptr_t)buffer,
			.buffer_size = sizeof(buffer),
		};
		unsigned int records = 0, own = 0;

		while (l.cursor != PIDMAP_CURSOR_END) {
			const struct pidmap_task *r = (const void *)buffer;
			int err = ioctl(OWN, PIDMAP_LIST, &l) ? -errno : 0;
			unsigned int k;

			check(!err || err == -EINTR);
			interrupted += err == -EINTR;
			/* some progress, each time */
			check(l.count || l.cursor == PIDMAP_CURSOR_END || !err);
			for (k = 0; k < l.count; k++) {
				own += *pidmap_task_nr(r) == self->pid;
				r = (const void *)((const char *)r + r->size);
			}
			records += l.count;
		}
		check(records >= CROWD);
		check_eq(own, 1);
	}
	kill(pesters, SIGKILL);
	while (waitpid(pesters, NULL, 0) < 0)
		check_eq(errno, EINTR);
	sigaction(SIGALRM, &old, NULL);
	printf("# interrupted in call %d\n", calls);
	check(interrupted);
}

static const struct CMUnitTest tests[] = {
	TEST(expected_start),
	TEST(in_a_time_namespace),
	TEST(namespaces_in_a_time_namespace),
	TEST(in_an_earlier_time_namespace),
	TEST(events_in_a_time_namespace),
	TEST(pid_id_is_pidfds),
	TEST(groups_and_parents),
	TEST(what_has_ended),
	TEST(cgroup_is_its_directory),
	TEST(strides),
	TEST(owner_as_the_caller_sees_it),
	TEST(owner_in_another_user_namespace),
	TEST(policy_needs_the_capability),
	TEST(bound_by_value_follows_the_policy),
	TEST(bound_by_value_needs_the_right),
	TEST(landlock_is_not_asked),
	TEST(credentials_from_above),
	TEST(without_an_init),
	TEST(nothing_holds_namespaces),
	TEST(list_is_interrupted),
};

RUN(tests)
