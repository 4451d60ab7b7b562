// SPDX-License-Identifier: GPL-2.0-only
/* What is said to a person, and how the tool ends */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "message.h"

/* Say what is wrong, in a sentence, and return the exit code @status */
int fail(int status, const char *format, ...)
{
	char *text, *safe;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		out_of_memory();
	va_end(args);
	safe = printable(text);
	fprintf(stderr, "pidmap: %s\n", safe);
	free(safe);
	free(text);
	return status;
}

void out_of_memory(void)
{
	fputs("pidmap: out of memory; free some and try again\n", stderr);
	exit(EXIT_FAILED);
}

/* The last thing before exit: what is unwritten was not answered. */
int finish_stdout(int status)
{
	int bad = ferror(stdout);
	int err = errno;

	if (fflush(stdout))
		bad = 1, err = errno;
	if (!bad)
		return status;
	return fail(EXIT_FAILED,
		    "cannot write to standard output: %s; give it an open file with room",
		    strerror(err));
}
