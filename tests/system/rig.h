/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rig of the system tests: trees of processes in nested PID namespaces,
 * each of which waits on a socket and runs the functions it is told to.
 *
 * All of them are forks of the test program that never exec, so a function and
 * an address of shared memory mean the same in each. Nothing sleeps and
 * nothing is measured in time: every step is answered.
 */
#ifndef RIG_H
#define RIG_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pidmap.h>

#define DEVICE		"/dev/pidmap"
#define POLICY		"/sys/module/pidmap/parameters/upward"
#define MAX_LEVELS	(PIDMAP_MAX_LEVEL + 1)
#define PAGE_BYTES	((int)sysconf(_SC_PAGESIZE))
#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* In every process of the rig: the device, opened by that very process. */
#define OWN		100

/* ----------------------------------------------------------- test programs */

struct CMUnitTest;
int rig_setup(void **state);
int rig_teardown(void **state);

/* The array of a program's tests and its main(), whose argument is one of them. */
#define TEST(function)	\
	cmocka_unit_test_setup_teardown(function, rig_setup, rig_teardown)
#define RUN(tests)	\
	int main(int argc, char **argv)					\
	{								\
		rig_main(argc, argv);					\
		cmocka_set_test_filter(argc > 1 ? argv[1] : NULL);	\
		return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0; \
	}
void rig_main(int argc, char **argv);
extern int rig_argc;
extern char **rig_argv;
extern bool rig_no_device;	/* set by a program that does without */

/*
 * May be used in any process of the rig: in others than the first, a failure
 * ends that process, at which the first one fails, too.
 */
void __attribute__((noreturn, format(printf, 3, 4)))
rig_fail(const char *file, int line, const char *format, ...);
void __attribute__((noreturn)) rig_skip(const char *reason);
const char *err_name(long ret);

#define check(what) \
	do { \
		if (!(what)) \
			rig_fail(__FILE__, __LINE__, "not so: %s", #what); \
	} while (0)

/* Both are numbers; negative ones are shown as errnos. */
#define check_eq(got, want) \
	do { \
		long long got_ = (got); \
		long long want_ = (want); \
		if (got_ != want_) \
			rig_fail(__FILE__, __LINE__, \
				 "%s is %lld (%s), should be %s = %lld (%s)", \
				 #got, got_, err_name(got_), #want, want_, \
				 err_name(want_)); \
	} while (0)

/* -------------------------------------------------------------- processes */

struct proc {
	pid_t pid;		/* TGID in the namespace of the test program */
	int level;		/* of its PID namespace, below the test's */
	pid_t nr[MAX_LEVELS];	/* its number at every level from there on */
	int ns;			/* nsfs descriptor, the same in every process */
	unsigned int inum;	/* and its inode number */
	struct proc *parent;
	int sock;		/* -1 when it is gone */
	bool zombie;
};

extern struct proc *const self;	/* the test program */

/* @flags: CLONE_NEWPID, CLONE_NEWUSER (mapped 1:1, owner: the parent's euid) */
struct proc *spawn(struct proc *parent, unsigned long flags);
/* with the numbers it shall have, from the leaf namespace up */
struct proc *spawn_at(struct proc *parent, unsigned long flags,
		      const pid_t *tids, int n);
/* run @fn there; an answer < 0 is an errno */
long run(struct proc *p, long (*fn)(void *), void *arg);
/* the descriptor gets the same number in every process there is */
void share_fd(int fd);
/* send one to one process, which stores it as @as */
void send_fd(struct proc *p, int fd, int as);
/* fetch descriptor @fd of @p; returns ours */
int fetch_fd(struct proc *p, int fd);
/* add @n threads that do nothing; their TIDs go to @tids, as the test sees */
void threads(struct proc *p, int n, pid_t *tids);
/* let it exit and wait until it is a zombie; its parent must live */
void finish(struct proc *p);
/* let its parent take the zombie away; finishes it first if need be */
void reap(struct proc *p);
/* let the main thread exit and leave the others; @p is then deaf */
void behead(struct proc *p);
/* an orphan whose new parent is @parent */
void adopt(struct proc *p, struct proc *parent);

/* In shared memory, zeroed, until the test ends. */
void *shared(size_t size);
/* @pages of memory, zeroed, with an unmapped one behind; munmap() them */
void *before_a_hole(int pages);

long do_setsid(void *unused);
long do_setpgid(void *numbers);	/* int[2] */
long do_unshare(void *flags);	/* unsigned long */

/* Two sisters of three generations; what most tests need. */
struct tree {
	struct proc *top, *top2;	/* level 0: the test itself, another */
	struct proc *a, *a2;		/* level 1 */
	struct proc *b, *b2;		/* level 2, below a */
	struct proc *c, *c2;		/* level 3, below b */
	struct proc *s, *s2;		/* level 1, a's sister */
	pid_t a2_thread[2], c2_thread[3];	/* TIDs as the test sees them */
	struct proc *all[10];
};
struct tree *grow(void);

/* ------------------------------------------------------------------ /proc */

/* Where a process of the rig reads what follows: "/proc" unless changed */
extern const char *proc_root;
/* The numbers of a line like NSpid; returns how many, 0 if there is no such */
int proc_numbers(pid_t pid, pid_t tid, const char *field, pid_t *nr);
/* The same for all four types at once; returns how many levels, 0 if none */
int proc_ids(pid_t pid, pid_t tid, int nr[4][MAX_LEVELS], pid_t *ppid);
/* Field 22 of stat, in clock ticks of 10 ms */
unsigned long long proc_start(pid_t pid, pid_t tid);
char proc_state(pid_t pid, pid_t tid);
pid_t proc_ppid(pid_t pid);
unsigned int inum_of(int fd);
/* a number that no task has now, in no namespace the test can see */
pid_t unused_number(void);

/* ------------------------------------------------------------- the device */

#define REF(k, v)	((struct pidmap_nsref){ .kind = (k), .value = (v) })
#define VIEW		REF(PIDMAP_NS_VIEW, 0)
#define FD(fd)		REF(PIDMAP_NS_FD, fd)
#define BY_TID(nr)	REF(PIDMAP_NS_TID, nr)
#define INUM(nr)	REF(PIDMAP_NS_INUM, nr)
#define BY_ID(nr)	REF(PIDMAP_NS_ID, nr)
#define LEVEL(nr)	REF(PIDMAP_NS_LEVEL, nr)
#define BOUND		REF(PIDMAP_NS_BOUND, 0)

/* An ioctl by @p on its descriptor; @arg of @size bytes, in and out. */
int call(struct proc *p, int fd, unsigned long request, void *arg,
	 size_t size);
/* the same with memory that is shared already, or not memory at all */
int call_raw(struct proc *p, int fd, unsigned long request, void *arg);

/* The answer, > 0, or the errno; on the caller's own device unless said. */
int translate(struct proc *p, int type, int nr, struct pidmap_nsref from,
	      struct pidmap_nsref to);
int translate_on(struct proc *p, int fd, int type, int nr,
		 struct pidmap_nsref from, struct pidmap_nsref to);
/* between what was bound, by value */
int translate_bound(struct proc *p, int fd, int type, int nr);
/* -errno for all, or one answer each in place */
int translate_many(struct proc *p, int fd, int type, int *numbers, int n,
		   struct pidmap_nsref from, struct pidmap_nsref to);
struct pidmap_task_ids task_ids(struct proc *p, int nr,
				struct pidmap_nsref from,
				struct pidmap_nsref to, int *err);
/* how many, or the errno */
int pids(struct proc *p, int type, int nr, struct pidmap_nsref from,
	 struct pidmap_pid *list);
int info(struct proc *p, int fd, struct pidmap_info *info);
/* the start time of a task of the view, 0 if none */
unsigned long long start_of(struct proc *p, int nr);

/*
 * Walks with buffers of @buffer_size bytes and calls @each for every record.
 * Returns how many there were, or the errno.
 */
int list(struct proc *p, int fd, unsigned int request, unsigned int flags,
	 struct pidmap_nsref ns, unsigned int buffer_size,
	 void (*each)(const void *record, void *arg), void *arg);

/* The upward policy; rig_teardown() puts the old one back. */
void policy(const char *name);
/* The mode of the device node; rig_teardown() puts the old one back. */
void device_mode(mode_t mode);
/* @p becomes that user and keeps the capabilities of a mask only. */
void become(struct proc *p, uid_t uid, uint64_t caps);
void reopen(struct proc *p);	/* its own device, anew */
#define CAP(n)	(1ULL << (n))

/* --------------------------------------------------------- nsfs questions */

/* Whether the kernel answers NS_GET_*_PIDNS; those are then a second opinion */
bool nsfs_answers(void);
/* @nr of namespace @ns as @p knows it, or -errno */
int nsfs_from(struct proc *p, int ns, int nr, bool tgid);
/* @nr of @p's namespace in @ns, or -errno */
int nsfs_in(struct proc *p, int ns, int nr, bool tgid);
/* NS_GET_ID, 0 where there is none */
uint64_t nsfs_id(int ns);
/* a descriptor of the parent, or -errno */
int nsfs_parent(int ns);

#endif
