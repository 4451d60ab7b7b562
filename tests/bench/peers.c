// SPDX-License-Identifier: GPL-2.0-only
/*
 * What a user would do without the module.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

/* linux/nsfs.h of 6.11 and newer has these */
#define NS_GET_PID_FROM_PIDNS	_IOR(0xb7, 0x6, int)
#define NS_GET_PID_IN_PIDNS	_IOR(0xb7, 0x8, int)

static long op_getppid(struct bench *b, long arg)
{
	(void)b;
	(void)arg;
	getppid();
	return 1;
}

/* No driver has this one: what the VFS costs. */
static long op_ioctl(struct bench *b, long cmd)
{
	return ioctl(b->null, cmd) == -1 && errno == ENOTTY ? 1 : -1;
}

static long op_nsfs(struct bench *b, long cmd)
{
	unsigned int i = pick(b);
	bool up = cmd == (long)NS_GET_PID_FROM_PIDNS;

	return ioctl(b->leaf_fd, cmd, up ? b->leaf[i] : b->own[i]) > 0 ? 1 : -1;
}

/* ------------------------------------------------------------------ /proc */

static int setup_proc(struct bench *b, long arg)
{
	(void)arg;
	if (b->proc < 0)
		b->proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return b->proc;
}

static int read_status(struct bench *b, const char *name)
{
	static char text[8192];
	char path[300], *line;
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "%s/status", name);
	fd = openat(b->proc, path, O_RDONLY | O_CLOEXEC);
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

static long op_status(struct bench *b, long arg)
{
	char name[16];

	(void)arg;
	snprintf(name, sizeof(name), "%d", b->own[pick(b)]);
	return read_status(b, name) > 0 ? 1 : -1;
}

/* The processes of the leaf, or of many the first ones: arg at most. */
static long op_scan(struct bench *b, long arg)
{
	char path[300], link[64];
	struct dirent *entry;
	long count = 0;
	DIR *dir;

	lseek(b->proc, 0, SEEK_SET);
	dir = fdopendir(dup(b->proc));
	if (!dir)
		return -1;
	while (count < arg && (entry = readdir(dir))) {
		if (atoi(entry->d_name) < b->own[0])
			continue;
		snprintf(path, sizeof(path), "%s/ns/pid", entry->d_name);
		if (read_status(b, entry->d_name) > 0 &&
		    readlinkat(b->proc, path, link, sizeof(link)) > 0)
			count++;
	}
	closedir(dir);
	return count;
}

/* ------------------------------------------------------- SCM_CREDENTIALS */

union control {
	char room[CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr align;
};

/* LXCFS's helper: it lives in the leaf and says its PID is the one asked. */
static _Noreturn void scm_helper(int sock)
{
	struct ucred cred = { 0 };

	for (;;) {
		union control control = { 0 };
		struct iovec iov = { &cred.pid, sizeof(cred.pid) };
		struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
		struct cmsghdr *cmsg;

		if (read(sock, &cred.pid, sizeof(cred.pid)) <= 0)
			_exit(0);
		msg.msg_control = &control;
		msg.msg_controllen = sizeof(control);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_CREDENTIALS;
		cmsg->cmsg_len = CMSG_LEN(sizeof(cred));
		memcpy(CMSG_DATA(cmsg), &cred, sizeof(cred));
		if (sendmsg(sock, &msg, 0) < 0)
			_exit(1);
	}
}

static int scm_socket = -1;

static int setup_scm(struct bench *b, long arg)
{
	int pair[2], on = 1;
	pid_t child;

	(void)arg;
	if (scm_socket >= 0)
		return 0;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
	    setsockopt(pair[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		return -1;
	child = fork();
	if (child < 0)
		return -1;
	if (!child) {
		close(pair[0]);
		if (setns(b->leaf_fd, CLONE_NEWPID))
			_exit(1);
		if (!fork())
			scm_helper(pair[1]);
		_exit(0);
	}
	waitpid(child, NULL, 0);
	close(pair[1]);
	scm_socket = pair[0];
	return 0;
}

static long op_scm(struct bench *b, long arg)
{
	pid_t nr = b->leaf[pick(b)], said;
	union control control;
	struct iovec iov = { &said, sizeof(said) };
	struct msghdr msg = {
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	const struct cmsghdr *cmsg;
	struct ucred cred;

	(void)arg;
	if (write(scm_socket, &nr, sizeof(nr)) != sizeof(nr) ||
	    recvmsg(scm_socket, &msg, 0) != sizeof(said))
		return -1;
	cmsg = CMSG_FIRSTHDR(&msg);
	if (!cmsg || cmsg->cmsg_type != SCM_CREDENTIALS)
		return -1;
	memcpy(&cred, CMSG_DATA(cmsg), sizeof(cred));
	return cred.pid > 0 ? 1 : -1;
}

struct row peer_rows[] = {
	{ .group = "base", .name = "getppid", .per = "call",
	  .op = op_getppid },
	{ .group = "base", .name = "/dev/null, unknown ioctl", .per = "call",
	  .op = op_ioctl, .arg = _IO(0xbe, 0x1f) },

	{ .group = "peer", .name = STATUS, .per = "ID", .op = op_status,
	  .setup = setup_proc },
	{ .group = "peer", .name = SCAN, .per = "process", .op = op_scan,
	  .arg = 1000, .setup = setup_proc },
	{ .group = "peer", .name = NSFS, .per = "ID", .op = op_nsfs,
	  .arg = NS_GET_PID_FROM_PIDNS, .peer = STATUS },
	{ .group = "peer", .name = NSFS_IN, .per = "ID", .op = op_nsfs,
	  .arg = NS_GET_PID_IN_PIDNS, .peer = STATUS },
	{ .group = "peer", .name = "SCM_CREDENTIALS", .per = "ID",
	  .op = op_scm, .setup = setup_scm, .peer = STATUS },
	{}
};
