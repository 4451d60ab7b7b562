// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * agent [NS] - report what starts and ends in a PID namespace, named by a file
 * such as /proc/4242/ns/pid, and in those below it; by default in your own.
 *
 * Each line has the number of the process in every namespace, yours first. The
 * kernel writes an event while the numbers are still there, so none is missing,
 * however short a process lives. Needs CAP_SYS_PTRACE.
 */
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#include <pidmap.h>

#define RING_BYTES	(1 << 20)

static const char * const kinds[] = {
	[PIDMAP_EVENT_FORK] = "fork",
	[PIDMAP_EVENT_EXEC] = "exec",
	[PIDMAP_EVENT_EXIT] = "exit",
};

static void show(const char *kind, const struct pidmap_task *task,
		 const char *comm)
{
	const int *nr = pidmap_task_nr(task);

	printf("%-5s pid:[%u]", kind, task->inum);
	for (int i = 0; i < task->levels; i++)
		printf(" %d", nr[i]);
	if (comm)
		printf("  %s", comm);
	putchar('\n');
}

static int show_alive(const struct pidmap_task *task, void *arg)
{
	(void)arg;
	if (!(task->flags & PIDMAP_TASK_ENDED))
		show("alive", task, NULL);
	return 0;
}

int main(int argc, char *argv[])
{
	struct pidmap *h = pidmap_open("device", 0);
	struct pidmap_nsref ns = pidmap_ns_view();

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (!h)
		err(1, "pidmap_open");
	if (argc > 1) {
		int fd = open(argv[1], O_RDONLY | O_CLOEXEC);

		if (fd < 0)
			err(1, "%s", argv[1]);
		ns = pidmap_ns_fd(fd);
	}
	if (pidmap_watch(h, ns, 0, RING_BYTES))
		err(1, "pidmap_watch");
	for (;;) {
		const struct pidmap_event *event = pidmap_watch_next(h, -1);

		if (!event && errno == EINTR)
			continue;
		if (!event)
			err(1, "pidmap_watch_next");
		if (event->kind != PIDMAP_EVENT_SYNC) {
			show(kinds[event->kind], pidmap_event_task(event),
			     pidmap_event_comm(event));
			continue;
		}
		if (event->lost)
			warnx("%llu events were lost",
			      (unsigned long long)event->lost);
		if (pidmap_list(h, ns, 0, show_alive, NULL))
			err(1, "pidmap_list");
	}
}
