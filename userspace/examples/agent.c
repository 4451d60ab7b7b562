// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * agent NS... - tells what starts and ends in containers, each named by a file
 * of its PID namespace, such as /proc/4242/ns/pid.
 *
 * The kernel's process connector reports every fork, exec and exit with the
 * host's numbers; a handle bound to each container translates them. The numbers
 * of a process never change, and at its exit there may be none to ask for, so
 * each is asked for once. Needs root, in the initial PID namespace.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <pidmap.h>

struct container {
	struct pidmap *h;
	ino_t inum;
};

/* By host PID, up to the kernel's limit; pages not written to cost nothing. */
static struct {
	const struct container *in;
	pid_t nr;
} known[1 << 22];

static bool find(const struct container *c, pid_t pid)
{
	pid_t nr = pidmap_translate(c->h, PIDMAP_TGID, pid, pidmap_ns_bound(),
				    pidmap_ns_bound());

	known[pid].nr = nr;
	known[pid].in = nr > 0 ? c : NULL;
	return nr > 0;
}

static int add(const struct pidmap_task *task, void *container)
{
	find(container, task->tgid);
	return 0;
}

static void watch(struct container *c, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		err(1, "%s", path);
	c->inum = st.st_ino;
	c->h = pidmap_open(NULL, 0);
	if (!c->h)
		err(1, "pidmap_open");
	if (pidmap_bind(c->h, pidmap_ns_view(), pidmap_ns_fd(fd)) ||
	    pidmap_list(c->h, pidmap_ns_fd(fd), 0, add, c))
		err(1, "%s", path);
	close(fd);
}

static int listen_to_processes(void)
{
	const uint32_t op = PROC_CN_MCAST_LISTEN;
	const struct cn_msg cn = { .id = { CN_IDX_PROC, CN_VAL_PROC },
				   .len = sizeof(op) };
	const struct nlmsghdr nl = {
		.nlmsg_len = NLMSG_LENGTH(sizeof(cn) + sizeof(op)),
		.nlmsg_type = NLMSG_DONE,
	};
	const struct iovec iov[] = { { (void *)&nl, sizeof(nl) },
				     { (void *)&cn, sizeof(cn) },
				     { (void *)&op, sizeof(op) } };
	const struct sockaddr_nl addr = { .nl_family = AF_NETLINK,
					  .nl_groups = CN_IDX_PROC };
	int sock = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC,
			  NETLINK_CONNECTOR);

	if (sock < 0 || bind(sock, (const void *)&addr, sizeof(addr)) ||
	    writev(sock, iov, 3) < 0)
		err(1, "process connector");
	return sock;
}

static void show(const char *event, pid_t pid)
{
	if (known[pid].in)
		printf("%-5s %7d %9d  pid:[%ju]\n", event, pid, known[pid].nr,
		       (uintmax_t)known[pid].in->inum);
}

static void handle(const struct proc_event *event,
		   const struct container *containers, int count)
{
	pid_t pid;

	switch (event->what) {
	case PROC_EVENT_FORK:
		pid = event->event_data.fork.child_tgid;
		if (event->event_data.fork.child_pid != pid)
			break;	/* a thread */
		known[pid].in = NULL;
		for (int i = 0; i < count && !find(&containers[i], pid); i++)
			;
		show("fork", pid);
		break;
	case PROC_EVENT_EXEC:
		show("exec", event->event_data.exec.process_tgid);
		break;
	case PROC_EVENT_EXIT:
		pid = event->event_data.exit.process_tgid;
		if (event->event_data.exit.process_pid != pid)
			break;
		show("exit", pid);
		known[pid].in = NULL;
		break;
	default:
		break;
	}
}

int main(int argc, char *argv[])
{
	struct container *containers = calloc(argc, sizeof(*containers));
	int count = argc - 1, sock;

	if (!containers)
		err(1, NULL);
	if (!count)
		errx(2, "usage: %s NS...", argv[0]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	sock = listen_to_processes();
	for (int i = 0; i < count; i++)
		watch(&containers[i], argv[1 + i]);
	printf("EVENT HOST-PID CONTAINER  NAMESPACE\n");
	for (;;) {
		char head[NLMSG_LENGTH(sizeof(struct cn_msg))];
		struct proc_event event;
		const struct iovec iov[] = { { head, sizeof(head) },
					     { &event, sizeof(event) } };
		ssize_t len = readv(sock, iov, 2);

		if (len < 0 && errno == ENOBUFS)
			warnx("too slow: events were lost");
		else if (len < 0)
			err(1, "process connector");
		else if (len == sizeof(head) + sizeof(event))
			handle(&event, containers, count);
	}
}
