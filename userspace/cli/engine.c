// SPDX-License-Identifier: GPL-2.0-only
/* Asking a container engine which process is the init of a container */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "container.h"
#include "message.h"
#include "names.h"
#include "task.h"

/**
 * struct engine - a container engine
 * @name: its prefix in NS
 * @list: the command that lists its containers
 * @argv: the command that prints the PID of a container's init, and what its
 *	cgroup is called by; the container's name is to be added
 * @find: if not empty, the command that prints the ID for a name first
 * @pattern: the commands take a regular expression for the name
 */
struct engine {
	const char *name;
	const char *list;
	const char *argv[8];
	const char *find[8];
	bool pattern;
};

static const struct engine engines[] = {
	{ "podman", "podman ps -a",
	  { "podman", "inspect", "--type", "container", "-f",
	    "{{.State.Pid}} {{.ID}}", "--" }, { NULL }, false },
	{ "docker", "docker ps -a",
	  { "docker", "inspect", "--type", "container", "-f",
	    "{{.State.Pid}} {{.ID}}", "--" }, { NULL }, false },
	{ "nerdctl", "nerdctl ps -a",
	  { "nerdctl", "inspect", "--type", "container", "-f",
	    "{{.State.Pid}} {{.ID}}", "--" }, { NULL }, false },
	{ "cri", "crictl ps -a",
	  { "crictl", "inspect", "-o", "go-template", "--template",
	    "{{.info.pid}} {{.status.id}}" },
	  { "crictl", "ps", "-q", "--name" }, true },
	{ "lxc", "lxc-ls -f", { "lxc-info", "-p", "-H", "-n" }, { NULL },
	  false },
	{ "incus", "incus list", { "incus", "list", "-f", "csv", "-c", "p" },
	  { NULL }, true },
	{ "machine", "machinectl list",
	  { "machinectl", "show", "-p", "Leader", "-p", "Unit", "--" },
	  { NULL }, false },
};

const struct engine *find_engine(const char *text, const char **name)
{
	for (size_t i = 0; i < ARRAY_SIZE(engines); i++) {
		*name = after(text, engines[i].name);
		if (*name && *(*name)++ == ':')
			return &engines[i];
	}
	return NULL;
}

/* Run a command of @engine for @name; what it prints goes to @out */
static int ask(const struct engine *engine, const char *const *command,
	       const char *name, char *out)
{
	const char *argv[ARRAY_SIZE(engine->argv) + 2] = { NULL };
	struct said said;
	size_t i;
	int err;

	for (i = 0; command[i]; i++)
		argv[i] = command[i];
	argv[i] = name;
	err = run_command(argv, &said);
	if (err)
		return fail(EXIT_FAILED,
			    "cannot run %s for the container '%s': %s; install it, or name the namespace by a PID",
			    argv[0], name, strerror(err));
	if (said.status)
		return fail(EXIT_FAILED,
			    "%s does not find the container '%s': %s; '%s' lists those there are",
			    argv[0], name,
			    *said.err ? said.err : "it does not say why",
			    engine->list);
	memcpy(out, said.out, sizeof(said.out));
	return EXIT_ANSWERED;
}

/* Whether the cgroup of a process is that of the container we asked for */
static bool belongs(const struct engine *engine, const char *name,
		    const char *id, const char *cgroup)
{
	struct container container;

	if (*id)
		return strstr(cgroup, id);
	return container_parse(cgroup, &container) &&
	       (!strcmp(container.engine, engine->name) ||
		!strcmp(container.engine, "lxc")) &&
	       !strcmp(container.id, name);
}

/* The engine may run elsewhere, and numbers are used again. */
static int check(const struct engine *engine, const char *who,
		 const char *name, const char *id, pid_t pid)
{
	char cgroup[CGROUP_SIZE];

	if (read_task_file(pid, "cgroup", cgroup, sizeof(cgroup)) < 0)
		return fail(EXIT_FAILED,
			    "%s says that the container '%s' is process %d, and there is none here: the engine may run in another PID namespace, or its state may be old; name the namespace by a PID",
			    who, name, pid);
	if (belongs(engine, name, id, cgroup))
		return EXIT_ANSWERED;
	return fail(EXIT_FAILED,
		    "%s says that the container '%s' is process %d, and here that is another process by its cgroup: the engine may run in another PID namespace; name the namespace by a PID",
		    who, name, pid);
}

/*
 * A container that ctr made has no name but its ID, and nerdctl is often not
 * there; containerd keeps its PID in a directory that is called by the ID.
 */
static bool pid_of_bundle(const struct engine *engine, const char *name,
			  pid_t *pid)
{
	char *path;
	FILE *file;
	bool known;

	if (strcmp(engine->name, "nerdctl"))
		return false;
	if (asprintf(&path, "/run/containerd/io.containerd.runtime.v2.task/default/%s/init.pid",
		     name) < 0)
		out_of_memory();
	file = fopen(path, "re");
	free(path);
	if (!file)
		return false;
	known = fscanf(file, "%d", pid) == 1 && *pid > 0;
	fclose(file);
	return known;
}

/* Which process is the init of the container @name; returns an exit code */
int engine_pid(const struct engine *engine, const char *name, pid_t *pid)
{
	char said[SAID_SIZE], found[SAID_SIZE] = "", id[SAID_SIZE] = "";
	const char *asked = name, *leader, *unit;
	char *pattern = NULL;
	int status = EXIT_ANSWERED;

	if (pid_of_bundle(engine, name, pid))
		return check(engine, "containerd", name, "", *pid);
	if (engine->pattern && asprintf(&pattern, "^%s$", name) < 0)
		out_of_memory();
	if (engine->find[0])
		status = ask(engine, engine->find, pattern, found);
	else if (pattern)
		asked = pattern;
	if (!status && strchr(found, ' '))
		status = fail(EXIT_FAILED,
			      "several containers are called '%s'; name one by its ID, '%s' lists them",
			      name, engine->list);
	if (!status)
		status = ask(engine, engine->argv, *found ? found : asked, said);
	free(pattern);
	if (status)
		return status;
	*pid = 0;
	/* machinectl prints NAME=VALUE, the others two words. */
	leader = strstr(said, "Leader=");
	unit = strstr(said, "Unit=");
	sscanf(leader ? leader : said, leader ? "Leader=%d" : "%d %s", pid, id);
	if (unit)
		sscanf(unit, "Unit=%s", id);
	if (*pid <= 0)
		return fail(EXIT_FAILED,
			    "the container '%s:%s' does not run; start it first",
			    engine->name, name);
	return check(engine, engine->argv[0], name, id, *pid);
}
