// SPDX-License-Identifier: GPL-2.0-only
/*
 * How many instructions an answer costs, counted inside a guest that
 * tests/vm/run --icount booted: there the time stamp counter counts
 * instructions. tests/bench/run builds and starts this program.
 *
 * With --clock the counter is one of time, as in tests/bench/native.
 *
 * A row of the table below is one operation. It is warmed up and repeated, the
 * median is printed, less what the loop around it costs.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <getopt.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/pidmap.h>

#include "bench.h"

/* A sample is repeated until it has about so many instructions: less than the
 * timer's period, so that most samples see no interrupt.
 */
#define SAMPLE	300000
#define SAMPLES	21
/* Rows whose single run is this long are sampled less often. */
#define LONG	3000000
/* How many ticks of a real clock are enough to compare two durations. */
#define LONG_ENOUGH 100000000
#define MAX_CPUS 16

/* All tables, one after the other. */
static struct row *rows[100];
static unsigned int n_rows;

/* The counter is a clock: what disturbs it makes samples longer only. */
static bool by_clock;

static uint64_t now(void)
{
	uint32_t low, high;

	asm volatile("lfence; rdtsc" : "=a"(low), "=d"(high) : : "memory");
	return (uint64_t)high << 32 | low;
}

/* Is a tick of the counter an instruction? An interrupt may spoil a try. */
static bool counts_instructions(void)
{
	for (int i = 0; i < 10; i++) {
		uint64_t start = now(), n = 1000, ticks;

		asm volatile("1: dec %0; jnz 1b" : "+r"(n) : : "cc");
		ticks = now() - start;
		if (ticks >= 2000 && ticks < 2020)
			return true;
	}
	return false;
}

/* Runs @op so many times. Return: instructions per unit; < 0 with errno. */
static double sample(const struct row *row, struct bench *b, unsigned int times)
{
	uint64_t start = now();
	long units = 0;

	for (unsigned int i = 0; i < times; i++) {
		long n = row->op(b, row->arg);

		if (n < 0)
			return -1;
		units += n;
	}
	return (double)(now() - start) / units;
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double measure(const struct row *row, struct bench *b)
{
	unsigned int times, samples = SAMPLES;
	double value[SAMPLES + 1];
	uint64_t cost;

	for (int i = 0; i < 2; i++) {
		if (row->setup && row->setup(b, row->arg) < 0)
			return -1;
		cost = now();
		if (row->op(b, row->arg) < 0)
			return -1;
		cost = now() - cost;
	}
	if (cost > LONG)
		samples = cost > 100 * LONG ? 1 : 5;
	times = cost < SAMPLE ? SAMPLE / cost : 1;
	/* the first is thrown away: it warms up what one call does not */
	for (unsigned int i = 0; i <= samples; i++) {
		if (row->setup && row->setup(b, row->arg) < 0)
			return -1;
		value[i] = sample(row, b, times);
		if (value[i] < 0)
			return -1;
	}
	qsort(value + 1, samples, sizeof(*value), compare);
	return value[by_clock ? 1 : 1 + samples / 2];
}

static long op_nothing(struct bench *b, long arg)
{
	(void)b;
	(void)arg;
	return 1;
}

/* What the loop costs belongs to each operation, not to each unit. */
static double measure_row(const struct row *row, struct bench *b, double loop)
{
	double value = measure(row, b);

	return value < 0 ? -1 : value - loop / row->op(b, row->arg);
}

static struct row *find(const char *name)
{
	for (unsigned int i = 0; i < n_rows; i++)
		if (!strcmp(rows[i]->name, name))
			return rows[i];
	errx(1, "no row %s", name);
}

static bool selected(const struct row *row, const char *only)
{
	const char *end;
	size_t n;

	for (; only; only = *end ? end + 1 : NULL) {
		end = strchrnul(only, ',');
		n = end - only;
		if (!strncmp(row->group, only, n) && !row->group[n])
			return true;
		if (n && !strncmp(row->name, only, n))
			return true;
	}
	return false;
}

static void collect_rows(void)
{
	struct row *tables[] = {
		peer_rows, watch_rows, bpf_rows, device_rows, library_rows,
		thread_rows,
	};

	for (unsigned int i = 0; i < sizeof(tables) / sizeof(*tables); i++)
		for (struct row *row = tables[i]; row->name; row++)
			rows[n_rows++] = row;
}

/* With a row, what it is compared with is wanted; not what would never end. */
static void want(struct row *row, const struct bench *b)
{
	if (row->most && b->tasks > row->most)
		return;
	row->wanted = true;
	if (row->peer)
		want(find(row->peer), b);
	if (row->less)
		want(find(row->less), b);
}

static void choose_rows(const char *only, const struct bench *b)
{
	for (unsigned int i = 0; i < n_rows; i++)
		if (!only || selected(rows[i], only))
			want(rows[i], b);
}

static bool lacking(const struct row *row)
{
	return row->error == ENOTTY || row->error == EOPNOTSUPP;
}

/*
 * A line of fields with tabs between: kernel, tasks, levels, group, name, unit,
 * instructions, peer, ratio, most instructions, highest ratio, verdict.
 */
static void print_row(const struct row *row, const struct bench *b)
{
	const struct row *peer = row->peer ? find(row->peer) : NULL;
	double ratio = 0, limit = row->ratio;
	double budget = row->budget;
	const char *verdict = "-";
	struct utsname uts;

	/* Budgets are for this many tasks at this depth. */
	if (b->tasks != 1000 || b->depth != 2 || by_clock)
		budget = limit = 0;

	/* Where the nearest peer is lacking, its own peer is the way to go. */
	while (peer && (!peer->wanted || peer->value < 0)) {
		peer = peer->peer ? find(peer->peer) : NULL;
		limit = 0;
	}
	if (peer)
		ratio = row->value / peer->value;
	if (budget || limit)
		verdict = (budget && row->value > budget) ||
			  (limit && ratio > limit) ? "MISSED" : "ok";
	if (row->value < 0)
		verdict = lacking(row) ? "-" : strerror(row->error);

	uname(&uts);
	printf("%s\t%u\t%u\t%s\t%s\t%s\t", uts.release, b->tasks, b->depth,
	       row->group, row->name, row->per);
	printf("%.1f\t%s\t%.5f\t%.0f\t%.4f\t%s\n", row->value,
	       peer ? peer->name : "-", ratio, budget, limit, verdict);
}

static double best(const struct row *row, struct bench *b, unsigned int calls)
{
	double least = sample(row, b, calls);

	for (int i = 1; i < SAMPLES; i++) {
		double value = sample(row, b, calls);

		if (value < least)
			least = value;
	}
	return least;
}

static void stay_on(unsigned int cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		err(1, "CPU %u", cpu);
}

/*
 * How much longer a call takes where @cpus processes make it at once, through
 * the same open files. By the clock, so it varies: there is no verdict.
 */
static void measure_together(const struct row *row, struct bench *b,
			     unsigned int cpus)
{
	pid_t others[MAX_CPUS];
	double alone, together;
	struct utsname uts;
	unsigned int calls;
	uint64_t ticks;

	if (row->setup && row->setup(b, row->arg) < 0)
		return;
	stay_on(0);
	ticks = now();
	if (sample(row, b, 100) < 0)
		return;
	ticks = now() - ticks;
	calls = 100 + 100ULL * LONG_ENOUGH / ticks;
	alone = best(row, b, calls);
	for (unsigned int i = 1; i < cpus; i++) {
		others[i] = fork();
		if (!others[i]) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			stay_on(i);
			while (sample(row, b, calls) > 0)
				;
			_exit(1);
		}
	}
	together = best(row, b, calls);
	for (unsigned int i = 1; i < cpus; i++) {
		kill(others[i], SIGKILL);
		waitpid(others[i], NULL, 0);
	}
	uname(&uts);
	printf("%s\t%u\t%u\tcpus\t%s, %u at once\tx alone\t%.2f\t-\t0\t0\t0\t-\n",
	       uts.release, b->tasks, b->depth, row->name, cpus,
	       together / alone);
}

static void measure_cpus(struct bench *b, unsigned int cpus)
{
	static const char * const names[] = {
		"getppid", NSFS, "TRANSLATE fd to fd", "BOUND_TGID, by value",
		"TRANSLATE_MANY random 256", "LIST",
	};

	for (unsigned int i = 0; i < sizeof(names) / sizeof(*names); i++)
		measure_together(find(names[i]), b, cpus);
}

static void measure_all(struct bench *b)
{
	static const struct row nothing = { .op = op_nothing };
	double loop = measure(&nothing, b);

	/* Nothing is printed meanwhile: the console would be measured. */
	for (unsigned int i = 0; i < n_rows; i++) {
		if (!rows[i]->wanted)
			continue;
		errno = 0;
		rows[i]->value = measure_row(rows[i], b, loop);
		rows[i]->error = errno;
		if (rows[i]->less && rows[i]->value >= 0)
			rows[i]->value -= rows[i]->part *
					  find(rows[i]->less)->value;
	}
	for (unsigned int i = 0; i < n_rows; i++)
		if (rows[i]->wanted)
			print_row(rows[i], b);
}

/* For trace.c, a QEMU plugin; to the CPU they are nothing. */
#define MARK_BEGIN() asm volatile(".byte 0x0f,0x1f,0x80; .long 0x70690001")
#define MARK_END() asm volatile(".byte 0x0f,0x1f,0x80; .long 0x70690000")

static void trace(const struct row *row, struct bench *b)
{
	if (measure(row, b) < 0)
		err(1, "%s", row->name);
	MARK_BEGIN();
	row->op(b, row->arg);
	MARK_END();
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "tasks", required_argument, NULL, 't' },
		{ "depth", required_argument, NULL, 'd' },
		{ "only", required_argument, NULL, 'o' },
		{ "cpus", required_argument, NULL, 'c' },
		{ "clock", no_argument, NULL, 'k' },
		{ "trace", required_argument, NULL, 'r' },
		{}
	};
	struct bench b = { .tasks = 1000, .depth = 2 };
	const char *only = NULL, *traced = NULL;
	unsigned int cpus = 0;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		switch (option) {
		case 't':
			b.tasks = atoi(optarg);
			break;
		case 'd':
			b.depth = atoi(optarg);
			break;
		case 'o':
			only = optarg;
			break;
		case 'c':
			cpus = atoi(optarg);
			break;
		case 'k':
			by_clock = true;
			break;
		case 'r':
			traced = optarg;
			break;
		default:
			return 2;
		}
	}
	if (b.tasks < 1 || b.depth < 1 || b.depth > PIDMAP_MAX_LEVEL + 1)
		errx(2, "no such number of tasks or levels");
	if (cpus > MAX_CPUS)
		errx(2, "too many CPUs");
	if (!cpus && !by_clock && !counts_instructions())
		errx(1, "the clock does not count instructions: not under --icount");

	collect_rows();
	population_start(&b);
	if (traced) {
		trace(find(traced), &b);
	} else if (cpus) {
		measure_cpus(&b, cpus);
	} else {
		choose_rows(only, &b);
		measure_all(&b);
	}
	population_end(&b);
	return 0;
}
