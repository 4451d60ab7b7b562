// SPDX-License-Identifier: GPL-2.0-only
/*
 * The tasks that are translated: they sleep in a namespace some levels down.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pidmap.h>

#include "bench.h"

#define STACK 1024

static void write_file(const char *path, unsigned int value)
{
	FILE *f = fopen(path, "w");

	if (f) {
		fprintf(f, "%u\n", value);
		fclose(f);
	}
}

static void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		err(1, "mmap");
	return p;
}

static _Noreturn void sleep_forever(void)
{
	for (;;)
		syscall(SYS_pause);
}

static int sleeper(void *arg)
{
	(void)arg;
	sleep_forever();
}

/* Processes of their own that share the memory: 100,000 of them must fit. */
static void spawn(struct bench *b, char *stacks)
{
	b->leaf[0] = getpid();
	for (unsigned int i = 1; i < b->tasks; i++) {
		bool thread = b->threads && i % 2;

		b->leaf[i] = clone(sleeper, stacks + (size_t)(i + 1) * STACK,
				   CLONE_VM | CLONE_FS | CLONE_FILES |
				   CLONE_SIGHAND |
				   (thread ? CLONE_THREAD : SIGCHLD), NULL);
		if (b->leaf[i] < 0)
			err(1, "task %u", i);
	}
}

/* The init of one level, or the leaf's; tells the outside when all is there. */
static _Noreturn void level(struct bench *b, unsigned int left, char *stacks,
			    int ready)
{
	pid_t child = 0;

	while (left-- && !child) {
		if (unshare(CLONE_NEWPID))
			err(1, "unshare");
		child = fork();
		if (child < 0)
			err(1, "fork");
	}
	if (!child) {
		spawn(b, stacks);
		if (write(ready, "", 1) != 1)
			err(1, "write");
	}
	close(ready);
	sleep_forever();
}

/* The innermost first child, reached by the children's children. */
static pid_t innermost(pid_t pid, unsigned int levels)
{
	char path[64];
	FILE *f;

	while (levels--) {
		snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid,
			 pid);
		f = fopen(path, "r");
		if (!f || fscanf(f, "%d", &pid) != 1)
			err(1, "%s", path);
		fclose(f);
	}
	return pid;
}

static int open_or_die(const char *path)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno != ENOENT)
		fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		err(1, "%s", path);
	return fd;
}

static void translate_all(struct bench *b)
{
	struct pidmap_translate_many req = {
		.size = sizeof(req),
		.count = b->tasks,
		.from = { .kind = PIDMAP_NS_FD, .value = b->leaf_fd },
		.numbers = (uintptr_t)b->leaf,
		.results = (uintptr_t)b->own,
	};

	if (ioctl(b->device, PIDMAP_TRANSLATE_MANY, &req))
		err(1, "PIDMAP_TRANSLATE_MANY");
	for (unsigned int i = 0; i < b->tasks; i++)
		if (b->own[i] <= 0)
			errx(1, "task %d has no number", b->leaf[i]);
}

static void name_leaf(struct bench *b)
{
	struct pidmap_list req = { .size = sizeof(req) };
	struct pidmap_ns ns[8];
	struct stat st;

	if (fstat(b->leaf_fd, &st))
		err(1, "fstat");
	b->leaf_inum = st.st_ino;
	/* the leaf itself comes first */
	req.ns.kind = PIDMAP_NS_FD;
	req.ns.value = b->leaf_fd;
	req.buffer = (uintptr_t)ns;
	req.buffer_size = sizeof(ns);
	if (ioctl(b->device, PIDMAP_LIST_NS, &req) || !req.count)
		err(1, "PIDMAP_LIST_NS");
	b->leaf_id = ns[0].id;
}

static void shuffle(struct bench *b)
{
	uint32_t x = 12345;

	for (unsigned int i = 0; i < b->tasks; i++) {
		unsigned int j;

		/* xorshift: the same order in every run */
		x ^= x << 13;
		x ^= x >> 17;
		x ^= x << 5;
		j = x % (i + 1);
		b->order[i] = b->order[j];
		b->order[j] = i;
	}
}

/**
 * population_spawn() - create tasks in a namespace
 * @b: says how many and how deep; what names them is filled in
 */
void population_spawn(struct bench *b)
{
	char path[64], byte;
	char *stacks;
	int ready[2];

	b->leaf = shared(b->tasks * sizeof(*b->leaf));
	stacks = shared((size_t)(b->tasks + 1) * STACK);
	if (pipe(ready))
		err(1, "pipe");
	b->init = fork();
	if (b->init < 0)
		err(1, "fork");
	if (!b->init) {
		close(ready[0]);
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		level(b, b->depth - 1, stacks, ready[1]);
	}
	close(ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		errx(1, "the tasks were not created");
	close(ready[0]);

	b->leaf_init = innermost(b->init, b->depth - 1);
	snprintf(path, sizeof(path), "/proc/%d/ns/pid", b->leaf_init);
	b->leaf_fd = open_or_die(path);
}

/**
 * population_start() - create the tasks and all else that rows work on
 * @b: says how many and how deep; the rest is filled in
 */
void population_start(struct bench *b)
{
	struct pidmap_bind bind = { .size = sizeof(bind) };

	write_file("/proc/sys/kernel/pid_max", 4194304);
	write_file("/proc/sys/kernel/threads-max", 500000);
	write_file("/proc/sys/vm/max_map_count", 1000000);

	population_spawn(b);
	b->own = shared(b->tasks * sizeof(*b->own));
	b->order = shared(b->tasks * sizeof(*b->order));
	b->own_fd = open_or_die("/proc/self/ns/pid");
	b->null = open_or_die("/dev/null");
	b->device = open_or_die("/dev/pidmap");
	b->bound = open_or_die("/dev/pidmap");
	bind.from.kind = PIDMAP_NS_FD;
	bind.from.value = b->leaf_fd;
	bind.to.kind = PIDMAP_NS_FD;
	bind.to.value = b->own_fd;
	if (ioctl(b->bound, PIDMAP_BIND, &bind))
		err(1, "PIDMAP_BIND");
	b->proc = -1;
	name_leaf(b);
	translate_all(b);
	shuffle(b);
}

/**
 * population_end() - end the tasks
 * @b: what population_start() filled
 *
 * The leaf's init takes its namespace along; at depth 1 there is none.
 */
void population_end(struct bench *b)
{
	if (b->depth == 1)
		for (unsigned int i = 1; i < b->tasks; i++)
			kill(b->own[i], SIGKILL);
	kill(b->leaf_init, SIGKILL);
	kill(b->init, SIGKILL);
	waitpid(b->init, NULL, 0);
}
