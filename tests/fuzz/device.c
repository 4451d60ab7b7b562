// SPDX-License-Identifier: GPL-2.0
/*
 * Fuzzes the ioctls of /dev/pidmap: programs of up to 16 steps, run by processes
 * of the rig of tests/system in nested namespaces, some of them unprivileged,
 * while others of them fork and let namespaces die.
 *
 * Each step is 16 bytes, so that any bytes are a program: see struct step. Where
 * the kernel has KCOV and the module is built for it, programs that reach new
 * code are kept and mutated; where not, those that get new answers.
 *
 * Besides what the kernel itself reports, it is checked that
 *  - what the ABI says is refused is, with the errno it says;
 *  - a call that fails has written nothing, one that succeeds only its (out)
 *    fields, and nothing behind the end of its arrays;
 *  - numbers of processes that are held are right, and all operations agree
 *    about them;
 *  - no reference on a namespace is left behind.
 */
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <ctype.h>
#include <getopt.h>
#include <pthread.h>
#include <linux/membarrier.h>

#include "../system/harness.h"
#include "../system/rig.h"

#define STEPS		16
#define PROGRAMS	2000		/* the corpus, at most */
#define PER_WORLD	60		/* programs, before all is built anew */
#define PAGE		4096UL
#define FEATURES	(1 << 18)

enum {
	/* 0 to 11: the ioctls */
	OTHER_IOCTL = 12,
	OPEN, CLOSE, PASS,
	SPAWN, SPAWN_NS, SPAWN_USER, FINISH, REAP, REGROUP,
	POLICY_SET, STORM, CALM, COMPARE,
	WHATS,
};

/**
 * struct step - a step of a program; every field may have any value
 * @what: an ioctl's number, or one of the above
 * @who: the process that does it
 * @file: the open device it uses, or something else
 * @from: kind of namespace, and which of them
 * @to: the same
 * @type: ID type
 * @nr: the number of which process, or an odd one
 * @flags: flags
 * @count: of numbers, entries or bytes
 * @place: where the struct lies (low half) and the array (high half)
 * @bend: the 32-bit word of the struct to spoil, if below its length
 * @odd: what to put there
 * @extra: more of what the step needs
 */
struct step {
	unsigned char what, who, file;
	unsigned char from[2], to[2];
	unsigned char type, nr, flags, count, place, bend, odd, extra, more;
};

_Static_assert(sizeof(struct step) == 16, "a step is 16 bytes");

struct program {
	int n;
	struct step steps[STEPS];
};

static unsigned int rng = 1;
static unsigned long long calls, programs, compared, foreseen;
static unsigned long long storm_calls, storm_forks;

static unsigned int dice(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 17;
	rng ^= rng << 5;
	return rng;
}

/* -------------------------------------------------------- the program at hand */

static struct program now;

static void print_program(FILE *f, const struct program *p)
{
	const unsigned char *byte = (const void *)p->steps;
	int i;

	for (i = 0; i < p->n * 16; i++)
		fprintf(f, "%02x", byte[i]);
	fputc('\n', f);
}

static bool read_program(const char *text, struct program *p)
{
	unsigned char *byte = (void *)p->steps;
	unsigned int value;

	memset(p, 0, sizeof(*p));
	for (; p->n < STEPS * 16 && sscanf(text, "%2x", &value) == 1; p->n++) {
		*byte++ = value;
		text += 2;
	}
	p->n /= 16;
	return p->n;
}

void harness_init(void)
{
}

void harness_fail(const char *file, int line)
{
	(void)file, (void)line;
	printf("failed: ");
	print_program(stdout, &now);
	fflush(stdout);
	_exit(1);
}

void harness_skip(void)
{
	_exit(4);
}

/* -------------------------------------------------------------- the world */

struct space {
	int fd;
	unsigned int inum;
	int level;
	int parent;
};

#define MAX_HELD	64
#define ACTORS		12
#define FIRST_USER	7	/* the actor, and those after it, are not root */
#define IN_USER_NS	8

#define NAMESPACES	300	/* of one user, at a time */

static void limit_namespaces(int n)
{
	FILE *f = fopen("/proc/sys/user/max_pid_namespaces", "we");

	check(f && fprintf(f, "%d\n", n) > 0 && !fclose(f));
}

/* Processes that are held: the first are actors, which live as long as all. */
static struct proc *held[MAX_HELD];
static int space_of[MAX_HELD];
static int n_held, n_actors;
static struct space spaces[64];
static int n_spaces;
static bool storming[ACTORS];
static bool own_view[ACTORS];	/* OWN is what the actor opened itself */
static bool no_right[ACTORS];	/* and it has no CAP_SYS_PTRACE */

#define SLOTS		3
#define SLOT		(OWN + 1)
#define INHERITED	(OWN + 4)
#define ODD_FDS		(OWN + 10)
static int n_odd_fds;

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

static int hold(struct proc *p)
{
	int s = find_space(p->inum), up;

	if (s < 0) {
		up = p == self ? -1 : find_space(p->parent->inum);
		check(n_spaces < (int)ARRAY_SIZE(spaces));
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

static bool within(int space, int top)
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

static void build_world(void)
{
	static void *state;
	struct proc *p, *a;

	check_eq(rig_setup(&state), 0);
	n_held = n_actors = n_spaces = 0;
	memset(storming, 0, sizeof(storming));
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
		pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0);
		if (!pid)
			_exit(0);
		if (pid < 0)
			syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
	}
	if (pid < 0) {
		for (limit = most + 1; limit < NAMESPACES && pid < 0; limit++) {
			limit_namespaces(limit);
			pid = syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0,
				      0, 0);
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

static void end_world(void)
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

/* -------------------------------------------------------------- coverage */

/* Seen features; those of KCOV are the low ones. */
static unsigned char *features;
static unsigned int n_features, n_points;
static unsigned long module_base, module_size;
static unsigned long *kcov_area[ACTORS];
static int kcov_fds[ACTORS];
static bool guided;

#define KCOV_WORDS	(64 << 10)
#define KCOV_INIT_TRACE	_IOR('c', 1, unsigned long)
#define KCOV_ENABLE	_IO('c', 100)
#define KCOV_DISABLE	_IO('c', 101)

static void find_module(void)
{
	FILE *f = fopen("/proc/modules", "re");
	char line[512], name[64], base[32];

	check(f);
	while (fgets(line, sizeof(line), f))
		if (sscanf(line, "%63s %lu %*s %*s %*s %31s", name,
			   &module_size, base) == 3 && !strcmp(name, "pidmap"))
			module_base = strtoul(base, NULL, 16);
	fclose(f);
	check(module_base);
}

static void open_kcov(void)
{
	int i;

	for (i = 0; i < ACTORS; i++) {
		kcov_fds[i] = open("/sys/kernel/debug/kcov", O_RDWR | O_CLOEXEC);
		if (kcov_fds[i] < 0)
			return;
		check_eq(ioctl(kcov_fds[i], KCOV_INIT_TRACE, KCOV_WORDS), 0);
		kcov_area[i] = mmap(NULL, KCOV_WORDS * sizeof(long),
				    PROT_READ | PROT_WRITE, MAP_SHARED,
				    kcov_fds[i], 0);
		check(kcov_area[i] != MAP_FAILED);
	}
	find_module();
	guided = true;
}

static bool see(unsigned int feature)
{
	feature %= FEATURES;
	if (features[feature])
		return false;
	features[feature] = 1;
	n_features++;
	return true;
}

/* Both are done in the actor's own process. */
static void kcov_begin(int actor)
{
	if (guided && !ioctl(kcov_fds[actor], KCOV_ENABLE, 0))
		__atomic_store_n(&kcov_area[actor][0], 0, __ATOMIC_RELAXED);
}

static void kcov_end(int actor)
{
	if (guided)
		ioctl(kcov_fds[actor], KCOV_DISABLE, 0);
}

static bool kcov_news(int actor)
{
	unsigned long i, n = guided ? kcov_area[actor][0] : 0;
	bool news = false;

	for (i = 1; i <= n && i < KCOV_WORDS; i++) {
		unsigned long at = kcov_area[actor][i] - module_base;

		/* outside the module is not ours */
		if (at < module_size && at < FEATURES / 2 && see(at)) {
			n_points++;
			news = true;
		}
	}
	if (guided)
		kcov_area[actor][0] = 0;
	return news;
}

/* ------------------------------------------------------- one call, prepared */

enum place {
	NORMAL, FLUSH, CROSSING, READ_ONLY, UNMAPPED, NOWHERE, KERNEL, UNALIGNED,
	PLACES,
};

#define ROOM		(3 * PAGE)	/* an array's, before the unmapped page */
#define STRUCT_MAX	(2 * PAGE)

/* The same memory twice, once to read only; a hole after each. */
static char *struct_rw, *struct_ro, *array_rw, *array_ro;

struct call {
	int actor;
	int fd;
	unsigned int cmd;	/* what the ioctl is called with */
	unsigned long arg;	/* and this, unless it has a struct */
	unsigned int len;	/* of the struct; 0: none */
	enum place place, array_place;
	unsigned int array_at;	/* where in it is the array's address; 0: none */
	unsigned int array_len;	/* bytes it may take */
	long ret;		/* or -errno */
	unsigned char in[256];
	unsigned char array_in[64];	/* how it begins */
};

static char *map_twice(int fd, off_t at, size_t size, int prot)
{
	char *p = mmap(NULL, size + PAGE, PROT_NONE,
		       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	check(p != MAP_FAILED);
	check(mmap(p, size, prot, MAP_SHARED | MAP_FIXED, fd, at) == p);
	return p;
}

static void map_arena(void)
{
	int fd = syscall(SYS_memfd_create, "arena", 0);

	check(fd >= 0 && !ftruncate(fd, STRUCT_MAX + ROOM));
	struct_rw = map_twice(fd, 0, STRUCT_MAX, PROT_READ | PROT_WRITE);
	struct_ro = map_twice(fd, 0, STRUCT_MAX, PROT_READ);
	array_rw = map_twice(fd, STRUCT_MAX, ROOM, PROT_READ | PROT_WRITE);
	array_ro = map_twice(fd, STRUCT_MAX, ROOM, PROT_READ);
	close(fd);
}

/* Where @len bytes lie, and the same place as it can be written, if at all */
static unsigned long address(enum place place, char *rw, char *ro,
			     unsigned int size, unsigned int len, char **access)
{
	*access = rw;
	switch (place) {
	case FLUSH:
		*access = rw + size - len;
		return (uintptr_t)*access;
	case CROSSING:
		*access = NULL;
		return (uintptr_t)rw + size - len / 2;
	case READ_ONLY:
		return (uintptr_t)ro;
	case UNMAPPED:
		*access = NULL;
		return (uintptr_t)rw + size;
	case NOWHERE:
		*access = NULL;
		return 0;
	case KERNEL:
		*access = NULL;
		return (unsigned long)-1 / 2 + 1 + 0x1000;
	case UNALIGNED:
		*access = rw + 1;
		return (uintptr_t)*access;
	default:
		return (uintptr_t)rw;
	}
}

static bool readable(enum place place)
{
	return place == NORMAL || place == FLUSH || place == READ_ONLY ||
	       place == UNALIGNED;
}

static bool writable(enum place place)
{
	return readable(place) && place != READ_ONLY;
}

static long do_call(void *arg)
{
	struct call *c = arg;
	long ret;

	kcov_begin(c->actor);
	ret = ioctl(c->fd, c->cmd, c->arg);
	if (ret < 0)
		ret = -errno;
	kcov_end(c->actor);
	return ret;
}

/* --------------------------------------- what the ABI says of the operations */

static const struct operation {
	const char *name;
	unsigned int len;
	unsigned int flags;	/* those known */
	unsigned int type;	/* offsets; 0 for none */
	unsigned int nr;
	unsigned int from, to;
	unsigned int reserved[2];
	unsigned int array;	/* its address */
	unsigned int count;	/* and how long it is */
	unsigned int unit;	/* of that, in bytes */
	struct { unsigned int at, len; } out[4];
} operations[] = {
#define AT(s, f)	offsetof(struct pidmap_##s, f)
#define OUT(s, f)	{ AT(s, f), sizeof(((struct pidmap_##s *)0)->f) }
	{
		.name = "info", .len = sizeof(struct pidmap_info),
		.out = { { 0, sizeof(struct pidmap_info) } },
	}, {
		.name = "translate", .len = sizeof(struct pidmap_translate),
		.flags = PIDMAP_START_TIME,
		.type = AT(translate, type), .nr = AT(translate, nr),
		.from = AT(translate, from), .to = AT(translate, to),
		.reserved = { AT(translate, reserved) },
		.out = { OUT(translate, start_time), OUT(translate, result) },
	}, {
		.name = "translate-many",
		.len = sizeof(struct pidmap_translate_many),
		.type = AT(translate_many, type),
		.from = AT(translate_many, from), .to = AT(translate_many, to),
		.reserved = { AT(translate_many, reserved) },
		.array = AT(translate_many, results),
		.count = AT(translate_many, count), .unit = 4,
		.out = { OUT(translate_many, done) },
	}, {
		.name = "task-ids", .len = sizeof(struct pidmap_task_ids),
		.flags = PIDMAP_START_TIME, .nr = AT(task_ids, nr),
		.from = AT(task_ids, from), .to = AT(task_ids, to),
		.reserved = { AT(task_ids, reserved),
			      AT(task_ids, reserved2) },
		.out = { OUT(task_ids, start_time), { AT(task_ids, tid), 20 } },
	}, {
		.name = "pids", .len = sizeof(struct pidmap_pids),
		.flags = PIDMAP_START_TIME,
		.type = AT(pids, type), .nr = AT(pids, nr),
		.from = AT(pids, from), .array = AT(pids, pids),
		.count = AT(pids, capacity), .unit = sizeof(struct pidmap_pid),
		.out = { OUT(pids, start_time), OUT(pids, count) },
	}, {
		.name = "list", .len = sizeof(struct pidmap_list),
		.flags = PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT,
		.from = AT(list, ns), .reserved = { AT(list, reserved) },
		.array = AT(list, buffer), .count = AT(list, buffer_size),
		.unit = 1,
		.out = { OUT(list, cursor), OUT(list, used), OUT(list, count) },
	}, {
		.name = "list-ns", .len = sizeof(struct pidmap_list),
		.from = AT(list, ns), .reserved = { AT(list, reserved) },
		.array = AT(list, buffer), .count = AT(list, buffer_size),
		.unit = 1,
		.out = { OUT(list, cursor), OUT(list, used), OUT(list, count) },
	}, {
		.name = "bind", .len = sizeof(struct pidmap_bind),
		.from = AT(bind, from), .to = AT(bind, to),
	},
};

#define LIST_MIN	160U	/* record_min of struct pidmap_info */

static __u32 get32(const void *base, unsigned int at)
{
	__u32 value;

	memcpy(&value, (const char *)base + at, sizeof(value));
	return value;
}

static __u64 get64(const void *base, unsigned int at)
{
	__u64 value;

	memcpy(&value, (const char *)base + at, sizeof(value));
	return value;
}

static void put32(void *base, unsigned int at, __u32 value)
{
	memcpy((char *)base + at, &value, sizeof(value));
}

static void put64(void *base, unsigned int at, __u64 value)
{
	memcpy((char *)base + at, &value, sizeof(value));
}

static const struct operation *operation(const struct call *c)
{
	return c->len ? &operations[c->cmd & 0xff] : NULL;
}

/* Does the ABI say EINVAL, whoever asks and whatever there is? */
static bool is_invalid(const struct call *c, const struct operation *op)
{
	__u32 size = get32(c->in, 0);
	unsigned int i, kind;

	if (size < op->len || size > PAGE)
		return true;
	if (op == &operations[0])
		return false;	/* its rest is all (out) */
	for (i = op->len; i < size; i++)
		if (i < sizeof(c->in) && c->in[i])
			return true;
	if (get32(c->in, 4) & ~op->flags)
		return true;
	if (op->type && get32(c->in, op->type) > PIDMAP_SID)
		return true;
	for (i = 0; i < ARRAY_SIZE(op->reserved); i++)
		if (op->reserved[i] && get32(c->in, op->reserved[i]))
			return true;
	if (op->unit == 1 && get32(c->in, op->count) < LIST_MIN)
		return true;
	kind = get32(c->in, op->from);
	if (op == &operations[7] && (kind == PIDMAP_NS_BOUND ||
				     get32(c->in, op->to) == PIDMAP_NS_BOUND))
		return true;
	return false;
}

/* Can this name never be right? */
static bool is_no_name(const unsigned char *ref)
{
	__u64 value = get64(ref, 8);

	if (get32(ref, 4))
		return true;
	switch (get32(ref, 0)) {
	case PIDMAP_NS_VIEW:
	case PIDMAP_NS_BOUND:
		return value;
	case PIDMAP_NS_FD:
		return value > INT32_MAX ||
		       (value >= ODD_FDS &&
			value < (__u64)ODD_FDS + n_odd_fds - 1);
	case PIDMAP_NS_TID:
		return !value || value > INT32_MAX;
	case PIDMAP_NS_INUM:
		return !value || value > UINT32_MAX;
	case PIDMAP_NS_ID:
		return !value;
	case PIDMAP_NS_LEVEL:
		return value > PIDMAP_MAX_LEVEL;
	default:
		return true;
	}
}

static bool needs_right(const unsigned char *ref)
{
	__u32 kind = get32(ref, 0);

	return kind == PIDMAP_NS_TID || kind == PIDMAP_NS_INUM ||
	       kind == PIDMAP_NS_ID;
}

static bool must_fail(const struct call *c, const struct operation *op)
{
	__u64 start = op->flags == PIDMAP_START_TIME ?
		      get64(c->in, op->out[0].at) : 0;

	if (!readable(c->place))
		return true;
	if (op->out[0].len && !writable(c->place))
		return true;
	if (no_right[c->actor] &&
	    (op->unit == 1 || (op->from && needs_right(c->in + op->from)) ||
	     (op->to && needs_right(c->in + op->to))))
		return true;
	/* in the year 2262 */
	if (start > INT64_MAX)
		return true;
	return (op->from && is_no_name(c->in + op->from)) ||
	       (op->to && is_no_name(c->in + op->to)) ||
	       (op->nr && (int)get32(c->in, op->nr) <= 0);
}

static void fail_call(const struct call *c, const char *what)
{
	const struct operation *op = operation(c);
	unsigned int i;

	fprintf(stderr, "# %s by process %d on %d gave %ld (%s): %s\n#",
		op ? op->name : "ioctl", c->actor, c->fd, c->ret,
		err_name(c->ret), what);
	for (i = 0; i < c->len; i += 4)
		fprintf(stderr, " %x", get32(c->in, i));
	fprintf(stderr, "\n# array of %u bytes at place %d, struct at %d\n",
		c->array_len, c->array_place, c->place);
	harness_fail(__FILE__, __LINE__);
}

static void check_struct(const struct call *c, const struct operation *op,
			 const char *after)
{
	bool half = c->ret == -EFAULT || c->ret == -EINTR;
	unsigned int at, i;

	for (at = 0; at < c->len && at < sizeof(c->in); at++) {
		bool may = false;

		if ((unsigned char)after[at] == c->in[at])
			continue;
		for (i = 0; i < ARRAY_SIZE(op->out); i++)
			may |= at - op->out[i].at < op->out[i].len;
		if (op == &operations[0])
			may = true;
		/* how many there are is told where they do not fit */
		if (c->ret == -EINVAL && op == &operations[4])
			may &= at >= AT(pids, count) && !is_invalid(c, op);
		else
			may &= half || c->ret >= 0;
		if (!may)
			fail_call(c, "what is not (out) was written");
	}
}

static void check_array(const struct call *c, const struct operation *op,
			const char *after, const char *array)
{
	bool half = c->ret == -EFAULT || c->ret == -EINTR;
	unsigned int i, filled = 0;

	if (c->ret >= 0 && op == &operations[2])
		filled = get32(after, AT(translate_many, done)) * 4;
	if (c->ret >= 0 && op == &operations[4])
		filled = get32(after, AT(pids, count)) * 16;
	if (c->ret >= 0 && op->unit == 1)
		filled = get32(after, AT(list, used));
	if (half)
		filled = c->array_len;
	if (filled > c->array_len)
		fail_call(c, "more than there is room for");
	for (i = filled; i < c->array_len + 64 && array + i < array_rw + ROOM;
	     i++) {
		char was = i < sizeof(c->array_in) && op == &operations[2] &&
			   i < c->array_len ? (char)c->array_in[i] : 0x5a;

		if (array[i] != was)
			fail_call(c, "memory behind the answers was written");
	}
}

/* Prepares memory, calls, and checks what holds whoever asks. */
static void make_call(struct call *c)
{
	struct call *there = shared(sizeof(*there));
	const struct operation *op;
	char *mem = NULL, *array = NULL;
	unsigned int len = c->len;

	op = operation(c);
	if (op) {
		unsigned int size = get32(c->in, 0);

		/* what the size says is there, too */
		if (size > len && size <= PAGE)
			len = size;
		memset(array_rw, 0x5a, ROOM);
		memset(struct_rw, 0, STRUCT_MAX);
		if (op->array) {
			unsigned long at = address(c->array_place, array_rw,
						   array_ro, ROOM,
						   c->array_len, &array);

			if (array && op == &operations[2])
				memcpy(array, c->array_in,
				       c->array_len < sizeof(c->array_in) ?
				       c->array_len : sizeof(c->array_in));
			put64(c->in, op->array, at);
			if (op == &operations[2])
				put64(c->in, AT(translate_many, numbers), at);
		}
		c->arg = address(c->place, struct_rw, struct_ro, STRUCT_MAX,
				 len, &mem);
		if (c->place == CROSSING)
			memcpy((void *)c->arg, c->in,
			       len < sizeof(c->in) ? len / 2 : sizeof(c->in));
		if (mem)
			memcpy(mem, c->in, len < sizeof(c->in) ? len :
			       sizeof(c->in));
	}
	*there = *c;
	c->ret = run(held[c->actor], do_call, there);
	calls++;
	if (!op) {
		if (c->cmd >= PIDMAP_BOUND_TID && c->cmd <= PIDMAP_BOUND_SID) {
			if (c->arg > INT32_MAX && c->ret != -ESRCH &&
			    c->fd < ODD_FDS && c->fd >= OWN && c->ret != -EBADF)
				fail_call(c, "no number, so ESRCH");
		} else if (c->ret >= 0 && c->fd >= OWN && c->fd < ODD_FDS) {
			fail_call(c, "no ioctl, so ENOTTY");
		}
		return;
	}
	if (c->ret > 0)
		fail_call(c, "neither 0 nor an errno");
	if (c->fd >= OWN && c->fd <= INHERITED && c->ret != -EBADF &&
	    readable(c->place) && is_invalid(c, op)) {
		foreseen++;
		if (c->ret != -EINVAL)
			fail_call(c, "invalid, so EINVAL");
	}
	if (!c->ret && must_fail(c, op))
		fail_call(c, "this cannot succeed");
	if (!c->ret && (c->fd < OWN || c->fd > INHERITED))
		fail_call(c, "this is no open device");
	if (mem)
		check_struct(c, op, mem);
	if (mem && array && c->array_len)
		check_array(c, op, mem, array);
}

/* --------------------------------------------------------- steps that call */

static __u64 odd_value(unsigned char which)
{
	static const __u64 odd[] = {
		0, 1, 2, 3, 4, 6, 7, 8, 40, 48, 56, 64, 72, 80, 4095, 4096, 4097,
		8192, 0x7fff, 0x10000, INT32_MAX, 1ULL << 31, UINT32_MAX,
		1ULL << 32, (1ULL << 32) + 1, INT64_MAX, 1ULL << 63,
		-1ULL, -2ULL, -4096ULL, 0xF0000000, 4026531836ULL,
	};

	return odd[which % ARRAY_SIZE(odd)];
}

static int pick_actor(unsigned char who)
{
	return who % n_actors;
}

/* Mostly devices */
static int pick_fd(unsigned char file)
{
	if (file < 160)
		return OWN;
	if (file < 220)
		return SLOT + file % SLOTS;
	if (file < 240)
		return INHERITED;
	return file < 255 ? ODD_FDS + file % n_odd_fds : -1;
}

/* Fills in a name; says which namespace it is, or -1 if that is not sure. */
static int pick_ns(const unsigned char ref[2], const struct call *c,
		   unsigned char *name)
{
	int s = ref[1] % n_spaces, actor = space_of[c->actor];
	int h = ref[1] % n_held;
	__u32 kind = ref[0] % 16;

	memset(name, 0, 16);
	if (kind > 8)
		kind = kind > 12 ? PIDMAP_NS_FD : PIDMAP_NS_INUM;
	put32(name, 0, kind);
	switch (kind) {
	case PIDMAP_NS_VIEW:
		return c->fd == OWN && own_view[c->actor] ? actor : -1;
	case PIDMAP_NS_FD:
		if (ref[1] > 230) {
			put64(name, 8, ref[1] > 253 ? odd_value(ref[1]) :
			      ODD_FDS + (unsigned int)ref[1] % n_odd_fds);
			return -1;
		}
		put64(name, 8, spaces[s].fd | (ref[1] > 220 ? 1ULL << 32 : 0));
		return s;
	case PIDMAP_NS_TID:
		put64(name, 8, ref[1] > 240 ? odd_value(ref[1]) :
		      (held[h]->level >= spaces[actor].level ?
		       held[h]->nr[spaces[actor].level] : 1) |
		      (ref[1] > 200 ? 1ULL << 32 : 0));
		return -1;
	case PIDMAP_NS_INUM:
		put64(name, 8, spaces[s].inum);
		return s;
	case PIDMAP_NS_ID:
		put64(name, 8, nsfs_id(spaces[s].fd));
		return -1;
	case PIDMAP_NS_LEVEL:
		put64(name, 8, ref[1] > 230 ? odd_value(ref[1]) : ref[1] % 6);
		return -1;
	default:
		return -1;
	}
}

/* A number of one that is held, in a namespace if that is sure */
static int pick_nr(unsigned char which, int space)
{
	struct proc *p = held[which % n_held];

	if (which > 240)
		return odd_value(which);
	if (space >= 0 && within(space_of[which % n_held], space))
		return p->nr[spaces[space].level];
	return p->pid;
}

/*
 * What a number of @from is in @to: > 0, -EREMOTE, or 0 if nobody held has it.
 * All of them are processes of one thread; zombies count.
 */
static int expected(int nr, int from, int to)
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

/* @ret: a number or an errno */
static void check_number(struct call *c, int ret, int nr, int from, int to)
{
	int want;

	if (from < 0 || to < 0)
		return;
	if (ret > 0 && c->fd == OWN && own_view[c->actor] &&
	    !(within(from, space_of[c->actor]) &&
	      within(to, space_of[c->actor]))) {
		c->ret = ret;
		fail_call(c, "an answer about what is outside the view");
	}
	want = expected(nr, from, to);
	if (!want || ret == -EPERM || ret == -ESTALE || ret == -EBADF ||
	    ret == -EFAULT || ret == -EINVAL || ret == -ENOTTY)
		return;
	/* who lives in it may ask its number; the dead have none */
	if (ret == -ENOENT)
		return;
	compared++;
	if (ret == want)
		return;
	fprintf(stderr, "# %d of pid:[%u] in pid:[%u] is %d\n", nr,
		spaces[from].inum, spaces[to].inum, want);
	c->ret = ret;
	fail_call(c, "a wrong answer");
}

static bool prepare(const struct step *s, struct call *c, int *from, int *to,
		    int *nr)
{
	const struct operation *op;
	unsigned int what = s->what % WHATS;
	unsigned int i, n;

	memset(c, 0, sizeof(*c));
	c->actor = pick_actor(s->who);
	c->fd = pick_fd(s->file);
	*from = *to = -1;
	*nr = 0;
	if (what == OTHER_IOCTL) {
		c->cmd = _IO(PIDMAP_IOC_MAGIC, 12 + s->extra % 244) |
			 (unsigned int)odd_value(s->odd) << 30;
		c->arg = s->count & 1 ? (uintptr_t)struct_rw :
			 odd_value(s->nr);
		return true;
	}
	c->cmd = _IO(PIDMAP_IOC_MAGIC, what);
	if (what >= 8) {
		*nr = pick_nr(s->nr, space_of[c->actor]);
		c->arg = s->bend % 8 ? (unsigned long)*nr :
			 odd_value(s->odd) << 32 | *nr;
		return true;
	}
	op = &operations[what];
	c->len = op->len;
	c->place = s->place % 32 < PLACES ? s->place % PLACES : NORMAL;
	c->array_place = s->place / 32 < PLACES && s->place & 16 ?
			 s->place / 32 : NORMAL;
	put32(c->in, 0, op->len);
	put32(c->in, 4, s->flags % 4 & (op->flags | (s->flags > 250)));
	if (op->type)
		put32(c->in, op->type, s->type < 250 ? s->type % 4 :
		      odd_value(s->type));
	if (op->from)
		*from = pick_ns(s->from, c, c->in + op->from);
	if (op->to)
		*to = pick_ns(s->to, c, c->in + op->to);
	*nr = pick_nr(s->nr, *from);
	if (op->nr)
		put32(c->in, op->nr, *nr);
	if (op->array) {
		n = op->unit == 1 ? s->count * (s->count > 200 ? 32 : 4) :
		    op->unit == 4 ? s->count * 8 / (s->count > 200 ? 1 : 8) :
		    s->count % 40;
		put32(c->in, op->count, n);
		if (op->unit == 1)
			put64(c->in, AT(list, cursor), s->nr % 4 ? 0 : *nr);
		c->array_len = n * op->unit;
		for (i = 0; i < sizeof(c->array_in) / 4; i++)
			put32(c->array_in, 4 * i, pick_nr(s->nr + i, *from));
	}
	if (s->bend * 4U < op->len + 16U) {
		__u64 odd = odd_value(s->odd);

		/* a longer struct, or a spoilt word; an array only as it is */
		if (op->array && s->bend * 4U == op->count)
			return true;
		memcpy(c->in + s->bend * 4, &odd, s->extra % 2 ? 4 : 8);
		if (op->array && s->bend * 4U + 4 == op->count)
			put32(c->in, op->count, c->array_len / op->unit);
		*from = *to = -1;
	}
	if (c->array_len > ROOM - 64) {
		c->array_len = 256;
		put32(c->in, op->count, c->array_len / op->unit);
	}
	return true;
}

/* Return: whether it did something new */
static bool step_call(const struct step *s)
{
	unsigned int errno_feature;
	struct call c;
	int from, to, nr;
	bool news;

	prepare(s, &c, &from, &to, &nr);
	make_call(&c);
	if (c.cmd == PIDMAP_TRANSLATE && writable(c.place) &&
	    get32(c.in, AT(translate, type)) <= PIDMAP_TGID)
		check_number(&c, c.ret ? c.ret :
			     (int)get32((void *)c.arg, AT(translate, result)),
			     nr, from, to);
	if (c.cmd == PIDMAP_TASK_IDS && writable(c.place))
		check_number(&c, c.ret ? c.ret :
			     (int)get32((void *)c.arg, AT(task_ids, tid)),
			     nr, from, to);
	if (c.cmd == PIDMAP_TRANSLATE_MANY && writable(c.place) && !c.ret &&
	    writable(c.array_place) &&
	    get32(c.in, AT(translate_many, type)) <= PIDMAP_TGID) {
		const int *out = (const int *)(uintptr_t)
			get64(c.in, AT(translate_many, results));
		unsigned int i, n = get32((void *)c.arg,
					  AT(translate_many, done));

		for (i = 0; i < n && i < sizeof(c.array_in) / 4 &&
		     c.array_place != UNALIGNED; i++)
			check_number(&c, out[i], get32(c.array_in, 4 * i),
				     from, to);
	}
	news = kcov_news(c.actor);
	errno_feature = FEATURES / 2 + (c.cmd & 15) * 256 +
			(c.ret < 0 ? -c.ret : 0);
	return see(errno_feature) || news;
}

/* ------------------------------------------------- all ways to ask the same */

static int ask_translate(struct call *c, int type, int nr,
			 const unsigned char *from, const unsigned char *to)
{
	memset(c->in, 0, sizeof(c->in));
	c->cmd = PIDMAP_TRANSLATE;
	c->len = sizeof(struct pidmap_translate);
	put32(c->in, 0, c->len);
	put32(c->in, AT(translate, type), type);
	put32(c->in, AT(translate, nr), nr);
	memcpy(c->in + AT(translate, from), from, 16);
	memcpy(c->in + AT(translate, to), to, 16);
	make_call(c);
	return c->ret ? c->ret : (int)get32((void *)c->arg,
					    AT(translate, result));
}

static int ask_many(struct call *c, int type, int nr,
		    const unsigned char *from, const unsigned char *to)
{
	memset(c->in, 0, sizeof(c->in));
	c->cmd = PIDMAP_TRANSLATE_MANY;
	c->len = sizeof(struct pidmap_translate_many);
	put32(c->in, 0, c->len);
	put32(c->in, AT(translate_many, type), type);
	put32(c->in, AT(translate_many, count), 3);
	memcpy(c->in + AT(translate_many, from), from, 16);
	memcpy(c->in + AT(translate_many, to), to, 16);
	put32(c->array_in, 0, nr);
	put32(c->array_in, 4, -1);
	put32(c->array_in, 8, nr);
	c->array_len = 12;
	make_call(c);
	c->array_len = 0;
	if (c->ret)
		return c->ret;
	if (get32(array_rw, 0) != get32(array_rw, 8) ||
	    (int)get32(array_rw, 4) != -ESRCH)
		fail_call(c, "the same number, not the same answer");
	return get32(array_rw, 0);
}

static long open_at(void *arg)
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

static long close_at(void *arg)
{
	return close(*(int *)arg) ? -errno : 0;
}

static int ask_bound(struct call *c, int type, int nr,
		     const unsigned char *from, const unsigned char *to)
{
	int *fd = shared(sizeof(*fd));
	int old = c->fd, ret;

	c->fd = SLOT;
	*fd = SLOT;
	if (run(held[c->actor], open_at, fd) < 0) {
		c->fd = old;
		return -EACCES;
	}
	memset(c->in, 0, sizeof(c->in));
	c->cmd = PIDMAP_BIND;
	c->len = sizeof(struct pidmap_bind);
	put32(c->in, 0, c->len);
	memcpy(c->in + AT(bind, from), from, 16);
	memcpy(c->in + AT(bind, to), to, 16);
	make_call(c);
	ret = c->ret;
	if (!ret) {
		c->cmd = PIDMAP_BOUND_TID + type;
		c->len = 0;
		c->arg = nr;
		make_call(c);
		ret = c->ret;
	}
	c->fd = old;
	return ret;
}

/* On the actor's own device, of a process that is held */
static void step_compare(const struct step *s)
{
	unsigned char from[16], to[16];
	struct call c = { 0 };
	int f, t, h = s->nr % n_held, type = s->type % 2, nr, one, many, bound;

	c.actor = pick_actor(s->who);
	c.fd = OWN;
	f = pick_ns(s->from, &c, from);
	t = pick_ns(s->to, &c, to);
	nr = f >= 0 && within(space_of[h], f) ? held[h]->nr[spaces[f].level] :
	     held[h]->pid;
	if (get32(from, 0) >= PIDMAP_NS_BOUND ||
	    get32(to, 0) >= PIDMAP_NS_BOUND)
		return;
	one = ask_translate(&c, type, nr, from, to);
	check_number(&c, one, nr, f, t);
	if (f < 0 && expected(nr, 0, 0) == 0)
		return;
	many = ask_many(&c, type, nr, from, to);
	bound = ask_bound(&c, type, nr, from, to);
	/* the number of somebody not held may come and go */
	if (f < 0 || !expected(nr, f, f))
		return;
	compared++;
	if (many != one || (bound != one && bound != -EACCES)) {
		fprintf(stderr, "# TRANSLATE %d, MANY %d, BOUND %d\n", one,
			many, bound);
		fail_call(&c, "three ways to ask, not the same answer");
	}
}

/* ------------------------------------------------------------------ storms */

/* What goes on meanwhile, in a process of its own in the actor's namespace */
struct storm {
	volatile bool stop;
	pid_t pids[2];
	volatile unsigned int calls_done, forks;
	int mode;
	unsigned int seed;
	struct call calls[4];
};

static struct storm *storms[ACTORS];

static void *rage(void *arg)
{
	static const int fds[] = { OWN, SLOT, SLOT + 1, OWN };
	struct storm *st = arg;
	unsigned int i = st->seed;
	char room[4096], in[256];

	while (!st->stop) {
		const struct call *c = &st->calls[i++ % 4];

		memcpy(in, c->in, sizeof(in));
		if (c->array_at)
			put64(in, c->array_at, (uintptr_t)room);
		if (c->cmd == PIDMAP_TRANSLATE_MANY) {
			memset(room, 1, 64);
			put64(in, AT(translate_many, numbers), (uintptr_t)room);
		}
		ioctl(fds[i % 4], c->cmd, c->len ? (unsigned long)in : c->arg);
		__atomic_add_fetch(&st->calls_done, 1, __ATOMIC_RELAXED);
		if (i % 64 == 0) {
			int fd = SLOT + 1;

			open_at(&fd);
		}
	}
	return NULL;
}

/*
 * Those who wait for each other share a CPU, which spares waking another; what
 * goes on meanwhile has one of its own, if there is one.
 */
static void run_on(int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	sched_setaffinity(0, sizeof(set), &set);
}

/* Forks, and namespaces, that are gone at once */
static void breed(struct storm *st)
{
	while (!st->stop) {
		pid_t pid = fork();

		if (!pid) {
			if (st->mode & 8)
				setsid();
			if (st->mode & 4 && !unshare(CLONE_NEWPID)) {
				pid = fork();
				if (pid > 0)
					waitpid(pid, NULL, 0);
			}
			_exit(0);
		}
		st->forks++;
		if (pid < 0)
			sched_yield();
		else
			waitpid(pid, NULL, 0);
	}
}

static long start_storm(void *arg)
{
	struct storm *st = arg;
	int k, fd = SLOT;

	open_at(&fd);
	fd++;
	open_at(&fd);
	for (k = 0; k < 2; k++) {
		pthread_t thread[2];
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid) {
			st->pids[k] = pid;
			continue;
		}
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		run_on(1);
		if (k) {
			breed(st);
		} else if (!pthread_create(&thread[0], NULL, rage, st)) {
			rage(st);
			pthread_join(thread[0], NULL);
		}
		_exit(0);
	}
	return 0;
}

static long end_storm(void *arg)
{
	struct storm *st = arg;

	int k;

	while (st->forks < 4 && st->pids[1])
		sched_yield();
	st->stop = true;
	for (k = 0; k < 2; k++)
		if (st->pids[k])
			waitpid(st->pids[k], NULL, 0);
	return 0;
}

static void calm(int i)
{
	if (!storming[i])
		return;
	check_eq(run(held[i], end_storm, storms[i]), 0);
	storming[i] = false;
	storm_calls += storms[i]->calls_done;
	storm_forks += storms[i]->forks;
}

static void step_storm(const struct step *s)
{
	int i, actor = pick_actor(s->who);
	struct storm *st;

	if (storming[actor] || !actor)
		return;
	st = shared(sizeof(*st));
	st->mode = s->extra;
	st->seed = s->odd;
	for (i = 0; i < 4; i++) {
		struct step like = now.steps[i % now.n];
		const struct operation *op;
		int from, to, nr;

		like.what %= 12;
		like.who = s->who;
		prepare(&like, &st->calls[i], &from, &to, &nr);
		op = operation(&st->calls[i]);
		if (op && op->array) {
			st->calls[i].array_at = op->array;
			if (get32(st->calls[i].in, op->count) * op->unit > 4096)
				put32(st->calls[i].in, op->count,
				      256 / op->unit);
		}
	}
	storms[actor] = st;
	storming[actor] = true;
	check_eq(run(held[actor], start_storm, st), 0);
}

/* ------------------------------------------------- steps that change the world */

static void step_open(const struct step *s)
{
	int *fd = shared(sizeof(*fd));

	*fd = SLOT + s->file % SLOTS;
	run(held[pick_actor(s->who)], s->what % WHATS == OPEN ? open_at :
	    close_at, fd);
}

static void step_pass(const struct step *s)
{
	struct proc *from = held[pick_actor(s->who)];
	int to = pick_actor(s->extra), fd;

	if (from == held[to])
		return;
	fd = fetch_fd(from, OWN);
	send_fd(held[to], fd, SLOT + s->file % SLOTS);
	close(fd);
}

/* Only actors and inits are parents: others may be gone before their child. */
static void step_spawn(const struct step *s, unsigned long flags)
{
	int i = s->who % n_held;

	if (n_held >= MAX_HELD - 4 || n_spaces >= (int)ARRAY_SIZE(spaces) - 4 ||
	    held[i]->zombie || (i >= n_actors && held[i]->nr[held[i]->level] != 1))
		return;
	if (held[i]->level > 8)
		return;
	/* the unprivileged ones need a user namespace, and only one deep */
	if (i >= n_actors || i >= IN_USER_NS)
		flags &= ~(unsigned long)CLONE_NEWUSER;
	if (flags & CLONE_NEWPID && !(flags & CLONE_NEWUSER) &&
	    i >= FIRST_USER && i < n_actors && i != IN_USER_NS)
		return;
	hold(spawn(held[i], flags));
}

static void forget(int i)
{
	n_held--;
	memmove(&held[i], &held[i + 1], (n_held - i) * sizeof(*held));
	memmove(&space_of[i], &space_of[i + 1],
		(n_held - i) * sizeof(*space_of));
}

/* With an init, all in its namespace go. */
static void step_finish(const struct step *s, bool away)
{
	int i, k = n_actors;
	struct proc *p;
	bool init;

	if (n_held == n_actors)
		return;
	k += s->who % (n_held - n_actors);
	p = held[k];
	init = p->nr[p->level] == 1 && !p->zombie;
	if (p->parent->zombie || (p->zombie && !away))
		return;
	for (i = n_held - 1; init && i >= n_actors; i--)
		if (i != k && within(space_of[i], space_of[k])) {
			close(held[i]->sock);
			held[i]->sock = -1;
			forget(i);
			k -= i < k;
		}
	if (!p->zombie)
		finish(p);
	if (away) {
		reap(p);
		forget(k);
	}
}

static void step_regroup(const struct step *s)
{
	int i, *n = shared(2 * sizeof(*n));

	if (n_held == n_actors)
		return;
	i = n_actors + s->who % (n_held - n_actors);
	if (!held[i]->zombie)
		run(held[i], s->extra % 2 ? do_setsid : do_setpgid, n);
}

static bool take_step(const struct step *s)
{
	static const char * const policies[] = { "none", "self", "subtree" };

	switch (s->what % WHATS) {
	case OPEN:
	case CLOSE:
		step_open(s);
		break;
	case PASS:
		step_pass(s);
		break;
	case SPAWN:
		step_spawn(s, 0);
		break;
	case SPAWN_NS:
		step_spawn(s, CLONE_NEWPID);
		break;
	case SPAWN_USER:
		step_spawn(s, CLONE_NEWPID | CLONE_NEWUSER);
		break;
	case FINISH:
		step_finish(s, false);
		break;
	case REAP:
		step_finish(s, true);
		break;
	case REGROUP:
		step_regroup(s);
		break;
	case POLICY_SET:
		policy(policies[s->extra % 3]);
		break;
	case STORM:
		step_storm(s);
		break;
	case CALM:
		calm(pick_actor(s->who));
		break;
	case COMPARE:
		step_compare(s);
		break;
	default:
		return step_call(s);
	}
	return false;
}

/* ----------------------------------------------------------------- programs */

static struct program corpus[PROGRAMS];
static int n_corpus;
static bool trace;
static int in_world;

static bool run_program(const struct program *p)
{
	bool news = false;
	int i;

	now = *p;
	if (trace) {
		printf("at ");
		print_program(stdout, p);
	}
	if (!in_world++)
		build_world();
	for (i = 0; i < p->n; i++)
		news |= take_step(&p->steps[i]);
	for (i = 0; i < n_actors; i++)
		calm(i);
	programs++;
	if (in_world >= PER_WORLD) {
		end_world();
		in_world = 0;
	}
	return news;
}

static struct step new_step(void)
{
	unsigned char *byte;
	struct step s;
	size_t i;

	for (byte = (void *)&s, i = 0; i < sizeof(s); i++)
		byte[i] = dice();
	/* mostly calls, mostly well-formed */
	if (dice() % 6)
		s.what = dice() % 3 ? dice() % 12 : COMPARE;
	else
		s.what = OTHER_IOCTL + dice() % (WHATS - OTHER_IOCTL);
	s.bend = dice() % 5 ? 255 : dice() % 24;
	if (dice() % 6)
		s.file = 0;
	if (dice() % 4)
		s.from[0] = dice() % 3 ? 15 : 0;
	if (dice() % 4)
		s.to[0] = dice() % 3 ? 15 : 0;
	if (dice() % 3)
		s.type = dice() % 2;
	if (dice() % 5)
		s.place = 0;
	if (dice() % 3)
		s.who = dice() % 2;
	return s;
}

static void mutate(struct program *p)
{
	const struct program *other;
	int k, at, n;

	for (k = 1 + dice() % 4; k > 0; k--) {
		at = p->n ? dice() % p->n : 0;
		switch (dice() % 8) {
		case 6:
			p->steps[at].place = 0;
			p->steps[at].bend = dice() % 24;
			p->steps[at].odd = dice();
			break;
		case 7:
		case 0:
			if (p->n == STEPS)
				break;
			memmove(&p->steps[at + 1], &p->steps[at],
				(p->n - at) * sizeof(*p->steps));
			p->steps[at] = new_step();
			p->n++;
			break;
		case 1:
			if (p->n < 2)
				break;
			p->n--;
			memmove(&p->steps[at], &p->steps[at + 1],
				(p->n - at) * sizeof(*p->steps));
			break;
		case 2:
			other = &corpus[n_corpus ? dice() % n_corpus : 0];
			n = other->n < STEPS - at ? other->n : STEPS - at;
			memcpy(&p->steps[at], other->steps,
			       n * sizeof(*p->steps));
			if (at + n > p->n)
				p->n = at + n;
			break;
		default:
			((unsigned char *)&p->steps[at])[dice() % 16] = dice();
		}
	}
}

static struct program next_program(void)
{
	struct program p = { 0 };

	if (n_corpus && dice() % 8) {
		p = corpus[dice() % n_corpus];
		mutate(&p);
		if (p.n)
			return p;
	}
	for (p.n = 0; p.n < (int)(2 + dice() % (STEPS - 2)); p.n++)
		p.steps[p.n] = new_step();
	return p;
}

static void keep(const struct program *p)
{
	if (n_corpus < PROGRAMS)
		corpus[n_corpus++] = *p;
}

/* What is in the file, or one program again and again */
static void read_corpus(const char *path)
{
	char line[2 * STEPS * 16 + 8];
	FILE *f = fopen(path, "re");
	struct program p;

	check(f);
	while (fgets(line, sizeof(line), f))
		if (isxdigit(*line) && read_program(line, &p) && run_program(&p))
			keep(&p);
	fclose(f);
}

static int shorter(const void *a, const void *b)
{
	return ((const struct program *)a)->n - ((const struct program *)b)->n;
}

/* Those that together do all that is known to be doable, short ones first */
static void print_corpus(void)
{
	int i;

	qsort(corpus, n_corpus, sizeof(*corpus), shorter);
	memset(features, 0, FEATURES);
	for (i = 0; i < n_corpus; i++) {
		/* each once more, to leave out what only chance led to */
		if (run_program(&corpus[i])) {
			printf("corpus ");
			print_program(stdout, &corpus[i]);
		}
	}
}

static void report(void)
{
	printf("# %llu calls in %llu programs, %llu refusals foreseen, %llu answers compared\n",
	       calls, programs, foreseen, compared);
	printf("# meanwhile %llu calls and %llu forks\n", storm_calls,
	       storm_forks);
	printf("# %u coverage points in the module%s, %d programs in the corpus\n",
	       n_points, guided ? "" : " (no KCOV: answers alone guide)",
	       n_corpus);
	fflush(stdout);
}

static int usage(void)
{
	fprintf(stderr, "Usage: device [--seed N] [--calls N] [--corpus FILE] [--print-corpus]\n"
		"              [--trace] [--program HEX]\n");
	return 2;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "calls", required_argument, NULL, 'c' },
		{ "corpus", required_argument, NULL, 'f' },
		{ "print-corpus", no_argument, NULL, 'p' },
		{ "trace", no_argument, NULL, 't' },
		{ "program", required_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned long long limit = 100000, told = 0;
	const char *file = NULL, *hex = NULL;
	bool print = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			rng = atoi(optarg) * 2 + 1;	/* not 0 */
			break;
		case 'c':
			limit = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			file = optarg;
			break;
		case 'p':
			print = true;
			break;
		case 't':
			trace = true;
			break;
		case 'h':
			hex = optarg;
			break;
		default:
			return usage();
		}
	}
	run_on(0);
	rig_main(argc, argv);
	features = calloc(1, FEATURES);
	check(features);
	map_arena();
	open_kcov();
	limit_namespaces(NAMESPACES);
	if (file)
		read_corpus(file);
	while (calls < limit) {
		struct program p = next_program();

		if (hex && !read_program(hex, &p))
			return usage();
		if (run_program(&p))
			keep(&p);
		if (calls - told > limit / 10) {
			told = calls;
			report();
		}
	}
	if (print)
		print_corpus();
	if (in_world)
		end_world();
	report();
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}
