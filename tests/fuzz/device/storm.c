// SPDX-License-Identifier: GPL-2.0-only
/* What goes on meanwhile: processes that call, fork and let namespaces die. */
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>

#include "device.h"

/* In processes of its own, in the actor's namespace */
struct storm {
	atomic_bool stop;
	pid_t pids[2];
	atomic_uint calls_done, forks;
	int mode;
	unsigned int seed;
	struct call calls[4];
};

unsigned long long storm_calls, storm_forks;

static struct storm *storms[ACTORS];	/* those that go on */

/* What comes is read and mapped by many at once. */
static void follow(int fd, char *room, size_t size)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	void *mem = mmap(NULL, PAGE, PROT_READ, MAP_SHARED, fd, 0);

	fcntl(fd, F_SETFL, O_NONBLOCK);
	poll(&p, 1, 1);
	read(fd, room, size);
	if (mem != MAP_FAILED)
		munmap(mem, PAGE);
}

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
		if (c->cmd == PIDMAP_WATCH)
			follow(fds[i % 4], room, sizeof(room));
		st->calls_done++;
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
void run_on(int cpu)
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

void calm(int i)
{
	struct storm *st = storms[i];

	if (!st)
		return;
	check_eq(run(held[i], end_storm, st), 0);
	storms[i] = NULL;
	storm_calls += st->calls_done;
	storm_forks += st->forks;
}

void step_storm(const struct step *s)
{
	int i, actor = pick_actor(s->who);
	struct storm *st;

	if (storms[actor] || !actor)
		return;
	st = shared(sizeof(*st));
	st->mode = s->extra;
	st->seed = s->odd;
	for (i = 0; i < 4; i++) {
		struct step like = now.steps[i % now.n];
		const struct operation *op;
		int from, to, nr;

		like.what = like.what % WHATS == FOLLOW ? FOLLOW : like.what % 12;
		like.who = s->who;
		prepare(&like, &st->calls[i], &from, &to, &nr);
		op = operation(&st->calls[i]);
		if (op == &operations[4])
			put32(st->calls[i].in, AT(pids, stride), op->unit);
		if (op && op->array) {
			st->calls[i].array_at = op->array;
			if (get32(st->calls[i].in, op->count) * op->unit > 4096)
				put32(st->calls[i].in, op->count,
				      256 / op->unit);
		}
	}
	storms[actor] = st;
	check_eq(run(held[actor], start_storm, st), 0);
}
