// SPDX-License-Identifier: GPL-2.0-only
/* pidmap ns: the PID namespaces */
#include <errno.h>
#include <stdlib.h>

#include "backend.h"
#include "container.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "task.h"

/**
 * struct list - the namespaces found, and their members
 * @cli: the command line
 * @ns: the namespace that was asked about
 * @rows: a record each
 * @count: how many those are
 * @members: their processes, once those were asked for; or NULL
 * @asked: whether they were
 */
struct list {
	const struct cli *cli;
	struct pidmap_nsref ns;
	struct row {
		struct list *list;
		struct pidmap_ns ns;
		unsigned int depth;
	} *rows;
	size_t count;
	struct pidmap_snapshot *members;
	bool asked;
};

static const struct pidmap_ns *ns_of(const void *p)
{
	return &((const struct row *)p)->ns;
}

static struct json_object *get_ns(const void *p)
{
	return known_json(ns_of(p)->inum);
}

static struct json_object *get_nsid(const void *p)
{
	return known_json(ns_of(p)->id);
}

static struct json_object *get_level(const void *p)
{
	return level_json(ns_of(p)->level);
}

static struct json_object *get_parent(const void *p)
{
	return known_json(ns_of(p)->parent_inum);
}

static struct json_object *get_ids(const void *p)
{
	return known_json(ns_of(p)->pids);
}

static struct json_object *get_nprocs(const void *p)
{
	struct list *list = ((const struct row *)p)->list;
	const struct pidmap_task *task;
	int64_t count = 0;

	if (!list->asked)
		list->members = pidmap_snapshot_new(list->cli->pm, list->ns,
						    PIDMAP_SNAPSHOT_PARTIAL);
	list->asked = true;
	if (!list->members)
		return NULL;
	for (size_t i = 0; (task = pidmap_snapshot_task(list->members, i)); i++)
		count += task->inum == ns_of(p)->inum;
	return json_object_new_int64(count);
}

static struct json_object *get_init(const void *p)
{
	return known_json(ns_of(p)->init);
}

static struct json_object *get_start(const void *p)
{
	return known_json(ns_of(p)->start_time);
}

static struct json_object *get_userns(const void *p)
{
	return known_json(ns_of(p)->owner_inum);
}

static struct json_object *get_uid(const void *p)
{
	return ns_of(p)->owner_uid == PIDMAP_UID_UNKNOWN ? NULL :
	       json_object_new_int64(ns_of(p)->owner_uid);
}

static struct json_object *get_container(const void *p)
{
	return ns_of(p)->init ? container_json(ns_of(p)->init) : NULL;
}

static struct json_object *get_command(const void *p)
{
	return ns_of(p)->init ? command_json(ns_of(p)->init) : NULL;
}

const struct column ns_columns[] = {
	{ "NS", RIGHT, "inode number of the namespace", SHOWN, get_ns },
	{ "NSID", RIGHT, "its never-reused ID", HIDDEN, get_nsid },
	{ "LEVEL", RIGHT, "its level", SHOWN, get_level },
	{ "PARENT", RIGHT, "inode number of its parent", SHOWN, get_parent },
	{ "NPROCS", RIGHT, "how many processes live in it", SHOWN, get_nprocs },
	{ "IDS", RIGHT, "how many IDs are in use in it and below", HIDDEN,
	  get_ids },
	{ "INIT", RIGHT, "TGID of its init, in your namespace", SHOWN, get_init },
	{ "START", RIGHT, "when its init started, in nanoseconds after boot",
	  HIDDEN, get_start },
	{ "USERNS", RIGHT, "inode number of the user namespace that owns it",
	  HIDDEN, get_userns },
	{ "UID", RIGHT, "owner of that user namespace", SHOWN, get_uid },
	{ "CONTAINER", LEFT, "the container its init belongs to", SHOWN,
	  get_container },
	{ "COMMAND", LEFT, "the program its init runs", SHOWN, get_command },
	{ 0 }
};

/* Newer kernels may send longer records. */
static int keep(const struct pidmap_ns *ns, void *arg)
{
	struct list *list = arg;

	list->rows = reallocarray(list->rows, list->count + 1,
				  sizeof(*list->rows));
	if (!list->rows)
		out_of_memory();
	list->rows[list->count++] = (struct row){ list, *ns, 0 };
	return 0;
}

/* How many of its ancestors are in the list: its level may not be known. */
static unsigned int depth_of(const struct list *list, const struct row *row)
{
	uint32_t parent = row->ns.parent_inum;
	unsigned int depth = 0;

	for (size_t i = 0; parent && i < list->count; i++)
		if (list->rows[i].ns.inum == parent &&
		    depth++ < PIDMAP_MAX_LEVEL) {
			parent = list->rows[i].ns.parent_inum;
			i = -1;
		}
	return depth;
}

static int by_depth(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	if (x->depth != y->depth)
		return x->depth < y->depth ? -1 : 1;
	return x->ns.inum < y->ns.inum ? -1 : x->ns.inum > y->ns.inum;
}

int do_ns(const struct cli *cli, int argc, char **argv)
{
	const char *name = argc ? argv[0] : "self";
	struct list list = { .cli = cli };
	int status = name_ns(cli, name, &list.ns);

	if (status)
		return status;
	if (pidmap_list_ns(cli->pm, list.ns, keep, &list)) {
		if (errno == EACCES && list.count)
			warn_partial();
		else
			status = fail_call(cli, &list.ns, NULL,
					   "list the namespaces of '%s'", name);
	} else if (!list.count) {
		status = fail_ended(name);
	}
	if (!status) {
		for (size_t i = 0; i < list.count; i++)
			list.rows[i].depth = depth_of(&list, &list.rows[i]);
		qsort(list.rows, list.count, sizeof(*list.rows), by_depth);
		table_print(cli, list.rows, list.count, sizeof(*list.rows));
	}
	pidmap_snapshot_free(list.members);
	free(list.rows);
	return status;
}
