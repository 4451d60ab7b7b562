/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - what a person calls a PID namespace */
#ifndef PIDMAP_CLI_NAMES_H
#define PIDMAP_CLI_NAMES_H

#include "cli.h"

/* names.c */
int name_ns(const struct cli *cli, const char *text, struct pidmap_nsref *ns);
char *quoted(const char *text);

/* engine.c */
struct engine;
const struct engine *find_engine(const char *text, const char **name);
int engine_pid(const struct engine *engine, const char *name, pid_t *pid);

#endif
