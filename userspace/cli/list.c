// SPDX-License-Identifier: GPL-2.0-only
/* pidmap list: the tasks of a namespace and of those below it */
#include <stdlib.h>

#include "backend.h"
#include "container.h"
#include "message.h"
#include "output.h"
#include "task.h"

/**
 * struct row - a task
 * @task: its record
 * @view_level: level of the view
 */
struct row {
	const struct pidmap_task *task;
	unsigned int view_level;
};

static const struct pidmap_task *task_of(const void *p)
{
	return ((const struct row *)p)->task;
}

static struct json_object *get_tgid(const void *p)
{
	return json_object_new_int(task_of(p)->tgid);
}

static struct json_object *get_tid(const void *p)
{
	return json_object_new_int(pidmap_task_nr(task_of(p))[0]);
}

static struct json_object *get_ns(const void *p)
{
	return known_json(task_of(p)->inum);
}

static struct json_object *get_level(const void *p)
{
	const struct row *row = p;

	if (row->view_level == PIDMAP_LEVEL_UNKNOWN)
		return NULL;
	return level_json(row->view_level + row->task->levels - 1);
}

static struct json_object *get_numbers(const void *p)
{
	return numbers_json(task_of(p));
}

static struct json_object *get_ppid(const void *p)
{
	return json_object_new_int(task_of(p)->ppid);
}

static struct json_object *get_pgid(const void *p)
{
	return json_object_new_int(task_of(p)->pgid);
}

static struct json_object *get_sid(const void *p)
{
	return json_object_new_int(task_of(p)->sid);
}

static struct json_object *get_uid(const void *p)
{
	return uid_json(pidmap_task_nr(task_of(p))[0]);
}

static struct json_object *get_start(const void *p)
{
	return known_json(task_of(p)->start_time);
}

static struct json_object *get_container(const void *p)
{
	return container_json(pidmap_task_nr(task_of(p))[0]);
}

static struct json_object *get_command(const void *p)
{
	return command_json(pidmap_task_nr(task_of(p))[0]);
}

static struct json_object *get_args(const void *p)
{
	return args_json(pidmap_task_nr(task_of(p))[0]);
}

const struct column list_columns[] = {
	{ "TGID", RIGHT, "its process, in your namespace", SHOWN, get_tgid },
	{ "TID", RIGHT, "the task, in your namespace", SHOWN_FOR_THREADS, get_tid },
	{ "PPID", RIGHT, "its parent's TGID there; 0 if that is outside", HIDDEN,
	  get_ppid },
	{ "PGID", RIGHT, "its PGID there; 0 if the group is outside", HIDDEN,
	  get_pgid },
	{ "SID", RIGHT, "its SID there; 0 if the session is outside", HIDDEN,
	  get_sid },
	{ "UID", RIGHT, "its effective user ID", HIDDEN, get_uid },
	{ "NS", RIGHT, "inode number of the namespace it lives in", SHOWN,
	  get_ns },
	{ "LEVEL", RIGHT, "level of that namespace", HIDDEN, get_level },
	{ "NUMBERS", LEFT, "its TID at every level, from yours to its own",
	  SHOWN, get_numbers },
	{ "START", RIGHT, "when it started, in nanoseconds after boot", HIDDEN,
	  get_start },
	{ "CONTAINER", LEFT, "the container it belongs to", HIDDEN,
	  get_container },
	{ "COMMAND", LEFT, "the program it runs", SHOWN, get_command },
	{ "ARGS", TRUNCATED, "its command line", HIDDEN, get_args },
	{ 0 }
};

static struct json_object *lxkns_task(const struct pidmap_snapshot *snapshot,
				      const struct pidmap_task *task)
{
	struct json_object *array = json_object_new_array();
	struct pidmap_pid pids[PIDMAP_MAX_PIDS];
	int count = pidmap_snapshot_pids(snapshot, pidmap_task_nr(task)[0], 0, pids,
					 ARRAY_SIZE(pids));

	for (int i = 0; i < count; i++) {
		struct json_object *pid = json_object_new_object();

		json_object_object_add(pid, "pid",
				       json_object_new_int(pids[i].nr));
		json_object_object_add(pid, "nsid",
				       json_object_new_int64(pids[i].inum));
		json_object_array_add(array, pid);
	}
	return array;
}

static void print_lxkns(const struct pidmap_snapshot *snapshot)
{
	size_t count = pidmap_snapshot_size(snapshot);

	putchar('[');
	for (size_t i = 0; i < count; i++) {
		puts(i ? "," : "");
		print_json(lxkns_task(snapshot,
				      pidmap_snapshot_task(snapshot, i)));
	}
	puts("\n]");
}

static void print_table(const struct cli *cli,
			const struct pidmap_snapshot *snapshot)
{
	size_t count = pidmap_snapshot_size(snapshot);
	struct row *rows = calloc(count + 1, sizeof(*rows));
	unsigned int level = view_level(cli);

	if (!rows)
		out_of_memory();
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct row){
			pidmap_snapshot_task(snapshot, i), level,
		};
	table_print(cli, rows, count, sizeof(*rows));
	free(rows);
}

int do_list(const struct cli *cli, int argc, char **argv)
{
	struct pidmap_snapshot *snapshot;
	int status = take_snapshot(cli, argc, argv, &snapshot);

	if (status)
		return status;
	if (cli->json == JSON_LXKNS)
		print_lxkns(snapshot);
	else
		print_table(cli, snapshot);
	pidmap_snapshot_free(snapshot);
	return EXIT_ANSWERED;
}
