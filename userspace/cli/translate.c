// SPDX-License-Identifier: GPL-2.0
/* pidmap translate: numbers in, numbers out */
#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define BATCH	8192

/* The number of a word that is none; the kernel gives it to nobody. */
#define NO_ID	INT_MIN

struct row {
	enum pidmap_type type;
	pid_t id;
	pid_t result;
};

static struct json_object *get_id(const void *p)
{
	const struct row *row = p;

	return row->id == NO_ID ? NULL : json_object_new_int(row->id);
}

static struct json_object *get_result(const void *p)
{
	const struct row *row = p;

	return json_object_new_int(row->result > 0 ? row->result : 0);
}

static struct json_object *get_status(const void *p)
{
	const struct row *row = p;

	return json_object_new_string(row->id == NO_ID ? "invalid" :
				      row->result > 0 ? "ok" :
				      row->result == -EREMOTE ? "EREMOTE" :
				      "ESRCH");
}

static struct json_object *get_type(const void *p)
{
	const struct row *row = p;

	return json_object_new_string(type_name(row->type));
}

const struct column translate_columns[] = {
	{ "ID", 10, "the number asked for", true, get_id },
	{ "RESULT", 10, "the number in the namespace of --to, or 0", false,
	  get_result },
	{ "STATUS", -7, "ok, ESRCH, EREMOTE, or invalid for a word that is no ID",
	  true, get_status },
	{ "TYPE", -4, "what kind of ID it is", true, get_type },
	{ 0 }
};

/**
 * struct batch - IDs that wait for an answer, and what became of the others
 * @cli: the command line
 * @table: where answers go
 * @from: the namespace of --from
 * @to: the namespace of --to
 * @piped: whether they come from standard input: too many for a sentence each
 * @status: what becomes the exit code
 * @count: how many wait
 * @asked: how many words came from standard input
 * @unanswered: how many of those are IDs without a number
 * @invalid: how many of those are no IDs
 * @numbers: those that wait
 * @results: their answers
 * @rows: how both are printed
 */
struct batch {
	const struct cli *cli;
	struct table table;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	bool piped;
	int status;
	size_t count;
	size_t asked;
	size_t unanswered;
	size_t invalid;
	pid_t numbers[BATCH];
	pid_t results[BATCH];
	struct row rows[BATCH];
};

static void explain(const struct batch *batch, const struct row *row)
{
	const char *type = type_name(row->type);

	if (row->result == -EREMOTE)
		fail(0, "%s %d has no number in '%s'; it lives elsewhere, see 'pidmap ids %d'",
		     type, row->id, batch->cli->to, row->id);
	else
		fail(0, "no %s %d in '%s'; 'pidmap list' lists those there are",
		     type, row->id, batch->cli->from);
}

/* Translate and print what waits */
static int flush(struct batch *batch)
{
	const struct cli *cli = batch->cli;

	if (pidmap_translate_many(cli->pm, cli->type, batch->count,
				  batch->numbers, batch->results, batch->from,
				  batch->to, NULL))
		return fail_call("translate from '%s' to '%s'", cli->from,
				 cli->to);
	for (size_t i = 0; i < batch->count; i++) {
		struct row *row = &batch->rows[i];

		*row = (struct row){
			cli->type, batch->numbers[i], batch->results[i],
		};
		if (row->result > 0 || row->id == NO_ID)
			continue;
		if (!batch->status)
			batch->status = EXIT_NO_ANSWER;
		if (batch->piped)
			batch->unanswered++;
		else
			explain(batch, row);
	}
	if (batch->count)
		table_add(&batch->table, batch->rows, batch->count,
			  sizeof(*batch->rows));
	batch->count = 0;
	return ferror(stdout) ? EXIT_FAILED : EXIT_ANSWERED;
}

static int add(struct batch *batch, const char *word)
{
	bool minus = *word == '-';
	uint64_t number;

	if (parse_number(word + minus, INT_MAX, &number)) {
		batch->status = EXIT_USAGE;
		if (!batch->piped || !batch->invalid++)
			fail(0, "'%s' is no ID; IDs are numbers up to %d",
			     word, INT_MAX);
		batch->numbers[batch->count] = NO_ID;
	} else {
		batch->numbers[batch->count] = minus ?
			-(pid_t)number : (pid_t)number;
	}
	batch->asked += batch->piped;
	return ++batch->count == BATCH ? flush(batch) : EXIT_ANSWERED;
}

static bool would_block(void)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };

	return !poll(&input, 1, 0);
}

/**
 * struct word - the word being read from standard input
 * @length: how long it is so far
 * @text: its beginning
 */
struct word {
	size_t length;
	char text[32];
};

static int end_word(struct batch *batch, struct word *word)
{
	int status = EXIT_ANSWERED;

	if (word->length) {
		word->text[word->length] = '\0';
		status = add(batch, word->text);
	}
	word->length = 0;
	return status;
}

static int add_block(struct batch *batch, struct word *word, const char *block,
		     size_t length)
{
	int status = EXIT_ANSWERED;

	for (size_t i = 0; i < length && !status; i++) {
		if (isspace((unsigned char)block[i]))
			status = end_word(batch, word);
		else if (word->length < sizeof(word->text) - 1)
			word->text[word->length++] = block[i];
	}
	return status;
}

/* Answers are not held back while the next ID is waited for. */
static int add_input(struct batch *batch)
{
	static char block[1 << 16];
	struct word word = { 0 };
	int status = EXIT_ANSWERED;
	ssize_t length;

	while (!status) {
		if (would_block()) {
			status = flush(batch);
			fflush(stdout);
		}
		length = read(STDIN_FILENO, block, sizeof(block));
		if (length < 0)
			return fail(EXIT_FAILED,
				    "cannot read standard input: %s; give it a pipe or a file of IDs",
				    strerror(errno));
		if (!length)
			return status ? status : end_word(batch, &word);
		if (!status)
			status = add_block(batch, &word, block, length);
	}
	return status;
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
				 add(batch, argv[i]);
	}
	return status ? status : flush(batch);
}

/* What came from standard input did not get a sentence each. */
static void summary(const struct batch *batch)
{
	if (batch->invalid > 1)
		fail(0, "%zu words of %zu were no IDs; each was answered with 0",
		     batch->invalid, batch->asked);
	if (batch->unanswered)
		fail(0, "%zu IDs of %zu have no number in '%s'; add '-o id,result,status' to see which",
		     batch->unanswered, batch->asked, batch->cli->to);
}

static int translate(struct batch *batch, int argc, char **argv)
{
	struct cli plain = *batch->cli;
	int status;

	/* One number a line, unless columns are asked for */
	if (!plain.columns)
		plain.raw = plain.no_headings = true;
	status = name_ns(plain.from, &batch->from);
	if (!status)
		status = name_ns(plain.to, &batch->to);
	if (status)
		return status;
	table_begin(&batch->table, &plain);
	status = add_operands(batch, argc, argv);
	if (status)
		return status;
	table_end(&batch->table);
	summary(batch);
	return batch->status;
}

int do_translate(const struct cli *cli, int argc, char **argv)
{
	struct batch *batch = calloc(1, sizeof(*batch));
	int status;

	if (!batch)
		out_of_memory();
	batch->cli = cli;
	status = translate(batch, argc, argv);
	free(batch);
	return status;
}
