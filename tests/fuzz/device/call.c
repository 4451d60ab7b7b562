// SPDX-License-Identifier: GPL-2.0-only
/* One ioctl, made by the process it is for, and what holds whoever asks. */
#include "device.h"

unsigned long long calls, foreseen;

static long do_call(void *arg)
{
	struct call *c = arg;
	long ret;

	kcov_begin(c->actor);
	ret = ioctl(c->fd, c->cmd, c->arg);
	if (ret < 0)
		ret = -errno;
	kcov_end(c->actor);
	return ret;
}

void fail_call(const struct call *c, const char *what)
{
	const struct operation *op = operation(c);
	unsigned int i;

	fprintf(stderr, "# %s by process %d on %d gave %ld (%s): %s\n#",
		op ? op->name : "ioctl", c->actor, c->fd, c->ret,
		err_name(c->ret), what);
	for (i = 0; i < c->len; i += 4)
		fprintf(stderr, " %x", get32(c->in, i));
	fprintf(stderr, "\n# array of %u bytes at place %d, struct at %d\n",
		c->array_len, c->array_place, c->place);
	harness_fail(__FILE__, __LINE__);
}

static void check_struct(const struct call *c, const struct operation *op,
			 const char *after)
{
	bool half = c->ret == -EFAULT || c->ret == -EINTR;
	unsigned int at, i;

	for (at = 0; at < c->len && at < sizeof(c->in); at++) {
		bool may = false;

		if ((unsigned char)after[at] == c->in[at])
			continue;
		for (i = 0; i < ARRAY_SIZE(op->out); i++)
			may |= at - op->out[i].at < op->out[i].len;
		if (op == &operations[0])
			may = true;
		/* how many there are is told where they do not fit */
		if (c->ret == -EINVAL && op == &operations[4])
			may &= at >= AT(pids, count) && !is_invalid(c, op);
		else
			may &= half || c->ret >= 0;
		if (!may)
			fail_call(c, "what is not (out) was written");
	}
}

static void check_array(const struct call *c, const struct operation *op,
			const char *after, const char *array)
{
	bool half = c->ret == -EFAULT || c->ret == -EINTR;
	unsigned int i, filled = 0;

	if (c->ret >= 0 && op == &operations[2])
		filled = get32(after, AT(translate_many, done)) * 4;
	if (c->ret >= 0 && op == &operations[4])
		filled = get32(after, AT(pids, count)) *
			 get32(after, AT(pids, stride));
	if (c->ret >= 0 && op->unit == 1)
		filled = get32(after, AT(list, used));
	if (half)
		filled = c->array_len;
	if (filled > c->array_len)
		fail_call(c, "more than there is room for");
	for (i = filled; i < c->array_len + 64 && array + i < array_rw + ROOM;
	     i++) {
		char was = i < sizeof(c->array_in) && op == &operations[2] &&
			   i < c->array_len ? (char)c->array_in[i] : 0x5a;

		if (array[i] != was)
			fail_call(c, "memory behind the answers was written");
	}
}

/*
 * Puts the struct and the array where they are to lie; says where they can be
 * read afterwards, if at all.
 */
static void lay_out(struct call *c, const struct operation *op, char **mem,
		    char **array)
{
	unsigned int len = c->len, size = get32(c->in, 0);

	/* what the size says is there, too */
	if (size > len && size <= PAGE)
		len = size;
	memset(array_rw, 0x5a, ROOM);
	memset(struct_rw, 0, STRUCT_MAX);
	if (op->array) {
		unsigned long at = address(c->array_place, array_rw, array_ro,
					   ROOM, c->array_len, array);

		if (*array && op == &operations[2])
			memcpy(*array, c->array_in,
			       c->array_len < sizeof(c->array_in) ?
			       c->array_len : sizeof(c->array_in));
		put64(c->in, op->array, at);
		if (op == &operations[2])
			put64(c->in, AT(translate_many, numbers), at);
	}
	c->arg = address(c->place, struct_rw, struct_ro, STRUCT_MAX, len, mem);
	if (c->place == CROSSING)
		memcpy((void *)c->arg, c->in,
		       len < sizeof(c->in) ? len / 2 : sizeof(c->in));
	if (*mem)
		memcpy(*mem, c->in, len < sizeof(c->in) ? len : sizeof(c->in));
}

/* Of an ioctl without a struct */
static void check_bare(const struct call *c)
{
	if (c->cmd >= PIDMAP_BOUND_TID && c->cmd <= PIDMAP_BOUND_SID) {
		/* only the low half counts; nothing may be bound yet */
		if ((__s32)c->arg <= 0 && c->ret >= 0 && c->fd < ODD_FDS &&
		    c->fd >= OWN)
			fail_call(c, "no number, so no answer");
	} else if (c->ret >= 0 && c->fd >= OWN && c->fd < ODD_FDS) {
		fail_call(c, "no ioctl, so ENOTTY");
	}
}

static void check_errno(const struct call *c, const struct operation *op)
{
	if (c->ret > 0)
		fail_call(c, "neither 0 nor an errno");
	if (c->fd >= OWN && c->fd <= INHERITED && c->ret != -EBADF &&
	    readable(c->place)) {
		bool invalid = is_invalid(c, op);
		bool big = !invalid && is_too_big(c, op);

		foreseen += invalid || big;
		if (invalid && c->ret != -EINVAL)
			fail_call(c, "invalid, so EINVAL");
		if (big && c->ret != -E2BIG)
			fail_call(c, "more than there is, so E2BIG");
	}
	if (!c->ret && must_fail(c, op))
		fail_call(c, "this cannot succeed");
	if (!c->ret && (c->fd < OWN || c->fd > INHERITED))
		fail_call(c, "this is no open device");
}

/* Prepares memory, calls, and checks what holds whoever asks. */
void make_call(struct call *c)
{
	struct call *there = shared(sizeof(*there));
	const struct operation *op = operation(c);
	char *mem = NULL, *array = NULL;

	if (op)
		lay_out(c, op, &mem, &array);
	*there = *c;
	c->ret = run(held[c->actor], do_call, there);
	calls++;
	if (!op) {
		check_bare(c);
		return;
	}
	check_errno(c, op);
	if (mem)
		check_struct(c, op, mem);
	if (mem && array && c->array_len)
		check_array(c, op, mem, array);
}
