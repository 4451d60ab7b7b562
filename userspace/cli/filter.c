// SPDX-License-Identifier: GPL-2.0-only
/* pidmap filter: rewrite the IDs within text that passes through */
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"
#include "message.h"
#include "names.h"

#define GROUPS		10
#define MAX_FIELDS	64
#define FIELD_LETTERS	"abcdefghijklmnopqrstuvwxyz" \
			"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_,"

/* A field by its name: pid=12, "tid": 12, PID: 12, pid 12 */
#define FIELD(names) "(^|[^[:alnum:]_])(" names ")[\"']?[=: ][ \"']*([0-9]+)"

/* What programs call an ID: also ppid, prev_pid and parent_tgid */
static const char usual[] = FIELD("([[:alnum:]]+_)*[pv]?(pid|tid|tgid)");

/**
 * struct filter - text that passes through
 * @cli: the command line
 * @from: the namespace of --from
 * @to: the namespace of --to
 * @regex: what is an ID: its last group, or all of it if it has none
 * @columns: the columns of CSV that have IDs, a bit for each
 * @begun: whether the first line has been read
 * @found: how many IDs were found
 * @unknown: how many of those have no number
 */
struct filter {
	const struct cli *cli;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	regex_t regex;
	uint64_t columns;
	bool begun;
	size_t found;
	size_t unknown;
};

/* The last group that took part in a match, or the whole match */
static const regmatch_t *chosen(const regmatch_t *groups)
{
	for (int i = GROUPS - 1; i > 0; i--)
		if (groups[i].rm_so >= 0)
			return &groups[i];
	return groups;
}

/* Print @length characters of @text, translated if they are an ID */
static int put_id(struct filter *filter, const char *text, int length)
{
	const struct cli *cli = filter->cli;
	char *digits = strndup(text, length);
	uint64_t number;
	pid_t result;

	if (!digits)
		out_of_memory();
	if (parse_number(digits, INT_MAX, &number)) {
		free(digits);
		fwrite(text, 1, length, stdout);
		return EXIT_ANSWERED;
	}
	free(digits);
	filter->found++;
	result = pidmap_translate(cli->pm, cli->type, number, filter->from,
				  filter->to);
	if (result < 0)
		return fail_call(cli, &filter->from, &filter->to,
				 "translate from '%s' to '%s'", cli->from,
				 cli->to);
	if (result) {
		printf("%d", result);
	} else {
		filter->unknown++;
		fwrite(text, 1, length, stdout);
	}
	return EXIT_ANSWERED;
}

/* The length of a field of CSV: up to a comma that is not within quotes */
static size_t field_length(const char *field)
{
	bool quoted = false;
	size_t length;

	for (length = 0; field[length] && (quoted || field[length] != ','); length++)
		quoted ^= field[length] == '"';
	return length;
}

/* Whether @names, with commas between, has the name of @length bytes at @name */
static bool has_name(const char *names, const char *name, size_t length)
{
	for (; ; names++) {
		size_t one = strcspn(names, ",");

		if (one == length && !strncasecmp(names, name, length))
			return true;
		names += one;
		if (!*names)
			return false;
	}
}

/* The columns that a first line of CSV calls by the names of the fields */
static uint64_t find_columns(const char *names, const char *line)
{
	uint64_t columns = 0;

	for (int i = 0; i < MAX_FIELDS; i++) {
		size_t length = field_length(line);
		const char *name = line + strspn(line, " \"");
		size_t bare = strcspn(name, " \",\r\n");

		if (bare && has_name(names, name, bare))
			columns |= 1ULL << i;
		line += length;
		if (*line++ != ',')
			break;
	}
	return columns;
}

static int filter_csv(struct filter *filter, const char *line)
{
	int status = EXIT_ANSWERED;

	for (int i = 0; i < MAX_FIELDS && !status; i++) {
		size_t length = field_length(line);
		size_t before = strspn(line, " \"");
		size_t digits = strspn(line + before, "0123456789");

		if (filter->columns & 1ULL << i && digits) {
			fwrite(line, 1, before, stdout);
			status = put_id(filter, line + before, digits);
			before += digits;
		} else {
			before = 0;
		}
		fwrite(line + before, 1, length - before, stdout);
		line += length;
		if (*line != ',')
			break;
		putchar(*line++);
	}
	fputs(line, stdout);
	return status;
}

static int filter_line(struct filter *filter, const char *line)
{
	regmatch_t groups[GROUPS];
	int status = EXIT_ANSWERED, flags = 0;

	while (!status && !regexec(&filter->regex, line, GROUPS, groups,
				   flags)) {
		const regmatch_t *id = chosen(groups);

		fwrite(line, 1, id->rm_so, stdout);
		status = put_id(filter, line + id->rm_so,
				id->rm_eo - id->rm_so);
		line += id->rm_eo;
		flags = REG_NOTBOL;
		/* A match of nothing would be found again and again. */
		if (!groups[0].rm_eo || id->rm_so == id->rm_eo) {
			if (!*line)
				break;
			putchar(*line++);
		}
	}
	fputs(line, stdout);
	return status;
}

static int filter_input(struct filter *filter)
{
	int status = EXIT_ANSWERED;
	char *line = NULL;
	size_t size = 0;
	struct stat st;
	ssize_t length;

	if (fstat(STDIN_FILENO, &st) || !S_ISREG(st.st_mode))
		setlinebuf(stdout);
	while (!status && !ferror(stdout) &&
	       (length = getline(&line, &size, stdin)) >= 0) {
		/* A line with a NUL in it is passed on as it is. */
		if (strlen(line) != (size_t)length)
			fwrite(line, 1, length, stdout);
		else if (filter->columns)
			status = filter_csv(filter, line);
		else
			status = filter_line(filter, line);
		if (!filter->begun && filter->cli->fields)
			filter->columns = find_columns(filter->cli->fields,
						       line);
		filter->begun = true;
	}
	if (ferror(stdin))
		status = fail(EXIT_FAILED,
			      "cannot read standard input: %s; give it a pipe or a file",
			      strerror(errno));
	free(line);
	return status;
}

/* Compile -e, or what --fields stands for, or the usual names */
static int compile(struct filter *filter)
{
	const struct cli *cli = filter->cli;
	const char *regex = cli->regex ? cli->regex : usual;
	char *fields = NULL, why[256];
	int err;

	if (cli->fields && cli->regex)
		return fail(EXIT_USAGE,
			    "--fields and -e exclude each other; leave out one");
	if (cli->fields) {
		if (strspn(cli->fields, FIELD_LETTERS) != strlen(cli->fields))
			return fail(EXIT_USAGE,
				    "'%s' are no names of fields; give letters, digits and _, with commas between, or use -e",
				    cli->fields);
		if (asprintf(&fields, FIELD("%s"), cli->fields) < 0)
			out_of_memory();
		for (char *p = fields; (p = strchr(p, ',')); )
			*p = '|';
		regex = fields;
	}
	err = regcomp(&filter->regex, regex, REG_EXTENDED |
		      (cli->regex ? 0 : REG_ICASE));
	free(fields);
	if (!err)
		return EXIT_ANSWERED;
	regerror(err, &filter->regex, why, sizeof(why));
	return fail(EXIT_USAGE,
		    "'%s' is no extended regular expression: %s; see regex(7)",
		    cli->regex, why);
}

int do_filter(const struct cli *cli, int argc, char **argv)
{
	struct filter filter = { .cli = cli };
	int status = compile(&filter);

	(void)argc;
	(void)argv;
	if (status)
		return status;
	status = name_ns(cli, cli->from, &filter.from);
	if (!status)
		status = name_ns(cli, cli->to, &filter.to);
	if (!status)
		status = filter_input(&filter);
	if (!status && filter.unknown)
		status = fail(EXIT_NO_ANSWER,
			      "%zu of %zu IDs %s no number in '%s'; they were left as they are",
			      filter.unknown, filter.found,
			      filter.unknown == 1 ? "has" : "have", cli->to);
	regfree(&filter.regex);
	return status;
}
