// SPDX-License-Identifier: GPL-2.0-only
/*
 * Usage: bpf-numbers OBJECT...
 *
 * Compare what pidmap.bpf.h says of processes of odd shapes with what the
 * device says of them.  The programs of each OBJECT look at a task when it
 * begins, executes a program and ends, in a kprobe, when it stops running, and
 * in an iterator.  Run it as root, in a guest.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <err.h>
#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <pidmap.h>

#include "record.h"
#include "shapes.h"

static const struct {
	const char *kind;
	const char *function;
} program[PROGRAMS] = {
	[NEWTASK] = { "tp_btf/task_newtask", "on_newtask" },
	[EXEC] = { "tp_btf/sched_process_exec", "on_exec" },
	[EXIT] = { "tp_btf/sched_process_exit", "on_exit" },
	[KPROBE] = { "kprobe", "on_sleep" },
	[SWITCH] = { "perf_event", "on_switch" },
	[ITER] = { "iter/task", "every_task" },
};

struct task {
	pid_t tid;
	char state;		/* as in /proc/TID/stat */
	bool ours;		/* began after the programs were attached */
	int levels;
	struct pidmap_pid nr[PIDMAP_MAX_PIDS];
	struct pidmap_ids ids[PIDMAP_MAX_PIDS];	/* in each namespace */
	pid_t wanted[TYPES];
};

static struct pidmap *device;
static struct task *tasks;
static int n_tasks;
static uint64_t attached_at;
static struct wanted wanted;

/* ----------------------------------------------------- what the device says */

static char state_of(pid_t tid)
{
	char path[32], line[512];
	const char *end;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	f = fopen(path, "r");
	if (!f)
		return 0;
	/* the name in parentheses may hold anything, a newline too */
	line[fread(line, 1, sizeof(line) - 1, f)] = 0;
	fclose(f);
	end = strrchr(line, ')');
	return end ? end[2] : 0;
}

static int add_task(const struct pidmap_task *record, void *arg)
{
	struct task *task;

	(void)arg;
	tasks = realloc(tasks, (n_tasks + 1) * sizeof(*tasks));
	if (!tasks)
		err(1, "realloc");
	task = &tasks[n_tasks++];
	memset(task, 0, sizeof(*task));
	task->tid = pidmap_task_nr(record)[0];
	task->ours = record->start_time > attached_at;
	return 0;
}

static pid_t id_of(const struct pidmap_ids *ids, int type)
{
	const pid_t nr[TYPES] = { ids->tid, ids->tgid, ids->pgid, ids->sid };

	return nr[type];
}

static void ask_device(struct task *task)
{
	struct pidmap_nsref view = pidmap_ns_view();

	task->state = state_of(task->tid);
	task->levels = pidmap_pids(device, PIDMAP_TID, task->tid, view,
				   task->nr, PIDMAP_MAX_PIDS, NULL);
	/* Threads of the kernel come and go. */
	if (!task->levels && !task->ours)
		return;
	if (task->levels <= 0)
		err(1, "numbers of %d", task->tid);
	for (int i = 0; i < task->levels; i++) {
		if (pidmap_task_ids(device, task->tid, view,
				    pidmap_ns_inum(task->nr[i].inum),
				    &task->ids[i], NULL) <= 0)
			err(1, "IDs of %d", task->tid);
	}
	for (int type = 0; type < TYPES; type++) {
		pid_t nr = id_of(&task->ids[0], type);

		if (nr)
			task->wanted[type] = pidmap_translate(device, type, nr,
					view, pidmap_ns_inum(wanted.inum));
		if (task->wanted[type] < 0)
			err(1, "translate %d", nr);
	}
}

static int find_container(const struct pidmap_ns *ns, void *arg)
{
	char path[32], name[32] = "";
	FILE *f;

	(void)arg;
	snprintf(path, sizeof(path), "/proc/%d/comm", ns->init);
	f = fopen(path, "r");
	if (!f || !fgets(name, sizeof(name), f))
		err(1, "%s", path);
	fclose(f);
	if (strcmp(name, SHAPES_CONTAINER "\n"))
		return 0;
	wanted.inum = ns->inum;
	wanted.id = ns->id;
	return 1;
}

/* ------------------------------------------------------------ the comparison */

static int differences;

static void differ(const struct task *task, enum seen_by seen_by,
		   const char *what, int at, long expected, long got)
{
	printf("# task %d, %s, %s, %d: the device says %ld, BPF %ld\n",
	       task->tid, program[seen_by].kind, what, at, expected, got);
	differences++;
}

#define SAME(what, at, expected, got)					\
	do {								\
		long expected_ = expected, got_ = got;			\
									\
		if (expected_ != got_)					\
			differ(task, seen_by, what, at, expected_, got_); \
	} while (0)

static void compare(const struct task *task, enum seen_by seen_by,
		    const struct record *r)
{
	int leaf = task->levels - 1;

	SAME("level", 0, leaf, r->ns_level);
	for (int i = 0; i < LEVELS; i++) {
		bool in = i <= leaf;

		SAME("namespace at level", i, in ? task->nr[i].inum : 0,
		     r->inum_at[i]);
		SAME("inode number, upwards", i,
		     in ? task->nr[leaf - i].inum : 0, r->inum[i]);
		SAME("namespace ID, upwards", i,
		     in ? task->nr[leaf - i].id : 0, r->id[i]);
	}
	if (seen_by == ITER)
		SAME("parent", 0, task->ids[leaf].ppid, r->ppid);
	for (int type = 0; type < TYPES; type++) {
		/* which may have changed since */
		if (seen_by == NEWTASK && type > PIDMAP_TGID)
			continue;
		SAME("levels of type", type, task->levels, r->count[type]);
		SAME("at the leaf, type", type, id_of(&task->ids[leaf], type),
		     r->leaf[type]);
		SAME("of the host, type", type, id_of(&task->ids[0], type),
		     r->host[type]);
		SAME("at the leaf's level, type", type,
		     id_of(&task->ids[leaf], type), r->last[type]);
		SAME("below the leaf, type", type, 0, r->beyond[type]);
		for (int i = 0; i < LEVELS; i++) {
			long nr = i <= leaf ? id_of(&task->ids[i], type) : 0;

			if (i < ASKED_LEVELS)
				SAME("at level", i, nr, r->level[type][i]);
			SAME("in the array", i, nr, r->nrs[type][i]);
		}
		if (seen_by == NEWTASK || seen_by == EXEC)
			continue;
		SAME("by inode number, type", type, task->wanted[type],
		     r->wanted_inum[type]);
		SAME("by ID, type", type, wanted.id ? task->wanted[type] : 0,
		     r->wanted_id[type]);
	}
}

/* Must the program have seen the task? */
static bool must_have_seen(enum seen_by seen_by, const struct task *task)
{
	switch (seen_by) {
	case ITER:
		return true;
	case NEWTASK:
		return task->ours;
	case EXIT:
		return task->ours && task->state == 'Z';
	case KPROBE:
	case SWITCH:
		return task->ours && task->state == 'S';
	default:
		return false;
	}
}

/* ----------------------------------------------------------- the BPF programs */

struct programs {
	struct bpf_object *object;
	struct bpf_link *iter;
	int records;
	int wanted;
};

/* Not every object has every program. */
static struct bpf_program *find(struct programs *p, enum seen_by seen_by)
{
	return bpf_object__find_program_by_name(p->object,
						program[seen_by].function);
}

static struct bpf_link *attach(struct programs *p, enum seen_by seen_by)
{
	struct bpf_program *found = find(p, seen_by);
	struct bpf_link *link = found ? bpf_program__attach(found) : NULL;

	if (found && !link)
		err(1, "attach %s", program[seen_by].function);
	return link;
}

/*
 * How often the kernel did not run a program because it was running on that CPU
 * already: Linux 7 may switch to another task in the middle of it.
 */
static unsigned long long times_left_out(struct programs *p, enum seen_by seen_by)
{
	struct bpf_prog_info info = {};
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(find(p, seen_by)), &info,
				   &size))
		err(1, "bpf_prog_info");
	return info.recursion_misses;
}

static void attach_to_switches(struct programs *p)
{
	struct perf_event_attr attr = {
		.type = PERF_TYPE_SOFTWARE,
		.size = sizeof(attr),
		.config = PERF_COUNT_SW_CONTEXT_SWITCHES,
		.sample_period = 1,
	};

	if (!find(p, SWITCH))
		return;
	for (int cpu = 0; cpu < libbpf_num_possible_cpus(); cpu++) {
		int fd = syscall(SYS_perf_event_open, &attr, -1, cpu, -1, 0);

		if (fd < 0 && errno == ENODEV)
			continue;
		if (fd < 0 || !bpf_program__attach_perf_event(find(p, SWITCH), fd))
			err(1, "perf_event");
	}
}

static void load(struct programs *p, const char *path)
{
	p->object = bpf_object__open_file(path, NULL);
	if (!p->object || bpf_object__load(p->object))
		err(1, "%s", path);
	p->records = bpf_object__find_map_fd_by_name(p->object, "records");
	p->wanted = bpf_object__find_map_fd_by_name(p->object, "wanted");
	attach(p, NEWTASK);
	attach(p, EXEC);
	attach(p, EXIT);
	attach(p, KPROBE);
	attach_to_switches(p);
	p->iter = attach(p, ITER);
}

/* From now on, let those programs that see a task more than once see it anew. */
static void start_anew(struct programs *p)
{
	struct seen_key *keys = NULL, key;
	const void *last = NULL;
	uint32_t zero = 0;
	int n = 0;

	if (bpf_map_update_elem(p->wanted, &zero, &wanted, BPF_ANY))
		err(1, "wanted");
	while (!bpf_map_get_next_key(p->records, last, &key)) {
		keys = realloc(keys, (n + 1) * sizeof(*keys));
		keys[n++] = key;
		last = &key;
	}
	while (n--)
		if (keys[n].seen_by == KPROBE || keys[n].seen_by == SWITCH)
			bpf_map_delete_elem(p->records, &keys[n]);
	free(keys);
}

static void iterate(struct programs *p)
{
	int fd = bpf_iter_create(bpf_link__fd(p->iter));
	char c;

	if (fd < 0 || read(fd, &c, 1) != 0)
		err(1, "iter/task");
	close(fd);
}

/* Return: false if the program has not seen the task. */
static bool look_up(struct programs *p, enum seen_by seen_by, pid_t tid,
		    struct record *r)
{
	struct seen_key key = { seen_by, tid };

	/* The program may be at it on another CPU. */
	for (int i = 0; i < 1000; i++) {
		if (bpf_map_lookup_elem(p->records, &key, r))
			return false;
		if (r->complete)
			return true;
		usleep(1000);
	}
	errx(1, "the record of task %d is never complete", tid);
}

static int passed, failed;

static void result(bool good, const char *object, const char *what)
{
	printf("%sok - %s, %s\n", good ? "" : "not ", object, what);
	good ? passed++ : failed++;
}

static void check(struct programs *p, const char *name, enum seen_by seen_by)
{
	unsigned long long left_out = times_left_out(p, seen_by);
	unsigned long long missing = 0;
	char what[128];
	int seen = 0;

	differences = 0;
	for (int i = 0; i < n_tasks; i++) {
		struct record r;

		if (!tasks[i].levels)
			continue;
		if (look_up(p, seen_by, tasks[i].tid, &r)) {
			seen++;
			compare(&tasks[i], seen_by, &r);
		} else if (must_have_seen(seen_by, &tasks[i])) {
			printf("# %s has not seen task %d (%c)\n",
			       program[seen_by].kind, tasks[i].tid,
			       tasks[i].state);
			missing++;
		}
	}
	if (missing)
		printf("# the kernel left it out %llu times\n", left_out);
	if (missing > left_out)
		differences++;
	snprintf(what, sizeof(what), "%s: %d tasks", program[seen_by].kind, seen);
	result(!differences && seen + left_out >= SHAPES_EXECUTED, name, what);
}

static uint64_t boot_time(void)
{
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	return now.tv_sec * 1000000000ULL + now.tv_nsec;
}

int main(int argc, char **argv)
{
	struct programs p[4];
	int n = argc - 1;

	shapes_executed(argv);
	if (n < 1 || n > 4)
		errx(2, "usage: bpf-numbers OBJECT...");
	setvbuf(stdout, NULL, _IOLBF, 0);
	device = pidmap_open("device", 0);
	if (!device)
		err(1, "/dev/pidmap");
	for (int i = 0; i < n; i++)
		load(&p[i], argv[i + 1]);
	attached_at = boot_time();
	shapes_start();
	if (pidmap_list_ns(device, pidmap_ns_view(), find_container, NULL) != 1)
		errx(1, "no container");
	/* Some shapes take so long for the last of their processes. */
	sleep(2);
	for (int i = 0; i < n; i++)
		start_anew(&p[i]);
	sleep(3);
	for (int i = 0; i < n; i++)
		iterate(&p[i]);
	if (pidmap_list(device, pidmap_ns_view(), PIDMAP_LIST_THREADS, add_task,
			NULL))
		err(1, "list");
	for (int i = 0; i < n_tasks; i++)
		ask_device(&tasks[i]);
	for (int i = 0; i < n; i++)
		for (int seen_by = 0; seen_by < PROGRAMS; seen_by++)
			if (find(&p[i], seen_by))
				check(&p[i], argv[i + 1], seen_by);
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed || !passed;
}
