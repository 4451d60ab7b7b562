/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - the container that a process belongs to */
#ifndef PIDMAP_CLI_CONTAINER_H
#define PIDMAP_CLI_CONTAINER_H

#include <stdbool.h>
#include <sys/types.h>
#include <json-c/json.h>

#define CONTAINER_SIZE	256

/**
 * struct container - what a cgroup path says about a container
 * @engine: the prefix that NS has for it; NULL if there is no container
 * @id: its ID, or its name if the engine has no IDs
 * @group: if only a file can say whether this is a container, the namespace of
 *	containerd that it would be in; otherwise empty
 * @uid: the user whose container it is, if the path says so; otherwise -1
 */
struct container {
	const char *engine;
	char id[CONTAINER_SIZE];
	char group[CONTAINER_SIZE];
	uid_t uid;
};

#define CGROUP_SIZE	(1 << 14)

bool container_parse(const char *cgroup, struct container *container);
struct json_object *container_json(pid_t tid);

#endif
