// SPDX-License-Identifier: GPL-2.0-only
/*
 * The device's operations, by raw ioctls.
 */
#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>

#include <linux/pidmap.h>

#include "bench.h"

#define BATCH_MAX	65536
#define LIST_BUFFER	(1 << 20)

static int32_t numbers[BATCH_MAX], results[BATCH_MAX];
static uint64_t buffer[LIST_BUFFER / 8];

/* What the device does before it looks at the request: view and switch. */
static long op_unknown(struct bench *b, long cmd)
{
	return ioctl(b->device, cmd) == -1 && errno == ENOTTY ? 1 : -1;
}

static struct pidmap_nsref name(const struct bench *b, enum pidmap_kind kind,
				bool leaf)
{
	struct pidmap_nsref ref = { .kind = kind };

	switch (kind) {
	case PIDMAP_NS_FD:
		ref.value = leaf ? b->leaf_fd : b->own_fd;
		break;
	case PIDMAP_NS_TID:
		ref.value = b->leaf_init;
		break;
	case PIDMAP_NS_INUM:
		ref.value = b->leaf_inum;
		break;
	case PIDMAP_NS_ID:
		ref.value = b->leaf_id;
		break;
	default:
		break;
	}
	return ref;
}

/* The request is made once, as by a program in a loop. */
static struct pidmap_translate one;
static const int32_t *asked;
static int asked_of;

/* arg: kinds of the two names, type and flags */
#define PAIR(from, to)	(PIDMAP_NS_##from << 4 | PIDMAP_NS_##to)
#define TYPE(type)	(PIDMAP_##type << 8)
#define FLAGS(flags)	((flags) << 12)

static int setup_translate(struct bench *b, long arg)
{
	enum pidmap_kind from = arg >> 4 & 15, to = arg & 15;
	bool down = from == PIDMAP_NS_VIEW || from == PIDMAP_NS_LEVEL;

	one = (struct pidmap_translate){
		.size = sizeof(one),
		.flags = arg >> 12,
		.type = arg >> 8 & 15,
		.from = name(b, from, true),
		.to = name(b, to, down),
	};
	asked = down ? b->own : b->leaf;
	asked_of = from == PIDMAP_NS_BOUND ? b->bound : b->device;
	return 0;
}

static long op_translate(struct bench *b, long arg)
{
	(void)arg;
	one.nr = asked[pick(b)];
	one.start_time = 0;
	return ioctl(asked_of, PIDMAP_TRANSLATE, &one) ? -1 : 1;
}

/* The bound pair by value: no struct is copied. */
static long op_bound(struct bench *b, long cmd)
{
	return ioctl(b->bound, cmd, b->leaf[pick(b)]) > 0 ? 1 : -1;
}

static struct pidmap_translate_many many;

static void setup_many(struct bench *b, long count)
{
	many = (struct pidmap_translate_many){
		.size = sizeof(many),
		.type = PIDMAP_TGID,
		.count = count,
		.from = name(b, PIDMAP_NS_FD, true),
		.to = name(b, PIDMAP_NS_FD, false),
		.results = (uintptr_t)results,
	};
	memset(results, 0, sizeof(results));
}

static int setup_random(struct bench *b, long count)
{
	setup_many(b, count);
	for (long i = 0; i < BATCH_MAX; i++)
		numbers[i] = b->leaf[pick(b)];
	return 0;
}

static int setup_ascending(struct bench *b, long count)
{
	setup_many(b, count);
	for (long i = 0; i < BATCH_MAX; i++)
		numbers[i] = b->leaf[i % b->tasks];
	return 0;
}

/* Each batch begins where the last one ended. */
static long op_many(struct bench *b, long count)
{
	static unsigned int at;

	(void)b;
	if (at + count > BATCH_MAX)
		at = 0;
	many.numbers = (uintptr_t)(numbers + at);
	at += count;
	return ioctl(b->device, PIDMAP_TRANSLATE_MANY, &many) ||
	       results[count - 1] <= 0 ? -1 : count;
}

static long op_list(struct bench *b, long flags)
{
	struct pidmap_list list = {
		.size = sizeof(list),
		.flags = flags,
		.ns = name(b, PIDMAP_NS_FD, true),
		.buffer = (uintptr_t)buffer,
		.buffer_size = sizeof(buffer),
	};
	long count = 0;

	do {
		if (ioctl(b->device, PIDMAP_LIST, &list))
			return -1;
		count += list.count;
	} while (list.cursor != PIDMAP_CURSOR_END);
	return count;
}

/* A unit is an ID in use: they are what is walked. */
static long op_list_ns(struct bench *b, long arg)
{
	struct pidmap_list list = {
		.size = sizeof(list),
		.ns = name(b, PIDMAP_NS_FD, true),
		.buffer = (uintptr_t)buffer,
		.buffer_size = sizeof(buffer),
	};
	const struct pidmap_ns *ns = (const void *)buffer;

	(void)arg;
	if (ioctl(b->device, PIDMAP_LIST_NS, &list) ||
	    list.cursor != PIDMAP_CURSOR_END)
		return -1;
	return ns->pids;
}

static long op_task_ids(struct bench *b, long arg)
{
	struct pidmap_task_ids ids = {
		.size = sizeof(ids),
		.nr = b->leaf[pick(b)],
		.from = name(b, PIDMAP_NS_FD, true),
	};

	(void)arg;
	return ioctl(b->device, PIDMAP_TASK_IDS, &ids) ? -1 : 1;
}

static long op_pids(struct bench *b, long arg)
{
	struct pidmap_pid room[PIDMAP_MAX_LEVEL + 1];
	struct pidmap_pids pids = {
		.size = sizeof(pids),
		.type = PIDMAP_TGID,
		.nr = b->leaf[pick(b)],
		.from = name(b, PIDMAP_NS_FD, true),
		.pids = (uintptr_t)room,
		.capacity = PIDMAP_MAX_LEVEL + 1,
		.stride = sizeof(struct pidmap_pid),
	};

	(void)arg;
	return ioctl(b->device, PIDMAP_PIDS, &pids) ? -1 : 1;
}

static long op_info(struct bench *b, long arg)
{
	struct pidmap_info info = { .size = sizeof(info) };

	(void)arg;
	return ioctl(b->device, PIDMAP_INFO, &info) ? -1 : 1;
}

#define TRANSLATE(words, number, with, max) { \
	.group = "translate", .name = "TRANSLATE " words, .per = "ID", \
	.op = op_translate, .setup = setup_translate, .arg = number, \
	.peer = with, .ratio = max }

#define MANY(order, n, max) { \
	.group = "many", .name = "TRANSLATE_MANY " #order " " #n, \
	.per = "ID", .op = op_many, .arg = n, .setup = setup_##order, \
	.peer = NSFS, .ratio = max }

struct row device_rows[] = {
	{ .group = "base", .name = "/dev/pidmap, unknown ioctl", .per = "call",
	  .op = op_unknown, .arg = _IO(PIDMAP_IOC_MAGIC, 0x1f) },

	TRANSLATE("fd to fd", PAIR(FD, FD) | TYPE(TGID), NSFS, 1.20),
	{ .group = "translate", .name = "BOUND_TGID, by value", .per = "ID",
	  .op = op_bound, .arg = PIDMAP_BOUND_TGID, .peer = NSFS,
	  .ratio = 0.93 },
	TRANSLATE("bound to bound", PAIR(BOUND, BOUND) | TYPE(TGID), NSFS, 0),
	TRANSLATE("fd to view", PAIR(FD, VIEW) | TYPE(TGID), NSFS, 0),
	TRANSLATE("view to fd", PAIR(VIEW, FD) | TYPE(TGID), NSFS_IN, 0),
	TRANSLATE("view to view", PAIR(VIEW, VIEW) | TYPE(TGID), NSFS, 0),
	TRANSLATE("level to fd", PAIR(LEVEL, FD) | TYPE(TGID), NSFS_IN, 0),
	TRANSLATE("TID to view", PAIR(TID, VIEW) | TYPE(TGID), NSFS, 0),
	TRANSLATE("INUM to view", PAIR(INUM, VIEW) | TYPE(TGID), NSFS, 0),
	TRANSLATE("ID to view", PAIR(ID, VIEW) | TYPE(TGID), NSFS, 0),
	TRANSLATE("a TID", PAIR(FD, FD) | TYPE(TID), NSFS, 0),
	TRANSLATE("with start time", PAIR(FD, FD) | TYPE(TGID) |
		  FLAGS(PIDMAP_START_TIME), NSFS, 0),

	MANY(random, 1, 0),
	MANY(random, 16, 0),
	MANY(random, 256, 0.18),
	MANY(random, 4096, 0.17),
	MANY(random, 65536, 0.17),
	MANY(ascending, 1, 0),
	MANY(ascending, 16, 0),
	MANY(ascending, 256, 0.07),
	MANY(ascending, 4096, 0.07),
	MANY(ascending, 65536, 0.07),

	{ .group = "list", .name = "LIST", .per = "process", .op = op_list,
	  .peer = SCAN, .ratio = 1 / 290., .budget = 150 },
	{ .group = "list", .name = "LIST direct", .per = "process",
	  .op = op_list, .arg = PIDMAP_LIST_DIRECT, .peer = SCAN },
	{ .group = "list", .name = "LIST_NS", .per = "ID", .op = op_list_ns,
	  .peer = SCAN },

	{ .group = "task", .name = "TASK_IDS", .per = "task",
	  .op = op_task_ids, .peer = STATUS },
	{ .group = "task", .name = "PIDS", .per = "ID", .op = op_pids,
	  .peer = STATUS },
	{ .group = "task", .name = "INFO", .per = "call", .op = op_info },
	{}
};

/* A namespace more, half of whose tasks are threads. */
static struct bench threaded;

static int setup_threads(struct bench *b, long arg)
{
	(void)arg;
	if (threaded.device)
		return 0;
	threaded.tasks = b->tasks;
	threaded.depth = b->depth;
	threaded.threads = true;
	threaded.device = b->device;
	population_spawn(&threaded);
	return 0;
}

static long op_list_threads(struct bench *b, long flags)
{
	(void)b;
	return op_list(&threaded, flags);
}

/* After all others, for whom there would be twice the tasks. */
struct row thread_rows[] = {
	{ .group = "threads", .name = "LIST with threads", .per = "task",
	  .op = op_list_threads, .arg = PIDMAP_LIST_THREADS,
	  .setup = setup_threads, .peer = SCAN },
	{ .group = "threads", .name = "LIST past threads", .per = "process",
	  .op = op_list_threads, .setup = setup_threads, .peer = SCAN },
	{}
};
