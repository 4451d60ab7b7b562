// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * From a pidfd to a number, and from a number to a pidfd.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local.h"
#include "nsioctl.h"
#include "proc.h"

/*
 * pidfds have the numbers of the namespace that the caller lives in, which a
 * raised view is not.
 *
 * Return: a file of that namespace, -1 if it is the view, or a negative errno.
 */
static int open_own(const struct pidmap *h)
{
	return h->raised ? ns_open_own() : -1;
}

static struct pidmap_nsref own_ns(int own)
{
	return own < 0 ? pidmap_ns_view() : pidmap_ns_fd(own);
}

/* Return: what the kernel reports (Linux 6.13), or -ENOTTY. */
static int ask_pidfd(int pidfd)
{
	struct pidfd_info info = { .mask = PIDFD_INFO_PID };

	if (!ioctl(pidfd, PIDFD_GET_INFO, &info))
		return info.mask & PIDFD_INFO_PID && info.pid ?
		       (int)info.pid : -ESRCH;
	/* EREMOTE: it has no number here. */
	return errno == ESRCH || errno == EREMOTE ? -ESRCH : -ENOTTY;
}

/* The same from its fdinfo, for which it takes a /proc of the caller's own. */
static int read_pidfd(int pidfd)
{
	char name[48], text[1024];
	ssize_t len;
	pid_t nr;
	int root, err;

	if (fcntl(pidfd, F_GETFD) < 0)
		return -EBADF;
	root = proc_open_root();
	if (root < 0)
		return root;
	snprintf(name, sizeof(name), "thread-self/fdinfo/%d", pidfd);
	len = proc_read(root, name, text, sizeof(text));
	close(root);
	if (len < 0)
		return len;
	err = pidfd_parse(text, len, &nr);
	return err ? err : nr;
}

static bool is_reaped(int pidfd)
{
	return syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0) < 0 &&
	       errno == ESRCH;
}

API pid_t pidmap_translate_pidfd(struct pidmap *h, int pidfd,
				 struct pidmap_nsref to)
{
	struct pidmap_nsref from;
	int own, nr, ret;

	nr = ask_pidfd(pidfd);
	if (nr == -ENOTTY)
		nr = read_pidfd(pidfd);
	if (nr <= 0)
		return answer(nr);
	own = open_own(h);
	if (own < -1)
		return answer(own);
	/* A pidfd of a thread, not of a process, has a number that is a TID. */
	from = own_ns(own);
	ret = handle_translate(h, PIDMAP_TID, nr, &from, &to, NULL);
	if (own >= 0)
		close(own);
	/* Still there: so the number was its all the time. */
	if (is_reaped(pidfd))
		ret = -ESRCH;
	return answer(ret);
}

/* The number of an ID where the caller lives; a raised view is elsewhere. */
static int own_number(struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct pidmap_nsref *from, int own,
		      struct pidmap_stamp *stamp)
{
	struct pidmap_nsref to = own_ns(own);

	return handle_translate(h, type, nr, from, &to, stamp);
}

/*
 * What has the number after the pidfd was opened is what the pidfd refers to,
 * for that was not reaped before.
 */
static int open_pidfd(struct pidmap *h, enum pidmap_type type, pid_t nr,
		      const struct pidmap_nsref *from, int own,
		      unsigned int flags, struct pidmap_stamp *stamp)
{
	int fd, number, again;

	number = own_number(h, type, nr, from, own, stamp);
	while (number > 0) {
		fd = syscall(SYS_pidfd_open, number, flags);
		if (fd < 0)
			return -errno;
		again = own_number(h, type, nr, from, own, stamp);
		if (again == number) {
			if (!is_reaped(fd))
				return fd;
			again = -ESRCH;
		}
		close(fd);
		number = again;
	}
	return number;
}

API int pidmap_pidfd(struct pidmap *h, enum pidmap_type type, pid_t nr,
		     struct pidmap_nsref from, unsigned int flags,
		     struct pidmap_stamp *stamp)
{
	int own, fd;

	if (!stamp_valid(&stamp))
		return failed(-EINVAL);
	own = open_own(h);
	if (own < -1)
		return failed(own);
	fd = open_pidfd(h, type, nr, &from, own, flags, stamp);
	if (own >= 0)
		close(own);
	return fd < 0 ? failed(fd) : fd;
}
