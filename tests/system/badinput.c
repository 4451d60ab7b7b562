// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every field of every struct wrong in turn with all else right: the errno that
 * belongs to it, and nothing written.
 */
#include "test.h"

#include <poll.h>

#include <linux/kd.h>

#define BIGGEST	128
#define NOTHING	(-1)

/* What a request points to */
struct room {
	int numbers[8];
	int results[8];
	struct pidmap_pid pids[8];
	char records[1024];
};

struct operation {
	const char *name;
	unsigned int request;
	unsigned int size;
	void (*fill)(void *arg, struct room *room);
	struct wrong {
		unsigned int offset;
		unsigned int size;
		__u64 value;
		int errnum;
	} wrong[40];
};

#define AT(type, field)	\
	offsetof(struct type, field), sizeof(((struct type *)0)->field)

/* A nsref wrong in each of its fields; flags and so on come before it. */
#define WRONG_REF(type, ref) \
	{ AT(type, ref.kind), 7, EINVAL }, \
	{ AT(type, ref.kind), ~0U, EINVAL }, \
	{ AT(type, ref.kind), 1U << 31, EINVAL }, \
	{ AT(type, ref.kind), PIDMAP_NS_BOUND, NOTHING }, \
	{ AT(type, ref.reserved), 1, EINVAL }, \
	{ AT(type, ref.reserved), 1U << 31, EINVAL }, \
	{ AT(type, ref.value), 1, EINVAL }, \
	{ AT(type, ref.value), 1ULL << 63, EINVAL }

#define WRONG_SIZE(type) \
	{ AT(type, size), 0, EINVAL }, \
	{ AT(type, size), 4, EINVAL }, \
	{ AT(type, size), sizeof(struct type) - 8, EINVAL }, \
	{ AT(type, size), sizeof(struct type) - 1, EINVAL }, \
	{ AT(type, size), 4097, E2BIG }, \
	{ AT(type, size), 1U << 31, E2BIG }, \
	{ AT(type, size), ~0U, E2BIG }

static void fill_info(void *arg, struct room *room)
{
	struct pidmap_info *i = arg;

	(void)room;
	i->size = sizeof(*i);
}

static void fill_translate(void *arg, struct room *room)
{
	struct pidmap_translate *t = arg;

	(void)room;
	t->size = sizeof(*t);
	t->type = PIDMAP_TGID;
	t->nr = self->pid;
	t->result = 0x55555555;
}

static void fill_many(void *arg, struct room *room)
{
	struct pidmap_translate_many *t = arg;

	t->size = sizeof(*t);
	t->type = PIDMAP_TGID;
	t->count = 4;
	t->numbers = (uintptr_t)room->numbers;
	t->results = (uintptr_t)room->results;
	t->done = 0x55555555;
}

static void fill_task_ids(void *arg, struct room *room)
{
	struct pidmap_task_ids *t = arg;

	(void)room;
	t->size = sizeof(*t);
	t->nr = self->pid;
	t->tid = 0x55555555;
	t->tgid = 0x55555555;
	t->pgid = 0x55555555;
	t->sid = 0x55555555;
	t->ppid = 0x55555555;
}

static void fill_pids(void *arg, struct room *room)
{
	struct pidmap_pids *t = arg;

	t->size = sizeof(*t);
	t->type = PIDMAP_TGID;
	t->nr = self->pid;
	t->pids = (uintptr_t)room->pids;
	t->capacity = 8;
	t->stride = sizeof(room->pids[0]);
	t->count = 0x55555555;
}

static void fill_list(void *arg, struct room *room)
{
	struct pidmap_list *t = arg;

	t->size = sizeof(*t);
	t->buffer = (uintptr_t)room->records;
	t->buffer_size = sizeof(room->records);
	t->used = 0x55555555;
	t->count = 0x55555555;
}

static void fill_bind(void *arg, struct room *room)
{
	struct pidmap_bind *b = arg;

	(void)room;
	b->size = sizeof(*b);
}

static const struct operation operations[] = {
	{ "INFO", PIDMAP_INFO, sizeof(struct pidmap_info), fill_info, {
		WRONG_SIZE(pidmap_info),
	} },
	{ "TRANSLATE", PIDMAP_TRANSLATE, sizeof(struct pidmap_translate),
	  fill_translate, {
		WRONG_SIZE(pidmap_translate),
		{ AT(pidmap_translate, type), 4, EINVAL },
		{ AT(pidmap_translate, type), 1U << 31, EINVAL },
		{ AT(pidmap_translate, type), ~0U, EINVAL },
		{ AT(pidmap_translate, nr), 0, ESRCH },
		{ AT(pidmap_translate, nr), ~0U, ESRCH },
		{ AT(pidmap_translate, nr), 1U << 31, ESRCH },
		{ AT(pidmap_translate, flags), PIDMAP_EXPECT_START, ESTALE },
		{ AT(pidmap_translate, reserved), 1, EINVAL },
		{ AT(pidmap_translate, reserved), 1U << 31, EINVAL },
		WRONG_REF(pidmap_translate, from),
		WRONG_REF(pidmap_translate, to),
	} },
	{ "TRANSLATE_MANY", PIDMAP_TRANSLATE_MANY,
	  sizeof(struct pidmap_translate_many), fill_many, {
		WRONG_SIZE(pidmap_translate_many),
		{ AT(pidmap_translate_many, type), 4, EINVAL },
		{ AT(pidmap_translate_many, type), ~0U, EINVAL },
		{ AT(pidmap_translate_many, reserved), 1, EINVAL },
		{ AT(pidmap_translate_many, reserved), 1U << 31, EINVAL },
		WRONG_REF(pidmap_translate_many, from),
		WRONG_REF(pidmap_translate_many, to),
	} },
	{ "TASK_IDS", PIDMAP_TASK_IDS, sizeof(struct pidmap_task_ids),
	  fill_task_ids, {
		WRONG_SIZE(pidmap_task_ids),
		{ AT(pidmap_task_ids, nr), 0, ESRCH },
		{ AT(pidmap_task_ids, nr), ~0U, ESRCH },
		{ AT(pidmap_task_ids, flags), PIDMAP_EXPECT_START, ESTALE },
		{ AT(pidmap_task_ids, reserved), 1, EINVAL },
		{ AT(pidmap_task_ids, reserved), 1U << 31, EINVAL },
		{ AT(pidmap_task_ids, reserved2), 1, EINVAL },
		{ AT(pidmap_task_ids, reserved2), 1U << 31, EINVAL },
		WRONG_REF(pidmap_task_ids, from),
		WRONG_REF(pidmap_task_ids, to),
	} },
	{ "PIDS", PIDMAP_PIDS, sizeof(struct pidmap_pids), fill_pids, {
		WRONG_SIZE(pidmap_pids),
		{ AT(pidmap_pids, type), 4, EINVAL },
		{ AT(pidmap_pids, type), ~0U, EINVAL },
		{ AT(pidmap_pids, nr), 0, ESRCH },
		{ AT(pidmap_pids, nr), ~0U, ESRCH },
		{ AT(pidmap_pids, flags), PIDMAP_EXPECT_START, ESTALE },
		{ AT(pidmap_pids, stride), 0, EINVAL },
		{ AT(pidmap_pids, stride), 15, EINVAL },
		{ AT(pidmap_pids, stride), ~0U, EINVAL },
		{ AT(pidmap_pids, reserved), 1, EINVAL },
		{ AT(pidmap_pids, reserved), 1U << 31, EINVAL },
		WRONG_REF(pidmap_pids, from),
	} },
	{ "LIST", PIDMAP_LIST, sizeof(struct pidmap_list), fill_list, {
		WRONG_SIZE(pidmap_list),
		{ AT(pidmap_list, buffer_size), 0, EINVAL },
		{ AT(pidmap_list, buffer_size), 23, EINVAL },
		{ AT(pidmap_list, reserved), 1, EINVAL },
		{ AT(pidmap_list, reserved), 1U << 31, EINVAL },
		WRONG_REF(pidmap_list, ns),
	} },
	{ "LIST_NS", PIDMAP_LIST_NS, sizeof(struct pidmap_list), fill_list, {
		WRONG_SIZE(pidmap_list),
		{ AT(pidmap_list, buffer_size), 0, EINVAL },
		{ AT(pidmap_list, buffer_size), 39, EINVAL },
		{ AT(pidmap_list, reserved), 1, EINVAL },
		{ AT(pidmap_list, reserved), 1U << 31, EINVAL },
		WRONG_REF(pidmap_list, ns),
	} },
	{ "BIND", PIDMAP_BIND, sizeof(struct pidmap_bind), fill_bind, {
		WRONG_SIZE(pidmap_bind),
		WRONG_REF(pidmap_bind, from),
		WRONG_REF(pidmap_bind, to),
	} },
};

/* Older kernels have no such ID, and refuse the flag in words of its own. */
static unsigned int pid_id_flag(void)
{
	struct pidmap_info i;

	check_eq(info(self, OWN, &i), 0);
	return i.features & PIDMAP_FEATURE_PID_ID ? PIDMAP_PID_ID : 0;
}

/* The flags each of them knows; none has another field for them. */
static unsigned int flags_of(const struct operation *op)
{
	switch (op->request) {
	case PIDMAP_TRANSLATE:
	case PIDMAP_TASK_IDS:
	case PIDMAP_PIDS:
		return PIDMAP_START_TIME | pid_id_flag();
	case PIDMAP_LIST:
		return PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT;
	default:
		return 0;
	}
}

/* Flags that fail for another reason than being unknown. */
static unsigned int stamp_flags(const struct operation *op)
{
	return op->request == PIDMAP_TRANSLATE ||
	       op->request == PIDMAP_TASK_IDS || op->request == PIDMAP_PIDS ?
	       PIDMAP_EXPECT_START | PIDMAP_PID_ID : 0;
}

static struct room *fresh_room(void)
{
	struct room *room = shared(sizeof(*room));
	size_t i;

	memset(room, 0x55, sizeof(*room));
	for (i = 0; i < ARRAY_SIZE(room->numbers); i++)
		room->numbers[i] = self->pid;
	return room;
}

/* Writes a number of @size bytes as this machine has it. */
static void put(void *to, __u64 value, size_t size)
{
	__u32 word = value;
	__u16 half = value;

	memcpy(to, size == 8 ? (void *)&value : size == 4 ? (void *)&word :
	       (void *)&half, size);
}

/* The request fails with @errnum, and both it and its room stay as they were. */
static void check_fails(const struct operation *op, void *arg,
			struct room *room, int errnum, const char *what,
			unsigned long long value)
{
	unsigned char before[BIGGEST];
	struct room room_before = *room;
	int ret;

	memcpy(before, arg, BIGGEST);
	ret = call_raw(self, OWN, op->request, arg);
	if (ret != -errnum)
		rig_fail(__FILE__, __LINE__,
			 "%s with %s %#llx: %s, should be %s", op->name, what,
			 value, ret ? err_name(ret) : "no error",
			 err_name(-errnum));
	if (memcmp(before, arg, BIGGEST))
		rig_fail(__FILE__, __LINE__, "%s with %s %#llx writes",
			 op->name, what, value);
	if (memcmp(&room_before, room, sizeof(*room)))
		rig_fail(__FILE__, __LINE__, "%s with %s %#llx writes results",
			 op->name, what, value);
}

static void each_field_in_turn(void **state)
{
	unsigned char *arg = shared(BIGGEST);
	struct room *room = fresh_room();
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		for (k = 0; k < ARRAY_SIZE(op->wrong); k++) {
			const struct wrong *w = &op->wrong[k];
			char what[32];
			int errnum = w->errnum;

			if (!errnum)
				break;
			memset(arg, 0, BIGGEST);
			op->fill(arg, room);
			put(arg + w->offset, w->value, w->size);
			if (errnum == NOTHING)
				errnum = op->request == PIDMAP_LIST ||
					 op->request == PIDMAP_LIST_NS ||
					 op->request == PIDMAP_BIND ?
					 EINVAL : ENODATA;
			snprintf(what, sizeof(what), "bytes %u to %u",
				 w->offset, w->offset + w->size - 1);
			check_fails(op, arg, room, errnum, what, w->value);
		}
		check(k > 0);
	}
}

static void each_unknown_flag(void **state)
{
	unsigned char *arg = shared(BIGGEST);
	struct room *room = fresh_room();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		unsigned int bit;

		if (op->request == PIDMAP_INFO)
			continue;
		for (bit = 0; bit < 32; bit++) {
			__u32 flags = 1U << bit;

			if (flags & (flags_of(op) | stamp_flags(op)))
				continue;
			memset(arg, 0, BIGGEST);
			op->fill(arg, room);
			memcpy(arg + 4, &flags, 4);
			check_fails(op, arg, room, EINVAL, "flags", flags);
			flags |= flags_of(op);
			memcpy(arg + 4, &flags, 4);
			check_fails(op, arg, room, EINVAL, "flags", flags);
		}
	}
}

/* With nothing wrong, each works: else the above shows nothing. */
static void nothing_wrong(void **state)
{
	unsigned char *arg = shared(BIGGEST);
	struct room *room = fresh_room();
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];
		__u32 flags = flags_of(op);

		memset(arg, 0, BIGGEST);
		op->fill(arg, room);
		check_eq(call_raw(self, OWN, op->request, arg), 0);
		if (op->request == PIDMAP_BIND)
			reopen(self);
		if (op->request == PIDMAP_INFO)
			continue;
		memset(arg, 0, BIGGEST);
		op->fill(arg, room);
		memcpy(arg + 4, &flags, 4);
		check_eq(call_raw(self, OWN, op->request, arg), 0);
		reopen(self);
	}
}

static void every_size(void **state)
{
	unsigned char *arg = shared(8192);
	struct room *room = fresh_room();
	size_t i;
	__u32 size;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		for (size = 0; size < op->size; size++) {
			memset(arg, 0, 8192);
			op->fill(arg, room);
			memcpy(arg, &size, 4);
			check_fails(op, arg, room, EINVAL, "size", size);
		}
		for (; size <= 4096; size += size < 200 ? 1 : 97) {
			memset(arg, 0, 8192);
			op->fill(arg, room);
			memcpy(arg, &size, 4);
			/* what is behind is not looked at */
			memset(arg + size, 0x55, 8);
			check_eq(call_raw(self, OWN, op->request, arg), 0);
			check_eq(arg[size], 0x55);
			if (op->request == PIDMAP_BIND)
				reopen(self);
			if (size == op->size)
				continue;
			memset(arg, 0, 8192);
			op->fill(arg, room);
			memcpy(arg, &size, 4);
			arg[size - 1] = 1;
			check_fails(op, arg, room, E2BIG, "tail of size",
				    size);
		}
		size = 4096;
		memset(arg, 0, 8192);
		op->fill(arg, room);
		memcpy(arg, &size, 4);
		check_eq(call_raw(self, OWN, op->request, arg), 0);
		if (op->request == PIDMAP_BIND)
			reopen(self);
		memset(arg, 0, 8192);
		for (size = 4097; size < 4200; size++) {
			op->fill(arg, room);
			memcpy(arg, &size, 4);
			check_fails(op, arg, room, E2BIG, "size", size);
		}
	}
}

static void bad_pointers(void **state)
{
	__u64 bad[] = { 0, 8, -4096, ~0ULL, -2, 1ULL << 47, 1ULL << 63,
			0xffff888000000000, 0xffffffff81000000 };
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++)
		for (k = 0; k < ARRAY_SIZE(bad); k++)
			check_eq(call_raw(self, OWN, operations[i].request,
					  (void *)(uintptr_t)bad[k]),
				 -EFAULT);
}

/* The struct ends @room bytes before the end of memory. */
static void structs_into_a_hole(void **state)
{
	struct room *room = fresh_room();
	char *mem = before_a_hole(1);
	size_t i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		for (k = 0; k <= op->size; k++) {
			unsigned char whole[BIGGEST] = { 0 };
			struct room before = *room;
			char *arg = mem + PAGE_BYTES - k;

			op->fill(whole, room);
			memcpy(arg, whole, k);
			check_eq(call_raw(self, OWN, op->request, arg),
				 k == op->size ? 0 : -EFAULT);
			if (k == op->size)
				continue;
			check(!memcmp(arg, whole, k));
			check(!memcmp(&before, room, sizeof(before)));
		}
		*room = *fresh_room();
	}
	munmap(mem, PAGE_BYTES);
}

/* Requests in memory that cannot be written: the answer cannot be given. */
static void readonly_structs(void **state)
{
	struct room *room = fresh_room();
	unsigned char *mem = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE,
				  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	size_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(operations); i++) {
		const struct operation *op = &operations[i];

		check_eq(mprotect(mem, PAGE_BYTES, PROT_READ | PROT_WRITE), 0);
		memset(mem, 0, PAGE_BYTES);
		op->fill(mem, room);
		check_eq(mprotect(mem, PAGE_BYTES, PROT_READ), 0);
		check_eq(call_raw(self, OWN, op->request, mem),
			 op->request == PIDMAP_BIND ? 0 : -EFAULT);
		reopen(self);
	}
	munmap(mem, PAGE_BYTES);
}

static void fields_that_are_out_only(void **state)
{
	unsigned char *arg = shared(BIGGEST);
	struct pidmap_translate *t = (void *)arg;
	struct pidmap_task_ids *ids = (void *)arg;
	struct pidmap_info *i0 = (void *)arg;

	(void)state;
	memset(arg, 0xff, BIGGEST);
	i0->size = sizeof(*i0);
	check_eq(call_raw(self, OWN, PIDMAP_INFO, arg), 0);
	check_eq(i0->max_level, PIDMAP_MAX_LEVEL);

	memset(arg, 0, BIGGEST);
	fill_translate(arg, NULL);
	t->result = -1;
	check_eq(call_raw(self, OWN, PIDMAP_TRANSLATE, arg), 0);
	check_eq(t->result, self->pid);

	memset(arg, 0, BIGGEST);
	fill_task_ids(arg, NULL);
	memset(&ids->tid, 0xff, 20);
	check_eq(call_raw(self, OWN, PIDMAP_TASK_IDS, arg), 0);
	check_eq(ids->tid, self->pid);
	check_eq(ids->reserved2, 0);
}

static void unknown_ioctls(void **state)
{
	unsigned char *arg = shared(4096);
	unsigned int nr, request;
	int size = 64;

	(void)state;
	memcpy(arg, &size, 4);
	for (nr = 0x0e; nr < 256; nr++)
		check_eq(call_raw(self, OWN, _IO(PIDMAP_IOC_MAGIC, nr), arg),
			 -ENOTTY);
	/* our numbers with a direction and size, or of another letter */
	for (nr = 0; nr < 0x0e; nr++) {
		check_eq(call_raw(self, OWN, _IOWR(PIDMAP_IOC_MAGIC, nr,
						   struct pidmap_translate),
				  arg), -ENOTTY);
		check_eq(call_raw(self, OWN, _IO(PIDMAP_IOC_MAGIC + 1, nr),
				  arg), -ENOTTY);
	}
	/* 2 is FIGETBSZ, which never reaches a driver */
	for (request = 0; request < 32; request++)
		if (request != 1)
			check_eq(call_raw(self, OWN, 1U << request, NULL),
				 -ENOTTY);
	check_eq(call_raw(self, OWN, KDGKBTYPE, arg), -ENOTTY);
	check_eq(call_raw(self, OWN, ~0U, arg), -ENOTTY);
}

/* Nothing else can be done to the device, unless it is watched. */
static void no_other_calls(void **state)
{
	struct pollfd poller = { .fd = OWN, .events = POLLIN };
	char byte = 0;

	(void)state;
	check(read(OWN, &byte, 1) < 0 && errno == ENODATA);
	check(write(OWN, &byte, 1) < 0 && errno == EINVAL);
	check(lseek(OWN, 0, SEEK_SET) < 0 && errno == ESPIPE);
	check(mmap(NULL, PAGE_BYTES, PROT_READ, MAP_SHARED, OWN, 0) == MAP_FAILED);
	check_eq(errno, ENODATA);
	check_eq(poll(&poller, 1, 0), 1);
	check_eq(poller.revents, POLLERR);
}

static void any_open_mode_will_do(void **state)
{
	static const int modes[] = { O_RDONLY, O_WRONLY, O_RDWR };
	size_t i;
	int fd;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		fd = open(DEVICE, modes[i]);
		check(fd >= 0);
		check_eq(translate_on(self, fd, PIDMAP_TID, self->pid, VIEW,
				      VIEW), self->pid);
		close(fd);
	}
	fd = open(DEVICE, O_PATH);
	check_eq(translate_on(self, fd, PIDMAP_TID, self->pid, VIEW, VIEW),
		 -EBADF);
	close(fd);
}

static const struct CMUnitTest tests[] = {
	TEST(nothing_wrong),
	TEST(each_field_in_turn),
	TEST(each_unknown_flag),
	TEST(every_size),
	TEST(bad_pointers),
	TEST(structs_into_a_hole),
	TEST(readonly_structs),
	TEST(fields_that_are_out_only),
	TEST(unknown_ioctls),
	TEST(no_other_calls),
	TEST(any_open_mode_will_do),
};

RUN(tests)
