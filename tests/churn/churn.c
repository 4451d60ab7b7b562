// SPDX-License-Identifier: GPL-2.0-only
/*
 * Answers while everything changes: numbers wrap within seconds, processes fork,
 * exec, exit and lead groups and sessions, namespaces come and go, and files of
 * the device are opened, bound and closed; and threads in two namespaces ask.
 *
 * Some processes are held in four namespaces: each wrote down its numbers, as
 * /proc tells them, before it was parked, and is only reaped here. Every answer
 * about one of them is compared with that, unless it was replaced meanwhile,
 * which its generation tells. Counts bound the run, not time.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pidmap.h>

#include "../fork.h"

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define SPACES		4
#define LEVELS		3
#define SLOTS		48
#define MANY		1024
#define THREADS		2	/* in each process that asks */
#define ASKERS		2	/* such processes in each of two namespaces */

/* 0 is ours, 1 and 3 are below it, 2 is below 1. */
static const int parent_of[SPACES] = { -1, 0, 1, 0 };
static const int level_of[SPACES] = { 0, 1, 2, 1 };

enum role { PLAIN, SESSION, GROUP, EXEC, THREAD_EXEC, ZOMBIE, ROLES };

/**
 * struct slot - a process that is held
 * @gen: goes up by one before it is replaced and after it was
 * @space: where it lives
 * @role: what it did before it was parked
 * @nr: its numbers, from level 0 on
 */
struct slot {
	volatile unsigned int gen;
	int space;
	enum role role;
	int nr[LEVELS];
};

static struct shared {
	struct slot slots[SLOTS];
	unsigned int inum[SPACES];
	int init[SPACES];		/* number of its init at level 0 */
	volatile bool stop;
	volatile int askers;
	unsigned long singles, bound, many, ids, lists, opens;
	unsigned long checked, wrong;
	unsigned long forks, execs, namespaces, wraps, replaced, groups;
} *sh;

static long rounds = 1500;
static long least_wraps = 20;
static int pid_max = 600;

#define add(counter, n)	__atomic_add_fetch(&(counter), n, __ATOMIC_RELAXED)

static void __attribute__((noreturn, format(printf, 1, 2)))
die(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(errno));
	if (sh)
		add(sh->wrong, 1);
	_exit(70);
}

/* ---------------------------------------------------------- who is held */

/* From level 0 on, which is whose /proc this is */
static int own_numbers(int *nr)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "re");
	int n = 0;

	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "NSpid:", 6))
			n = sscanf(line + 6, "%d %d %d", nr, nr + 1, nr + 2);
	if (f)
		fclose(f);
	return n;
}

static void *exec_self(void *fd)
{
	char text[16];

	snprintf(text, sizeof(text), "%d", *(int *)fd);
	execl("/proc/self/exe", "churn", "--parked", text, NULL);
	_exit(71);
}

/* What a held process does; it writes a byte when it is what it shall be. */
static void __attribute__((noreturn)) park(struct slot *s, int ready)
{
	pthread_t thread;

	if (own_numbers(s->nr) != level_of[s->space] + 1)
		_exit(72);
	if (s->role == SESSION)
		setsid();
	if (s->role == GROUP)
		setpgid(0, 0);
	if (s->role == EXEC)
		exec_self(&ready);
	/* The thread takes the leader's place and its TID. */
	if (s->role == THREAD_EXEC &&
	    !pthread_create(&thread, NULL, exec_self, &ready))
		for (;;)
			pause();
	if (write(ready, "", 1) != 1 || s->role == ZOMBIE)
		_exit(0);
	for (;;)
		pause();
}

static pid_t pids[SLOTS];	/* in the namespace of whose parent we are */

static bool replace(int i)
{
	struct slot *s = &sh->slots[i];
	int ready[2];
	char byte;
	bool ok;

	if (pids[i] > 0) {
		kill(pids[i], SIGKILL);
		waitpid(pids[i], NULL, 0);
	}
	if (pipe(ready))
		return false;
	pids[i] = fork();
	if (!pids[i]) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		close(ready[0]);
		park(s, ready[1]);
	}
	close(ready[1]);
	ok = pids[i] > 0 && read(ready[0], &byte, 1) == 1;
	close(ready[0]);
	if (ok && s->role == ZOMBIE) {
		siginfo_t info;

		ok = !waitid(P_PID, pids[i], &info, WEXITED | WNOWAIT);
	}
	return ok;
}

/* --------------------------------------------------- an init, and its orders */

struct order {
	enum { REPLACE, START_INIT, START_ASKER, BREED } what;
	int which;
};

static int order_fd[SPACES], answer_fd[SPACES];

static void __attribute__((noreturn)) ask(int view);
static void __attribute__((noreturn)) breed(int how);
static void __attribute__((noreturn)) serve(int space, int in, int out);

/* fork(), if there are no @flags */
static pid_t start(unsigned long flags)
{
	pid_t pid = fork_flags(flags);

	if (pid < 0)
		die("fork");
	return pid;
}

/* Orders come through pipes that were made before any of them. */
static int obey(int space, const struct order *o)
{
	switch (o->what) {
	case REPLACE:
		return replace(o->which);
	case START_INIT:
		if (!start(CLONE_NEWPID))
			serve(o->which, order_fd[o->which],
			      answer_fd[o->which]);
		break;
	case START_ASKER:
		if (!start(0))
			ask(space);
		break;
	case BREED:
		if (!start(0))
			breed(o->which);
		break;
	}
	return 1;
}

static void write_number(const char *path, int n)
{
	FILE *f = fopen(path, "we");

	if (!f || fprintf(f, "%d\n", n) < 0 || fclose(f))
		die("%s", path);
}

static void serve(int space, int in, int out)
{
	struct order o;
	int nr[LEVELS], answer = 1;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (own_numbers(nr) != level_of[space] + 1)
		_exit(73);
	/* Since Linux 6.14 each namespace has its own. */
	write_number("/proc/sys/kernel/pid_max", pid_max);
	sh->init[space] = nr[0];
	if (write(out, &answer, sizeof(answer)) != sizeof(answer))
		_exit(74);
	while (read(in, &o, sizeof(o)) == sizeof(o)) {
		answer = obey(space, &o);
		if (write(out, &answer, sizeof(answer)) != sizeof(answer))
			break;
	}
	_exit(0);
}

static int pipes[SPACES][2][2];

static int answer_of(int space)
{
	int answer;

	if (read(pipes[space][1][0], &answer, sizeof(answer)) !=
	    sizeof(answer))
		die("namespace %d does not answer", space);
	return answer;
}

static int tell(int space, int what, int which)
{
	struct order o = { what, which };

	if (!space)
		return obey(0, &o);
	if (write(pipes[space][0][1], &o, sizeof(o)) != sizeof(o))
		die("namespace %d", space);
	return answer_of(space);
}

static void renew(int i, unsigned int *seed)
{
	struct slot *s = &sh->slots[i];

	__atomic_add_fetch(&s->gen, 1, __ATOMIC_SEQ_CST);
	s->role = rand_r(seed) % ROLES;
	while (!tell(s->space, REPLACE, i))
		sched_yield();	/* no number was free */
	__atomic_add_fetch(&s->gen, 1, __ATOMIC_SEQ_CST);
	add(sh->replaced, 1);
}

/* ------------------------------------------------------- who come and go */

static void count_fork(pid_t pid, pid_t *last)
{
	add(sh->forks, 1);
	if (pid < *last)
		add(sh->wraps, 1);
	*last = pid;
}

/* In namespaces other than ours numbers wrap, too, but are not counted. */
static void breed(int how)
{
	pid_t last = 0, pid;
	unsigned int n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	while (!sh->stop) {
		n++;
		pid = fork();
		if (pid < 0) {
			sched_yield();
			continue;
		}
		if (!pid) {
			if (how == 1 && !unshare(CLONE_NEWPID)) {
				pid = fork();
				if (!pid) {
					pid = fork();
					if (!pid)
						_exit(0);
					_exit(0);
				}
				if (pid > 0)
					waitpid(pid, NULL, 0);
				_exit(0);
			}
			if (n % 8 == 0) {
				setsid();
				add(sh->groups, 1);
			} else if (n % 8 == 1) {
				setpgid(0, 0);
				add(sh->groups, 1);
			}
			if (n % 16 == 3) {
				add(sh->execs, 1);
				execl("/proc/self/exe", "churn", "--gone",
				      NULL);
			}
			_exit(0);
		}
		if (how == 1)
			add(sh->namespaces, 1);
		if (how == 0)
			count_fork(pid, &last);
		else
			add(sh->forks, 1);
		waitpid(pid, NULL, 0);
	}
	_exit(0);
}

/* ---------------------------------------------------------------- who ask */

struct asker {
	int view;
	int dev;
	int ns[SPACES];
	int bound;	/* another file, from the view to a space */
	int bound_to;
	unsigned int seed;
};

/* The number it has in a space, or -EREMOTE */
static int number(const struct slot *s, int space)
{
	int up = s->space;

	while (up >= 0 && up != space)
		up = parent_of[up];
	return up < 0 ? -EREMOTE : s->nr[level_of[space]];
}

static bool leads(const struct slot *s, int type)
{
	return s->role == SESSION || (type == PIDMAP_PGID && s->role == GROUP);
}

static bool below(int space, int view)
{
	while (space >= 0 && space != view)
		space = parent_of[space];
	return space == view;
}

/* @was: a copy of the slot, made before the question */
static void judge(const char *how, int i, const struct slot *was, int type,
		  int from, int to, int got)
{
	int want = number(was, to);

	if (type >= PIDMAP_PGID && !leads(was, type))
		want = -ESRCH;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (was->gen % 2 || sh->slots[i].gen != was->gen)
		return;
	add(sh->checked, 1);
	if (got == want)
		return;
	add(sh->wrong, 1);
	fprintf(stderr,
		"# %s: type %d of slot %d (role %d), from %d to %d: %d, not %d\n",
		how, type, i, was->role, from, to, got, want);
}

static struct slot look(int i)
{
	struct slot s;

	s.gen = sh->slots[i].gen;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	s.space = sh->slots[i].space;
	s.role = sh->slots[i].role;
	memcpy(s.nr, sh->slots[i].nr, sizeof(s.nr));
	return s;
}

static struct pidmap_nsref ref(const struct asker *a, int space)
{
	if (space == a->view)
		return (struct pidmap_nsref){ .kind = PIDMAP_NS_VIEW };
	return (struct pidmap_nsref){ .kind = PIDMAP_NS_FD,
				      .value = a->ns[space] };
}

/* 0, a number or -errno */
static int request(int fd, unsigned int cmd, void *arg)
{
	int ret = ioctl(fd, cmd, arg);

	return ret < 0 ? -errno : ret;
}

/* A space in the view that the slot has a number in */
static int pick_from(struct asker *a, const struct slot *s)
{
	int space = s->space;

	while (space != a->view && rand_r(&a->seed) % 2)
		space = parent_of[space];
	return space;
}

static int pick_to(struct asker *a)
{
	int to;

	do {
		to = rand_r(&a->seed) % SPACES;
	} while (!below(to, a->view));
	return to;
}

static void ask_one(struct asker *a)
{
	int i = rand_r(&a->seed) % SLOTS;
	struct slot s = look(i);
	struct pidmap_translate t;
	int from, to = pick_to(a), ret;

	if (!below(s.space, a->view))
		return;
	from = pick_from(a, &s);
	t = (struct pidmap_translate){
		.size = sizeof(t), .type = rand_r(&a->seed) % 4,
		.nr = s.nr[level_of[from]],
		.from = ref(a, from), .to = ref(a, to),
	};
	ret = request(a->dev, PIDMAP_TRANSLATE, &t);
	judge("TRANSLATE", i, &s, t.type, from, to, ret ? ret : t.result);
	add(sh->singles, 1);
}

static void ask_bound(struct asker *a)
{
	int i = rand_r(&a->seed) % SLOTS, type = rand_r(&a->seed) % 4, ret;
	struct slot s = look(i);

	if (!below(s.space, a->view))
		return;
	ret = request(a->bound, PIDMAP_BOUND_TID + type,
		      (void *)(long)s.nr[level_of[a->view]]);
	judge("BOUND", i, &s, type, a->view, a->bound_to, ret);
	add(sh->bound, 1);
}

/* What is held, over and over, among numbers of who knows whom */
static void ask_many(struct asker *a)
{
	static __thread int numbers[MANY], results[MANY];
	struct pidmap_translate_many m;
	struct slot slots[SLOTS];
	int i, to = pick_to(a), at = level_of[a->view];
	int type = rand_r(&a->seed) % 4;
	bool sorted = rand_r(&a->seed) % 2;

	for (i = 0; i < SLOTS; i++)
		slots[i] = look(i);
	for (i = 0; i < MANY; i++) {
		numbers[i] = sorted ? i : rand_r(&a->seed) % pid_max;
		if (i % 4 == 0 && below(slots[i / 4 % SLOTS].space, a->view))
			numbers[i] = slots[i / 4 % SLOTS].nr[at];
	}
	m = (struct pidmap_translate_many){
		.size = sizeof(m), .type = type, .count = MANY,
		.from = ref(a, a->view), .to = ref(a, to),
		.numbers = (uintptr_t)numbers, .results = (uintptr_t)results,
	};
	if (ioctl(a->dev, PIDMAP_TRANSLATE_MANY, &m) || m.done != MANY)
		die("TRANSLATE_MANY");
	for (i = 0; i < MANY; i++) {
		if (i % 4 == 0 && below(slots[i / 4 % SLOTS].space, a->view))
			judge("TRANSLATE_MANY", i / 4 % SLOTS,
			      &slots[i / 4 % SLOTS], type, a->view, to,
			      results[i]);
		/* of the others: no number that there cannot be */
		else if (results[i] == 0 || results[i] >= pid_max ||
			 (results[i] < 0 && results[i] != -ESRCH &&
			  results[i] != -EREMOTE) ||
			 (results[i] > 0 && to == a->view &&
			  results[i] != numbers[i]))
			die("%d became %d", numbers[i], results[i]);
	}
	add(sh->many, MANY);
}

static void ask_ids(struct asker *a)
{
	int i = rand_r(&a->seed) % SLOTS, to = pick_to(a), k, n;
	struct pidmap_pid pids_of[PIDMAP_MAX_LEVEL + 1];
	struct slot s = look(i);
	struct pidmap_task_ids t;
	struct pidmap_pids p;

	if (!below(s.space, a->view))
		return;
	t = (struct pidmap_task_ids){
		.size = sizeof(t), .nr = s.nr[level_of[a->view]],
		.from = ref(a, a->view), .to = ref(a, to),
	};
	n = request(a->dev, PIDMAP_TASK_IDS, &t);
	judge("TASK_IDS", i, &s, PIDMAP_TID, a->view, to, n ? n : t.tid);
	if (!n && leads(&s, PIDMAP_PGID))
		judge("TASK_IDS", i, &s, PIDMAP_PGID, a->view, to, t.pgid);
	p = (struct pidmap_pids){
		.size = sizeof(p), .nr = s.nr[level_of[a->view]],
		.from = ref(a, a->view), .pids = (uintptr_t)pids_of,
		.capacity = ARRAY_SIZE(pids_of),
		.stride = sizeof(pids_of[0]),
	};
	n = request(a->dev, PIDMAP_PIDS, &p);
	if (!n)
		n = p.count;
	k = level_of[s.space] - level_of[a->view];
	judge("PIDS", i, &s, PIDMAP_TID, a->view, s.space,
	      n == k + 1 ? pids_of[k].nr : n);
	if (n == k + 1)
		judge("PIDS", i, &s, PIDMAP_TID, a->view, a->view,
		      pids_of[k].inum == sh->inum[s.space] ? pids_of[0].nr : 0);
	add(sh->ids, 2);
}

/* Each that is held for as long as the walk takes is met just once. */
static void ask_list(struct asker *a)
{
	char buffer[8192] __attribute__((aligned(8)));
	int seen[SLOTS] = { 0 }, at = level_of[a->view];
	struct slot slots[SLOTS];
	struct pidmap_list l = {
		.size = sizeof(l), .ns = ref(a, a->view),
		.buffer = (uintptr_t)buffer, .buffer_size = sizeof(buffer),
	};
	int i, k;

	for (i = 0; i < SLOTS; i++)
		slots[i] = look(i);
	while (l.cursor != PIDMAP_CURSOR_END) {
		unsigned int pos = 0;

		if (ioctl(a->dev, PIDMAP_LIST, &l))
			die("LIST");
		while (pos < l.used) {
			const struct pidmap_task *t = (void *)(buffer + pos);

			for (i = 0; i < SLOTS; i++) {
				int levels = level_of[slots[i].space] - at + 1;
				bool same = below(slots[i].space, a->view) &&
					    t->levels == levels;

				for (k = 0; same && k < levels; k++)
					same = pidmap_task_nr(t)[k] == slots[i].nr[at + k];
				seen[i] += same;
			}
			pos += t->size;
		}
	}
	for (i = 0; i < SLOTS; i++)
		if (below(slots[i].space, a->view))
			judge(seen[i] == 1 ? "LIST" : seen[i] ?
			      "LIST, twice" : "LIST, missed", i, &slots[i],
			      PIDMAP_TID, a->view, a->view, seen[i] == 1 ?
			      slots[i].nr[at] : -ESRCH);
	add(sh->lists, 1);
}

static void ask_list_ns(struct asker *a)
{
	struct pidmap_ns buffer[64];
	int seen[SPACES] = { 0 }, s;
	struct pidmap_list l = {
		.size = sizeof(l), .ns = ref(a, a->view),
		.buffer = (uintptr_t)buffer, .buffer_size = sizeof(buffer),
	};
	unsigned int i;

	while (l.cursor != PIDMAP_CURSOR_END) {
		if (ioctl(a->dev, PIDMAP_LIST_NS, &l))
			die("LIST_NS");
		for (i = 0; i < l.count; i++)
			for (s = 0; s < SPACES; s++)
				seen[s] += buffer[i].inum == sh->inum[s];
	}
	for (s = 0; s < SPACES; s++) {
		if (seen[s] == below(s, a->view))
			continue;
		add(sh->wrong, 1);
		fprintf(stderr, "# LIST_NS: space %d appears %d times\n", s,
			seen[s]);
	}
	add(sh->lists, 1);
}

static int open_device(void)
{
	int fd = open("/dev/pidmap", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		die("/dev/pidmap");
	return fd;
}

static void rebind(struct asker *a)
{
	struct pidmap_bind b;

	if (a->bound >= 0)
		close(a->bound);
	a->bound = open_device();
	a->bound_to = pick_to(a);
	b = (struct pidmap_bind){
		.size = sizeof(b),
		.from = ref(a, a->view), .to = ref(a, a->bound_to),
	};
	if (ioctl(a->bound, PIDMAP_BIND, &b))
		die("BIND");
	add(sh->opens, 1);
}

static void *ask_away(void *arg)
{
	struct asker *a = arg;
	long round;
	int k;

	for (round = 0; round < rounds || sh->wraps < (unsigned long)least_wraps;
	     round++) {
		if (round % 16 == 0)
			rebind(a);
		for (k = 0; k < 32; k++) {
			ask_one(a);
			ask_bound(a);
		}
		ask_many(a);
		ask_ids(a);
		if (round % 32 == 0) {
			ask_list(a);
			ask_list_ns(a);
		}
	}
	return NULL;
}

static void ask(int view)
{
	struct asker askers[THREADS];
	pthread_t threads[THREADS];
	char path[64];
	int t, s, dev = open_device();

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* or hardly anyone comes and goes */
	if (nice(10) < 0)
		die("nice");
	for (t = 0; t < THREADS; t++) {
		askers[t] = (struct asker){
			.view = view, .dev = dev, .bound = -1,
			.seed = getpid() * 31 + t,
		};
		for (s = 0; s < SPACES; s++) {
			snprintf(path, sizeof(path), "/proc/%d/ns/pid",
				 sh->init[s]);
			askers[t].ns[s] = open(path, O_RDONLY | O_CLOEXEC);
			if (askers[t].ns[s] < 0)
				die("%s", path);
		}
		if (pthread_create(&threads[t], NULL, ask_away, &askers[t]))
			die("thread");
	}
	for (t = 0; t < THREADS; t++)
		pthread_join(threads[t], NULL);
	__atomic_sub_fetch(&sh->askers, 1, __ATOMIC_SEQ_CST);
	_exit(0);
}

/* -------------------------------------------------------------------- all */

static void open_spaces(void)
{
	struct stat st;
	char path[64];
	int s;

	for (s = 1; s < SPACES; s++)
		if (pipe(pipes[s][0]) || pipe(pipes[s][1]))
			die("pipe");
	for (s = 1; s < SPACES; s++) {
		order_fd[s] = pipes[s][0][0];
		answer_fd[s] = pipes[s][1][1];
	}
	sh->init[0] = getpid();
	for (s = 1; s < SPACES; s++) {
		tell(parent_of[s], START_INIT, s);
		answer_of(s);
	}
	for (s = 0; s < SPACES; s++) {
		snprintf(path, sizeof(path), "/proc/%d/ns/pid", sh->init[s]);
		if (stat(path, &st))
			die("%s", path);
		sh->inum[s] = st.st_ino;
	}
}

static void report(void)
{
	printf("# %lu translations by TRANSLATE_MANY, %lu by TRANSLATE, %lu bound; %lu TASK_IDS and PIDS, %lu lists, %lu opens\n",
	       sh->many, sh->singles, sh->bound, sh->ids, sh->lists,
	       sh->opens);
	printf("# %lu forks, %lu execs, %lu new groups and sessions, %lu namespaces, %lu wraps of %d numbers, %lu of those held replaced\n",
	       sh->forks, sh->execs, sh->groups, sh->namespaces, sh->wraps,
	       pid_max, sh->replaced);
	printf("# %lu answers compared, %lu wrong\n", sh->checked, sh->wrong);
}

/* Most of them; not those with a number of which nothing is known */
static bool enough(void)
{
	return sh->checked > (sh->many / 4 + sh->singles + sh->bound) / 4 &&
	       sh->replaced >= SLOTS && sh->wraps >= (unsigned long)least_wraps;
}

int main(int argc, char **argv)
{
	unsigned int seed = 1;
	int i, s;

	if (argc > 1 && !strcmp(argv[1], "--gone"))
		return 0;
	if (argc > 2 && !strcmp(argv[1], "--parked")) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (write(atoi(argv[2]), "", 1) == 1)
			for (;;)
				pause();
		return 0;
	}
	if (argc > 1)
		rounds = atol(argv[1]);
	if (argc > 2)
		least_wraps = atol(argv[2]);
	sh = mmap(NULL, sizeof(*sh), PROT_READ | PROT_WRITE,
		  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (sh == MAP_FAILED)
		die("memory");
	write_number("/proc/sys/kernel/pid_max", pid_max);
	setsid();
	open_spaces();
	for (i = 0; i < SLOTS; i++) {
		sh->slots[i].space = i % SPACES;
		renew(i, &seed);
	}
	for (s = 0; s < 2; s++) {
		for (i = 0; i < ASKERS; i++) {
			sh->askers++;
			tell(s, START_ASKER, 0);
		}
	}
	tell(0, BREED, 0);
	tell(0, BREED, 1);
	tell(1, BREED, 0 + 2);
	tell(2, BREED, 1);
	while (sh->askers && !sh->wrong)
		renew(rand_r(&seed) % SLOTS, &seed);
	sh->stop = true;
	report();
	i = !sh->wrong && enough();
	printf("%d passed, %d failed, 0 skipped\n", i, !i);
	fflush(stdout);
	return !i;
}
