// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * pidmap_watch() in a guest: no process is missed, however short it lives, and
 * each is reported with its number inside its namespace.  As root.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <pidmap.h>

#include "../fork.h"

#define MANY	10000

static int passed, failed;

static void ok(int good, const char *format, ...)
{
	va_list args;

	printf("%s %d - ", good ? "ok" : "not ok", passed + failed + 1);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	if (good)
		passed++;
	else
		failed++;
}

/* The number of a child inside its namespace, as itself knows it. */
static pid_t *inside;

/* In a namespace of its own: MANY children that do nothing but exit. */
static void breed(void)
{
	int i;

	for (i = 0; i < MANY; i++) {
		pid_t pid = fork_flags(0);

		if (!pid) {
			inside[i] = getpid();
			_exit(i & 0x7f);
		}
		if (pid < 0 || waitpid(pid, NULL, 0) != pid)
			_exit(1);
	}
	_exit(0);
}

static int count_alive(const struct pidmap_task *task, void *arg)
{
	*(int *)arg += !(task->flags & PIDMAP_TASK_ENDED);
	return 0;
}

static void none_is_missed(void)
{
	struct pidmap *h = pidmap_open("device", 0);
	int forks = 0, exits = 0, wrong = 0, births = 0, ends = 0, alive = 0;
	uint64_t seq = 0, last = 0;
	uint32_t inum = 0;
	pid_t init;

	if (!h || pidmap_watch(h, pidmap_ns_view(), 0, 1 << 20)) {
		ok(0, "watch: %s", strerror(errno));
		return;
	}
	init = fork_flags(CLONE_NEWPID);
	if (!init)
		breed();
	while (!ends) {
		const struct pidmap_event *event = pidmap_watch_next(h, 60000);
		const struct pidmap_task *task;
		const int *nr;

		if (!event)
			break;
		if (event->seq != seq++ || event->time < last)
			wrong++;
		last = event->time;
		if (event->kind == PIDMAP_EVENT_SYNC) {
			wrong += event->lost || pidmap_event_task(event);
			pidmap_list(h, pidmap_ns_view(), 0, count_alive,
				    &alive);
			continue;
		}
		task = pidmap_event_task(event);
		nr = pidmap_task_nr(task);
		if (task->levels == 2 && nr[0] == init && nr[1] == 1) {
			inum = task->inum;
			births += event->kind == PIDMAP_EVENT_FORK;
			ends += event->kind == PIDMAP_EVENT_EXIT;
			continue;
		}
		if (!inum || task->inum != inum)
			continue;
		wrong += task->levels != 2 || task->tgid != nr[0] ||
			 task->ppid != init || task->pgid != getpgrp() ||
			 task->sid != getsid(0);
		if (event->kind == PIDMAP_EVENT_FORK) {
			/* the child writes its own number after its birth */
			wrong += nr[1] != forks + 2;
			forks++;
		} else if (event->kind == PIDMAP_EVENT_EXIT) {
			wrong += nr[1] != inside[exits] ||
				 WEXITSTATUS(event->code) != (exits & 0x7f) ||
				 !(task->flags & PIDMAP_TASK_ENDED);
			exits++;
		}
	}
	waitpid(init, NULL, 0);
	ok(alive > 0, "%d processes at the start", alive);
	ok(births == 1 && ends == 1, "birth and end of a namespace: %d, %d",
	   births, ends);
	ok(forks == MANY, "%d of %d begins", forks, MANY);
	ok(exits == MANY, "%d of %d ends", exits, MANY);
	ok(!wrong, "%d wrong records", wrong);
	pidmap_close(h);
}

static void losses_are_counted(void)
{
	struct pidmap *h = pidmap_open("device", 0);
	const struct pidmap_event *event;
	unsigned long long lost = 0;
	int forks = 0, syncs = 0, i;

	if (!h || pidmap_watch(h, pidmap_ns_view(), 0, PIDMAP_RING_MIN)) {
		ok(0, "watch: %s", strerror(errno));
		return;
	}
	for (i = 0; i < 1000; i++) {
		pid_t pid = fork_flags(0);

		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
	while ((event = pidmap_watch_next(h, 0))) {
		syncs += event->kind == PIDMAP_EVENT_SYNC;
		if (event->kind == PIDMAP_EVENT_SYNC)
			lost += event->lost;
		else
			forks++;
	}
	ok(errno == EAGAIN, "nothing more: %s", strerror(errno));
	ok(syncs == 2, "%d SYNC", syncs);
	ok(lost + forks >= 2000 && forks >= 30, "%llu lost, %d read", lost,
	   forks);
	pidmap_close(h);
}

static void what_fails(void)
{
	struct pidmap *h = pidmap_open("device", 0), *none;
	struct pollfd pollfd = { .events = POLLIN };

	ok(!pidmap_watch_next(h, 0) && errno == ENODATA, "next before watch");
	ok(pidmap_watch_fd(h) < 0 && errno == ENODATA, "fd before watch");
	ok(pidmap_watch(h, pidmap_ns_view(), 0, 4095) < 0 && errno == EINVAL,
	   "a ring of 4095 bytes");
	ok(pidmap_watch(h, pidmap_ns_view(), 2, 4096) < 0 && errno == EINVAL,
	   "an unknown flag");
	ok(!pidmap_watch(h, pidmap_ns_view(), 0, 4096), "after failures");
	ok(pidmap_watch(h, pidmap_ns_view(), 0, 4096) < 0 && errno == EBUSY,
	   "twice");
	pollfd.fd = pidmap_watch_fd(h);
	ok(poll(&pollfd, 1, 0) == 1, "the first SYNC is there");
	ok(pidmap_translate(h, PIDMAP_TGID, getpid(), pidmap_ns_view(),
			    pidmap_ns_view()) == getpid(), "still translates");
	pidmap_close(h);

	none = pidmap_open("procfs", 0);
	ok(none && pidmap_watch(none, pidmap_ns_view(), 0, 4096) < 0 &&
	   errno == EOPNOTSUPP, "without the module");
	pidmap_close(none);
}

int main(void)
{
	inside = mmap(NULL, MANY * sizeof(*inside), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (inside == MAP_FAILED)
		return 1;
	none_is_missed();
	losses_are_counted();
	what_fails();
	printf("%d passed, %d failed, 0 skipped\n", passed, failed);
	return failed > 0;
}
