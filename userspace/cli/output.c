// SPDX-License-Identifier: GPL-2.0-only
/* Tables: text by libsmartcols, JSON by json-c, both from one description */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "message.h"
#include "output.h"

#define NAME_WIDTH	8
#define STREAM_WIDTH	10

static bool coloured(const struct cli *cli)
{
	const char *off = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	if (cli->raw || cli->json || cli->color == COLOR_NEVER)
		return false;
	return cli->color == COLOR_ALWAYS ||
	       (isatty(STDOUT_FILENO) && !(off && *off) &&
		!(term && !strcmp(term, "dumb")));
}

/* 0 means unknown, or not to be known */
struct json_object *known_json(uint64_t value)
{
	return value ? json_object_new_uint64(value) : NULL;
}

struct json_object *level_json(unsigned int level)
{
	return level == PIDMAP_LEVEL_UNKNOWN ? NULL :
	       json_object_new_int64(level);
}

/* What would mislead on a terminal is escaped in strings, as JSON allows. */
void print_json(struct json_object *object)
{
	const char *text = json_object_to_json_string_ext(object,
			JSON_C_TO_STRING_NOSLASHESCAPE);
	uint32_t code;

	for (int length; *text; text += length) {
		length = utf8_length(text, &code);
		if (length && misleads(code))
			printf("\\u%04x", code);
		else
			fwrite(text, 1, length += !length, stdout);
	}
	json_object_put(object);
}

static void write_text(FILE *out, struct json_object *value)
{
	switch (json_object_get_type(value)) {
	case json_type_null:
		fputc('-', out);
		break;
	case json_type_boolean:
		fputs(json_object_get_boolean(value) ? "yes" : "no", out);
		break;
	case json_type_array:
		for (size_t i = 0; i < json_object_array_length(value); i++) {
			if (i)
				fputc(',', out);
			write_text(out, json_object_array_get_idx(value, i));
		}
		break;
	default:
		fputs(json_object_get_string(value), out);
	}
}

/* A value as text, for libsmartcols: in raw, it escapes by itself */
static char *cell_text(const struct cli *cli, const struct column *column,
		       const void *row)
{
	struct json_object *value = column->get(row);
	char *text, *safe;
	FILE *out = begin_text(&text);

	write_text(out, value);
	end_text(out);
	json_object_put(value);
	if (cli->raw)
		return text;
	safe = printable(text);
	free(text);
	return safe;
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

static bool is_shown(const struct cli *cli, const struct column *column)
{
	return cli->json || column->show == SHOWN ||
	       (column->show == SHOWN_FOR_THREADS && cli->threads);
}

/* Choose columns: those of -o, after '+' besides the usual ones; JSON has all */
static int choose_columns(struct table *table)
{
	const struct column *columns = table->cli->command->columns;
	const char *names = table->cli->columns;

	if (!names || *names == '+')
		for (const struct column *c = columns; c->name; c++)
			if (is_shown(table->cli, c))
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

/* A table of libsmartcols as the options want it; its cells must be printable. */
struct libscols_table *text_table(const struct cli *cli)
{
	struct libscols_table *text = scols_new_table();

	if (!text)
		out_of_memory();
	scols_table_enable_noencoding(text, 1);
	scols_table_enable_raw(text, cli->raw);
	scols_table_enable_noheadings(text, cli->no_headings);
	scols_table_enable_colors(text, coloured(cli));
	return text;
}

struct libscols_line *text_line(struct libscols_table *text,
				struct libscols_line *parent)
{
	struct libscols_line *line = scols_table_new_line(text, parent);

	if (!line)
		out_of_memory();
	return line;
}

/* The line takes over @cell. */
void text_cell(struct libscols_line *line, size_t i, char *cell)
{
	if (scols_line_refer_data(line, i, cell))
		out_of_memory();
}

static void add_column(struct table *table, const struct column *shown)
{
	static const int flags[] = {
		[RIGHT] = SCOLS_FL_RIGHT,
		[LEFT] = 0,
		[TRUNCATED] = SCOLS_FL_TRUNC,
		[WRAPPED] = SCOLS_FL_WRAP,
	};
	struct libscols_column *column =
		scols_table_new_column(table->text, shown->name, 0,
				       flags[shown->align]);

	if (!column || scols_cell_set_color(scols_column_get_header(column),
					    "bold"))
		out_of_memory();
}

void table_begin(struct table *table, const struct cli *cli)
{
	*table = (struct table){ .cli = cli };
	choose_columns(table);
	if (cli->json)
		return;
	table->text = text_table(cli);
	for (size_t i = 0; i < table->count; i++)
		add_column(table, table->shown[i]);
}

/* Whether a column is shown, by its function */
bool table_shows(const struct table *table,
		 struct json_object *(*get)(const void *row))
{
	for (size_t i = 0; i < table->count; i++)
		if (table->shown[i]->get == get)
			return true;
	return false;
}

/* The first rows come with headings; columns are as wide as these need. */
static void add_text(struct table *table, const char *rows, size_t count,
		     size_t size)
{
	for (size_t r = 0; r < count; r++) {
		struct libscols_line *line = text_line(table->text, NULL);

		for (size_t i = 0; i < table->count; i++)
			text_cell(line, i, cell_text(table->cli,
						     table->shown[i],
						     rows + r * size));
	}
	scols_print_table(table->text);
	scols_table_remove_lines(table->text);
	scols_table_enable_noheadings(table->text, 1);
}

/* As libsmartcols encodes it: a value is one word */
static void write_raw(const char *text)
{
	for (; *text; text++)
		if (isgraph((unsigned char)*text) && *text != '\\')
			putchar(*text);
		else
			printf("\\x%02x", (unsigned char)*text);
}

/* A line of a table that has no end; of headings, if @row is NULL */
static void stream_line(const struct table *table, const void *row)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct column *column = table->shown[i];
		int width = table->cli->raw || i + 1 == table->count ?
			    0 : STREAM_WIDTH;
		char *text = row ? cell_text(table->cli, column, row) : NULL;

		if (i)
			putchar(' ');
		if (table->cli->raw && text)
			write_raw(text);
		else
			printf("%*s", column->align == RIGHT ? width : -width,
			       text ? text : column->name);
		free(text);
	}
	putchar('\n');
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

/*
 * One row of a table that has no end: printed at once, on a line of its own,
 * in columns that are as wide as most values. JSON is one object per line.
 */
void table_stream(struct table *table, const void *row)
{
	const struct cli *cli = table->cli;

	if (cli->json) {
		print_json(to_json(table, row));
		putchar('\n');
		return;
	}
	if (!table->begun && !cli->no_headings)
		stream_line(table, NULL);
	table->begun = true;
	stream_line(table, row);
}

void table_end(struct table *table)
{
	if (!table->begun)
		table_add(table, NULL, 0, 0);
	if (table->cli->json)
		puts("\n]}");
	table_drop(table);
}

/* Instead of table_end(): print no more of it */
void table_drop(struct table *table)
{
	if (table->text)
		scols_unref_table(table->text);
}

void table_print(const struct cli *cli, const void *rows, size_t count,
		 size_t size)
{
	struct table table;

	table_begin(&table, cli);
	table_add(&table, rows, count, size);
	table_end(&table);
}

/* A single row, one column per line; no value has a blank in it */
void table_record(const struct cli *cli, const void *row)
{
	struct table table = { .cli = cli };

	choose_columns(&table);
	if (cli->json) {
		printf("{\"%s\":", cli->command->name);
		print_json(to_json(&table, row));
		puts("}");
		return;
	}
	for (size_t i = 0; i < table.count; i++) {
		char *text = cell_text(cli, table.shown[i], row);

		if (!cli->no_headings)
			printf("%-*s ", cli->raw ? 0 : NAME_WIDTH,
			       table.shown[i]->name);
		puts(text);
		free(text);
	}
}
