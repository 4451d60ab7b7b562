// SPDX-License-Identifier: GPL-2.0-only
/* pidmap translate: numbers in, numbers out */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "message.h"
#include "names.h"
#include "output.h"

#define BATCH		8192
#define BLOCK		(1 << 16)
#define LINE_SIZE	12	/* a number and a newline */

/* The number of a word that is none; the kernel gives it to nobody. */
#define NO_ID		INT_MIN
/* No start time is expected, or none is known. */
#define NO_START	UINT64_MAX

/**
 * struct row - an ID, as a row of a table
 * @cli: the command line
 * @id: the number asked for
 * @result: its number in the namespace of --to, or a negative errno
 * @start: when its task started, or NO_START
 */
struct row {
	const struct cli *cli;
	pid_t id;
	pid_t result;
	uint64_t start;
};

static struct json_object *get_id(const void *p)
{
	const struct row *row = p;

	return row->id == NO_ID ? NULL : json_object_new_int(row->id);
}

static struct json_object *get_result(const void *p)
{
	const struct row *row = p;

	return row->result > 0 ? json_object_new_int(row->result) : NULL;
}

static struct json_object *get_status(const void *p)
{
	const struct row *row = p;

	return json_object_new_string(row->id == NO_ID ? "invalid" :
				      row->result > 0 ? "ok" :
				      row->result == -EREMOTE ? "EREMOTE" :
				      row->result == -ESTALE ? "ESTALE" :
				      row->result == -EPERM ? "EPERM" :
				      "ESRCH");
}

static struct json_object *get_type(const void *p)
{
	const struct row *row = p;

	return json_object_new_string(type_name(row->cli->type));
}

static struct json_object *get_start(const void *p)
{
	const struct row *row = p;

	return row->start == NO_START ? NULL :
	       json_object_new_uint64(row->start);
}

const struct column translate_columns[] = {
	{ "ID", RIGHT, "the number asked for", HIDDEN, get_id },
	{ "RESULT", RIGHT, "the number in the namespace of --to", SHOWN,
	  get_result },
	{ "STATUS", LEFT, "ok; ESRCH, EREMOTE, ESTALE or EPERM if there is no number; invalid for a word that is no ID",
	  HIDDEN, get_status },
	{ "TYPE", LEFT, "what type of ID it is", HIDDEN, get_type },
	{ "START", RIGHT, "when the task started, in nanoseconds after boot",
	  HIDDEN, get_start },
	{ 0 }
};

/**
 * struct batch - IDs that wait for an answer, and what became of the others
 * @cli: the command line
 * @table: where answers go, unless they are plain lines
 * @plain: print only the numbers, one per line
 * @starts: start times are to be shown
 * @self_only: only this process' own IDs have a number in @to
 * @from: the namespace of --from
 * @to: the namespace of --to
 * @piped: whether they come from standard input: too many to explain each
 * @status: what becomes the exit code
 * @count: how many wait
 * @asked: how many words came from standard input
 * @unanswered: how many of those are IDs without a number
 * @invalid: how many of those are no IDs
 * @expecting: whether any that waits has a start time
 * @numbers: those that wait
 * @start: their start times: those expected, then those found
 * @results: their answers
 * @lines: those as text
 * @rows: or as rows of the table
 */
struct batch {
	const struct cli *cli;
	struct table table;
	bool plain;
	bool starts;
	bool self_only;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	bool piped;
	int status;
	size_t count;
	size_t asked;
	size_t unanswered;
	size_t invalid;
	bool expecting;
	pid_t numbers[BATCH];
	uint64_t start[BATCH];
	pid_t results[BATCH];
	union {
		char lines[BATCH * LINE_SIZE];
		struct row rows[BATCH];
	};
};

/* Which ID it was, for the command that says more about it */
static void explain_remote(const struct cli *cli, pid_t id)
{
	char *ns = quoted(cli->from);
	bool here = !strcmp(cli->from, "self");
	bool tid = cli->type == PIDMAP_TID;
	const char *type = type_name(cli->type);

	fail(0, "%s %d has no number in '%s'; pidmap ids%s%s%s%s %d shows where it has one",
	     type, id, cli->to, tid ? "" : " -t ", tid ? "" : type,
	     here ? "" : " --from ", here ? "" : ns, id);
	free(ns);
}

static void explain(const struct batch *batch, pid_t id, int err)
{
	const struct cli *cli = batch->cli;

	if (err == ESTALE)
		fail(0, "%s %d in '%s' is not the one that started at the given time; the number was used again",
		     type_name(cli->type), id, cli->from);
	else if (err == EREMOTE)
		explain_remote(cli, id);
	else if (err == EPERM)
		fail(0, "%s %d is not of this process; the module's policy 'upward=self' lets a process translate only its own IDs to '%s'",
		     type_name(cli->type), id, cli->to);
	else
		fail_no_id(cli, &batch->from, id);
}

/*
 * Translate one ID, with all that can be asked about it: its number or a
 * negative errno
 */
static pid_t translate_one(struct batch *batch, pid_t nr, uint64_t *start)
{
	const struct cli *cli = batch->cli;
	struct pidmap_stamp stamp = {
		.flags = (*start != NO_START ? PIDMAP_EXPECT_START : 0) |
			 (batch->starts ? PIDMAP_START_TIME : 0),
		.start_time = *start,
	};
	struct pidmap_ids ids;
	pid_t result;

	if (cli->tgid)
		result = pidmap_task_ids(cli->pm, nr, batch->from, batch->to,
					 &ids, &stamp);
	else
		result = pidmap_translate_at(cli->pm, cli->type, nr,
					     batch->from, batch->to, &stamp);
	/* Without the module there are no start times to be shown. */
	if (result < 0 && errno == EOPNOTSUPP && batch->starts) {
		batch->starts = false;
		return translate_one(batch, nr, start);
	}
	*start = result > 0 && batch->starts ? stamp.start_time : NO_START;
	if (result > 0)
		return cli->tgid ? ids.tgid : result;
	return -errno;
}

static bool is_answer(const struct batch *batch, pid_t result)
{
	return result > 0 || result == -ESRCH || result == -EREMOTE ||
	       result == -ESTALE || (result == -EPERM && batch->self_only);
}

/* Without start times and --tgid, one call does for all. */
static bool translate_all(struct batch *batch)
{
	const struct cli *cli = batch->cli;

	if (!batch->starts && !batch->expecting && !cli->tgid)
		return !pidmap_translate_many(cli->pm, cli->type, batch->count,
					      batch->numbers, batch->results,
					      batch->from, batch->to, NULL);
	for (size_t i = 0; i < batch->count; i++) {
		pid_t *result = &batch->results[i];

		*result = batch->numbers[i] == NO_ID ? -ESRCH :
			  translate_one(batch, batch->numbers[i],
					&batch->start[i]);
		if (!is_answer(batch, *result)) {
			errno = -*result;
			return false;
		}
	}
	return true;
}

static char *put_number(char *p, unsigned int number)
{
	char digits[LINE_SIZE];
	int count = 0;

	do
		digits[count++] = '0' + number % 10;
	while (number /= 10);
	while (count)
		*p++ = digits[--count];
	return p;
}

static void print_lines(struct batch *batch)
{
	char *p = batch->lines;

	for (size_t i = 0; i < batch->count; i++) {
		if (batch->results[i] > 0)
			p = put_number(p, batch->results[i]);
		else
			*p++ = '-';
		*p++ = '\n';
	}
	fwrite(batch->lines, 1, p - batch->lines, stdout);
}

static void print_rows(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		batch->rows[i] = (struct row){
			batch->cli, batch->numbers[i], batch->results[i],
			batch->start[i],
		};
	if (batch->count)
		table_add(&batch->table, batch->rows, batch->count,
			  sizeof(*batch->rows));
}

static void count_unanswered(struct batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		if (batch->results[i] > 0 || batch->numbers[i] == NO_ID)
			continue;
		if (!batch->status)
			batch->status = EXIT_NO_ANSWER;
		if (batch->piped)
			batch->unanswered++;
		else
			explain(batch, batch->numbers[i], -batch->results[i]);
	}
}

/* Translate and print what waits */
static int flush(struct batch *batch)
{
	const struct cli *cli = batch->cli;

	if (!translate_all(batch))
		return fail_call(cli, &batch->from, &batch->to,
				 "translate from '%s' to '%s'", cli->from,
				 cli->to);
	count_unanswered(batch);
	if (batch->plain)
		print_lines(batch);
	else
		print_rows(batch);
	batch->count = 0;
	batch->expecting = false;
	return ferror(stdout) ? EXIT_FAILED : EXIT_ANSWERED;
}

/* @start: the start time that is expected, or NO_START */
static int add(struct batch *batch, pid_t id, uint64_t start)
{
	batch->numbers[batch->count] = id;
	batch->start[batch->count] = start;
	batch->expecting |= start != NO_START;
	batch->asked += batch->piped;
	return ++batch->count == BATCH ? flush(batch) : EXIT_ANSWERED;
}

/* An ID, with @START behind it or not; anything else is an error of its own. */
static int add_word(struct batch *batch, const char *word)
{
	uint64_t number = 0, start;
	bool minus = *word == '-';
	char *digits = strdup(word + minus), *at;
	int err;

	if (!digits)
		out_of_memory();
	start = batch->cli->expects ? batch->cli->started : NO_START;
	at = strchr(digits, '@');
	if (at)
		*at++ = '\0';
	err = parse_number(digits, INT_MAX, &number);
	if (at && !err)
		err = parse_number(at, UINT64_MAX, &start);
	free(digits);
	if (!err)
		return add(batch, minus ? -(pid_t)number : (pid_t)number,
			   start);
	batch->status = EXIT_USAGE;
	if (!batch->piped || !batch->invalid++)
		fail(0, "'%.40s%s' is no ID; IDs are numbers up to %d", word,
		     strlen(word) > 40 ? "..." : "", INT_MAX);
	return add(batch, NO_ID, NO_START);
}

static bool would_block(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return !poll(&input, 1, 0);
}

static bool separates(char c)
{
	return c == '\n' || c == ' ' || !c || (c >= '\t' && c <= '\r');
}

/*
 * Take the words from @p on that end before @end, which is a blank itself.
 * Returns what is left, perhaps the beginning of a word; NULL on failure.
 */
static char *add_block(struct batch *batch, char *p, char *end)
{
	for (;;) {
		unsigned int digit, number = 0;
		char *word;
		int status;

		while (separates(*p))
			if (p++ == end)
				return end;
		word = p;
		for (; (digit = *p - '0') < 10 && number < INT_MAX / 10; p++)
			number = 10 * number + digit;
		if (separates(*p) && p < end && !batch->cli->expects) {
			status = add(batch, number, NO_START);
		} else {
			while (!separates(*p))
				p++;
			if (p == end)
				return word;
			*p = '\0';
			status = add_word(batch, word);
		}
		if (status)
			return NULL;
	}
}

/*
 * Answers are not held back while the next ID is waited for. A word that does
 * not fit into the block is no ID, and is not taken for several.
 */
static int add_input(struct batch *batch)
{
	static char block[BLOCK + 2];
	char *rest = block, *left;
	ssize_t length = 1;
	int status;

	while (length) {
		if (would_block()) {
			status = flush(batch);
			if (status)
				return status;
			fflush(stdout);
		}
		length = read(STDIN_FILENO, rest, block + BLOCK - rest);
		if (length < 0)
			return fail(EXIT_FAILED,
				    "cannot read standard input: %s; give it a pipe or a file of IDs",
				    strerror(errno));
		if (!length)
			*rest++ = '\n';
		rest += length;
		*rest = ' ';
		left = add_block(batch, block, rest);
		if (!left)
			return EXIT_FAILED;
		if (left == block && rest == block + BLOCK) {
			/* Whatever follows, this is no ID. */
			*block = 'x';
			rest = block + 1;
		} else {
			memmove(block, left, rest - left);
			rest = block + (rest - left);
		}
	}
	return EXIT_ANSWERED;
}

static int add_operands(struct batch *batch, int argc, char **argv)
{
	int status = EXIT_ANSWERED;

	for (int i = 0; i < argc && !status; i++) {
		bool piped = !strcmp(argv[i], "-");

		if (piped != batch->piped)
			status = flush(batch);
		batch->piped = piped;
		if (!status)
			status = piped ? add_input(batch) :
				 add_word(batch, argv[i]);
	}
	return status ? status : flush(batch);
}

/* What came from standard input did not get a sentence each. */
static void summary(const struct batch *batch)
{
	if (batch->invalid > 1)
		fail(0, "%zu of %zu words were no IDs; each was answered with '-'",
		     batch->invalid, batch->asked);
	if (batch->unanswered)
		fail(0, "%zu of %zu IDs %s no number in '%s'; add '-o id,result,status' to see which",
		     batch->unanswered, batch->asked,
		     batch->unanswered == 1 ? "has" : "have", batch->cli->to);
}

static int translate(struct batch *batch, int argc, char **argv)
{
	const struct cli *cli = batch->cli;
	const char *policy;
	int status;

	status = name_ns(cli, cli->from, &batch->from);
	if (!status)
		status = name_ns(cli, cli->to, &batch->to);
	if (status)
		return status;
	/* Numbers and nothing else, unless columns are asked for */
	batch->plain = !cli->columns && !cli->json;
	if (!batch->plain)
		table_begin(&batch->table, cli);
	batch->starts = !batch->plain && table_shows(&batch->table, get_start);
	batch->self_only = is_above(cli, &batch->to, &policy) &&
			   !strcmp(policy, "self");
	status = add_operands(batch, argc, argv);
	if (status) {
		table_drop(&batch->table);
		return status;
	}
	if (!batch->plain)
		table_end(&batch->table);
	summary(batch);
	return batch->status;
}

int do_translate(const struct cli *cli, int argc, char **argv)
{
	struct batch *batch;
	int status;

	if (cli->tgid && cli->type != PIDMAP_TID)
		return fail(EXIT_USAGE,
			    "--tgid is for TIDs; leave out -t %s",
			    type_name(cli->type));
	batch = calloc(1, sizeof(*batch));
	if (!batch)
		out_of_memory();
	batch->cli = cli;
	status = translate(batch, argc, argv);
	free(batch);
	return status;
}
