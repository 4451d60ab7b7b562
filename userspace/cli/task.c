// SPDX-License-Identifier: GPL-2.0-only
/* What /proc says about a task, for numbers that the library returned */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "message.h"
#include "task.h"
#include "text.h"

#define PF_KTHREAD	0x00200000

static struct pidmap *source;
static int proc = -1;

/* From now on, numbers of tasks are those of the view of @pm. */
void tasks_of(struct pidmap *pm)
{
	source = pm;
}

/* Whether the procfs @root is that of the namespace @ns: number 1 lives in it */
static bool is_proc_of(int root, int ns)
{
	int init = openat(root, "1/ns/pid", O_RDONLY | O_CLOEXEC);
	struct stat a, b;
	bool same = init >= 0 && !fstat(init, &a) && !fstat(ns, &b) &&
		    a.st_dev == b.st_dev && a.st_ino == b.st_ino;

	if (init >= 0)
		close(init);
	return same;
}

/*
 * From now on, numbers of tasks are those of the namespace @ns, whose file is
 * @path. If that is ROOT/PID/ns/pid, its procfs is at hand.
 */
void tasks_below(const char *path, int ns)
{
	char *root = strdup(path), *end = NULL;

	if (!root)
		out_of_memory();
	for (int i = 0; i < 3; i++) {
		end = strrchr(root, '/');
		if (end)
			*end = '\0';
	}
	source = NULL;
	proc = end ? open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
	if (proc >= 0 && !is_proc_of(proc, ns)) {
		close(proc);
		proc = -1;
	}
	free(root);
}

/* Never through /proc itself: its numbers may be those of other processes. */
int open_task_file(pid_t tid, const char *name)
{
	char path[64];

	if (proc < 0 && source)
		proc = pidmap_open_proc(source);
	source = NULL;
	if (proc < 0) {
		errno = EOPNOTSUPP;
		return -1;
	}
	snprintf(path, sizeof(path), "%d/%s", tid, name);
	return openat(proc, path, O_RDONLY | O_CLOEXEC);
}

/* The beginning of a file, as a string; its length, or -1 */
ssize_t read_task_file(pid_t tid, const char *name, char *text, size_t size)
{
	int fd = open_task_file(tid, name);
	ssize_t length = -1;

	if (fd >= 0) {
		length = read(fd, text, size - 1);
		close(fd);
	}
	text[length > 0 ? length : 0] = '\0';
	return length;
}

/* The name of the program that a task runs, in COMMAND_SIZE bytes */
int read_command(pid_t tid, char *command)
{
	ssize_t length = read_task_file(tid, "comm", command, COMMAND_SIZE);

	if (length > 0 && command[length - 1] == '\n')
		command[--length] = '\0';
	make_utf8(command);
	return length;
}

/* The kernel's task flags are the ninth field of /proc/PID/stat. */
bool is_kernel_thread(pid_t tid)
{
	unsigned int flags = 0;
	char stat[512], *end;

	if (read_task_file(tid, "stat", stat, sizeof(stat)) < 0)
		return false;
	end = strrchr(stat, ')');
	return end && sscanf(end, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & PF_KTHREAD;
}

struct json_object *command_json(pid_t tid)
{
	char command[COMMAND_SIZE];

	return read_command(tid, command) > 0 ?
	       json_object_new_string(command) : NULL;
}

/* As ps(1) shows it: what has no arguments is its name in brackets */
struct json_object *args_json(pid_t tid)
{
	char args[1 << 12], command[COMMAND_SIZE];
	ssize_t length = read_task_file(tid, "cmdline", args, sizeof(args));

	while (length > 0 && !args[length - 1])
		length--;
	for (ssize_t i = 0; i < length; i++)
		if (!args[i])
			args[i] = ' ';
	if (length <= 0) {
		if (read_command(tid, command) <= 0)
			return NULL;
		snprintf(args, sizeof(args), "[%s]", command);
	}
	make_utf8(args);
	return json_object_new_string(args);
}

struct json_object *uid_json(pid_t tid)
{
	char status[1 << 12], *line;
	unsigned int uid;

	if (read_task_file(tid, "status", status, sizeof(status)) < 0)
		return NULL;
	line = strstr(status, "\nUid:");
	return line && sscanf(line, "\nUid: %*u %u", &uid) == 1 ?
	       json_object_new_int64(uid) : NULL;
}

struct json_object *numbers_json(const struct pidmap_task *task)
{
	struct json_object *numbers = json_object_new_array();

	for (int i = 0; i < task->levels; i++)
		json_object_array_add(numbers,
				      json_object_new_int(pidmap_task_nr(task)[i]));
	return numbers;
}
