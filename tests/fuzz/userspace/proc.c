// SPDX-License-Identifier: GPL-2.0-only
/*
 * The parsers of /proc: any text is survived, and what is written in the
 * kernel's form is read back as it was. The first letter says which parser; in
 * upper case, the rest is not the text but what to write and read back.
 */
#include "fuzz.h"

#include <limits.h>
#include <string.h>

#include "proc.h"

/* In memory of just that size, so that a byte too far is seen. */
static char *copy(const uint8_t *data, size_t size)
{
	char *text = malloc(size ? size : 1);

	if (size)
		memcpy(text, data, size);
	return text;
}

static void check_numbers(const pid_t *nr, unsigned int levels)
{
	while (levels--)
		must(nr[levels] >= 0);
}

static void status_any(const char *text, size_t len)
{
	struct status_parser p = { 0 };
	struct status st;
	int err = status_parse(text, len, &st);
	const char *end = text + len, *nl;

	must(st.levels <= PIDMAP_MAX_PIDS);
	if (!err) {
		must(st.levels > 0);
		check_numbers(st.tid, st.levels);
		check_numbers(st.tgid, st.levels);
		check_numbers(st.pgid, st.levels);
		check_numbers(st.sid, st.levels);
		must(st.ppid >= 0 && st.tgid[st.levels - 1] > 0);
	}
	/* line by line, as a file is read, it is the same */
	for (; text < end; text = nl + 1) {
		nl = memchr(text, '\n', end - text);
		if (!nl)
			nl = end;
		status_line(&p, text, nl - text);
	}
	must(status_finish(&p) == err);
	must(!memcmp(&p.st, &st, sizeof(st)));
}

static void print_numbers(FILE *f, const char *name, const pid_t *nr,
			  unsigned int levels)
{
	fputs(name, f);
	for (unsigned int i = 0; i < levels; i++)
		fprintf(f, "\t%d", nr[i]);
	fputc('\n', f);
}

static pid_t number(struct bytes *b)
{
	return word(b) >> byte(b) % 31 & INT_MAX;
}

static void status_written(struct bytes *b)
{
	struct status in = { .levels = 1 + byte(b) % PIDMAP_MAX_PIDS }, out;
	unsigned int i, groups = byte(b), n = in.levels;
	size_t len;
	char *text;
	FILE *f = open_memstream(&text, &len);

	for (i = 0; i < n; i++) {
		in.tid[i] = number(b);
		in.tgid[i] = number(b);
		in.pgid[i] = number(b);
		in.sid[i] = number(b);
	}
	in.tid[0] |= 1;
	in.tgid[0] |= 1;
	in.tgid[n - 1] |= 1;
	in.ppid = number(b);
	fprintf(f, "Name:\tNSpid:\nState:\tS (sleeping)\nTgid:\t%d\nPid:\t%d\nPPid:\t%d\nGroups:\t",
		in.tgid[0], in.tid[0], in.ppid);
	while (groups--)
		fprintf(f, "%d ", groups);
	fputc('\n', f);
	print_numbers(f, "NStgid:", in.tgid, n);
	print_numbers(f, "NSpid:", in.tid, n);
	print_numbers(f, "NSpgid:", in.pgid, n);
	print_numbers(f, "NSsid:", in.sid, n);
	fclose(f);
	must(status_parse(text, len, &out) == 0);
	must(!memcmp(&in, &out, sizeof(in)));
	free(text);
}

static void nslink_any(const char *text, size_t len)
{
	uint32_t inum;
	char again[32], *plain = strndup(text, len), *p;

	if (!nslink_parse(text, len, &inum)) {
		snprintf(again, sizeof(again), "pid:[%u]", inum);
		/* but for leading zeros */
		for (p = plain + 5; *p == '0' && p[1] != ']'; p++)
			;
		memmove(plain + 5, p, strlen(p) + 1);
		must(!strcmp(plain, again));
	}
	free(plain);
}

static void nslink_written(struct bytes *b)
{
	uint32_t in = word(b), out;
	char text[32];
	int len = snprintf(text, sizeof(text), "pid:[%u]", in);

	must(!nslink_parse(text, len, &out) && in == out);
	must(nslink_parse(text, len - 1, &out));
}

static void pidfd_any(const char *text, size_t len)
{
	pid_t nr = -1;

	if (!pidfd_parse(text, len, &nr))
		must(nr > 0);
}

static void pidfd_written(struct bytes *b)
{
	pid_t in = number(b) | 1, out;
	char text[128];
	int len = snprintf(text, sizeof(text),
			   "pos:\t0\nflags:\t02000002\nmnt_id:\t15\nino:\t%u\nPid:\t%d\nNSpid:\t%d\t1\n",
			   byte(b), in, in);

	must(!pidfd_parse(text, len, &out) && in == out);
}

static void mount_any(const char *text, size_t len)
{
	unsigned int major, minor, room = 1 + len / 2;
	char *path = malloc(room);
	bool hides;

	if (mount_parse(text, len, &major, &minor, &hides, path, room))
		must(memchr(path, '\0', room));
	free(path);
}

/* A mount point, escaped as the kernel does it */
static void mount_written(struct bytes *b)
{
	bool hides, hidden = byte(b) & 1;
	unsigned int major, minor, want = byte(b);
	char in[64], out[64], line[512], *p = line;
	size_t n = 0;

	while (b->next < b->end && n < sizeof(in) - 1)
		if (*b->next && *b->next++)
			in[n++] = b->next[-1];
		else
			b->next++;
	in[n] = '\0';
	p += sprintf(p, "26 31 0:%u / /", want);
	for (n = 0; in[n]; n++)
		p += sprintf(p, strchr(" \t\n\\#", in[n]) ? "\\%03o" : "%c",
			     (unsigned char)in[n]);
	p += sprintf(p, " rw,relatime shared:12 - proc proc rw%s",
		     hidden ? ",hidepid=invisible" : ",hidepid=off");
	must(mount_parse(line, p - line, &major, &minor, &hides, out,
			 sizeof(out)) == (n < sizeof(out) - 1));
	if (n < sizeof(out) - 1) {
		must(major == 0 && minor == want && hides == hidden);
		must(out[0] == '/' && !strcmp(out + 1, in));
	}
}

static const struct parser {
	char letter;
	void (*any)(const char *text, size_t len);
	void (*written)(struct bytes *b);
} parsers[] = {
	{ 's', status_any, status_written },
	{ 'n', nslink_any, nslink_written },
	{ 'p', pidfd_any, pidfd_written },
	{ 'm', mount_any, mount_written },
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes b = { data + 1, data + size };
	size_t i;
	char *text;

	if (!size)
		return 0;
	for (i = 0; i < ARRAY_SIZE(parsers); i++) {
		if (*data == (parsers[i].letter & ~0x20))
			parsers[i].written(&b);
		if (*data != parsers[i].letter)
			continue;
		text = copy(data + 1, size - 1);
		parsers[i].any(text, size - 1);
		free(text);
	}
	return 0;
}
