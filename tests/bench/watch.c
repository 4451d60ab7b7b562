// SPDX-License-Identifier: GPL-2.0-only
/*
 * What events cost those who begin and end, and those who read.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <linux/pidmap.h>

#include "bench.h"

/* So many that what else goes on in the system does not matter. */
#define LIVES		100
#define MANY		400
#define READERS		24
#define PIECE		65536	/* read at once */
#define EVENT_MAX 240
#define RING		(2 * PIECE)

static int watchers[MANY];
static long watching;
static uint8_t piece[PIECE] __attribute__((aligned(8)));

static int end(void *arg)
{
	(void)arg;
	_exit(0);
}

/* As with vfork(2), no page tables are copied; nor are hundreds of files. */
static pid_t begin_and_end(void)
{
	static char stack[16384] __attribute__((aligned(16)));

	return waitpid(clone(end, stack + sizeof(stack),
			     CLONE_VM | CLONE_VFORK | CLONE_FILES | SIGCHLD,
			     NULL), NULL, 0);
}

/* Reads all there is. Return: -1 if there was more than the ring could hold. */
static int drain(int fd)
{
	ssize_t got, at;

	while ((got = read(fd, piece, sizeof(piece))) > 0) {
		for (at = 0; at < got;) {
			const struct pidmap_event *event =
				(const void *)(piece + at);

			if (event->kind == PIDMAP_EVENT_SYNC && event->lost) {
				errno = EOVERFLOW;
				return -1;
			}
			at += event->size;
		}
	}
	return errno == EAGAIN ? 0 : -1;
}

/* How many watchers, of what, and what a unit is. */
#define OF_LEAF		0x10000
#define EVENTS		0x20000
#define COUNT(arg)	((arg) & 0xffff)

static int watch(int nsfd)
{
	struct pidmap_watch request = {
		.size = sizeof(request),
		.ns = { .kind = PIDMAP_NS_FD, .value = nsfd },
		.ring_size = RING,
	};
	int fd = open("/dev/pidmap", O_RDONLY | O_NONBLOCK | O_CLOEXEC);

	return fd < 0 || ioctl(fd, PIDMAP_WATCH, &request) ? -1 : fd;
}

static int setup_watch(struct bench *b, long arg)
{
	long what = arg & ~EVENTS, i;
	int limit;

	if (what != watching) {
		for (i = 0; i < COUNT(watching); i++)
			close(watchers[i]);
		watching = 0;
		limit = open("/sys/module/pidmap/parameters/watches", O_WRONLY);
		if (limit < 0 || write(limit, "1000", 4) != 4)
			return -1;
		close(limit);
		for (i = 0; i < COUNT(arg); i++) {
			watchers[i] = watch(what & OF_LEAF ? b->leaf_fd :
						b->own_fd);
			if (watchers[i] < 0)
				return -1;
			watching = (what & OF_LEAF) | (i + 1);
		}
	}
	for (i = 0; i < COUNT(watching); i++)
		if (drain(watchers[i]))
			return -1;
	return 0;
}

static long op_live(struct bench *b, long arg)
{
	(void)b;
	for (int i = 0; i < LIVES; i++)
		if (begin_and_end() < 0)
			return -1;
	return arg & EVENTS ? 2 * LIVES * COUNT(arg) : LIVES;
}

/* Every ring has a piece to read, and more. */
static int setup_read(struct bench *b, long arg)
{
	if (setup_watch(b, arg))
		return -1;
	/* no event is shorter than 96 bytes */
	for (int i = 0; i < PIECE / 96 / 2 + 1; i++)
		if (begin_and_end() < 0)
			return -1;
	return 0;
}

static long op_read(struct bench *b, long arg)
{
	static unsigned int next;
	ssize_t got, at = 0;
	long events = 0;

	(void)b;
	got = read(watchers[next++ % COUNT(arg)], piece, sizeof(piece));
	for (; at < got; events++)
		at += ((const struct pidmap_event *)(piece + at))->size;
	return at > PIECE - EVENT_MAX ? events : -1;
}

/* ------------------------------------------ the process connector, a peer */

static int connector = -1;

static int setup_connector(struct bench *b, long arg)
{
	struct {
		struct nlmsghdr nl;
		struct cn_msg cn;
		enum proc_cn_mcast_op op;
	} __attribute__((packed)) message = {
		.nl = { .nlmsg_len = sizeof(message),
			.nlmsg_type = NLMSG_DONE },
		.cn = { .id = { CN_IDX_PROC, CN_VAL_PROC },
			.len = sizeof(message.op) },
		.op = PROC_CN_MCAST_LISTEN,
	};
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC,
	};

	if (setup_watch(b, 0))
		return -1;
	if (connector >= 0)
		close(connector);
	connector = -1;
	if (!arg)
		return 0;
	connector = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			   NETLINK_CONNECTOR);
	if (connector < 0)
		return -1;
	if (bind(connector, (struct sockaddr *)&address, sizeof(address)))
		return -1;
	return send(connector, &message, sizeof(message), 0);
}

/* arg: 1 unread, 2 read; the last row of all closes it */
static long op_connector(struct bench *b, long arg)
{
	long lives = op_live(b, 0);

	while (arg == 2 && recv(connector, piece, sizeof(piece),
				MSG_DONTWAIT) > 0)
		;
	return lives;
}

#define LIFE	"clone + exit + wait, 0 watchers"
#define LIFE_ROW(called, n)						\
	{ .group = "watch", .name = "clone + exit + wait, " called,	\
	  .per = "process", .op = op_live, .arg = n,			\
	  .setup = setup_watch, .peer = LIFE }

struct row watch_rows[] = {
	{ .group = "watch", .name = LIFE, .per = "process", .op = op_live,
	  .setup = setup_watch },
	LIFE_ROW("1 watcher", 1),
	LIFE_ROW("4 watchers", 4),
	{ .group = "watch", .name = "WATCH written", .per = "event",
	  .op = op_live, .arg = MANY | EVENTS, .setup = setup_watch,
	  .less = LIFE, .part = 0.5 / MANY, .budget = 200 },
	{ .group = "watch", .name = "WATCH another subtree", .per = "event",
	  .op = op_live, .arg = MANY | EVENTS | OF_LEAF, .setup = setup_watch,
	  .less = LIFE, .part = 0.5 / MANY, .budget = 40 },
	{ .group = "watch", .name = "WATCH read", .per = "event",
	  .op = op_read, .arg = READERS, .setup = setup_read, .budget = 35 },
	{ .group = "watch", .name = "process connector, unread",
	  .per = "process", .op = op_connector, .arg = 1,
	  .setup = setup_connector, .peer = LIFE },
	{ .group = "watch", .name = "process connector, read",
	  .per = "process", .op = op_connector, .arg = 2,
	  .setup = setup_connector, .peer = LIFE },
	{ .group = "watch", .name = "clone + exit + wait, no watcher any more",
	  .per = "process", .op = op_connector, .setup = setup_connector,
	  .peer = LIFE, .ratio = 1.03 },
	{}
};
