// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * What the files of /proc say: pure parsers, text in and a struct out.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>

#include "internal.h"
#include "proc.h"

enum {
	SEEN_TGID	= 1 << 0,
	SEEN_PID	= 1 << 1,
	SEEN_PPID	= 1 << 2,
	SEEN_NUMBERS	= 1 << 3,	/* and the three bits above it */
	SEEN_ALL	= (SEEN_NUMBERS << 4) - 1,
	SEEN_THREADS	= SEEN_NUMBERS << 4,
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

/* The lines of a status file that are of interest. */
static const struct field {
	const char *name;
	unsigned int seen;
	size_t numbers;		/* where they go in a struct status_parser */
	unsigned int room;
	int count;		/* index of how many, or -1 */
} fields[] = {
#define IN(member)	offsetof(struct status_parser, member)
	{ "Tgid:", SEEN_TGID, IN(tgid), 1, -1 },
	{ "Pid:", SEEN_PID, IN(pid), 1, -1 },
	{ "PPid:", SEEN_PPID, IN(st.ppid), 1, -1 },
	{ "NStgid:", SEEN_NUMBERS << 0, IN(st.tgid), PIDMAP_MAX_PIDS, 0 },
	{ "NSpid:", SEEN_NUMBERS << 1, IN(st.tid), PIDMAP_MAX_PIDS, 1 },
	{ "NSpgid:", SEEN_NUMBERS << 2, IN(st.pgid), PIDMAP_MAX_PIDS, 2 },
	{ "NSsid:", SEEN_NUMBERS << 3, IN(st.sid), PIDMAP_MAX_PIDS, 3 },
	{ "Threads:", SEEN_THREADS, IN(threads), 1, -1 },
#undef IN
};

/* They differ in their first four bytes, and few other lines begin so. */
#define KEY	4

static void field_line(struct status_parser *p, const struct field *field,
		       const char *c, const char *end)
{
	int n = numbers(c, end, (pid_t *)((char *)p + field->numbers),
			field->room);

	if (n < 1 && !p->err)
		p->err = n ? n : -EIO;
	if (field->count >= 0)
		p->count[field->count] = n;
	p->seen |= field->seen;
}

/*
 * One line of a status file. A task's name cannot begin a line: the kernel
 * escapes newlines in it.
 */
void status_line(struct status_parser *p, const char *line, size_t len)
{
	const char *c = line, *end = line + len;

	if (len < KEY)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		if (memcmp(line, fields[i].name, KEY) != 0 ||
		    !literal(&c, end, fields[i].name))
			continue;
		field_line(p, &fields[i], c, end);
		return;
	}
	/* Z: a zombie, X: it is about to go. */
	if (!memcmp(line, "Stat", KEY) && literal(&c, end, "State:\t") &&
	    c < end && (*c == 'Z' || *c == 'X'))
		p->st.flags = PIDMAP_TASK_EXITED;
}

/* Was everything seen? Then the rest of the file need not be read. */
bool status_complete(const struct status_parser *p)
{
	unsigned int all = SEEN_ALL;

	/* A process has ended if its leader has and is its only thread. */
	if (p->st.flags)
		all |= SEEN_THREADS;
	return (p->seen & all) == all;
}

/*
 * Return: 0; -ESRCH if the task was being reaped; -EIO if the file makes no
 * sense; -EOPNOTSUPP if it has more numbers than there can be levels, or none
 * (a kernel without PID namespaces).
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
	if (!(p->seen & ns))
		return -EOPNOTSUPP;
	if ((p->seen & ns) != ns || p->count[0] != p->count[1] ||
	    p->count[0] != p->count[2] || p->count[0] != p->count[3])
		return -EIO;
	p->st.levels = p->count[0];
	if (p->st.flags && p->tgid == p->pid && p->threads == 1)
		p->st.flags |= PIDMAP_TASK_ENDED;
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
	/* ID parent major:minor root point opts... - type source options */
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
