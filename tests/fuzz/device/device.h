/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of the fuzzer share, file by file. */
#ifndef FUZZ_DEVICE_H
#define FUZZ_DEVICE_H

#include <assert.h>

#include "../../system/harness.h"
#include "../../system/rig.h"

#define PAGE		4096UL

/* -------------------------------------------------------------- program.c */

#define STEPS		16

enum {
	/* 0 to 11: the ioctls */
	OTHER_IOCTL = 12,
	OPEN, CLOSE, PASS,
	SPAWN, SPAWN_NS, SPAWN_USER, FINISH, REAP, REGROUP,
	POLICY_SET, STORM, CALM, COMPARE,
	RAISE,			/* PIDMAP_SET_VIEW, on a device opened for it */
	FOLLOW,			/* PIDMAP_WATCH, the same */
	LOOK,			/* read and map what may be a stream */
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
 * @more: nothing; makes it 16 bytes
 */
struct step {
	unsigned char what, who, file;
	unsigned char from[2], to[2];
	unsigned char type, nr, flags, count, place, bend, odd, extra, more;
};

static_assert(sizeof(struct step) == 16, "a step is 16 bytes");

struct program {
	int n;
	struct step steps[STEPS];
};

extern struct program now;		/* the one that runs */
extern unsigned long long programs;	/* so many ran */
extern bool trace;			/* each is told before it runs */

void print_program(FILE *f, const struct program *p);
bool read_program(const char *text, struct program *p);
/* Return: whether it did something new */
bool run_program(const struct program *p);
void leave_world(void);

/* --------------------------------------------------------------- corpus.c */

extern unsigned int rng;		/* the state of chance, not 0 */
extern int n_corpus;

struct program next_program(void);
void keep(const struct program *p);
void read_corpus(const char *path);
void print_corpus(void);

/* ---------------------------------------------------------------- world.c */

#define MAX_HELD	64
#define MAX_SPACES	64
#define ACTORS		12
#define FIRST_USER	7	/* this actor and those after it are not root */
#define IN_USER_NS	8
#define NAMESPACES	300	/* of one user, at a time */

/* Descriptors that every actor has, besides OWN */
#define SLOTS		3
#define SLOT		(OWN + 1)
#define INHERITED	(OWN + 4)
#define ODD_FDS		(OWN + 10)

struct space {
	int fd;
	unsigned int inum;
	int level;
	int parent;
};

/* Processes that are held: the first are actors, which live as long as all. */
extern struct proc *held[MAX_HELD];
extern int space_of[MAX_HELD];
extern int n_held, n_actors;
extern struct space spaces[MAX_SPACES];
extern int n_spaces;
extern bool own_view[ACTORS];	/* OWN is what the actor opened itself */
extern bool no_right[ACTORS];	/* and it has no CAP_SYS_PTRACE */
extern int n_odd_fds;

void limit_namespaces(int n);
void build_world(void);
void end_world(void);
int hold(struct proc *p);
bool within(int space, int top);
int pick_actor(unsigned char who);
int expected(int nr, int from, int to);
/* To be run by an actor, with the number of the descriptor */
long open_at(void *arg);
long close_at(void *arg);

/* ------------------------------------------------------------- coverage.c */

extern unsigned int n_points;	/* of the module, that were reached */
extern bool guided;		/* by KCOV */

void open_kcov(void);
void kcov_begin(int actor);
void kcov_end(int actor);
bool kcov_news(int actor);
bool answer_news(unsigned int cmd, long ret);
void forget_news(void);

/* --------------------------------------------------------------- memory.c */

enum place {
	NORMAL, FLUSH, CROSSING, READ_ONLY, UNMAPPED, NOWHERE, KERNEL,
	UNALIGNED,
	PLACES,
};

#define ROOM		(3 * PAGE)	/* of an array, before the hole */
#define STRUCT_MAX	(2 * PAGE)

extern char *struct_rw, *struct_ro, *array_rw, *array_ro;

void map_arena(void);
unsigned long address(enum place place, char *rw, char *ro, unsigned int size,
		      unsigned int len, char **access);
bool readable(enum place place);
bool writable(enum place place);

/* ----------------------------------------------------------------- call.c */

struct call {
	int actor;
	int fd;
	unsigned int cmd;	/* what the ioctl is called with */
	unsigned long arg;	/* and this, unless it has a struct */
	unsigned int len;	/* of the struct; 0: none */
	enum place place, array_place;
	unsigned int array_at;	/* where in it the array's address is, or 0 */
	unsigned int array_len;	/* bytes it may take */
	long ret;		/* or -errno */
	unsigned char in[256];
	unsigned char array_in[64];	/* how it begins */
};

extern unsigned long long calls, foreseen;

void make_call(struct call *c);
void fail_call(const struct call *c, const char *what);

/* ------------------------------------------------------------------ abi.c */

struct operation {
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
};

#define AT(s, f)	offsetof(struct pidmap_##s, f)

extern const struct operation operations[];

__u32 get32(const void *base, unsigned int at);
__u64 get64(const void *base, unsigned int at);
void put32(void *base, unsigned int at, __u32 value);
void put64(void *base, unsigned int at, __u64 value);
const struct operation *operation(const struct call *c);
bool is_too_big(const struct call *c, const struct operation *op);
bool is_invalid(const struct call *c, const struct operation *op);
bool must_fail(const struct call *c, const struct operation *op);

/* ---------------------------------------------------------- kinds of steps */

extern unsigned long long compared;
extern unsigned long long storm_calls, storm_forks;

/* step.c */
int pick_ns(const unsigned char ref[2], const struct call *c,
	    unsigned char *name);
__u64 odd_value(unsigned char which);
void check_number(struct call *c, int ret, int nr, int from, int to);
void prepare(const struct step *s, struct call *c, int *from, int *to, int *nr);
bool step_call(const struct step *s);

/* stream.c */
extern unsigned long long events;	/* that were read */
bool step_look(const struct step *s);

/* compare.c */
void step_compare(const struct step *s);

/* storm.c */
void run_on(int cpu);
void calm(int i);
void step_storm(const struct step *s);

/* change.c */
void step_open(const struct step *s);
void step_pass(const struct step *s);
void step_spawn(const struct step *s, unsigned long flags);
void step_finish(const struct step *s, bool away);
void step_regroup(const struct step *s);

#endif
