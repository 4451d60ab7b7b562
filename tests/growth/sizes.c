// SPDX-License-Identifier: GPL-2.0-only
/*
 * What the other programs do not look at: the bytes behind a struct, a field
 * that the module does not know, and records of another length than ours.
 *
 * Usage: growth-sizes old|new, the module that is loaded. Compiled with -DGROWN
 * against the grown header, this is a new program.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/pidmap.h>

#define CANARY	64
#define VALUE	0x67726f776eULL

static int failed;
static unsigned char buffer[8192] __attribute__((aligned(8)));

static void expect(const char *what, long long got, long long want)
{
	if (got == want)
		return;
	printf("# %s: %lld, should be %lld\n", what, got, want);
	failed = 1;
}

/* A request that is good, and its size in a struct of @most bytes */
struct request {
	const char *name;
	unsigned int cmd;
	unsigned int size;
	union {
		__u32 size_in;
		struct pidmap_info info;
		struct pidmap_translate translate;
		struct pidmap_translate_many many;
		struct pidmap_task_ids task_ids;
		struct pidmap_pids pids;
		struct pidmap_list list;
		struct pidmap_bind bind;
		struct pidmap_set_view set_view;
		unsigned char bytes[256];
	};
};

static int ask(struct request *r)
{
	int fd = open("/dev/pidmap", O_RDWR), ret;

	if (fd < 0)
		exit(2);
	ret = ioctl(fd, r->cmd, r->bytes) ? -errno : 0;
	close(fd);
	return ret;
}

static const int *numbers(void)
{
	static int nr[2];

	nr[0] = getpid();
	nr[1] = getpid();
	return nr;
}

/* The sizes of today: what an old program passes, if it is ours */
static void each(void (*check)(struct request *r))
{
	const int me = getpid(), ns = open("/proc/self/ns/pid", O_RDONLY);
	struct request all[] = {
		{ .name = "INFO", .cmd = PIDMAP_INFO,
		  .size = sizeof(struct pidmap_info) },
		{ .name = "TRANSLATE", .cmd = PIDMAP_TRANSLATE,
		  .size = sizeof(struct pidmap_translate),
		  .translate.nr = me },
		{ .name = "TRANSLATE_MANY", .cmd = PIDMAP_TRANSLATE_MANY,
		  .size = sizeof(struct pidmap_translate_many),
		  .many = { .numbers = (uintptr_t)numbers(), .count = 2,
			    .results = (uintptr_t)buffer } },
		{ .name = "TASK_IDS", .cmd = PIDMAP_TASK_IDS,
		  .size = sizeof(struct pidmap_task_ids), .task_ids.nr = me },
		{ .name = "PIDS", .cmd = PIDMAP_PIDS,
		  .size = sizeof(struct pidmap_pids),
		  .pids = { .nr = me, .pids = (uintptr_t)buffer, .capacity = 1,
			    .stride = sizeof(struct pidmap_pid) } },
		{ .name = "LIST", .cmd = PIDMAP_LIST,
		  .size = sizeof(struct pidmap_list),
		  .list = { .buffer = (uintptr_t)buffer, .buffer_size = 1024,
			    .cursor = me } },
		{ .name = "LIST_NS", .cmd = PIDMAP_LIST_NS,
		  .size = sizeof(struct pidmap_list),
		  .list = { .buffer = (uintptr_t)buffer,
			    .buffer_size = 1024 } },
		{ .name = "BIND", .cmd = PIDMAP_BIND,
		  .size = sizeof(struct pidmap_bind) },
		{ .name = "SET_VIEW", .cmd = PIDMAP_SET_VIEW,
		  .size = sizeof(struct pidmap_set_view),
		  .set_view.ns = { .kind = PIDMAP_NS_FD, .value = ns } },
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		all[i].size_in = all[i].size;
		check(&all[i]);
	}
	close(ns);
}

/* Nothing behind the struct of the caller is written. */
static void nothing_behind(struct request *r)
{
	unsigned int i;

	memset(r->bytes + r->size, 0x55, CANARY);
	expect(r->name, ask(r), 0);
	for (i = 0; i < CANARY; i++)
		expect(r->name, r->bytes[r->size + i], 0x55);
}

#ifdef GROWN
static int on_old;

/* A field that the old module does not know, in the last 8 bytes */
static void new_field(struct request *r)
{
	memset(r->bytes + r->size - 8, 1, 8);
	expect(r->name, ask(r), on_old ? -E2BIG : 0);
}
#endif

/* Every record has its own size, and the new module fills what is new. */
static void records(int new_module)
{
	int fd = open("/dev/pidmap", O_RDWR), seen = 0;
	struct pidmap_list l = {
		.size = sizeof(l), .buffer = (uintptr_t)buffer,
		.buffer_size = sizeof(buffer), .cursor = getpid(),
	};
	const unsigned char *at = buffer;
	unsigned int i;

	expect("LIST", ioctl(fd, PIDMAP_LIST, &l), 0);
	for (i = 0; i < l.count; i++) {
		const struct pidmap_task *t = (const void *)at;

		if (*pidmap_task_nr(t) == getpid()) {
			seen++;
			expect("tgid", t->tgid, getpid());
			expect("levels", t->levels, 1);
			expect("ppid", t->ppid, getppid());
#ifdef GROWN
			expect("room for more",
			       t->nr_offset >= sizeof(*t), new_module);
			if (t->nr_offset >= sizeof(*t))
				expect("what is new", t->grown, VALUE);
#else
			expect("room for more",
			       t->nr_offset > sizeof(*t), new_module);
#endif
		}
		at += t->size;
	}
	expect("records of our own", seen, 1);
	expect("bytes", at - buffer, l.used);
	close(fd);
}

int main(int argc, char **argv)
{
	int new_module = argc > 1 && !strcmp(argv[1], "new");

	each(nothing_behind);
#ifdef GROWN
	on_old = !new_module;
	each(new_field);
#endif
	records(new_module);
	return failed;
}
