// SPDX-License-Identifier: GPL-2.0
/* pidmap - translate IDs between PID namespaces: the command line */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <limits.h>
#include <locale.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

enum {
	TRANSLATE,
	IDS,
	LIST,
	TREE,
	NS,
	INFO,
	DOCTOR,
};

static const struct command commands[] = {
	[TRANSLATE] = {
		"translate", do_translate, "ID...",
		"the number of each ID in another namespace; '-' reads IDs from standard input",
		1, INT_MAX, translate_columns, true,
	},
	[IDS] = {
		"ids", do_ids, "ID",
		"every number of an ID, with its namespaces",
		1, 1, ids_columns, true,
	},
	[LIST] = {
		"list", do_list, "[NS]",
		"the tasks of a namespace and those below it",
		0, 1, list_columns, true,
	},
	[TREE] = {
		"tree", do_tree, "[NS]",
		"namespaces and their processes, as a tree",
		0, 1, NULL, true,
	},
	[NS] = {
		"ns", do_ns, "[NS]", "the PID namespaces, one a line",
		0, 1, ns_columns, true,
	},
	[INFO] = {
		"info", do_info, "", "what answers, and what it lets you do",
		0, 0, info_columns, true,
	},
	[DOCTOR] = {
		"doctor", do_doctor, "",
		"what is missing, and the command that mends it",
		0, 0, doctor_columns, false,
	},
};

enum {
	OPT_FROM = 256,
	OPT_TO,
	OPT_THREADS,
	OPT_DOT,
	OPT_BACKEND,
	OPT_JSON,
};

#define OPTIONAL	'['

#define BY(command)	(1U << (command))
#define BY_ALL		(~0U)

/* @commands: by whom it is taken */
static const struct option_help {
	const char *name;
	const char *argument;
	int key;
	unsigned int commands;
	const char *help;
} options[] = {
	{ "type", "TYPE", 't', BY(TRANSLATE) | BY(IDS),
	  "what the IDs are: tid (default), tgid, pgid or sid" },
	{ "from", "NS", OPT_FROM, BY(TRANSLATE) | BY(IDS),
	  "the namespace the IDs come from" },
	{ "to", "NS", OPT_TO, BY(TRANSLATE),
	  "the namespace to translate to" },
	{ "threads", NULL, OPT_THREADS, BY(LIST),
	  "every thread, not only processes" },
	{ "dot", NULL, OPT_DOT, BY(TREE), "draw it for Graphviz" },
	{ "json", "[=FORM]", OPT_JSON, BY_ALL,
	  "print JSON; FORM lxkns is the REST form of lxkns (list)" },
	{ "noheadings", NULL, 'n', BY_ALL, "print no headings" },
	{ "output", "COLUMNS", 'o', BY_ALL,
	  "print these columns, or with '+' first, these too" },
	{ "raw", NULL, 'r', BY_ALL, "align nothing, and encode blanks" },
	{ "backend", "NAME", OPT_BACKEND, BY_ALL,
	  "who answers: device, nsfs or procfs" },
	{ "version", NULL, 'V', BY_ALL, "print the version" },
	{ "help", NULL, 'h', BY_ALL, "print this help" },
};

static const char ns_help[] =
	"NS is self (the default), a PID, pid:[INUM], id:N, level:N, a path such as\n"
	"/proc/42/ns/pid, fd:N, or a container: podman:NAME, docker:NAME, lxc:NAME,\n"
	"machine:NAME.\n";

/* Say what is wrong, in a sentence, and return the exit code @status */
int fail(int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("pidmap: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	return status;
}

/* A decimal number from 0 to @max, and nothing else; 0, or an errno */
int parse_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*end)
		return EINVAL;
	return errno || *number > max ? ERANGE : 0;
}

/* Without a command, what may stand before it: what all commands take */
static bool takes(const struct command *command,
		  const struct option_help *option)
{
	return command ? option->commands & BY(command - commands) :
	       option->commands == BY_ALL;
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

static void print_help(const struct command *command)
{
	const struct column *column;

	if (command) {
		printf("Usage: pidmap %s [OPTION]...%s%s\n\nPrint %s.\n",
		       command->name, *command->operands ? " " : "",
		       command->operands, command->help);
		print_options(command);
		if (command->columns)
			puts("\nColumns ('*' are the usual ones):");
		for (column = command->columns; column && column->name;
		     column++)
			printf("%s %-10s %s\n", column->hidden ? " " : "*",
			       column->name, column->help);
		if (command->max || takes(command, &options[1]))
			printf("\n%s", ns_help);
		return;
	}
	puts("Usage: pidmap COMMAND [OPTION]... [OPERAND]...\n\n"
	     "Translate IDs between PID namespaces.\n\nCommands:");
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		printf("  %-10s %s\n", commands[i].name, commands[i].help);
	print_options(NULL);
	printf("\n%s\n'pidmap COMMAND --help' tells a command's own options and columns.\n",
	       ns_help);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static int set_type(struct cli *cli, const char *name)
{
	for (cli->type = 0; type_name(cli->type); cli->type++)
		if (!strcmp(type_name(cli->type), name))
			return EXIT_ANSWERED;
	return fail(EXIT_USAGE,
		    "no ID type '%s'; it is tid, tgid, pgid or sid", name);
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
	case OPT_THREADS:
		cli->threads = true;
		break;
	case OPT_DOT:
		cli->dot = true;
		break;
	case OPT_BACKEND:
		cli->backend = value;
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
		status = set_option(cli, key, optarg);
		if (status)
			return status;
	}
	return -1;
}

static int check_usage(const struct cli *cli, int operands)
{
	const struct command *command = cli->command;

	if (operands < command->min)
		return fail(EXIT_USAGE, "%s needs an %s; see 'pidmap %s --help'",
			    command->name, "ID", command->name);
	if (cli->json == JSON_LXKNS && command->run != do_list)
		return fail(EXIT_USAGE,
			    "%s has no JSON form 'lxkns'; only list has, use plain --json",
			    command->name);
	if (cli->columns && !command->columns)
		return fail(EXIT_USAGE,
			    "%s has no columns; leave out -o", command->name);
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
		return fail(EXIT_USAGE,
			    "no command '%s'; 'pidmap --help' lists them",
			    argv[optind]);
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
	signal(SIGPIPE, SIG_IGN);
	setlocale(LC_CTYPE, "");
	return finish_stdout(run(argc, argv));
}
