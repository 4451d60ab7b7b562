// SPDX-License-Identifier: GPL-2.0
/*
 * The table of operations.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <linux/pidmap.h>

#include "bench.h"

#define BATCH_MAX	65536
#define LIST_BUFFER	65536

/* linux/nsfs.h of 6.11 and newer has these */
#define NS_FROM_PIDNS	_IOR(0xb7, 0x6, int)
#define NS_IN_PIDNS	_IOR(0xb7, 0x8, int)

static int32_t numbers[BATCH_MAX], results[BATCH_MAX];
static uint64_t buffer[LIST_BUFFER / 8];

/* Another task in every operation, in the permuted order. */
static unsigned int pick(struct bench *b)
{
	if (b->next >= b->tasks)
		b->next = 0;
	return b->order[b->next++];
}

static long op_getppid(struct bench *b, long arg)
{
	(void)b;
	(void)arg;
	getppid();
	return 1;
}

/* Nobody's ioctl: the VFS alone, and the device's view check and switch. */
static long op_ioctl_null(struct bench *b, long arg)
{
	return ioctl(b->null, arg) == -1 && errno == ENOTTY ? 1 : -1;
}

static long op_ioctl_unknown(struct bench *b, long arg)
{
	return ioctl(b->device, arg) == -1 && errno == ENOTTY ? 1 : -1;
}

static long op_nsfs(struct bench *b, long arg)
{
	unsigned int i = pick(b);

	return ioctl(b->leaf_fd, arg, arg == (long)NS_FROM_PIDNS ?
		     b->leaf[i] : b->own[i]) > 0 ? 1 : -1;
}

static struct pidmap_nsref ref(enum pidmap_kind kind, uint64_t value)
{
	return (struct pidmap_nsref){ .kind = kind, .value = value };
}

/* The request is made once, as a program in a loop would. */
static struct pidmap_translate req;

enum { FD_FD, FD_VIEW, VIEW_FD };

static int setup_translate(struct bench *b, long arg)
{
	memset(&req, 0, sizeof(req));
	req.size = sizeof(req);
	req.type = PIDMAP_TGID;
	req.from = ref(PIDMAP_NS_FD, b->leaf_fd);
	req.to = ref(PIDMAP_NS_FD, b->own_fd);
	if (arg == FD_VIEW)
		req.to = ref(PIDMAP_NS_VIEW, 0);
	if (arg == VIEW_FD) {
		req.from = ref(PIDMAP_NS_VIEW, 0);
		req.to = ref(PIDMAP_NS_FD, b->leaf_fd);
	}
	return 0;
}

static long op_translate(struct bench *b, long arg)
{
	unsigned int i = pick(b);

	req.nr = arg == VIEW_FD ? b->own[i] : b->leaf[i];
	return ioctl(b->device, PIDMAP_TRANSLATE, &req) ? -1 : 1;
}

static int setup_bound(struct bench *b, long arg)
{
	setup_translate(b, arg);
	req.from = ref(PIDMAP_NS_BOUND, 0);
	req.to = ref(PIDMAP_NS_BOUND, 0);
	return 0;
}

static long op_bound(struct bench *b, long arg)
{
	(void)arg;
	req.nr = b->leaf[pick(b)];
	return ioctl(b->bound, PIDMAP_TRANSLATE, &req) ? -1 : 1;
}

static struct pidmap_translate_many many;

static void setup_many(struct bench *b, long count)
{
	memset(&many, 0, sizeof(many));
	many.size = sizeof(many);
	many.type = PIDMAP_TGID;
	many.count = count;
	many.from = ref(PIDMAP_NS_FD, b->leaf_fd);
	many.to = ref(PIDMAP_NS_FD, b->own_fd);
	many.numbers = (uintptr_t)numbers;
	many.results = (uintptr_t)results;
	memset(results, 0, sizeof(results));
}

static int setup_random(struct bench *b, long count)
{
	setup_many(b, count);
	b->next = 0;
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

/* Each batch begins elsewhere. */
static long op_many(struct bench *b, long count)
{
	b->next += count;
	if (b->next + count > BATCH_MAX)
		b->next = 0;
	many.numbers = (uintptr_t)(numbers + b->next);
	return ioctl(b->device, PIDMAP_TRANSLATE_MANY, &many) ||
	       results[count - 1] <= 0 ? -1 : count;
}

/* arg: flags */
static long op_list(struct bench *b, long arg)
{
	struct pidmap_list list = {
		.size = sizeof(list),
		.flags = arg,
		.ns = ref(PIDMAP_NS_FD, b->leaf_fd),
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

static char text[8192];

static int proc_status(const char *name, int proc)
{
	char path[300], *line;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/status", name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	if (n < 0)
		return -1;
	text[n] = 0;
	line = strstr(text, "\nNSpid:");
	return line ? atoi(line + 7) : -1;
}

static long op_proc_status(struct bench *b, long arg)
{
	static int proc = -1;
	char name[16];

	(void)arg;
	if (proc < 0)
		proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	snprintf(name, sizeof(name), "%d", b->own[pick(b)]);
	return proc_status(name, proc) > 0 ? 1 : -1;
}

static long op_proc_scan(struct bench *b, long arg)
{
	DIR *dir = opendir("/proc");
	char path[300], link[64];
	struct dirent *entry;
	long count = 0;

	(void)b;
	if (!dir)
		return -1;
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] < '1' || entry->d_name[0] > '9')
			continue;
		if (arg && count >= arg)
			break;
		snprintf(path, sizeof(path), "%s/ns/pid", entry->d_name);
		if (proc_status(entry->d_name, dirfd(dir)) < 0 ||
		    readlinkat(dirfd(dir), path, link, sizeof(link)) < 0)
			continue;
		count++;
	}
	closedir(dir);
	return count;
}

#define NSFS "NS_GET_PID_FROM_PIDNS"
#define STATUS "/proc/PID/status"
#define SCAN "/proc scan"

#define MANY(order, n, max) { \
	.group = "many", .name = "TRANSLATE_MANY " #order " " #n, \
	.per = "ID", .op = op_many, .arg = n, .setup = setup_##order, \
	.peer = NSFS, .ratio = max }

struct row rows[] = {
	{ .group = "base", .name = "getppid", .per = "call",
	  .op = op_getppid },
	{ .group = "base", .name = "ioctl on /dev/null, unknown", .per = "call",
	  .op = op_ioctl_null, .arg = _IO(0xbe, 0x1f) },
	{ .group = "base", .name = "ioctl on /dev/pidmap, unknown",
	  .per = "call", .op = op_ioctl_unknown, .arg = _IO(0xbe, 0x1f) },
	{ .group = "peer", .name = STATUS, .per = "ID", .op = op_proc_status },
	{ .group = "peer", .name = SCAN, .per = "process",
	  .op = op_proc_scan, .arg = 1000 },
	{ .group = "peer", .name = NSFS, .per = "ID", .op = op_nsfs,
	  .arg = NS_FROM_PIDNS, .peer = STATUS },
	{ .group = "peer", .name = "NS_GET_PID_IN_PIDNS", .per = "ID",
	  .op = op_nsfs, .arg = NS_IN_PIDNS, .peer = STATUS },

	{ .group = "translate", .name = "TRANSLATE fd to fd", .per = "ID",
	  .op = op_translate, .arg = FD_FD, .setup = setup_translate,
	  .peer = NSFS, .ratio = 1.20 },
	{ .group = "translate", .name = "TRANSLATE fd to view", .per = "ID",
	  .op = op_translate, .arg = FD_VIEW, .setup = setup_translate,
	  .peer = NSFS },
	{ .group = "translate", .name = "TRANSLATE view to fd", .per = "ID",
	  .op = op_translate, .arg = VIEW_FD, .setup = setup_translate,
	  .peer = "NS_GET_PID_IN_PIDNS" },
	{ .group = "translate", .name = "TRANSLATE bound", .per = "ID",
	  .op = op_bound, .arg = FD_FD, .setup = setup_bound,
	  .peer = NSFS, .ratio = 0.97 },

	MANY(random, 1, 0),
	MANY(random, 16, 0),
	MANY(random, 256, 0.18),
	MANY(random, 4096, 0.18),
	MANY(random, 65536, 0.18),
	MANY(ascending, 1, 0),
	MANY(ascending, 16, 0),
	MANY(ascending, 256, 0.10),
	MANY(ascending, 4096, 0.10),
	MANY(ascending, 65536, 0.10),

	{ .group = "list", .name = "LIST", .per = "process", .op = op_list,
	  .peer = SCAN, .ratio = 1 / 400., .budget = 130 },
	{ .group = "list", .name = "LIST threads", .per = "task",
	  .op = op_list, .arg = PIDMAP_LIST_THREADS, .peer = SCAN },
	{}
};
