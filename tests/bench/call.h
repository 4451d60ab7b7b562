/* SPDX-License-Identifier: GPL-2.0-only */
/* A program that does the rest of the arguments as often as its caller wants. */
#ifndef CALL_H
#define CALL_H

/* the last answer */
__u64 sink;

#define CALL(name, ...)							\
	static int name##_once(__u32 i, void *arg)			\
	{								\
		(void)i;						\
		(void)arg;						\
		__VA_ARGS__;						\
		return 0;						\
	}								\
									\
	SEC("syscall") int name(const __u32 *times)			\
	{								\
		bpf_loop(*times, name##_once, NULL, 0);			\
		return 0;						\
	}

#endif
