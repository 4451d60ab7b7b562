/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_CGROUP_H
#define _LINUX_CGROUP_H

#include <linux/types.h>

struct cgroup {
	u64 id;
};

struct task_struct {
	struct cgroup *cgroup;
};

static inline u64 cgroup_id(const struct cgroup *cgrp)
{
	return cgrp->id;
}

#ifndef with_no_cgroups
#define CONFIG_CGROUPS 1
static inline struct cgroup *task_dfl_cgroup(struct task_struct *task)
{
	return task->cgroup;
}
#endif

#endif
