/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - events of a namespace, until it ends or a signal comes */
#ifndef PIDMAP_CLI_WATCH_H
#define PIDMAP_CLI_WATCH_H

#include <signal.h>

#include "cli.h"

/**
 * struct watched - a namespace that is watched
 * @ns: how it was named
 * @inum: its inode number
 */
struct watched {
	struct pidmap_nsref ns;
	uint32_t inum;
};

/* Set once SIGINT or SIGTERM came */
extern volatile sig_atomic_t interrupted;

int watch_begin(const struct cli *cli, const char *name,
		struct watched *watched);
bool watch_ends(const struct watched *watched,
		const struct pidmap_event *event);

#endif
