/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * struct bench - what is measured on
 * @tasks: how many tasks live in the leaf namespace
 * @depth: levels from ours to the leaf, both counted
 * @threads: every second task is a thread of the leaf's init
 * @leaf: their numbers there, ascending
 * @own: their numbers here, in the same order
 * @order: a permutation of 0 to @tasks - 1
 * @next: counts operations, so that each takes another task
 * @init: the process to kill to end them all
 * @leaf_init: number here of the leaf namespace's init
 * @device: /dev/pidmap
 * @bound: /dev/pidmap, with the leaf and our namespace bound
 * @leaf_inum: inode number of the leaf namespace
 * @leaf_id: its ID, where the kernel has IDs
 * @leaf_fd: nsfs file of the leaf namespace
 * @own_fd: nsfs file of ours
 * @null: /dev/null
 * @proc: /proc, or -1 before it is needed
 */
struct bench {
	unsigned int tasks;
	unsigned int depth;
	bool threads;
	int32_t *leaf;
	int32_t *own;
	uint32_t *order;
	unsigned int next;
	pid_t init;
	pid_t leaf_init;
	uint32_t leaf_inum;
	uint64_t leaf_id;
	int device;
	int bound;
	int leaf_fd;
	int own_fd;
	int null;
	int proc;
};

/**
 * struct row - one operation and what it may cost
 * @group: what --only may name it by
 * @name: its own name
 * @per: what one unit is
 * @op: does it once; returns how many units that was, or -1 with errno
 * @arg: handed to @op
 * @setup: NULL, or called before each sample; -1 with errno on failure,
 *	ENOTTY or EOPNOTSUPP where the kernel has no such thing
 * @peer: row that a user would otherwise take
 * @ratio: 0, or the most it may cost in terms of @peer
 * @budget: 0, or the most it may cost in instructions
 * @less: NULL, or the row of which a part does not count in this one
 * @part: how much of it, for each unit
 * @most: 0, or the most tasks with which it ends in good time
 * @wanted: it is to be measured
 * @value: instructions per unit, < 0 where it failed
 * @error: errno where it failed
 */
struct row {
	const char *group;
	const char *name;
	const char *per;
	long (*op)(struct bench *b, long arg);
	long arg;
	int (*setup)(struct bench *b, long arg);
	const char *peer;
	double ratio;
	double budget;
	const char *less;
	double part;
	unsigned int most;
	bool wanted;
	double value;
	int error;
};

/* Rows that others are compared with. */
#define NSFS	"NS_GET_PID_FROM_PIDNS"
#define NSFS_IN	"NS_GET_PID_IN_PIDNS"
#define STATUS	"/proc/PID/status"
#define SCAN	"/proc scan"

extern struct row peer_rows[], bpf_rows[], device_rows[], library_rows[],
	thread_rows[], watch_rows[];

/* Another task for every operation, in the permuted order. */
static inline unsigned int pick(struct bench *b)
{
	if (b->next >= b->tasks)
		b->next = 0;
	return b->order[b->next++];
}

void population_spawn(struct bench *b);
void population_start(struct bench *b);
void population_end(struct bench *b);

#endif /* BENCH_H */
