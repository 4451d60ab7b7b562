// SPDX-License-Identifier: GPL-2.0-only
/* A storm of calls, most of them wrong, leaves nothing in the kernel's log. */
#include "test.h"

#include <ctype.h>
#include <sys/syscall.h>

struct storm {
	unsigned int seed;
	unsigned int calls, good;
	int fds[8];
	int n_fds;
};

static unsigned int dice(struct storm *s)
{
	s->seed = s->seed * 1103515245 + 12345;
	return s->seed >> 8;
}

static __u64 some_value(struct storm *s)
{
	static const __u64 odd[] = { 0, 1, 2, 3, 7, 48, 56, 64, 72, 80, 4096,
		INT32_MAX, 1ULL << 31, ~0U, 1ULL << 32, 1ULL << 63, ~0ULL };

	switch (dice(s) % 4) {
	case 0:
		return odd[dice(s) % ARRAY_SIZE(odd)];
	case 1:
		return s->fds[dice(s) % s->n_fds];
	case 2:
		return dice(s) % 1000;
	default:
		return (__u64)dice(s) << 40 | dice(s);
	}
}

static long rage(void *arg)
{
	static const unsigned int sizes[] = { 48, 64, 72, 80, 56, 56, 56, 40 };
	/* INFO may clear a page, however short the rest of it is */
	static unsigned char bytes[8192], room[65536];
	struct storm *s = arg;
	int i, k;

	for (i = 0; i < 20000; i++) {
		unsigned int nr = dice(s) % 14;
		int fd = dice(s) % 8 ? OWN : s->fds[dice(s) % s->n_fds];
		struct pidmap_nsref *from = (void *)(bytes + 16);
		__u32 word;

		memset(bytes, 0, 128);
		if (nr < 8) {
			/* mostly well-formed, then spoilt here and there */
			memcpy(bytes, &sizes[nr], 4);
			word = some_value(s) % 40000;
			if (nr != 5 && nr != 6)
				memcpy(bytes + 12, &word, 4);
			from->kind = dice(s) % 8;
			from->value = some_value(s);
			if (nr == 5 || nr == 6 || nr == 7)
				memset(from, 0, 8);
			if (nr == 2) {
				word = dice(s) % 100;
				memcpy(bytes + 12, &word, 4);
				*(__u64 *)(bytes + 48) = (uintptr_t)room;
				*(__u64 *)(bytes + 56) = (uintptr_t)room;
			} else if (nr == 4) {
				*(__u64 *)(bytes + 40) = (uintptr_t)room;
				*(__u32 *)(bytes + 48) = dice(s) % 40;
			} else if (nr == 5 || nr == 6) {
				*(__u64 *)(bytes + 32) = (uintptr_t)room;
				*(__u32 *)(bytes + 40) = dice(s) % 4096;
			}
			for (k = dice(s) % 3; k > 0; k--) {
				__u64 v = some_value(s);
				unsigned int at = dice(s) % 20 * 4;

				memcpy(bytes + at, &v, dice(s) % 2 ? 4 : 8);
			}
			/* no array that takes minutes */
			if (nr == 2 && *(__u32 *)(bytes + 12) > 10000)
				continue;
		}
		if (dice(s) % 50 == 0)
			word = ioctl(fd, _IO(PIDMAP_IOC_MAGIC, nr),
				     (void *)(uintptr_t)some_value(s));
		else
			word = ioctl(fd, _IO(PIDMAP_IOC_MAGIC, nr), bytes);
		s->calls++;
		s->good += (int)word >= 0;
		if (dice(s) % 500 == 0) {
			int again = open(DEVICE, O_RDWR);

			if (again >= 0) {
				dup2(again, OWN);
				close(again);
			}
		}
	}
	return 0;
}

static bool is_ours(char *line)
{
	char *c;

	for (c = line; *c; c++)
		*c = tolower(*c);
	return strstr(line, "pidmap") || strstr(line, "bug:") ||
	       strstr(line, "warning:") || strstr(line, "rcu:") ||
	       strstr(line, "call trace") || strstr(line, "nobody cared");
}

static void check_log(int log, const char *when)
{
	char line[1024];
	ssize_t n;

	for (;;) {
		n = read(log, line, sizeof(line) - 1);
		if (n < 0 && errno == EPIPE)
			continue;	/* lines were lost; go on */
		if (n < 0 && errno == EAGAIN)
			return;
		check(n > 0);
		line[n] = 0;
		if (is_ours(line))
			rig_fail(__FILE__, __LINE__, "%s, the log has: %s",
				 when, line);
	}
}

static void nothing_in_the_log(void **state)
{
	static const char * const policies[] = { "none", "self", "subtree" };
	struct tree *t = grow();
	struct proc *user, *callers[7], *boxed;
	int log = open("/dev/kmsg", O_RDONLY | O_NONBLOCK);
	size_t i, k, calls = 0, good = 0;

	(void)state;
	check(log >= 0);
	check_eq(lseek(log, 0, SEEK_END), 0);
	device_mode(0666);
	user = spawn(t->a, 0);
	become(user, 1000, 0);
	reopen(user);
	boxed = spawn(t->a, CLONE_NEWUSER | CLONE_NEWPID);
	memcpy(callers, (struct proc *[]){ t->top2, t->a2, t->b2, t->c2, t->s2,
	       user, boxed }, sizeof(callers));
	/* a sister's file, for what is refused altogether */
	send_fd(t->s2, fetch_fd(t->a2, OWN), 150);
	for (i = 0; i < ARRAY_SIZE(policies); i++) {
		policy(policies[i]);
		for (k = 0; k < ARRAY_SIZE(callers); k++) {
			struct storm *s = shared(sizeof(*s));

			s->seed = i * 100 + k + 1;
			s->fds[s->n_fds++] = self->ns;
			s->fds[s->n_fds++] = t->a->ns;
			s->fds[s->n_fds++] = t->b->ns;
			s->fds[s->n_fds++] = t->c->ns;
			s->fds[s->n_fds++] = t->s->ns;
			s->fds[s->n_fds++] = OWN;
			s->fds[s->n_fds++] = callers[k] == t->s2 ? 150 : 1;
			check_eq(run(callers[k], rage, s), 0);
			calls += s->calls;
			good += s->good;
			check_log(log, "after a storm");
		}
	}
	/* it was a storm of both kinds */
	check(calls > 100000);
	check(good > calls / 100 && good < calls - calls / 100);
	printf("# %zu calls, %zu of them good\n", calls, good);
	/* and this test would have seen it */
	i = open("/dev/kmsg", O_WRONLY);
	check(write(i, "the system test of PIDmap says so itself\n", 41) == 41);
	close(i);
	{
		char line[1024];
		bool found = false;
		ssize_t n;

		while ((n = read(log, line, sizeof(line) - 1)) > 0) {
			line[n] = 0;
			found = found || is_ours(line);
		}
		check(found);
	}
	close(log);
}

static const struct CMUnitTest tests[] = {
	TEST(nothing_in_the_log),
};

RUN(tests)
