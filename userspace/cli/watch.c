// SPDX-License-Identifier: GPL-2.0-only
/* pidmap watch: what starts and ends, as it happens */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "backend.h"
#include "container.h"
#include "message.h"
#include "names.h"
#include "output.h"
#include "task.h"
#include "watch.h"

/* What the kernel keeps of what was not read yet: some 10,000 events. */
#define RING_BYTES	(1 << 20)

/**
 * struct row - a line of output
 * @what: fork, exec, exit; alive for a task that was there before
 * @event: the event; NULL for a task that was there before
 * @task: its record
 * @process: what else is known of it: its command and container
 */
struct row {
	const char *what;
	const struct pidmap_event *event;
	const struct pidmap_task *task;
	struct json_object *process;
};

/**
 * struct watch - a run of the command
 * @table: how to print
 * @cli: what the command line asked for
 * @watched: the namespace that is watched
 * @show: print the tasks that are there at the start
 * @status: what to exit with
 */
struct watch {
	struct table table;
	const struct cli *cli;
	struct watched watched;
	bool show;
	int status;
};

volatile sig_atomic_t interrupted;

static void interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static const struct row *row_of(const void *p)
{
	return p;
}

static struct json_object *get_time(const void *p)
{
	return row_of(p)->event ? known_json(row_of(p)->event->time) : NULL;
}

static struct json_object *get_event(const void *p)
{
	return json_object_new_string(row_of(p)->what);
}

static struct json_object *get_tgid(const void *p)
{
	return json_object_new_int(row_of(p)->task->tgid);
}

static struct json_object *get_tid(const void *p)
{
	return json_object_new_int(pidmap_task_nr(row_of(p)->task)[0]);
}

static struct json_object *get_ppid(const void *p)
{
	return json_object_new_int(row_of(p)->task->ppid);
}

static struct json_object *get_ns(const void *p)
{
	return known_json(row_of(p)->task->inum);
}

static struct json_object *get_numbers(const void *p)
{
	return numbers_json(row_of(p)->task);
}

static struct json_object *get_start(const void *p)
{
	return known_json(row_of(p)->task->start_time);
}

/* As a shell shows it: 128 and the signal that killed it, or its exit status */
static struct json_object *get_status(const void *p)
{
	const struct pidmap_event *event = row_of(p)->event;

	if (!event || event->kind != PIDMAP_EVENT_EXIT)
		return NULL;
	return json_object_new_int(WIFSIGNALED(event->code) ?
				   128 + WTERMSIG(event->code) :
				   WEXITSTATUS(event->code));
}

static struct json_object *get_container(const void *p)
{
	return json_object_get(json_object_object_get(row_of(p)->process,
						      "container"));
}

static struct json_object *get_command(const void *p)
{
	return json_object_get(json_object_object_get(row_of(p)->process,
						      "command"));
}

const struct column watch_columns[] = {
	{ "TIME", RIGHT, "when it happened, in nanoseconds after boot", HIDDEN,
	  get_time },
	{ "EVENT", LEFT, "fork, exec, exit; alive for what was there before",
	  SHOWN, get_event },
	{ "TGID", RIGHT, "its process, in your namespace", SHOWN, get_tgid },
	{ "TID", RIGHT, "the task, in your namespace", SHOWN_FOR_THREADS, get_tid },
	{ "PPID", RIGHT, "its parent's TGID there; 0 if that is outside", HIDDEN,
	  get_ppid },
	{ "NS", RIGHT, "inode number of the namespace it lives in", SHOWN,
	  get_ns },
	{ "NUMBERS", LEFT, "its TID at every level, from yours to its own",
	  SHOWN, get_numbers },
	{ "START", RIGHT, "when it started, in nanoseconds after boot", HIDDEN,
	  get_start },
	{ "STATUS", RIGHT, "exit status, as a shell shows it", SHOWN, get_status },
	{ "CONTAINER", LEFT, "the container it belongs to", SHOWN,
	  get_container },
	{ "COMMAND", LEFT, "the program it runs", SHOWN, get_command },
	{ 0 }
};

/* ------------------------------------------------------- what is remembered */

/* By TID in your namespace, until the task ends: an object for each */
static struct json_object *processes;

static const char *key_of(pid_t tid)
{
	static char key[16];

	snprintf(key, sizeof(key), "%d", tid);
	return key;
}

static struct json_object *find_process(pid_t tid)
{
	return json_object_object_get(processes, key_of(tid));
}

static void inherit(struct json_object *process, struct json_object *parent,
		    const char *key)
{
	json_object_object_add(process, key, json_object_get(
				json_object_object_get(parent, key)));
}

/*
 * A new task, or one that was there before. One that has ended already is no
 * longer in /proc; it began with the name and in the container of its parent.
 */
static struct json_object *remember(const struct pidmap_task *task)
{
	pid_t tid = pidmap_task_nr(task)[0];
	struct json_object *parent = find_process(task->tgid == tid ?
						  task->ppid : task->tgid);
	struct json_object *process = json_object_new_object();
	struct json_object *command = command_json(tid);

	if (command || !parent) {
		json_object_object_add(process, "command", command);
		json_object_object_add(process, "container",
				       container_json(tid));
	} else {
		inherit(process, parent, "command");
		inherit(process, parent, "container");
	}
	json_object_object_add(processes, key_of(tid), process);
	return process;
}

static void rename_process(struct json_object *process, const char *comm)
{
	char name[COMMAND_SIZE];

	snprintf(name, sizeof(name), "%s", comm);
	make_utf8(name);
	json_object_object_add(process, "command", json_object_new_string(name));
}

/* -------------------------------------------------------------- the events */

static int show_alive(const struct pidmap_task *task, void *arg)
{
	struct watch *watch = arg;
	struct row row = { "alive", NULL, task, NULL };

	if (task->flags & (watch->cli->threads ? PIDMAP_TASK_EXITED :
						 PIDMAP_TASK_ENDED))
		return 0;
	row.process = remember(task);
	if (watch->show)
		table_stream(&watch->table, &row);
	return 0;
}

/* What is there now; the events that follow begin from it. */
static int list_alive(struct watch *watch, uint64_t lost)
{
	const struct cli *cli = watch->cli;

	if (lost)
		fail(0, "%llu events were lost, because they were not read in time",
		     (unsigned long long)lost);
	json_object_put(processes);
	processes = json_object_new_object();
	if (pidmap_list(cli->pm, watch->watched.ns,
			cli->threads ? PIDMAP_LIST_THREADS : 0, show_alive,
			watch))
		return fail_call(cli, &watch->watched.ns, NULL, "list what is there");
	watch->show = false;
	return EXIT_ANSWERED;
}

/* Returns whether the namespace that is watched has ended with this event. */
static bool show_event(struct watch *watch, const struct pidmap_event *event)
{
	static const char * const names[] = {
		[PIDMAP_EVENT_FORK] = "fork",
		[PIDMAP_EVENT_EXEC] = "exec",
		[PIDMAP_EVENT_EXIT] = "exit",
	};
	const struct pidmap_task *task = pidmap_event_task(event);
	const int *nr = pidmap_task_nr(task);
	struct json_object *process = find_process(nr[0]);

	if (event->kind == PIDMAP_EVENT_FORK || !process)
		process = remember(task);
	if (event->kind == PIDMAP_EVENT_EXEC)
		rename_process(process, pidmap_event_comm(event));
	table_stream(&watch->table, &(struct row){
		names[event->kind], event, task, process,
	});
	if (event->kind != PIDMAP_EVENT_EXIT)
		return false;
	json_object_object_del(processes, key_of(nr[0]));
	return watch_ends(&watch->watched, event);
}

static void follow(struct watch *watch)
{
	bool ended = false;

	while (!ended && !interrupted && !watch->status) {
		const struct pidmap_event *event =
			pidmap_watch_next(watch->cli->pm, -1);

		if (!event && errno == EINTR)
			continue;
		if (!event)
			watch->status = fail_call(watch->cli, &watch->watched.ns, NULL,
						  "read events");
		else if (event->kind == PIDMAP_EVENT_SYNC)
			watch->status = list_alive(watch, event->lost);
		else if (event->kind < PIDMAP_EVENT_PAD)
			ended = show_event(watch, event);
	}
}

/* The top of what is watched has the lowest level. */
static int keep_top(const struct pidmap_ns *ns, void *arg)
{
	struct pidmap_ns *top = arg;

	if (!top->inum || ns->level < top->level)
		*top = *ns;
	return 0;
}

/* Make the handle a stream of events, which a signal ends. Returns an exit code. */
int watch_begin(const struct cli *cli, const char *name,
		struct watched *watched)
{
	struct sigaction action = { .sa_handler = interrupt };
	struct pidmap_ns top = { 0 };
	int status = name_ns(cli, name, &watched->ns);

	if (status)
		return status;
	if (pidmap_watch(cli->pm, watched->ns,
			 cli->threads ? PIDMAP_WATCH_THREADS : 0, RING_BYTES) ||
	    pidmap_list_ns(cli->pm, watched->ns, keep_top, &top))
		return fail_call(cli, &watched->ns, NULL, "watch '%s'", name);
	if (!top.inum)
		return fail_ended(name);
	watched->inum = top.inum;
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	return EXIT_ANSWERED;
}

/* Does the namespace end with this event? */
bool watch_ends(const struct watched *watched,
		const struct pidmap_event *event)
{
	const struct pidmap_task *task = pidmap_event_task(event);

	return event->kind == PIDMAP_EVENT_EXIT &&
	       task->inum == watched->inum &&
	       pidmap_task_nr(task)[task->levels - 1] == 1 &&
	       task->flags & PIDMAP_TASK_ENDED;
}

int do_watch(const struct cli *cli, int argc, char **argv)
{
	struct watch watch = { .cli = cli, .show = cli->initial };
	int status = watch_begin(cli, argc ? argv[0] : "self", &watch.watched);

	if (status)
		return status;
	setvbuf(stdout, NULL, _IOLBF, 0);
	table_begin(&watch.table, cli);
	follow(&watch);
	table_drop(&watch.table);
	json_object_put(processes);
	return watch.status;
}
