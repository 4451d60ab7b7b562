// SPDX-License-Identifier: GPL-2.0-only
/*
 * The world that programs run in: processes in nested namespaces, and what is
 * known of them.
 */
#include <linux/membarrier.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "../../fork.h"
#include "device.h"

struct proc *held[MAX_HELD];
int space_of[MAX_HELD];
int n_held, n_actors;
struct space spaces[MAX_SPACES];
int n_spaces;
bool own_view[ACTORS];
bool no_right[ACTORS];
int n_odd_fds;

void limit_namespaces(int n)
{
	FILE *f = fopen("/proc/sys/user/max_pid_namespaces", "we");

	check(f && fprintf(f, "%d\n", n) > 0 && !fclose(f));
}

static void keep_odd(int fd)
{
	check(fd >= 0);
	check_eq(dup2(fd, ODD_FDS + n_odd_fds), ODD_FDS + n_odd_fds);
	close(fd);
	n_odd_fds++;
}

static int dead_namespace(void)
{
	struct proc *p = spawn(self, CLONE_NEWPID);
	int fd = dup(p->ns);

	reap(p);
	return fd;
}

/* Before there are processes to inherit them */
static void open_odd_fds(void)
{
	static const char * const paths[] = {
		"/proc/self/ns/net", "/proc/self/ns/mnt", "/proc/self/ns/user",
		"/proc/self/ns/uts", "/dev/null", "/proc", "/proc/self/status",
	};
	int pair[2];
	size_t i;

	n_odd_fds = 0;
	for (i = 0; i < ARRAY_SIZE(paths); i++)
		keep_odd(open(paths[i], O_RDONLY));
	keep_odd(open("/proc/self/ns/pid", O_PATH));
	keep_odd(eventfd(0, 0));
	keep_odd(epoll_create1(0));
	keep_odd(syscall(SYS_memfd_create, "x", 0));
	keep_odd(syscall(SYS_pidfd_open, getpid(), 0));
	check(!pipe(pair));
	keep_odd(pair[0]);
	keep_odd(pair[1]);
	check(!socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
	keep_odd(pair[0]);
	close(pair[1]);
	keep_odd(dead_namespace());
	check(dup2(OWN, INHERITED) == INHERITED);
}

static int find_space(unsigned int inum)
{
	int i = n_spaces;

	while (--i >= 0 && spaces[i].inum != inum)
		;
	return i;
}

int hold(struct proc *p)
{
	int s = find_space(p->inum), up;

	if (s < 0) {
		up = p == self ? -1 : find_space(p->parent->inum);
		check(n_spaces < MAX_SPACES);
		s = n_spaces++;
		spaces[s] = (struct space){
			.fd = p->ns, .inum = p->inum, .level = p->level,
			.parent = up,
		};
	}
	space_of[n_held] = s;
	held[n_held] = p;
	return n_held++;
}

bool within(int space, int top)
{
	while (space >= 0 && space != top)
		space = spaces[space].parent;
	return space == top;
}

static void add_actor(struct proc *p)
{
	own_view[hold(p)] = true;
	no_right[n_actors++] = false;
}

void build_world(void)
{
	static void *state;
	struct proc *p, *a;

	check_eq(rig_setup(&state), 0);
	n_held = 0;
	n_actors = 0;
	n_spaces = 0;
	device_mode(0666);
	open_odd_fds();
	hold(self);
	n_actors++;
	own_view[0] = true;
	add_actor(spawn(self, 0));
	a = spawn(self, CLONE_NEWPID);
	add_actor(a);
	add_actor(spawn(a, 0));
	p = spawn(a, CLONE_NEWPID);
	add_actor(p);
	add_actor(spawn(p, CLONE_NEWPID));
	add_actor(spawn(self, CLONE_NEWPID));
	p = spawn(a, 0);
	become(p, 1000, 0);
	reopen(p);
	add_actor(p);
	no_right[n_actors - 1] = true;
	p = spawn(p, CLONE_NEWUSER | CLONE_NEWPID);
	add_actor(p);
	p = spawn(self, 0);
	become(p, 1001, 0);	/* its device stays the one root opened */
	add_actor(p);
	no_right[n_actors - 1] = true;
	p = spawn(self, 0);
	become(p, 1002, CAP(19));	/* CAP_SYS_PTRACE */
	reopen(p);
	add_actor(p);
	check(n_actors <= ACTORS);
}

/* Some may be left to go after a grace period. */
static void let_go(int most)
{
	int tries, limit;
	pid_t pid = -1;

	limit_namespaces(most + 1);
	for (tries = 0; pid < 0 && tries < 100; tries++) {
		pid = fork_flags(CLONE_NEWPID);
		if (!pid)
			_exit(0);
		if (pid < 0)
			syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	}
	if (pid < 0) {
		for (limit = most + 1; limit < NAMESPACES && pid < 0; limit++) {
			limit_namespaces(limit);
			pid = fork_flags(CLONE_NEWPID);
			if (!pid)
				_exit(0);
		}
		rig_fail(__FILE__, __LINE__,
			 "%d namespaces of root's are left behind",
			 limit - 2 - most);
	}
	waitpid(pid, NULL, 0);
	limit_namespaces(NAMESPACES);
}

void end_world(void)
{
	static void *state;
	int i;

	/* what was bound holds namespaces */
	for (i = OWN; i <= INHERITED; i++)
		close(i);
	check_eq(rig_teardown(&state), 0);
	/* but for the dead one that is kept open */
	let_go(1);
}

int pick_actor(unsigned char who)
{
	return who % n_actors;
}

/*
 * What a number of @from is in @to: > 0, -EREMOTE, or 0 if nobody held has it.
 * All of them are processes of one thread; zombies count.
 */
int expected(int nr, int from, int to)
{
	int i;

	for (i = 0; i < n_held; i++) {
		if (!within(space_of[i], from) ||
		    held[i]->nr[spaces[from].level] != nr)
			continue;
		return within(space_of[i], to) ?
		       held[i]->nr[spaces[to].level] : -EREMOTE;
	}
	return 0;
}

long open_at(void *arg)
{
	int as = *(int *)arg;
	int fd = open(DEVICE, O_RDWR | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (fd != as) {
		dup2(fd, as);
		close(fd);
	}
	return as;
}

long close_at(void *arg)
{
	return close(*(int *)arg) ? -errno : 0;
}
