// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls, with user memory: every field of every struct wrong in turn
 * with all else right. The view is a made-up namespace below the initial one.
 */
#include <kunit/test.h>
#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/limits.h>
#include <linux/uaccess.h>

#include "fake.h"
#include "ioctl.h"
#include "kunit_compat.h"
#include "record.h"
#include "view.h"

#define UNTOUCHED 0x55555555

/* The length of a record of one or two numbers. */
#define RECORD 64

/* A request may be this long, and so may what a caller appends to it. */
#define MOST 256

struct fake_device {
	struct pid_namespace *view, *inner;
	struct task_struct *init, *task;
	struct pidmap_file pf;
	struct file *file;
	void __user *page;
	int ns_fd;	/* of the initial namespace; 0 if not opened yet */
	union {
		u32 size;
		struct pidmap_info info;
		struct pidmap_translate translate;
		struct pidmap_translate_many many;
		struct pidmap_task_ids task_ids;
		struct pidmap_pids pids;
		struct pidmap_list list;
		struct pidmap_bind bind;
		struct pidmap_set_view set_view;
		u8 bytes[MOST];
	} in, out;
};

static int device_init(struct kunit *test)
{
	struct fake_device *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	unsigned long page;

	KUNIT_ASSERT_NOT_NULL(test, d);
	test->priv = d;
	d->view = fake_ns(test, &init_pid_ns);
	d->inner = fake_ns(test, d->view);
	d->init = fake_task(test, fake_pid(test, d->view,
					   (pid_t[]){ 900000, 1 }), NULL);
	d->task = fake_task(test, fake_pid(test, d->inner,
					   (pid_t[]){ 900001, 20, 1 }), NULL);
	d->file = kunit_kzalloc(test, sizeof(*d->file), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, d->file);
	d->file->f_cred = current_cred();
	d->file->private_data = &d->pf;
	d->pf.ns = d->view;
	d->pf.opener = d->view;

	page = fake_user_page(test);
	if (!page)
		kunit_skip(test, "no user memory in a module of this kernel");
	KUNIT_ASSERT_FALSE(test, IS_ERR_VALUE(page));
	d->page = (void __user *)page;
	return 0;
}

static void device_exit(struct kunit *test)
{
	struct fake_device *d = test->priv;

	if (!d)
		return;
	get_pid_ns(d->pf.opener);	/* the one that open(2) takes */
	pidmap_view_release(&d->pf);
}

/* Buffers of a request are in the second half of the page. */
static u64 room(struct fake_device *d)
{
	return (unsigned long)d->page + PAGE_SIZE / 2;
}

/* The request d->in, of @size bytes; what it has become is in d->out. */
static int call(struct kunit *test, unsigned int cmd, size_t size)
{
	struct fake_device *d = test->priv;
	int ret;

	KUNIT_ASSERT_LE(test, size, MOST);
	KUNIT_ASSERT_EQ(test, 0, copy_to_user(d->page, &d->in, size));
	ret = pidmap_ioctl(d->file, cmd, (unsigned long)d->page);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(&d->out, d->page, size));
	return ret;
}

/* ---------------------------------------------------- what all have alike */

struct operation {
	const char *name;
	unsigned int cmd;
	u32 first;	/* size of the first version */
	u32 size;
	/* offsets of what must be zero, ending with 0 */
	u16 zeros[4];
	/* offsets of the names in it, ending with 0 */
	u16 names[3];
	u32 flags;
	u16 flags_at;
	/* offset of a type, or 0 */
	u16 type_at;
	/* from here on and to here, what is written */
	u16 out_from, out_to;
};

#define AT(type, field)	offsetof(struct type, field)
#define TO(type, field)	offsetofend(struct type, field)
#define STAMP_FLAGS	(PIDMAP_START_TIME | PIDMAP_EXPECT_START | \
			 PIDMAP_PID_ID)

static const struct operation operations[] = {
	{
		.name = "TRANSLATE", .cmd = PIDMAP_TRANSLATE,
		.first = PIDMAP_TRANSLATE_SIZE_V1,
		.size = sizeof(struct pidmap_translate),
		.zeros = { AT(pidmap_translate, reserved) },
		.names = { AT(pidmap_translate, from),
			   AT(pidmap_translate, to) },
		.flags = STAMP_FLAGS,
		.flags_at = AT(pidmap_translate, flags),
		.type_at = AT(pidmap_translate, type),
		.out_from = AT(pidmap_translate, start_time),
		.out_to = TO(pidmap_translate, pid_id),
	}, {
		.name = "TRANSLATE_MANY", .cmd = PIDMAP_TRANSLATE_MANY,
		.first = PIDMAP_TRANSLATE_MANY_SIZE_V1,
		.size = sizeof(struct pidmap_translate_many),
		.zeros = { AT(pidmap_translate_many, reserved) },
		.names = { AT(pidmap_translate_many, from),
			   AT(pidmap_translate_many, to) },
		.flags_at = AT(pidmap_translate_many, flags),
		.type_at = AT(pidmap_translate_many, type),
		.out_from = AT(pidmap_translate_many, done),
		.out_to = TO(pidmap_translate_many, done),
	}, {
		.name = "TASK_IDS", .cmd = PIDMAP_TASK_IDS,
		.first = PIDMAP_TASK_IDS_SIZE_V1,
		.size = sizeof(struct pidmap_task_ids),
		.zeros = { AT(pidmap_task_ids, reserved),
			   AT(pidmap_task_ids, reserved2) },
		.names = { AT(pidmap_task_ids, from), AT(pidmap_task_ids, to) },
		.flags = STAMP_FLAGS,
		.flags_at = AT(pidmap_task_ids, flags),
		.out_from = AT(pidmap_task_ids, start_time),
		.out_to = TO(pidmap_task_ids, pid_id),
	}, {
		.name = "PIDS", .cmd = PIDMAP_PIDS,
		.first = PIDMAP_PIDS_SIZE_V1,
		.size = sizeof(struct pidmap_pids),
		.zeros = { AT(pidmap_pids, reserved) },
		.names = { AT(pidmap_pids, from) },
		.flags = STAMP_FLAGS,
		.flags_at = AT(pidmap_pids, flags),
		.type_at = AT(pidmap_pids, type),
		.out_from = AT(pidmap_pids, start_time),
		.out_to = TO(pidmap_pids, pid_id),
	}, {
		.name = "LIST", .cmd = PIDMAP_LIST,
		.first = PIDMAP_LIST_SIZE_V1,
		.size = sizeof(struct pidmap_list),
		.zeros = { AT(pidmap_list, reserved) },
		.names = { AT(pidmap_list, ns) },
		.flags = PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT,
		.flags_at = AT(pidmap_list, flags),
		.out_from = AT(pidmap_list, cursor),
		.out_to = TO(pidmap_list, count),
	}, {
		.name = "LIST_NS", .cmd = PIDMAP_LIST_NS,
		.first = PIDMAP_LIST_SIZE_V1,
		.size = sizeof(struct pidmap_list),
		.zeros = { AT(pidmap_list, reserved) },
		.names = { AT(pidmap_list, ns) },
		.flags_at = AT(pidmap_list, flags),
		.out_from = AT(pidmap_list, cursor),
		.out_to = TO(pidmap_list, count),
	}, {
		.name = "BIND", .cmd = PIDMAP_BIND,
		.first = PIDMAP_BIND_SIZE_V1,
		.size = sizeof(struct pidmap_bind),
		.names = { AT(pidmap_bind, from), AT(pidmap_bind, to) },
		.flags_at = AT(pidmap_bind, flags),
	}, {
		.name = "SET_VIEW", .cmd = PIDMAP_SET_VIEW,
		.first = PIDMAP_SET_VIEW_SIZE_V1,
		.size = sizeof(struct pidmap_set_view),
		.flags_at = AT(pidmap_set_view, flags),
	},
};

static void operation_name(const struct operation *op, char *desc)
{
	strscpy(desc, op->name, KUNIT_PARAM_DESC_SIZE);
}

KUNIT_ARRAY_PARAM(operations, operations, operation_name);

/* All in order: the answer of each is 0. */
static void good(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;

	memset(&d->in, 0, sizeof(d->in));
	d->in.size = op->size;
	switch (op->cmd) {
	case PIDMAP_TRANSLATE:
		d->in.translate.nr = 20;
		d->in.translate.start_time = d->task->start_boottime;
		d->in.translate.result = UNTOUCHED;
		break;
	case PIDMAP_TRANSLATE_MANY:
		d->in.many.numbers = room(d);
		d->in.many.results = room(d);
		d->in.many.count = 3;
		d->in.many.done = UNTOUCHED;
		break;
	case PIDMAP_TASK_IDS:
		d->in.task_ids.nr = 20;
		d->in.task_ids.start_time = d->task->start_boottime;
		d->in.task_ids.tid = UNTOUCHED;
		d->in.task_ids.ppid = UNTOUCHED;
		break;
	case PIDMAP_PIDS:
		d->in.pids.nr = 20;
		d->in.pids.start_time = d->task->start_boottime;
		d->in.pids.stride = sizeof(struct pidmap_pid);
		d->in.pids.pids = room(d);
		d->in.pids.capacity = PIDMAP_MAX_LEVEL + 1;
		d->in.pids.count = UNTOUCHED;
		break;
	case PIDMAP_LIST:
	case PIDMAP_LIST_NS:
		d->in.list.buffer = room(d);
		d->in.list.buffer_size = PIDMAP_BUFFER_MIN;
		d->in.list.used = UNTOUCHED;
		d->in.list.count = UNTOUCHED;
		break;
	case PIDMAP_SET_VIEW:
		if (!d->ns_fd)
			d->ns_fd = fake_proc_fd(test, "self/ns/pid", O_RDONLY);
		d->in.set_view.ns.kind = PIDMAP_NS_FD;
		d->in.set_view.ns.value = d->ns_fd;
		break;
	}
}

static void *field(struct fake_device *d, u16 at)
{
	return &d->in.bytes[at];
}

/* Refused, with nothing written. */
static void expect_refused(struct kunit *test, size_t size, int err,
			   const char *what, u64 value)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;

	KUNIT_EXPECT_EQ_MSG(test, err, call(test, op->cmd, size),
			    "%s: %s %llx", op->name, what, value);
	KUNIT_EXPECT_EQ_MSG(test, 0, memcmp(&d->in, &d->out, size),
			    "%s wrote, with %s %llx", op->name, what, value);
}

static void accepted(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i;

	good(test);
	KUNIT_EXPECT_EQ(test, 0, call(test, op->cmd, op->size));
	for (i = 0; i < op->size; i++)
		if (i < op->out_from || i >= op->out_to)
			KUNIT_EXPECT_EQ_MSG(test, d->in.bytes[i],
					    d->out.bytes[i],
					    "%s wrote to byte %d", op->name, i);
}

static void wrong_size(struct kunit *test)
{
	const struct operation *op = test->param_value;
	const struct {
		u32 size;
		int err;
	} rows[] = {
		{ 0, -EINVAL }, { 1, -EINVAL }, { 4, -EINVAL }, { 8, -EINVAL },
		{ op->first / 2, -EINVAL }, { op->first - 1, -EINVAL },
		{ PIDMAP_SIZE_MAX + 1, -E2BIG }, { 1U << 31, -E2BIG },
		{ U32_MAX, -E2BIG },
	};
	struct fake_device *d = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		good(test);
		d->in.size = rows[i].size;
		expect_refused(test, op->size, rows[i].err, "size",
			       rows[i].size);
	}
}

/* A newer caller's struct: fine as long as what we do not know is zero. */
static void longer_struct(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i;

	for (i = op->size; i < op->size + 24; i++) {
		good(test);
		d->in.size = op->size + 24;
		d->in.bytes[i] = 1;
		expect_refused(test, op->size + 24, -E2BIG, "byte", i);
	}
	good(test);
	d->in.size = op->size + 1;
	d->in.bytes[op->size] = 0x80;
	expect_refused(test, op->size + 1, -E2BIG, "byte", op->size);
	good(test);
	d->in.size = MOST;
	KUNIT_EXPECT_EQ(test, 0, call(test, op->cmd, MOST));
}

/* An older caller's struct: what lies behind it is not ours. */
static void shortest_struct(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;

	good(test);
	d->in.size = op->first;
	memset(d->in.bytes + op->first, 0x55, MOST - op->first);
	KUNIT_EXPECT_EQ(test, 0, call(test, op->cmd, MOST));
	KUNIT_EXPECT_PTR_EQ_MSG(test, NULL,
				memchr_inv(d->out.bytes + op->first, 0x55,
					   MOST - op->first),
				"%s wrote behind the struct", op->name);
}

static void unknown_flags(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i;

	for (i = 0; i < 32; i++) {
		good(test);
		*(u32 *)field(d, op->flags_at) = 1U << i;
		if (!(op->flags & 1U << i))
			expect_refused(test, op->size, -EINVAL, "flag", i);
		else if (op->flags == STAMP_FLAGS &&
			 1U << i == PIDMAP_PID_ID && !PIDMAP_HAVE_PID_ID)
			expect_refused(test, op->size, -EOPNOTSUPP, "flag", i);
		else
			KUNIT_EXPECT_EQ(test, 0, call(test, op->cmd, op->size));
	}
}

static void unknown_types(struct kunit *test)
{
	static const u32 types[] = { 4, 5, 255, 256, 1U << 31, U32_MAX };
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i;

	for (i = 0; op->type_at && i < ARRAY_SIZE(types); i++) {
		good(test);
		*(u32 *)field(d, op->type_at) = types[i];
		expect_refused(test, op->size, -EINVAL, "type", types[i]);
	}
}

static void reserved_fields(struct kunit *test)
{
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i, bit;

	for (i = 0; op->zeros[i]; i++) {
		for (bit = 0; bit < 32; bit += 31) {
			good(test);
			*(u32 *)field(d, op->zeros[i]) = 1U << bit;
			expect_refused(test, op->size, -EINVAL, "reserved at",
				       op->zeros[i]);
		}
	}
}

static void wrong_names(struct kunit *test)
{
	static const struct {
		struct pidmap_nsref name;
		int err;
	} wrong[] = {
		{ { .kind = PIDMAP_NS_VIEW, .value = 1 }, -EINVAL },
		{ { .kind = PIDMAP_NS_VIEW, .reserved = 1 }, -EINVAL },
		{ { .kind = PIDMAP_NS_LEVEL, .value = 1, .reserved = 1 },
		  -EINVAL },
		{ { .kind = PIDMAP_NS_BOUND + 1 }, -EINVAL },
		{ { .kind = 0x101 }, -EINVAL },
		{ { .kind = U32_MAX }, -EINVAL },
		{ { .kind = PIDMAP_NS_FD, .value = 1000 }, -EBADF },
		{ { .kind = PIDMAP_NS_FD, .value = U64_MAX }, -EBADF },
		{ { .kind = PIDMAP_NS_TID, .value = 77 }, -ENOENT },
		{ { .kind = PIDMAP_NS_TID, .value = U64_MAX }, -ENOENT },
		{ { .kind = PIDMAP_NS_INUM, .value = 77 }, -ENOENT },
		{ { .kind = PIDMAP_NS_ID, .value = 77 },
		  PIDMAP_HAVE_NS_ID ? -ENOENT : -EOPNOTSUPP },
		{ { .kind = PIDMAP_NS_LEVEL, .value = 0 }, -EPERM },
		{ { .kind = PIDMAP_NS_LEVEL, .value = 2 }, -ENOENT },
		{ { .kind = PIDMAP_NS_LEVEL, .value = U64_MAX }, -ENOENT },
	};
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i, k;

	for (i = 0; op->names[i]; i++) {
		for (k = 0; k < ARRAY_SIZE(wrong); k++) {
			good(test);
			memcpy(field(d, op->names[i]), &wrong[k].name,
			       sizeof(wrong[k].name));
			expect_refused(test, op->size, wrong[k].err, "name",
				       k);
		}
	}
	KUNIT_EXPECT_EQ(test, 1, fake_ns_refs(d->inner));
}

static void bad_memory(struct kunit *test)
{
	static const unsigned long addresses[] = {
		0, 1, 4095, -8UL, -4096UL, LONG_MAX, 1UL << 63,
	};
	const struct operation *op = test->param_value;
	struct fake_device *d = test->priv;
	int i;

	for (i = 0; i < ARRAY_SIZE(addresses); i++)
		KUNIT_EXPECT_EQ_MSG(test, -EFAULT,
				    pidmap_ioctl(d->file, op->cmd,
						 addresses[i]),
				    "%s at %lx", op->name, addresses[i]);
	/* it begins on the page and ends behind it */
	good(test);
	d->page += PAGE_SIZE - 8;
	KUNIT_ASSERT_EQ(test, 0, copy_to_user(d->page, &d->in, 8));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			pidmap_ioctl(d->file, op->cmd,
				     (unsigned long)d->page));
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE_PARAM(accepted, operations_gen_params),
	KUNIT_CASE_PARAM(wrong_size, operations_gen_params),
	KUNIT_CASE_PARAM(longer_struct, operations_gen_params),
	KUNIT_CASE_PARAM(shortest_struct, operations_gen_params),
	KUNIT_CASE_PARAM(unknown_flags, operations_gen_params),
	KUNIT_CASE_PARAM(unknown_types, operations_gen_params),
	KUNIT_CASE_PARAM(reserved_fields, operations_gen_params),
	KUNIT_CASE_PARAM(wrong_names, operations_gen_params),
	KUNIT_CASE_PARAM(bad_memory, operations_gen_params),
	{}
};

static struct kunit_suite request_suite = {
	.name = "pidmap_request",
	.init = device_init,
	.exit = device_exit,
	.test_cases = request_cases,
};

/* ---------------------------------------------------- what each answers */

static void unknown_ioctls(struct kunit *test)
{
	struct fake_device *d = test->priv;
	unsigned int nr;

	for (nr = _IOC_NR(PIDMAP_WATCH) + 1; nr < 256; nr++)
		KUNIT_EXPECT_EQ(test, -ENOTTY,
				pidmap_ioctl(d->file, _IO(PIDMAP_IOC_MAGIC, nr),
					     (unsigned long)d->page));
	KUNIT_EXPECT_EQ(test, -ENOTTY, pidmap_ioctl(d->file, 0, 0));
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			pidmap_ioctl(d->file, _IO('p', 1), 0));
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			pidmap_ioctl(d->file, _IOR(PIDMAP_IOC_MAGIC, 1, int),
				     (unsigned long)d->page));
}

static void info(struct kunit *test)
{
	struct fake_device *d = test->priv;
	const struct pidmap_info *info = &d->out.info;

	memset(&d->in, 0x55, sizeof(d->in));
	d->in.size = sizeof(*info);
	pidmap_upward = PIDMAP_UPWARD_SELF;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_INFO, sizeof(*info)));
	pidmap_upward = PIDMAP_UPWARD_NONE;
	KUNIT_EXPECT_EQ(test, sizeof(*info), info->size);
	KUNIT_EXPECT_EQ(test, PIDMAP_ABI_VERSION, info->abi_version);
	KUNIT_EXPECT_EQ(test, PIDMAP_HAVE_NS_ID,
			!!(info->features & PIDMAP_FEATURE_NS_ID));
	KUNIT_EXPECT_EQ(test, PIDMAP_HAVE_PID_ID,
			!!(info->features & PIDMAP_FEATURE_PID_ID));
	KUNIT_EXPECT_EQ(test, 1, info->level);
	KUNIT_EXPECT_EQ(test, d->view->ns.inum, info->inum);
	KUNIT_EXPECT_EQ(test, pidmap_ns_id(d->view), info->id);
	KUNIT_EXPECT_EQ(test, PIDMAP_UPWARD_SELF, info->upward);
	KUNIT_EXPECT_EQ(test, PIDMAP_MAX_LEVEL, info->max_level);
	KUNIT_EXPECT_EQ(test, PIDMAP_RIGHT_IDENTITY, info->rights);
	KUNIT_EXPECT_EQ(test, PIDMAP_BUFFER_MIN, info->record_min);

	/* nothing is known behind the end of ours, and a shorter one refused */
	d->in.size = sizeof(*info) + 16;
	KUNIT_EXPECT_EQ(test, -E2BIG,
			call(test, PIDMAP_INFO, sizeof(*info) + 17));
	memset(d->in.bytes + sizeof(*info), 0, 16);
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_INFO, sizeof(*info) + 17));
	KUNIT_EXPECT_EQ(test, sizeof(*info), info->size);
	KUNIT_EXPECT_PTR_EQ(test, NULL,
			    memchr_inv(info + 1, 0, 16));
	KUNIT_EXPECT_EQ(test, 0x55, d->out.bytes[sizeof(*info) + 16]);
	d->in.size = sizeof(*info) - 1;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			call(test, PIDMAP_INFO, sizeof(*info)));
	d->in.size = PIDMAP_SIZE_MAX + 1;
	KUNIT_EXPECT_EQ(test, -E2BIG,
			call(test, PIDMAP_INFO, sizeof(*info)));

	/* who has no right is not told which namespace it is */
	d->file->f_cred = fake_cred(test);
	d->in.size = sizeof(*info);
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_INFO, sizeof(*info)));
	KUNIT_EXPECT_EQ(test, 0, info->inum);
	KUNIT_EXPECT_EQ(test, 0, info->id);
	KUNIT_EXPECT_EQ(test, 0, info->rights);
	KUNIT_EXPECT_EQ(test, 1, info->level);
}

static void translate(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_translate *req = &d->in.translate;

	*req = (struct pidmap_translate) {
		.size = sizeof(*req), .nr = 20,
		.to = { .kind = PIDMAP_NS_TID, .value = 20 },
	};
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, 1, d->out.translate.result);
	KUNIT_EXPECT_EQ(test, 0, d->out.translate.start_time);
	req->flags = PIDMAP_START_TIME;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, d->task->start_boottime,
			d->out.translate.start_time);
	/* nothing is expected without the flag */
	req->flags = 0;
	req->start_time = 1;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, 1, d->out.translate.start_time);
	req->flags = PIDMAP_EXPECT_START;
	req->start_time = d->task->start_boottime;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	req->start_time++;
	req->result = UNTOUCHED;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, UNTOUCHED, d->out.translate.result);
	req->start_time = 0;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	req->flags = PIDMAP_PID_ID;
	if (PIDMAP_HAVE_PID_ID) {
		set_pid_id(d->task->thread_pid, 0x123456789a);
		KUNIT_EXPECT_EQ(test, 0,
				call(test, PIDMAP_TRANSLATE, sizeof(*req)));
		KUNIT_EXPECT_EQ(test, 0x123456789a, d->out.translate.pid_id);
	} else {
		KUNIT_EXPECT_EQ(test, -EOPNOTSUPP,
				call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	}
	req->flags = 0;
	req->nr = 1;
	KUNIT_EXPECT_EQ(test, -EREMOTE,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	req->nr = 2;
	KUNIT_EXPECT_EQ(test, -ESRCH,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	req->nr = -20;
	KUNIT_EXPECT_EQ(test, -ESRCH,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, UNTOUCHED, d->out.translate.result);
}

/* Numbers and results in user memory; tells how many answers were written. */
static int many(struct kunit *test, unsigned long numbers,
		unsigned long results, u32 count)
{
	struct fake_device *d = test->priv;

	d->in.many = (struct pidmap_translate_many) {
		.size = sizeof(d->in.many), .count = count,
		.numbers = numbers, .results = results, .done = UNTOUCHED,
		.to = { .kind = PIDMAP_NS_TID, .value = 20 },
	};
	return call(test, PIDMAP_TRANSLATE_MANY, sizeof(d->in.many));
}

static void translate_many(struct kunit *test)
{
	static const s32 numbers[] = { 20, 1, 20, 0, -1, 2, 20 };
	static const s32 want[] = {
		1, -EREMOTE, 1, -ESRCH, -ESRCH, -ESRCH, 1, UNTOUCHED,
	};
	const u32 count = ARRAY_SIZE(numbers);
	struct fake_device *d = test->priv;
	s32 got[ARRAY_SIZE(want)];

	memset(got, 0x55, sizeof(got));
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)room(d), numbers,
					      sizeof(numbers)));
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)room(d) + 512,
					      got, sizeof(got)));
	KUNIT_EXPECT_EQ(test, 0, many(test, room(d), room(d) + 512, count));
	KUNIT_EXPECT_EQ(test, count, d->out.many.done);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d) +
						512, sizeof(got)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(want, got, sizeof(want)));
	/* in place */
	KUNIT_EXPECT_EQ(test, 0, many(test, room(d), room(d), count));
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d),
						sizeof(numbers)));
	KUNIT_EXPECT_EQ(test, 0, memcmp(want, got, sizeof(want)));
	/* none: whatever the addresses are */
	KUNIT_EXPECT_EQ(test, 0, many(test, 0, -1UL, 0));
	KUNIT_EXPECT_EQ(test, 0, d->out.many.done);
}

/* Arrays that end on the page while the count says more. */
static void many_in_bad_memory(struct kunit *test)
{
	static const u32 counts[] = { 1, 2, 100, 300, 1 << 20, U32_MAX };
	struct fake_device *d = test->priv;
	unsigned long end = (unsigned long)d->page + PAGE_SIZE;
	int i, fit;

	for (i = 0; i < ARRAY_SIZE(counts); i++) {
		KUNIT_EXPECT_EQ(test, -EFAULT, many(test, 0, room(d),
						    counts[i]));
		KUNIT_EXPECT_EQ(test, 0, d->out.many.done);
		KUNIT_EXPECT_EQ(test, -EFAULT, many(test, room(d), 0,
						    counts[i]));
		KUNIT_EXPECT_EQ(test, 0, d->out.many.done);
		KUNIT_EXPECT_EQ(test, -EFAULT, many(test, -4UL, room(d),
						    counts[i]));
		KUNIT_EXPECT_EQ(test, 0, d->out.many.done);
	}
	for (fit = 0; fit < 400; fit += 57) {
		KUNIT_EXPECT_EQ(test, -EFAULT,
				many(test, end - fit * 4, end - fit * 4,
				     fit + 1));
		KUNIT_EXPECT_EQ(test, fit, d->out.many.done);
		KUNIT_EXPECT_EQ(test, -EFAULT,
				many(test, end - fit * 4, end - fit * 4,
				     U32_MAX));
		KUNIT_EXPECT_EQ(test, fit, d->out.many.done);
		KUNIT_EXPECT_EQ(test, 0, many(test, end - fit * 4,
					      end - fit * 4, fit));
		KUNIT_EXPECT_EQ(test, fit, d->out.many.done);
	}
}

static void task_ids(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_task_ids *req = &d->in.task_ids;

	fake_join(d->task, PIDTYPE_PGID, d->task->thread_pid);
	fake_join(d->task, PIDTYPE_SID, d->init->thread_pid);
	rcu_assign_pointer(d->task->real_parent, d->init);
	*req = (struct pidmap_task_ids) {
		.size = sizeof(*req), .nr = 20, .flags = PIDMAP_START_TIME,
	};
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_TASK_IDS, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, 20, d->out.task_ids.tid);
	KUNIT_EXPECT_EQ(test, 20, d->out.task_ids.tgid);
	KUNIT_EXPECT_EQ(test, 20, d->out.task_ids.pgid);
	KUNIT_EXPECT_EQ(test, 1, d->out.task_ids.sid);
	KUNIT_EXPECT_EQ(test, 1, d->out.task_ids.ppid);
	KUNIT_EXPECT_EQ(test, d->task->start_boottime,
			d->out.task_ids.start_time);
	req->flags = PIDMAP_EXPECT_START;
	req->start_time = 1;
	KUNIT_EXPECT_EQ(test, -ESTALE,
			call(test, PIDMAP_TASK_IDS, sizeof(*req)));
}

static void pids(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_pids *req = &d->in.pids;
	struct pidmap_pid got[3];

	memset(got, 0x55, sizeof(got));
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)room(d), got,
					      sizeof(got)));
	*req = (struct pidmap_pids) {
		.size = sizeof(*req), .nr = 20, .pids = room(d),
		.capacity = 1, .stride = sizeof(struct pidmap_pid),
	};
	KUNIT_EXPECT_EQ(test, -EINVAL, call(test, PIDMAP_PIDS, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, 2, d->out.pids.count);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d),
						sizeof(got)));
	KUNIT_EXPECT_EQ(test, UNTOUCHED, got[0].nr);
	req->capacity = 2;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_PIDS, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, 2, d->out.pids.count);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d),
						sizeof(got)));
	KUNIT_EXPECT_EQ(test, 20, got[0].nr);
	KUNIT_EXPECT_EQ(test, d->view->ns.inum, got[0].inum);
	KUNIT_EXPECT_EQ(test, 1, got[1].nr);
	KUNIT_EXPECT_EQ(test, d->inner->ns.inum, got[1].inum);
	KUNIT_EXPECT_EQ(test, UNTOUCHED, got[2].nr);
	req->pids = 0;
	KUNIT_EXPECT_EQ(test, -EFAULT, call(test, PIDMAP_PIDS, sizeof(*req)));
}

/* Entries may be longer than ours, not shorter than the first version's. */
static void pids_stride(struct kunit *test)
{
	static const u32 wrong[] = {
		0, 1, PIDMAP_PID_SIZE_V1 - 1, PIDMAP_SIZE_MAX + 1, U32_MAX,
	};
	struct fake_device *d = test->priv;
	struct pidmap_pids *req = &d->in.pids;
	u8 got[3 * 40];
	int i;

	*req = (struct pidmap_pids) {
		.size = sizeof(*req), .nr = 20, .pids = room(d), .capacity = 2,
	};
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		req->stride = wrong[i];
		KUNIT_EXPECT_EQ_MSG(test, -EINVAL,
				    call(test, PIDMAP_PIDS, sizeof(*req)),
				    "stride %u", wrong[i]);
	}
	memset(got, 0x55, sizeof(got));
	KUNIT_ASSERT_EQ(test, 0, copy_to_user((void __user *)room(d), got,
					      sizeof(got)));
	req->stride = 40;
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_PIDS, sizeof(*req)));
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d),
						sizeof(got)));
	for (i = 0; i < 2; i++) {
		const struct pidmap_pid *pid = (void *)&got[i * 40];

		KUNIT_EXPECT_EQ(test, i ? 1 : 20, pid->nr);
		KUNIT_EXPECT_PTR_EQ(test, NULL,
				    memchr_inv(pid + 1, 0, 40 - sizeof(*pid)));
	}
	KUNIT_EXPECT_PTR_EQ(test, NULL, memchr_inv(got + 80, 0x55, 40));
	/* the zeros, too, must fit in memory that is there */
	req->pids = (unsigned long)d->page + PAGE_SIZE - 40 - 16;
	KUNIT_EXPECT_EQ(test, -EFAULT, call(test, PIDMAP_PIDS, sizeof(*req)));
}

/* The records of one call: all of them fit, but only a few in one batch. */
static void list(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_list *req = &d->in.list;
	struct pidmap_task first;
	int i;

	for (i = 0; i < 28; i++)
		fake_task(test, fake_pid(test, d->view,
					 (pid_t[]){ 900100 + i, 100 + i }),
			  NULL);
	*req = (struct pidmap_list) {
		.size = sizeof(*req), .buffer = room(d),
		.buffer_size = PAGE_SIZE / 2,
	};
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_LIST, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, d->out.list.cursor);
	KUNIT_EXPECT_EQ(test, 30, d->out.list.count);
	KUNIT_EXPECT_EQ(test, 30 * RECORD, d->out.list.used);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(&first, (void __user *)room(d),
						sizeof(first)));
	KUNIT_EXPECT_EQ(test, 1, first.tgid);
	KUNIT_EXPECT_EQ(test, d->init->start_boottime, first.start_time);

	/* in pieces */
	req->buffer_size = PIDMAP_BUFFER_MIN;
	for (i = 0; i < 100 && req->cursor != PIDMAP_CURSOR_END; i++) {
		KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_LIST, sizeof(*req)));
		KUNIT_EXPECT_LE(test, d->out.list.used, PIDMAP_BUFFER_MIN);
		KUNIT_EXPECT_EQ(test, d->out.list.used,
				d->out.list.count * RECORD);
		req->cursor = d->out.list.cursor;
	}
	KUNIT_EXPECT_EQ(test, DIV_ROUND_UP(30, PIDMAP_BUFFER_MIN / RECORD), i);
	/* at its end it stays */
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_LIST, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, d->out.list.cursor);
	KUNIT_EXPECT_EQ(test, 0, d->out.list.count);
	KUNIT_EXPECT_EQ(test, 0, d->out.list.used);
}

/* Any signal ends a long call, when some of it is done. */
static int call_with_signal(struct kunit *test, unsigned int cmd, size_t size)
{
	int ret;

	set_tsk_thread_flag(current, TIF_SIGPENDING);
	ret = call(test, cmd, size);
	clear_tsk_thread_flag(current, TIF_SIGPENDING);
	return ret;
}

static void list_interrupted(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_list *req = &d->in.list;
	int i, calls = 0, count = 0;

	for (i = 0; i < 28; i++)
		fake_task(test, fake_pid(test, d->view,
					 (pid_t[]){ 900100 + i, 100 + i }),
			  NULL);
	*req = (struct pidmap_list) {
		.size = sizeof(*req), .buffer = room(d),
		.buffer_size = PAGE_SIZE / 2,
	};
	while (req->cursor != PIDMAP_CURSOR_END && calls++ < 30) {
		int ret = call_with_signal(test, PIDMAP_LIST, sizeof(*req));

		KUNIT_EXPECT_EQ(test, ret, d->out.list.cursor ==
				PIDMAP_CURSOR_END ? 0 : -EINTR);
		KUNIT_EXPECT_GT(test, d->out.list.count, 0);
		KUNIT_EXPECT_EQ(test, d->out.list.count * RECORD,
				d->out.list.used);
		count += d->out.list.count;
		req->cursor = d->out.list.cursor;
	}
	KUNIT_EXPECT_EQ(test, 30, count);
	KUNIT_EXPECT_GT(test, calls, 1);
}

static void many_interrupted(struct kunit *test)
{
	struct fake_device *d = test->priv;
	u32 done;

	KUNIT_EXPECT_EQ(test, 0, many(test, room(d), room(d), 500));
	d->in.many.done = UNTOUCHED;
	KUNIT_EXPECT_EQ(test, -EINTR,
			call_with_signal(test, PIDMAP_TRANSLATE_MANY,
					 sizeof(d->in.many)));
	done = d->out.many.done;
	KUNIT_EXPECT_GT(test, done, 0);
	KUNIT_EXPECT_LT(test, done, 500);
	/* what is done by the first chunk is not interrupted */
	d->in.many.count = done;
	KUNIT_EXPECT_EQ(test, 0,
			call_with_signal(test, PIDMAP_TRANSLATE_MANY,
					 sizeof(d->in.many)));
	KUNIT_EXPECT_EQ(test, done, d->out.many.done);
}

static void list_rooms(struct kunit *test)
{
	static const unsigned int cmds[] = { PIDMAP_LIST, PIDMAP_LIST_NS };
	struct fake_device *d = test->priv;
	struct pidmap_list *req = &d->in.list;
	u32 size;
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		for (size = 0; size < PIDMAP_BUFFER_MIN; size++) {
			*req = (struct pidmap_list) {
				.size = sizeof(*req), .buffer = room(d),
				.buffer_size = size, .used = UNTOUCHED,
			};
			KUNIT_EXPECT_EQ(test, -EINVAL,
					call(test, cmds[i], sizeof(*req)));
			KUNIT_EXPECT_EQ(test, UNTOUCHED, d->out.list.used);
		}
		for (; size < 1000; size++) {
			req->buffer_size = size;
			KUNIT_EXPECT_EQ(test, 0,
					call(test, cmds[i], sizeof(*req)));
			KUNIT_EXPECT_EQ(test, 2, d->out.list.count);
		}
		req->buffer = 0;
		KUNIT_EXPECT_EQ(test, -EFAULT,
				call(test, cmds[i], sizeof(*req)));
		KUNIT_EXPECT_EQ(test, 0, d->out.list.used);
		KUNIT_EXPECT_EQ(test, 0, d->out.list.count);
		KUNIT_EXPECT_EQ(test, 0, d->out.list.cursor);
		req->buffer = (unsigned long)d->page + PAGE_SIZE - 8;
		KUNIT_EXPECT_EQ(test, -EFAULT,
				call(test, cmds[i], sizeof(*req)));
		KUNIT_EXPECT_EQ(test, 0, d->out.list.count);
	}
}

static void list_namespaces(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_list *req = &d->in.list;
	struct pidmap_ns got[2];

	*req = (struct pidmap_list) {
		.size = sizeof(*req), .buffer = room(d),
		.buffer_size = PAGE_SIZE / 2,
	};
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_LIST_NS, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, PIDMAP_CURSOR_END, d->out.list.cursor);
	KUNIT_EXPECT_EQ(test, 2, d->out.list.count);
	KUNIT_ASSERT_EQ(test, 0, copy_from_user(got, (void __user *)room(d),
						sizeof(got)));
	KUNIT_EXPECT_EQ(test, d->view->ns.inum, got[0].inum);
	KUNIT_EXPECT_EQ(test, 0, got[0].parent_inum);
	KUNIT_EXPECT_EQ(test, 2, got[0].pids);
	KUNIT_EXPECT_EQ(test, d->inner->ns.inum, got[1].inum);
	KUNIT_EXPECT_EQ(test, d->view->ns.inum, got[1].parent_inum);
	KUNIT_EXPECT_EQ(test, 20, got[1].init);
}

static void listing_needs_right(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_list *req = &d->in.list;

	*req = (struct pidmap_list) {
		.size = sizeof(*req), .buffer = room(d),
		.buffer_size = PAGE_SIZE / 2, .count = UNTOUCHED,
	};
	d->file->f_cred = fake_cred(test);
	KUNIT_EXPECT_EQ(test, -EPERM, call(test, PIDMAP_LIST, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, -EPERM, call(test, PIDMAP_LIST_NS, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, UNTOUCHED, d->out.list.count);
}

static int bind_pair(struct kunit *test, struct pidmap_nsref from,
		     struct pidmap_nsref to)
{
	struct fake_device *d = test->priv;

	d->in.bind = (struct pidmap_bind) {
		.size = sizeof(d->in.bind), .from = from, .to = to,
	};
	return call(test, PIDMAP_BIND, sizeof(d->in.bind));
}

/* The number is the argument, and the answer is returned. */
static void bound_by_value(struct kunit *test)
{
	static const unsigned int cmds[] = {
		PIDMAP_BOUND_TID, PIDMAP_BOUND_TGID, PIDMAP_BOUND_PGID,
		PIDMAP_BOUND_SID,
	};
	const struct pidmap_nsref inner = {
		.kind = PIDMAP_NS_TID, .value = 20,
	};
	struct fake_device *d = test->priv;
	struct pidmap_nsref view = {};
	int i;

	for (i = 0; i < ARRAY_SIZE(cmds); i++)
		KUNIT_EXPECT_EQ(test, -ENODATA,
				pidmap_ioctl(d->file, cmds[i], 1));
	KUNIT_ASSERT_EQ(test, 0, bind_pair(test, view, inner));
	KUNIT_EXPECT_EQ(test, -EBUSY, bind_pair(test, view, view));
	for (i = 0; i < ARRAY_SIZE(cmds); i++) {
		KUNIT_EXPECT_EQ(test, i < 2 ? 1 : -ESRCH,
				pidmap_ioctl(d->file, cmds[i], 20));
		KUNIT_EXPECT_EQ(test, i < 2 ? -EREMOTE : -ESRCH,
				pidmap_ioctl(d->file, cmds[i], 1));
		KUNIT_EXPECT_EQ(test, -ESRCH,
				pidmap_ioctl(d->file, cmds[i], 0));
		KUNIT_EXPECT_EQ(test, -ESRCH,
				pidmap_ioctl(d->file, cmds[i], INT_MAX));
		KUNIT_EXPECT_EQ(test, -ESRCH,
				pidmap_ioctl(d->file, cmds[i], UINT_MAX));
		if (IS_ENABLED(CONFIG_64BIT))
			KUNIT_EXPECT_EQ_MSG(test, i < 2 ? 1 : -ESRCH,
					    pidmap_ioctl(d->file, cmds[i],
							 0x5555555500000014),
					    "the upper half counts");
		KUNIT_EXPECT_EQ(test, -ESRCH,
				pidmap_ioctl(d->file, cmds[i], -20UL));
	}
#ifdef CONFIG_COMPAT
	KUNIT_EXPECT_EQ(test, 1,
			pidmap_compat_ioctl(d->file, PIDMAP_BOUND_TID, 20));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_compat_ioctl(d->file, PIDMAP_BOUND_TID,
					    UINT_MAX));
	KUNIT_EXPECT_EQ(test, -EFAULT,
			pidmap_compat_ioctl(d->file, PIDMAP_INFO, 20));
	KUNIT_EXPECT_EQ(test, -ENOTTY,
			pidmap_compat_ioctl(d->file, PIDMAP_BOUND_TID - 0x100,
					    20));
#endif
	/* bound by a name that needs the right */
	d->file->f_cred = fake_cred(test);
	KUNIT_EXPECT_EQ(test, -EPERM,
			pidmap_ioctl(d->file, PIDMAP_BOUND_TID, 20));
}

/* One who is elsewhere may not use what another one was allowed to. */
static void bound_in_other_hands(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pid_namespace *other = fake_ns(test, &init_pid_ns);
	struct pid *stranger = fake_pid(test, other, (pid_t[]){ 900009, 1 });
	struct pidmap_nsref view = {};
	int in_view, deeper, elsewhere;
	struct pid *own;

	KUNIT_ASSERT_EQ(test, 0, bind_pair(test, view, view));
	KUNIT_EXPECT_EQ(test, 20, pidmap_ioctl(d->file, PIDMAP_BOUND_TID, 20));
	own = fake_enter(d->init->thread_pid);
	in_view = pidmap_ioctl(d->file, PIDMAP_BOUND_TID, 20);
	fake_leave(own);
	own = fake_enter(d->task->thread_pid);
	deeper = pidmap_ioctl(d->file, PIDMAP_BOUND_TID, 20);
	fake_leave(own);
	own = fake_enter(stranger);
	elsewhere = pidmap_ioctl(d->file, PIDMAP_BOUND_TID, 20);
	fake_leave(own);
	KUNIT_EXPECT_EQ(test, 20, in_view);
	KUNIT_EXPECT_EQ(test, -EPERM, deeper);
	KUNIT_EXPECT_EQ(test, -EPERM, elsewhere);
}

static void bind_what_is_bound(struct kunit *test)
{
	const struct pidmap_nsref bound = { .kind = PIDMAP_NS_BOUND };
	struct pidmap_nsref view = {};

	KUNIT_EXPECT_EQ(test, -EINVAL, bind_pair(test, bound, view));
	KUNIT_EXPECT_EQ(test, -EINVAL, bind_pair(test, view, bound));
	KUNIT_ASSERT_EQ(test, 0, bind_pair(test, view, view));
	KUNIT_EXPECT_EQ(test, -EINVAL, bind_pair(test, bound, view));
}

/* A raised view is checked on every call, and so is a pair bound from it. */
static void raised_view(struct kunit *test)
{
	const struct cred *weak = fake_cred(test);
	struct fake_device *d = test->priv;
	struct pidmap_nsref view = {};
	const struct cred *own;
	/* a number of the opener's view that no task of the machine has */
	const pid_t below = PID_MAX_LIMIT;
	int answer, nr;

	fake_task(test, fake_pid(test, d->view, (pid_t[]){ 900002, below }),
		  NULL);
	d->in.set_view = (struct pidmap_set_view) {
		.size = sizeof(d->in.set_view),
		.ns = { .kind = PIDMAP_NS_FD,
			.value = fake_proc_fd(test, "self/ns/pid", O_RDONLY) },
	};
	KUNIT_EXPECT_EQ(test, 0, call(test, PIDMAP_SET_VIEW,
				      sizeof(d->in.set_view)));
	KUNIT_EXPECT_EQ(test, -EBUSY, call(test, PIDMAP_SET_VIEW,
					   sizeof(d->in.set_view)));
	KUNIT_ASSERT_EQ(test, 0, bind_pair(test, view, view));
	nr = task_pid_nr(current);
	KUNIT_EXPECT_EQ(test, nr, pidmap_ioctl(d->file, PIDMAP_BOUND_TID, nr));
	KUNIT_EXPECT_EQ(test, -ESRCH,
			pidmap_ioctl(d->file, PIDMAP_BOUND_TID, below));
	memset(&d->in, 0, sizeof(d->in));
	d->in.size = sizeof(d->in.info);
	KUNIT_EXPECT_EQ(test, 0,
			call(test, PIDMAP_INFO, sizeof(d->in.info)));
	KUNIT_EXPECT_EQ(test, 0, d->out.info.level);
	KUNIT_EXPECT_EQ(test, PIDMAP_RIGHT_IDENTITY | PIDMAP_RIGHT_RAISED,
			d->out.info.rights);
	/* without the capability, the view is the opener's again */
	own = override_creds(weak);
	answer = pidmap_ioctl(d->file, PIDMAP_BOUND_TID, nr);
	revert_creds(own);
	KUNIT_EXPECT_EQ(test, -EPERM, answer);
	d->file->f_cred = weak;
	KUNIT_EXPECT_EQ(test, -EPERM,
			pidmap_ioctl(d->file, PIDMAP_BOUND_TID, nr));
	KUNIT_EXPECT_EQ(test, 0,
			call(test, PIDMAP_INFO, sizeof(d->in.info)));
	KUNIT_EXPECT_EQ(test, 1, d->out.info.level);
	KUNIT_EXPECT_EQ(test, 0, d->out.info.rights);
}

static void stranger(struct kunit *test)
{
	struct fake_device *d = test->priv;
	struct pidmap_translate *req = &d->in.translate;

	d->pf.opener = fake_ns(test, NULL);
	d->pf.ns = d->pf.opener;
	*req = (struct pidmap_translate) {
		.size = sizeof(*req), .nr = 20, .result = UNTOUCHED,
	};
	KUNIT_EXPECT_EQ(test, -EPERM,
			call(test, PIDMAP_TRANSLATE, sizeof(*req)));
	KUNIT_EXPECT_EQ(test, UNTOUCHED, d->out.translate.result);
}

static struct kunit_case answer_cases[] = {
	KUNIT_CASE(unknown_ioctls),
	KUNIT_CASE(info),
	KUNIT_CASE(translate),
	KUNIT_CASE(translate_many),
	KUNIT_CASE(many_in_bad_memory),
	KUNIT_CASE(task_ids),
	KUNIT_CASE(pids),
	KUNIT_CASE(pids_stride),
	KUNIT_CASE(list),
	KUNIT_CASE(list_interrupted),
	KUNIT_CASE(many_interrupted),
	KUNIT_CASE(list_rooms),
	KUNIT_CASE(list_namespaces),
	KUNIT_CASE(listing_needs_right),
	KUNIT_CASE(bound_by_value),
	KUNIT_CASE(bound_in_other_hands),
	KUNIT_CASE(bind_what_is_bound),
	KUNIT_CASE(raised_view),
	KUNIT_CASE(stranger),
	{}
};

static struct kunit_suite answer_suite = {
	.name = "pidmap_ioctl",
	.init = device_init,
	.exit = device_exit,
	.test_cases = answer_cases,
};

kunit_test_suites(&request_suite, &answer_suite);
