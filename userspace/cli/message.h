/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - what is said to a person */
#ifndef PIDMAP_CLI_MESSAGE_H
#define PIDMAP_CLI_MESSAGE_H

#include "text.h"

/* Exit codes; pidmap(1) promises them. */
enum {
	EXIT_ANSWERED	= 0,
	EXIT_FAILED	= 1,
	EXIT_USAGE	= 2,
	EXIT_NO_ANSWER	= 3,
	EXIT_NO_BACKEND	= 4,
};

int fail(int status, const char *format, ...) PRINTF(2, 3);
void out_of_memory(void) __attribute__((noreturn));
int finish_stdout(int status);

#endif
