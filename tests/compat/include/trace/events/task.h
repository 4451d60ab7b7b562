/* SPDX-License-Identifier: GPL-2.0-only */
#include <linux/types.h>

struct task_struct;

#ifdef NEWTASK_U64_y
void trace_task_newtask(struct task_struct *task, u64 clone_flags);
#else
void trace_task_newtask(struct task_struct *task, unsigned long clone_flags);
#endif
