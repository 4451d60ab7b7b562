/* SPDX-License-Identifier: GPL-2.0 */
/* pidmap - what the parts of the tool share */
#ifndef PIDMAP_CLI_H
#define PIDMAP_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <json-c/json.h>
#include <pidmap.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))

/* Exit codes; pidmap(1) promises them. */
enum {
	EXIT_ANSWERED	= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_ANSWER	= 3,
	EXIT_NO_BACKEND	= 4,
};

enum json_form {
	JSON_OFF,
	JSON_ON,
	JSON_LXKNS,
};

/**
 * struct cli - what the command line asked for, handed to every subcommand
 * @pm: the open library handle; NULL where the command opens none
 * @command: the subcommand
 * @backend: what --backend named, or NULL
 * @columns: what -o named, or NULL
 * @from: the NS of --from
 * @to: the NS of --to
 * @type: the ID type of -t
 * @json: whether to print JSON, and which
 * @no_headings: leave out the line of headings
 * @raw: one blank between columns, nothing aligned
 * @threads: list every TID
 * @dot: draw the tree for Graphviz
 */
struct cli {
	struct pidmap *pm;
	const struct command *command;
	const char *backend;
	const char *columns;
	const char *from;
	const char *to;
	enum pidmap_type type;
	enum json_form json;
	bool no_headings;
	bool raw;
	bool threads;
	bool dot;
};

/**
 * struct column - one column of a table; a table ends with one without a name
 * @name: its heading, which -o takes; in lower case its key in JSON
 * @width: how wide it is at least; negative where text is aligned to the left
 * @help: what it shows
 * @hidden: shown only where -o asks for it
 * @get: its value in a row, as a new JSON object
 */
struct column {
	const char *name;
	int width;
	const char *help;
	bool hidden;
	struct json_object *(*get)(const void *row);
};

#define MAX_COLUMNS	16

/**
 * struct command - a subcommand
 * @name: as typed
 * @run: does it; gets the operands and returns the exit code
 * @operands: its synopsis after the name
 * @help: what it does, in a line
 * @min: how many operands it needs
 * @max: how many it takes
 * @columns: of its table, or NULL
 * @opens: whether it needs an open library handle
 */
struct command {
	const char *name;
	int (*run)(const struct cli *cli, int argc, char **argv);
	const char *operands;
	const char *help;
	int min;
	int max;
	const struct column *columns;
	bool opens;
};

/* main.c */
int fail(int status, const char *format, ...) PRINTF(2, 3);
int parse_number(const char *text, uint64_t max, uint64_t *number);

/* names.c */
int name_ns(const char *text, struct pidmap_nsref *ns);

/* backend.c */
int open_backend(struct cli *cli);
int fail_call(const char *format, ...) PRINTF(1, 2);
const char *type_name(enum pidmap_type type);
unsigned int view_level(const struct cli *cli);
int read_command(pid_t tid, char *command, int size);
struct json_object *level_json(unsigned int level);
struct json_object *known_json(uint64_t value);
struct json_object *command_json(pid_t tid);
struct json_object *numbers_json(const struct pidmap_task *task);
int take_snapshot(const struct cli *cli, int argc, char **argv,
		  struct pidmap_snapshot **snapshot);

/**
 * struct table - a table being printed
 * @cli: how to print it
 * @shown: the columns chosen, in order
 * @count: how many those are
 * @begun: whether anything of it was printed
 */
struct table {
	const struct cli *cli;
	const struct column *shown[MAX_COLUMNS];
	size_t count;
	bool begun;
};

/* output.c */
bool colours(void);
void out_of_memory(void) __attribute__((noreturn));
int finish_stdout(int status);
char *printable(const char *text, bool raw);
void print_json(struct json_object *object);
int table_check(const struct cli *cli);
void table_begin(struct table *table, const struct cli *cli);
void table_add(struct table *table, const void *rows, size_t count,
	       size_t size);
void table_end(struct table *table);
void table_record(const struct cli *cli, const void *row);

/* subcommands */
extern const struct column translate_columns[], ids_columns[], list_columns[];
extern const struct column ns_columns[], info_columns[], doctor_columns[];

int do_translate(const struct cli *cli, int argc, char **argv);
int do_ids(const struct cli *cli, int argc, char **argv);
int do_list(const struct cli *cli, int argc, char **argv);
int do_tree(const struct cli *cli, int argc, char **argv);
int do_ns(const struct cli *cli, int argc, char **argv);
int do_info(const struct cli *cli, int argc, char **argv);
int do_doctor(const struct cli *cli, int argc, char **argv);

#endif
