// SPDX-License-Identifier: GPL-2.0-only
/* pidmap filter: rewrite the IDs within text that passes through */
#include <errno.h>
#include <limits.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "backend.h"
#include "message.h"
#include "names.h"

#define GROUPS		10

/* What programs call it: pid=12, "tid": 12, prev_pid=12, PID: 12 */
static const char usual[] =
	"(^|[^[:alnum:]])[[:alnum:]_]*(pid|tid|tgid)[\"']?[=: ][ \"']*([0-9]+)";

/**
 * struct filter - text that passes through
 * @cli: the command line
 * @from: the namespace of --from
 * @to: the namespace of --to
 * @regex: what is an ID: its last group, or all of it if it has none
 * @found: how many IDs were found
 * @unknown: how many of those have no number
 */
struct filter {
	const struct cli *cli;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	regex_t regex;
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
		if (strlen(line) == (size_t)length)
			status = filter_line(filter, line);
		else
			fwrite(line, 1, length, stdout);
	}
	if (ferror(stdin))
		status = fail(EXIT_FAILED,
			      "cannot read standard input: %s; give it a pipe or a file",
			      strerror(errno));
	free(line);
	return status;
}

int do_filter(const struct cli *cli, int argc, char **argv)
{
	struct filter filter = { .cli = cli };
	const char *regex = cli->regex ? cli->regex : usual;
	char why[256];
	int status, err;

	(void)argc;
	(void)argv;
	err = regcomp(&filter.regex, regex, REG_EXTENDED |
		      (cli->regex ? 0 : REG_ICASE));
	if (err) {
		regerror(err, &filter.regex, why, sizeof(why));
		return fail(EXIT_USAGE,
			    "'%s' is no extended regular expression: %s; see regex(7)",
			    regex, why);
	}
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
