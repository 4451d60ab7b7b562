/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - running another program */
#ifndef PIDMAP_CLI_COMMAND_H
#define PIDMAP_CLI_COMMAND_H

#include <stdbool.h>

#define SAID_SIZE	1024

/**
 * struct said - what a program said
 * @status: as waitpid(2) returned it; 0 is success
 * @out: what it printed, with its lines joined by blanks
 * @err: what it printed on standard error, in the same way
 */
struct said {
	int status;
	char out[SAID_SIZE];
	char err[SAID_SIZE];
};

int run_command(const char *const *argv, struct said *said);
bool have_command(const char *name);

#endif
