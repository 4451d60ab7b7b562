// SPDX-License-Identifier: LGPL-2.1-or-later
/*
 * What the library makes of a device that refuses, that is interrupted by
 * signals, and that is newer than the library: the module is played by
 * __wrap_ioctl(). The other back end is the real /proc. Needs root, no module.
 */
#define _GNU_SOURCE
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cmocka.h>
#include <pidmap.h>

/* The numbers that the module answers; no process of this machine has them. */
#define ADDED		0x20000000
#define RECORDS		10

static struct {
	int refuse;		/* errno of every operation but INFO */
	int refuse_after;	/* ... of LIST, after so many records; 0: never */
	int calls;
	int fd;
} module;

/* A record that a newer kernel has made longer. */
struct grown {
	struct pidmap_task rec;
	uint64_t more;
	__s32 nr[2];
};

int __real_ioctl(int fd, unsigned long op, void *arg);
int __wrap_ioctl(int fd, unsigned long op, ...);
int __real_open(const char *path, int flags, ...);
int __wrap_open(const char *path, int flags, ...);

int __wrap_open(const char *path, int flags, ...)
{
	if (strcmp(path, PIDMAP_DEVICE) != 0)
		return __real_open(path, flags);
	module.fd = __real_open("/dev/null", flags);
	return module.fd;
}

static int answer(int err)
{
	if (!err)
		return 0;
	errno = err;
	return -1;
}

/* Three at a time, then a signal comes. */
static int many(struct pidmap_translate_many *req)
{
	const pid_t *numbers = (const void *)(uintptr_t)req->numbers;
	pid_t *results = (void *)(uintptr_t)req->results;

	for (req->done = 0; req->done < req->count; req->done++) {
		if (req->done == 3)
			return EINTR;
		results[req->done] = numbers[req->done] + ADDED;
	}
	return 0;
}

/* Two at a time, then a signal comes. */
static int list(struct pidmap_list *req)
{
	struct grown *rec = (void *)(uintptr_t)req->buffer;

	if (module.refuse_after && req->cursor >= (uint64_t)module.refuse_after)
		return EPERM;
	for (req->count = 0; req->count < 2; req->count++) {
		rec[req->count] = (struct grown){
			.rec.size = sizeof(*rec),
			.rec.nr_offset = offsetof(struct grown, nr),
			.rec.levels = 1,
			.more = 4711,
			.nr = { ADDED + req->cursor++ },
		};
	}
	req->used = req->count * sizeof(*rec);
	if (req->cursor < RECORDS)
		return EINTR;
	req->cursor = PIDMAP_CURSOR_END;
	return 0;
}

static int play(unsigned long op, void *arg)
{
	struct pidmap_translate *one = arg;

	if (op == PIDMAP_INFO)
		return 0;
	module.calls++;
	if (module.refuse)
		return module.refuse;
	switch (op) {
	case PIDMAP_TRANSLATE:
		one->result = one->nr + ADDED;
		return 0;
	case PIDMAP_TRANSLATE_MANY:
		return many(arg);
	case PIDMAP_LIST:
		return list(arg);
	case PIDMAP_SET_VIEW:
	case PIDMAP_BIND:
		return 0;
	}
	return ENOTTY;
}

int __wrap_ioctl(int fd, unsigned long op, ...)
{
	va_list args;
	void *arg;

	va_start(args, op);
	arg = va_arg(args, void *);
	va_end(args);
	return fd == module.fd ? answer(play(op, arg)) :
				 __real_ioctl(fd, op, arg);
}

static struct pidmap *open_with(const char *backends)
{
	struct pidmap *h = pidmap_open(backends, 0);

	assert_non_null(h);
	module.calls = 0;
	return h;
}

static int reset(void **state)
{
	(void)state;
	memset(&module, 0, sizeof(module));
	return 0;
}

static pid_t translate(struct pidmap *h, struct pidmap_nsref from)
{
	return pidmap_translate(h, PIDMAP_TGID, getpid(), from, from);
}

static void signals_in_an_array(void **state)
{
	struct pidmap *h = open_with("device");
	pid_t numbers[10];
	size_t done;
	int i;

	(void)state;
	for (i = 0; i < 10; i++)
		numbers[i] = i + 1;
	assert_int_equal(pidmap_translate_many(h, PIDMAP_TGID, 10, numbers,
					       numbers, pidmap_ns_view(),
					       pidmap_ns_view(), &done), 0);
	assert_int_equal(done, 10);
	assert_int_equal(module.calls, 4);
	for (i = 0; i < 10; i++)
		assert_int_equal(numbers[i], i + 1 + ADDED);
	pidmap_close(h);
}

struct seen {
	int fake;
	int self;
	int others;
};

static int see(const struct pidmap_task *task, void *arg)
{
	const struct grown *grown = (const void *)task;
	struct seen *seen = arg;
	pid_t nr = pidmap_task_nr(task)[0];

	if (nr == ADDED + seen->fake && task->size == sizeof(*grown) &&
	    grown->more == 4711)
		seen->fake++;
	else if (nr == getpid())
		seen->self++;
	else
		seen->others++;
	return 0;
}

static void signals_in_a_list(void **state)
{
	struct pidmap *h = open_with("device+procfs");
	struct seen seen = { 0 };

	(void)state;
	assert_int_equal(pidmap_list(h, pidmap_ns_view(), 0, see, &seen), 0);
	assert_int_equal(seen.fake, RECORDS);
	assert_int_equal(seen.self + seen.others, 0);
	pidmap_close(h);
}

/* The right is lost on the way: nothing is shown twice. */
static void list_refused_late(void **state)
{
	struct pidmap *h = open_with("device+procfs");
	struct seen seen = { 0 };

	(void)state;
	module.refuse_after = 4;
	assert_int_equal(pidmap_list(h, pidmap_ns_view(), 0, see, &seen), -1);
	assert_int_equal(errno, EACCES);
	assert_int_equal(seen.fake, 4);
	assert_int_equal(seen.self + seen.others, 0);
	pidmap_close(h);
}

static void list_refused(void **state)
{
	struct pidmap_snapshot *s;
	struct seen seen = { 0 };
	struct pidmap *h;

	(void)state;
	module.refuse = EPERM;
	h = open_with("device");
	assert_int_equal(pidmap_list(h, pidmap_ns_view(), 0, see, &seen), -1);
	assert_int_equal(errno, EPERM);
	assert_null(pidmap_snapshot_new(h, pidmap_ns_view(), 0));
	assert_int_equal(errno, EPERM);
	pidmap_close(h);

	h = open_with(NULL);
	assert_int_equal(pidmap_list(h, pidmap_ns_view(), 0, see, &seen), 0);
	assert_int_equal(seen.fake, 0);
	assert_int_equal(seen.self, 1);
	s = pidmap_snapshot_new(h, pidmap_ns_view(), 0);
	assert_non_null(s);
	assert_int_equal(pidmap_snapshot_translate(s, getpid(), 0, 0),
			 getpid());
	pidmap_snapshot_free(s);
	pidmap_close(h);
}

static void translation_refused(void **state)
{
	struct pidmap *h;

	(void)state;
	module.refuse = EPERM;
	h = open_with("device");
	assert_int_equal(translate(h, pidmap_ns_view()), -1);
	assert_int_equal(errno, EPERM);
	pidmap_close(h);
	h = open_with(NULL);
	assert_int_equal(translate(h, pidmap_ns_view()), getpid());
	/* If the others do not know either, the refusal is the reason. */
	assert_int_equal(pidmap_translate_at(h, PIDMAP_TGID, getpid(),
			 pidmap_ns_view(), pidmap_ns_view(),
			 &(struct pidmap_stamp){ PIDMAP_START_TIME, 0, 0, 0 }),
			 -1);
	assert_int_equal(errno, EPERM);
	assert_int_equal(translate(h, pidmap_ns_bound()), -1);
	assert_int_equal(errno, EPERM);
	/* Every back end says that there is no such task. */
	assert_int_equal(pidmap_translate(h, PIDMAP_TGID, 1 << 30,
					  pidmap_ns_view(), pidmap_ns_view()),
			 0);
	assert_int_equal(errno, ESRCH);
	pidmap_close(h);
}

static void binding_refused(void **state)
{
	struct pidmap *h;

	(void)state;
	module.refuse = EPERM;
	h = open_with(NULL);
	assert_int_equal(pidmap_bind(h, pidmap_ns_view(), pidmap_ns_view()), 0);
	module.refuse = ENODATA;
	assert_int_equal(translate(h, pidmap_ns_bound()), getpid());
	pidmap_close(h);
}

/* Others look from elsewhere. */
static void raised_view(void **state)
{
	struct pidmap *h = open_with(NULL);

	(void)state;
	assert_string_not_equal(pidmap_backend(h), "device");
	assert_int_equal(pidmap_set_view(h, 0), 0);
	assert_string_equal(pidmap_backend(h), "device");
	assert_int_equal(translate(h, pidmap_ns_view()), getpid() + ADDED);
	module.refuse = EPERM;
	assert_int_equal(translate(h, pidmap_ns_view()), -1);
	assert_int_equal(errno, EPERM);
	pidmap_close(h);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(signals_in_an_array, reset),
		cmocka_unit_test_setup(signals_in_a_list, reset),
		cmocka_unit_test_setup(list_refused_late, reset),
		cmocka_unit_test_setup(list_refused, reset),
		cmocka_unit_test_setup(translation_refused, reset),
		cmocka_unit_test_setup(binding_refused, reset),
		cmocka_unit_test_setup(raised_view, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
