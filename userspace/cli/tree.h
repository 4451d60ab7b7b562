/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - the tree of namespaces, once and again */
#ifndef PIDMAP_CLI_TREE_H
#define PIDMAP_CLI_TREE_H

#include "cli.h"

int draw_tree(const struct cli *cli, int argc, char **argv, FILE *out);
int follow_tree(const struct cli *cli, int argc, char **argv);

#endif
