// SPDX-License-Identifier: GPL-2.0-only
/* pidmap info: what answers, and who asks */
#include "backend.h"
#include "message.h"
#include "output.h"

struct row {
	const char *backend;
	struct pidmap_info info;
};

static const struct pidmap_info *info_of(const void *p)
{
	return &((const struct row *)p)->info;
}

static struct json_object *get_backend(const void *p)
{
	return json_object_new_string(((const struct row *)p)->backend);
}

static struct json_object *get_version(const void *p)
{
	(void)p;
	return json_object_new_string(pidmap_version());
}

static struct json_object *get_abi(const void *p)
{
	return known_json(info_of(p)->abi_version);
}

static struct json_object *get_level(const void *p)
{
	return level_json(info_of(p)->level);
}

static struct json_object *get_maxlevel(const void *p)
{
	return known_json(info_of(p)->max_level);
}

static struct json_object *get_ns(const void *p)
{
	return known_json(info_of(p)->inum);
}

static struct json_object *get_nsid(const void *p)
{
	return known_json(info_of(p)->id);
}

static struct json_object *get_identity(const void *p)
{
	return json_object_new_boolean(info_of(p)->rights &
				       PIDMAP_RIGHT_IDENTITY);
}

/* A policy of the module: without it there is none. */
static struct json_object *get_upward(const void *p)
{
	static const char *const names[] = {
		[PIDMAP_UPWARD_NONE] = "none",
		[PIDMAP_UPWARD_SELF] = "self",
		[PIDMAP_UPWARD_SUBTREE] = "subtree",
	};
	const struct pidmap_info *info = info_of(p);

	if (!info->abi_version || info->upward >= ARRAY_SIZE(names))
		return NULL;
	return json_object_new_string(names[info->upward]);
}

const struct column info_columns[] = {
	{ "BACKEND", LEFT, "what answers: device, nsfs or procfs", SHOWN,
	  get_backend },
	{ "LIBRARY", LEFT, "version of the library", false, get_version },
	{ "ABI", LEFT, "version of the module's ABI", false, get_abi },
	{ "LEVEL", LEFT, "level of the namespace you look from", SHOWN,
	  get_level },
	{ "MAXLEVEL", LEFT, "deepest level there can be", false, get_maxlevel },
	{ "NS", LEFT, "inode number of the namespace you look from", SHOWN,
	  get_ns },
	{ "NSID", LEFT, "its never-reused ID", false, get_nsid },
	{ "IDENTITY", LEFT, "whether you hold the identity right", SHOWN,
	  get_identity },
	{ "UPWARD", LEFT, "the module's policy for levels above yours", SHOWN,
	  get_upward },
	{ 0 }
};

int do_info(const struct cli *cli, int argc, char **argv)
{
	struct row row = { .backend = pidmap_backend(cli->pm) };

	(void)argc;
	(void)argv;
	if (pidmap_info(cli->pm, &row.info, sizeof(row.info)))
		return fail_call(cli, NULL, NULL, "ask back end '%s'", row.backend);
	table_record(cli, &row);
	return EXIT_ANSWERED;
}
