// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: lxcfs-today PID
 *
 * How lxcfs finds the init of the namespace of a process today, in other words
 * than its own: see docs/agents.md.
 */
#define _GNU_SOURCE
#include <err.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

union control {
	char room[CMSG_SPACE(sizeof(struct ucred))];
	struct cmsghdr align;
};

static void message(struct msghdr *msg, struct iovec *iov, char *byte,
		    union control *control)
{
	memset(control, 0, sizeof(*control));
	memset(msg, 0, sizeof(*msg));
	iov->iov_base = byte;
	iov->iov_len = 1;
	msg->msg_iov = iov;
	msg->msg_iovlen = 1;
	msg->msg_control = control;
	msg->msg_controllen = sizeof(*control);
}

/* In the namespace: say that we are its init. */
static void say_one(int sock)
{
	struct ucred one = { .pid = 1 };
	union control control;
	struct cmsghdr *cmsg;
	struct msghdr msg;
	struct iovec iov;
	char byte = 0;

	message(&msg, &iov, &byte, &control);
	cmsg = CMSG_FIRSTHDR(&msg);
	cmsg->cmsg_level = SOL_SOCKET;
	cmsg->cmsg_type = SCM_CREDENTIALS;
	cmsg->cmsg_len = CMSG_LEN(sizeof(one));
	memcpy(CMSG_DATA(cmsg), &one, sizeof(one));
	if (sendmsg(sock, &msg, 0) < 0)
		err(1, "sendmsg");
}

int main(int argc, char **argv)
{
	union control control;
	int sock[2], on = 1;
	struct ucred answer;
	struct msghdr msg;
	struct iovec iov;
	char path[64], byte;
	int fd, status;

	if (argc != 2)
		errx(2, "usage: lxcfs-today PID");
	snprintf(path, sizeof(path), "/proc/%s/ns/pid", argv[1]);
	if (socketpair(AF_UNIX, SOCK_DGRAM, 0, sock) ||
	    setsockopt(sock[0], SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)))
		err(1, "socket");
	if (!fork()) {
		fd = open(path, O_RDONLY);
		if (fd < 0 || setns(fd, CLONE_NEWPID))
			err(1, "%s", path);
		if (!fork()) {
			say_one(sock[1]);
			_exit(0);
		}
		wait(&status);
		_exit(status);
	}
	message(&msg, &iov, &byte, &control);
	wait(&status);
	if (status || recvmsg(sock[0], &msg, 0) != 1)
		errx(1, "no answer");
	memcpy(&answer, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(answer));
	printf("%d\n", answer.pid);
	return 0;
}
