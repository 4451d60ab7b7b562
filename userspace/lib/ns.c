// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * PID namespaces by descriptor: what the kernel's own interfaces report about
 * an nsfs file, and how to get one.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local.h"
#include "nsioctl.h"

/* From include/linux/proc_ns.h: the same on every kernel since 3.8. */
#define INITIAL_PIDNS_INUM	0xEFFFFFFCU

bool ns_is_initial(uint32_t inum)
{
	return inum == INITIAL_PIDNS_INUM;
}

/* Return: the inode number of a namespace, 0 if the file cannot be asked. */
uint32_t ns_inum(int fd)
{
	struct stat st;

	return fstat(fd, &st) ? 0 : st.st_ino;
}

/* Return: the never-reused ID of a namespace, 0 if the kernel has none. */
uint64_t ns_id(int fd)
{
	uint64_t id;

	return ioctl(fd, NS_GET_ID, &id) ? 0 : id;
}

/*
 * Opens an ancestor of a namespace, and closes @fd.
 *
 * Return: a file of the ancestor, -EPERM if that is outside the view, or @fd if
 * that is negative.
 */
int ns_climb(int fd, unsigned int levels)
{
	while (fd >= 0 && levels--) {
		int parent = ioctl(fd, NS_GET_PARENT);

		if (parent < 0)
			parent = -errno;
		close(fd);
		fd = parent;
	}
	return fd;
}

/*
 * Opens the namespace that the caller lives in. Any procfs will do for this,
 * of whatever namespace. Without one, Linux 6.11 and newer have another way.
 */
int ns_open_own(void)
{
	int pidfd, fd = open("/proc/thread-self/ns/pid", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (pidfd < 0)
		return -EOPNOTSUPP;
	fd = ioctl(pidfd, PIDFD_GET_PID_NAMESPACE, 0);
	close(pidfd);
	return fd < 0 ? -EOPNOTSUPP : fd;
}

/*
 * Opens the PID namespace with an ID, through a file handle of nsfs.
 *
 * Return: a file of it; -ENOENT if the caller may not open such a namespace, or
 * there is none, or the kernel wants to know more than the ID.
 */
int ns_open_id(uint64_t id)
{
	struct nsfs_file_handle ns = { .ns_id = id };
	struct {
		struct file_handle head;
		char room[sizeof(ns)];
	} handle = {
		.head.handle_bytes = sizeof(ns),
		.head.handle_type = FILEID_NSFS,
	};
	int fd;

	memcpy(handle.head.f_handle, &ns, sizeof(ns));
	fd = open_by_handle_at(FD_NSFS_ROOT, &handle.head,
			       O_RDONLY | O_CLOEXEC);
	if (fd >= 0 && ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWPID)
		return fd;
	if (fd >= 0)
		close(fd);
	return -ENOENT;
}

/*
 * Shows a file of each PID namespace to @each, until that returns nonzero. The
 * kernel leaves out what the caller may not see.
 *
 * Return: what @each returned, or -EOPNOTSUPP if the kernel cannot list them.
 */
int ns_scan(int (*each)(int fd, void *arg), void *arg)
{
	struct ns_id_req req = {
		.size = sizeof(req),
		.ns_type = CLONE_NEWPID,
	};
	uint64_t ids[64];
	int ret = 0;
	ssize_t n;

	do {
		n = syscall(SYS_listns, &req, ids, ARRAY_SIZE(ids), 0);
		/* ENOENT: the last one was the last there is. */
		if (n < 0)
			return !req.ns_id ? -EOPNOTSUPP :
			       errno == ENOENT ? 0 : -errno;
		for (ssize_t i = 0; i < n && !ret; i++) {
			int fd = ns_open_id(ids[i]);

			/* It has ended meanwhile. */
			if (fd < 0)
				continue;
			ret = each(fd, arg);
			close(fd);
		}
		if (n)
			req.ns_id = ids[n - 1];
	} while (n == ARRAY_SIZE(ids) && !ret);
	return ret;
}

/*
 * Return: a number, or -ESRCH. Linux 6.18 to 7.0 report ENOTTY instead if there
 * is no such task. A kernel that does not know these ioctls does so, too.
 */
int ns_ask(int fd, unsigned long op, pid_t nr)
{
	int ret = ioctl(fd, op, (unsigned long)nr);

	if (ret > 0)
		return ret;
	return !ret || errno == ENOTTY ? -ESRCH : -errno;
}

/* Return: the number of a namespace's init in the caller's, or -ESRCH. */
int ns_init(int fd)
{
	return ns_ask(fd, NS_GET_TGID_FROM_PIDNS, 1);
}

/*
 * Fills in what the kernel reports about a namespace. The view (@top) has no
 * parent. The owner may be a user namespace that the caller may not know.
 *
 * Return: 0 or a negative errno.
 */
int ns_describe(int fd, bool top, struct pidmap_ns *rec)
{
	int parent, owner, err = 0;
	uid_t uid = 0;

	rec->inum = ns_inum(fd);
	rec->id = ns_id(fd);
	if (!top) {
		parent = ioctl(fd, NS_GET_PARENT);
		if (parent < 0)
			return -errno;
		rec->parent_inum = ns_inum(parent);
		close(parent);
	}
	owner = ioctl(fd, NS_GET_USERNS);
	if (owner < 0 && errno == EPERM) {
		rec->owner_uid = PIDMAP_UID_UNKNOWN;
		return 0;
	}
	if (owner < 0)
		return -errno;
	if (ioctl(owner, NS_GET_OWNER_UID, &uid))
		err = -errno;
	rec->owner_uid = uid;
	rec->owner_inum = ns_inum(owner);
	close(owner);
	return err;
}
