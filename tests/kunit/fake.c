// SPDX-License-Identifier: GPL-2.0-only
/*
 * Made-up PID namespaces, IDs and tasks.
 */
#include <linux/fcntl.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/mount.h>
#include <linux/slab.h>
#include <linux/user_namespace.h>

#include "fake.h"
#include "kunit_compat.h"

/* Calls @free with @data when the test ends, the last one first. */
static void at_end(struct kunit *test, void (*free)(struct kunit_resource *res),
		   void *data)
{
	struct kunit_resource *res = kunit_kzalloc(test, sizeof(*res),
						   GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, res);
	KUNIT_ASSERT_EQ(test, 0,
			kunit_add_resource(test, NULL, free, res, data));
}

static void free_ns(struct kunit_resource *res)
{
	struct pid_namespace *ns = res->data;

	idr_destroy(&ns->idr);
}

struct pid_namespace *fake_ns(struct kunit *test, struct pid_namespace *parent)
{
	static u32 inum = 0xe0000000;
	struct pid_namespace *ns = kunit_kzalloc(test, sizeof(*ns), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, ns);
	idr_init(&ns->idr);
	at_end(test, free_ns, ns);
	ns->parent = parent;
	ns->level = parent ? parent->level + 1 : 0;
	ns->user_ns = &init_user_ns;
	ns->ns.ops = init_pid_ns.ns.ops;
	ns->ns.inum = inum++;
	set_ns_id(ns, (u64)ns->ns.inum << 16);
	refcount_set(ns_refcount(ns), 1);
	return ns;
}

/* From level 0 down, each the child of the one before. */
void fake_ns_chain(struct kunit *test, struct pid_namespace **ns,
		   unsigned int count)
{
	unsigned int level;

	for (level = 0; level < count; level++)
		ns[level] = fake_ns(test, level ? ns[level - 1] : NULL);
}

int fake_ns_refs(struct pid_namespace *ns)
{
	return refcount_read(ns_refcount(ns));
}

struct pid *fake_pid(struct kunit *test, struct pid_namespace *leaf,
		     const pid_t *nr)
{
	struct pid_namespace *ns;
	struct pid *pid;
	int i;

	pid = kunit_kzalloc(test, sizeof(*pid) +
			    (leaf->level + 1) * sizeof(pid->numbers[0]),
			    GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, pid);
	pid->level = leaf->level;
	refcount_set(&pid->count, 1);
	for (i = 0; i < PIDTYPE_MAX; i++)
		INIT_HLIST_HEAD(&pid->tasks[i]);
	for (ns = leaf; ns; ns = ns->parent) {
		pid->numbers[ns->level].ns = ns;
		pid->numbers[ns->level].nr = nr[ns->level];
	}
	for (ns = leaf; ns && ns != &init_pid_ns; ns = ns->parent) {
		i = nr[ns->level];
		KUNIT_ASSERT_EQ_MSG(test, i,
				    idr_alloc(&ns->idr, pid, i, i + 1,
					      GFP_KERNEL),
				    "number taken at level %u", ns->level);
		ns->pid_allocated++;
	}
	return pid;
}

struct pid *fake_pid_same(struct kunit *test, struct pid_namespace *leaf,
			  pid_t nr)
{
	pid_t numbers[MAX_PID_NS_LEVEL + 1];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(numbers); i++)
		numbers[i] = nr;
	return fake_pid(test, leaf, numbers);
}

struct pid *fake_pid_of_chain(struct kunit *test, struct pid_namespace *leaf)
{
	pid_t numbers[MAX_PID_NS_LEVEL + 1];
	unsigned int i;

	for (i = 0; i <= leaf->level; i++)
		numbers[i] = fake_chain_nr(leaf->level, i);
	return fake_pid(test, leaf, numbers);
}

void fake_pid_gone(struct pid *pid)
{
	unsigned int level;

	for (level = 0; level <= pid->level; level++) {
		struct pid_namespace *ns = pid->numbers[level].ns;

		if (ns == &init_pid_ns)
			continue;
		idr_remove(&ns->idr, pid->numbers[level].nr);
		ns->pid_allocated--;
	}
}

/* A process begins where kernel threads are: in no group and no session. */
static struct signal_struct *fake_signal(struct kunit *test)
{
	struct signal_struct *signal = kunit_kzalloc(test, sizeof(*signal),
						     GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, signal);
	atomic_set(&signal->live, 1);
	signal->pids[PIDTYPE_PGID] = init_task.signal->pids[PIDTYPE_PGID];
	signal->pids[PIDTYPE_SID] = init_task.signal->pids[PIDTYPE_SID];
	return signal;
}

static void attach(struct task_struct *task, enum pid_type type,
		   struct pid *pid)
{
	if (type == PIDTYPE_PID)
		task->thread_pid = pid;
	else
		task->signal->pids[type] = pid;
	hlist_add_head_rcu(&task->pid_links[type], &pid->tasks[type]);
}

struct task_struct *fake_task(struct kunit *test, struct pid *pid,
			      struct task_struct *leader)
{
	struct task_struct *task = kunit_kzalloc(test, sizeof(*task),
						 GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, task);
	attach(task, PIDTYPE_PID, pid);
	rcu_assign_pointer(task->real_parent, leader ? leader->real_parent :
						       &init_task);
#ifdef CONFIG_CGROUPS
	rcu_assign_pointer(task->cgroups, init_task.cgroups);
#endif
	task->start_boottime = 1000000007ULL * pid->numbers[pid->level].nr;
	if (leader) {
		task->group_leader = leader;
		task->signal = leader->signal;
		return task;
	}
	task->group_leader = task;
	task->signal = fake_signal(test);
	attach(task, PIDTYPE_TGID, pid);
	return task;
}

void fake_detach(struct task_struct *task, enum pid_type type)
{
	hlist_del_rcu(&task->pid_links[type]);
}

void fake_join(struct task_struct *leader, enum pid_type type, struct pid *pid)
{
	attach(leader, type, pid);
}

struct pid *fake_enter(struct pid *pid)
{
	struct pid *own = current->thread_pid;

	current->thread_pid = pid;
	return own;
}

void fake_leave(struct pid *own)
{
	current->thread_pid = own;
}

static void unmount(struct kunit_resource *res)
{
	kern_unmount(res->data);
}

static void close(struct kunit_resource *res)
{
	close_fd((unsigned long)res->data);
}

int fake_proc_fd(struct kunit *test, const char *path, int flags)
{
	struct file_system_type *type = get_fs_type("proc");
	struct vfsmount *proc;
	struct path root;
	struct file *file;
	int fd;

	KUNIT_ASSERT_NOT_NULL(test, type);
	proc = kern_mount(type);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, proc);
	at_end(test, unmount, proc);

	root.mnt = proc;
	root.dentry = proc->mnt_root;
	file = file_open_root(&root, path, flags, 0);
	KUNIT_ASSERT_NOT_ERR_OR_NULL_MSG(test, file, "/proc/%s", path);
	fd = get_unused_fd_flags(O_CLOEXEC);
	if (fd < 0)
		fput(file);
	KUNIT_ASSERT_GE(test, fd, 0);
	fd_install(fd, file);
	at_end(test, close, (void *)(unsigned long)fd);
	return fd;
}

static void free_cred(struct kunit_resource *res)
{
	put_cred(res->data);
}

const struct cred *fake_cred(struct kunit *test)
{
	struct cred *cred = prepare_creds();

	KUNIT_ASSERT_NOT_NULL(test, cred);
	at_end(test, free_cred, cred);
	cap_clear(cred->cap_effective);
	return cred;
}

unsigned long fake_user_page(struct kunit *test)
{
	return kunit_vm_mmap(test, NULL, 0, PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_ANONYMOUS | MAP_PRIVATE, 0);
}
