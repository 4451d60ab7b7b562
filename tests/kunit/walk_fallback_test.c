// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same walks, by the code for kernels whose PIDs are kept in no idr.
 */
#define PIDMAP_NO_IDR		1
#define pidmap_walk_tasks	fallback_walk_tasks
#define pidmap_walk_namespaces	fallback_walk_namespaces
#define pidmap_walk_find	fallback_walk_find
#define WALK_SUITE		"pidmap_walk_fallback"

#include "../../module/walk.c"
#include "walk_test.c"
