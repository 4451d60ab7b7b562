// SPDX-License-Identifier: GPL-2.0-only
/* As calls.bpf.c, of a task of which the verifier knows that it is one. */
#include <linux/bpf.h>
#define PIDMAP_BPF_TYPED
#include "pidmap.bpf.h"
#include "call.h"

char LICENSE[] SEC("license") = "GPL";

#define CURRENT ((const struct task_struct *)bpf_get_current_task_btf())

CALL(leaf, sink = pidmap_bpf_nr_leaf(CURRENT, PIDMAP_BPF_TGID))
CALL(level, sink = pidmap_bpf_nr_level(CURRENT, PIDMAP_BPF_TGID, 0))
