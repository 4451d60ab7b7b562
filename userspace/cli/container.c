// SPDX-License-Identifier: GPL-2.0-only
/*
 * Which container a process belongs to: its cgroup path has the engine and the
 * ID, files of the engine have the name. No engine is run.
 */
#include <errno.h>
#include <glob.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container.h"
#include "message.h"
#include "task.h"

#define ID_LENGTH	64
#define SHOWN_LENGTH	12
#define MAX_ANCESTORS	64

/* How engines begin the name of a cgroup, of systemd's and of plain ones */
static const struct prefix {
	const char *prefix;
	const char *engine;
	bool has_id;
} prefixes[] = {
	{ "docker-", "docker", true },
	{ "libpod-", "podman", true },
	{ "cri-containerd-", "cri", true },
	{ "crio-", "cri", true },
	{ "nerdctl-", "nerdctl", true },
	{ "lxc.payload.", "lxc", false },
	{ "machine-", "machine", false },
	{ "systemd-nspawn@", "machine", false },
};

static bool is_id(const char *text)
{
	return strlen(text) == ID_LENGTH &&
	       strspn(text, "0123456789abcdef") == ID_LENGTH;
}

/* Undo how systemd writes a name into that of a unit: \x2d, and - for / */
static void unescape(char *text)
{
	char *out = text;
	unsigned int code;

	for (; *text; text++)
		if (sscanf(text, "\\x%2x", &code) == 1) {
			*out++ = code;
			text += 3;
		} else {
			*out++ = *text;
		}
	*out = '\0';
}

/* One name within the path, and that of the cgroup it is in */
static bool parse_name(char *name, const char *parent,
		       struct container *container)
{
	const char *rest = NULL, *colon;
	char *end = strrchr(name, '.');
	bool guess = false;

	if (end && (!strcmp(end, ".scope") || !strcmp(end, ".service")))
		*end = '\0';
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		rest = after(name, prefixes[i].prefix);
		if (!rest || (prefixes[i].has_id && !is_id(rest)))
			continue;
		container->engine = prefixes[i].engine;
		break;
	}
	/* A slice given to containerd without systemd's driver: SLICE:PREFIX:ID */
	colon = strrchr(name, ':');
	if (!container->engine && colon && is_id(colon + 1)) {
		container->engine = "cri";
		rest = colon + 1;
	}
	if (!container->engine && is_id(name)) {
		container->engine = !strcmp(parent, "docker") ? "docker" :
				    after(parent, "pod") ? "cri" : "nerdctl";
		rest = name;
		guess = !strcmp(container->engine, "nerdctl");
	}
	if (!container->engine && *name &&
	    (!strcmp(parent, "lxc") || !strcmp(parent, "lxc.payload"))) {
		container->engine = "lxc";
		rest = name;
	}
	/* ctr names its containers as it likes, in a namespace of containerd. */
	if (!container->engine && !strcmp(parent, "default")) {
		container->engine = "nerdctl";
		rest = name;
		guess = true;
	}
	if (!container->engine)
		return false;
	if (guess)
		snprintf(container->group, sizeof(container->group), "%s",
			 parent);
	snprintf(container->id, sizeof(container->id), "%s", rest);
	if (!strcmp(container->engine, "machine"))
		unescape(container->id);
	return true;
}

/* The innermost container of a path; it is taken apart from its end. */
static bool parse_path(char *path, struct container *container)
{
	const char *user = strstr(path, "user-");
	char *name, *parent;

	*container = (struct container){ .uid = -1 };
	if (user)
		sscanf(user, "user-%u.slice", &container->uid);
	while ((name = strrchr(path, '/'))) {
		*name++ = '\0';
		parent = strrchr(path, '/');
		if (parse_name(name, parent ? parent + 1 : "", container))
			return true;
	}
	return false;
}

/* What /proc/PID/cgroup says: a line for each hierarchy, the path comes last */
bool container_parse(const char *cgroup, struct container *container)
{
	char *text = strdup(cgroup), *save = NULL, *path;
	bool found = false;

	if (!text)
		out_of_memory();
	for (char *line = strtok_r(text, "\n", &save); line && !found;
	     line = strtok_r(NULL, "\n", &save)) {
		path = strchr(line, '/');
		found = path && parse_path(path, container);
	}
	free(text);
	return found;
}

/*
 * Files that may have the name, and the keys that lead to it; %1$s is the ID,
 * %2$s the home of its user
 */
static const struct state {
	const char *engine;
	const char *path;
	const char *keys[2];
} states[] = {
	{ "docker", "{/var/lib,%2$s/.local/share}/docker/containers/%1$s/config.v2.json",
	  { "Name" } },
	{ "nerdctl", "/run/containerd/io.containerd.runtime.v2.task/*/%1$s/config.json",
	  { "annotations", "nerdctl/name" } },
	{ "cri", "/run/{,k3s/}containerd/io.containerd.runtime.v2.task/k8s.io/%1$s/config.json",
	  { "annotations", "io.kubernetes.cri.container-name" } },
	{ "cri", "/run/containers/storage/*-containers/%1$s/userdata/config.json",
	  { "annotations", "io.kubernetes.container.name" } },
};

static struct json_object *first_file(const char *pattern)
{
	struct json_object *object = NULL;
	glob_t found = { 0 };

	if (!glob(pattern, GLOB_BRACE, NULL, &found))
		object = json_object_from_file(found.gl_pathv[0]);
	globfree(&found);
	return object;
}

static const char *home_of(const struct container *container)
{
	const struct passwd *user = container->uid == (uid_t)-1 ? NULL :
				    getpwuid(container->uid);

	return user ? user->pw_dir : "";
}

/* The name that a file of the engine has for it; false if none has one */
static bool name_in_state(const struct container *container, char *name)
{
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(states) && !known; i++) {
		const struct state *state = &states[i];
		struct json_object *object, *value;
		char pattern[512];

		if (strcmp(state->engine, container->engine))
			continue;
		snprintf(pattern, sizeof(pattern), state->path, container->id,
			 home_of(container));
		object = first_file(pattern);
		value = object;
		for (size_t k = 0; k < ARRAY_SIZE(state->keys) &&
		     state->keys[k]; k++)
			value = json_object_object_get(value, state->keys[k]);
		if (json_object_is_type(value, json_type_string)) {
			const char *text = json_object_get_string(value);

			snprintf(name, CONTAINER_SIZE, "%s",
				 text + (*text == '/'));
			known = *name;
		}
		json_object_put(object);
	}
	return known;
}

/* The storage of podman has a list: [{"id": ..., "names": [...]}, ...] */
static bool name_in_list(const char *path, const char *id, char *name)
{
	struct json_object *list = json_object_from_file(path);
	bool known = false;

	for (size_t i = 0; json_object_is_type(list, json_type_array) &&
	     i < json_object_array_length(list) && !known; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		struct json_object *its = json_object_object_get(item, "id");
		struct json_object *names = json_object_object_get(item,
								   "names");

		if (!its || strcmp(json_object_get_string(its), id) ||
		    !json_object_is_type(names, json_type_array) ||
		    !json_object_array_length(names))
			continue;
		snprintf(name, CONTAINER_SIZE, "%s", json_object_get_string(
				json_object_array_get_idx(names, 0)));
		known = true;
	}
	json_object_put(list);
	return known;
}

static bool name_in_storage(const struct container *container, char *name)
{
	bool known = false;
	glob_t found = { 0 };
	char pattern[512];

	snprintf(pattern, sizeof(pattern),
		 "{/var/lib,%s/.local/share}/containers/storage/*-containers/{,volatile-}containers.json",
		 home_of(container));
	if (!glob(pattern, GLOB_BRACE, NULL, &found))
		for (size_t i = 0; i < found.gl_pathc && !known; i++)
			known = name_in_list(found.gl_pathv[i], container->id,
					     name);
	globfree(&found);
	return known;
}

/* The value after an option in the arguments of a program, or NULL */
static const char *argument(const char *args, size_t length,
			    const char *option)
{
	const char *p = args, *end = args + length;

	while (p < end && strcmp(p, option))
		p += strlen(p) + 1;
	p += p < end ? strlen(p) + 1 : 0;
	return p < end ? p : NULL;
}

/*
 * A container without an image is in no list. Its processes descend from its
 * monitor: conmon ... -c ID ... -n NAME
 */
static bool name_from_monitor(pid_t tid, const char *id, char *name)
{
	static char text[1 << 14];
	char *line;

	for (int i = 0; i < MAX_ANCESTORS; i++) {
		const char *its, *value;
		ssize_t length;

		if (read_task_file(tid, "status", text, sizeof(text)) < 0)
			return false;
		line = strstr(text, "\nPPid:");
		if (!line || sscanf(line, "\nPPid: %d", &tid) != 1 || tid <= 0)
			return false;
		length = read_task_file(tid, "cmdline", text, sizeof(text));
		if (length <= 0)
			continue;
		its = argument(text, length, "-c");
		value = argument(text, length, "-n");
		if (!its || strcmp(its, id) || !value || !*value)
			continue;
		snprintf(name, CONTAINER_SIZE, "%s", value);
		return true;
	}
	return false;
}

/* systemd-machined knows which unit a machine is; the link leads to its name. */
static bool machine_of_unit(const char *cgroup, struct container *container)
{
	char *text = strdup(cgroup), *save = NULL, path[CONTAINER_SIZE + 64];
	bool found = false;
	ssize_t length;

	if (!text)
		out_of_memory();
	for (char *unit = strtok_r(text, "/\n", &save); unit && !found;
	     unit = strtok_r(NULL, "/\n", &save)) {
		snprintf(path, sizeof(path), "/run/systemd/machines/unit:%s",
			 unit);
		length = readlink(path, container->id,
				  sizeof(container->id) - 1);
		found = length > 0;
		if (found)
			container->id[length] = '\0';
	}
	container->engine = "machine";
	free(text);
	return found;
}

static bool exists(const char *format, const char *a, const char *b)
{
	char path[2 * CONTAINER_SIZE + 64];

	snprintf(path, sizeof(path), format, a, b);
	return !access(path, F_OK);
}

/* As NS takes it */
static struct json_object *describe(const struct container *container,
				    pid_t tid)
{
	const char *engine = container->engine;
	char name[CONTAINER_SIZE], text[2 * CONTAINER_SIZE];

	if (*container->group &&
	    !exists("/run/containerd/io.containerd.runtime.v2.task/%s/%s",
		    container->group, container->id))
		return NULL;
	if (!is_id(container->id)) {
		/* incus runs its containers by liblxc. */
		if (!strcmp(engine, "lxc") &&
		    exists("/var/lib/incus/containers/%s", container->id, NULL))
			engine = "incus";
		snprintf(name, sizeof(name), "%s", container->id);
	} else if (!(strcmp(engine, "podman") ?
		     name_in_state(container, name) :
		     name_in_storage(container, name) ||
		     name_from_monitor(tid, container->id, name))) {
		snprintf(name, sizeof(name), "%.*s", SHOWN_LENGTH,
			 container->id);
	}
	snprintf(text, sizeof(text), "%s:%s", engine, name);
	make_utf8(text);
	return json_object_new_string(text);
}

/* A container has many processes: its files are read once. */
static struct known {
	struct known *next;
	struct container container;
	struct json_object *text;
} *known;

struct json_object *container_json(pid_t tid)
{
	static char cgroup[CGROUP_SIZE];
	struct container container;
	struct known *k;

	if (read_task_file(tid, "cgroup", cgroup, sizeof(cgroup)) <= 0 ||
	    (!container_parse(cgroup, &container) &&
	     !machine_of_unit(cgroup, &container)))
		return NULL;
	for (k = known; k; k = k->next)
		if (k->container.engine == container.engine &&
		    !strcmp(k->container.id, container.id))
			return json_object_get(k->text);
	k = malloc(sizeof(*k));
	if (!k)
		out_of_memory();
	*k = (struct known){ known, container, describe(&container, tid) };
	known = k;
	return json_object_get(k->text);
}
