// SPDX-License-Identifier: GPL-2.0
/*
 * How many instructions an answer costs, counted inside a guest that
 * tests/vm/run --icount booted: there the time stamp counter counts
 * instructions. tests/bench/run builds and starts this program.
 *
 * A row of the table below is one operation. It is warmed up and repeated, the
 * median is printed, less what the loop around it costs.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include "bench.h"

/* A sample is repeated until it has about so many instructions: less than the
 * timer's period, so that most samples see no interrupt.
 */
#define SAMPLE	300000
#define SAMPLES	21
/* Rows whose single run is this long are sampled less often. */
#define LONG	3000000

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
	double value[SAMPLES];
	uint64_t start;

	for (int i = 0; i < 3; i++) {
		start = now();
		if (row->op(b, row->arg) < 0)
			return -1;
	}
	start = now() - start;
	if (start > LONG)
		samples = start > 10 * LONG ? 1 : 5;
	times = start < SAMPLE ? SAMPLE / start : 1;
	/* the first is thrown away: it warms up what one call does not */
	for (unsigned int i = 0; i <= samples; i++) {
		value[i ? i - 1 : 0] = sample(row, b, times);
		if (value[0] < 0)
			return -1;
	}
	qsort(value, samples, sizeof(*value), compare);
	return value[samples / 2];
}

static long op_nothing(struct bench *b, long arg)
{
	(void)b;
	(void)arg;
	return 1;
}

static const struct row nothing = { .op = op_nothing };

/* What the loop costs belongs to each operation, not to each unit. */
static double measure_row(const struct row *row, struct bench *b, double loop)
{
	double value;
	long units;

	if (row->setup && row->setup(b, row->arg) < 0)
		return -1;
	units = row->op(b, row->arg);
	if (units <= 0)
		return -1;
	value = measure(row, b);
	return value < 0 ? -1 : value - loop / units;
}

/* For trace.c, a QEMU plugin; to the CPU they are nothing. */
#define MARK_BEGIN() asm volatile(".byte 0x0f,0x1f,0x80; .long 0x70690001")
#define MARK_END() asm volatile(".byte 0x0f,0x1f,0x80; .long 0x70690000")

static void profile(const struct row *row, struct bench *b)
{
	if (row->setup && row->setup(b, row->arg) < 0)
		err(1, "%s", row->name);
	if (measure(row, b) < 0)
		err(1, "%s", row->name);
	MARK_BEGIN();
	row->op(b, row->arg);
	MARK_END();
}

static struct row *find(const char *name)
{
	for (struct row *row = rows; row->name; row++)
		if (!strcmp(row->name, name))
			return row;
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

static void print_row(const struct row *row, const struct bench *b,
		      const char *kernel)
{
	const struct row *peer = row->peer ? find(row->peer) : NULL;
	bool judged = row->budget || row->ratio, good = true;
	double ratio = 0;

	/* Without the nearest peer, its own peer is the way to go. */
	while (peer && peer->value < 0) {
		peer = peer->peer ? find(peer->peer) : NULL;
		judged = row->budget;
	}
	printf("%s\t%u\t%u\t%s\t%s\t%s\t", kernel, b->tasks, b->depth,
	       row->group, row->name, row->per);
	if (row->value < 0) {
		printf("-\t-\t-\t-\t%s\n", row->error == ENOTTY ?
		       "-" : strerror(row->error));
		return;
	}
	printf("%.1f\t", row->value);
	if (peer) {
		ratio = row->value / peer->value;
		printf("%s\t%.4f\t", peer->name, ratio);
	} else {
		printf("-\t-\t");
	}
	if (row->budget && row->value > row->budget)
		good = false;
	if (judged && row->ratio && ratio > row->ratio)
		good = false;
	if (row->budget)
		printf("%.0f", row->budget);
	if (row->ratio)
		printf("%s%.4gx", row->budget ? "," : "", row->ratio);
	printf("%s\t%s\n", row->budget || row->ratio ? "" : "-",
	       !judged ? "-" : good ? "ok" : "MISSED");
}

int main(int argc, char **argv)
{
	struct bench b = { .tasks = 1000, .depth = 2 };
	const char *only = NULL, *traced = NULL;
	struct utsname uts;
	double loop;

	for (int i = 1; i < argc; i += 2) {
		const char *value = i + 1 < argc ? argv[i + 1] : "";

		if (!strcmp(argv[i], "--tasks"))
			b.tasks = atoi(value);
		else if (!strcmp(argv[i], "--depth"))
			b.depth = atoi(value);
		else if (!strcmp(argv[i], "--only"))
			only = value;
		else if (!strcmp(argv[i], "--profile"))
			traced = value;
		else
			errx(2, "usage: bench [--tasks N] [--depth N] [--only GROUP|ROW,...]");
	}
	if (b.tasks < 1 || b.depth < 1 || b.depth > 33)
		errx(2, "no such number of tasks or levels");
	if (!counts_instructions())
		errx(1, "the clock does not count instructions: not under --icount");

	setvbuf(stdout, NULL, _IOLBF, 0);
	population_start(&b);
	if (traced) {
		profile(find(traced), &b);
		population_end(&b);
		return 0;
	}
	uname(&uts);
	for (struct row *row = rows; row->name; row++) {
		if (only && !selected(row, only))
			continue;
		for (struct row *r = row; !r->wanted; r = find(r->peer)) {
			r->wanted = true;
			if (!r->peer)
				break;
		}
	}
	loop = measure(&nothing, &b);
	for (struct row *row = rows; row->name; row++) {
		if (!row->wanted)
			continue;
		errno = 0;
		row->value = measure_row(row, &b, loop);
		row->error = errno;
	}
	for (struct row *row = rows; row->name; row++)
		if (row->wanted)
			print_row(row, &b, uts.release);
	population_end(&b);
	return 0;
}
