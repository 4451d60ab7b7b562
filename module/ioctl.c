// SPDX-License-Identifier: GPL-2.0-only
/*
 * The ioctls of /dev/pidmap: the only file that touches user memory.
 */
#include <linux/build_bug.h>
#include <linux/compat.h>
#include <linux/cred.h>
#include <linux/nospec.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "ioctl.h"
#include "record.h"
#include "translate.h"
#include "view.h"
#include "walk.h"
#include "watch.h"

/* Room on the stack for what is gathered inside one RCU section. */
#define BATCH_BYTES (BITS_PER_LONG == 64 ? 1792 : 768)

static_assert(PIDMAP_MAX_LEVEL == MAX_PID_NS_LEVEL);
static_assert((int)PIDMAP_TID == PIDTYPE_PID);
static_assert((int)PIDMAP_TGID == PIDTYPE_TGID);
static_assert((int)PIDMAP_PGID == PIDTYPE_PGID);
static_assert((int)PIDMAP_SID == PIDTYPE_SID);
static_assert(BATCH_BYTES >= PIDMAP_RECORD_MAX);

#define STAMP_FLAGS (PIDMAP_START_TIME | PIDMAP_EXPECT_START | PIDMAP_PID_ID)

/* The type that a caller chose, also for a CPU that runs ahead of the check. */
static int get_type(u32 type, enum pid_type *checked)
{
	if (type > PIDMAP_SID)
		return -EINVAL;
	*checked = array_index_nospec(type, PIDMAP_SID + 1);
	return 0;
}

/* What STAMP_FLAGS ask for. */
static int stamp_from_user(u32 flags, u64 start, struct pidmap_stamp *stamp)
{
	if (flags & ~STAMP_FLAGS)
		return -EINVAL;
	if (flags & PIDMAP_PID_ID && !PIDMAP_HAVE_PID_ID)
		return -EOPNOTSUPP;
	stamp->expect = flags & PIDMAP_EXPECT_START;
	stamp->start = start - pidmap_boottime_offset();
	return 0;
}

/* Reports what STAMP_FLAGS ask for. */
static void stamp_to_user(u32 flags, const struct pidmap_stamp *stamp,
			  __u64 *start, __u64 *pid_id)
{
	if (flags & PIDMAP_START_TIME)
		*start = stamp->start ?
			 stamp->start + pidmap_boottime_offset() : 0;
	if (flags & PIDMAP_PID_ID)
		*pid_id = stamp->pid_id;
}

static int ioctl_info(struct file *file, void *arg)
{
	struct pidmap_info *info = arg;
	struct pidmap_view view;
	struct pidmap_pid ns;
	int err;

	err = pidmap_view_get(&view, file);
	if (err)
		return err;
	ns.inum = view.ns->ns.inum;
	ns.id = pidmap_ns_id(view.ns);
	pidmap_view_hide(&view, &ns, 1);
	*info = (struct pidmap_info){
		.size = sizeof(*info),
		.abi_version = PIDMAP_ABI_VERSION,
		.features = (PIDMAP_HAVE_NS_ID ? PIDMAP_FEATURE_NS_ID : 0) |
			    (PIDMAP_HAVE_PID_ID ? PIDMAP_FEATURE_PID_ID : 0) |
			    (pidmap_watch_possible() ?
			     PIDMAP_FEATURE_WATCH : 0),
		.level = view.ns->level,
		.inum = ns.inum,
		.id = ns.id,
		.upward = READ_ONCE(pidmap_upward),
		.max_level = PIDMAP_MAX_LEVEL,
		.record_min = PIDMAP_BUFFER_MIN,
	};
	if (pidmap_view_identity(&view))
		info->rights |= PIDMAP_RIGHT_IDENTITY;
	if (view.ns == ((struct pidmap_file *)file->private_data)->raised)
		info->rights |= PIDMAP_RIGHT_RAISED;
	return 0;
}

/* What TRANSLATE does if it is not as simple as in ioctl_translate(). */
static int ioctl_translate_any(struct file *file, void *arg)
{
	struct pidmap_translate *req = arg;
	struct pidmap_pair pair pidmap_uninit;
	struct pidmap_stamp stamp;
	enum pid_type type;
	int ret;

	ret = get_type(req->type, &type);
	if (!ret && req->reserved)
		ret = -EINVAL;
	if (!ret)
		ret = stamp_from_user(req->flags, req->start_time, &stamp);
	if (ret)
		return ret;
	ret = pidmap_view_pair(file, &req->from, &req->to, &pair);
	if (ret)
		return ret;
	ret = pidmap_translate_one(&pair.t, type, req->nr, &stamp);
	pidmap_pair_put(&pair);
	if (ret < 0)
		return ret;
	req->result = ret;
	stamp_to_user(req->flags, &stamp, &req->start_time, &req->pid_id);
	return 0;
}

/*
 * The fast path of TRANSLATE: read field by field, at a fraction of a copy's
 * cost.
 *
 * Return: 0; -EAGAIN for a request of another size or with flags, and if memory
 * is bad: the slow path finds out.
 */
static __always_inline int
get_translate(struct pidmap_translate *req,
	      const struct pidmap_translate __user *uarg)
{
	if (!IS_ENABLED(CONFIG_64BIT) ||
	    !user_read_access_begin(uarg, sizeof(*uarg)))
		return -EAGAIN;
#ifdef CONFIG_64BIT	/* unsafe_get_user() may know no 8 bytes elsewhere */
	unsafe_get_user(req->size, &uarg->size, fault);
	unsafe_get_user(req->flags, &uarg->flags, fault);
	unsafe_get_user(req->type, &uarg->type, fault);
	unsafe_get_user(req->nr, &uarg->nr, fault);
	unsafe_get_user(req->from.kind, &uarg->from.kind, fault);
	unsafe_get_user(req->from.reserved, &uarg->from.reserved, fault);
	unsafe_get_user(req->from.value, &uarg->from.value, fault);
	unsafe_get_user(req->to.kind, &uarg->to.kind, fault);
	unsafe_get_user(req->to.reserved, &uarg->to.reserved, fault);
	unsafe_get_user(req->to.value, &uarg->to.value, fault);
	unsafe_get_user(req->reserved, &uarg->reserved, fault);
	unsafe_get_user(req->pid_id, &uarg->pid_id, fault);
	user_read_access_end();
	return req->size == sizeof(*req) && !req->flags ? 0 : -EAGAIN;
fault:
	user_read_access_end();
#endif
	return -EAGAIN;
}

static long ioctl_translate(struct file *file,
			    struct pidmap_translate __user *uarg)
{
	struct pidmap_translate req pidmap_uninit;
	struct pidmap_pair pair pidmap_uninit;
	enum pid_type type;
	int ret;

	if (unlikely(get_translate(&req, uarg)))
		return -EAGAIN;
	ret = get_type(req.type, &type);
	if (ret || req.reserved)
		return -EINVAL;
	ret = pidmap_view_pair(file, &req.from, &req.to, &pair);
	if (ret)
		return ret;
	ret = pidmap_translate_nr(&pair.t, type, req.nr);
	pidmap_pair_put(&pair);
	return ret < 0 ? ret : put_user(ret, &uarg->result);
}

/* Resolves the pair as if it had been named again. */
static noinline int bound_resolved(struct file *file, enum pid_type type,
				   pid_t nr)
{
	static const struct pidmap_nsref bound = { .kind = PIDMAP_NS_BOUND };
	struct pidmap_pair pair;
	int ret;

	ret = pidmap_view_pair(file, &bound, &bound, &pair);
	if (ret)
		return ret;
	ret = pidmap_translate_nr(&pair.t, type, nr);
	pidmap_pair_put(&pair);
	return ret;
}

/*
 * The fast path: the number is the argument, and the answer is returned. A view
 * that was checked when the pair was bound is all there is to check.
 */
static long ioctl_bound(struct file *file, enum pid_type type,
			unsigned long arg)
{
	const struct pidmap_file *pf = file->private_data;
	/* Compilers leave the upper half of an int that is passed undefined. */
	pid_t nr = (pid_t)arg;

	/* Pairs with the release in pidmap_view_bind(). */
	if (likely(smp_load_acquire(&pf->bound_view) == pidmap_active_ns()))
		return pidmap_translate_nr(&pf->bound.t, type, nr);
	return bound_resolved(file, type, nr);
}

/*
 * Between two RCU sections of a long call.
 *
 * Return: -EINTR if a signal is pending; the freezer counts as one.
 */
static int pause_or_end(void)
{
	if (signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

/*
 * Copies @count numbers in, translates them and copies the answers out. Some
 * architectures copy less than there is before a bad address, or report less
 * than they copied; the rest is then copied number by number.
 *
 * Return: how many answers were written; less than @count if memory is bad.
 */
static u32 translate_chunk(const struct pidmap_translation *t,
			   enum pid_type type, const s32 __user *numbers,
			   s32 __user *results, u32 count)
{
	s32 nr[BATCH_BYTES / sizeof(s32)] pidmap_uninit;
	unsigned long left;
	u32 read, written;

	left = copy_from_user(nr, numbers, count * sizeof(*nr));
	read = count - DIV_ROUND_UP(left, sizeof(*nr));
	while (read < count && !get_user(nr[read], numbers + read))
		read++;
	pidmap_translate_array(t, type, nr, read);
	left = copy_to_user(results, nr, read * sizeof(*nr));
	written = read - DIV_ROUND_UP(left, sizeof(*nr));
	while (written < read && !put_user(nr[written], results + written))
		written++;
	return written;
}

static int ioctl_translate_many(struct file *file, void *arg)
{
	struct pidmap_translate_many *req = arg;
	const s32 __user *numbers = u64_to_user_ptr(req->numbers);
	s32 __user *results = u64_to_user_ptr(req->results);
	struct pidmap_pair pair pidmap_uninit;
	enum pid_type type;
	int err;

	err = get_type(req->type, &type);
	if (err || req->flags || req->reserved)
		return -EINVAL;
	err = pidmap_view_pair(file, &req->from, &req->to, &pair);
	if (err)
		return err;
	req->done = 0;
	while (!err && req->done < req->count) {
		u32 count = min_t(u32, req->count - req->done,
				  BATCH_BYTES / sizeof(s32));
		u32 n = translate_chunk(&pair.t, type, numbers + req->done,
					results + req->done, count);

		req->done += n;
		if (n < count)
			err = -EFAULT;
		else if (req->done < req->count)
			err = pause_or_end();
	}
	pidmap_pair_put(&pair);
	return err;
}

static int ioctl_task_ids(struct file *file, void *arg)
{
	struct pidmap_task_ids *req = arg;
	struct pidmap_pair pair pidmap_uninit;
	struct pidmap_stamp stamp;
	int err;

	err = stamp_from_user(req->flags, req->start_time, &stamp);
	if (err)
		return err;
	if (req->reserved || req->reserved2)
		return -EINVAL;
	err = pidmap_view_pair(file, &req->from, &req->to, &pair);
	if (err)
		return err;
	err = pidmap_task_numbers(&pair.t, req->nr, &stamp, req);
	pidmap_pair_put(&pair);
	if (!err)
		stamp_to_user(req->flags, &stamp, &req->start_time,
			      &req->pid_id);
	return err;
}

/* An array whose entries may be shorter or longer than ours. */
static int put_pids(const struct pidmap_pids *req,
		    const struct pidmap_pid *pids)
{
	u8 __user *to = u64_to_user_ptr(req->pids);
	u32 known = min_t(u32, req->stride, sizeof(*pids));
	u32 i;

	for (i = 0; i < req->count; i++, to += req->stride)
		if (copy_to_user(to, &pids[i], known) ||
		    clear_user(to + known, req->stride - known))
			return -EFAULT;
	return 0;
}

static int ioctl_pids(struct file *file, void *arg)
{
	static const struct pidmap_nsref to_view = { .kind = PIDMAP_NS_VIEW };
	struct pidmap_pid pids[PIDMAP_MAX_LEVEL + 1] pidmap_uninit;
	struct pidmap_pids *req = arg;
	struct pidmap_pair pair pidmap_uninit;
	struct pidmap_stamp stamp;
	enum pid_type type;
	int ret;

	ret = get_type(req->type, &type);
	if (!ret && (req->reserved || req->stride < PIDMAP_PID_SIZE_V1 ||
		     req->stride > PIDMAP_SIZE_MAX))
		ret = -EINVAL;
	if (!ret)
		ret = stamp_from_user(req->flags, req->start_time, &stamp);
	if (ret)
		return ret;
	ret = pidmap_view_pair(file, &req->from, &to_view, &pair);
	if (ret)
		return ret;
	ret = pidmap_numbers(&pair.t, type, req->nr, &stamp, pids);
	pidmap_pair_put(&pair);
	if (ret < 0)
		return ret;

	pidmap_view_hide(&pair.view, pids, ret);
	req->count = ret;
	if (req->count > req->capacity)
		return -EINVAL;
	stamp_to_user(req->flags, &stamp, &req->start_time, &req->pid_id);
	return put_pids(req, pids);
}

/*
 * Gathers one batch of records and copies it out.
 *
 * Return: 0, -EFAULT, or -ENOSPC if the next record does not fit in what is
 * left of the caller's buffer.
 */
static int list_chunk(struct pidmap_batch *b, struct pidmap_list *req,
		      void (*gather)(struct pidmap_batch *b))
{
	u8 records[BATCH_BYTES] __aligned(8) pidmap_uninit;

	b->buffer = records;
	b->room = min_t(u32, req->buffer_size - req->used, sizeof(records));
	b->cursor = req->cursor;
	b->used = 0;
	b->count = 0;
	gather(b);
	if (b->cursor == req->cursor)
		return -ENOSPC;
	if (copy_to_user(u64_to_user_ptr(req->buffer) + req->used, records,
			 b->used))
		return -EFAULT;
	req->cursor = b->cursor;
	req->used += b->used;
	req->count += b->count;
	return 0;
}

static int list(struct file *file, struct pidmap_list *req,
		void (*gather)(struct pidmap_batch *b))
{
	struct pidmap_nshold hold pidmap_uninit;
	struct pidmap_view view pidmap_uninit;
	struct pidmap_batch b pidmap_uninit;
	int err;

	if (req->reserved || req->buffer_size < PIDMAP_BUFFER_MIN)
		return -EINVAL;
	err = pidmap_view_get(&view, file);
	if (!err)
		err = pidmap_view_subtree(&view, &req->ns, &hold);
	if (err)
		return err;
	b.ns = hold.ns;
	b.view = view.ns;
	b.flags = req->flags;
	b.user_ns = current_user_ns();
	b.time_offset = pidmap_boottime_offset();
	req->used = 0;
	req->count = 0;
	while (!err && req->cursor != PIDMAP_CURSOR_END) {
		err = list_chunk(&b, req, gather);
		if (!err && req->cursor != PIDMAP_CURSOR_END)
			err = pause_or_end();
	}
	pidmap_nshold_put(&hold);
	return err == -ENOSPC ? 0 : err;
}

static int ioctl_list(struct file *file, void *arg)
{
	struct pidmap_list *req = arg;

	if (req->flags & ~(PIDMAP_LIST_THREADS | PIDMAP_LIST_DIRECT))
		return -EINVAL;
	return list(file, req, pidmap_walk_tasks);
}

static int ioctl_list_ns(struct file *file, void *arg)
{
	struct pidmap_list *req = arg;

	return req->flags ? -EINVAL : list(file, req, pidmap_walk_namespaces);
}

static int ioctl_bind(struct file *file, void *arg)
{
	const struct pidmap_bind *req = arg;
	struct pidmap_pair pair pidmap_uninit;
	int err;

	if (req->flags || req->from.kind == PIDMAP_NS_BOUND ||
	    req->to.kind == PIDMAP_NS_BOUND)
		return -EINVAL;
	err = pidmap_view_pair(file, &req->from, &req->to, &pair);
	if (err)
		return err;
	err = pidmap_view_bind(file->private_data, &pair);
	pidmap_pair_put(&pair);
	return err;
}

static int ioctl_set_view(struct file *file, void *arg)
{
	const struct pidmap_set_view *req = arg;

	if (req->flags || req->ns.kind != PIDMAP_NS_FD || req->ns.reserved)
		return -EINVAL;
	return pidmap_view_raise(file, &req->ns);
}

static int ioctl_watch(struct file *file, void *arg)
{
	return pidmap_watch_begin(file, arg);
}

/* Every operation that takes a struct, by the low byte of its number. */
static const struct {
	int (*handler)(struct file *file, void *req);
	u16 first;	/* size of the first version, the least accepted */
	u16 size;	/* of ours */
	u16 out;	/* what begins here is copied back */
} operations[] = {
#define OPERATION(name, NAME, handler, type, out)			\
	[_IOC_NR(PIDMAP_##NAME)] = {					\
		ioctl_##handler, PIDMAP_##type##_SIZE_V1,		\
		sizeof(struct pidmap_##name), out			\
	}
#define OUT(name, field) offsetof(struct pidmap_##name, field)
	OPERATION(info, INFO, info, INFO, 0),
	OPERATION(translate, TRANSLATE, translate_any, TRANSLATE,
		  OUT(translate, start_time)),
	OPERATION(translate_many, TRANSLATE_MANY, translate_many,
		  TRANSLATE_MANY, OUT(translate_many, done)),
	OPERATION(task_ids, TASK_IDS, task_ids, TASK_IDS,
		  OUT(task_ids, start_time)),
	OPERATION(pids, PIDS, pids, PIDS, OUT(pids, start_time)),
	OPERATION(list, LIST, list, LIST, OUT(list, cursor)),
	OPERATION(list, LIST_NS, list_ns, LIST, OUT(list, cursor)),
	OPERATION(bind, BIND, bind, BIND, sizeof(struct pidmap_bind)),
	OPERATION(set_view, SET_VIEW, set_view, SET_VIEW,
		  sizeof(struct pidmap_set_view)),
	OPERATION(watch, WATCH, watch, WATCH, sizeof(struct pidmap_watch)),
};

/* Copies the request in, runs its operation and copies the answer back. */
static noinline long ioctl_struct(struct file *file, unsigned int nr,
				  void __user *uarg)
{
	union {
		struct pidmap_info info;
		struct pidmap_translate translate;
		struct pidmap_translate_many many;
		struct pidmap_task_ids task_ids;
		struct pidmap_pids pids;
		struct pidmap_list list;
		struct pidmap_bind bind;
		struct pidmap_set_view set_view;
		struct pidmap_watch watch;
	} req pidmap_uninit;
	u32 size;
	int err;

	if (get_user(size, (const u32 __user *)uarg))
		return -EFAULT;
	if (size < operations[nr].first)
		return -EINVAL;
	if (size > PIDMAP_SIZE_MAX)
		return -E2BIG;
	err = copy_struct_from_user(&req, operations[nr].size, uarg, size);
	if (err)
		return err;
	err = operations[nr].handler(file, &req);
	size = min_t(u32, size, operations[nr].size);
	if (size > operations[nr].out &&
	    copy_to_user(uarg + operations[nr].out,
			 (u8 *)&req + operations[nr].out,
			 size - operations[nr].out) && !err)
		err = -EFAULT;
	return err;
}

/**
 * pidmap_ioctl() - the ioctls of /dev/pidmap
 * @file: the open device
 * @cmd: one of the numbers in the ABI header
 * @arg: address of that operation's struct, or a number
 *
 * Return: 0, a number or the negative errno that pidmap(4) lists.
 */
long pidmap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	unsigned int nr = _IOC_NR(cmd);
	long ret;

	switch (cmd) {
	case PIDMAP_BOUND_TID:
		return ioctl_bound(file, PIDTYPE_PID, arg);
	case PIDMAP_BOUND_TGID:
		return ioctl_bound(file, PIDTYPE_TGID, arg);
	case PIDMAP_BOUND_PGID:
		return ioctl_bound(file, PIDTYPE_PGID, arg);
	case PIDMAP_BOUND_SID:
		return ioctl_bound(file, PIDTYPE_SID, arg);
	case PIDMAP_TRANSLATE:
		ret = ioctl_translate(file, (void __user *)arg);
		if (likely(ret != -EAGAIN))
			return ret;
		break;
	}
	if (cmd != _IO(PIDMAP_IOC_MAGIC, nr) || nr >= ARRAY_SIZE(operations))
		return -ENOTTY;
	nr = array_index_nospec(nr, ARRAY_SIZE(operations));
	if (!operations[nr].handler)
		return -ENOTTY;
	return ioctl_struct(file, nr, (void __user *)arg);
}

#ifdef CONFIG_COMPAT
/**
 * pidmap_compat_ioctl() - the same for 32-bit callers
 * @file: the open device
 * @cmd: one of the numbers in the ABI header
 * @arg: as in pidmap_ioctl(); only an address is converted, not a number
 *
 * Return: as pidmap_ioctl().
 */
long pidmap_compat_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg)
{
	if (cmd < PIDMAP_BOUND_TID || cmd > PIDMAP_BOUND_SID)
		arg = (unsigned long)compat_ptr(arg);
	return pidmap_ioctl(file, cmd, arg);
}
#endif
