/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_PID_NAMESPACE_H
#define _LINUX_PID_NAMESPACE_H

#include <linux/idr.h>
#include <linux/types.h>

#ifdef NS_ID_tree
struct ns_tree {
	u64 ns_id;
};
#endif

struct ns_common {
#ifdef NS_ID_tree
	struct ns_tree;
#endif
#ifdef NS_ID_common
	union {
		struct {
			u64 ns_id;
		};
		void *rcu;
	};
#endif
	unsigned int inum;
};

struct pid_namespace {
#ifdef IDR_y
	struct idr idr;
#else
	void *pids;
#endif
	struct ns_common ns;
};

#endif
