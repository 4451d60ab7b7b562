// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Reading /proc.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "internal.h"
#include "proc.h"

enum {
	SEEN_TGID	= 1 << 0,
	SEEN_PID	= 1 << 1,
	SEEN_PPID	= 1 << 2,
	SEEN_NUMBERS	= 1 << 3,	/* and the three bits above it */
};

/* Reads a decimal number at *@p, before @end. */
static bool number(const char **p, const char *end, uint64_t max,
		   uint64_t *value)
{
	const char *c = *p;

	*value = 0;
	while (c < end && *c >= '0' && *c <= '9') {
		*value = *value * 10 + (*c++ - '0');
		if (*value > max)
			return false;
	}
	if (c == *p)
		return false;
	*p = c;
	return true;
}

static bool literal(const char **p, const char *end, const char *text)
{
	size_t len = strlen(text);

	if ((size_t)(end - *p) < len || memcmp(*p, text, len) != 0)
		return false;
	*p += len;
	return true;
}

/* Numbers up to the end of the line, a tab before each. Return: how many. */
static int numbers(const char *p, const char *end, pid_t *nr, unsigned int room)
{
	unsigned int count = 0;
	uint64_t value;

	while (p < end) {
		if (count == room)
			return -EOPNOTSUPP;
		if (!literal(&p, end, "\t") ||
		    !number(&p, end, INT_MAX, &value))
			return -EIO;
		nr[count++] = value;
	}
	return count;
}

/*
 * One line of a status file. A task's name cannot begin a line: the kernel
 * escapes newlines in it.
 */
void status_line(void *arg, const char *line, size_t len)
{
	struct status_parser *p = arg;
	const struct {
		const char *name;
		unsigned int seen;
		pid_t *nr;
		unsigned int room;
		unsigned int *count;
	} fields[] = {
		{ "Tgid:", SEEN_TGID, &p->tgid, 1, NULL },
		{ "Pid:", SEEN_PID, &p->pid, 1, NULL },
		{ "PPid:", SEEN_PPID, &p->st.ppid, 1, NULL },
		{ "NSpid:", SEEN_NUMBERS << 0, p->st.tid, PIDMAP_MAX_PIDS,
		  &p->count[0] },
		{ "NStgid:", SEEN_NUMBERS << 1, p->st.tgid, PIDMAP_MAX_PIDS,
		  &p->count[1] },
		{ "NSpgid:", SEEN_NUMBERS << 2, p->st.pgid, PIDMAP_MAX_PIDS,
		  &p->count[2] },
		{ "NSsid:", SEEN_NUMBERS << 3, p->st.sid, PIDMAP_MAX_PIDS,
		  &p->count[3] },
	};
	const char *end = line + len;
	size_t i;
	int n;

	for (i = 0; i < ARRAY_SIZE(fields); i++) {
		const char *c = line;

		if (!literal(&c, end, fields[i].name))
			continue;
		n = numbers(c, end, fields[i].nr, fields[i].room);
		if (n < 1 && !p->err)
			p->err = n ? n : -EIO;
		if (fields[i].count)
			*fields[i].count = n;
		p->seen |= fields[i].seen;
		return;
	}
}

/*
 * Return: 0; -ESRCH where the task was being reaped; -EIO where the file makes
 * no sense; -EOPNOTSUPP where it has more numbers than there can be levels.
 */
int status_finish(struct status_parser *p)
{
	static const unsigned int must = SEEN_TGID | SEEN_PID | SEEN_PPID;
	static const unsigned int ns = SEEN_NUMBERS * 15;

	if (p->err)
		return p->err;
	if ((p->seen & must) != must)
		return -EIO;
	if (!p->tgid || !p->pid)
		return -ESRCH;
	if (!(p->seen & ns)) {
		p->st.tid[0] = p->pid;
		p->st.tgid[0] = p->tgid;
		return 0;
	}
	if ((p->seen & ns) != ns || p->count[0] != p->count[1] ||
	    p->count[0] != p->count[2] || p->count[0] != p->count[3])
		return -EIO;
	p->st.levels = p->count[0];
	/* Between two lines the task may have gone. */
	return p->st.tgid[p->st.levels - 1] ? 0 : -ESRCH;
}

int status_parse(const char *text, size_t len, struct status *st)
{
	struct status_parser p = { 0 };
	const char *end = text + len;
	int err;

	while (text < end) {
		const char *nl = memchr(text, '\n', end - text);

		if (!nl)
			nl = end;
		status_line(&p, text, nl - text);
		text = nl + 1;
	}
	err = status_finish(&p);
	*st = p.st;
	return err;
}

/*
 * The PGID and SID in a stat file. The task's name may hold anything, so they
 * are counted from its last parenthesis.
 */
int stat_parse(const char *text, size_t len, pid_t *pgid, pid_t *sid)
{
	const char *p = memrchr(text, ')', len), *end = text + len;
	uint64_t value[3];
	int i;

	if (!p || end - p < 4 || p[1] != ' ' || p[3] != ' ')
		return -EIO;
	p += 3;
	for (i = 0; i < 3; i++) {
		if (!literal(&p, end, " "))
			return -EIO;
		/* -1: the task is being reaped */
		if (literal(&p, end, "-1"))
			return -ESRCH;
		if (!number(&p, end, INT_MAX, &value[i]))
			return -EIO;
	}
	*pgid = value[1];
	*sid = value[2];
	return 0;
}

/* What a link like /proc/self/ns/pid says: "pid:[4026531836]" */
int nslink_parse(const char *text, size_t len, uint32_t *inum)
{
	const char *end = text + len;
	uint64_t value;

	if (!literal(&text, end, "pid:[") ||
	    !number(&text, end, UINT32_MAX, &value) ||
	    !literal(&text, end, "]") || text != end)
		return -EIO;
	*inum = value;
	return 0;
}

/* The number in the fdinfo of a pidfd; -EBADF where it is no pidfd. */
int pidfd_parse(const char *text, size_t len, pid_t *nr)
{
	const char *p = text, *end = text + len;
	uint64_t value;

	while (p && p < end) {
		if (literal(&p, end, "Pid:\t")) {
			/* -1: reaped. 0: not in this /proc's namespace. */
			if (literal(&p, end, "-1"))
				return -ESRCH;
			if (!number(&p, end, INT_MAX, &value))
				return -EIO;
			*nr = value;
			return value ? 0 : -ESRCH;
		}
		p = memchr(p, '\n', end - p);
		if (p)
			p++;
	}
	return -EBADF;
}

/* Three digits of a byte's value */
static bool octal(const char *c)
{
	return c[0] >= '0' && c[0] <= '3' && c[1] >= '0' && c[1] <= '7' &&
	       c[2] >= '0' && c[2] <= '7';
}

/* Undoes mountinfo's \040 and the like. */
static bool unescape(const char *from, size_t len, char *to, size_t room)
{
	const char *end = from + len;

	while (from < end && room-- > 1) {
		if (*from == '\\' && end - from >= 4 && octal(from + 1)) {
			*to++ = (from[1] - '0') << 6 | (from[2] - '0') << 3 |
				(from[3] - '0');
			from += 4;
		} else {
			*to++ = *from++;
		}
	}
	if (from < end || !room)
		return false;
	*to = '\0';
	return true;
}

/*
 * A line of mountinfo. Return: whether it is a whole procfs; then its device,
 * whether it hides processes from some, and where it is mounted.
 */
bool mount_parse(const char *line, size_t len, unsigned int *major,
		 unsigned int *minor, bool *hides, char *path, size_t room)
{
	const char *end = line + len, *word = line, *point = NULL, *p;
	size_t point_len = 0;
	uint64_t a, b;
	int field;

	*hides = false;
	/* ID parent major:minor root mount-point opts... - type source options */
	for (field = 0; word < end; field++, word = p + 1) {
		p = memchr(word, ' ', end - word);
		if (!p)
			return false;
		if (field == 2) {
			const char *c = word;

			if (!number(&c, p, UINT_MAX, &a) ||
			    !literal(&c, p, ":") ||
			    !number(&c, p, UINT_MAX, &b))
				return false;
			*major = a;
			*minor = b;
		} else if (field == 3 && (p - word != 1 || *word != '/')) {
			return false;
		} else if (field == 4) {
			point = word;
			point_len = p - word;
		} else if (field > 5 && p - word == 1 && *word == '-') {
			word = p + 1;
			break;
		}
	}
	if (!point || word >= end || !literal(&word, end, "proc "))
		return false;
	p = memchr(word, ' ', end - word);
	for (; p && p < end; p = memchr(p, ',', end - p)) {
		p++;
		if (literal(&p, end, "hidepid=") &&
		    !(p < end && (*p == '0' || *p == 'o')))
			*hides = true;
	}
	return unescape(point, point_len, path, room);
}

static int proc_open(int dir, const char *name, int flags)
{
	int fd = openat(dir, name, flags | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

/* All of a short file. Return: its length. */
static ssize_t read_file(int dir, const char *name, char *buf, size_t room)
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
 * Shows each line of a file to @each. A line too long to be of interest (a
 * status file may list 65,536 groups) is left out.
 */
static int read_lines(int dir, const char *name,
		      void (*each)(void *arg, const char *line, size_t len),
		      void *arg)
{
	int fd = proc_open(dir, name, O_RDONLY);
	bool skip = false;
	size_t have = 0;
	char buf[4096];
	ssize_t n;

	if (fd < 0)
		return fd;
	while ((n = read(fd, buf + have, sizeof(buf) - have)) > 0) {
		char *line = buf, *nl;

		have += n;
		while ((nl = memchr(line, '\n', buf + have - line))) {
			if (!skip)
				each(arg, line, nl - line);
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
	if (n < 0)
		n = -errno;
	close(fd);
	return n;
}

static int read_status(int dir, struct status *st)
{
	struct status_parser p = { 0 };
	int err = read_lines(dir, "status", status_line, &p);

	if (!err)
		err = status_finish(&p);
	*st = p.st;
	return err;
}

int proc_link_inum(int dir, const char *name, uint32_t *inum)
{
	char text[32];
	ssize_t len = readlinkat(dir, name, text, sizeof(text));

	return len < 0 ? -errno : nslink_parse(text, len, inum);
}

/*
 * Does this /proc belong to the namespace the caller lives in? Then /proc/self
 * leads to the caller, and it has one number from there down.
 */
static bool root_is_view(int root)
{
	int self = proc_open(root, "self", O_PATH | O_DIRECTORY);
	uint32_t own = 0, init = 0;
	struct status st;
	bool is_view;

	if (self < 0)
		return false;
	is_view = !read_status(self, &st) && st.tgid[0] == getpid();
	if (st.levels)
		is_view &= st.levels == 1;
	else	/* A kernel that does not tell: where does number 1 live? */
		is_view &= !proc_link_inum(self, "ns/pid", &own) &&
			   !proc_link_inum(root, "1/ns/pid", &init) &&
			   own == init;
	close(self);
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

static void try_mount(void *arg, const char *line, size_t len)
{
	unsigned int major, minor;
	char path[PATH_MAX];
	int *root = arg;
	bool hides;

	if (*root < 0 && mount_parse(line, len, &major, &minor, &hides, path,
				     sizeof(path)))
		*root = try_root(path);
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
		read_lines(AT_FDCWD, "/proc/thread-self/mountinfo", try_mount,
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

static void match_mount(void *arg, const char *line, size_t len)
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
}

/* Is this procfs mounted with hidepid? True where that cannot be known. */
bool proc_hides(int root)
{
	struct mount_search s = { 0 };
	struct stat st;

	if (fstat(root, &st))
		return true;
	s.dev = st.st_dev;
	read_lines(root, "thread-self/mountinfo", match_mount, &s);
	return !s.found || s.hides;
}

/* Return: the number in the view of what a pidfd refers to. */
int proc_pidfd_nr(int root, int pidfd)
{
	char name[48], text[1024];
	ssize_t len;
	pid_t nr;
	int err;

	if (fcntl(pidfd, F_GETFD) < 0)
		return -EBADF;
	snprintf(name, sizeof(name), "thread-self/fdinfo/%d", pidfd);
	len = read_file(root, name, text, sizeof(text));
	if (len < 0)
		return len;
	err = pidfd_parse(text, len, &nr);
	return err ? err : nr;
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

/* Kernels before 4.1: the numbers are known where there is just one. */
static int complete_status(int root, struct proc_task *task)
{
	uint32_t own = 0, inum = 0;
	char text[1024];
	ssize_t len;
	int err;

	err = proc_link_inum(root, "self/ns/pid", &own);
	if (!err)
		err = proc_task_inum(task, &inum);
	if (err)
		return err;
	if (inum != own)
		return -EOPNOTSUPP;
	len = read_file(task->dir, "stat", text, sizeof(text));
	if (len < 0)
		return task_error(len);
	task->st.levels = 1;
	return stat_parse(text, len, &task->st.pgid[0], &task->st.sid[0]);
}

/*
 * Opens and reads a task: @name, below @dir, which is the root or a process'
 * directory of threads.
 *
 * Return: 0; -ESRCH where it is gone; -EPERM where it may not be read;
 * -EOPNOTSUPP where its numbers are not told.
 */
int proc_task_get(int root, int dir, const char *name,
		  struct proc_task *task)
{
	int err;

	task->dir = proc_open(dir, name, O_PATH | O_DIRECTORY);
	if (task->dir < 0)
		return task_error(task->dir);
	err = task_error(read_status(task->dir, &task->st));
	if (!err && !task->st.levels)
		err = complete_status(root, task);
	if (err)
		proc_task_put(task);
	return err;
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

/* Return: an nsfs file of the namespace a task lives in. */
int proc_task_ns(const struct proc_task *task)
{
	return ns_error(task, proc_open(task->dir, "ns/pid", O_RDONLY));
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
