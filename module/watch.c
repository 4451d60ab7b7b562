// SPDX-License-Identifier: GPL-2.0-only
/*
 * WATCH: events of the tasks of a namespace, from three tracepoints of the
 * kernel into a ring for each watch, and from there to its readers.
 */
#include <linux/bitmap.h>
#include <linux/err.h>
#include <linux/irq_work.h>
#include <linux/log2.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/pid_namespace.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/string.h>
#include <linux/threads.h>
#include <linux/timekeeping.h>
#include <linux/tracepoint.h>
#include <linux/uaccess.h>
#include <linux/vmalloc.h>
#include <linux/wait.h>
#include <linux/workqueue.h>
#include <trace/events/sched.h>
#include <trace/events/task.h>

#include "compat.h"
#include "record.h"
#include "ring.h"
#include "watch.h"

/**
 * struct pidmap_stream - what PIDMAP_WATCH makes of an open file
 * @node: in the list of streams
 * @ns: events of this namespace and its descendants, with a reference
 * @view: whose numbers come first in a record, with a reference
 * @threads: report every task
 * @time_offset: the boot-time clock of who watches minus the kernel's
 * @lock: held by who writes to or reads from @ring, @seq and @lost
 * @ring: the records
 * @seq: the number of the next record
 * @lost: events since the ring was found full; while there are any, all others
 *	are lost, too
 * @reading: held by the one reader that copies
 * @readers: who waits for a record
 * @wake: wakes them, for that must not be done inside a tracepoint
 * @end: frees all this when no probe uses it any more
 * @memory: the page and the ring
 */
struct pidmap_stream {
	struct list_head node;
	struct pid_namespace *ns;
	struct pid_namespace *view;
	bool threads;
	u64 time_offset;
	raw_spinlock_t lock;
	struct pidmap_ringbuf ring;
	u64 seq;
	u64 lost;
	struct mutex reading;	/* one reader copies at a time */
	wait_queue_head_t readers;
	struct irq_work wake;
	struct rcu_work end;
	void *memory;
};

static_assert(TASK_COMM_LEN >= PIDMAP_EVENT_COMM);

/* How many streams there may be; root may change it at any time. */
unsigned int pidmap_watches = 64;

static LIST_HEAD(streams);
static DEFINE_MUTEX(streams_lock);
static unsigned int streams_count;

/* Frees streams; unlike the kernel's own, it can be waited for. */
static struct workqueue_struct *streams_end;

static int watches_set(const char *val, const struct kernel_param *kp)
{
	if (!pidmap_may_configure())
		return -EPERM;
	return param_set_uint(val, kp);
}

const struct kernel_param_ops pidmap_watches_ops = {
	.set = watches_set,
	.get = param_get_uint,
};

/* ------------------------------------------------------------- the writers */

static void stream_wake(struct irq_work *work)
{
	struct pidmap_stream *s = container_of(work, struct pidmap_stream,
					       wake);

	wake_up_interruptible_poll(&s->readers, EPOLLIN | EPOLLRDNORM);
}

/* Writes what begins every event, if there is room; under the lock. */
static __always_inline struct pidmap_event *
stream_reserve(struct pidmap_stream *s, unsigned int size)
{
	struct pidmap_event *event = pidmap_ring_reserve(&s->ring, size);

	if (unlikely(!event))
		return NULL;
	event->size = size;
	event->seq = s->seq++;
	return event;
}

/* The ring is empty, so there is room for it. */
static void stream_sync(struct pidmap_stream *s)
{
	struct pidmap_event *event = stream_reserve(s, sizeof(*event));

	event->kind = PIDMAP_EVENT_SYNC;
	event->task_offset = 0;
	event->comm_offset = 0;
	event->time = ktime_get_boot_fast_ns() + s->time_offset;
	event->lost = s->lost;
	s->lost = 0;
	pidmap_ring_commit(&s->ring, sizeof(*event));
}

/**
 * struct happening - an event before it is written to any ring
 * @kind: one of enum pidmap_event_kind
 * @time: of the kernel's boot-time clock
 * @code: of struct pidmap_event
 * @old_tid: EXEC: the TID in the initial namespace before; 0 if it is the same
 */
struct happening {
	u16 kind;
	u64 time;
	int code;
	pid_t old_tid;
};

static __always_inline void stream_write(struct pidmap_stream *s,
					 const struct happening *h,
					 struct task_struct *task,
					 const struct pid *pid)
{
	unsigned int at = sizeof(struct pidmap_event);
	unsigned int levels = pidmap_record_levels(pid, s->view);
	struct pidmap_event *event;
	unsigned int size;
	bool first;

	if (h->kind == PIDMAP_EVENT_EXEC)
		at += PIDMAP_EVENT_COMM;
	size = at + pidmap_record_size(levels);

	/* No interrupt forks, executes or exits. */
	raw_spin_lock(&s->lock);
	event = likely(!s->lost) ? stream_reserve(s, size) : NULL;
	if (unlikely(!event)) {
		s->lost++;
		raw_spin_unlock(&s->lock);
		return;
	}
	event->kind = h->kind;
	event->task_offset = at;
	event->comm_offset = 0;
	event->time = h->time + s->time_offset;
	event->lost = 0;
	if (h->kind == PIDMAP_EVENT_EXIT)
		event->code = h->code;
	if (h->kind == PIDMAP_EVENT_FORK && levels > 1)
		event->parent_inum = pid->numbers[pid->level - 1].ns->ns.inum;
	if (h->kind == PIDMAP_EVENT_EXEC) {
		char *comm = (char *)(event + 1);

		/*
		 * The tracepoint has the old TID as a number of the initial
		 * namespace, and its struct pid went with the old leader, to
		 * which it had been given: nothing leads to its other numbers.
		 */
		if (h->old_tid)
			event->former_tid = s->view->level ? -1 : h->old_tid;
		event->comm_offset = sizeof(*event);
		/* A thread that is named by /proc is one of this process. */
		memcpy(comm, task->comm, PIDMAP_EVENT_COMM);
		comm[PIDMAP_EVENT_COMM - 1] = 0;
	}
	pidmap_record_fill((void *)event + at, task, pid, s->view, levels,
			   s->time_offset);
	first = pidmap_ring_empty(&s->ring);
	pidmap_ring_commit(&s->ring, size);
	raw_spin_unlock(&s->lock);

	/*
	 * Only who found the ring empty waits. A reader first joins the queue
	 * and then looks into the ring, under the lock.
	 */
	if (first && waitqueue_active(&s->readers))
		irq_work_queue(&s->wake);
}

/* Does someone who watches this stream see what has this ID? */
static __always_inline bool stream_covers(const struct pidmap_stream *s,
					  const struct pid *pid)
{
	unsigned int level = s->ns->level;

	return pid->level >= level && pid->numbers[level].ns == s->ns;
}

/* -------------------------------------------------------------- the probes */

#if !PIDMAP_EXIT_HAS_GROUP_DEAD
/*
 * The processes whose end was reported, by their TGID in the initial namespace.
 * If the last two threads of a process end at the same time, each of them sees
 * none alive. The bit decides which one reports the end of the process.
 */
static unsigned long *reported;

static int reported_init(void)
{
	if (!reported)
		reported = __vmalloc(BITS_TO_LONGS(PID_MAX_LIMIT) *
				     sizeof(long), GFP_KERNEL | __GFP_NOWARN);
	if (!reported)
		return -ENOMEM;
	/* Nobody has cleared the bits of numbers that were used again. */
	bitmap_zero(reported, PID_MAX_LIMIT);
	return 0;
}

static void reported_exit(void)
{
	vfree(reported);
}

static __always_inline void process_begins(const struct task_struct *task)
{
	if (test_bit(task->tgid, reported))
		clear_bit(task->tgid, reported);
}

/*
 * Is the exit code of a process without a live task known? These kernels call
 * the probe after exit_mm(). A leader that still has its memory may not have
 * stored its code yet, and reports the end of the process itself.
 */
static __always_inline bool process_has_code(const struct task_struct *task)
{
	const struct task_struct *leader = task->group_leader;

	if (task->signal->flags & SIGNAL_GROUP_EXIT)
		return true;
	/* The locks that exit_mm() takes are its side of this barrier. */
	return !smp_load_acquire(&leader->mm);
}

static __always_inline bool process_ends(const struct task_struct *task)
{
	return !atomic_read(&task->signal->live) && process_has_code(task) &&
	       !test_and_set_bit(task->tgid, reported);
}
#else
static int reported_init(void)
{
	return 0;
}

static void reported_exit(void)
{
}

static __always_inline void process_begins(const struct task_struct *task)
{
}
#endif

static void on_fork(void *data, struct task_struct *task,
		    PIDMAP_PROBE_NEWTASK_FLAGS_T clone_flags)
{
	struct happening h = { .kind = PIDMAP_EVENT_FORK };
	bool process = thread_group_leader(task);
	const struct pid *pid;
	struct pidmap_stream *s;

	/* The idle task of a CPU that comes up is none that anybody sees. */
	if (!task->pid)
		return;
	if (process)
		process_begins(task);
	rcu_read_lock();
	pid = task_pid(task);
	h.time = pidmap_start(task);
	list_for_each_entry_rcu(s, &streams, node)
		if (stream_covers(s, pid) && (process || s->threads))
			stream_write(s, &h, task, pid);
	rcu_read_unlock();
}

static void on_exec(void *data, struct task_struct *task, pid_t old_tid,
		    struct linux_binprm *bprm)
{
	struct happening h = { .kind = PIDMAP_EVENT_EXEC };
	const struct pid *pid;
	struct pidmap_stream *s;

	if (old_tid != task->pid)
		h.old_tid = old_tid;
	rcu_read_lock();
	pid = task_pid(task);
	list_for_each_entry_rcu(s, &streams, node) {
		if (!stream_covers(s, pid))
			continue;
		if (!h.time)
			h.time = ktime_get_boot_fast_ns();
		stream_write(s, &h, task, pid);
	}
	rcu_read_unlock();
}

/* What wait(2) reports of a process, once its last task has ended. */
static int process_code(const struct task_struct *leader)
{
	const struct signal_struct *signal = leader->signal;

	return signal->flags & SIGNAL_GROUP_EXIT ? signal->group_exit_code :
						   leader->exit_code;
}

static __always_inline void exits(struct task_struct *task, bool ended)
{
	struct happening h = { .kind = PIDMAP_EVENT_EXIT };
	struct task_struct *leader;
	const struct pid *pid, *tgid;
	struct pidmap_stream *s;

	rcu_read_lock();
	pid = task_pid(task);
	leader = task->group_leader;
	tgid = task_tgid(task);
	list_for_each_entry_rcu(s, &streams, node) {
		if (!stream_covers(s, pid) || !(ended || s->threads))
			continue;
		if (!h.time)
			h.time = ktime_get_boot_fast_ns();
		if (s->threads) {
			h.code = task->exit_code;
			stream_write(s, &h, task, pid);
		} else {
			h.code = process_code(leader);
			stream_write(s, &h, leader, tgid);
		}
	}
	rcu_read_unlock();
}

#if PIDMAP_EXIT_HAS_GROUP_DEAD
static void on_exit(void *data, struct task_struct *task, bool group_dead)
{
	exits(task, group_dead);
}
#else
static void on_exit(void *data, struct task_struct *task)
{
	exits(task, process_ends(task));
}
#endif

/* A fork must be seen by who sees an exit: see process_ends(). */
static struct probe {
	const char *name;
	void *function;
	struct tracepoint *tracepoint;
} probes[] = {
	{ "task_newtask", on_fork },
	{ "sched_process_exec", on_exec },
	{ "sched_process_exit", on_exit },
};

static void __maybe_unused check_prototypes(void)
{
	check_trace_callback_type_task_newtask(on_fork);
	check_trace_callback_type_sched_process_exec(on_exec);
	check_trace_callback_type_sched_process_exit(on_exit);
}

static void find_tracepoint(struct tracepoint *tracepoint, void *priv)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!strcmp(tracepoint->name, probes[i].name))
			probes[i].tracepoint = tracepoint;
}

/* The last @count probes are still registered, or were not. */
static void probes_unregister(unsigned int count)
{
	while (IS_ENABLED(CONFIG_TRACEPOINTS) && count--)
		tracepoint_probe_unregister(probes[count].tracepoint,
					    probes[count].function, NULL);
}

static int probes_register(void)
{
	unsigned int i;
	int err;

	if (!IS_ENABLED(CONFIG_TRACEPOINTS))
		return -EOPNOTSUPP;
	err = reported_init();
	for (i = 0; !err && i < ARRAY_SIZE(probes); i++) {
		err = tracepoint_probe_register(probes[i].tracepoint,
						probes[i].function, NULL);
		if (err)
			probes_unregister(i);
	}
	return err;
}

/**
 * pidmap_watch_possible() - does this kernel have what a watch needs?
 *
 * Return: true if it has all three tracepoints.
 */
bool pidmap_watch_possible(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(probes); i++)
		if (!probes[i].tracepoint)
			return false;
	return true;
}

/* ------------------------------------------------ begin and end of a watch */

static void stream_free(struct pidmap_stream *s)
{
	vfree(s->memory);
	put_pid_ns(s->ns);
	put_pid_ns(s->view);
	kfree(s);
}

static void stream_end(struct work_struct *work)
{
	struct pidmap_stream *s = container_of(to_rcu_work(work),
					       struct pidmap_stream, end);

	irq_work_sync(&s->wake);
	stream_free(s);
}

static struct pidmap_stream *stream_alloc(struct pid_namespace *ns,
					  struct pid_namespace *view,
					  const struct pidmap_watch *req)
{
	struct pidmap_stream *s = kzalloc(sizeof(*s), GFP_KERNEL_ACCOUNT);

	if (!s)
		return NULL;
	s->memory = __vmalloc(PAGE_SIZE + PAGE_ALIGN(req->ring_size),
			      GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN);
	if (!s->memory) {
		kfree(s);
		return NULL;
	}
	s->ns = get_pid_ns(ns);
	s->view = get_pid_ns(view);
	s->threads = req->flags & PIDMAP_WATCH_THREADS;
	s->time_offset = pidmap_boottime_offset();
	raw_spin_lock_init(&s->lock);
	pidmap_ring_init(&s->ring, s->memory, PAGE_SIZE, req->ring_size);
	mutex_init(&s->reading);
	init_waitqueue_head(&s->readers);
	init_irq_work(&s->wake, stream_wake);
	INIT_RCU_WORK(&s->end, stream_end);
	stream_sync(s);
	return s;
}

/* Shows a stream to the probes. */
static int stream_add(struct pidmap_stream *s)
{
	int err = 0;

	mutex_lock(&streams_lock);
	if (streams_count >= READ_ONCE(pidmap_watches))
		err = -ENOSPC;
	else if (!streams_count)
		err = probes_register();
	if (!err) {
		streams_count++;
		list_add_tail_rcu(&s->node, &streams);
	}
	mutex_unlock(&streams_lock);
	return err;
}

/**
 * pidmap_watch_begin() - make a stream of an open file, for PIDMAP_WATCH
 * @file: an open /dev/pidmap
 * @req: the request
 *
 * When it returns, a task that no event reports can be listed.
 *
 * Return: 0; -EINVAL for a bad request; -EOPNOTSUPP if the kernel lacks
 * tracepoints; -EBUSY if the file is a stream already; -ENOSPC if there are too
 * many; -ENOMEM; or what pidmap_view_subtree() fails with.
 */
int pidmap_watch_begin(struct file *file, const struct pidmap_watch *req)
{
	struct pidmap_file *pf = file->private_data;
	struct pidmap_nshold hold pidmap_uninit;
	struct pidmap_stream *s = NULL;
	struct pidmap_view view;
	int err;

	if (req->flags & ~PIDMAP_WATCH_THREADS || req->reserved ||
	    !is_power_of_2(req->ring_size) ||
	    req->ring_size < PIDMAP_RING_MIN ||
	    req->ring_size > PIDMAP_RING_MAX)
		return -EINVAL;
	if (!pidmap_watch_possible())
		return -EOPNOTSUPP;
	err = pidmap_view_get(&view, file);
	if (!err)
		err = pidmap_view_subtree(&view, &req->ns, &hold);
	if (err)
		return err;
	if (test_and_set_bit(PIDMAP_FIXED_STREAM, &pf->fixed)) {
		err = -EBUSY;
		goto put;
	}
	s = stream_alloc(hold.ns, view.ns, req);
	err = s ? stream_add(s) : -ENOMEM;
	if (err) {
		if (s)
			stream_free(s);
		clear_bit(PIDMAP_FIXED_STREAM, &pf->fixed);
		goto put;
	}
	/*
	 * Probes that began before, and did not see the stream, have ended. So
	 * whatever they did not report is there to be listed.
	 */
	synchronize_rcu();
	/* Pairs with the acquire in stream_get(). */
	smp_store_release(&pf->stream, s);
put:
	pidmap_nshold_put(&hold);
	return err;
}

/**
 * pidmap_watch_release() - end the stream of a file that is closed
 * @pf: what the file holds
 */
void pidmap_watch_release(struct pidmap_file *pf)
{
	struct pidmap_stream *s = pf->stream;

	if (!s)
		return;
	mutex_lock(&streams_lock);
	list_del_rcu(&s->node);
	if (!--streams_count)
		probes_unregister(ARRAY_SIZE(probes));
	mutex_unlock(&streams_lock);
	queue_rcu_work(streams_end, &s->end);
}

/* ------------------------------------------------------------ the readers */

/* The stream of a file, if the caller may read it. */
static struct pidmap_stream *stream_get(struct file *file)
{
	const struct pidmap_file *pf = file->private_data;
	/* Pairs with the release in pidmap_watch_begin(). */
	struct pidmap_stream *s = smp_load_acquire(&pf->stream);
	struct pidmap_view view;
	int err;

	if (!s)
		return ERR_PTR(-ENODATA);
	err = pidmap_view_get(&view, file);
	if (err)
		return ERR_PTR(err);
	if (!pidmap_ns_within(s->view, view.ns) || !pidmap_view_identity(&view))
		return ERR_PTR(-EPERM);
	return s;
}

static bool stream_ready(struct pidmap_stream *s)
{
	bool ready;

	raw_spin_lock(&s->lock);
	ready = !pidmap_ring_empty(&s->ring);
	raw_spin_unlock(&s->lock);
	return ready;
}

/*
 * The records that are there: at most two pieces, before and after the end of
 * the ring.
 */
static ssize_t stream_read(struct pidmap_stream *s, char __user *buf,
			   size_t count)
{
	ssize_t done = 0;
	int err = -EAGAIN;
	int pieces;

	for (pieces = 0; pieces < 2; pieces++) {
		const u8 *data;
		u32 size;

		raw_spin_lock(&s->lock);
		size = pidmap_ring_peek(&s->ring, &data);
		raw_spin_unlock(&s->lock);
		if (!size)
			break;
		size = pidmap_ring_fit(data, size, count - done);
		err = -EINVAL;
		if (!size)
			break;
		err = -EFAULT;
		if (copy_to_user(buf + done, data, size))
			break;
		done += size;

		raw_spin_lock(&s->lock);
		pidmap_ring_consume(&s->ring, size);
		/* Who reads the mapping sees at once that events were lost. */
		if (s->lost && pidmap_ring_empty(&s->ring))
			stream_sync(s);
		raw_spin_unlock(&s->lock);
	}
	return done ? done : err;
}

/**
 * pidmap_watch_read() - read(2) of a watch
 * @file: the open file
 * @buf: where to
 * @count: how much room there is
 * @pos: without meaning
 *
 * Return: the length of the whole records read; -EINVAL if there is no room for
 * one; -EAGAIN if there is none and the file does not block; -EFAULT, and then
 * nothing was consumed; -ENODATA before PIDMAP_WATCH; -EPERM if the caller may
 * not read it.
 */
ssize_t pidmap_watch_read(struct file *file, char __user *buf, size_t count,
			  loff_t *pos)
{
	struct pidmap_stream *s = stream_get(file);
	ssize_t ret;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (count < sizeof(struct pidmap_event))
		return -EINVAL;
	for (;;) {
		if (mutex_lock_interruptible(&s->reading))
			return -ERESTARTSYS;
		ret = stream_read(s, buf, count);
		mutex_unlock(&s->reading);
		if (ret != -EAGAIN || file->f_flags & O_NONBLOCK)
			return ret;
		if (wait_event_interruptible(s->readers, stream_ready(s)))
			return -ERESTARTSYS;
	}
}

/**
 * pidmap_watch_poll() - poll(2) of a watch
 * @file: the open file
 * @wait: who polls
 *
 * Return: readable or not; EPOLLERR if read(2) would fail.
 */
__poll_t pidmap_watch_poll(struct file *file, poll_table *wait)
{
	struct pidmap_stream *s = stream_get(file);

	if (IS_ERR(s))
		return EPOLLERR;
	poll_wait(file, &s->readers, wait);
	return stream_ready(s) ? EPOLLIN | EPOLLRDNORM : 0;
}

/**
 * pidmap_watch_mmap() - mmap(2) of a watch, for reading alone
 * @file: the open file
 * @vma: the mapping; a child of the caller does not get it
 *
 * The mapping keeps the file open, and the file keeps the memory.
 *
 * Return: 0; -EINVAL for another offset or length than the ABI header says;
 * -EACCES for a mapping that can be written; -ENODATA and -EPERM as read(2).
 */
int pidmap_watch_mmap(struct file *file, struct vm_area_struct *vma)
{
	struct pidmap_stream *s = stream_get(file);
	unsigned long size = vma->vm_end - vma->vm_start;
	unsigned long at;
	int err = 0;

	if (IS_ERR(s))
		return PTR_ERR(s);
	if (vma->vm_flags & VM_WRITE)
		return -EACCES;
	if (vma->vm_pgoff || (size != PAGE_SIZE &&
			      size != PAGE_SIZE + PAGE_ALIGN(s->ring.size)))
		return -EINVAL;
	pidmap_vm_flags_mod(vma, VM_DONTCOPY | VM_DONTEXPAND, VM_MAYWRITE);
	/*
	 * By number: before Linux 5.11, pages that are charged to a cgroup have
	 * no room for a count of their mappings.
	 */
	for (at = 0; !err && at < size; at += PAGE_SIZE)
		err = remap_pfn_range(vma, vma->vm_start + at,
				      vmalloc_to_pfn(s->memory + at), PAGE_SIZE,
				      vma->vm_page_prot);
	return err;
}

/* -------------------------------------------------------------- the module */

/**
 * pidmap_watch_init() - prepare, when the module is loaded
 *
 * Return: 0 or -ENOMEM.
 */
int __init pidmap_watch_init(void)
{
	streams_end = alloc_workqueue("pidmap", WQ_UNBOUND, 0);
	if (!streams_end)
		return -ENOMEM;
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		for_each_kernel_tracepoint(find_tracepoint, NULL);
	return 0;
}

/**
 * pidmap_watch_exit() - leave nothing behind; no file is open any more
 */
void pidmap_watch_exit(void)
{
	/* A probe that was unregistered may still run. */
	if (IS_ENABLED(CONFIG_TRACEPOINTS))
		tracepoint_synchronize_unregister();
	/* Every stream that is still to be freed has been queued by then. */
	rcu_barrier();
	destroy_workqueue(streams_end);
	reported_exit();
}
