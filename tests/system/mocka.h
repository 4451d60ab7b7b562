/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * As much of cmocka as these tests use, for 32-bit builds: Debian's cmocka is
 * for 64-bit programs unless a foreign architecture is added.
 */
#ifndef MOCKA_H
#define MOCKA_H

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test_func)(void **state);
	int (*setup_func)(void **state);
	int (*teardown_func)(void **state);
};

#define cmocka_unit_test_setup_teardown(test, setup, teardown) \
	{ #test, test, setup, teardown }
#define cmocka_run_group_tests(tests, setup, teardown) \
	mocka_run(tests, sizeof(tests) / sizeof((tests)[0]))

static jmp_buf mocka_end;
static const char *mocka_only;

/* A name, or NULL for all tests. */
static inline void cmocka_set_test_filter(const char *name)
{
	mocka_only = name;
}

static inline void __attribute__((noreturn))
_fail(const char *file, int line)
{
	fprintf(stderr, "# failed at %s:%d\n", file, line);
	longjmp(mocka_end, 1);
}

static inline void __attribute__((noreturn)) _skip(const char *file, int line)
{
	(void)file;
	(void)line;
	longjmp(mocka_end, 2);
}

static inline int mocka_run(const struct CMUnitTest *tests, size_t n)
{
	volatile int failed = 0;
	volatile size_t i;

	printf("1..%zu\n", mocka_only ? (size_t)1 : n);
	for (i = 0; i < n; i = i + 1) {
		const struct CMUnitTest *t = &tests[i];
		volatile int result = 1;
		void *state = NULL;

		if (mocka_only && strcmp(mocka_only, t->name))
			continue;
		if (t->setup_func(&state) == 0) {
			result = setjmp(mocka_end);
			if (result == 0)
				t->test_func(&state);
		}
		if (t->teardown_func(&state))
			result = 1;
		printf("%sok %zu - %s%s\n", result == 1 ? "not " : "", i + 1,
		       t->name, result == 2 ? " # SKIP" : "");
		failed = failed + (result == 1);
	}
	return failed;
}

#endif
