// SPDX-License-Identifier: GPL-2.0-only
/*
 * Fuzzes the ioctls of /dev/pidmap: programs of up to 16 steps, run by
 * processes of the rig of tests/system in nested namespaces, some of them
 * unprivileged, while others of them fork and let namespaces die.
 *
 * Each step is 16 bytes, so that any bytes are a program: see struct step.
 * Where the kernel has KCOV and the module is built for it, programs that reach
 * new code are kept and mutated; where not, those that get new answers.
 *
 * Besides what the kernel itself reports, it is checked that
 *  - what the ABI says is refused is, with the errno it says;
 *  - a call that fails has written nothing, one that succeeds only its (out)
 *    fields, and nothing behind the end of its arrays;
 *  - numbers of processes that are held are right, and all operations agree
 *    about them, events too;
 *  - no reference on a namespace is left behind.
 */
#include <getopt.h>

#include "device.h"

void harness_init(void)
{
}

void harness_fail(const char *file, int line)
{
	(void)file;
	(void)line;
	printf("failed: ");
	print_program(stdout, &now);
	fflush(stdout);
	_exit(1);
}

void harness_skip(void)
{
	_exit(4);
}

static void report(void)
{
	printf("# %llu calls in %llu programs, ", calls, programs);
	printf("%llu refusals foreseen, %llu answers compared\n", foreseen,
	       compared);
	printf("# %llu events read\n", events);
	printf("# meanwhile %llu calls and %llu forks\n", storm_calls,
	       storm_forks);
	printf("# %u coverage points in the module%s, ", n_points,
	       guided ? "" : " (no KCOV: answers alone guide)");
	printf("%d programs in the corpus\n", n_corpus);
	fflush(stdout);
}

static int usage(void)
{
	fprintf(stderr, "Usage: device [--seed N] [--calls N] [--corpus FILE]");
	fprintf(stderr, " [--print-corpus]\n");
	fprintf(stderr, "              [--trace] [--program HEX]\n");
	return 2;
}

/* Runs @only, if there is one, again and again. */
static void fuzz(unsigned long long limit, const struct program *only)
{
	unsigned long long told = 0;

	while (calls < limit) {
		struct program p = next_program();

		if (only->n)
			p = *only;
		if (run_program(&p))
			keep(&p);
		if (calls - told > limit / 10) {
			told = calls;
			report();
		}
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "seed", required_argument, NULL, 's' },
		{ "calls", required_argument, NULL, 'c' },
		{ "corpus", required_argument, NULL, 'f' },
		{ "print-corpus", no_argument, NULL, 'p' },
		{ "trace", no_argument, NULL, 't' },
		{ "program", required_argument, NULL, 'h' },
		{ 0 },
	};
	unsigned long long limit = 100000;
	struct program only = { 0 };
	const char *file = NULL;
	bool print = false;
	int opt;

	while ((opt = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (opt) {
		case 's':
			rng = atoi(optarg) * 2 + 1;	/* not 0 */
			break;
		case 'c':
			limit = strtoull(optarg, NULL, 10);
			break;
		case 'f':
			file = optarg;
			break;
		case 'p':
			print = true;
			break;
		case 't':
			trace = true;
			break;
		case 'h':
			if (!read_program(optarg, &only))
				return usage();
			break;
		default:
			return usage();
		}
	}
	run_on(0);
	rig_main(argc, argv);
	map_arena();
	open_kcov();
	limit_namespaces(NAMESPACES);
	if (file)
		read_corpus(file);
	fuzz(limit, &only);
	if (print)
		print_corpus();
	leave_world();
	report();
	printf("1 passed, 0 failed, 0 skipped\n");
	return 0;
}
