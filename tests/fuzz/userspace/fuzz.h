/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers of userspace share. */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* By the descriptor: a fuzzer may have put something else in stderr's place. */
#define must(what) \
	do { \
		if (!(what)) { \
			dprintf(STDERR_FILENO, "%s:%d: not so: %s\n", \
				__FILE__, __LINE__, #what); \
			abort(); \
		} \
	} while (0)

/* The input, byte by byte; zeros after its end. */
struct bytes {
	const uint8_t *next;
	const uint8_t *end;
};

static inline unsigned int byte(struct bytes *b)
{
	return b->next < b->end ? *b->next++ : 0;
}

static inline uint32_t word(struct bytes *b)
{
	uint32_t w = byte(b);

	w = w << 8 | byte(b);
	w = w << 8 | byte(b);
	return w << 8 | byte(b);
}

#endif
