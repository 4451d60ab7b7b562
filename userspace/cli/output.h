/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - tables as text, raw or JSON */
#ifndef PIDMAP_CLI_OUTPUT_H
#define PIDMAP_CLI_OUTPUT_H

#include <json-c/json.h>
#include <libsmartcols/libsmartcols.h>

#include "cli.h"

/* When a column is shown without being asked for; JSON has them all. */
enum show {
	SHOWN,
	HIDDEN,
	SHOWN_FOR_THREADS,
};

/* The last two are to the left; if the terminal is narrow, they make room. */
enum align {
	RIGHT,
	LEFT,
	TRUNCATED,
	WRAPPED,
};

/**
 * struct column - one column of a table; a table ends with one without a name
 * @name: its heading, which -o takes; in lower case its key in JSON
 * @align: where its values are
 * @help: what it shows
 * @show: when it is shown
 * @get: its value in a row, as a new JSON object; NULL if that is not known
 */
struct column {
	const char *name;
	enum align align;
	const char *help;
	enum show show;
	struct json_object *(*get)(const void *row);
};

extern const struct column translate_columns[], ids_columns[], list_columns[];
extern const struct column ns_columns[], info_columns[], doctor_columns[];
extern const struct column watch_columns[];

#define MAX_COLUMNS	24

/**
 * struct table - a table being printed
 * @cli: how to print it
 * @shown: the columns chosen, in order
 * @count: how many those are
 * @text: the table of libsmartcols, unless JSON is printed
 * @begun: whether anything of it was printed
 */
struct table {
	const struct cli *cli;
	const struct column *shown[MAX_COLUMNS];
	size_t count;
	struct libscols_table *text;
	bool begun;
};

/* What json-c prints for a value that is known: 0 is a number like others. */
struct json_object *known_json(uint64_t value);
struct json_object *level_json(unsigned int level);
void print_json(struct json_object *object);

struct libscols_table *text_table(const struct cli *cli);
struct libscols_line *text_line(struct libscols_table *text,
				struct libscols_line *parent);
void text_cell(struct libscols_line *line, size_t i, char *cell);
int table_check(const struct cli *cli);
bool table_shows(const struct table *table,
		 struct json_object *(*get)(const void *row));
void table_begin(struct table *table, const struct cli *cli);
void table_add(struct table *table, const void *rows, size_t count,
	       size_t size);
void table_stream(struct table *table, const void *row);
void table_end(struct table *table);
void table_drop(struct table *table);
void table_print(const struct cli *cli, const void *rows, size_t count,
		 size_t size);
void table_record(const struct cli *cli, const void *row);

#endif
