// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Where the back ends nsfs and procfs look from: the namespace that the caller
 * lives in and a /proc that belongs to it.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "local.h"
#include "nsioctl.h"
#include "proc.h"

/* For both back ends; the second finds it done. */
int local_open(struct pidmap *h)
{
	struct local *l = &h->local;

	if (l->view.fd >= 0)
		return 0;
	l->view.fd = ns_open_own();
	if (l->view.fd < 0)
		return l->view.fd;
	l->view.inum = ns_inum(l->view.fd);
	l->root = proc_open_root();
	l->hides = l->root >= 0 && proc_hides(l->root);
	l->checked = fork_word_new();
	if (l->checked)
		atomic_store(l->checked, 1);
	return 0;
}

void local_close(struct pidmap *h)
{
	struct local *l = &h->local;

	if (l->root >= 0)
		close(l->root);
	if (l->view.fd >= 0)
		close(l->view.fd);
	fork_word_free(l->checked);
	if (l->bound == BOUND_READY) {
		place_put(&l->from);
		place_put(&l->to);
	}
}

/*
 * A process never leaves its namespace, but a child may live in another one.
 *
 * Return: 0 if the caller lives in the view, else -EOPNOTSUPP.
 */
int local_check(struct pidmap *h)
{
	struct local *l = &h->local;
	uint32_t inum;
	int fd;

	if (l->checked && atomic_load_explicit(l->checked,
					       memory_order_relaxed))
		return 0;
	fd = ns_open_own();
	if (fd < 0)
		return fd;
	inum = ns_inum(fd);
	close(fd);
	if (inum != l->view.inum)
		return -EOPNOTSUPP;
	if (l->checked)
		atomic_store(l->checked, 1);
	return 0;
}

/* A capability in the user namespace that owns the view, or in one above. */
static bool has_capability(const struct pidmap *h, unsigned int cap)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];
	int owner;

	if (syscall(SYS_capget, &head, data) ||
	    !(data[cap / 32].effective & 1U << cap % 32))
		return false;
	owner = ioctl(h->local.view.fd, NS_GET_USERNS);
	if (owner < 0)
		return false;
	close(owner);
	return true;
}

/* Does /proc show every process to the caller, as privileged as it is now? */
bool local_sees_proc(const struct pidmap *h)
{
	return !h->local.hides || has_capability(h, CAP_SYS_PTRACE);
}

/* Does ns_scan() show every namespace in the view to the caller? */
bool local_sees_spaces(const struct pidmap *h)
{
	return ns_is_initial(h->local.view.inum) &&
	       has_capability(h, CAP_SYS_ADMIN);
}

int local_info(struct pidmap *h, struct pidmap_info *info, size_t size)
{
	const struct place *view = &h->local.view;
	int err = local_check(h);

	if (err)
		return err;
	info->size = size < sizeof(*info) ? size : sizeof(*info);
	info->level = ns_is_initial(view->inum) ? 0 : PIDMAP_LEVEL_UNKNOWN;
	info->inum = view->inum;
	info->id = ns_id(view->fd);
	info->features = info->id ? PIDMAP_FEATURE_NS_ID : 0;
	info->upward = PIDMAP_UPWARD_NONE;
	info->max_level = PIDMAP_MAX_LEVEL;
	info->rights = has_capability(h, CAP_SYS_PTRACE) ?
		       PIDMAP_RIGHT_IDENTITY : 0;
	return 0;
}

/*
 * The namespace that a task lives in. One without numbers below the view's
 * lives in the view. Its link, which the caller may not be allowed to read, is
 * then not needed.
 */
int local_task_inum(const struct pidmap *h, const struct proc_task *task,
		    uint32_t *inum)
{
	if (task->st.levels > 1)
		return proc_task_inum(task, inum);
	*inum = h->local.view.inum;
	return 0;
}

/* Return: an nsfs file of it. */
int local_task_ns(const struct pidmap *h, const struct proc_task *task)
{
	int fd;

	if (task->st.levels > 1)
		return proc_task_ns(task);
	fd = fcntl(h->local.view.fd, F_DUPFD_CLOEXEC, 0);
	return fd < 0 ? -errno : fd;
}
