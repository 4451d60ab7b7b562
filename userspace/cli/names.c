// SPDX-License-Identifier: GPL-2.0
/* What a person calls a PID namespace, and what the library calls it */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <linux/nsfs.h>

#include "cli.h"

extern char **environ;

/**
 * struct engine - a container engine
 * @name: its prefix in NS
 * @list: the command that lists its containers
 * @argv: the command that tells the PID of a container's init, but its name
 */
static const struct engine {
	const char *name;
	const char *list;
	const char *argv[8];
} engines[] = {
	{ "podman", "podman ps -a",
	  { "podman", "inspect", "--type", "container", "-f",
	    "{{.State.Pid}}", "--" } },
	{ "docker", "docker ps -a",
	  { "docker", "inspect", "--type", "container", "-f",
	    "{{.State.Pid}}", "--" } },
	{ "lxc", "lxc-ls -f", { "lxc-info", "-p", "-H", "-n" } },
	{ "machine", "machinectl list",
	  { "machinectl", "show", "-p", "Leader", "--value", "--" } },
};

static int spawn(const char *const *argv, int out, pid_t *child)
{
	posix_spawn_file_actions_t actions;
	int err;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
					 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
					 O_WRONLY, 0);
	err = posix_spawnp(child, argv[0], &actions, NULL, (char **)argv,
			   environ);
	posix_spawn_file_actions_destroy(&actions);
	return err;
}

/* Read the first line that @argv prints; 0 or an errno, @status of the child */
static int first_line(const char *const *argv, char *line, int size,
		      int *status)
{
	int pipefd[2];
	pid_t child;
	FILE *out;
	int err;

	if (pipe2(pipefd, O_CLOEXEC))
		return errno;
	err = spawn(argv, pipefd[1], &child);
	close(pipefd[1]);
	out = fdopen(pipefd[0], "r");
	*line = '\0';
	if (!err && fgets(line, size, out))
		line[strcspn(line, "\n")] = '\0';
	fclose(out);
	if (!err)
		waitpid(child, status, 0);
	return err;
}

static int container_pid(const struct engine *engine, const char *name,
			 uint64_t *pid)
{
	const char *argv[ARRAY_SIZE(engine->argv) + 2] = { NULL };
	char line[32];
	int status = 0;
	size_t i;
	int err;

	for (i = 0; engine->argv[i]; i++)
		argv[i] = engine->argv[i];
	argv[i] = name;
	err = first_line(argv, line, sizeof(line), &status);
	if (err)
		return fail(EXIT_FAILED,
			    "cannot run %s for '%s:%s': %s; install it, or name the namespace by a PID",
			    argv[0], engine->name, name, strerror(err));
	if (status)
		return fail(EXIT_FAILED,
			    "%s tells of no container '%s'; '%s' lists those there are",
			    argv[0], name, engine->list);
	if (parse_number(line, INT_MAX, pid) || !*pid)
		return fail(EXIT_FAILED,
			    "the container '%s:%s' does not run; start it first",
			    engine->name, name);
	return EXIT_ANSWERED;
}

/* Whether the PIDs in /proc are those of our own PID namespace */
static bool proc_is_ours(void)
{
	char target[16] = "";

	return readlink("/proc/self", target, sizeof(target) - 1) > 0 &&
	       atoi(target) == getpid();
}

/* An open file needs no identity right, so it is tried before the number. */
static int name_by_pid(uint64_t pid, struct pidmap_nsref *ns)
{
	char path[40];
	int fd = -1;

	snprintf(path, sizeof(path), "/proc/%llu/ns/pid",
		 (unsigned long long)pid);
	if (proc_is_ours()) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT)
			return fail(EXIT_FAILED,
				    "no process %llu; 'pidmap list' lists those there are",
				    (unsigned long long)pid);
	}
	*ns = fd < 0 ? pidmap_ns_tid(pid) : pidmap_ns_fd(fd);
	return EXIT_ANSWERED;
}

static int name_by_fd(const char *text, int fd, struct pidmap_nsref *ns)
{
	if (ioctl(fd, NS_GET_NSTYPE) != CLONE_NEWPID)
		return fail(EXIT_FAILED,
			    "'%s' is no PID namespace; name one such as /proc/1/ns/pid",
			    text);
	*ns = pidmap_ns_fd(fd);
	return EXIT_ANSWERED;
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

static int name_by_container(const struct engine *engine, const char *name,
			     struct pidmap_nsref *ns)
{
	uint64_t pid = 0;
	int status;

	if (!*name)
		return fail(EXIT_USAGE,
			    "no container named after '%s:'; write %s:NAME",
			    engine->name, engine->name);
	status = container_pid(engine, name, &pid);
	return status ? status : name_by_pid(pid, ns);
}

/* What follows @prefix in @text, or NULL */
static const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

static int bad_number(const char *text, int err)
{
	return fail(EXIT_USAGE, err == ERANGE ?
		    "the number in NS '%s' is too big; see 'pidmap --help' for NS" :
		    "'%s' names no PID namespace; see 'pidmap --help' for NS",
		    text);
}

static int name_by_inum(const char *text, const char *number,
			struct pidmap_nsref *ns)
{
	size_t length = strcspn(number, "]");
	char *digits = strndup(number, length);
	int err = EINVAL;
	uint64_t inum;

	if (!digits)
		out_of_memory();
	if (!strcmp(number + length, "]"))
		err = parse_number(digits, UINT32_MAX, &inum);
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
	{ "", INT_MAX, PIDMAP_NS_TID },
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
	if (form->kind == PIDMAP_NS_TID)
		return name_by_pid(value, ns);
	if (form->kind == PIDMAP_NS_FD)
		return name_by_fd(text, value, ns);
	*ns = pidmap_ns_make(form->kind, value);
	return EXIT_ANSWERED;
}

/* Find out what the NS @text means; returns an exit code */
int name_ns(const char *text, struct pidmap_nsref *ns)
{
	const char *rest;

	if (!strcmp(text, "self")) {
		*ns = pidmap_ns_view();
		return EXIT_ANSWERED;
	}
	rest = after(text, "pid:[");
	if (rest)
		return name_by_inum(text, rest, ns);
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		rest = after(text, engines[i].name);
		if (rest && *rest == ':')
			return name_by_container(&engines[i], rest + 1, ns);
	}
	if (strchr(text, '/'))
		return name_by_path(text, ns);
	return name_by_number(text, ns);
}
