// SPDX-License-Identifier: GPL-2.0
/* pidmap ids: every number of one ID */
#include <errno.h>
#include <limits.h>

#include "cli.h"

struct row {
	struct pidmap_pid pid;
	struct pidmap_ids ids;
	unsigned int level;
};

static struct json_object *get_level(const void *p)
{
	return level_json(((const struct row *)p)->level);
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

static struct json_object *get_tgid(const void *p)
{
	return known_json(((const struct row *)p)->ids.tgid);
}

static struct json_object *get_pgid(const void *p)
{
	return known_json(((const struct row *)p)->ids.pgid);
}

static struct json_object *get_sid(const void *p)
{
	return known_json(((const struct row *)p)->ids.sid);
}

static struct json_object *get_ppid(const void *p)
{
	return known_json(((const struct row *)p)->ids.ppid);
}

const struct column ids_columns[] = {
	{ "LEVEL", 5, "level of the namespace", false, get_level },
	{ "NS", 10, "inode number of the namespace", false, get_ns },
	{ "NSID", 6, "never-reused ID of the namespace", true, get_nsid },
	{ "NUMBER", 10, "the number of the ID there", false, get_number },
	{ "TGID", 10, "the TGID of a task there", true, get_tgid },
	{ "PGID", 10, "the PGID of a task there", true, get_pgid },
	{ "SID", 10, "the SID of a task there", true, get_sid },
	{ "PPID", 10, "the TGID of a task's parent there", true, get_ppid },
	{ 0 }
};

/* Where the namespace cannot be named, the task's other IDs stay unknown. */
static void fill_row(const struct cli *cli, const struct pidmap_pid *pids,
		     unsigned int i, struct row *row)
{
	struct pidmap_nsref to = pidmap_ns_view();

	row->level = view_level(cli);
	if (row->level != PIDMAP_LEVEL_UNKNOWN)
		row->level += i;
	row->pid = pids[i];
	if (i)
		to = pidmap_ns_inum(pids[i].inum);
	if (cli->type == PIDMAP_TID)
		pidmap_task_ids(cli->pm, pids[0].nr, pidmap_ns_view(), to,
				&row->ids, NULL);
}

int do_ids(const struct cli *cli, int argc, char **argv)
{
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	struct row rows[PIDMAP_MAX_PIDS] = { 0 };
	struct pidmap_nsref from;
	struct table table;
	uint64_t number;
	int status, count;

	(void)argc;
	if (parse_number(argv[0], INT_MAX, &number))
		return fail(EXIT_USAGE, "'%s' is no ID; IDs are numbers up to %d",
			    argv[0], INT_MAX);
	status = name_ns(cli->from, &from);
	if (status)
		return status;
	count = pidmap_pids(cli->pm, cli->type, number, from, pids,
			    ARRAY_SIZE(pids), NULL);
	if (count < 0)
		return fail_call("read the numbers of %s %s in '%s'",
				 type_name(cli->type), argv[0], cli->from);
	if (!count)
		return fail(EXIT_NO_ANSWER,
			    "no %s %s in '%s'; 'pidmap list' lists those there are",
			    type_name(cli->type), argv[0], cli->from);
	for (int i = 0; i < count; i++)
		fill_row(cli, pids, i, &rows[i]);
	table_begin(&table, cli);
	table_add(&table, rows, count, sizeof(*rows));
	table_end(&table);
	return EXIT_ANSWERED;
}
