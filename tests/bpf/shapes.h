/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes of odd shapes, whose numbers are easily got wrong. */
#ifndef SHAPES_H
#define SHAPES_H

/* The command name of the init of a container in which more is going on. */
#define SHAPES_CONTAINER "container"

/* So many of the shapes are the result of an exec. */
#define SHAPES_EXECUTED 3

/*
 * Make one of each.  They end when the guest does.  Each dozes, which means that
 * it sleeps again and again, and changes nothing once this function returns.
 */
void shapes_start(void);

/* The first thing that main() calls: some shapes execute this program. */
void shapes_executed(char **argv);

#endif
