// SPDX-License-Identifier: GPL-2.0-only
/* pidmap - translate IDs between PID namespaces: the command line */
#include <ctype.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "backend.h"
#include "cli.h"
#include "message.h"
#include "output.h"

static int do_help(const struct cli *cli, int argc, char **argv);

enum {
	TRANSLATE,
	IDS,
	LIST,
	TREE,
	NS,
	FILTER,
	WATCH,
	INFO,
	DOCTOR,
	HELP,
};

static const struct command commands[] = {
	[TRANSLATE] = {
		"translate", do_translate, "ID...",
		"Print the number of each ID in another namespace; if ID is -, read IDs from standard input",
		1, INT_MAX, translate_columns, true,
	},
	[IDS] = {
		"ids", do_ids, "ID...",
		"Print every number of each ID, with its namespaces",
		1, INT_MAX, ids_columns, true,
	},
	[LIST] = {
		"list", do_list, "[NS]",
		"List the processes of a namespace and of those below it",
		0, 1, list_columns, true,
	},
	[TREE] = {
		"tree", do_tree, "[NS]",
		"Draw namespaces and their processes as a tree",
		0, 1, NULL, true,
	},
	[NS] = {
		"ns", do_ns, "[NS]", "List the PID namespaces",
		0, 1, ns_columns, true,
	},
	[FILTER] = {
		"filter", do_filter, "",
		"Translate the IDs within text, from standard input to standard output",
		0, 0, NULL, true,
	},
	[WATCH] = {
		"watch", do_watch, "[NS]",
		"Report what starts and ends in a namespace, as it happens",
		0, 1, watch_columns, true,
	},
	[INFO] = {
		"info", do_info, "",
		"Print which back end answers, and what it lets you do",
		0, 0, info_columns, true,
	},
	[DOCTOR] = {
		"doctor", do_doctor, "",
		"Print what is missing, and how to fix it",
		0, 0, doctor_columns, false,
	},
	[HELP] = {
		"help", do_help, "[COMMAND]",
		"Print help, on a command if one is named",
		0, 1, NULL, false,
	},
};

enum {
	OPT_FROM = 256,
	OPT_TO,
	OPT_STARTED,
	OPT_TGID,
	OPT_FIELDS,
	OPT_THREADS,
	OPT_DIRECT,
	OPT_INITIAL,
	OPT_DOT,
	OPT_FOLLOW,
	OPT_COLOR,
	OPT_BACKEND,
	OPT_VIEW,
	OPT_JSON,
};

#define OPTIONAL	'['

#define BY(command)	(1U << (command))
#define BY_ALL		(~0U)
#define BY_TABLES	(BY(TRANSLATE) | BY(IDS) | BY(LIST) | BY(NS) | \
			 BY(INFO) | BY(DOCTOR) | BY(WATCH))
#define BY_NAMING	(BY(TRANSLATE) | BY(IDS) | BY(FILTER))
#define BEFORE		BY(31)

/* @commands: by which commands it is taken, and whether BEFORE them, too */
static const struct option_help {
	const char *name;
	const char *argument;
	int key;
	unsigned int commands;
	const char *help;
} options[] = {
	{ "type", "TYPE", 't', BY_NAMING,
	  "what the IDs are: tid (default), tgid or pid, pgid, sid" },
	{ "from", "NS", OPT_FROM, BY_NAMING, "the namespace the IDs come from" },
	{ "to", "NS", OPT_TO, BY(TRANSLATE) | BY(FILTER),
	  "the namespace to translate to" },
	{ "started", "TIME", OPT_STARTED, BY(TRANSLATE),
	  "the start time expected of each ID, as START shows it" },
	{ "tgid", NULL, OPT_TGID, BY(TRANSLATE),
	  "print the TGID of each TID: its process" },
	{ "regexp", "REGEX", 'e', BY(FILTER),
	  "what is an ID: the last group in it, or all it matches" },
	{ "fields", "NAMES", OPT_FIELDS, BY(FILTER),
	  "the fields that are IDs, by name, also of CSV with a heading" },
	{ "threads", NULL, OPT_THREADS, BY(LIST) | BY(WATCH),
	  "every thread, not only processes" },
	{ "direct", NULL, OPT_DIRECT, BY(LIST),
	  "no processes of the namespaces below" },
	{ "initial", NULL, OPT_INITIAL, BY(WATCH),
	  "print first what is there already" },
	{ "dot", NULL, OPT_DOT, BY(TREE), "draw it for Graphviz" },
	{ "follow", NULL, OPT_FOLLOW, BY(TREE),
	  "draw it again whenever it changes, until you stop it" },
	{ "json", "[=FORM]", OPT_JSON, BEFORE | BY_TABLES | BY(TREE),
	  "print JSON; FORM lxkns is the REST form of lxkns (list)" },
	{ "noheadings", NULL, 'n', BEFORE | BY_TABLES, "print no headings" },
	{ "output", "COLUMNS", 'o', BEFORE | BY_TABLES,
	  "print these columns; with '+' first, these besides the usual" },
	{ "raw", NULL, 'r', BEFORE | BY_TABLES | BY(TREE),
	  "align nothing, and encode blanks" },
	{ "color", "WHEN", OPT_COLOR,
	  BEFORE | (BY_TABLES & ~BY(WATCH)) | BY(TREE),
	  "when to print colours: auto, always or never" },
	{ "backend", "NAME", OPT_BACKEND,
	  BEFORE | BY_TABLES | BY(TREE) | BY(FILTER),
	  "the back end to use: device, nsfs or procfs" },
	{ "view", "NS", OPT_VIEW, BEFORE | BY(TRANSLATE) | BY(IDS) | BY(LIST) |
	  BY(TREE) | BY(NS) | BY(FILTER) | BY(INFO) | BY(WATCH),
	  "the namespace to look from, by a path: /host/proc/1/ns/pid" },
	{ "version", NULL, 'V', BY_ALL, "print the version" },
	{ "help", NULL, 'h', BY_ALL, "print this help" },
};

static const char ns_help[] =
	"NS is self (the default), a PID, an inode number (4026532177 or\n"
	"'pid:[4026532177]'), id:N, level:N, a path such as /proc/42/ns/pid, fd:N, or\n"
	"a container: podman:NAME, docker:NAME, nerdctl:NAME, cri:NAME, lxc:NAME,\n"
	"incus:NAME, machine:NAME.\n";

/* Without a command: what may stand before it */
static bool takes(const struct command *command,
		  const struct option_help *option)
{
	return option->commands & (command ? BY(command - commands) : BEFORE);
}

static void print_options(const struct command *command)
{
	puts("\nOptions:");
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_help *o = &options[i];
		char text[32];

		if (!takes(command, o))
			continue;
		snprintf(text, sizeof(text), "--%s%s%s", o->name,
			 o->argument && *o->argument != OPTIONAL ? " " : "",
			 o->argument ? o->argument : "");
		if (o->key < OPT_FROM)
			printf("  -%c, %-18s %s\n", o->key, text, o->help);
		else
			printf("      %-18s %s\n", text, o->help);
	}
}

static bool names_namespaces(const struct command *command)
{
	return takes(command, &options[1]) ||
	       !strcmp(command->operands, "[NS]");
}

static void print_command_help(const struct command *command)
{
	printf("Usage: pidmap %s [OPTION]...%s%s\n\n%s.\n", command->name,
	       *command->operands ? " " : "", command->operands, command->help);
	print_options(command);
	if (command->columns)
		puts("\nColumns ('*' are the usual ones):");
	for (const struct column *c = command->columns; c && c->name; c++)
		printf("%s %-10s %s\n", c->show == SHOWN ? "*" : " ", c->name,
		       c->help);
	if (names_namespaces(command))
		printf("\n%s", ns_help);
}

static void print_help(const struct command *command)
{
	if (command) {
		print_command_help(command);
		return;
	}
	puts("Usage: pidmap COMMAND [OPTION]... [OPERAND]...\n\n"
	     "Translate IDs between PID namespaces.\n\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	print_options(NULL);
	printf("\n%s\n'pidmap help COMMAND' shows a command's own options and columns.\n",
	       ns_help);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int no_command(const char *name)
{
	return fail(EXIT_USAGE, "no command '%s'; 'pidmap --help' lists them",
		    name);
}

static int do_help(const struct cli *cli, int argc, char **argv)
{
	const struct command *command = argc ? find_command(argv[0]) : NULL;

	(void)cli;
	if (argc && !command)
		return no_command(argv[0]);
	print_help(command);
	return EXIT_ANSWERED;
}

static int set_type(struct cli *cli, const char *name)
{
	/* What people call a PID */
	if (!strcmp(name, "pid"))
		name = "tgid";
	for (cli->type = 0; type_name(cli->type); cli->type++)
		if (!strcmp(type_name(cli->type), name))
			return EXIT_ANSWERED;
	return fail(EXIT_USAGE,
		    "no ID type '%s'; it is tid, tgid (or pid), pgid or sid",
		    name);
}

static int set_json(struct cli *cli, const char *form)
{
	cli->json = form ? JSON_LXKNS : JSON_ON;
	if (form && strcmp(form, "lxkns"))
		return fail(EXIT_USAGE,
			    "no JSON form '%s'; it is lxkns, or leave it out",
			    form);
	return EXIT_ANSWERED;
}

static int set_color(struct cli *cli, const char *when)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto",
		[COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (cli->color = 0; cli->color < ARRAY_SIZE(names); cli->color++)
		if (!strcmp(names[cli->color], when))
			return EXIT_ANSWERED;
	return fail(EXIT_USAGE, "no '%s' for colours; it is auto, always or never",
		    when);
}

static int set_started(struct cli *cli, const char *time)
{
	cli->expects = true;
	if (parse_number(time, UINT64_MAX, &cli->started))
		return fail(EXIT_USAGE,
			    "'%s' is no start time; give one as the column START shows it",
			    time);
	return EXIT_ANSWERED;
}

static int set_option(struct cli *cli, int key, char *value)
{
	switch (key) {
	case 't':
		return set_type(cli, value);
	case OPT_FROM:
		cli->from = value;
		break;
	case OPT_TO:
		cli->to = value;
		break;
	case OPT_STARTED:
		return set_started(cli, value);
	case OPT_TGID:
		cli->tgid = true;
		break;
	case 'e':
		cli->regex = value;
		break;
	case OPT_FIELDS:
		cli->fields = value;
		break;
	case OPT_COLOR:
		return set_color(cli, value);
	case OPT_DIRECT:
		cli->direct = true;
		break;
	case OPT_THREADS:
		cli->threads = true;
		break;
	case OPT_INITIAL:
		cli->initial = true;
		break;
	case OPT_DOT:
		cli->dot = true;
		break;
	case OPT_FOLLOW:
		cli->follow = true;
		break;
	case OPT_BACKEND:
		cli->backend = value;
		break;
	case OPT_VIEW:
		cli->view = value;
		break;
	case OPT_JSON:
		return set_json(cli, value);
	case 'n':
		cli->no_headings = true;
		break;
	case 'o':
		cli->columns = value;
		break;
	case 'r':
		cli->raw = true;
		break;
	}
	return EXIT_ANSWERED;
}

/* What getopt_long calls the options of @command */
static void getopt_tables(const struct command *command, char *shorts,
			  struct option *longs)
{
	*shorts++ = command ? ':' : '+';
	if (!command)
		*shorts++ = ':';
	for (size_t i = 0; i < ARRAY_SIZE(options); i++) {
		const struct option_help *o = &options[i];

		if (!takes(command, o))
			continue;
		if (o->key < OPT_FROM) {
			*shorts++ = o->key;
			if (o->argument)
				*shorts++ = ':';
		}
		*longs++ = (struct option){
			o->name,
			!o->argument ? no_argument :
			*o->argument == OPTIONAL ? optional_argument :
			required_argument,
			NULL, o->key,
		};
	}
	*shorts = '\0';
	*longs = (struct option){ 0 };
}

static int bad_option(const struct command *command, int key, const char *text)
{
	const char *name = command ? command->name : "";
	const char *blank = command ? " " : "";

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (options[i].key == optopt && takes(command, &options[i]))
			return fail(EXIT_USAGE,
				    "option '--%s' %s value; see 'pidmap %s%s--help'",
				    options[i].name,
				    key == ':' ? "needs a" : "takes no",
				    name, blank);
	if (!optopt)
		return fail(EXIT_USAGE,
			    "no option '%s'; see 'pidmap %s%s--help'",
			    text, name, blank);
	return fail(EXIT_USAGE, "no option '-%c'; see 'pidmap %s%s--help'%s",
		    optopt, name, blank, isdigit(optopt) ?
		    ", and put '--' before negative numbers" : "");
}

/* The place of an option in the table, as a bit */
static unsigned int bit_of(int key)
{
	unsigned int bit = 1;

	for (size_t i = 0; options[i].key != key; i++)
		bit <<= 1;
	return bit;
}

/*
 * Read options up to the first operand, or all of those of @cli->command.
 * Returns an exit code, or -1 to go on.
 */
static int parse_options(struct cli *cli, int argc, char **argv)
{
	char shorts[2 * ARRAY_SIZE(options) + 3];
	struct option longs[ARRAY_SIZE(options) + 1];
	int key, status;

	getopt_tables(cli->command, shorts, longs);
	opterr = 0;
	while ((key = getopt_long(argc, argv, shorts, longs, NULL)) != -1) {
		switch (key) {
		case 'h':
			print_help(cli->command);
			return EXIT_ANSWERED;
		case 'V':
			puts("pidmap " PIDMAP_VERSION);
			return EXIT_ANSWERED;
		case ':':
		case '?':
			return bad_option(cli->command, key, argv[optind - 1]);
		}
		if (!cli->command)
			cli->before |= bit_of(key);
		status = set_option(cli, key, optarg);
		if (status)
			return status;
	}
	return -1;
}

static int check_usage(const struct cli *cli, int operands)
{
	const struct command *command = cli->command;

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (cli->before & 1U << i && !takes(command, &options[i]))
			return fail(EXIT_USAGE,
				    "%s takes no option '--%s'; see 'pidmap %s --help'",
				    command->name, options[i].name,
				    command->name);
	if (operands < command->min)
		return fail(EXIT_USAGE, "%s needs an ID; see 'pidmap %s --help'",
			    command->name, command->name);
	if (cli->json == JSON_LXKNS && command->run != do_list)
		return fail(EXIT_USAGE,
			    "%s has no JSON form 'lxkns'; only list has, use plain --json",
			    command->name);
	return table_check(cli);
}

static int run(int argc, char **argv)
{
	struct cli cli = { .from = "self", .to = "self" };
	int status;

	status = parse_options(&cli, argc, argv);
	if (status >= 0)
		return status;
	if (optind == argc)
		return fail(EXIT_USAGE,
			    "no command given; see 'pidmap --help'");
	cli.command = find_command(argv[optind]);
	if (!cli.command)
		return no_command(argv[optind]);
	argc -= optind;
	argv += optind;
	optind = 0;
	status = parse_options(&cli, argc, argv);
	if (status >= 0)
		return status;
	argc -= optind;
	argv += optind;
	if (argc > cli.command->max)
		return fail(EXIT_USAGE,
			    "unexpected operand '%s'; see 'pidmap %s --help'",
			    argv[cli.command->max], cli.command->name);
	status = check_usage(&cli, argc);
	if (!status && cli.command->opens)
		status = open_backend(&cli);
	if (!status)
		status = cli.command->run(&cli, argc, argv);
	pidmap_close(cli.pm);
	return status;
}

/* A file opened later must not become standard output by accident. */
static void fill_standard_fds(void)
{
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0)
			open("/dev/null", fd ? O_RDONLY : O_WRONLY);
}

int main(int argc, char **argv)
{
	fill_standard_fds();
	setlocale(LC_CTYPE, "");
	return finish_stdout(run(argc, argv));
}
