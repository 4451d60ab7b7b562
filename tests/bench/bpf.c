// SPDX-License-Identifier: GPL-2.0-only
/*
 * What BPF programs cost: those of pidmap.bpf.h, and those that are used where
 * there is no module.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#include <bpf/bpf.h>

#include "bench.h"
#include "calls.skel.h"
#include "events.skel.h"
#include "tasks.skel.h"
#include "typed.skel.h"

/* How often a program does its work in each run: the call of bpf(2) vanishes. */
#define TIMES	1000
/* So many that what else goes on in the system does not matter. */
#define FORKS	100

static long run(const struct bpf_program *program, uint32_t times)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts, .ctx_in = &times,
		    .ctx_size_in = sizeof(times));

	if (bpf_prog_test_run_opts(bpf_program__fd(program), &opts))
		return -1;
	return times;
}

/* ----------------------------------------------------------- the task iterator */

static struct tasks_bpf *tasks;

static int setup_iterator(struct bench *b, long arg)
{
	(void)b;
	(void)arg;
	if (tasks)
		return 0;
	tasks = tasks_bpf__open_and_load();
	return tasks && !tasks_bpf__attach(tasks) ? 0 : -1;
}

static long op_iterator(struct bench *b, long arg)
{
	static uint64_t buffer[8192];
	int fd = bpf_iter_create(bpf_link__fd(tasks->links.list_tasks));
	long count = 0;
	ssize_t n;

	(void)b;
	(void)arg;
	if (fd < 0)
		return -1;
	while ((n = read(fd, buffer, sizeof(buffer))) > 0) {
		/* a record begins with its length, as in LIST */
		for (char *p = (char *)buffer; p < (char *)buffer + n;
		     p += *(uint16_t *)p)
			count++;
	}
	close(fd);
	return n ? -1 : count;
}

/* ------------------------------------------------------- calls of pidmap.bpf.h */

static struct calls_bpf *calls;
static struct typed_bpf *typed;

static int setup_calls(struct bench *b, long arg)
{
	struct bpf_link *link;
	struct stat st;
	int fd;
	char c;

	(void)arg;
	if (calls)
		return 0;
	calls = calls_bpf__open_and_load();
	typed = typed_bpf__open_and_load();
	if (!calls || !typed || fstat(b->own_fd, &st))
		return -1;
	calls->bss->own_dev = st.st_dev;
	calls->bss->own_inum = st.st_ino;
	calls->bss->leaf_inum = b->leaf_inum;
	/* a process in the leaf, with a group and a session that are outside */
	calls->bss->example_tid = b->leaf_init;
	link = bpf_program__attach(calls->progs.find_example);
	fd = link ? bpf_iter_create(bpf_link__fd(link)) : -1;
	if (fd < 0 || read(fd, &c, 1))
		return -1;
	close(fd);
	bpf_link__destroy(link);
	return calls->bss->example ? 0 : -1;
}

enum call {
	NOTHING, LEAF, LEVEL, INUM, PGID, NAMESPACE, ALL, TYPED_LEAF,
	TYPED_LEVEL, HELPER,
};

static long op_call(struct bench *b, long arg)
{
	const struct bpf_program *const programs[] = {
		[NOTHING] = calls->progs.nothing,
		[LEAF] = calls->progs.leaf,
		[LEVEL] = calls->progs.level,
		[INUM] = calls->progs.inum,
		[PGID] = calls->progs.pgid,
		[NAMESPACE] = calls->progs.ns,
		[ALL] = calls->progs.nrs,
		[TYPED_LEAF] = typed->progs.leaf,
		[TYPED_LEVEL] = typed->progs.level,
		[HELPER] = calls->progs.helper,
	};

	(void)b;
	return run(programs[arg], TIMES);
}

/* ----------------------------------------------------- a pair instead of WATCH */

static struct events_bpf *events;
static struct ring_buffer *ring;
static long read_so_far;

static int count_event(void *arg, void *data, size_t size)
{
	(void)arg;
	(void)data;
	(void)size;
	read_so_far++;
	return 0;
}

/* arg: is the pair attached? */
static int setup_events(struct bench *b, long arg)
{
	(void)b;
	if (!events) {
		events = events_bpf__open_and_load();
		if (!events)
			return -1;
		ring = ring_buffer__new(bpf_map__fd(events->maps.events),
					count_event, NULL, NULL);
		if (!ring)
			return -1;
	}
	if (arg && !events->links.on_exit)
		return events_bpf__attach(events);
	if (!arg)
		events_bpf__detach(events);
	return 0;
}

/* Without a consumer: the ring is emptied by one store. */
static long op_write_events(struct bench *b, long arg)
{
	static uint64_t *consumed, *produced;
	int fd = bpf_map__fd(events->maps.events);

	(void)b;
	(void)arg;
	if (!consumed) {
		consumed = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
				fd, 0);
		produced = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 4096);
		if (consumed == MAP_FAILED || produced == MAP_FAILED)
			return -1;
	}
	if (run(events->progs.write_events, TIMES) < 0 || events->bss->lost)
		return -1;
	__atomic_store_n(consumed, *produced, __ATOMIC_RELEASE);
	return TIMES;
}

static long op_write_and_read_events(struct bench *b, long arg)
{
	long before = read_so_far;

	(void)b;
	(void)arg;
	if (run(events->progs.write_events, TIMES) < 0 ||
	    ring_buffer__consume(ring) < 0)
		return -1;
	return read_so_far - before == TIMES ? TIMES : -1;
}

/* With vfork(2) no page tables are copied. */
static pid_t begin_and_end(void)
{
	pid_t pid = vfork();

	if (!pid)
		_exit(0);
	return waitpid(pid, NULL, 0);
}

/* arg: how many events each process makes */
static long op_fork(struct bench *b, long arg)
{
	long before = read_so_far;

	(void)b;
	for (int i = 0; i < FORKS; i++)
		if (begin_and_end() < 0)
			return -1;
	if (arg)
		ring_buffer__consume(ring);
	return read_so_far - before == arg * FORKS ? FORKS : -1;
}

#define FORK	"vfork + exit + wait"
#define HELPER_NAME "bpf_get_ns_current_pid_tgid"
#define ROW(called, which, to)						\
	{ .group = "bpf", .name = called, .per = "call",		\
	  .op = op_call, .arg = which, .setup = setup_calls, .peer = to }

struct row bpf_rows[] = {
	{ .group = "peer", .name = "BPF task iterator", .per = "process",
	  .op = op_iterator, .setup = setup_iterator, .peer = SCAN },

	ROW("BPF, a loop", NOTHING, NULL),
	ROW(HELPER_NAME, HELPER, NULL),
	ROW("pidmap_bpf_nr_leaf, typed", TYPED_LEAF, HELPER_NAME),
	ROW("pidmap_bpf_nr_level 0, typed", TYPED_LEVEL, HELPER_NAME),
	ROW("pidmap_bpf_nr_leaf", LEAF, HELPER_NAME),
	ROW("pidmap_bpf_nr_level 0", LEVEL, HELPER_NAME),
	ROW("pidmap_bpf_nr_inum", INUM, HELPER_NAME),
	ROW("pidmap_bpf_nr_leaf, PGID", PGID, HELPER_NAME),
	ROW("pidmap_bpf_nrs", ALL, HELPER_NAME),
	ROW("pidmap_bpf_ns_inum", NAMESPACE, HELPER_NAME),

	{ .group = "bpf", .name = "BPF event, written", .per = "event",
	  .op = op_write_events, .setup = setup_events },
	{ .group = "bpf", .name = "BPF event, written and read",
	  .per = "event", .op = op_write_and_read_events,
	  .setup = setup_events },
	{ .group = "bpf", .name = FORK, .per = "process", .op = op_fork,
	  .setup = setup_events },
	{ .group = "bpf", .name = FORK ", BPF pair", .per = "process",
	  .op = op_fork, .arg = 2, .setup = setup_events, .peer = FORK },
	{}
};
