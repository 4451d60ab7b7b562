// SPDX-License-Identifier: GPL-2.0-only
/*
 * The layout of every struct of the ABI and the number of every ioctl.
 *
 * Each check is made twice: by the compiler, which refuses to build what does
 * not hold, and at run time, which prints it as TAP. The table has one set of
 * figures for all callers: 64-bit, 32-bit, C and C++ must agree on it.
 */
#include <stddef.h>
#include <stdio.h>

#include <linux/pidmap.h>

/* _IO() of our type; some architectures have a bit for "no direction". */
#define NUMBER(n)	((unsigned int)_IOC_NONE << _IOC_DIRSHIFT | 0xbe00 | (n))

#define TABLE \
	SIZE(pidmap_nsref, 16) \
	FIELD(pidmap_nsref, kind, 0, 4) \
	FIELD(pidmap_nsref, reserved, 4, 4) \
	FIELD(pidmap_nsref, value, 8, 8) \
	\
	SIZE(pidmap_info, 48) \
	FIELD(pidmap_info, size, 0, 4) \
	FIELD(pidmap_info, abi_version, 4, 4) \
	FIELD(pidmap_info, features, 8, 8) \
	FIELD(pidmap_info, level, 16, 4) \
	FIELD(pidmap_info, inum, 20, 4) \
	FIELD(pidmap_info, id, 24, 8) \
	FIELD(pidmap_info, upward, 32, 4) \
	FIELD(pidmap_info, max_level, 36, 4) \
	FIELD(pidmap_info, rights, 40, 4) \
	FIELD(pidmap_info, record_min, 44, 4) \
	\
	SIZE(pidmap_translate, 72) \
	FIELD(pidmap_translate, size, 0, 4) \
	FIELD(pidmap_translate, flags, 4, 4) \
	FIELD(pidmap_translate, type, 8, 4) \
	FIELD(pidmap_translate, nr, 12, 4) \
	FIELD(pidmap_translate, from, 16, 16) \
	FIELD(pidmap_translate, to, 32, 16) \
	FIELD(pidmap_translate, start_time, 48, 8) \
	FIELD(pidmap_translate, result, 56, 4) \
	FIELD(pidmap_translate, reserved, 60, 4) \
	FIELD(pidmap_translate, pid_id, 64, 8) \
	\
	SIZE(pidmap_translate_many, 72) \
	FIELD(pidmap_translate_many, size, 0, 4) \
	FIELD(pidmap_translate_many, flags, 4, 4) \
	FIELD(pidmap_translate_many, type, 8, 4) \
	FIELD(pidmap_translate_many, count, 12, 4) \
	FIELD(pidmap_translate_many, from, 16, 16) \
	FIELD(pidmap_translate_many, to, 32, 16) \
	FIELD(pidmap_translate_many, numbers, 48, 8) \
	FIELD(pidmap_translate_many, results, 56, 8) \
	FIELD(pidmap_translate_many, done, 64, 4) \
	FIELD(pidmap_translate_many, reserved, 68, 4) \
	\
	SIZE(pidmap_task_ids, 88) \
	FIELD(pidmap_task_ids, size, 0, 4) \
	FIELD(pidmap_task_ids, flags, 4, 4) \
	FIELD(pidmap_task_ids, nr, 8, 4) \
	FIELD(pidmap_task_ids, reserved, 12, 4) \
	FIELD(pidmap_task_ids, from, 16, 16) \
	FIELD(pidmap_task_ids, to, 32, 16) \
	FIELD(pidmap_task_ids, start_time, 48, 8) \
	FIELD(pidmap_task_ids, tid, 56, 4) \
	FIELD(pidmap_task_ids, tgid, 60, 4) \
	FIELD(pidmap_task_ids, pgid, 64, 4) \
	FIELD(pidmap_task_ids, sid, 68, 4) \
	FIELD(pidmap_task_ids, ppid, 72, 4) \
	FIELD(pidmap_task_ids, reserved2, 76, 4) \
	FIELD(pidmap_task_ids, pid_id, 80, 8) \
	\
	SIZE(pidmap_pid, 16) \
	FIELD(pidmap_pid, inum, 0, 4) \
	FIELD(pidmap_pid, nr, 4, 4) \
	FIELD(pidmap_pid, id, 8, 8) \
	\
	SIZE(pidmap_pids, 72) \
	FIELD(pidmap_pids, size, 0, 4) \
	FIELD(pidmap_pids, flags, 4, 4) \
	FIELD(pidmap_pids, type, 8, 4) \
	FIELD(pidmap_pids, nr, 12, 4) \
	FIELD(pidmap_pids, from, 16, 16) \
	FIELD(pidmap_pids, pids, 32, 8) \
	FIELD(pidmap_pids, capacity, 40, 4) \
	FIELD(pidmap_pids, stride, 44, 4) \
	FIELD(pidmap_pids, start_time, 48, 8) \
	FIELD(pidmap_pids, count, 56, 4) \
	FIELD(pidmap_pids, reserved, 60, 4) \
	FIELD(pidmap_pids, pid_id, 64, 8) \
	\
	SIZE(pidmap_list, 56) \
	FIELD(pidmap_list, size, 0, 4) \
	FIELD(pidmap_list, flags, 4, 4) \
	FIELD(pidmap_list, ns, 8, 16) \
	FIELD(pidmap_list, buffer, 24, 8) \
	FIELD(pidmap_list, buffer_size, 32, 4) \
	FIELD(pidmap_list, reserved, 36, 4) \
	FIELD(pidmap_list, cursor, 40, 8) \
	FIELD(pidmap_list, used, 48, 4) \
	FIELD(pidmap_list, count, 52, 4) \
	\
	SIZE(pidmap_task, 56) \
	FIELD(pidmap_task, size, 0, 2) \
	FIELD(pidmap_task, nr_offset, 2, 2) \
	FIELD(pidmap_task, levels, 4, 2) \
	FIELD(pidmap_task, flags, 6, 2) \
	FIELD(pidmap_task, inum, 8, 4) \
	FIELD(pidmap_task, tgid, 12, 4) \
	FIELD(pidmap_task, pgid, 16, 4) \
	FIELD(pidmap_task, sid, 20, 4) \
	FIELD(pidmap_task, ppid, 24, 4) \
	FIELD(pidmap_task, reserved, 28, 4) \
	FIELD(pidmap_task, start_time, 32, 8) \
	FIELD(pidmap_task, cgroup, 40, 8) \
	FIELD(pidmap_task, pid_id, 48, 8) \
	\
	SIZE(pidmap_ns, 48) \
	FIELD(pidmap_ns, size, 0, 2) \
	FIELD(pidmap_ns, level, 2, 2) \
	FIELD(pidmap_ns, inum, 4, 4) \
	FIELD(pidmap_ns, id, 8, 8) \
	FIELD(pidmap_ns, start_time, 16, 8) \
	FIELD(pidmap_ns, parent_inum, 24, 4) \
	FIELD(pidmap_ns, owner_inum, 28, 4) \
	FIELD(pidmap_ns, owner_uid, 32, 4) \
	FIELD(pidmap_ns, init, 36, 4) \
	FIELD(pidmap_ns, pids, 40, 4) \
	FIELD(pidmap_ns, reserved, 44, 4) \
	\
	SIZE(pidmap_bind, 40) \
	FIELD(pidmap_bind, size, 0, 4) \
	FIELD(pidmap_bind, flags, 4, 4) \
	FIELD(pidmap_bind, from, 8, 16) \
	FIELD(pidmap_bind, to, 24, 16) \
	\
	SIZE(pidmap_set_view, 24) \
	FIELD(pidmap_set_view, size, 0, 4) \
	FIELD(pidmap_set_view, flags, 4, 4) \
	FIELD(pidmap_set_view, ns, 8, 16) \
	\
	SIZE(pidmap_watch, 32) \
	FIELD(pidmap_watch, size, 0, 4) \
	FIELD(pidmap_watch, flags, 4, 4) \
	FIELD(pidmap_watch, ns, 8, 16) \
	FIELD(pidmap_watch, ring_size, 24, 4) \
	FIELD(pidmap_watch, reserved, 28, 4) \
	\
	SIZE(pidmap_event, 32) \
	FIELD(pidmap_event, size, 0, 2) \
	FIELD(pidmap_event, kind, 2, 2) \
	FIELD(pidmap_event, task_offset, 4, 2) \
	FIELD(pidmap_event, comm_offset, 6, 2) \
	FIELD(pidmap_event, seq, 8, 8) \
	FIELD(pidmap_event, time, 16, 8) \
	FIELD(pidmap_event, lost, 24, 8) \
	FIELD(pidmap_event, parent_inum, 24, 4) \
	FIELD(pidmap_event, code, 24, 4) \
	FIELD(pidmap_event, former_tid, 24, 4) \
	\
	SIZE(pidmap_ring, 24) \
	FIELD(pidmap_ring, head, 0, 8) \
	FIELD(pidmap_ring, tail, 8, 8) \
	FIELD(pidmap_ring, data_offset, 16, 4) \
	FIELD(pidmap_ring, ring_size, 20, 4) \
	\
	VALUE(PIDMAP_INFO_SIZE_V1, 48) \
	VALUE(PIDMAP_TRANSLATE_SIZE_V1, 72) \
	VALUE(PIDMAP_TRANSLATE_MANY_SIZE_V1, 72) \
	VALUE(PIDMAP_TASK_IDS_SIZE_V1, 88) \
	VALUE(PIDMAP_PID_SIZE_V1, 16) \
	VALUE(PIDMAP_PIDS_SIZE_V1, 72) \
	VALUE(PIDMAP_LIST_SIZE_V1, 56) \
	VALUE(PIDMAP_BIND_SIZE_V1, 40) \
	VALUE(PIDMAP_SET_VIEW_SIZE_V1, 24) \
	VALUE(PIDMAP_WATCH_SIZE_V1, 32) \
	\
	VALUE(PIDMAP_ABI_VERSION, 1) \
	VALUE(PIDMAP_SIZE_MAX, 4096) \
	VALUE(PIDMAP_MAX_LEVEL, 32) \
	VALUE(PIDMAP_TID, 0) \
	VALUE(PIDMAP_TGID, 1) \
	VALUE(PIDMAP_PGID, 2) \
	VALUE(PIDMAP_SID, 3) \
	VALUE(PIDMAP_NS_VIEW, 0) \
	VALUE(PIDMAP_NS_FD, 1) \
	VALUE(PIDMAP_NS_TID, 2) \
	VALUE(PIDMAP_NS_INUM, 3) \
	VALUE(PIDMAP_NS_ID, 4) \
	VALUE(PIDMAP_NS_LEVEL, 5) \
	VALUE(PIDMAP_NS_BOUND, 6) \
	VALUE(PIDMAP_UPWARD_NONE, 0) \
	VALUE(PIDMAP_UPWARD_SELF, 1) \
	VALUE(PIDMAP_UPWARD_SUBTREE, 2) \
	VALUE(PIDMAP_FEATURE_NS_ID, 1) \
	VALUE(PIDMAP_FEATURE_PID_ID, 2) \
	VALUE(PIDMAP_FEATURE_WATCH, 4) \
	VALUE(PIDMAP_RIGHT_IDENTITY, 1) \
	VALUE(PIDMAP_RIGHT_RAISED, 2) \
	VALUE(PIDMAP_START_TIME, 1) \
	VALUE(PIDMAP_EXPECT_START, 2) \
	VALUE(PIDMAP_PID_ID, 4) \
	VALUE(PIDMAP_TASK_EXITED, 1) \
	VALUE(PIDMAP_TASK_ENDED, 2) \
	VALUE(PIDMAP_WATCH_THREADS, 1) \
	VALUE(PIDMAP_RING_MIN, 4096) \
	VALUE(PIDMAP_RING_MAX, 16777216) \
	VALUE(PIDMAP_EVENT_SYNC, 0) \
	VALUE(PIDMAP_EVENT_FORK, 1) \
	VALUE(PIDMAP_EVENT_EXEC, 2) \
	VALUE(PIDMAP_EVENT_EXIT, 3) \
	VALUE(PIDMAP_EVENT_PAD, 4) \
	VALUE(PIDMAP_LIST_THREADS, 1) \
	VALUE(PIDMAP_LIST_DIRECT, 2) \
	VALUE(PIDMAP_CURSOR_END, 0xffffffffffffffffULL) \
	\
	VALUE(PIDMAP_INFO, NUMBER(0x00)) \
	VALUE(PIDMAP_TRANSLATE, NUMBER(0x01)) \
	VALUE(PIDMAP_TRANSLATE_MANY, NUMBER(0x02)) \
	VALUE(PIDMAP_TASK_IDS, NUMBER(0x03)) \
	VALUE(PIDMAP_PIDS, NUMBER(0x04)) \
	VALUE(PIDMAP_LIST, NUMBER(0x05)) \
	VALUE(PIDMAP_LIST_NS, NUMBER(0x06)) \
	VALUE(PIDMAP_BIND, NUMBER(0x07)) \
	VALUE(PIDMAP_BOUND_TID, NUMBER(0x08)) \
	VALUE(PIDMAP_BOUND_TGID, NUMBER(0x09)) \
	VALUE(PIDMAP_BOUND_PGID, NUMBER(0x0a)) \
	VALUE(PIDMAP_BOUND_SID, NUMBER(0x0b)) \
	VALUE(PIDMAP_SET_VIEW, NUMBER(0x0c)) \
	VALUE(PIDMAP_WATCH, NUMBER(0x0d))

#define FIELD_SIZE(type, field)	sizeof(((struct type *)0)->field)

/* A negative array size: C99 and C++98 know no static_assert(). */
#define PASTE_(a, b)		a##b
#define PASTE(a, b)		PASTE_(a, b)
#define HOLDS(what)		\
	extern char PASTE(holds_, __COUNTER__)[(what) ? 1 : -1];

#define SIZE(type, bytes)	HOLDS(sizeof(struct type) == (bytes))
#define FIELD(type, field, offset, bytes) \
	HOLDS(offsetof(struct type, field) == (offset)) \
	HOLDS(FIELD_SIZE(type, field) == (bytes))
#define VALUE(name, value)	HOLDS((name) == (value))
TABLE
#undef SIZE
#undef FIELD
#undef VALUE

struct check {
	const char *what;
	unsigned long long got;
	unsigned long long want;
};

#define SIZE(type, bytes)	\
	{ "size of struct " #type, sizeof(struct type), bytes },
#define FIELD(type, field, offset, bytes) \
	{ "offset of " #type "." #field, offsetof(struct type, field), \
	  offset }, \
	{ "size of " #type "." #field, FIELD_SIZE(type, field), bytes },
#define VALUE(name, value)	{ "value of " #name, name, value },

static const struct check checks[] = { TABLE };

int main(void)
{
	size_t n = sizeof(checks) / sizeof(checks[0]);
	int failed = 0;
	size_t i;

	printf("TAP version 13\n1..%lu\n", (unsigned long)n);
	for (i = 0; i < n; i++) {
		const struct check *c = &checks[i];
		int ok = c->got == c->want;

		printf("%sok %lu - %s is %llu\n", ok ? "" : "not ",
		       (unsigned long)i + 1, c->what, c->got);
		if (!ok) {
			printf("# %s should be %llu\n", c->what, c->want);
			failed++;
		}
	}
	return failed ? 1 : 0;
}
