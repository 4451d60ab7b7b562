// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Reading /proc: files, and tasks in it.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "internal.h"
#include "proc.h"

int proc_open(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* Reads all of a short file. Return: its length. */
ssize_t proc_read(int dir, const char *name, char *buf, size_t room)
{
	int fd = proc_open(dir, name, O_RDONLY);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = read(fd, buf, room);
	if (len < 0)
		len = -errno;
	close(fd);
	return len;
}

/*
 * Shows each line of a file to @each, until that returns false. A line too long
 * to be of interest (a status file may list 65,536 groups) is left out.
 */
int proc_lines(int dir, const char *name,
	       bool (*each)(void *arg, const char *line, size_t len),
	       void *arg)
{
	int fd = proc_open(dir, name, O_RDONLY);
	bool skip = false, more = true;
	size_t have = 0;
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return fd;
	while (more &&
	       (n = read(fd, buf + have, sizeof(buf) - have)) > 0) {
		char *line = buf, *nl;

		have += n;
		while (more && (nl = memchr(line, '\n', buf + have - line))) {
			if (!skip)
				more = each(arg, line, nl - line);
			skip = false;
			line = nl + 1;
		}
		have -= line - buf;
		memmove(buf, line, have);
		if (have == sizeof(buf)) {
			skip = true;
			have = 0;
		}
	}
	n = n < 0 ? -errno : 0;
	close(fd);
	return n;
}

static bool read_status_line(void *arg, const char *line, size_t len)
{
	status_line(arg, line, len);
	return !status_complete(arg);
}

static int read_status(int dir, struct status *st)
{
	struct status_parser p = { 0 };
	int err = proc_lines(dir, "status", read_status_line, &p);

	if (!err)
		err = status_finish(&p);
	*st = p.st;
	return err;
}

int proc_link_inum(int dir, const char *name, uint32_t *inum)
{
	char text[32];
	ssize_t len = readlinkat(dir, name, text, sizeof(text));

	if (len < 0)
		return -errno;
	/* What Linux 5.10 shows to a caller who may not read it. */
	return len ? nslink_parse(text, len, inum) : -EACCES;
}

/* What a failure at a file of a task means: gone, or not for this caller. */
static int task_error(int err)
{
	switch (err) {
	case -ENOENT:
	case -ESRCH:
		return -ESRCH;
	case -EACCES:
		return -EPERM;
	}
	return err;
}

/*
 * Opens and reads a task: @name, below @dir, which is the root or a process'
 * directory of threads.
 *
 * Return: 0; -ESRCH if it is gone; -EPERM if it may not be read; -EOPNOTSUPP if
 * its numbers are not shown.
 */
int proc_task_get(int dir, const char *name, struct proc_task *task)
{
	int err;

	task->dir = proc_open(dir, name, O_PATH | O_DIRECTORY);
	if (task->dir < 0)
		return task_error(task->dir);
	err = task_error(read_status(task->dir, &task->st));
	if (err)
		proc_task_put(task);
	return err;
}

/* The same for the task with a number, a process or not. */
int proc_task_nr(int root, pid_t nr, struct proc_task *task)
{
	char name[16];

	snprintf(name, sizeof(name), "%d", nr);
	return proc_task_get(root, name, task);
}

/* Holds a task once more, in a copy. Return: 0 or a negative errno. */
int proc_task_keep(const struct proc_task *task, struct proc_task *copy)
{
	*copy = *task;
	copy->dir = fcntl(task->dir, F_DUPFD_CLOEXEC, 0);
	return copy->dir < 0 ? -errno : 0;
}

void proc_task_put(struct proc_task *task)
{
	close(task->dir);
}

/* A task that is gone makes the kernel say EACCES, too. */
static int ns_error(const struct proc_task *task, int err)
{
	struct status st;

	if (err == -EACCES && read_status(task->dir, &st))
		return -ESRCH;
	return task_error(err);
}

int proc_task_inum(const struct proc_task *task, uint32_t *inum)
{
	return ns_error(task, proc_link_inum(task->dir, "ns/pid", inum));
}

/*
 * For a caller who may not follow the link, Linux 5.10 opens the directory that
 * it is in.
 *
 * Return: an nsfs file of the namespace a task lives in.
 */
int proc_task_ns(const struct proc_task *task)
{
	int fd = proc_open(task->dir, "ns/pid", O_RDONLY);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -EACCES;
	}
	return ns_error(task, fd);
}

/* Return: the directory of a process' threads. */
int proc_task_threads(const struct proc_task *task)
{
	int dir = proc_open(task->dir, "task", O_RDONLY | O_DIRECTORY);

	return dir < 0 ? task_error(dir) : dir;
}

/*
 * Shows the name of each task in a directory to @each, until that returns
 * nonzero.
 *
 * Return: what @each returned, or a negative errno.
 */
int proc_scan(int dir, int (*each)(int dir, const char *name, void *arg),
	      void *arg)
{
	/* A position of its own: other threads may walk at the same time. */
	int ret = 0, fd = proc_open(dir, ".", O_RDONLY | O_DIRECTORY);
	struct dirent *entry;
	DIR *stream;

	if (fd < 0)
		return task_error(fd);
	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return -ENOMEM;
	}
	while (!ret) {
		errno = 0;
		entry = readdir(stream);
		if (!entry) {
			ret = task_error(-errno);
			break;
		}
		if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9')
			ret = each(dir, entry->d_name, arg);
	}
	closedir(stream);
	return ret;
}
