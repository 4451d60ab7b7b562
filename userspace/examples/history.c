// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * history [TASKS] - read PIDs from standard input, one on each line, and say
 * what each of them is or was, also after the process has ended: where it
 * lives, its number there and how it ended. Remembers the last TASKS processes
 * that ended, 100000 by default. Needs CAP_SYS_PTRACE.
 */
#include <err.h>
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include <pidmap.h>

#define RING_BYTES	(1 << 20)

static void tell(struct pidmap_live *map, pid_t pid)
{
	_Alignas(struct pidmap_task) char room[PIDMAP_TASK_MAX];
	struct pidmap_task *task = (struct pidmap_task *)room;
	struct pidmap_end end;
	int found = pidmap_live_task(map, pid, 0, task, sizeof(room), &end);

	if (found < 0)
		err(1, "pidmap_live_task");
	if (!found) {
		printf("%d unknown\n", pid);
		return;
	}
	printf("%d pid:[%u] %d cgroup %llu", pid, task->inum,
	       pidmap_task_nr(task)[task->levels - 1],
	       (unsigned long long)task->cgroup);
	if (!end.flags)
		printf(" lives\n");
	else if (!(end.flags & PIDMAP_END_SEEN))
		printf(" ended\n");
	else if (WIFSIGNALED(end.code))
		printf(" killed by signal %d\n", WTERMSIG(end.code));
	else
		printf(" exited with %d\n", WEXITSTATUS(end.code));
}

int main(int argc, char *argv[])
{
	size_t tasks = argc > 1 ? strtoul(argv[1], NULL, 10) : 100000;
	struct pidmap *h = pidmap_open("device", 0);
	struct pidmap_live *map;
	char line[32];

	setvbuf(stdout, NULL, _IOLBF, 0);
	setvbuf(stdin, NULL, _IONBF, 0);
	map = h ? pidmap_live_new(h, pidmap_ns_view(), 0, RING_BYTES) : NULL;
	if (!map || pidmap_live_keep(map, tasks, UINT_MAX))
		err(1, "live map");
	for (;;) {
		struct pollfd in[] = {
			{ .fd = 0, .events = POLLIN },
			{ .fd = pidmap_watch_fd(h), .events = POLLIN },
		};

		/* What happens is taken in before the ring is full. */
		if (poll(in, 2, -1) < 0 && errno != EINTR)
			err(1, "poll");
		if (pidmap_live_update(map))
			err(1, "pidmap_live_update");
		if (!in[0].revents)
			continue;
		if (!fgets(line, sizeof(line), stdin))
			break;
		tell(map, atoi(line));
	}
	pidmap_live_free(map);
	pidmap_close(h);
	return 0;
}
