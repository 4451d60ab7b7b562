// SPDX-License-Identifier: GPL-2.0
/* pidmap ns: the PID namespaces */
#include <stdlib.h>

#include "cli.h"

struct list {
	struct pidmap_ns *rows;
	size_t count;
};

static struct json_object *get_ns(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->inum);
}

static struct json_object *get_nsid(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->id);
}

static struct json_object *get_level(const void *p)
{
	return level_json(((const struct pidmap_ns *)p)->level);
}

static struct json_object *get_parent(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->parent_inum);
}

static struct json_object *get_ids(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->pids);
}

static struct json_object *get_init(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->init);
}

static struct json_object *get_start(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->start_time);
}

static struct json_object *get_userns(const void *p)
{
	return known_json(((const struct pidmap_ns *)p)->owner_inum);
}

static struct json_object *get_uid(const void *p)
{
	return json_object_new_int64(((const struct pidmap_ns *)p)->owner_uid);
}

static struct json_object *get_command(const void *p)
{
	return command_json(((const struct pidmap_ns *)p)->init);
}

const struct column ns_columns[] = {
	{ "NS", 10, "inode number of the namespace", false, get_ns },
	{ "NSID", 6, "its never-reused ID", true, get_nsid },
	{ "LEVEL", 5, "its level", false, get_level },
	{ "PARENT", 10, "inode number of the one above it", false, get_parent },
	{ "IDS", 7, "how many IDs are in use in it and below", false, get_ids },
	{ "INIT", 7, "TGID of its init, as you see it", false, get_init },
	{ "START", 12, "when its init started, in nanoseconds after boot", true,
	  get_start },
	{ "USERNS", 10, "inode number of the user namespace that owns it",
	  true, get_userns },
	{ "UID", 5, "owner of that user namespace", false, get_uid },
	{ "COMMAND", -15, "the program its init runs", false, get_command },
	{ 0 }
};

/* Newer kernels may send longer records. */
static int keep(const struct pidmap_ns *ns, void *arg)
{
	struct list *list = arg;
	struct pidmap_ns *rows = reallocarray(list->rows, list->count + 1,
					      sizeof(*rows));

	if (!rows)
		out_of_memory();
	list->rows = rows;
	rows[list->count++] = *ns;
	return 0;
}

static int by_level(const void *a, const void *b)
{
	const struct pidmap_ns *x = a, *y = b;

	if (x->level != y->level)
		return x->level < y->level ? -1 : 1;
	return x->inum < y->inum ? -1 : x->inum > y->inum;
}

int do_ns(const struct cli *cli, int argc, char **argv)
{
	const char *name = argc ? argv[0] : "self";
	struct list list = { 0 };
	struct pidmap_nsref ns;
	struct table table;
	int status = name_ns(name, &ns);

	if (status)
		return status;
	if (pidmap_list_ns(cli->pm, ns, keep, &list))
		status = fail_call("list the namespaces of '%s'", name);
	if (!status) {
		if (list.count)
			qsort(list.rows, list.count, sizeof(*list.rows),
			      by_level);
		table_begin(&table, cli);
		table_add(&table, list.rows, list.count, sizeof(*list.rows));
		table_end(&table);
	}
	free(list.rows);
	return status;
}
