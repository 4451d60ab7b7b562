// SPDX-License-Identifier: GPL-2.0-only
/* TRANSLATE_MANY: arrays of any length, in any order, over any memory. */
#include "test.h"

#include <sys/time.h>

#define PER_PAGE	(PAGE_BYTES / (int)sizeof(int))

static int ask(struct pidmap_translate_many *t, int type, int *numbers,
	       int *results, unsigned int count, struct pidmap_nsref to)
{
	memset(t, 0, sizeof(*t));
	t->size = sizeof(*t);
	t->type = type;
	t->count = count;
	t->from = VIEW;
	t->to = to;
	t->numbers = (uintptr_t)numbers;
	t->results = (uintptr_t)results;
	t->done = 0xdddd;
	return call_raw(self, OWN, PIDMAP_TRANSLATE_MANY, t);
}

static void same_as_one_by_one(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);
	struct proc *callers[] = { t->top, t->a, t->b2, t->c2, t->s2 };
	static const int odd[] = { 0, -1, INT32_MIN, INT32_MAX, 3999999 };
	int numbers[100], want[100];
	size_t who, from, to;
	int type, i, n;

	(void)state;
	check(w->n_tasks + ARRAY_SIZE(odd) <= ARRAY_SIZE(numbers));
	for (who = 0; who < ARRAY_SIZE(callers); who++)
	for (from = 0; from < ARRAY_SIZE(callers); from++)
	for (to = 0; to < ARRAY_SIZE(callers); to++)
	for (type = 0; type < 4; type++) {
		int f = world_ns(w, callers[from]->inum);
		int o = world_ns(w, callers[to]->inum);
		int view = world_ns(w, callers[who]->inum);

		n = 0;
		for (i = 0; i < w->n_tasks; i++)
			numbers[n++] = world_nr(w, &w->task[i], type, f);
		for (i = 0; i < (int)ARRAY_SIZE(odd); i++)
			numbers[n++] = odd[i];
		for (i = 0; i < n; i++)
			want[i] = world_translate(w, type, numbers[i], f, o);
		if (!world_within(w, f, view) || !world_within(w, o, view)) {
			check_eq(translate_many(callers[who], OWN, type,
						numbers, n,
						FD(callers[from]->ns),
						FD(callers[to]->ns)), -EPERM);
			continue;
		}
		check_eq(translate_many(callers[who], OWN, type, numbers, n,
					FD(callers[from]->ns),
					FD(callers[to]->ns)), 0);
		for (i = 0; i < n; i++)
			check_eq(numbers[i], want[i]);
	}
	world_free(w);
}

/* Every number from -100 to 40000, upwards, downwards, at random, repeated */
static void in_any_order(void **state)
{
	struct tree *t = grow();
	struct world *w = world_read(true);
	int n = 40100, i, round;
	int *numbers = shared(n * sizeof(*numbers));
	int *results = shared(n * sizeof(*results));
	struct pidmap_translate_many *m = shared(sizeof(*m));
	unsigned int seed = 1;
	int ns = world_ns(w, t->a->inum);

	(void)state;
	for (round = 0; round < 4; round++) {
		for (i = 0; i < n; i++) {
			switch (round) {
			case 0:
				numbers[i] = i - 100;
				break;
			case 1:
				numbers[i] = n - i - 100;
				break;
			case 2:
				seed = seed * 1103515245 + 12345;
				numbers[i] = (int)(seed >> 8) % n - 100;
				break;
			case 3:
				numbers[i] = w->task[i / 3 % w->n_tasks].tid;
				break;
			}
		}
		check_eq(ask(m, PIDMAP_TID, numbers, results, n,
			     FD(t->a->ns)), 0);
		check_eq(m->done, n);
		for (i = 0; i < n; i++) {
			int want = world_translate(w, PIDMAP_TID, numbers[i],
						   0, ns);

			/* others than those of the rig may come and go */
			if (want == -ESRCH && results[i] == -EREMOTE)
				continue;
			check_eq(results[i], want);
		}
	}
	world_free(w);
}

static void none(void **state)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));

	(void)state;
	check_eq(ask(m, PIDMAP_TID, NULL, NULL, 0, VIEW), 0);
	check_eq(m->done, 0);
	check_eq(ask(m, PIDMAP_TID, (int *)-8L, (int *)-8L, 0, VIEW), 0);
	check_eq(m->done, 0);
	/* the rest is checked all the same */
	check_eq(ask(m, 4, NULL, NULL, 0, VIEW), -EINVAL);
	check_eq(ask(m, PIDMAP_TID, NULL, NULL, 0, FD(INT32_MAX)), -EBADF);
}

static void every_length(void **state)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));
	int n, i, max = 1100;
	int *numbers = shared(max * sizeof(int));
	int *results = shared((max + 1) * sizeof(int));

	(void)state;
	for (i = 0; i < max; i++)
		numbers[i] = i % 3 ? self->pid : -i;
	for (n = 0; n < max; n++) {
		memset(results, 0x55, (max + 1) * sizeof(int));
		check_eq(ask(m, PIDMAP_TID, numbers, results, n, VIEW), 0);
		check_eq(m->done, n);
		for (i = 0; i < n; i++)
			check_eq(results[i], i % 3 ? self->pid : -ESRCH);
		check_eq(results[n], 0x55555555);
	}
}

static void one_bad_entry_fails_no_other(void **state)
{
	struct tree *t = grow();
	int numbers[] = { t->a2->pid, -5, t->s2->pid, unused_number(),
			  t->b2->pid, 0 };
	static const int want[] = { 71, -ESRCH, -EREMOTE, -ESRCH, 73, -ESRCH };
	size_t i;

	(void)state;
	check_eq(translate_many(self, OWN, PIDMAP_TGID, numbers,
				ARRAY_SIZE(numbers), VIEW, FD(t->a->ns)), 0);
	for (i = 0; i < ARRAY_SIZE(want); i++)
		check_eq(numbers[i], want[i]);
}

/*
 * The input or the output ends @room entries before the hole: those are
 * answered and said to be, and nothing else is written.
 */
static void check_hole(bool input, int pages, int room)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));
	int total = pages * PER_PAGE, i;
	int *holed = before_a_hole(pages);
	int *whole = before_a_hole(pages + 1);
	int *numbers = input ? holed + total - room : whole;
	int *results = input ? whole : holed + total - room;

	memset(holed, 0x55, pages * PAGE_BYTES);
	memset(whole, 0x55, (pages + 1) * PAGE_BYTES);
	for (i = 0; i < room + (input ? 0 : 10); i++)
		numbers[i] = i % 2 ? self->pid : 0;
	check_eq(ask(m, PIDMAP_TID, numbers, results, room + 10, VIEW),
		 -EFAULT);
	check(m->done <= (unsigned int)room);
	/* no more than one entry short of the hole, whatever the chunks */
	check_eq(m->done, room);
	for (i = 0; i < (int)m->done; i++)
		check_eq(results[i], i % 2 ? self->pid : -ESRCH);
	for (; i < (input ? (pages + 1) * PER_PAGE : room); i++)
		check_eq(results[i], 0x55555555);
	munmap(holed, pages * PAGE_BYTES);
	munmap(whole, (pages + 1) * PAGE_BYTES);
}

static void into_a_hole(void **state)
{
	static const int rooms[] = { 0, 1, 2, 127, 128, 129, 500, 1023, 1024 };
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rooms); i++) {
		check_hole(true, 2, rooms[i]);
		check_hole(false, 2, rooms[i]);
	}
}

static void bad_addresses(void **state)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));
	int *good = shared(16);
	int *readonly = mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED | MAP_ANONYMOUS,
			     -1, 0);
	__u64 bad[] = { 0, 8, -4096, ~0ULL, 1ULL << 63, 0xffff888000000000 };
	size_t i;

	(void)state;
	*good = self->pid;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		ask(m, PIDMAP_TID, good, good, 1, VIEW);
		m->numbers = bad[i];
		check_eq(call_raw(self, OWN, PIDMAP_TRANSLATE_MANY, m),
			 -EFAULT);
		check_eq(m->done, 0);
		m->numbers = (uintptr_t)good;
		m->results = bad[i];
		check_eq(call_raw(self, OWN, PIDMAP_TRANSLATE_MANY, m),
			 -EFAULT);
		check_eq(m->done, 0);
	}
	check_eq(ask(m, PIDMAP_TID, good, readonly, 1, VIEW), -EFAULT);
	check_eq(m->done, 0);
	check_eq(*readonly, 0);
	munmap(readonly, PAGE_BYTES);
}

/* As far as there is memory, and not a byte further */
static void as_many_as_can_be_said(void **state)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));
	int pages = 300, n = pages * PER_PAGE, i;
	int *mem = before_a_hole(pages);

	(void)state;
	for (i = 0; i < n; i++)
		mem[i] = self->pid;
	check_eq(ask(m, PIDMAP_TID, mem, mem, ~0U, VIEW), -EFAULT);
	check_eq(m->done, n);
	for (i = 0; i < n; i++)
		check_eq(mem[i], self->pid);
	munmap(mem, pages * PAGE_BYTES);
}

#ifdef __LP64__
/* 16 GiB of addresses over the same 2 MiB, over and over */
static char *endless(int *fd)
{
	const size_t piece = 2 << 20, all = 4ULL << 32;
	char *mem = mmap(NULL, all, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	size_t at;

	check(mem != MAP_FAILED);
	*fd = memfd_create("endless", 0);
	check(*fd >= 0 && ftruncate(*fd, piece) == 0);
	for (at = 0; at < all; at += piece)
		check(mmap(mem + at, piece, PROT_READ | PROT_WRITE,
			   MAP_SHARED | MAP_FIXED, *fd, 0) == mem + at);
	return mem;
}
#endif

static void killed_on_the_way(void **state)
{
#ifdef __LP64__
	struct pidmap_translate_many *m = shared(sizeof(*m));
	volatile int *first;
	int fd, status;
	char *mem = endless(&fd);
	pid_t pid;

	(void)state;
	first = (int *)mem;
	m->size = sizeof(*m);
	m->type = PIDMAP_TID;
	m->count = ~0U;
	m->numbers = (uintptr_t)mem;
	m->results = (uintptr_t)mem;
	m->done = 0;
	check_eq(*first, 0);
	pid = fork();
	if (pid == 0) {
		ioctl(OWN, PIDMAP_TRANSLATE_MANY, m);
		_exit(1);
	}
	/* number 0 becomes -ESRCH: it is under way */
	while (*first == 0 && waitpid(pid, &status, WNOHANG) == 0)
		sched_yield();
	check_eq(kill(pid, SIGKILL), 0);
	check_eq(waitpid(pid, &status, 0), pid);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	/* and said how far it came */
	check(m->done > 0 && m->done < ~0U);
	munmap(mem, 4ULL << 32);
	close(fd);
#else
	(void)state;
	rig_skip("2^32-1 numbers are more than a 32-bit program can map");
#endif
}

/* A signal that does not kill ends the call, too. */
static int handled;

static void handler(int sig)
{
	(void)sig;
	handled++;
}

static void any_signal_ends_it(void **state)
{
	struct pidmap_translate_many *m = shared(sizeof(*m));
	int n = 400000, tries = 1000, err, i;
	int *numbers = mmap(NULL, n * sizeof(int), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct itimerval often = { { 0, 1000 }, { 0, 1000 } }, off = { 0 };

	(void)state;
	check(numbers != MAP_FAILED);
	for (i = 0; i < n; i++)
		numbers[i] = self->pid;
	signal(SIGALRM, handler);
	setitimer(ITIMER_REAL, &often, NULL);
	/* On a busy host, no timer of a guest may go off for a whole call. */
	do
		err = ask(m, PIDMAP_TID, numbers, numbers, n, VIEW);
	while (!err && --tries);
	check_eq(err, -EINTR);
	setitimer(ITIMER_REAL, &off, NULL);
	signal(SIGALRM, SIG_DFL);
	check(m->done > 0 && m->done < (__u32)n);
	for (i = 0; i < n; i++)
		check_eq(numbers[i], self->pid);
	munmap(numbers, n * sizeof(int));
}

static const struct CMUnitTest tests[] = {
	TEST(same_as_one_by_one),
	TEST(in_any_order),
	TEST(none),
	TEST(every_length),
	TEST(one_bad_entry_fails_no_other),
	TEST(into_a_hole),
	TEST(bad_addresses),
	TEST(as_many_as_can_be_said),
	TEST(killed_on_the_way),
	TEST(any_signal_ends_it),
};

RUN(tests)
