// SPDX-License-Identifier: GPL-2.0-only
/*
 * Many tasks, while others come and go: system-scale [TASKS [ROUNDS]]
 *
 * 100,000 tasks fit a guest of 6 GiB; the limits on them are raised here.
 */
#include "test.h"

static int n_tasks = 1000;
static int rounds = 2;
static const int n_spaces = 30;

struct crowd {
	volatile int stop;
	volatile unsigned int came;	/* tasks that came and went */
	int n, there;
	int nr[];
};

static void write_number(const char *path, long at_least)
{
	FILE *file = fopen(path, "r+e");
	long now;

	if (!file)
		return;
	if (fscanf(file, "%ld", &now) == 1 && now < at_least) {
		rewind(file);
		fprintf(file, "%ld\n", at_least);
	}
	fclose(file);
}

static int idle(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return 0;
}

/*
 * Adds some children, which stay, and says their numbers where it runs. They
 * share their memory, down to the stack: all of them leave the same on it, and
 * a fork of each would take most of the time and memory of this test.
 */
static long add_to_crowd(void *arg)
{
	static char stack[16384] __attribute__((aligned(16)));
	struct crowd *c = arg;
	int i;

	for (i = 0; i < 2000 && c->there < c->n; i++) {
		pid_t pid = clone(idle, stack + sizeof(stack), CLONE_VM |
				  CLONE_FS | CLONE_FILES | SIGCHLD, NULL);

		if (pid < 0)
			return -errno;
		c->nr[c->there++] = pid;
	}
	return 0;
}

static void fill(struct crowd *c, struct proc *p)
{
	while (c->there < c->n)
		check_eq(run(p, add_to_crowd, c), 0);
}

/* Forks and reaps until told to stop or its parent goes; in namespaces of their own, too. */
static void churn(struct crowd *c, pid_t parent, unsigned long flags)
{
	while (!c->stop && (flags || getppid() == parent)) {
		pid_t pid;

		if (flags && unshare(flags))
			_exit(1);
		pid = fork();
		if (pid == 0) {
			if (!flags)
				_exit(0);
			/* an init with a child, for it to reap */
			if (fork() == 0)
				_exit(0);
			wait(NULL);
			_exit(0);
		}
		if (pid < 0)
			_exit(2);
		waitpid(pid, NULL, 0);
		__sync_fetch_and_add(&c->came, 1);
		if (flags)
			break;
	}
}

static long start_churn(void *arg)
{
	struct crowd *c = arg;
	pid_t parent = getpid();
	int i;

	for (i = 0; i < 3; i++) {
		pid_t pid = fork();

		if (pid < 0)
			return -errno;
		if (pid)
			continue;
		/* unshare() of PIDs works once, so a fresh process each time */
		while (i == 2 && !c->stop && getppid() == parent) {
			pid = fork();
			if (pid == 0) {
				churn(c, parent, CLONE_NEWPID);
				_exit(0);
			}
			waitpid(pid, NULL, 0);
		}
		churn(c, parent, 0);
		_exit(0);
	}
	return 0;
}

/* ----------------------------------------------------------------- listing */

/* Who was met, by the number in the view */
static unsigned char *seen;
static int max_nr;

static void mark(int nr)
{
	check(nr > 0 && nr < max_nr);
	if (seen[nr] < 255)
		seen[nr]++;
}

static void mark_task(const void *record, void *arg)
{
	const struct pidmap_task *t = record;
	int *last = arg;

	check(pidmap_task_nr(t)[0] > 0);
	check(*last < pidmap_task_nr(t)[0] || t->levels > 1);
	mark(pidmap_task_nr(t)[0]);
}

static void mark_ns(const void *record, void *arg)
{
	const struct pidmap_ns *n = record;

	(void)arg;
	mark(n->init);
}

static void check_once(int nr, const char *what)
{
	if (seen[nr] != 1)
		rig_fail(__FILE__, __LINE__, "%s %d appears %d times", what,
			 nr, seen[nr]);
}

static struct crowd *new_crowd(int n)
{
	struct crowd *c = mmap(NULL, sizeof(*c) + n * sizeof(int),
			       PROT_READ | PROT_WRITE,
			       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	check(c != MAP_FAILED);
	c->n = n;
	return c;
}

static void await_churn(struct crowd *c, unsigned int more)
{
	unsigned int from = c->came;

	while (c->came - from < more)
		sched_yield();
}

static void none_missed_or_doubled(void **state)
{
	static const unsigned int sizes[] = { 256, 4096, 65536, 1 << 20 };
	struct crowd *c = new_crowd(n_tasks), *outside = new_crowd(10);
	struct proc *box = spawn(self, CLONE_NEWPID);
	struct proc *breeder = spawn(box, 0), *other = spawn(self, 0);
	struct proc *spaces[n_spaces];
	int i, round, from, last;
	struct pidmap_nsref to;
	int *down, *up;
	size_t size;

	(void)state;
	/* so many take their time, which is no hang */
	if (n_tasks > 10000)
		alarm(0);
	fill(c, breeder);
	for (i = 0; i < n_spaces; i++)
		spaces[i] = spawn(box, CLONE_NEWPID);
	check_eq(run(breeder, start_churn, c), 0);
	check_eq(run(other, start_churn, outside), 0);
	await_churn(c, 10);
	for (round = 0; round < rounds; round++) {
		for (size = 0; size < ARRAY_SIZE(sizes); size++) {
			struct proc *asks = size % 2 ? self : box;
			unsigned int came = c->came + outside->came;
			unsigned int flags = round % 2 ?
					     PIDMAP_LIST_THREADS : 0;

			memset(seen, 0, max_nr);
			last = 0;
			check(list(asks, OWN, PIDMAP_LIST, flags,
				   asks == box ? VIEW : FD(box->ns),
				   sizes[size], mark_task, &last) >= n_tasks);
			/* from here, their numbers are not known but there */
			for (i = 0; i < n_tasks && asks == box; i++)
				check_once(c->nr[i], "task");
			for (i = 0; i < n_spaces; i++)
				check_once(spaces[i]->nr[asks->level],
					   "task");
			check_once(breeder->nr[asks->level], "task");

			memset(seen, 0, max_nr);
			check(list(asks, OWN, PIDMAP_LIST_NS, 0,
				   asks == box ? VIEW : FD(box->ns),
				   sizes[size], mark_ns, NULL) > n_spaces);
			for (i = 0; i < n_spaces; i++)
				check_once(spaces[i]->nr[asks->level],
					   "namespace of");
			/* they did come and go meanwhile, or soon will */
			if (c->came + outside->came == came)
				await_churn(c, 1);
		}
	}

	/* all of them in an array, down and up again */
	down = calloc(n_tasks, sizeof(int));
	up = calloc(n_tasks, sizeof(int));
	check(down && up);
	to = FD(box->ns);
	for (from = 0; from < n_tasks; from += 100000) {
		int n = n_tasks - from < 100000 ? n_tasks - from : 100000;

		memcpy(up, c->nr + from, n * sizeof(int));
		check_eq(translate_many(self, OWN, PIDMAP_TGID, up, n, to,
					VIEW), 0);
		memcpy(down, up, n * sizeof(int));
		check_eq(translate_many(self, OWN, PIDMAP_TGID, down, n, VIEW,
					to), 0);
		for (i = 0; i < n; i++) {
			check(up[i] > 0);
			check_eq(down[i], c->nr[from + i]);
		}
	}
	/* and some compared with /proc */
	for (i = 0; i < n_tasks && i < 100000; i += n_tasks / 50 + 1) {
		pid_t nr[MAX_LEVELS];

		check_eq(proc_numbers(up[i], up[i], "NSpid", nr), 2);
		check_eq(nr[1], c->nr[i]);
	}
	/* level 0 sees each under the number that this was */
	memset(seen, 0, max_nr);
	last = 0;
	check(list(self, OWN, PIDMAP_LIST, PIDMAP_LIST_DIRECT, to, 4096,
		   mark_task, &last) >= n_tasks);
	for (i = 0; i < n_tasks && i < 100000; i++)
		check_once(up[i], "task");
	c->stop = 1;
	outside->stop = 1;
	free(down);
	free(up);
}

/* A walk that is killed ends at once; nothing is left behind. */
static void walks_can_be_killed(void **state)
{
	struct crowd *c = new_crowd(n_tasks < 300 ? n_tasks : 300);
	struct proc *box = spawn(self, CLONE_NEWPID);
	struct proc *breeder = spawn(box, 0);
	int round, status;

	(void)state;
	fill(c, breeder);
	for (round = 0; round < 20; round++) {
		volatile unsigned int *calls = shared(sizeof(*calls));
		struct pidmap_list *l = shared(sizeof(*l));
		char *buffer = shared(4096);
		pid_t pid = fork();

		if (pid == 0) {
			for (;;) {
				*l = (struct pidmap_list){
					.size = sizeof(*l),
					.ns = FD(box->ns),
					.buffer = (uintptr_t)buffer,
					.buffer_size = 4096,
				};
				if (ioctl(OWN, PIDMAP_LIST, l))
					_exit(1);
				++*calls;
			}
		}
		while (*calls < 5 && waitpid(pid, &status, WNOHANG) == 0)
			sched_yield();
		kill(pid, SIGKILL);
		check_eq(waitpid(pid, &status, 0), pid);
		check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
}

static const struct CMUnitTest tests[] = {
	TEST(none_missed_or_doubled),
	TEST(walks_can_be_killed),
};

int main(int argc, char **argv)
{
	FILE *file;

	if (argc > 1)
		n_tasks = atoi(argv[1]);
	if (argc > 2)
		rounds = atoi(argv[2]);
	rig_main(argc, argv);
	write_number("/proc/sys/kernel/pid_max", 4L * n_tasks + 40000);
	write_number("/proc/sys/kernel/threads-max", 2L * n_tasks + 10000);
	file = fopen("/proc/sys/kernel/pid_max", "re");
	if (!file || fscanf(file, "%d", &max_nr) != 1)
		return 70;
	fclose(file);
	seen = malloc(max_nr);
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
