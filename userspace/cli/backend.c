// SPDX-License-Identifier: GPL-2.0-only
/* The open library handle, and what its errors mean to a person */
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "backend.h"
#include "message.h"
#include "names.h"
#include "task.h"

/* Look from another namespace; its /proc is the one that names it. */
static int raise_view(const struct cli *cli)
{
	struct pidmap_nsref ns;
	int status = name_ns(cli, cli->view, &ns);

	if (status)
		return status;
	if (ns.kind != PIDMAP_NS_FD)
		return fail(EXIT_FAILED,
			    "cannot look from '%s': it cannot be opened here; name a path such as /host/proc/1/ns/pid",
			    cli->view);
	if (pidmap_set_view(cli->pm, ns.value))
		return fail_call(cli, &ns, NULL, "look from '%s'", cli->view);
	tasks_below(cli->view, ns.value);
	return EXIT_ANSWERED;
}

int open_backend(struct cli *cli)
{
	cli->pm = pidmap_open(cli->backend, 0);
	if (cli->pm) {
		tasks_of(cli->pm);
		return cli->view ? raise_view(cli) : EXIT_ANSWERED;
	}
	if (!cli->backend)
		return fail(EXIT_NO_BACKEND,
			    "no back end is usable: %s; 'pidmap doctor' says what to do",
			    strerror(errno));
	if (errno == EINVAL)
		return fail(EXIT_USAGE,
			    "no back end '%s'; it is device, nsfs or procfs, or several joined by '+'",
			    cli->backend);
	return fail(EXIT_NO_BACKEND,
		    "back end '%s' is not usable: %s; 'pidmap doctor' says what to do",
		    cli->backend, strerror(errno));
}

static const struct reason {
	int err;
	const char *reason;
	const char *advice;
} reasons[] = {
	{ ENOENT, "there is no such PID namespace in view",
	  "'pidmap ns' lists those there are" },
	{ ESRCH, "it is not there", "'pidmap list' lists what is" },
	{ EPERM, "not permitted", "pidmap(4) has the rules" },
	{ EOPNOTSUPP, "this back end cannot know",
	  "'pidmap doctor' says how to get the module" },
	{ EINVAL, "that is no PID namespace",
	  "name one such as /proc/1/ns/pid" },
};

/*
 * Whether @ns is a level above the view, and which policy of the module is in
 * force for those
 */
bool is_above(const struct cli *cli, const struct pidmap_nsref *ns,
	      const char **policy)
{
	static const char *const names[] = {
		[PIDMAP_UPWARD_NONE] = "none",
		[PIDMAP_UPWARD_SELF] = "self",
		[PIDMAP_UPWARD_SUBTREE] = "subtree",
	};
	struct pidmap_info info;

	if (!ns || ns->kind != PIDMAP_NS_LEVEL ||
	    pidmap_info(cli->pm, &info, sizeof(info)) ||
	    info.level == PIDMAP_LEVEL_UNKNOWN || ns->value >= info.level)
		return false;
	*policy = info.upward < ARRAY_SIZE(names) ? names[info.upward] : "?";
	return true;
}

/* Whether a name is one that only holders of the identity right may use */
static bool needs_identity(const struct pidmap_nsref *ns)
{
	return ns && (ns->kind == PIDMAP_NS_TID || ns->kind == PIDMAP_NS_INUM ||
		      ns->kind == PIDMAP_NS_ID);
}

/* Which of the rules of pidmap(4) it is that does not permit this */
static int fail_eperm(const struct cli *cli, const struct pidmap_nsref *ns,
		      const struct pidmap_nsref *other, const char *what)
{
	struct pidmap_info info = { 0 };
	const char *policy;

	if (is_above(cli, ns, &policy) || is_above(cli, other, &policy))
		return fail(EXIT_FAILED,
			    "cannot %s: the module's policy 'upward=%s' does not let you %s levels above yours; the administrator of the host can change it, see pidmap(4)",
			    what, policy, strcmp(policy, "self") ? "name" :
			    "translate others' IDs or IDs of");
	pidmap_info(cli->pm, &info, sizeof(info));
	if (!(info.rights & PIDMAP_RIGHT_IDENTITY) &&
	    (!other || needs_identity(ns) || needs_identity(other)))
		return fail(EXIT_FAILED,
			    "cannot %s: not permitted; it takes CAP_SYS_PTRACE in the user namespace that owns your PID namespace",
			    what);
	if ((ns && ns->kind == PIDMAP_NS_FD) ||
	    (other && other->kind == PIDMAP_NS_FD))
		return fail(EXIT_FAILED,
			    "cannot %s: the namespace is neither yours nor below yours; run pidmap in one above it",
			    what);
	return fail(EXIT_FAILED, "cannot %s: not permitted; pidmap(4) has the rules",
		    what);
}

/*
 * The library failed with errno at what @format says. @ns and @other are the
 * namespaces it was about; only a translation has an @other.
 */
int fail_call(const struct cli *cli, const struct pidmap_nsref *ns,
	      const struct pidmap_nsref *other, const char *format, ...)
{
	const char *reason = strerror(errno);
	const char *advice = "'pidmap doctor' may say what to do";
	int err = errno, status;
	va_list args;
	char *what;

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (reasons[i].err == err) {
			reason = reasons[i].reason;
			advice = reasons[i].advice;
		}
	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		out_of_memory();
	va_end(args);
	if (err == EPERM)
		status = fail_eperm(cli, ns, other, what);
	else
		status = fail(EXIT_FAILED, "cannot %s: %s; %s", what, reason,
			      advice);
	free(what);
	return status;
}

const char *type_name(enum pidmap_type type)
{
	static const char *const names[] = {
		[PIDMAP_TID] = "tid",
		[PIDMAP_TGID] = "tgid",
		[PIDMAP_PGID] = "pgid",
		[PIDMAP_SID] = "sid",
	};

	return type < ARRAY_SIZE(names) ? names[type] : NULL;
}

unsigned int view_level(const struct cli *cli)
{
	struct pidmap_info info;

	return pidmap_info(cli->pm, &info, sizeof(info)) ?
	       PIDMAP_LEVEL_UNKNOWN : info.level;
}

/* The ID has no task: is it a thread, is it not ours to ask about, or nothing? */
int fail_no_id(const struct cli *cli, const struct pidmap_nsref *from, pid_t id)
{
	const char *type = type_name(cli->type);
	struct pidmap_ids ids;
	char *ns;

	if (cli->type == PIDMAP_TGID && id > 0 &&
	    pidmap_task_ids(cli->pm, id, *from, *from, &ids, NULL) > 0)
		return fail(EXIT_NO_ANSWER,
			    "no tgid %d in '%s': %d is a thread of process %d; ask for its tid",
			    id, cli->from, id, ids.tgid);
	if (!strcmp(cli->from, "self"))
		return fail(EXIT_NO_ANSWER,
			    "no %s %d in 'self'; 'pidmap list' lists those there are",
			    type, id);
	ns = quoted(cli->from);
	fail(0, "no %s %d in '%s'; pidmap list %s lists those there are", type,
	     id, cli->from, ns);
	free(ns);
	return EXIT_NO_ANSWER;
}

/* A namespace that is held open outlives its processes. */
int fail_ended(const char *name)
{
	return fail(EXIT_FAILED,
		    "the PID namespace '%s' has ended: no process lives in it any more; 'pidmap ns' lists those that have some",
		    name);
}

/* A list that is not whole must not look as if it were. */
void warn_partial(void)
{
	fail(0, "note: you may not see everything here, so something may be missing; it takes CAP_SYS_PTRACE in the user namespace that owns your PID namespace");
}

/* The tasks of the namespace that the operand names, by default the view */
int take_snapshot(const struct cli *cli, int argc, char **argv,
		  struct pidmap_snapshot **snapshot)
{
	const char *name = argc ? argv[0] : "self";
	struct pidmap_nsref ns;
	int status = name_ns(cli, name, &ns);

	if (status)
		return status;
	*snapshot = pidmap_snapshot_new(cli->pm, ns, PIDMAP_SNAPSHOT_PARTIAL |
			(cli->threads ? PIDMAP_LIST_THREADS : 0) |
			(cli->direct ? PIDMAP_LIST_DIRECT : 0));
	if (!*snapshot)
		return fail_call(cli, &ns, NULL, "list '%s'", name);
	if (pidmap_snapshot_partial(*snapshot))
		warn_partial();
	if (pidmap_snapshot_size(*snapshot))
		return EXIT_ANSWERED;
	pidmap_snapshot_free(*snapshot);
	return fail_ended(name);
}
