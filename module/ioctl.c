// SPDX-License-Identifier: GPL-2.0
/*
 * The ioctls of /dev/pidmap: the only file that touches user memory.
 */
#include <linux/build_bug.h>
#include <linux/cred.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "compat.h"
#include "ioctl.h"
#include "translate.h"
#include "view.h"
#include "walk.h"

/* Room on the stack for what is gathered inside one RCU section. */
#define BATCH_BYTES 768

static_assert(PIDMAP_MAX_LEVEL == MAX_PID_NS_LEVEL);
static_assert((int)PIDMAP_TID == PIDTYPE_PID);
static_assert((int)PIDMAP_TGID == PIDTYPE_TGID);
static_assert((int)PIDMAP_PGID == PIDTYPE_PGID);
static_assert((int)PIDMAP_SID == PIDTYPE_SID);
static_assert(BATCH_BYTES >= PIDMAP_RECORD_MAX);

/*
 * Copies a request whose first field says its size; @known is ours, of which
 * all is in the first published version so far.
 */
static int get_request(void *req, size_t known, const void __user *uarg)
{
	u32 size;
	int err;

	if (get_user(size, (const u32 __user *)uarg))
		return -EFAULT;
	if (size < known || size > PAGE_SIZE)
		return -EINVAL;
	err = copy_struct_from_user(req, known, uarg, size);
	return err == -E2BIG ? -EINVAL : err;
}

static u64 start_from_user(u64 start)
{
	return start ? start - pidmap_boottime_offset() : 0;
}

/* Writes the start time where it was asked for. */
static int put_start(u32 flags, u64 start, __u64 __user *uaddr)
{
	if (!(flags & PIDMAP_START_TIME))
		return 0;
	return put_user(start ? start + pidmap_boottime_offset() : 0, uaddr);
}

static long ioctl_info(struct file *file, struct pidmap_info __user *uarg)
{
	struct pidmap_info info = {
		.size = sizeof(info),
		.abi_version = PIDMAP_ABI_VERSION,
		.features = PIDMAP_HAVE_NS_ID ? PIDMAP_FEATURE_NS_ID : 0,
		.upward = READ_ONCE(pidmap_upward),
		.max_level = PIDMAP_MAX_LEVEL,
		.record_min = PIDMAP_RECORD_MAX,
	};
	struct pidmap_view view;
	struct pidmap_pid ns;
	u32 size;
	int err;

	if (get_user(size, &uarg->size))
		return -EFAULT;
	if (size < sizeof(info) || size > PAGE_SIZE)
		return -EINVAL;
	err = pidmap_view_get(&view, file);
	if (err)
		return err;

	ns.inum = view.ns->ns.inum;
	ns.id = pidmap_ns_id(view.ns);
	pidmap_view_hide(&view, &ns, 1);
	info.level = view.ns->level;
	info.inum = ns.inum;
	info.id = ns.id;
	if (pidmap_view_identity(&view))
		info.rights |= PIDMAP_RIGHT_IDENTITY;
	if (copy_to_user(uarg, &info, sizeof(info)) ||
	    clear_user((void __user *)uarg + sizeof(info), size - sizeof(info)))
		return -EFAULT;
	return 0;
}

/*
 * The one request that is read field by field, at a fraction of a copy's cost,
 * if it has the usual size.
 */
static int get_translate(struct pidmap_translate *req,
			 const struct pidmap_translate __user *uarg)
{
	u32 size;

	if (!user_read_access_begin(uarg, sizeof(*uarg)))
		return -EFAULT;
	unsafe_get_user(size, &uarg->size, fault);
	unsafe_get_user(req->flags, &uarg->flags, fault);
	unsafe_get_user(req->type, &uarg->type, fault);
	unsafe_get_user(req->nr, &uarg->nr, fault);
	unsafe_get_user(req->from.kind, &uarg->from.kind, fault);
	unsafe_get_user(req->from.reserved, &uarg->from.reserved, fault);
	unsafe_get_user(req->from.value, &uarg->from.value, fault);
	unsafe_get_user(req->to.kind, &uarg->to.kind, fault);
	unsafe_get_user(req->to.reserved, &uarg->to.reserved, fault);
	unsafe_get_user(req->to.value, &uarg->to.value, fault);
	unsafe_get_user(req->start_time, &uarg->start_time, fault);
	unsafe_get_user(req->reserved, &uarg->reserved, fault);
	user_read_access_end();
	if (likely(size == sizeof(*req)))
		return 0;
	goto copy;
fault:
	user_read_access_end();
copy:
	return get_request(req, sizeof(*req), uarg);
}

/* With a look at the start time: the less usual case, kept out of line. */
static noinline int translate_timed(const struct pidmap_translation *t,
				    const struct pidmap_translate *req,
				    struct pidmap_translate __user *uarg)
{
	u64 start = start_from_user(req->start_time);
	int ret = pidmap_translate_one(t, req->type, req->nr, &start);

	if (ret > 0 && put_start(req->flags, start, &uarg->start_time))
		return -EFAULT;
	return ret;
}

static long ioctl_translate(struct file *file,
			    struct pidmap_translate __user *uarg)
{
	struct pidmap_translate req pidmap_uninit;
	struct pidmap_pair pair pidmap_uninit;
	int ret;

	ret = get_translate(&req, uarg);
	if (ret)
		return ret;
	if (req.flags & ~PIDMAP_START_TIME || req.type > PIDMAP_SID ||
	    req.reserved)
		return -EINVAL;

	ret = pidmap_view_pair(file, &req.from, &req.to, &pair);
	if (ret)
		return ret;
	if (unlikely(req.flags || req.start_time))
		ret = translate_timed(&pair.t, &req, uarg);
	else
		ret = pidmap_translate_nr(&pair.t, req.type, req.nr);
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
			unsigned long nr)
{
	const struct pidmap_file *pf = file->private_data;

	if (nr > INT_MAX)
		return -ESRCH;
	/* Pairs with the release in pidmap_view_bind(). */
	if (likely(smp_load_acquire(&pf->bound_view) == pidmap_active_ns()))
		return pidmap_translate_nr(&pf->bound.t, type, nr);
	return bound_resolved(file, type, nr);
}

/* Between two RCU sections of a long call. Return: -EINTR if it is killed. */
static int pause_or_end(void)
{
	if (fatal_signal_pending(current))
		return -EINTR;
	cond_resched();
	return 0;
}

/*
 * Copies @count numbers in, translates them and copies the answers out.
 *
 * Return: how many answers were written; less than @count where memory is bad.
 */
static u32 translate_chunk(const struct pidmap_translation *t,
			   enum pid_type type, const s32 __user *numbers,
			   s32 __user *results, u32 count)
{
	s32 nr[BATCH_BYTES / sizeof(s32)] pidmap_uninit;
	unsigned long left;

	left = copy_from_user(nr, numbers, count * sizeof(*nr));
	count -= DIV_ROUND_UP(left, sizeof(*nr));
	pidmap_translate_array(t, type, nr, count);
	left = copy_to_user(results, nr, count * sizeof(*nr));
	return count - DIV_ROUND_UP(left, sizeof(*nr));
}

static long ioctl_translate_many(struct file *file,
				 struct pidmap_translate_many __user *uarg)
{
	struct pidmap_translate_many req pidmap_uninit;
	const s32 __user *numbers;
	struct pidmap_pair pair pidmap_uninit;
	s32 __user *results;
	u32 done = 0;
	int err;

	err = get_request(&req, sizeof(req), uarg);
	if (err)
		return err;
	if (req.flags || req.type > PIDMAP_SID || req.reserved)
		return -EINVAL;

	err = pidmap_view_pair(file, &req.from, &req.to, &pair);
	if (err)
		return err;
	numbers = u64_to_user_ptr(req.numbers);
	results = u64_to_user_ptr(req.results);
	while (!err && done < req.count) {
		u32 count = min_t(u32, req.count - done,
				  BATCH_BYTES / sizeof(s32));
		u32 n = translate_chunk(&pair.t, req.type, numbers + done,
					results + done, count);

		done += n;
		err = n < count ? -EFAULT : pause_or_end();
	}
	pidmap_pair_put(&pair);
	if (put_user(done, &uarg->done))
		return -EFAULT;
	return err;
}

static long ioctl_task_ids(struct file *file,
			   struct pidmap_task_ids __user *uarg)
{
	struct pidmap_task_ids req pidmap_uninit;
	struct pidmap_pair pair pidmap_uninit;
	int err;

	err = get_request(&req, sizeof(req), uarg);
	if (err)
		return err;
	if (req.flags & ~PIDMAP_START_TIME || req.reserved || req.reserved2)
		return -EINVAL;

	err = pidmap_view_pair(file, &req.from, &req.to, &pair);
	if (err)
		return err;
	req.start_time = start_from_user(req.start_time);
	err = pidmap_task_numbers(&pair.t, req.nr, &req.start_time, &req);
	pidmap_pair_put(&pair);
	if (err)
		return err;

	if (put_start(req.flags, req.start_time, &uarg->start_time))
		return -EFAULT;
	if (copy_to_user(&uarg->tid, &req.tid,
			 offsetofend(typeof(req), ppid) -
			 offsetof(typeof(req), tid)))
		return -EFAULT;
	return 0;
}

static long ioctl_pids(struct file *file,
		       struct pidmap_pids __user *uarg)
{
	static const struct pidmap_nsref to_view = { .kind = PIDMAP_NS_VIEW };
	struct pidmap_pid pids[PIDMAP_MAX_LEVEL + 1] pidmap_uninit;
	struct pidmap_pids req pidmap_uninit;
	struct pidmap_pair pair pidmap_uninit;
	int count;

	count = get_request(&req, sizeof(req), uarg);
	if (count)
		return count;
	if (req.flags & ~PIDMAP_START_TIME || req.type > PIDMAP_SID)
		return -EINVAL;

	count = pidmap_view_pair(file, &req.from, &to_view, &pair);
	if (count)
		return count;
	req.start_time = start_from_user(req.start_time);
	count = pidmap_numbers(&pair.t, req.type, req.nr, &req.start_time,
			       pids);
	pidmap_pair_put(&pair);
	if (count < 0)
		return count;

	pidmap_view_hide(&pair.view, pids, count);
	if (put_user(count, &uarg->count))
		return -EFAULT;
	if (count > req.capacity)
		return -EINVAL;
	if (put_start(req.flags, req.start_time, &uarg->start_time))
		return -EFAULT;
	if (copy_to_user(u64_to_user_ptr(req.pids), pids,
			 count * sizeof(*pids)))
		return -EFAULT;
	return 0;
}

/*
 * Gathers one batch of records and copies it out.
 *
 * Return: 0, -EFAULT, or -ENOSPC where the next record does not fit in what is
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

static long ioctl_list(struct file *file,
		       struct pidmap_list __user *uarg, u32 flags,
		       void (*gather)(struct pidmap_batch *b))
{
	struct pidmap_nshold hold pidmap_uninit;
	struct pidmap_view view pidmap_uninit;
	struct pidmap_list req pidmap_uninit;
	struct pidmap_batch b pidmap_uninit;
	int err;

	err = get_request(&req, sizeof(req), uarg);
	if (err)
		return err;
	if (req.flags & ~flags || req.reserved ||
	    req.buffer_size < PIDMAP_RECORD_MAX)
		return -EINVAL;

	err = pidmap_view_get(&view, file);
	if (!err)
		err = pidmap_view_subtree(&view, &req.ns, &hold);
	if (err)
		return err;
	b.ns = hold.ns;
	b.view = view.ns;
	b.flags = req.flags;
	b.user_ns = current_user_ns();
	b.time_offset = pidmap_boottime_offset();
	req.used = 0;
	req.count = 0;
	while (!err && req.cursor != PIDMAP_CURSOR_END) {
		err = list_chunk(&b, &req, gather);
		if (!err)
			err = pause_or_end();
	}
	pidmap_nshold_put(&hold);

	if (err == -ENOSPC)
		err = 0;
	if (put_user(req.cursor, &uarg->cursor) ||
	    put_user(req.used, &uarg->used) ||
	    put_user(req.count, &uarg->count))
		return -EFAULT;
	return err;
}

static long ioctl_bind(struct file *file,
		       const struct pidmap_bind __user *uarg)
{
	struct pidmap_bind req pidmap_uninit;
	struct pidmap_pair pair pidmap_uninit;
	int err;

	err = get_request(&req, sizeof(req), uarg);
	if (err)
		return err;
	if (req.flags || req.from.kind == PIDMAP_NS_BOUND ||
	    req.to.kind == PIDMAP_NS_BOUND)
		return -EINVAL;

	err = pidmap_view_pair(file, &req.from, &req.to, &pair);
	if (err)
		return err;
	err = pidmap_view_bind(file->private_data, &pair);
	pidmap_pair_put(&pair);
	return err;
}

/**
 * pidmap_ioctl() - the ioctls of /dev/pidmap, also for 32-bit callers
 * @file: the open device
 * @cmd: one of the numbers in the ABI header
 * @arg: address of that operation's struct, or a number
 *
 * Return: 0, a number or the negative errno that pidmap(4) lists.
 */
long pidmap_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	void __user *uarg = (void __user *)arg;

	switch (cmd) {
	case PIDMAP_INFO:
		return ioctl_info(file, uarg);
	case PIDMAP_TRANSLATE:
		return ioctl_translate(file, uarg);
	case PIDMAP_TRANSLATE_MANY:
		return ioctl_translate_many(file, uarg);
	case PIDMAP_TASK_IDS:
		return ioctl_task_ids(file, uarg);
	case PIDMAP_PIDS:
		return ioctl_pids(file, uarg);
	case PIDMAP_LIST:
		return ioctl_list(file, uarg, PIDMAP_LIST_THREADS |
				  PIDMAP_LIST_DIRECT, pidmap_walk_tasks);
	case PIDMAP_LIST_NS:
		return ioctl_list(file, uarg, 0, pidmap_walk_namespaces);
	case PIDMAP_BIND:
		return ioctl_bind(file, uarg);
	case PIDMAP_BOUND_TID:
		return ioctl_bound(file, PIDTYPE_PID, arg);
	case PIDMAP_BOUND_TGID:
		return ioctl_bound(file, PIDTYPE_TGID, arg);
	case PIDMAP_BOUND_PGID:
		return ioctl_bound(file, PIDTYPE_PGID, arg);
	case PIDMAP_BOUND_SID:
		return ioctl_bound(file, PIDTYPE_SID, arg);
	default:
		return -ENOTTY;
	}
}
