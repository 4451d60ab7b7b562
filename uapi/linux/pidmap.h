/* SPDX-License-Identifier: GPL-2.0-only WITH Linux-syscall-note */
/*
 * /dev/pidmap - translate IDs between PID namespaces
 *
 * This header is the whole ABI of the device. pidmap(4) describes what the
 * operations mean, who may use them, and what each errno says.
 *
 * Rules for every struct that is passed by pointer:
 *  - @size comes first. The caller stores sizeof(the struct) in it. A struct
 *    grows only at its end, and a field never changes its meaning. The kernel
 *    accepts every size from the first version's (PIDMAP_*_SIZE_V1) to
 *    %PIDMAP_SIZE_MAX. A shorter one fails with EINVAL. If a longer one asks
 *    for what this kernel does not know (its rest is not zero), it fails with
 *    E2BIG. The kernel never writes more than @size bytes.
 *  - An unknown flag or a nonzero reserved field fails with EINVAL.
 *  - A field marked (out) is ignored on the way in. If the call fails, it keeps
 *    its value, unless its comment says something else.
 *  - Pointers travel as __u64, so that 32-bit callers use the same layout.
 *
 * Rules for every record in a buffer or in a ring:
 *  - @size is the length of the record. A reader goes from record to record by
 *    it and copies no more than that.
 *  - A record grows by fixed fields in front of what has a variable length,
 *    which an offset in the record locates.
 */
#ifndef _UAPI_LINUX_PIDMAP_H
#define _UAPI_LINUX_PIDMAP_H

#include <linux/ioctl.h>
#include <linux/types.h>

/** PIDMAP_ABI_VERSION - goes up by one when operations or fields are added */
#define PIDMAP_ABI_VERSION	1

/** PIDMAP_SIZE_MAX - no struct is longer; a longer @size fails with E2BIG */
#define PIDMAP_SIZE_MAX		4096

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
 * @PIDMAP_NS_FD: an open nsfs file of a PID namespace, by its descriptor. The
 *	namespace may have ended, and it may have no init yet.
 * @PIDMAP_NS_TID: the active namespace of a task, by its TID in the view;
 *	needs the identity right
 * @PIDMAP_NS_INUM: the inode number of a namespace that has an init, as in
 *	``pid:[4026532177]``; needs the identity right
 * @PIDMAP_NS_ID: the 64-bit ID, which is never reused, of a namespace that has
 *	an init (Linux 6.18 and newer; EOPNOTSUPP before); needs the identity
 *	right
 * @PIDMAP_NS_LEVEL: the namespace at this level on the path from the initial
 *	namespace to the view; above the view, the ``upward`` policy decides
 * @PIDMAP_NS_BOUND: what %PIDMAP_BIND stored in the same place (from or to);
 *	the value must be 0
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
 * @value: a descriptor, TID, inode number, ID or level, depending on @kind
 *
 * This struct never grows: it is embedded in the others.
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
/** PIDMAP_FEATURE_PID_ID - this kernel gives each struct pid a 64-bit ID */
#define PIDMAP_FEATURE_PID_ID	0x2ULL
/** PIDMAP_FEATURE_WATCH - this kernel has what %PIDMAP_WATCH needs */
#define PIDMAP_FEATURE_WATCH	0x4ULL

/** PIDMAP_RIGHT_IDENTITY - opener and caller hold the identity right */
#define PIDMAP_RIGHT_IDENTITY	0x1U
/** PIDMAP_RIGHT_RAISED - the view is the one that %PIDMAP_SET_VIEW set */
#define PIDMAP_RIGHT_RAISED	0x2U

/**
 * struct pidmap_info - %PIDMAP_INFO: what the module and this file can do
 * @size: sizeof(struct pidmap_info); (out) the size this kernel knows
 * @abi_version: (out) %PIDMAP_ABI_VERSION of the module
 * @features: (out) PIDMAP_FEATURE_* bits
 * @level: (out) the level of the caller's view
 * @inum: (out) the inode number of the view; 0 if the caller neither lives in
 *	it nor has the identity right
 * @id: (out) the ID of the view if @inum is reported and the kernel has IDs,
 *	otherwise 0
 * @upward: (out) the policy in force, one of enum pidmap_upward
 * @max_level: (out) %PIDMAP_MAX_LEVEL of this kernel
 * @rights: (out) PIDMAP_RIGHT_* bits that the caller has through this file
 * @record_min: (out) the shortest buffer, in bytes, that %PIDMAP_LIST,
 *	%PIDMAP_LIST_NS and read(2) of a watch accept in every case
 *
 * Clear the struct first: an older kernel takes a field that it does not know,
 * and that is not 0, for a request.
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

#define PIDMAP_INFO_SIZE_V1		48

/** PIDMAP_START_TIME - flag: report the start time */
#define PIDMAP_START_TIME	0x1U
/** PIDMAP_EXPECT_START - flag: @start_time is expected; any value, also 0 */
#define PIDMAP_EXPECT_START	0x2U
/** PIDMAP_PID_ID - flag: report the pid ID; EOPNOTSUPP if there is none */
#define PIDMAP_PID_ID		0x4U

/**
 * struct pidmap_translate - %PIDMAP_TRANSLATE: one number to another namespace
 * @size: sizeof(struct pidmap_translate)
 * @flags: %PIDMAP_START_TIME, %PIDMAP_EXPECT_START, %PIDMAP_PID_ID
 * @type: one of enum pidmap_type
 * @nr: the number in @from
 * @from: the namespace @nr comes from
 * @to: the namespace to translate to
 * @start_time: with %PIDMAP_EXPECT_START, the expected start time of the task
 *	or process, in nanoseconds of the caller's boot-time clock. (out) with
 *	%PIDMAP_START_TIME, its start time; the time of a PGID or SID is that of
 *	its leader, and 0 if the leader was reaped.
 * @result: (out) the number in @to
 * @reserved: must be 0
 * @pid_id: (out) with %PIDMAP_PID_ID, the 64-bit ID of the number, which is
 *	never reused; fstat(2) of a pidfd shows the same as st_ino (Linux 6.12
 *	and newer)
 *
 * Fails with ESRCH if no ID of that type has that number in @from, EREMOTE if
 * it has no number in @to, ESTALE if the start time differs from the expected
 * one. If a PGID or SID has lost its leader, nothing can be expected of it:
 * %PIDMAP_EXPECT_START then fails with ESRCH.
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
	__u64 pid_id;
};

#define PIDMAP_TRANSLATE_SIZE_V1	72

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
 *	same as @numbers. An answer is the number in @to, -ESRCH or -EREMOTE; or
 *	-EPERM if the policy ``self`` hides the number in @to from the caller.
 * @done: (out) how many answers were written, also if the call fails with
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

#define PIDMAP_TRANSLATE_MANY_SIZE_V1	72

/**
 * struct pidmap_task_ids - %PIDMAP_TASK_IDS: all IDs of one task
 * @size: sizeof(struct pidmap_task_ids)
 * @flags: as in struct pidmap_translate
 * @nr: the task's TID in @from
 * @reserved: must be 0
 * @from: the namespace @nr comes from
 * @to: the namespace whose numbers are asked for
 * @start_time: as in struct pidmap_translate
 * @tid: (out) the task's TID in @to
 * @tgid: (out) its TGID in @to
 * @pgid: (out) its PGID in @to; 0 if the group has no number there
 * @sid: (out) its SID in @to; 0 if the session has no number there
 * @ppid: (out) its parent's TGID in @to; 0 if the parent has none there
 * @reserved2: must be 0
 * @pid_id: (out) as in struct pidmap_translate
 *
 * The task had all five numbers, and the PGID and the SID at the same time.
 * Under the policy ``self``, IDs of others above the view are 0.
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
	__u64 pid_id;
};

#define PIDMAP_TASK_IDS_SIZE_V1		88

/**
 * struct pidmap_pid - one number of an ID, and the namespace it is valid in
 * @inum: inode number of the namespace; 0 if the caller may not know it
 * @nr: the number in that namespace
 * @id: ID of the namespace; 0 if the kernel has none or the caller may not
 *	know it
 */
struct pidmap_pid {
	__u32 inum;
	__s32 nr;
	__u64 id;
};

#define PIDMAP_PID_SIZE_V1		16

/**
 * struct pidmap_pids - %PIDMAP_PIDS: every number of one ID
 * @size: sizeof(struct pidmap_pids)
 * @flags: as in struct pidmap_translate
 * @type: one of enum pidmap_type
 * @nr: the number in @from
 * @from: the namespace @nr comes from
 * @pids: address of room for @capacity struct pidmap_pid. The view's number
 *	comes first, the one of the leaf namespace last.
 * @capacity: how many fit; %PIDMAP_MAX_LEVEL + 1 always do
 * @stride: sizeof(struct pidmap_pid). An entry that is longer than this kernel
 *	knows ends in zeros; of one that is shorter, the beginning is written.
 * @start_time: as in struct pidmap_translate
 * @count: (out) how many numbers there are, also if they do not fit (EINVAL,
 *	and nothing is written to @pids)
 * @reserved: must be 0
 * @pid_id: (out) as in struct pidmap_translate
 */
struct pidmap_pids {
	__u32 size;
	__u32 flags;
	__u32 type;
	__s32 nr;
	struct pidmap_nsref from;
	__u64 pids;
	__u32 capacity;
	__u32 stride;
	__u64 start_time;
	__u32 count;
	__u32 reserved;
	__u64 pid_id;
};

#define PIDMAP_PIDS_SIZE_V1		72

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
 * @buffer: address of room for records: struct pidmap_task for %PIDMAP_LIST,
 *	struct pidmap_ns for %PIDMAP_LIST_NS. 8-byte alignment is advised.
 * @buffer_size: its length in bytes, at least @record_min of struct
 *	pidmap_info
 * @reserved: must be 0
 * @cursor: 0 to begin, then the value that the last call stored here; (out)
 *	where the next call continues, or %PIDMAP_CURSOR_END
 * @used: (out) how many bytes of the buffer were filled
 * @count: (out) how many records that is
 *
 * What is alive during the whole walk appears exactly once. What begins or ends
 * meanwhile may or may not appear. The kernel keeps no state between calls. The
 * three (out) fields are right also if the call fails with EFAULT or EINTR.
 */
struct pidmap_list {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref ns;
	__u64 buffer;
	__u32 buffer_size;
	__u32 reserved;
	__u64 cursor;
	__u32 used;
	__u32 count;
};

#define PIDMAP_LIST_SIZE_V1		56

/** PIDMAP_TASK_EXITED - this task has ended; it may not have been reaped yet */
#define PIDMAP_TASK_EXITED	0x1U
/** PIDMAP_TASK_ENDED - its process has ended: all of its tasks have */
#define PIDMAP_TASK_ENDED	0x2U

/**
 * struct pidmap_task - a record of %PIDMAP_LIST and of events: one task
 * @size: length of this record in bytes, a multiple of 8
 * @nr_offset: where the numbers begin, in bytes from the start of the record.
 *	They are the task's TIDs, an array of @levels __s32: the view's number
 *	comes first, the leaf's last. Zeros fill the rest of the record.
 * @levels: how many numbers there are
 * @flags: PIDMAP_TASK_* bits
 * @inum: inode number of the leaf namespace, the task's active one
 * @tgid: its TGID in the view
 * @pgid: its PGID in the view; 0 if the group has no number there
 * @sid: its SID in the view; 0 if the session has no number there
 * @ppid: its parent's TGID in the view; 0 if the parent has none there
 * @reserved: 0
 * @start_time: when it started, in nanoseconds of the caller's boot-time clock
 * @cgroup: ID of its cgroup in the default hierarchy: the inode number of the
 *	cgroup's directory; 0 if the kernel has no cgroups
 * @pid_id: 64-bit ID of its TID, as in struct pidmap_translate; 0 if the kernel
 *	has none
 */
struct pidmap_task {
	__u16 size;
	__u16 nr_offset;
	__u16 levels;
	__u16 flags;
	__u32 inum;
	__s32 tgid;
	__s32 pgid;
	__s32 sid;
	__s32 ppid;
	__u32 reserved;
	__u64 start_time;
	__u64 cgroup;
	__u64 pid_id;
};

/**
 * pidmap_task_nr() - the numbers of a record
 * @task: the record
 *
 * Return: its TIDs, @levels of them; the view's first, the leaf's last.
 */
static inline const __s32 *pidmap_task_nr(const struct pidmap_task *task)
{
	return (const __s32 *)((const char *)task + task->nr_offset);
}

/**
 * struct pidmap_ns - a record of %PIDMAP_LIST_NS: one PID namespace
 * @size: length of this record in bytes, a multiple of 8
 * @level: its level
 * @inum: its inode number
 * @id: its ID; 0 if the kernel has none
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
 * @from: what %PIDMAP_NS_BOUND means where a number comes from
 * @to: what %PIDMAP_NS_BOUND means where a number is translated to
 *
 * Holds for this open file until it is closed, and can be done once (EBUSY).
 * It saves the look-up and not the check: every call is checked as if it named
 * the namespaces again.
 */
struct pidmap_bind {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref from;
	struct pidmap_nsref to;
};

#define PIDMAP_BIND_SIZE_V1		40

/**
 * struct pidmap_set_view - %PIDMAP_SET_VIEW: look from another namespace
 * @size: sizeof(struct pidmap_set_view)
 * @flags: must be 0
 * @ns: the namespace, of the kind %PIDMAP_NS_FD
 *
 * The opener and the caller need CAP_SYS_PTRACE in the user namespace that owns
 * @ns (EPERM). It can be done once, and before %PIDMAP_BIND and %PIDMAP_WATCH
 * (EBUSY). A later caller without that capability gets the view that it would
 * have had without this call.
 */
struct pidmap_set_view {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref ns;
};

#define PIDMAP_SET_VIEW_SIZE_V1		24

/** PIDMAP_WATCH_THREADS - flag: report every task, not only every process */
#define PIDMAP_WATCH_THREADS	0x1U

/** PIDMAP_RING_MIN - the smallest ring of a watch, in bytes */
#define PIDMAP_RING_MIN		4096U
/** PIDMAP_RING_MAX - the largest ring of a watch, in bytes */
#define PIDMAP_RING_MAX		(16U << 20)

/**
 * struct pidmap_watch - %PIDMAP_WATCH: make this open file a stream of events
 * @size: sizeof(struct pidmap_watch)
 * @flags: 0 or %PIDMAP_WATCH_THREADS
 * @ns: the namespace to watch, with its descendants
 * @ring_size: length of the ring in bytes: a power of two from
 *	%PIDMAP_RING_MIN to %PIDMAP_RING_MAX
 * @reserved: must be 0
 *
 * Needs the identity right. It can be done once (EBUSY). EOPNOTSUPP if the
 * kernel has no tracepoints, ENOSPC if there are as many watches as the
 * parameter ``watches`` of the module allows. All other operations keep
 * working. The stream is read by read(2), which fails with ENODATA before this
 * call and with EPERM for a caller who could not have made it; poll(2) reports
 * that there is something to read; mmap(2) maps the ring, see struct
 * pidmap_ring.
 */
struct pidmap_watch {
	__u32 size;
	__u32 flags;
	struct pidmap_nsref ns;
	__u32 ring_size;
	__u32 reserved;
};

#define PIDMAP_WATCH_SIZE_V1		32

/**
 * enum pidmap_event_kind - what an event says
 * @PIDMAP_EVENT_SYNC: call %PIDMAP_LIST now, then continue to read. It is the
 *	first record of a stream, and it comes again after events were lost
 *	because the ring was full.
 * @PIDMAP_EVENT_FORK: a task begins
 * @PIDMAP_EVENT_EXEC: a process executes a program. All its other tasks are
 *	gone.
 * @PIDMAP_EVENT_EXIT: a task ends
 * @PIDMAP_EVENT_PAD: only in the mapped ring: skip this record
 */
enum pidmap_event_kind {
	PIDMAP_EVENT_SYNC	= 0,
	PIDMAP_EVENT_FORK	= 1,
	PIDMAP_EVENT_EXEC	= 2,
	PIDMAP_EVENT_EXIT	= 3,
	PIDMAP_EVENT_PAD	= 4,
};

/**
 * struct pidmap_event - a record of a watch
 * @size: length of this record in bytes, a multiple of 8
 * @kind: one of enum pidmap_event_kind
 * @task_offset: where the struct pidmap_task is, in bytes from the start of the
 *	record; 0 if there is none (SYNC)
 * @comm_offset: where the name of the program is, 16 bytes that end in NUL; 0
 *	if there is none (it is there for EXEC)
 * @seq: number of the record in this stream, from 0, without gaps
 * @time: when it happened, in nanoseconds of the boot-time clock of the task
 *	that called %PIDMAP_WATCH
 * @lost: SYNC: how many events were lost before it; 0 at the start
 * @parent_inum: FORK: inode number of the parent of the namespace in which the
 *	task lives; 0 if it lives in the view
 * @code: EXIT: the exit status of the task, as wait(2) reports it
 * @former_tid: EXEC: 0 if the leader of the process called execve(2).
 *	Otherwise another thread did and took over the TID of the leader: the
 *	TID that it had before in the view, or -1 if that is not known (only
 *	the numbers of the initial namespace are).
 *
 * Without %PIDMAP_WATCH_THREADS, FORK is the begin of a process, and EXIT is
 * its end: that of its last task. FORK of a task whose number at its leaf is 1
 * is the birth of a namespace; EXIT of that task is its end.
 */
struct pidmap_event {
	__u16 size;
	__u16 kind;
	__u16 task_offset;
	__u16 comm_offset;
	__u64 seq;
	__u64 time;
	union {
		__u64 lost;
		__u32 parent_inum;
		__s32 code;
		__s32 former_tid;
	};
};

/**
 * struct pidmap_ring - the begin of the mapping of a watch
 * @head: bytes ever written to the ring; read it with acquire semantics
 * @tail: bytes ever consumed by read(2)
 * @data_offset: where the ring begins, in bytes from the start of the mapping:
 *	one page
 * @ring_size: its length in bytes
 *
 * mmap(2) with PROT_READ, MAP_SHARED, offset 0 and a length of @data_offset +
 * @ring_size maps it, and one with the length of a page maps this struct alone.
 * Nothing is new as long as @head has not moved. Record N bytes into the stream
 * is at N modulo @ring_size. Only read(2) consumes records. The low 32 bits of
 * a position suffice, and a 32-bit machine reads no more of it at once.
 */
struct pidmap_ring {
	__u64 head;
	__u64 tail;
	__u32 data_offset;
	__u32 ring_size;
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
 * The fast path between the two namespaces that %PIDMAP_BIND fixed: the
 * argument is the number, not an address, and only its low 32 bits count. The
 * answer is the ioctl's return value. Fails as %PIDMAP_TRANSLATE does.
 */
#define PIDMAP_BOUND_TID	_IO(PIDMAP_IOC_MAGIC, 0x08)
#define PIDMAP_BOUND_TGID	_IO(PIDMAP_IOC_MAGIC, 0x09)
#define PIDMAP_BOUND_PGID	_IO(PIDMAP_IOC_MAGIC, 0x0a)
#define PIDMAP_BOUND_SID	_IO(PIDMAP_IOC_MAGIC, 0x0b)

#define PIDMAP_SET_VIEW		_IO(PIDMAP_IOC_MAGIC, 0x0c)
#define PIDMAP_WATCH		_IO(PIDMAP_IOC_MAGIC, 0x0d)

#endif /* _UAPI_LINUX_PIDMAP_H */
