/* SPDX-License-Identifier: GPL-2.0-only */
/* What the BPF programs of the test tell the program that compares. */
#ifndef RECORD_H
#define RECORD_H

#define LEVELS	33
/* More would be too many ways for the verifier of Linux 6.1 to follow. */
#define ASKED_LEVELS	4
#define TYPES	4

/* Which program has seen the task. */
enum seen_by { NEWTASK, EXEC, EXIT, KPROBE, SWITCH, ITER, PROGRAMS };

/* Where a record is kept: only the latest one. */
struct seen_key {
	__u32 seen_by;
	__s32 tid;		/* in the initial namespace */
};

struct record {
	__u32 complete;
	__u32 count[TYPES];		/* what pidmap_bpf_nrs() returned */
	__s32 nrs[TYPES][LEVELS];
	__s32 level[TYPES][ASKED_LEVELS];	/* pidmap_bpf_nr_level() */
	__s32 host[TYPES];		/* the same at level 0 */
	__s32 last[TYPES];		/* the same at the leaf's level */
	__s32 beyond[TYPES];		/* the same below the leaf */
	__s32 leaf[TYPES];
	__s32 wanted_inum[TYPES];	/* in the namespace of struct wanted */
	__s32 wanted_id[TYPES];
	__s32 ppid;			/* in the task's namespace */
	__u32 ns_level;
	__u32 inum[LEVELS];		/* from the leaf up by the parents */
	__u64 id[LEVELS];
	__u32 inum_at[LEVELS];		/* by pidmap_bpf_ns_at() */
};

/* A namespace whose numbers are asked for. */
struct wanted {
	__u32 inum;
	__u32 unused;
	__u64 id;
};

#endif
