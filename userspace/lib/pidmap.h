/* SPDX-License-Identifier: LGPL-2.1-or-later OR MIT */
/*
 * libpidmap - translate IDs between PID namespaces
 *
 * The types of the kernel ABI are used as they are, so that a record goes from
 * the kernel to its reader without being copied and there is one description
 * of each. As with stat(2), a struct and a function may share a name: in C++,
 * write ``struct pidmap_info`` where the struct is meant.
 *
 * Every function may be called by several threads at once on the same handle.
 * Nothing is printed, and no function ends the program.
 *
 * Errors common to all functions that name namespaces:
 *  - ENOENT: no such namespace
 *  - EPERM: not this caller; see pidmap(4) for the rules
 *  - EINVAL: unknown flag or type, or a descriptor that is no PID namespace
 *  - EBADF: the descriptor is not open
 *  - EOPNOTSUPP: this back end, or this kernel, cannot know
 *  - ENODATA: pidmap_ns_bound() before pidmap_bind()
 */
#ifndef PIDMAP_H
#define PIDMAP_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include <linux/pidmap.h>

#ifdef __cplusplus
extern "C" {
#endif

/** PIDMAP_VERSION_MAJOR - the version of this header: MAJOR.MINOR.PATCH */
#define PIDMAP_VERSION_MAJOR	0
/** PIDMAP_VERSION_MINOR - see %PIDMAP_VERSION_MAJOR */
#define PIDMAP_VERSION_MINOR	1
/** PIDMAP_VERSION_PATCH - see %PIDMAP_VERSION_MAJOR */
#define PIDMAP_VERSION_PATCH	0

/** PIDMAP_DEVICE - what the back end ``device`` opens */
#define PIDMAP_DEVICE		"/dev/pidmap"

/** PIDMAP_MAX_PIDS - no ID has more numbers than this */
#define PIDMAP_MAX_PIDS		(PIDMAP_MAX_LEVEL + 1)

/**
 * PIDMAP_LEVEL_UNKNOWN - a level in struct pidmap_info or struct pidmap_ns
 * which the back end cannot know: without the module only the level of the
 * initial namespace, and from there down, is known
 */
#define PIDMAP_LEVEL_UNKNOWN	0xffffU

/**
 * PIDMAP_UID_UNKNOWN - the owner in a struct pidmap_ns whose @owner_inum is 0:
 * the caller may not know the user namespace
 */
#define PIDMAP_UID_UNKNOWN	0xffffffffU

/** struct pidmap - a handle: an open back end */
struct pidmap;

/** struct pidmap_snapshot - all numbers of a moment, to be asked offline */
struct pidmap_snapshot;

/**
 * struct pidmap_ids - all IDs of one task, see pidmap_task_ids()
 * @tid: its TID
 * @tgid: its TGID
 * @pgid: its PGID; 0 where the group has no number in that namespace
 * @sid: its SID; 0 where the session has no number in that namespace
 * @ppid: its parent's TGID; 0 where the parent has none in that namespace
 */
struct pidmap_ids {
	pid_t tid;
	pid_t tgid;
	pid_t pgid;
	pid_t sid;
	pid_t ppid;
};

/**
 * struct pidmap_stamp - tells an ID from a later one with the same number
 * @flags: what is asked for: %PIDMAP_START_TIME, %PIDMAP_EXPECT_START,
 *	%PIDMAP_PID_ID. A field without its flag is neither read nor written.
 * @reserved: must be 0
 * @start_time: in with %PIDMAP_EXPECT_START, the start time that the ID must
 *	have, any value; out with %PIDMAP_START_TIME, the one it has. It is in
 *	nanoseconds of the boot-time clock, as in struct pidmap_task. Only the
 *	back end ``device`` knows it.
 * @pid_id: out with %PIDMAP_PID_ID, the 64-bit ID of the ID, which is never
 *	reused (Linux 6.12 and newer)
 *
 * A struct that the caller zeroes, or no struct (NULL), asks for nothing.
 */
struct pidmap_stamp {
	uint32_t flags;
	uint32_t reserved;
	uint64_t start_time;
	uint64_t pid_id;
};

/**
 * pidmap_open() - open a back end
 * @backend: ``device`` (the kernel module), ``nsfs`` (the kernel's own
 *	interfaces, Linux 6.11 and newer), ``procfs`` (/proc), or several with
 *	``+`` between them, which are asked in turn. NULL opens all that there
 *	are, in this order.
 * @flags: must be 0
 *
 * If a back end cannot know an answer (EOPNOTSUPP), the next one is asked. So
 * it is if the device refuses (EPERM): a caller that may use the device but
 * lacks the identity right still gets what /proc shows to anybody.
 *
 * The back ends nsfs and procfs look from the PID namespace that the caller
 * lives in. A child process in another PID namespace opens its own handle: with
 * the parent's, these two fail with EOPNOTSUPP.
 *
 * Return: a handle, or NULL with errno: EINVAL if there is no back end of that
 * name, EOPNOTSUPP if this kernel lacks it, else what open(2) reports: ENOENT
 * for an absent module and EACCES for a closed device node among them.
 */
struct pidmap *pidmap_open(const char *backend, unsigned int flags);

/**
 * pidmap_close() - close a handle
 * @h: what pidmap_open() returned, or NULL; errno is left alone
 */
void pidmap_close(struct pidmap *h);

/**
 * pidmap_backend() - which back ends a handle has
 * @h: the handle
 *
 * Return: their names, as pidmap_open() takes them, such as
 * ``device+nsfs+procfs``; valid until the handle is closed.
 */
const char *pidmap_backend(const struct pidmap *h);

/**
 * pidmap_version() - the version of the library
 *
 * Return: as in ``0.1.0``.
 */
const char *pidmap_version(void);

/*
 * The functions that name a namespace are inline, and symbols of the library
 * for other languages and for callers that are compiled without optimization.
 */
#ifndef PIDMAP_INLINE
#ifdef __cplusplus
#define PIDMAP_INLINE	inline
#else
#define PIDMAP_INLINE	extern __inline__ __attribute__((__gnu_inline__))
#endif
#endif

/**
 * pidmap_ns_make() - name a PID namespace
 * @kind: how it is named, one of enum pidmap_kind
 * @value: a descriptor, TID, inode number, ID or level
 *
 * Return: the name. The functions below are easier to read.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_make(enum pidmap_kind kind,
						 uint64_t value)
{
	struct pidmap_nsref ns;

	ns.kind = kind;
	ns.reserved = 0;
	ns.value = value;
	return ns;
}

/**
 * pidmap_ns_view() - the caller's view: its own namespace, or a raised view
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_view(void)
{
	return pidmap_ns_make(PIDMAP_NS_VIEW, 0);
}

/**
 * pidmap_ns_fd() - the namespace of an open nsfs file
 * @fd: its descriptor, which must stay open while the name is used
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_fd(int fd)
{
	return pidmap_ns_make(PIDMAP_NS_FD, (uint32_t)fd);
}

/**
 * pidmap_ns_tid() - the namespace that a task lives in
 * @tid: its TID in the view
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_tid(pid_t tid)
{
	return pidmap_ns_make(PIDMAP_NS_TID, (uint32_t)tid);
}

/**
 * pidmap_ns_inum() - the namespace with an inode number
 * @inum: the inode number, as in ``pid:[4026532177]``
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_inum(uint32_t inum)
{
	return pidmap_ns_make(PIDMAP_NS_INUM, inum);
}

/**
 * pidmap_ns_id() - the namespace with an ID
 * @id: its 64-bit ID, which is never reused (Linux 6.18 and newer)
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_id(uint64_t id)
{
	return pidmap_ns_make(PIDMAP_NS_ID, id);
}

/**
 * pidmap_ns_level() - the namespace at a level on the path to the view
 * @level: the level; the initial namespace has 0
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_level(uint32_t level)
{
	return pidmap_ns_make(PIDMAP_NS_LEVEL, level);
}

/**
 * pidmap_ns_bound() - what pidmap_bind() stored in the same place
 *
 * Return: the name.
 */
PIDMAP_INLINE struct pidmap_nsref pidmap_ns_bound(void)
{
	return pidmap_ns_make(PIDMAP_NS_BOUND, 0);
}

/**
 * pidmap_info() - what answers, and who asks
 * @h: the handle
 * @info: filled in, up to @size bytes; what is not known is 0. Back ends other
 *	than the device leave @abi_version and @record_min 0; @level may be
 *	%PIDMAP_LEVEL_UNKNOWN.
 * @size: sizeof(struct pidmap_info) as the caller was compiled; EINVAL if it is
 *	less than %PIDMAP_INFO_SIZE_V1
 *
 * Return: 0, or -1 with errno.
 */
int pidmap_info(struct pidmap *h, struct pidmap_info *info, size_t size);

/**
 * pidmap_set_view() - look from another namespace
 * @h: the handle
 * @ns: an open nsfs file of it, for example /host/proc/1/ns/pid. It may be
 *	closed afterwards.
 *
 * Raises the view: %PIDMAP_NS_VIEW, TIDs, inode numbers and levels then mean
 * what they mean in that namespace. The opener and every caller need
 * CAP_SYS_PTRACE in the user namespace that owns it; pidmap(4) has the rules.
 * It can be done once, and before pidmap_bind() and before other threads use
 * the handle. Only the back end ``device`` can do it, and the handle has no
 * other back end afterwards.
 *
 * Return: 0, or -1 with errno: EPERM; EBUSY if the view was set or something is
 * bound already; EOPNOTSUPP without the device.
 */
int pidmap_set_view(struct pidmap *h, int ns);

/**
 * pidmap_translate() - the number of an ID in another namespace
 * @h: the handle
 * @type: what kind of ID
 * @nr: its number in @from
 * @from: a namespace
 * @to: a namespace
 *
 * Return: the number in @to; 0 where there is none, with errno ESRCH (no such
 * ID of that type in @from) or EREMOTE (it has no number in @to); -1 with errno
 * on failure.
 */
pid_t pidmap_translate(struct pidmap *h, enum pidmap_type type, pid_t nr,
		       struct pidmap_nsref from, struct pidmap_nsref to);

/**
 * pidmap_translate_at() - the same, safe against reused numbers
 * @h: the handle
 * @type: what kind of ID
 * @nr: its number in @from
 * @from: a namespace
 * @to: a namespace
 * @stamp: what is expected of the ID and what is asked about it, or NULL
 *
 * Return: as pidmap_translate(); -1 with ESTALE if the start time differs from
 * the expected one, -1 with EOPNOTSUPP if the back end cannot know what @stamp
 * asks for.
 */
pid_t pidmap_translate_at(struct pidmap *h, enum pidmap_type type, pid_t nr,
			  struct pidmap_nsref from, struct pidmap_nsref to,
			  struct pidmap_stamp *stamp);

/**
 * pidmap_translate_many() - translate an array of numbers
 * @h: the handle
 * @type: what kind of IDs
 * @count: how many; any
 * @numbers: the numbers in @from
 * @results: room for @count answers: the number in @to, or -ESRCH, or -EREMOTE;
 *	may be the same array as @numbers
 * @from: a namespace
 * @to: a namespace
 * @done: where not NULL, set to how many answers were written, on failure too
 *
 * Return: 0, or -1 with errno. A signal does not end the call: the library
 * continues it after the handler.
 */
int pidmap_translate_many(struct pidmap *h, enum pidmap_type type,
			  size_t count, const pid_t *numbers, pid_t *results,
			  struct pidmap_nsref from, struct pidmap_nsref to,
			  size_t *done);

/**
 * pidmap_bind() - resolve a pair of namespaces once, for this handle
 * @h: the handle
 * @from: what pidmap_ns_bound() shall mean where translated from
 * @to: what pidmap_ns_bound() shall mean where translated to
 *
 * Makes the translations that name the bound pair faster.
 *
 * Return: 0, or -1 with errno; EBUSY where the handle is bound already.
 */
int pidmap_bind(struct pidmap *h, struct pidmap_nsref from,
		struct pidmap_nsref to);

/**
 * pidmap_task_ids() - all IDs of one task
 * @h: the handle
 * @tid: the task's TID in @from
 * @from: a namespace
 * @to: the namespace whose numbers are asked for
 * @ids: filled in; zeroed where the task has no number in @to
 * @stamp: as in pidmap_translate_at()
 *
 * Return: the task's TID in @to; 0 where there is none, with errno ESRCH or
 * EREMOTE; -1 with errno on failure.
 */
pid_t pidmap_task_ids(struct pidmap *h, pid_t tid, struct pidmap_nsref from,
		      struct pidmap_nsref to, struct pidmap_ids *ids,
		      struct pidmap_stamp *stamp);

/**
 * pidmap_pids() - every number of one ID
 * @h: the handle
 * @type: what kind of ID
 * @nr: its number in @from
 * @from: a namespace
 * @pids: room for @capacity entries: the view's number comes first, the one of
 *	the leaf namespace last
 * @capacity: how many fit; %PIDMAP_MAX_PIDS always do
 * @stamp: as in pidmap_translate_at()
 *
 * Return: how many numbers there are; 0 with errno ESRCH where there is no such
 * ID; -1 with errno on failure, EINVAL where they do not fit.
 */
int pidmap_pids(struct pidmap *h, enum pidmap_type type, pid_t nr,
		struct pidmap_nsref from, struct pidmap_pid *pids,
		size_t capacity, struct pidmap_stamp *stamp);

/**
 * typedef pidmap_task_fn - called for one task
 * @task: a record, valid during the call; copy no more than its @size. What
 *	is not known is 0: without the module, the start time, the cgroup and
 *	the pid ID; and the inode number of a namespace that the caller may not
 *	know.
 * @arg: what the caller of pidmap_list() passed
 *
 * Return: 0 to continue, anything else to stop.
 */
typedef int (*pidmap_task_fn)(const struct pidmap_task *task, void *arg);

/**
 * typedef pidmap_ns_fn - called for one PID namespace
 * @ns: a record, valid during the call; copy no more than its @size. What the
 *	back end cannot know is 0 (the start time, the number of IDs),
 *	%PIDMAP_LEVEL_UNKNOWN or %PIDMAP_UID_UNKNOWN.
 * @arg: what the caller of pidmap_list_ns() passed
 *
 * Return: 0 to continue, anything else to stop.
 */
typedef int (*pidmap_ns_fn)(const struct pidmap_ns *ns, void *arg);

/**
 * pidmap_list() - the tasks of a namespace and its descendants
 * @h: the handle
 * @ns: the namespace
 * @flags: PIDMAP_LIST_THREADS for every TID instead of every TGID,
 *	PIDMAP_LIST_DIRECT to leave out the members of child namespaces
 * @each: called for every task
 * @arg: passed to @each
 *
 * A task that is alive during the whole walk is shown exactly once. A walk uses
 * little memory, however many tasks there are.
 *
 * The device needs the identity right. Without it, the other back ends list
 * what /proc shows to the caller. If that is not all, the walk still shows the
 * rest, and fails with EACCES at its end: tasks are missing, or the inode
 * number of their namespace is 0.
 *
 * Return: 0 if everything was shown; what @each returned if that stopped the
 * walk; or -1 with errno, EACCES if only a part was shown.
 */
int pidmap_list(struct pidmap *h, struct pidmap_nsref ns, unsigned int flags,
		pidmap_task_fn each, void *arg);

/**
 * pidmap_list_ns() - a PID namespace and its descendants
 * @h: the handle
 * @ns: the namespace
 * @each: called for every PID namespace
 * @arg: passed to @each
 *
 * The order is not defined. Rights and EACCES are as for pidmap_list().
 *
 * Return: as pidmap_list().
 */
int pidmap_list_ns(struct pidmap *h, struct pidmap_nsref ns, pidmap_ns_fn each,
		   void *arg);

/**
 * pidmap_translate_pidfd() - the number of the process a pidfd refers to
 * @h: the handle
 * @pidfd: what pidfd_open(2), clone(2) or SO_PEERPIDFD gave
 * @to: a namespace; pidmap_ns_view() for the number where the caller lives
 *
 * Cannot be fooled by reuse: the answer belongs to the process of the pidfd.
 * Needs a /proc mounted for the caller's PID namespace.
 *
 * Return: as pidmap_translate(); ESRCH where the process was reaped or is not
 * in the view; -1 with EBADF where @pidfd is no pidfd.
 */
pid_t pidmap_translate_pidfd(struct pidmap *h, int pidfd,
			     struct pidmap_nsref to);

/**
 * pidmap_pidfd() - a pidfd for a number in any namespace
 * @h: the handle
 * @type: what kind of ID. A PGID or SID means the process that leads it; a TID
 *	of a thread needs the flag PIDFD_THREAD (Linux 6.9 and newer).
 * @nr: its number in @from
 * @from: a namespace
 * @flags: what pidfd_open(2) takes: PIDFD_NONBLOCK, PIDFD_THREAD
 * @stamp: as in pidmap_translate_at(), or NULL. With the start time from a
 *	record of pidmap_list(), the pidfd is that of the task of the record.
 *
 * Cannot be fooled by reuse: the ID has that number while the pidfd is open.
 *
 * Return: a new descriptor with the close-on-exec flag, which the caller
 * closes; -1 with errno: ESRCH if there is no such ID or its process was
 * reaped, EREMOTE if the view was raised and the ID has no number in the
 * caller's own namespace, from where pidfd_open(2) looks; else what
 * pidmap_translate_at() and pidfd_open(2) report.
 */
int pidmap_pidfd(struct pidmap *h, enum pidmap_type type, pid_t nr,
		 struct pidmap_nsref from, unsigned int flags,
		 struct pidmap_stamp *stamp);

/**
 * pidmap_open_proc() - open a procfs of the namespace the caller looks from
 * @h: the handle
 *
 * The numbers that this library returns for the view are the numbers of this
 * procfs, which the one mounted at /proc need not be. Use it to read a name, a
 * command line or a cgroup of a task: openat(fd, "4711/comm", O_RDONLY).
 *
 * Return: a new descriptor of its root directory, which the caller closes; -1
 * with EOPNOTSUPP if there is none and the caller may not mount one.
 */
int pidmap_open_proc(struct pidmap *h);

/**
 * PIDMAP_SNAPSHOT_PARTIAL - flag of pidmap_snapshot_new(): accept that the
 * caller may not see everything
 */
#define PIDMAP_SNAPSHOT_PARTIAL	0x10000U

/**
 * pidmap_snapshot_new() - record all numbers at one point in time
 * @h: the handle, which may be closed before the snapshot is freed
 * @ns: a namespace; its tasks and those of its descendants are recorded
 * @flags: PIDMAP_LIST_THREADS to record every TID, not only every TGID;
 *	%PIDMAP_SNAPSHOT_PARTIAL
 *
 * A snapshot does not change, so any number of threads may use it at once. A
 * task that is alive during the whole call is in it. Rights are as for
 * pidmap_list(). If something is hidden from the caller, the call fails with
 * EACCES, or with %PIDMAP_SNAPSHOT_PARTIAL it records the rest.
 *
 * Return: the snapshot, or NULL with errno.
 */
struct pidmap_snapshot *pidmap_snapshot_new(struct pidmap *h,
					    struct pidmap_nsref ns,
					    unsigned int flags);

/**
 * pidmap_snapshot_partial() - was something hidden from the caller?
 * @s: the snapshot
 *
 * Return: 1 if tasks may be missing, and a number that is not found may be in
 * use nevertheless; else 0.
 */
int pidmap_snapshot_partial(const struct pidmap_snapshot *s);

/**
 * pidmap_snapshot_free() - drop a snapshot
 * @s: the snapshot, or NULL; errno is left alone
 */
void pidmap_snapshot_free(struct pidmap_snapshot *s);

/**
 * pidmap_snapshot_translate() - the number of a task in another namespace
 * @s: the snapshot
 * @nr: its number in @from
 * @from: inode number of a namespace; 0 means the view
 * @to: inode number of a namespace; 0 means the view
 *
 * Return: the number in @to; 0 where there is none, with errno ESRCH or
 * EREMOTE, or ENOENT where the snapshot knows no such namespace. Takes the same
 * time however many tasks there are.
 */
pid_t pidmap_snapshot_translate(const struct pidmap_snapshot *s, pid_t nr,
				uint32_t from, uint32_t to);

/**
 * pidmap_snapshot_pids() - every number of a task
 * @s: the snapshot
 * @nr: its number in @from
 * @from: inode number of a namespace; 0 means the view
 * @pids: room for @capacity entries: view first, leaf last
 * @capacity: how many fit; %PIDMAP_MAX_PIDS always do
 *
 * Return: how many numbers there are; 0 with errno ESRCH or ENOENT where there
 * is no such task or namespace; -1 with EINVAL where they do not fit.
 */
int pidmap_snapshot_pids(const struct pidmap_snapshot *s, pid_t nr,
			 uint32_t from, struct pidmap_pid *pids,
			 size_t capacity);

/**
 * pidmap_snapshot_size() - how many tasks it holds
 * @s: the snapshot
 */
size_t pidmap_snapshot_size(const struct pidmap_snapshot *s);

/**
 * pidmap_snapshot_task() - one of its tasks
 * @s: the snapshot
 * @i: which one, below pidmap_snapshot_size()
 *
 * Return: its record, valid as long as the snapshot; NULL past the end.
 */
const struct pidmap_task *
pidmap_snapshot_task(const struct pidmap_snapshot *s, size_t i);

/**
 * pidmap_snapshot_ns_count() - how many PID namespaces it knows
 * @s: the snapshot
 */
size_t pidmap_snapshot_ns_count(const struct pidmap_snapshot *s);

/**
 * pidmap_snapshot_ns() - one of its PID namespaces
 * @s: the snapshot
 * @i: which one, below pidmap_snapshot_ns_count(); a parent comes before its
 *	children, so 0 is the view
 *
 * Return: its record, valid as long as the snapshot; NULL past the end.
 */
const struct pidmap_ns *
pidmap_snapshot_ns(const struct pidmap_snapshot *s, size_t i);

/**
 * pidmap_watch() - follow what starts and ends
 * @h: the handle; its back end must be the device
 * @ns: a namespace; its tasks and those of its descendants are reported
 * @flags: 0 for processes, %PIDMAP_WATCH_THREADS for every task
 * @ring_size: how many bytes of events the kernel keeps until they are read: a
 *	power of two from %PIDMAP_RING_MIN to %PIDMAP_RING_MAX. An event takes
 *	about 100 bytes.
 *
 * Makes a stream of the handle, once. The first event is PIDMAP_EVENT_SYNC:
 * call pidmap_list() when you read it, and then continue to read. Needs the
 * identity right. Everything else that a handle can do it still does.
 *
 * Return: 0, or -1 with errno: EOPNOTSUPP without the module or if this kernel
 * has no tracepoints, EBUSY if the handle is a stream already, ENOSPC if there
 * are as many as the module's parameter ``watches`` allows, EINVAL for a bad
 * @ring_size.
 */
int pidmap_watch(struct pidmap *h, struct pidmap_nsref ns, unsigned int flags,
		 uint32_t ring_size);

/**
 * pidmap_watch_next() - read the next event
 * @h: the handle
 * @timeout: how long to wait for one, in milliseconds; 0 not to wait, -1 to
 *	wait without limit
 *
 * One thread at a time may call it.
 *
 * Return: the event, valid until the next call; NULL with errno: EAGAIN if
 * there was none in time, EINTR if a signal came, ENODATA before
 * pidmap_watch(), EPERM if the caller may no longer read.
 */
const struct pidmap_event *pidmap_watch_next(struct pidmap *h, int timeout);

/**
 * pidmap_watch_fd() - a descriptor for poll(2), select(2) or epoll(7)
 * @h: the handle
 *
 * Once it is readable, call pidmap_watch_next() with a timeout of 0 until that
 * returns NULL: the library reads many events at a time.
 *
 * Return: the descriptor, which belongs to the handle; -1 with ENODATA before
 * pidmap_watch().
 */
int pidmap_watch_fd(const struct pidmap *h);

/**
 * pidmap_event_task() - the task that an event is about
 * @event: the event
 *
 * Return: its record, valid as long as the event; NULL for PIDMAP_EVENT_SYNC.
 */
const struct pidmap_task *pidmap_event_task(const struct pidmap_event *event);

/**
 * pidmap_event_comm() - the name of the program that a process executes
 * @event: the event
 *
 * Return: the name, at most 15 bytes of any value and a NUL, valid as long as
 * the event; NULL if the event has none. PIDMAP_EVENT_EXEC has one.
 */
const char *pidmap_event_comm(const struct pidmap_event *event);

/** struct pidmap_live - a live map: a snapshot that follows the events */
struct pidmap_live;

/** PIDMAP_END_ENDED - the task has ended */
#define PIDMAP_END_ENDED	0x1U
/** PIDMAP_END_SEEN - its end was reported: @code and @time are known */
#define PIDMAP_END_SEEN		0x2U

/**
 * struct pidmap_end - how a task ended
 * @flags: 0 while it lives; %PIDMAP_END_ENDED, and %PIDMAP_END_SEEN unless it
 *	ended before the live map began or while events were lost
 * @code: its exit status, as wait(2) reports it
 * @time: when it ended, in nanoseconds of the caller's boot-time clock
 */
struct pidmap_end {
	uint32_t flags;
	int32_t code;
	uint64_t time;
};

/**
 * pidmap_live_new() - make a live map
 * @h: a handle whose back end is the device. It becomes a stream, as by
 *	pidmap_watch(), that only the live map reads; it must stay open until
 *	pidmap_live_free(). Everything else that a handle can do it still does.
 * @ns: a namespace; its tasks and those of its descendants are in the map
 * @flags: 0 for processes, %PIDMAP_WATCH_THREADS for every task
 * @ring_size: as in pidmap_watch()
 *
 * Every function below first takes in what is new, and makes no system call if
 * nothing is. Its answer is therefore the kernel's at that moment. Nothing is
 * taken in between: call pidmap_live_update() now and then, so that the ring
 * does not overflow. After losses the map repairs itself by a new list.
 *
 * Several threads may use a live map at once. A child process makes its own:
 * with the parent's, these functions fail with EOPNOTSUPP.
 *
 * Return: the live map, or NULL with errno, as from pidmap_watch().
 */
struct pidmap_live *pidmap_live_new(struct pidmap *h, struct pidmap_nsref ns,
				    unsigned int flags, uint32_t ring_size);

/**
 * pidmap_live_free() - end a live map
 * @l: the live map, or NULL; errno is left alone. No thread uses it any more.
 */
void pidmap_live_free(struct pidmap_live *l);

/**
 * pidmap_live_keep() - how long to remember tasks that have ended
 * @l: the live map
 * @tasks: at most so many, the last ones; 0, as at the start, for none
 * @seconds: and each of them for so long; UINT_MAX without limit
 *
 * A task has ended when its last event says so, whether it was waited for or
 * not. One that is remembered still has its numbers, unless another task got
 * them.
 *
 * Return: 0, or -1 with errno.
 */
int pidmap_live_keep(struct pidmap_live *l, size_t tasks, unsigned int seconds);

/**
 * pidmap_live_update() - take in what is new
 * @l: the live map
 *
 * Return: 0, or -1 with errno: EPERM if the caller may no longer read events,
 * ENOMEM.
 */
int pidmap_live_update(struct pidmap_live *l);

/**
 * pidmap_live_translate() - the number of a task in another namespace
 * @l: the live map
 * @nr: its number in @from: a TGID, or a TID if the map has every task
 * @from: inode number of a namespace of the map; 0 for the view
 * @to: inode number of a namespace; 0 for the view
 *
 * Return: the number in @to; 0 where there is none, with errno ESRCH (no such
 * task), EREMOTE (it has no number in @to) or ENOENT (no such namespace in the
 * map); -1 with errno on failure, as from pidmap_live_update().
 */
pid_t pidmap_live_translate(struct pidmap_live *l, pid_t nr, uint32_t from,
			    uint32_t to);

/**
 * pidmap_live_pids() - every number of a task
 * @l: the live map
 * @nr: as in pidmap_live_translate()
 * @from: as in pidmap_live_translate()
 * @pids: filled in, the view's number first
 * @capacity: how many fit; %PIDMAP_MAX_PIDS always do
 *
 * Return: how many numbers there are; 0 with errno ESRCH or ENOENT; -1 with
 * errno on failure, EINVAL where they do not fit.
 */
int pidmap_live_pids(struct pidmap_live *l, pid_t nr, uint32_t from,
		     struct pidmap_pid *pids, size_t capacity);

/** PIDMAP_TASK_MAX - no struct pidmap_task is longer, in bytes */
#define PIDMAP_TASK_MAX		256

/**
 * pidmap_live_task() - what is known of a task
 * @l: the live map
 * @nr: as in pidmap_live_translate()
 * @from: as in pidmap_live_translate()
 * @task: receives its record, as its last event or the list had it: a group, a
 *	session, a parent and a cgroup may change without an event
 * @room: how many bytes fit; %PIDMAP_TASK_MAX always do
 * @end: receives how it ended, or NULL
 *
 * Return: 1; 0 with errno ESRCH or ENOENT; -1 with errno on failure, EINVAL
 * where the record does not fit.
 */
int pidmap_live_task(struct pidmap_live *l, pid_t nr, uint32_t from,
		     struct pidmap_task *task, size_t room,
		     struct pidmap_end *end);

/**
 * typedef pidmap_live_fn - called for one task of a live map
 * @task: its record, valid during the call
 * @end: how it ended, valid during the call
 * @arg: what the caller of pidmap_live_each() passed
 *
 * It must not call functions of the same live map.
 *
 * Return: 0 to continue, anything else to stop.
 */
typedef int (*pidmap_live_fn)(const struct pidmap_task *task,
			      const struct pidmap_end *end, void *arg);

/**
 * pidmap_live_each() - call a function for every task of a live map
 * @l: the live map
 * @fn: called for each, those that live first, then those that ended
 * @arg: passed to @fn
 *
 * Return: 0, what @fn returned if it stopped, or -1 with errno.
 */
int pidmap_live_each(struct pidmap_live *l, pidmap_live_fn fn, void *arg);

/**
 * pidmap_live_lost() - how many events were lost because the ring was full
 * @l: the live map
 * @lost: receives the count since the live map began
 *
 * Tasks that began and ended among them were never in the map.
 *
 * Return: 0, or -1 with errno.
 */
int pidmap_live_lost(struct pidmap_live *l, uint64_t *lost);

#ifdef __cplusplus
}
#endif

#endif /* PIDMAP_H */
