/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

struct task_struct;

#ifdef EXIT_GROUP_DEAD_y
void trace_sched_process_exit(struct task_struct *p, bool group_dead);
#else
void trace_sched_process_exit(struct task_struct *p);
#endif
