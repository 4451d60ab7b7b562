// SPDX-License-Identifier: GPL-2.0
/* The open library handle, and what its errors mean to a person */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli.h"

int open_backend(struct cli *cli)
{
	cli->pm = pidmap_open(cli->backend, 0);
	if (cli->pm)
		return EXIT_ANSWERED;
	if (!cli->backend)
		return fail(EXIT_NO_BACKEND,
			    "no back end is usable: %s; 'pidmap doctor' tells what to do",
			    strerror(errno));
	if (errno == EINVAL)
		return fail(EXIT_USAGE,
			    "no back end '%s'; it is device, nsfs or procfs, or several joined by '+'",
			    cli->backend);
	return fail(EXIT_NO_BACKEND,
		    "back end '%s' is not usable: %s; 'pidmap doctor' tells what to do",
		    cli->backend, strerror(errno));
}

static const struct reason {
	int err;
	const char *reason;
	const char *advice;
} reasons[] = {
	{ ENOENT, "there is no such PID namespace in view",
	  "'pidmap ns' lists those there are" },
	{ ESRCH, "it is not there", "'pidmap list' lists what is" },
	{ EPERM, "not permitted",
	  "run it with CAP_SYS_PTRACE, or see the rules in pidmap(4)" },
	{ EOPNOTSUPP, "this back end cannot know",
	  "'pidmap doctor' tells how to get the module" },
	{ EINVAL, "that is no PID namespace",
	  "name one such as /proc/1/ns/pid" },
};

/* The library failed with errno at what @format says */
int fail_call(const char *format, ...)
{
	const char *reason = strerror(errno);
	const char *advice = "'pidmap doctor' may tell what to do";
	char what[256];
	va_list args;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].err == errno) {
			reason = reasons[i].reason;
			advice = reasons[i].advice;
		}
	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	return fail(EXIT_FAILED, "cannot %s: %s; %s", what, reason, advice);
}

const char *type_name(enum pidmap_type type)
{
	static const char *const names[] = {
		[PIDMAP_TID] = "tid",
		[PIDMAP_TGID] = "tgid",
		[PIDMAP_PGID] = "pgid",
		[PIDMAP_SID] = "sid",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

unsigned int view_level(const struct cli *cli)
{
	struct pidmap_info info;

	return pidmap_info(cli->pm, &info, sizeof(info)) ?
	       PIDMAP_LEVEL_UNKNOWN : info.level;
}

struct json_object *level_json(unsigned int level)
{
	return level == PIDMAP_LEVEL_UNKNOWN ? NULL :
	       json_object_new_int64(level);
}

/* 0 means unknown, or not to be known */
struct json_object *known_json(uint64_t value)
{
	return value ? json_object_new_uint64(value) : NULL;
}

/* How many bytes the character at @text takes; 0 where that is no UTF-8 */
static int utf8_length(const unsigned char *text)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	int length = *text < 0xc0 ? 1 : *text < 0xe0 ? 2 : *text < 0xf0 ? 3 : 4;
	uint32_t code = *text & (0x7f >> length);

	if (length == 1)
		return *text < 0x80;
	for (int i = 1; i < length; i++) {
		if ((text[i] & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (text[i] & 0x3f);
	}
	if (*text > 0xf4 || code < least[length] || code > 0x10ffff ||
	    (code >= 0xd800 && code < 0xe000))
		return 0;
	return length;
}

/* The kernel cuts names off after 15 bytes, in the midst of a character too. */
static void make_utf8(char *text)
{
	for (int length; *text; text += length) {
		length = utf8_length((unsigned char *)text);
		if (!length) {
			*text = '?';
			length = 1;
		}
	}
}

/* The name of the program that a task of ours runs */
int read_command(pid_t tid, char *command, int size)
{
	char path[40];
	FILE *file;
	int length = 0;

	snprintf(path, sizeof(path), "/proc/%d/comm", tid);
	file = fopen(path, "re");
	if (file) {
		length = fread(command, 1, size - 1, file);
		fclose(file);
	}
	if (length && command[length - 1] == '\n')
		length--;
	command[length] = '\0';
	make_utf8(command);
	return length;
}

struct json_object *command_json(pid_t tid)
{
	char command[64];
	int length = read_command(tid, command, sizeof(command));

	return length ? json_object_new_string_len(command, length) : NULL;
}

struct json_object *numbers_json(const struct pidmap_task *task)
{
	struct json_object *numbers = json_object_new_array();

	for (int i = 0; i < task->levels; i++)
		json_object_array_add(numbers,
				      json_object_new_int(pidmap_task_nr(task)[i]));
	return numbers;
}

/* The tasks of the namespace that the operand names, by default the view */
int take_snapshot(const struct cli *cli, int argc, char **argv,
		  struct pidmap_snapshot **snapshot)
{
	const char *name = argc ? argv[0] : "self";
	struct pidmap_nsref ns;
	int status = name_ns(name, &ns);

	if (status)
		return status;
	*snapshot = pidmap_snapshot_new(cli->pm, ns, cli->threads ?
					PIDMAP_LIST_THREADS : 0);
	return *snapshot ? EXIT_ANSWERED : fail_call("list '%s'", name);
}
