// SPDX-License-Identifier: GPL-2.0-only
/*
 * The library, through each of its back ends, and the tool.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pidmap.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

enum { DEVICE, NSFS_BACKEND, PROCFS, BOUND_DEVICE, BOUND_NSFS, HANDLES };

static struct pidmap *handles[HANDLES];
static struct pidmap_snapshot *snapshot;

static int setup_handle(struct bench *b, long arg)
{
	static const char * const names[] = {
		"device", "nsfs", "procfs", "device", "nsfs",
	};

	if (handles[arg])
		return 0;
	handles[arg] = pidmap_open(names[arg], 0);
	if (!handles[arg])
		return -1;
	return arg < BOUND_DEVICE ? 0 :
	       pidmap_bind(handles[arg], pidmap_ns_fd(b->leaf_fd),
			   pidmap_ns_fd(b->own_fd));
}

static long op_translate(struct bench *b, long arg)
{
	return pidmap_translate(handles[arg], PIDMAP_TGID, b->leaf[pick(b)],
				pidmap_ns_fd(b->leaf_fd),
				pidmap_ns_view()) > 0 ? 1 : -1;
}

static long op_bound(struct bench *b, long arg)
{
	return pidmap_translate(handles[arg], PIDMAP_TGID, b->leaf[pick(b)],
				pidmap_ns_bound(),
				pidmap_ns_bound()) > 0 ? 1 : -1;
}

/* The same ID, a TID, without the library: one ioctl is what it takes. */
static long op_bound_tid(struct bench *b, long arg)
{
	return pidmap_translate(handles[arg], PIDMAP_TID, b->leaf[pick(b)],
				pidmap_ns_bound(),
				pidmap_ns_bound()) > 0 ? 1 : -1;
}

/* Process groups of the leaf: only the one of its init is in use. */
static long op_groups(struct bench *b, long arg)
{
	enum { GROUPS = 1000 };
	pid_t numbers[GROUPS];
	size_t done;

	for (int i = 0; i < GROUPS; i++)
		numbers[i] = b->leaf[pick(b)];
	pidmap_translate_many(handles[arg], PIDMAP_PGID, GROUPS, numbers,
			      numbers, pidmap_ns_fd(b->leaf_fd),
			      pidmap_ns_view(), &done);
	return done == GROUPS ? (long)b->tasks : -1;
}

static int count_task(const struct pidmap_task *task, void *arg)
{
	(void)task;
	++*(long *)arg;
	return 0;
}

static long op_list(struct bench *b, long arg)
{
	long count = 0;

	return pidmap_list(handles[arg], pidmap_ns_fd(b->leaf_fd), 0,
			   count_task, &count) ? -1 : count;
}

static long op_snapshot(struct bench *b, long arg)
{
	struct pidmap_snapshot *s;
	long size;

	s = pidmap_snapshot_new(handles[arg], pidmap_ns_fd(b->leaf_fd), 0);
	if (!s)
		return -1;
	size = pidmap_snapshot_size(s);
	pidmap_snapshot_free(s);
	return size;
}

static int setup_snapshot(struct bench *b, long arg)
{
	if (snapshot)
		return 0;
	if (setup_handle(b, arg))
		return -1;
	snapshot = pidmap_snapshot_new(handles[arg], pidmap_ns_view(), 0);
	return snapshot ? 0 : -1;
}

static long op_lookup(struct bench *b, long arg)
{
	(void)arg;
	return pidmap_snapshot_translate(snapshot, b->leaf[pick(b)],
					 b->leaf_inum, 0) > 0 ? 1 : -1;
}

/* What it takes to choose the next number. */
static long op_pick(struct bench *b, long arg)
{
	(void)arg;
	return b->leaf[pick(b)] > 0 && b->leaf_inum ? 1 : -1;
}

static struct pidmap_live *live;

/* Who has taken in all events needs no more until the next one. */
static int setup_live(struct bench *b, long arg)
{
	(void)b;
	if (!live)
		live = pidmap_live_new(pidmap_open("device", 0),
				       pidmap_ns_view(), arg, 1 << 20);
	return live ? pidmap_live_update(live) : -1;
}

static long op_live_lookup(struct bench *b, long arg)
{
	(void)arg;
	return pidmap_live_translate(live, b->leaf[pick(b)], b->leaf_inum,
				     0) > 0 ? 1 : -1;
}

/* ------------------------------------------------------------------- tool */

static int ids_fd = -1, null_fd;
static long ids_in_file;

/* arg: how many numbers it is to read */
static int setup_tool(struct bench *b, long arg)
{
	if (ids_in_file == arg)
		return 0;
	if (ids_fd >= 0)
		close(ids_fd);
	ids_fd = memfd_create("ids", 0);
	null_fd = open("/dev/null", O_WRONLY);
	if (ids_fd < 0 || null_fd < 0)
		return -1;
	for (long i = 0; i < arg; i++)
		dprintf(ids_fd, "%d\n", b->leaf[pick(b)]);
	ids_in_file = arg;
	return 0;
}

/* Return: 0 if it ended well, and -1 otherwise. */
static int run_program(char *argv[])
{
	posix_spawn_file_actions_t actions;
	char *env[] = { NULL };
	int status, failed;
	pid_t child;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ids_fd, STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, null_fd, STDOUT_FILENO);
	failed = posix_spawn(&child, argv[0], &actions, NULL, argv, env);
	posix_spawn_file_actions_destroy(&actions);
	if (failed) {
		errno = failed;
		return -1;
	}
	if (waitpid(child, &status, 0) < 0)
		return -1;
	errno = EPROTO;
	return status ? -1 : 0;
}

static long op_tool(struct bench *b, long arg)
{
	char from[64];
	char *argv[] = {
		"/bin/pidmap.static", "translate", "--from", from, "-", NULL
	};

	snprintf(from, sizeof(from), "/proc/%d/ns/pid", b->leaf_init);
	lseek(ids_fd, 0, SEEK_SET);
	return run_program(argv) ? -1 : arg;
}

/* ------------------------------------------------------ the map that lxkns makes */

static int setup_fresh_map(struct bench *b, long arg)
{
	(void)arg;
	return setup_tool(b, 1);
}

/* arg: how many maps; always as many units as one map has processes */
static long op_fresh_map(struct bench *b, long arg)
{
	char maps[16];
	char *argv[] = { "/bin/freshmap", maps, NULL };
	struct sysinfo info;

	(void)b;
	snprintf(maps, sizeof(maps), "%ld", arg);
	return sysinfo(&info) || run_program(argv) ? -1 : info.procs;
}

#define PICK	"choosing a number"
/* Of the program that makes a map as lxkns does. */
#define FRESH_MAP	"fresh map as by lxkns"
#define NO_MAP		"starting a Go program"

struct row library_rows[] = {
	{ .group = "library", .name = "pidmap_translate(), device",
	  .per = "ID", .op = op_translate, .arg = DEVICE,
	  .setup = setup_handle, .peer = NSFS },
	{ .group = "library", .name = "pidmap_translate(), bound",
	  .per = "ID", .op = op_bound, .arg = BOUND_DEVICE,
	  .setup = setup_handle, .peer = NSFS, .ratio = 0.97 },
	{ .group = "library", .name = "pidmap_translate(), nsfs, bound TID",
	  .per = "ID", .op = op_bound_tid, .arg = BOUND_NSFS,
	  .setup = setup_handle, .peer = NSFS, .ratio = 3 },
	{ .group = "library", .name = "pidmap_translate(), nsfs, bound",
	  .per = "ID", .op = op_bound, .arg = BOUND_NSFS,
	  .setup = setup_handle, .peer = NSFS, .ratio = 6 },
	{ .group = "library", .name = "pidmap_translate(), nsfs",
	  .per = "ID", .op = op_translate, .arg = NSFS_BACKEND,
	  .setup = setup_handle, .peer = NSFS },
	{ .group = "library", .name = "pidmap_translate(), procfs",
	  .per = "ID", .op = op_translate, .arg = PROCFS,
	  .setup = setup_handle, .peer = STATUS, .most = 1000 },
	{ .group = "library", .name = "pidmap_list(), device",
	  .per = "process", .op = op_list, .arg = DEVICE,
	  .setup = setup_handle, .peer = SCAN },
	{ .group = "library", .name = "pidmap_list(), procfs",
	  .per = "process", .op = op_list, .arg = PROCFS,
	  .setup = setup_handle, .peer = SCAN, .ratio = 1.3, .most = 1000 },
	{ .group = "library", .name = "1000 PGIDs, procfs", .per = "process",
	  .op = op_groups, .arg = PROCFS, .setup = setup_handle,
	  .peer = SCAN, .ratio = 1.3, .most = 1000 },

	{ .group = "peer", .name = NO_MAP, .per = "process",
	  .op = op_fresh_map, .arg = 0, .setup = setup_fresh_map,
	  .most = 1000 },
	{ .group = "peer", .name = FRESH_MAP, .per = "process",
	  .op = op_fresh_map, .arg = 1, .setup = setup_fresh_map,
	  .peer = SCAN, .less = NO_MAP, .part = 1, .most = 1000 },
	{ .group = "snapshot", .name = "snapshot, device", .per = "process",
	  .op = op_snapshot, .arg = DEVICE, .setup = setup_handle,
	  .peer = FRESH_MAP, .ratio = 1 / 1000. },
	{ .group = "snapshot", .name = "snapshot, procfs", .per = "process",
	  .op = op_snapshot, .arg = PROCFS, .setup = setup_handle,
	  .peer = SCAN, .most = 1000 },
	{ .group = "snapshot", .name = "snapshot look-up", .per = "ID",
	  .op = op_lookup, .arg = DEVICE, .setup = setup_snapshot,
	  .peer = NSFS },

	{ .group = "tool", .name = "pidmap translate -, 1 ID", .per = "ID",
	  .op = op_tool, .arg = 1, .setup = setup_tool, .peer = STATUS },
	{ .group = "tool", .name = "pidmap translate -, 1000 IDs", .per = "ID",
	  .op = op_tool, .arg = 1000, .setup = setup_tool, .peer = STATUS },
	{ .group = "tool", .name = "pidmap translate -, 65536 IDs",
	  .per = "ID", .op = op_tool, .arg = 65536, .setup = setup_tool,
	  .peer = STATUS },

	/* its watch costs all that begins and ends afterwards */
	{ .group = "live", .name = PICK, .per = "ID", .op = op_pick },
	{ .group = "live", .name = "live map look-up", .per = "ID",
	  .op = op_live_lookup, .setup = setup_live, .peer = NSFS,
	  .less = PICK, .part = 1, .budget = 60 },
	{}
};
