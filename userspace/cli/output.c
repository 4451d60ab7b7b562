// SPDX-License-Identifier: GPL-2.0
/* Tables as text, raw or JSON; what goes to standard output */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli.h"

bool colours(void)
{
	const char *off = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	return isatty(STDOUT_FILENO) && !(off && *off) &&
	       !(term && !strcmp(term, "dumb"));
}

void out_of_memory(void)
{
	fail(EXIT_FAILED, "out of memory; free some and try again");
	exit(EXIT_FAILED);
}

/* The last thing before exit: what is unwritten was not answered. */
int finish_stdout(int status)
{
	int bad = ferror(stdout);
	int err = errno;

	if (fflush(stdout))
		bad = 1, err = errno;
	if (!bad)
		return status;
	return fail(EXIT_FAILED,
		    "cannot write to standard output: %s; give it an open file with room",
		    strerror(err));
}

/* A copy of @text that can neither break a line nor steer a terminal. */
char *printable(const char *text, bool raw)
{
	char *copy = malloc(4 * strlen(text) + 2);
	char *p = copy;

	if (!copy)
		out_of_memory();
	for (; *text; text++) {
		unsigned char c = *text;

		if (iscntrl(c) || (raw && (c == ' ' || c == '\\')))
			p += sprintf(p, "\\x%02x", c);
		else
			*p++ = c;
	}
	*p = '\0';
	return copy;
}

static char *to_text(struct json_object *value, bool raw);

static char *join(struct json_object *array, bool raw)
{
	size_t count = json_object_array_length(array);
	size_t length;
	char *text;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		out_of_memory();
	for (size_t i = 0; i < count; i++) {
		char *part = to_text(json_object_array_get_idx(array, i), raw);

		fprintf(out, "%s%s", i ? "," : "", part);
		free(part);
	}
	if (fclose(out))
		out_of_memory();
	return text;
}

static char *to_text(struct json_object *value, bool raw)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		return printable("-", raw);
	case json_type_boolean:
		return printable(json_object_get_boolean(value) ? "yes" : "no",
				 raw);
	case json_type_array:
		return join(value, raw);
	default:
		return printable(json_object_get_string(value), raw);
	}
}

static char *cell_text(const struct table *table, const struct column *column,
		       const void *row)
{
	struct json_object *value = column->get(row);
	char *text = to_text(value, table->cli->raw);

	json_object_put(value);
	return text;
}

/* The column that the @length letters at @name call, or NULL */
static const struct column *find_column(const struct column *columns,
					const char *name, size_t length)
{
	for (; columns->name; columns++)
		if (strlen(columns->name) == length &&
		    !strncasecmp(columns->name, name, length))
			return columns;
	return NULL;
}

/* Choose columns: those of -o, after '+' besides the usual ones; JSON has all */
static int choose_columns(struct table *table)
{
	const struct column *columns = table->cli->command->columns;
	const char *names = table->cli->columns;

	if (!names || *names == '+')
		for (const struct column *c = columns; c->name; c++)
			if (!c->hidden || table->cli->json)
				table->shown[table->count++] = c;
	if (!names)
		return EXIT_ANSWERED;

	names += *names == '+';
	for (size_t length; ; names += length + 1) {
		const struct column *column;

		length = strcspn(names, ",");
		column = find_column(columns, names, length);
		if (!column)
			return fail(EXIT_USAGE,
				    "no column '%.*s'; 'pidmap %s --help' lists them",
				    (int)length, names,
				    table->cli->command->name);
		if (table->count == MAX_COLUMNS)
			return fail(EXIT_USAGE,
				    "more than %d columns; name fewer after -o",
				    MAX_COLUMNS);
		table->shown[table->count++] = column;
		if (!names[length])
			return EXIT_ANSWERED;
	}
}

/* Complain about -o before anything is printed or asked */
int table_check(const struct cli *cli)
{
	struct table table = { .cli = cli };

	return cli->command->columns ? choose_columns(&table) : EXIT_ANSWERED;
}

static struct json_object *to_json(const struct table *table, const void *row)
{
	struct json_object *object = json_object_new_object();

	for (size_t i = 0; i < table->count; i++) {
		char key[32] = "";

		for (size_t k = 0; table->shown[i]->name[k]; k++)
			key[k] = tolower(table->shown[i]->name[k]);
		json_object_object_add(object, key, table->shown[i]->get(row));
	}
	return object;
}

void print_json(struct json_object *object)
{
	fputs(json_object_to_json_string_ext(object,
					     JSON_C_TO_STRING_NOSLASHESCAPE),
	      stdout);
	json_object_put(object);
}

void table_begin(struct table *table, const struct cli *cli)
{
	*table = (struct table){ .cli = cli };
	choose_columns(table);
}

/* @text in its column; the last one of a line is not filled up with blanks */
static void print_cell(const struct table *table, size_t i, const char *text,
		       int width)
{
	bool last = i + 1 == table->count;

	if (table->cli->raw)
		width = 0;
	else if (table->shown[i]->width < 0)
		width = last ? 0 : -width;
	printf("%*s%s", width, text, last ? "\n" : " ");
}

static void print_headings(const struct table *table, const int *widths)
{
	bool bold = colours() && !table->cli->raw;

	if (bold)
		fputs("\033[1m", stdout);
	for (size_t i = 0; i < table->count; i++)
		print_cell(table, i, table->shown[i]->name, widths[i]);
	if (bold)
		fputs("\033[m", stdout);
}

/* Columns are as wide as the widest of these @count rows needs. */
static void add_text(struct table *table, const char *rows, size_t count,
		     size_t size)
{
	char **cells = calloc(count * table->count + 1, sizeof(*cells));
	int widths[MAX_COLUMNS];

	if (!cells)
		out_of_memory();
	for (size_t c = 0; c < table->count; c++) {
		widths[c] = abs(table->shown[c]->width);
		for (size_t r = 0; r < count; r++) {
			char *text = cell_text(table, table->shown[c],
					       rows + r * size);

			cells[r * table->count + c] = text;
			if ((int)strlen(text) > widths[c])
				widths[c] = strlen(text);
		}
	}
	if (!table->begun && !table->cli->no_headings)
		print_headings(table, widths);
	for (size_t i = 0; i < count * table->count; i++) {
		size_t c = i % table->count;

		print_cell(table, c, cells[i], widths[c]);
		free(cells[i]);
	}
	free(cells);
}

static void add_json(struct table *table, const char *rows, size_t count,
		     size_t size)
{
	if (!table->begun)
		printf("{\"%s\":[", table->cli->command->name);
	for (size_t i = 0; i < count; i++) {
		puts(table->begun || i ? "," : "");
		print_json(to_json(table, rows + i * size));
	}
}

void table_add(struct table *table, const void *rows, size_t count,
	       size_t size)
{
	if (table->cli->json)
		add_json(table, rows, count, size);
	else
		add_text(table, rows, count, size);
	table->begun = true;
}

void table_end(struct table *table)
{
	if (!table->begun)
		table_add(table, NULL, 0, 0);
	if (table->cli->json)
		puts("\n]}");
}

/* A single row, one column a line */
void table_record(const struct cli *cli, const void *row)
{
	struct table table = { .cli = cli };
	int width = 0;

	choose_columns(&table);
	if (cli->json) {
		printf("{\"%s\":", cli->command->name);
		print_json(to_json(&table, row));
		puts("}");
		return;
	}
	for (size_t i = 0; i < table.count; i++)
		if ((int)strlen(table.shown[i]->name) > width)
			width = strlen(table.shown[i]->name);
	for (size_t i = 0; i < table.count; i++) {
		char *text = cell_text(&table, table.shown[i], row);

		if (!cli->no_headings)
			printf("%-*s ", cli->raw ? 0 : width,
			       table.shown[i]->name);
		puts(text);
		free(text);
	}
}
