// SPDX-License-Identifier: GPL-2.0-only
/* pidmap ids: every number of an ID */
#include <limits.h>
#include <stdlib.h>

#include "backend.h"
#include "container.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "task.h"

/**
 * struct row - an ID in one namespace
 * @cli: the command line
 * @id: as it was asked for
 * @view_nr: its number in the view
 * @depth: levels below the view
 * @view_level: level of the view
 * @pid: its number in the namespace
 * @asked: whether its task's other IDs were asked for
 * @known: whether those are known
 * @ids: those IDs
 */
struct row {
	const struct cli *cli;
	pid_t id;
	pid_t view_nr;
	unsigned int depth;
	unsigned int view_level;
	struct pidmap_pid pid;
	bool asked;
	bool known;
	struct pidmap_ids ids;
};

static struct json_object *get_id(const void *p)
{
	return json_object_new_int(((const struct row *)p)->id);
}

static struct json_object *get_level(const void *p)
{
	const struct row *row = p;

	return row->view_level == PIDMAP_LEVEL_UNKNOWN ? NULL :
	       level_json(row->view_level + row->depth);
}

static struct json_object *get_ns(const void *p)
{
	return known_json(((const struct row *)p)->pid.inum);
}

static struct json_object *get_nsid(const void *p)
{
	return known_json(((const struct row *)p)->pid.id);
}

static struct json_object *get_number(const void *p)
{
	return json_object_new_int(((const struct row *)p)->pid.nr);
}

/*
 * The task's other IDs are asked for when one of them is shown. They stay
 * unknown if the namespace cannot be named; an ID that is outside is 0.
 */
static struct json_object *id_json(const void *p, size_t offset)
{
	struct row *row = (struct row *)p;
	struct pidmap_nsref to = row->depth ? pidmap_ns_inum(row->pid.inum) :
				 pidmap_ns_view();

	if (!row->asked && row->cli->type == PIDMAP_TID)
		row->known = pidmap_task_ids(row->cli->pm, row->view_nr,
					     pidmap_ns_view(), to, &row->ids,
					     NULL) > 0;
	row->asked = true;
	return row->known ? json_object_new_int(*(const pid_t *)
			((const char *)&row->ids + offset)) : NULL;
}

static struct json_object *get_tgid(const void *p)
{
	return id_json(p, offsetof(struct pidmap_ids, tgid));
}

static struct json_object *get_pgid(const void *p)
{
	return id_json(p, offsetof(struct pidmap_ids, pgid));
}

static struct json_object *get_sid(const void *p)
{
	return id_json(p, offsetof(struct pidmap_ids, sid));
}

static struct json_object *get_ppid(const void *p)
{
	return id_json(p, offsetof(struct pidmap_ids, ppid));
}

static struct json_object *get_start(const void *p)
{
	const struct row *row = p;
	struct pidmap_stamp stamp = { .flags = PIDMAP_START_TIME };

	return pidmap_translate_at(row->cli->pm, row->cli->type, row->view_nr,
				   pidmap_ns_view(), pidmap_ns_view(),
				   &stamp) > 0 ?
	       json_object_new_uint64(stamp.start_time) : NULL;
}

static struct json_object *get_container(const void *p)
{
	return container_json(((const struct row *)p)->view_nr);
}

const struct column ids_columns[] = {
	{ "ID", RIGHT, "the ID asked for", SHOWN, get_id },
	{ "LEVEL", RIGHT, "level of the namespace", SHOWN, get_level },
	{ "NS", RIGHT, "inode number of the namespace", SHOWN, get_ns },
	{ "NSID", RIGHT, "never-reused ID of the namespace", HIDDEN, get_nsid },
	{ "NUMBER", RIGHT, "the number of the ID there", SHOWN, get_number },
	{ "TGID", RIGHT, "the TGID of the task there", HIDDEN, get_tgid },
	{ "PGID", RIGHT, "the PGID of the task there; 0 if the group is outside",
	  HIDDEN, get_pgid },
	{ "SID", RIGHT, "the SID of the task there; 0 if the session is outside",
	  HIDDEN, get_sid },
	{ "PPID", RIGHT, "the TGID of the task's parent there; 0 if it is outside",
	  HIDDEN, get_ppid },
	{ "START", RIGHT, "when the task started, in nanoseconds after boot",
	  HIDDEN, get_start },
	{ "CONTAINER", LEFT, "the container it belongs to", HIDDEN,
	  get_container },
	{ 0 }
};

/* Print the numbers of one ID */
static int print_ids(const struct cli *cli, struct table *table,
		     struct pidmap_nsref from, pid_t id)
{
	const char *type = type_name(cli->type);
	struct row rows[PIDMAP_MAX_PIDS] = { 0 };
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int count = pidmap_pids(cli->pm, cli->type, id, from, pids,
				ARRAY_SIZE(pids), NULL);

	if (count < 0)
		return fail_call(cli, &from, NULL,
				 "read the numbers of %s %d in '%s'", type, id,
				 cli->from);
	if (!count)
		return fail_no_id(cli, &from, id);
	for (int i = 0; i < count; i++)
		rows[i] = (struct row){
			.cli = cli, .id = id, .view_nr = pids[0].nr,
			.depth = i, .view_level = view_level(cli),
			.pid = pids[i],
		};
	table_add(table, rows, count, sizeof(*rows));
	return EXIT_ANSWERED;
}

int do_ids(const struct cli *cli, int argc, char **argv)
{
	struct pidmap_nsref from;
	struct table table;
	uint64_t number;
	int status;

	for (int i = 0; i < argc; i++)
		if (parse_number(argv[i], INT_MAX, &number))
			return fail(EXIT_USAGE,
				    "'%s' is no ID; IDs are numbers up to %d",
				    argv[i], INT_MAX);
	status = name_ns(cli, cli->from, &from);
	if (status)
		return status;
	table_begin(&table, cli);
	for (int i = 0; i < argc; i++) {
		int one;

		parse_number(argv[i], INT_MAX, &number);
		one = print_ids(cli, &table, from, number);
		if (one && status != EXIT_FAILED)
			status = one;
	}
	/* If nothing was found, a line of headings would look like an answer. */
	if (table.begun || cli->json || !status)
		table_end(&table);
	else
		table_drop(&table);
	return status;
}
