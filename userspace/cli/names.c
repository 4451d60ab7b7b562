// SPDX-License-Identifier: GPL-2.0-only
/* What a person calls a PID namespace, and what the library calls it */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <linux/nsfs.h>

#include "message.h"
#include "names.h"
#include "task.h"

/* @text as a word for the shell, to be freed */
char *quoted(const char *text)
{
	const char *safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			   "0123456789_./:+-,@%";
	char *copy;

	if (*text && !text[strspn(text, safe)])
		copy = strdup(text);
	else if (asprintf(&copy, "'%s'", text) < 0)
		copy = NULL;
	if (!copy)
		out_of_memory();
	return copy;
}

/* With hidepid, /proc does not show every process; kill(2) knows them all. */
static int no_process(pid_t pid)
{
	if (kill(pid, 0) && errno == ESRCH)
		return fail(EXIT_FAILED,
			    "no process %d; 'pidmap list' lists those there are",
			    pid);
	return fail(EXIT_FAILED,
		    "/proc hides process %d from you (it is mounted with hidepid); run pidmap as the user of that process or as root",
		    pid);
}

/* An open file needs no identity right, so it is tried before the number. */
static int name_by_pid(pid_t pid, struct pidmap_nsref *ns)
{
	int fd = open_task_file(pid, "ns/pid");

	if (fd < 0 && errno == ENOENT)
		return no_process(pid);
	*ns = fd < 0 ? pidmap_ns_tid(pid) : pidmap_ns_fd(fd);
	return EXIT_ANSWERED;
}

static int name_by_fd(const char *text, int fd, struct pidmap_nsref *ns)
{
	if (ioctl(fd, NS_GET_NSTYPE) == CLONE_NEWPID) {
		*ns = pidmap_ns_fd(fd);
		return EXIT_ANSWERED;
	}
	if (errno == EBADF)
		return fail(EXIT_FAILED,
			    "'%s' is not open; open a file such as /proc/1/ns/pid there first",
			    text);
	return fail(EXIT_FAILED,
		    "'%s' is no PID namespace; name one such as /proc/1/ns/pid",
		    text);
}

static int name_by_path(const char *path, struct pidmap_nsref *ns)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);

	if (fd < 0)
		return fail(EXIT_FAILED,
			    "cannot open '%s': %s; name a file such as /proc/1/ns/pid that you may read",
			    path, strerror(errno));
	return name_by_fd(path, fd, ns);
}

/* Whether @fd is the namespace the caller looks from */
static bool is_view(const struct cli *cli, int fd)
{
	struct pidmap_info info;
	struct stat st;

	return !fstat(fd, &st) && !pidmap_info(cli->pm, &info, sizeof(info)) &&
	       info.inum == st.st_ino;
}

static int name_by_container(const struct cli *cli, const char *text,
			     const struct engine *engine, const char *name,
			     struct pidmap_nsref *ns)
{
	pid_t pid = 0;
	int status;

	if (!*name)
		return fail(EXIT_USAGE,
			    "no container named after '%s'; write %sNAME",
			    text, text);
	status = engine_pid(engine, name, &pid);
	if (!status)
		status = name_by_pid(pid, ns);
	if (!status && ns->kind == PIDMAP_NS_FD && is_view(cli, ns->value))
		fail(0, "note: the container '%s' has no PID namespace of its own; it lives in the one you look from",
		     text);
	return status;
}

static int bad_number(const char *text, int err)
{
	return fail(EXIT_USAGE, err == ERANGE ?
		    "the number in NS '%s' is too big; see 'pidmap --help' for NS" :
		    "'%s' names no PID namespace; see 'pidmap --help' for NS",
		    text);
}

/* The N of pid:N, pid:[N] or N alone, in a copy */
static char *inum_digits(const char *text)
{
	const char *number = after(text, "pid:");
	size_t length;
	char *digits;

	number = number ? number : text;
	length = strlen(number);
	if (*number == '[' && number[length - 1] == ']') {
		number++;
		length -= 2;
	}
	digits = strndup(number, length);
	if (!digits)
		out_of_memory();
	return digits;
}

static int name_by_inum(const char *text, struct pidmap_nsref *ns)
{
	char *digits = inum_digits(text);
	uint64_t inum;
	int err = parse_number(digits, UINT32_MAX, &inum);

	free(digits);
	if (err)
		return bad_number(text, err);
	*ns = pidmap_ns_inum(inum);
	return EXIT_ANSWERED;
}

/* The forms that are a number after a prefix */
static const struct numbered {
	const char *prefix;
	uint64_t max;
	enum pidmap_kind kind;
} numbered[] = {
	{ "id:", UINT64_MAX, PIDMAP_NS_ID },
	{ "level:", UINT32_MAX, PIDMAP_NS_LEVEL },
	{ "fd:", INT_MAX, PIDMAP_NS_FD },
	{ "", UINT32_MAX, PIDMAP_NS_TID },
};

static int name_by_number(const char *text, struct pidmap_nsref *ns)
{
	const struct numbered *form = numbered;
	const char *number;
	uint64_t value;
	int err;

	while (!(number = after(text, form->prefix)))
		form++;
	err = parse_number(number, form->max, &value);
	if (!err && form->kind == PIDMAP_NS_TID && !value)
		err = EINVAL;
	if (err)
		return bad_number(text, err);
	if (form->kind == PIDMAP_NS_FD)
		return name_by_fd(text, value, ns);
	/* No PID is as big as the inode number of any namespace. */
	if (form->kind == PIDMAP_NS_TID)
		return value > INT_MAX ? name_by_inum(text, ns) :
		       name_by_pid(value, ns);
	*ns = pidmap_ns_make(form->kind, value);
	return EXIT_ANSWERED;
}

/* Find out what the NS @text means; returns an exit code */
int name_ns(const struct cli *cli, const char *text, struct pidmap_nsref *ns)
{
	const struct engine *engine;
	const char *name;

	if (!strcmp(text, "self")) {
		*ns = pidmap_ns_view();
		return EXIT_ANSWERED;
	}
	if (after(text, "pid:"))
		return name_by_inum(text, ns);
	engine = find_engine(text, &name);
	if (engine)
		return name_by_container(cli, text, engine, name, ns);
	if (strchr(text, '/'))
		return name_by_path(text, ns);
	return name_by_number(text, ns);
}
