/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * pidmap.bpf.h - the numbers of a task in every PID namespace, for BPF programs
 *
 * A task has one number in its own PID namespace and one in every namespace
 * above.  These functions read them from the kernel's structs.  They need
 * neither the pidmap module (the last one does) nor a look-up in userspace, and
 * one object file works on every kernel that has BTF (tested on Linux 5.10, 6.1,
 * 6.12 and 7.3), because the loader relocates each access (CO-RE).
 *
 * Include <linux/bpf.h>, or your own vmlinux.h, before this file.  If you use
 * neither vmlinux.h nor a struct task_struct of your own, that is fine:
 * everything that is read is declared below.
 *
 *	SEC("tp_btf/sched_process_exec")
 *	int BPF_PROG(on_exec, struct task_struct *task)
 *	{
 *		bpf_printk("%d is %d in its container",
 *			   pidmap_bpf_nr_level(task, PIDMAP_BPF_TGID, 0),
 *			   pidmap_bpf_nr_leaf(task, PIDMAP_BPF_TGID));
 *		return 0;
 *	}
 *
 * Rules that hold for all functions:
 *  - @task may be any task: what a tracepoint or an iterator gives, or
 *    (struct task_struct *)bpf_get_current_task().  If it is NULL, the answers
 *    are 0 and NULL.  (The verifier insists that an iterator's task is checked
 *    for NULL before it is used.)
 *  - A number of 0 means that there is none: the task has no number in that
 *    namespace, its group or session is not visible there, or the task was
 *    released already.  When a task exits (sched_process_exit), it still has
 *    all its numbers.  When it is freed (sched_process_free), it has no TID any
 *    more, and a process that is over has no number at all.  The idle tasks have
 *    the number 0 and no other.
 *  - "The namespace of a task" is its active one, in which it has its last
 *    number.  unshare(2) and setns(2) do not change it; they only choose the
 *    namespace of later children.
 *  - Levels count from the initial namespace, which has level 0.  They are the
 *    kernel's, whatever namespace the BPF program was loaded from.
 *  - If every @task in a file is a pointer of which the verifier knows that it
 *    is a task, define PIDMAP_BPF_TYPED before this file is included.  That
 *    makes most answers several times cheaper, because fields are then loaded
 *    directly.  tp_btf, fentry, fexit, LSM and iterator programs are given such
 *    pointers, and bpf_get_current_task_btf() returns one.  @type must then be a
 *    constant.
 *  - All loops are bounded.  Programs need no more than Linux 5.5 and the
 *    helper bpf_probe_read_kernel(), so their license must be compatible with
 *    the GPL ("Dual BSD/GPL" is).
 *  - For the numbers at all levels call pidmap_bpf_nrs().  The verifier follows
 *    every way through a loop, and a loop of your own around
 *    pidmap_bpf_nr_level() may have more of them than it accepts.
 *  - The structs that a task refers to are protected by RCU.  Programs that do
 *    not sleep hold it already.  A sleepable program that looks at a task other
 *    than the current one must call bpf_rcu_read_lock().
 *
 * A BPF program is no exact log.  On Linux 7 the kernel may switch to another task
 * in the middle of a program, and until it switches back it leaves out the
 * program on that CPU (recursion_misses in bpftool prog).  A full ring buffer
 * loses events, too.
 */
#ifndef PIDMAP_BPF_H
#define PIDMAP_BPF_H

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/** PIDMAP_BPF_MAX_NRS - no task has more numbers: levels 0 to 32 */
#define PIDMAP_BPF_MAX_NRS	33

/**
 * enum pidmap_bpf_type - what kind of ID a number is
 * @PIDMAP_BPF_TID: the task (thread)
 * @PIDMAP_BPF_TGID: its process; what people call a PID
 * @PIDMAP_BPF_PGID: its process group
 * @PIDMAP_BPF_SID: its session
 *
 * The values are those of enum pidmap_type in linux/pidmap.h.
 */
enum pidmap_bpf_type {
	PIDMAP_BPF_TID	= 0,
	PIDMAP_BPF_TGID	= 1,
	PIDMAP_BPF_PGID	= 2,
	PIDMAP_BPF_SID	= 3,
};

/*
 * What is read of the kernel's structs.  The loader ignores what follows ___ in
 * a name, so these go together with those of any vmlinux.h.
 */
#pragma clang attribute push(__attribute__((preserve_access_index)), \
			     apply_to = record)

struct task_struct;
struct pid;
struct pid_namespace;

/* Linux 6.18 has ns_id here, 6.19 and newer in an unnamed member. */
struct ns_common___pidmap {
	unsigned int inum;
	__u64 ns_id;
};

struct pid_namespace___pidmap {
	unsigned int level;
	struct pid_namespace *parent;
	struct ns_common___pidmap ns;
};

struct upid___pidmap {
	int nr;
	struct pid_namespace *ns;
};

/* numbers[] has one element or none in the declaration, and level + 1 in fact. */
struct pid___pidmap {
	unsigned int level;
	struct upid___pidmap numbers[1];
};

/* pids[] is indexed by enum pid_type, whose values are our types'. */
struct signal_struct___pidmap {
	struct pid *pids[4];
};

struct task_struct___pidmap {
	struct task_struct *real_parent;
	struct pid *thread_pid;
	struct signal_struct___pidmap *signal;
};

#pragma clang attribute pop

/* Read @field of @ptr, which is a struct @type of the kernel. */
#define __PIDMAP_BPF_READ(ptr, type, field)				\
	BPF_CORE_READ((const struct type##___pidmap *)(ptr), field)

/* The same if @ptr is a task, or was reached from one by this macro alone. */
#ifdef PIDMAP_BPF_TYPED
#define __PIDMAP_BPF_LOAD(ptr, type, field)				\
	(((const struct type##___pidmap *)(ptr))->field)
#else
#define __PIDMAP_BPF_LOAD __PIDMAP_BPF_READ
#endif

/**
 * pidmap_bpf_id() - the kernel's object for an ID of a task
 * @task: the task
 * @type: what kind of ID
 *
 * Tasks of one process, group or session have the same one, so its address may
 * serve as a key while any of them exists.
 *
 * Return: its address, or NULL if the task was released.
 */
static __always_inline const struct pid *
pidmap_bpf_id(const struct task_struct *task, enum pidmap_bpf_type type)
{
	const struct signal_struct___pidmap *signal;

	if (type == PIDMAP_BPF_TID)
		return __PIDMAP_BPF_LOAD(task, task_struct, thread_pid);
	if (type > PIDMAP_BPF_SID)
		return NULL;
	signal = __PIDMAP_BPF_LOAD(task, task_struct, signal);
	return signal ? __PIDMAP_BPF_LOAD(signal, signal_struct, pids[type]) :
			NULL;
}

/* The level of an ID's last number. */
static __always_inline __u32 __pidmap_bpf_level(const struct pid *id)
{
	return __PIDMAP_BPF_LOAD(id, pid, level);
}

/* How many numbers an ID has. */
static __always_inline __u32 __pidmap_bpf_levels(const struct pid *id)
{
	return id ? __pidmap_bpf_level(id) + 1 : 0;
}

/*
 * The address of the number at a level; only of those that there are.  The last
 * one is 512 bytes after the first.  The mask is for the verifier, which insists
 * on a bound and has none for a product.
 */
static __always_inline const struct upid___pidmap *
__pidmap_bpf_upid(const struct pid *id, __u32 level)
{
	return (const void *)((const struct pid___pidmap *)id)->numbers +
	       (level * bpf_core_type_size(struct upid___pidmap) & 1023);
}

static __always_inline __s32
__pidmap_bpf_upid_nr(const struct pid *id, __u32 level)
{
	if (__builtin_constant_p(level) && !level)
		return __PIDMAP_BPF_LOAD(id, pid, numbers[0].nr);
	return BPF_CORE_READ(__pidmap_bpf_upid(id, level), nr);
}

static __always_inline const struct pid_namespace *
__pidmap_bpf_upid_ns(const struct pid *id, __u32 level)
{
	return BPF_CORE_READ(__pidmap_bpf_upid(id, level), ns);
}

/**
 * pidmap_bpf_ns_at() - the namespace of a task, or one above it
 * @task: the task
 * @level: the level
 *
 * Return: the address of the namespace at that level, or NULL if the task has
 * no number there.
 */
static __always_inline const struct pid_namespace *
pidmap_bpf_ns_at(const struct task_struct *task, __u32 level)
{
	const struct pid *id = pidmap_bpf_id(task, PIDMAP_BPF_TID);

	return level < __pidmap_bpf_levels(id) ?
	       __pidmap_bpf_upid_ns(id, level) : NULL;
}

/**
 * pidmap_bpf_ns() - the namespace of a task
 * @task: the task
 *
 * Return: the address of the task's active namespace, or NULL if the task was
 * released.
 */
static __always_inline const struct pid_namespace *
pidmap_bpf_ns(const struct task_struct *task)
{
	const struct pid *id = pidmap_bpf_id(task, PIDMAP_BPF_TID);

	return id ? __pidmap_bpf_upid_ns(id, __pidmap_bpf_level(id)) : NULL;
}

/**
 * pidmap_bpf_ns_level() - the level of a namespace
 * @ns: what pidmap_bpf_ns() or the like returned
 *
 * Return: the level; 0 for the initial namespace, and for NULL.
 */
static __always_inline __u32
pidmap_bpf_ns_level(const struct pid_namespace *ns)
{
	return __PIDMAP_BPF_READ(ns, pid_namespace, level);
}

/**
 * pidmap_bpf_ns_parent() - the namespace above a namespace
 * @ns: what pidmap_bpf_ns() or the like returned
 *
 * Return: its address, or NULL if @ns is the initial namespace or NULL.
 */
static __always_inline const struct pid_namespace *
pidmap_bpf_ns_parent(const struct pid_namespace *ns)
{
	return __PIDMAP_BPF_READ(ns, pid_namespace, parent);
}

/**
 * pidmap_bpf_ns_inum() - the inode number of a namespace
 * @ns: what pidmap_bpf_ns() or the like returned
 *
 * Return: the number in ``pid:[4026532177]``, or 0 for NULL.
 */
static __always_inline __u32 pidmap_bpf_ns_inum(const struct pid_namespace *ns)
{
	return __PIDMAP_BPF_READ(ns, pid_namespace, ns.inum);
}

/**
 * pidmap_bpf_has_ns_id() - does this kernel give namespaces an ID?
 *
 * Return: true on Linux 6.18 and newer.
 */
static __always_inline _Bool pidmap_bpf_has_ns_id(void)
{
	return bpf_core_field_exists(struct ns_common___pidmap, ns_id);
}

/**
 * pidmap_bpf_ns_id() - the 64-bit ID of a namespace, which is never reused
 * @ns: what pidmap_bpf_ns() or the like returned
 *
 * Return: the ID; 0 if this kernel has none (before Linux 6.18), and for NULL.
 */
static __always_inline __u64 pidmap_bpf_ns_id(const struct pid_namespace *ns)
{
	if (!pidmap_bpf_has_ns_id())
		return 0;
	return __PIDMAP_BPF_READ(ns, pid_namespace, ns.ns_id);
}

/**
 * pidmap_bpf_nr_ns() - a number of a task in a namespace
 * @task: the task
 * @type: what kind of ID
 * @ns: what pidmap_bpf_ns() or the like returned, also for another task
 *
 * This is the kernel's __task_pid_nr_ns().
 *
 * Return: the number in @ns; 0 if there is none.
 */
static __always_inline __s32
pidmap_bpf_nr_ns(const struct task_struct *task, enum pidmap_bpf_type type,
		 const struct pid_namespace *ns)
{
	const struct pid *id = pidmap_bpf_id(task, type);
	__u32 level = pidmap_bpf_ns_level(ns);

	if (!ns || level >= __pidmap_bpf_levels(id) ||
	    __pidmap_bpf_upid_ns(id, level) != ns)
		return 0;
	return __pidmap_bpf_upid_nr(id, level);
}

/**
 * pidmap_bpf_nr_leaf() - a number of a task in its own namespace
 * @task: the task
 * @type: what kind of ID
 *
 * This is what the task itself gets from gettid(2), getpid(2), getpgrp(2) or
 * getsid(2).
 *
 * Return: the number; 0 if there is none.
 */
static __always_inline __s32
pidmap_bpf_nr_leaf(const struct task_struct *task, enum pidmap_bpf_type type)
{
	const struct pid *id;

	/* The group and the session may come from another namespace. */
	if (type > PIDMAP_BPF_TGID)
		return pidmap_bpf_nr_ns(task, type, pidmap_bpf_ns(task));
	id = pidmap_bpf_id(task, type);
	return id ? __pidmap_bpf_upid_nr(id, __pidmap_bpf_level(id)) : 0;
}

/*
 * The number at a level of an ID whose type is @type.  A thread and its process
 * have the namespaces of the task.  At one level there are many namespaces,
 * except at 0, so that of a group's or a session's leader may be another one:
 * @own is the task's own ID.
 */
static __always_inline __s32
__pidmap_bpf_nr_at(const struct pid *own, const struct pid *id, __u32 level,
		   enum pidmap_bpf_type type)
{
	if (type > PIDMAP_BPF_TGID && level &&
	    __pidmap_bpf_upid_ns(id, level) != __pidmap_bpf_upid_ns(own, level))
		return 0;
	return __pidmap_bpf_upid_nr(id, level);
}

/**
 * pidmap_bpf_nr_level() - a number of a task at a level
 * @task: the task
 * @type: what kind of ID
 * @level: the level; 0 for the host's number
 *
 * Return: the number in the namespace at that level on the path from the
 * initial namespace to the task's; 0 if there is none.
 */
static __always_inline __s32
pidmap_bpf_nr_level(const struct task_struct *task, enum pidmap_bpf_type type,
		    __u32 level)
{
	const struct pid *id = pidmap_bpf_id(task, type);
	const struct pid *own = id;

	if (!id)
		return 0;
	/* Every ID has a number at level 0. */
	if (__builtin_constant_p(level) && !level)
		return __pidmap_bpf_upid_nr(id, level);
	if (type > PIDMAP_BPF_TGID) {
		own = pidmap_bpf_id(task, PIDMAP_BPF_TID);
		if (level >= __pidmap_bpf_levels(own))
			return 0;
	}
	if (level >= __pidmap_bpf_levels(id))
		return 0;
	return __pidmap_bpf_nr_at(own, id, level, type);
}

/**
 * pidmap_bpf_nrs() - all numbers of a task
 * @task: the task
 * @type: what kind of ID
 * @nr: the first elements are filled in: the number at level 0 first, that in
 *	the task's namespace last; 0 where there is none
 *
 * Return: how many were filled in: as many as the task's namespace has levels
 * above it, plus one; 0 if the task was released.
 */
static __always_inline __u32
pidmap_bpf_nrs(const struct task_struct *task, enum pidmap_bpf_type type,
	       __s32 nr[PIDMAP_BPF_MAX_NRS])
{
	const struct pid *id = pidmap_bpf_id(task, type);
	const struct pid *own = type > PIDMAP_BPF_TGID ?
				pidmap_bpf_id(task, PIDMAP_BPF_TID) : id;
	__u32 i, levels = __pidmap_bpf_levels(id);
	__u32 own_levels = own == id ? levels : __pidmap_bpf_levels(own);

	for (i = 0; i < PIDMAP_BPF_MAX_NRS; i++) {
		if (i >= own_levels)
			break;
		nr[i] = type <= PIDMAP_BPF_TGID || i < levels ?
			__pidmap_bpf_nr_at(own, id, i, type) : 0;
	}
	return i;
}

/**
 * pidmap_bpf_nr_inum() - a number of a task in the namespace with an inode number
 * @task: the task
 * @type: what kind of ID
 * @inum: the inode number, as in ``pid:[4026532177]``
 *
 * Return: the number there; 0 if there is none.
 */
static __always_inline __s32
pidmap_bpf_nr_inum(const struct task_struct *task, enum pidmap_bpf_type type,
		   __u32 inum)
{
	const struct pid *id = pidmap_bpf_id(task, type);
	__u32 i, levels = __pidmap_bpf_levels(id);

	for (i = 0; i < PIDMAP_BPF_MAX_NRS; i++) {
		if (i >= levels)
			break;
		if (pidmap_bpf_ns_inum(__pidmap_bpf_upid_ns(id, i)) == inum)
			return __pidmap_bpf_upid_nr(id, i);
	}
	return 0;
}

/**
 * pidmap_bpf_nr_nsid() - a number of a task in the namespace with a 64-bit ID
 * @task: the task
 * @type: what kind of ID
 * @id: the namespace's ID
 *
 * Return: the number there; 0 if there is none, and on kernels whose namespaces
 * have no ID, see pidmap_bpf_has_ns_id().
 */
static __always_inline __s32
pidmap_bpf_nr_nsid(const struct task_struct *task, enum pidmap_bpf_type type,
		   __u64 id)
{
	const struct pid *pid = pidmap_bpf_id(task, type);
	__u32 i, levels = __pidmap_bpf_levels(pid);

	if (!pidmap_bpf_has_ns_id())
		return 0;
	for (i = 0; i < PIDMAP_BPF_MAX_NRS; i++) {
		if (i >= levels)
			break;
		if (pidmap_bpf_ns_id(__pidmap_bpf_upid_ns(pid, i)) == id)
			return __pidmap_bpf_upid_nr(pid, i);
	}
	return 0;
}

/**
 * pidmap_bpf_parent() - the parent of a task
 * @task: the task
 *
 * Its process ID in the task's namespace, which getppid(2) returns, is
 * ``pidmap_bpf_nr_ns(pidmap_bpf_parent(task), PIDMAP_BPF_TGID,
 * pidmap_bpf_ns(task))``: 0 if the parent lives outside.
 *
 * Return: the parent's address; as in the kernel, it may be any thread of the
 * parent.
 */
static __always_inline const struct task_struct *
pidmap_bpf_parent(const struct task_struct *task)
{
	return __PIDMAP_BPF_LOAD(task, task_struct, real_parent);
}

/**
 * pidmap_host_tid() - the number of a task at level 0
 * @nr: its TID in a PID namespace
 * @in: a task that lives in that namespace, by its TID at level 0
 *
 * This is the other way: from a number to a task, which bpf_task_from_pid()
 * returns for the number at level 0.  It is a function of the pidmap module, and
 * only programs that call it need the module.  The module has it if it was built
 * with BTF on Linux 6.9 or newer (as Debian's packages for 6.12 are), for tp_btf,
 * fentry, LSM, iterator and syscall programs.  As long as such a program is
 * loaded, the module cannot be unloaded.
 *
 * Return: the number at level 0; 0 if there is no such task.
 */
extern __s32 pidmap_host_tid(__s32 nr, __s32 in) __ksym;

#endif /* PIDMAP_BPF_H */
