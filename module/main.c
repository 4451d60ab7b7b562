// SPDX-License-Identifier: GPL-2.0
/*
 * /dev/pidmap: the device and what an open file of it holds.
 */
#include <linux/compat.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "ioctl.h"
#include "view.h"

static int pidmap_open(struct inode *inode, struct file *file)
{
	struct pidmap_file *pf = kzalloc(sizeof(*pf), GFP_KERNEL_ACCOUNT);

	if (!pf)
		return -ENOMEM;
	pf->ns = get_pid_ns(task_active_pid_ns(current));
	file->private_data = pf;
	return nonseekable_open(inode, file);
}

static int pidmap_release(struct inode *inode, struct file *file)
{
	struct pidmap_file *pf = file->private_data;

	pidmap_view_unbind(pf);
	put_pid_ns(pf->ns);
	kfree(pf);
	return 0;
}

static const struct file_operations pidmap_fops = {
	.owner		= THIS_MODULE,
	.open		= pidmap_open,
	.release	= pidmap_release,
	.unlocked_ioctl	= pidmap_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

static struct miscdevice pidmap_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "pidmap",
	.fops	= &pidmap_fops,
	.mode	= 0660,
};
module_misc_device(pidmap_device);

module_param_cb(upward, &pidmap_upward_ops, &pidmap_upward, 0644);
MODULE_PARM_DESC(upward,
		 "who may translate to levels above the view: none, self, subtree");

MODULE_DESCRIPTION("Translates IDs between PID namespaces");
MODULE_AUTHOR("The pidmap developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(PIDMAP_VERSION);
