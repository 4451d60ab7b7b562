// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Which of the mounted procfs belongs to the namespace that the caller lives
 * in: the numbers in any other are not the caller's.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "internal.h"
#include "proc.h"

/*
 * Is this the procfs of the namespace the caller lives in? In one of another
 * namespace, the caller has either more than one number from there down, or
 * none, and then there is no "self". The number itself proves nothing: it may
 * be the same in both.
 */
static bool root_is_view(int root)
{
	struct proc_task self;
	bool is_view;

	if (proc_task_get(root, "self", &self))
		return false;
	is_view = self.st.levels == 1 && self.st.tgid[0] == getpid();
	proc_task_put(&self);
	return is_view;
}

/* Return: a descriptor of it if it is a procfs of the view, else -1. */
static int try_root(const char *path)
{
	int fd = proc_open(AT_FDCWD, path, O_RDONLY | O_DIRECTORY);
	struct statfs fs;

	if (fd < 0)
		return -1;
	if (!fstatfs(fd, &fs) && fs.f_type == PROC_SUPER_MAGIC &&
	    root_is_view(fd))
		return fd;
	close(fd);
	return -1;
}

static bool try_mount(void *arg, const char *line, size_t len)
{
	unsigned int major, minor;
	char path[PATH_MAX];
	int *root = arg;
	bool hides;

	if (mount_parse(line, len, &major, &minor, &hides, path, sizeof(path)))
		*root = try_root(path);
	return *root < 0;
}

/* A procfs of our own, mounted nowhere; takes CAP_SYS_ADMIN. */
static int mount_root(void)
{
	int fs = syscall(SYS_fsopen, "proc", FSOPEN_CLOEXEC), mnt = -1, root;

	if (fs < 0)
		return -1;
	if (!syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		mnt = syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, 0);
	close(fs);
	if (mnt < 0)
		return -1;
	/* What fsmount() gives cannot be read as a directory. */
	root = proc_open(mnt, ".", O_RDONLY | O_DIRECTORY);
	close(mnt);
	if (root >= 0 && !root_is_view(root)) {
		close(root);
		root = -1;
	}
	return root;
}

/* Return: the root of a procfs of the caller's namespace, or -EOPNOTSUPP. */
int proc_open_root(void)
{
	int root = try_root("/proc");

	if (root < 0)
		proc_lines(AT_FDCWD, "/proc/thread-self/mountinfo", try_mount,
			   &root);
	if (root < 0)
		root = mount_root();
	return root < 0 ? -EOPNOTSUPP : root;
}

struct mount_search {
	dev_t dev;
	bool found;
	bool hides;
};

static bool match_mount(void *arg, const char *line, size_t len)
{
	struct mount_search *s = arg;
	unsigned int major, minor;
	char path[PATH_MAX];
	bool hides;

	if (mount_parse(line, len, &major, &minor, &hides, path,
			sizeof(path)) && makedev(major, minor) == s->dev) {
		s->found = true;
		s->hides = hides;
	}
	return true;
}

/* Is this procfs mounted with hidepid? True where that cannot be known. */
bool proc_hides(int root)
{
	struct mount_search s = { 0 };
	struct stat st;

	if (fstat(root, &st))
		return true;
	s.dev = st.st_dev;
	proc_lines(root, "thread-self/mountinfo", match_mount, &s);
	return !s.found || s.hides;
}
