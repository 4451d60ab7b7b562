// SPDX-License-Identifier: GPL-2.0-only
/* What the ABI says of the operations: their structs, and what is refused. */
#include "device.h"

#define STAMP	(PIDMAP_START_TIME | PIDMAP_EXPECT_START | PIDMAP_PID_ID)
#define OUT(s, f)	{ AT(s, f), sizeof(((struct pidmap_##s *)0)->f) }

const struct operation operations[] = {
	{
		.name = "info", .len = sizeof(struct pidmap_info),
		.out = { { 0, sizeof(struct pidmap_info) } },
	}, {
		.name = "translate", .len = sizeof(struct pidmap_translate),
		.flags = STAMP,
		.type = AT(translate, type), .nr = AT(translate, nr),
		.from = AT(translate, from), .to = AT(translate, to),
		.reserved = { AT(translate, reserved) },
		.out = { OUT(translate, start_time), OUT(translate, result),
			 OUT(translate, pid_id) },
	}, {
		.name = "translate-many",
		.len = sizeof(struct pidmap_translate_many),
		.type = AT(translate_many, type),
		.from = AT(translate_many, from), .to = AT(translate_many, to),
		.reserved = { AT(translate_many, reserved) },
		.array = AT(translate_many, results),
		.count = AT(translate_many, count), .unit = 4,
		.out = { OUT(translate_many, done) },
	}, {
		.name = "task-ids", .len = sizeof(struct pidmap_task_ids),
		.flags = STAMP, .nr = AT(task_ids, nr),
		.from = AT(task_ids, from), .to = AT(task_ids, to),
		.reserved = { AT(task_ids, reserved),
			      AT(task_ids, reserved2) },
		.out = { OUT(task_ids, start_time), { AT(task_ids, tid), 20 },
			 OUT(task_ids, pid_id) },
	}, {
		.name = "pids", .len = sizeof(struct pidmap_pids),
		.flags = STAMP,
		.type = AT(pids, type), .nr = AT(pids, nr),
		.from = AT(pids, from), .reserved = { AT(pids, reserved) },
		.array = AT(pids, pids),
		.count = AT(pids, capacity), .unit = sizeof(struct pidmap_pid),
		.out = { OUT(pids, start_time), OUT(pids, count),
			 OUT(pids, pid_id) },
	}, {
		.name = "list", .len = sizeof(struct pidmap_list),
		.flags = PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT,
		.from = AT(list, ns), .reserved = { AT(list, reserved) },
		.array = AT(list, buffer), .count = AT(list, buffer_size),
		.unit = 1,
		.out = { OUT(list, cursor), OUT(list, used), OUT(list, count) },
	}, {
		.name = "list-ns", .len = sizeof(struct pidmap_list),
		.from = AT(list, ns), .reserved = { AT(list, reserved) },
		.array = AT(list, buffer), .count = AT(list, buffer_size),
		.unit = 1,
		.out = { OUT(list, cursor), OUT(list, used), OUT(list, count) },
	}, {
		.name = "bind", .len = sizeof(struct pidmap_bind),
		.from = AT(bind, from), .to = AT(bind, to),
	}, {
		.name = "set-view", .len = sizeof(struct pidmap_set_view),
		.from = AT(set_view, ns),
	}, {
		.name = "watch", .len = sizeof(struct pidmap_watch),
		.flags = PIDMAP_WATCH_THREADS,
		.from = AT(watch, ns), .reserved = { AT(watch, reserved) },
	},
};

#define LIST_MIN	240U	/* record_min of struct pidmap_info */

__u32 get32(const void *base, unsigned int at)
{
	__u32 value;

	memcpy(&value, (const char *)base + at, sizeof(value));
	return value;
}

__u64 get64(const void *base, unsigned int at)
{
	__u64 value;

	memcpy(&value, (const char *)base + at, sizeof(value));
	return value;
}

void put32(void *base, unsigned int at, __u32 value)
{
	memcpy((char *)base + at, &value, sizeof(value));
}

void put64(void *base, unsigned int at, __u64 value)
{
	memcpy((char *)base + at, &value, sizeof(value));
}

const struct operation *operation(const struct call *c)
{
	unsigned int nr = c->cmd == PIDMAP_SET_VIEW ? 8 :
			  c->cmd == PIDMAP_WATCH ? 9 : c->cmd & 0xff;

	return c->len ? &operations[nr] : NULL;
}

/* Does it ask for more than there is? */
bool is_too_big(const struct call *c, const struct operation *op)
{
	__u32 size = get32(c->in, 0);
	unsigned int i;

	if (size > PIDMAP_SIZE_MAX)
		return true;
	for (i = op->len; i < size && i < sizeof(c->in); i++)
		if (c->in[i])
			return true;
	return false;
}

/* Does the ABI say EINVAL, whoever asks and whatever there is? */
bool is_invalid(const struct call *c, const struct operation *op)
{
	unsigned int i, kind;

	if (get32(c->in, 0) < op->len)
		return true;
	if (is_too_big(c, op) || op == &operations[0])
		return false;	/* the rest of INFO is all (out) */
	if (get32(c->in, 4) & ~op->flags)
		return true;
	if (op->type && get32(c->in, op->type) > PIDMAP_SID)
		return true;
	for (i = 0; i < ARRAY_SIZE(op->reserved); i++)
		if (op->reserved[i] && get32(c->in, op->reserved[i]))
			return true;
	if (op->unit == 1 && get32(c->in, op->count) < LIST_MIN)
		return true;
	if (op == &operations[4] &&
	    (get32(c->in, AT(pids, stride)) < PIDMAP_PID_SIZE_V1 ||
	     get32(c->in, AT(pids, stride)) > PIDMAP_SIZE_MAX))
		return true;
	if (op == &operations[9]) {
		__u32 size = get32(c->in, AT(watch, ring_size));

		if (size < PIDMAP_RING_MIN || size > PIDMAP_RING_MAX ||
		    size & (size - 1))
			return true;
	}
	kind = get32(c->in, op->from);
	if (op == &operations[8] && (kind != PIDMAP_NS_FD ||
				     get32(c->in, op->from + 4)))
		return true;
	if (op == &operations[7] && (kind == PIDMAP_NS_BOUND ||
				     get32(c->in, op->to) == PIDMAP_NS_BOUND))
		return true;
	return false;
}

/* Can this name never be right? */
static bool is_no_name(const unsigned char *ref)
{
	__u64 value = get64(ref, 8);

	if (get32(ref, 4))
		return true;
	switch (get32(ref, 0)) {
	case PIDMAP_NS_VIEW:
	case PIDMAP_NS_BOUND:
		return value;
	case PIDMAP_NS_FD:
		return value > INT32_MAX ||
		       (value >= ODD_FDS &&
			value < (__u64)ODD_FDS + n_odd_fds - 1);
	case PIDMAP_NS_TID:
		return !value || value > INT32_MAX;
	case PIDMAP_NS_INUM:
		return !value || value > UINT32_MAX;
	case PIDMAP_NS_ID:
		return !value;
	case PIDMAP_NS_LEVEL:
		return value > PIDMAP_MAX_LEVEL;
	default:
		return true;
	}
}

static bool needs_right(const unsigned char *ref)
{
	__u32 kind = get32(ref, 0);

	return kind == PIDMAP_NS_TID || kind == PIDMAP_NS_INUM ||
	       kind == PIDMAP_NS_ID;
}

bool must_fail(const struct call *c, const struct operation *op)
{
	__u64 start = op->flags == STAMP &&
		      get32(c->in, 4) & PIDMAP_EXPECT_START ?
		      get64(c->in, op->out[0].at) : 0;

	if (!readable(c->place))
		return true;
	if (op->out[0].len && !writable(c->place))
		return true;
	if (no_right[c->actor] &&
	    (op->unit == 1 || op == &operations[9] ||
	     (op->from && needs_right(c->in + op->from)) ||
	     (op->to && needs_right(c->in + op->to))))
		return true;
	/* in the year 2262 */
	if (start > INT64_MAX)
		return true;
	return (op->from && is_no_name(c->in + op->from)) ||
	       (op->to && is_no_name(c->in + op->to)) ||
	       (op->nr && (int)get32(c->in, op->nr) <= 0);
}
