/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - what the command line asked for, and the commands */
#ifndef PIDMAP_CLI_H
#define PIDMAP_CLI_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <pidmap.h>

struct column;

enum json_form {
	JSON_OFF,
	JSON_ON,
	JSON_LXKNS,
};

enum color {
	COLOR_AUTO,
	COLOR_ALWAYS,
	COLOR_NEVER,
};

/**
 * struct cli - what the command line asked for, handed to every subcommand
 * @pm: the open library handle; NULL if the command opens none
 * @command: the subcommand
 * @backend: what --backend named, or NULL
 * @view: what --view named, or NULL
 * @columns: what -o named, or NULL
 * @from: the NS of --from
 * @to: the NS of --to
 * @regex: the expression of -e, or NULL
 * @fields: the names of --fields, or NULL
 * @started: the start time of --started
 * @expects: whether --started was given
 * @before: the options that came before the command, a bit for each
 * @type: the ID type of -t
 * @json: whether to print JSON, and which
 * @color: when to print colours
 * @no_headings: leave out the line of headings
 * @raw: one blank between columns, nothing aligned
 * @tgid: translate each TID to its TGID
 * @threads: list every TID
 * @direct: list no members of child namespaces
 * @initial: print first what is there already
 * @dot: draw the tree for Graphviz
 * @follow: draw the tree again when it changes
 */
struct cli {
	struct pidmap *pm;
	const struct command *command;
	const char *backend;
	const char *view;
	const char *columns;
	const char *from;
	const char *to;
	const char *regex;
	const char *fields;
	uint64_t started;
	bool expects;
	unsigned int before;
	enum pidmap_type type;
	enum json_form json;
	enum color color;
	bool no_headings;
	bool raw;
	bool tgid;
	bool threads;
	bool direct;
	bool initial;
	bool dot;
	bool follow;
};

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

/* subcommands */
int do_translate(const struct cli *cli, int argc, char **argv);
int do_filter(const struct cli *cli, int argc, char **argv);
int do_ids(const struct cli *cli, int argc, char **argv);
int do_list(const struct cli *cli, int argc, char **argv);
int do_tree(const struct cli *cli, int argc, char **argv);
int do_watch(const struct cli *cli, int argc, char **argv);
int do_ns(const struct cli *cli, int argc, char **argv);
int do_info(const struct cli *cli, int argc, char **argv);
int do_doctor(const struct cli *cli, int argc, char **argv);

#endif
