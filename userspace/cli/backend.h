/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - the open library handle, and what its errors mean to a person */
#ifndef PIDMAP_CLI_BACKEND_H
#define PIDMAP_CLI_BACKEND_H

#include "cli.h"
#include "text.h"

int open_backend(struct cli *cli);
int fail_call(const struct cli *cli, const struct pidmap_nsref *ns,
	      const struct pidmap_nsref *other, const char *format, ...)
	PRINTF(4, 5);
const char *type_name(enum pidmap_type type);
bool is_above(const struct cli *cli, const struct pidmap_nsref *ns,
	      const char **policy);
unsigned int view_level(const struct cli *cli);
int take_snapshot(const struct cli *cli, int argc, char **argv,
		  struct pidmap_snapshot **snapshot);
int fail_no_id(const struct cli *cli, const struct pidmap_nsref *from,
	       pid_t id);
void warn_partial(void);
int fail_ended(const char *name);

#endif
