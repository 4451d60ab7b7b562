// SPDX-License-Identifier: GPL-2.0-only
/*
 * Functions that BPF programs may call: the way from a number to a task, which
 * pidmap.bpf.h cannot go. They are optional. Kbuild adds them if the module
 * will have BTF and the kernel has the macros of Linux 6.9.
 *
 * They take and return nothing but numbers. The verifier would compare a struct
 * in the module's BTF with the kernel's, and on some builds these differ
 * although the struct is the same.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/bpf.h>
#include <linux/btf.h>
#include <linux/btf_ids.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>

#include "kfunc.h"
#include "lookup.h"

__bpf_kfunc_start_defs();

/**
 * pidmap_host_tid() - the host's number of a task
 * @nr: its TID in a PID namespace
 * @in: a task that lives in that namespace, by its TID in the initial namespace
 *
 * bpf_task_from_pid() returns the task that has the host's number.
 *
 * Return: its TID in the initial namespace; 0 if there is no such task.
 */
__bpf_kfunc s32 pidmap_host_tid(s32 nr, s32 in)
{
	struct pid *pid;
	s32 host = 0;

	rcu_read_lock();
	pid = pidmap_find(&init_pid_ns, PIDTYPE_PID, in);
	if (pid)
		pid = pidmap_find(ns_of_pid(pid), PIDTYPE_PID, nr);
	if (pid)
		host = pidmap_nr(pid, &init_pid_ns);
	rcu_read_unlock();
	return host;
}

__bpf_kfunc_end_defs();

BTF_KFUNCS_START(pidmap_kfunc_ids)
BTF_ID_FLAGS(func, pidmap_host_tid)
BTF_KFUNCS_END(pidmap_kfunc_ids)

static const struct btf_kfunc_id_set pidmap_kfuncs = {
	.owner	= THIS_MODULE,
	.set	= &pidmap_kfunc_ids,
};

/**
 * pidmap_kfunc_init() - make the functions known to the verifier
 *
 * To the kernel, programs for tracing and for security modules are the same,
 * and a set is registered once. If that fails, the module works without it.
 */
void __init pidmap_kfunc_init(void)
{
	int err = register_btf_kfunc_id_set(BPF_PROG_TYPE_TRACING,
					    &pidmap_kfuncs);

	if (!err)
		err = register_btf_kfunc_id_set(BPF_PROG_TYPE_SYSCALL,
						&pidmap_kfuncs);
	if (err)
		pr_warn("no functions for BPF programs: error %d\n", err);
}
