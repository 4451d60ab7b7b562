/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * /dev/pidmap - translate IDs between PID namespaces
 *
 * This header is the whole ABI of the device; pidmap(4) says what the
 * operations mean, who may use them and which errno tells what.
 *
 * Rules that hold for every struct passed by pointer:
 *  - @size comes first: the caller stores sizeof(the struct) in it. A struct
 *    grows only at its end; the kernel takes any size from the first published
 *    one up, as long as what it does not know is zero.
 *  - Unknown flags and nonzero reserved fields are refused with EINVAL.
 *  - Fields marked (out) are ignored on the way in. They are written where the
 *    field's comment says so.
 *  - Pointers travel as __u64, so that 32-bit callers use the same layout.
 */
#ifndef _UAPI_LINUX_PIDMAP_H
#define _UAPI_LINUX_PIDMAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** PIDMAP_ABI_VERSION - goes up by one when operations or fields are added */
#define PIDMAP_ABI_VERSION	1

/** PIDMAP_MAX_LEVEL - deepest level of a PID namespace; the initial one is 0 */
#define PIDMAP_MAX_LEVEL	32

/**
 * enum pidmap_type - what kind of ID a number is
 * @PIDMAP_TID: a task (thread)
 * @PIDMAP_TGID: a process, by its thread group leader; what people call a PID
 * @PIDMAP_PGID: a process group
 * @PIDMAP_SID: a session
 *
 * A number is in use as a type while a task is attached to it as that type. A
 * PGID or SID outlives its leader as long as it has a member.
 */
enum pidmap_type {
	PIDMAP_TID	= 0,
	PIDMAP_TGID	= 1,
	PIDMAP_PGID	= 2,
	PIDMAP_SID	= 3,
};

/**
 * enum pidmap_kind - how a struct pidmap_nsref names a PID namespace
 * @PIDMAP_NS_VIEW: the caller's view; the value must be 0
 * @PIDMAP_NS_FD: an open nsfs file of a PID namespace, by its descriptor
 * @PIDMAP_NS_TID: the active namespace of a task, by its TID in the view;
 *	needs the identity right
 * @PIDMAP_NS_INUM: an inode number, as in ``pid:[4026532177]``; needs the
 *	identity right
 * @PIDMAP_NS_ID: a 64-bit namespace ID that is never reused (Linux 6.18 and
 *	newer, EOPNOTSUPP before); needs the identity right
 * @PIDMAP_NS_LEVEL: the namespace at this level on the path from the initial
 *	namespace to the view; above the view, the ``upward`` policy decides
 * @PIDMAP_NS_BOUND: what %PIDMAP_BIND put in the same place (from or to); the
 *	value must be 0
 */
enum pidmap_kind {
	PIDMAP_NS_VIEW	= 0,
	PIDMAP_NS_FD	= 1,
	PIDMAP_NS_TID	= 2,
	PIDMAP_NS_INUM	= 3,
	PIDMAP_NS_ID	= 4,
	PIDMAP_NS_LEVEL	= 5,
	PIDMAP_NS_BOUND	= 6,
};

/**
 * struct pidmap_nsref - the name of a PID namespace
 * @kind: one of enum pidmap_kind
 * @reserved: must be 0
 * @value: what @kind says: a descriptor, TID, inode number, ID or level
 */
struct pidmap_nsref {
	__u32 kind;
	__u32 reserved;
	__u64 value;
};

/**
 * enum pidmap_upward - the ``upward`` policy, a parameter of the module
 * @PIDMAP_UPWARD_NONE: nothing above the view can be named
 * @PIDMAP_UPWARD_SELF: a caller may translate the IDs of its own thread group
 *	to the levels above its view
 * @PIDMAP_UPWARD_SUBTREE: a caller may translate every ID in its view to and
 *	from the levels above it
 */
enum pidmap_upward {
	PIDMAP_UPWARD_NONE	= 0,
	PIDMAP_UPWARD_SELF	= 1,
	PIDMAP_UPWARD_SUBTREE	= 2,
};

/** PIDMAP_FEATURE_NS_ID - this kernel gives namespaces an ID (%PIDMAP_NS_ID) */
#define PIDMAP_FEATURE_NS_ID	0x1ULL

/** PIDMAP_RIGHT_IDENTITY - opener and caller hold the identity right */
#define PIDMAP_RIGHT_IDENTITY	0x1U

/**
 * struct pidmap_info - %PIDMAP_INFO: what answers, and who asks
 * @size: sizeof(struct pidmap_info); (out) the size this kernel knows. A
 *	longer struct is filled with zeros.
 * @abi_version: (out) %PIDMAP_ABI_VERSION of the module
 * @features: (out) PIDMAP_FEATURE_* bits
 * @level: (out) the level of the caller's view
 * @inum: (out) the inode number of the view; 0 where the caller neither lives
 *	in it nor has the identity right
 * @id: (out) the ID of the view, where @inum is told and the kernel has IDs;
 *	else 0
 * @upward: (out) the policy in force, one of enum pidmap_upward
 * @max_level: (out) %PIDMAP_MAX_LEVEL of this kernel
 * @rights: (out) PIDMAP_RIGHT_* bits the caller has through this file
 * @record_min: (out) the shortest buffer, in bytes, that %PIDMAP_LIST and
 *	%PIDMAP_LIST_NS take
 */
struct pidmap_info {
	__u32 size;
	__u32 abi_version;
	__u64 features;
	__u32 level;
	__u32 inum;
	__u64 id;
	__u32 upward;
	__u32 max_level;
	__u32 rights;
	__u32 record_min;
};

/** PIDMAP_START_TIME - flag: report the start time of the task named */
#define PIDMAP_START_TIME	0x1U

/**
 * struct pidmap_translate - %PIDMAP_TRANSLATE: one number to another namespace
 * @size: sizeof(struct pidmap_translate)
 * @flags: 0 or %PIDMAP_START_TIME
 * @type: one of enum pidmap_type
 * @nr: the number in @from
 * @from: the namespace @nr comes from
 * @to: the namespace to translate to
 * @start_time: the start time expected of the task whose TID @nr is, in
 *	nanoseconds of the caller's boot-time clock; 0 to expect nothing.
 *	(out) with %PIDMAP_START_TIME, the start time; 0 where that task was
 *	reaped and the number lives on as a PGID or SID, which also never meets
 *	an expected start time.
 * @result: (out) the number in @to
 * @reserved: must be 0
 *
 * Fails with ESRCH where no ID of that type has that number in @from, EREMOTE
 * where it has no number in @to, ESTALE where the start time differs.
 */
struct pidmap_translate {
	__u32 size;
	__u32 flags;
	__u32 type;
	__s32 nr;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	__u64 start_time;
	__s32 result;
	__u32 reserved;
};

/**
 * struct pidmap_translate_many - %PIDMAP_TRANSLATE_MANY: an array of numbers
 * @size: sizeof(struct pidmap_translate_many)
 * @flags: must be 0
 * @type: one of enum pidmap_type, for all of the numbers
 * @count: how many numbers; any
 * @from: the namespace the numbers come from
 * @to: the namespace to translate to
 * @numbers: address of @count numbers, an array of __s32
 * @results: address of room for @count answers, an array of __s32; may be the
 *	same as @numbers. An answer is the number in @to, or -ESRCH or -EREMOTE.
 * @done: (out) how many answers were written, also where the call fails with
 *	EFAULT or EINTR after some of them
 * @reserved: must be 0
 */
struct pidmap_translate_many {
	__u32 size;
	__u32 flags;
	__u32 type;
	__u32 count;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	__u64 numbers;
	__u64 results;
	__u32 done;
	__u32 reserved;
};

/**
 * struct pidmap_task_ids - %PIDMAP_TASK_IDS: all IDs of one task
 * @size: sizeof(struct pidmap_task_ids)
 * @flags: 0 or %PIDMAP_START_TIME
 * @nr: the task's TID in @from
 * @reserved: must be 0
 * @from: the namespace @nr comes from
 * @to: the namespace whose numbers are asked for
 * @start_time: as in struct pidmap_translate
 * @tid: (out) the task's TID in @to
 * @tgid: (out) its TGID in @to
 * @pgid: (out) its PGID in @to; 0 where the group has no number there
 * @sid: (out) its SID in @to; 0 where the session has no number there
 * @ppid: (out) its parent's TGID in @to; 0 where the parent has none there
 * @reserved2: must be 0
 *
 * All five are read inside one RCU section. Under the policy ``self``, IDs of
 * others above the view are 0.
 */
struct pidmap_task_ids {
	__u32 size;
	__u32 flags;
	__s32 nr;
	__u32 reserved;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
	__u64 start_time;
	__s32 tid;
	__s32 tgid;
	__s32 pgid;
	__s32 sid;
	__s32 ppid;
	__u32 reserved2;
};

/**
 * struct pidmap_pid - one number of an ID, and where it is valid
 * @inum: inode number of the namespace; 0 where the caller may not know it
 * @nr: the number in that namespace
 * @id: ID of the namespace; 0 where the kernel has none or the caller may not
 *	know it
 */
struct pidmap_pid {
	__u32 inum;
	__s32 nr;
	__u64 id;
};

/**
 * struct pidmap_pids - %PIDMAP_PIDS: every number of one ID
 * @size: sizeof(struct pidmap_pids)
 * @flags: 0 or %PIDMAP_START_TIME
 * @type: one of enum pidmap_type
 * @nr: the number in @from
 * @from: the namespace @nr comes from
 * @start_time: as in struct pidmap_translate
 * @pids: address of room for @capacity struct pidmap_pid. The view's number
 *	comes first, the one of the leaf namespace last.
 * @capacity: how many fit; %PIDMAP_MAX_LEVEL + 1 always do
 * @count: (out) how many there are, also where they do not fit (EINVAL, and
 *	nothing is written to @pids)
 */
struct pidmap_pids {
	__u32 size;
	__u32 flags;
	__u32 type;
	__s32 nr;
	struct pidmap_nsref from;
	__u64 start_time;
	__u64 pids;
	__u32 capacity;
	__u32 count;
};

/** PIDMAP_LIST_THREADS - flag: list every TID, not only every TGID */
#define PIDMAP_LIST_THREADS	0x1U
/** PIDMAP_LIST_DIRECT - flag: leave out the members of child namespaces */
#define PIDMAP_LIST_DIRECT	0x2U

/** PIDMAP_CURSOR_END - the cursor after the last record */
#define PIDMAP_CURSOR_END	(~0ULL)

/**
 * struct pidmap_list - %PIDMAP_LIST and %PIDMAP_LIST_NS: walk a namespace
 * @size: sizeof(struct pidmap_list)
 * @flags: PIDMAP_LIST_* for %PIDMAP_LIST; must be 0 for %PIDMAP_LIST_NS
 * @ns: the namespace to walk, with its descendants
 * @cursor: where to go on: 0 to begin, then what the last call left here;
 *	(out) where the next call goes on, or %PIDMAP_CURSOR_END
 * @buffer: address of room for records: struct pidmap_task for %PIDMAP_LIST,
 *	struct pidmap_ns for %PIDMAP_LIST_NS. 8-byte alignment is advised.
 * @buffer_size: its length in bytes, at least @record_min of struct
 *	pidmap_info
 * @used: (out) how many bytes of it were filled
 * @count: (out) how many records that is
 * @reserved: must be 0
 *
 * What is alive during the whole walk appears exactly once; what comes or goes
 * meanwhile may or may not appear. No state is kept between calls. The three
 * (out) fields are also written where a call fails with EFAULT or EINTR.
 */
struct pidmap_list {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref ns;
	__u64 cursor;
	__u64 buffer;
	__u32 buffer_size;
	__u32 used;
	__u32 count;
	__u32 reserved;
};

/**
 * struct pidmap_task - a record of %PIDMAP_LIST: one task
 * @size: length of this record in bytes, a multiple of 8: the next one follows
 * @levels: how many numbers @nr holds
 * @inum: inode number of the leaf namespace, the task's active one
 * @tgid: TGID of the task in the view
 * @reserved: 0
 * @start_time: in nanoseconds of the caller's boot-time clock
 * @nr: the task's TID at every level, the view's first, the leaf's last; padded
 *	with 0 to @size
 */
struct pidmap_task {
	__u16 size;
	__u16 levels;
	__u32 inum;
	__s32 tgid;
	__u32 reserved;
	__u64 start_time;
	__s32 nr[];
};

/**
 * struct pidmap_ns - a record of %PIDMAP_LIST_NS: one PID namespace
 * @size: length of this record in bytes, a multiple of 8: the next one follows
 * @level: its level
 * @inum: its inode number
 * @id: its ID; 0 where the kernel has none
 * @start_time: when its init started, in nanoseconds of the caller's boot-time
 *	clock
 * @parent_inum: inode number of its parent; 0 for the view
 * @owner_inum: inode number of the user namespace that owns it
 * @owner_uid: UID of that user namespace's owner, as the caller sees it
 * @init: TGID of its init in the view
 * @pids: how many IDs are in use in it, its descendants' included
 * @reserved: 0
 */
struct pidmap_ns {
	__u16 size;
	__u16 level;
	__u32 inum;
	__u64 id;
	__u64 start_time;
	__u32 parent_inum;
	__u32 owner_inum;
	__u32 owner_uid;
	__s32 init;
	__u32 pids;
	__u32 reserved;
};

/**
 * struct pidmap_bind - %PIDMAP_BIND: resolve a pair of namespaces once
 * @size: sizeof(struct pidmap_bind)
 * @flags: must be 0
 * @from: what %PIDMAP_NS_BOUND shall mean where a namespace is translated from
 * @to: what %PIDMAP_NS_BOUND shall mean where one is translated to
 *
 * Holds for this open file until it is closed, and can be done once (EBUSY).
 * It saves the look-up, not the rights: every call is checked as if it named
 * the namespaces again.
 */
struct pidmap_bind {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
};

/* 00-1F of this letter are ours; none of it is in the kernel's own list. */
#define PIDMAP_IOC_MAGIC	0xBE

#define PIDMAP_INFO		_IO(PIDMAP_IOC_MAGIC, 0x00)
#define PIDMAP_TRANSLATE	_IO(PIDMAP_IOC_MAGIC, 0x01)
#define PIDMAP_TRANSLATE_MANY	_IO(PIDMAP_IOC_MAGIC, 0x02)
#define PIDMAP_TASK_IDS		_IO(PIDMAP_IOC_MAGIC, 0x03)
#define PIDMAP_PIDS		_IO(PIDMAP_IOC_MAGIC, 0x04)
#define PIDMAP_LIST		_IO(PIDMAP_IOC_MAGIC, 0x05)
#define PIDMAP_LIST_NS		_IO(PIDMAP_IOC_MAGIC, 0x06)
#define PIDMAP_BIND		_IO(PIDMAP_IOC_MAGIC, 0x07)

/*
 * The fast path between what %PIDMAP_BIND fixed: the argument is the number,
 * not an address, and the answer is the ioctl's return value. Fails as
 * %PIDMAP_TRANSLATE does.
 */
#define PIDMAP_BOUND_TID	_IO(PIDMAP_IOC_MAGIC, 0x08)
#define PIDMAP_BOUND_TGID	_IO(PIDMAP_IOC_MAGIC, 0x09)
#define PIDMAP_BOUND_PGID	_IO(PIDMAP_IOC_MAGIC, 0x0a)
#define PIDMAP_BOUND_SID	_IO(PIDMAP_IOC_MAGIC, 0x0b)

#endif /* _UAPI_LINUX_PIDMAP_H */
