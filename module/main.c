// SPDX-License-Identifier: GPL-2.0-only
/*
 * /dev/pidmap: the device and what an open file of it holds.
 */
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/pid_namespace.h>
#include <linux/sched.h>
#include <linux/slab.h>

#include "ioctl.h"
#include "kfunc.h"
#include "view.h"
#include "watch.h"

static int pidmap_open(struct inode *inode, struct file *file)
{
	struct pidmap_file *pf = kzalloc(sizeof(*pf), GFP_KERNEL_ACCOUNT);

	if (!pf)
		return -ENOMEM;
	pf->opener = get_pid_ns(task_active_pid_ns(current));
	pf->ns = pf->opener;
	file->private_data = pf;
	return nonseekable_open(inode, file);
}

static int pidmap_release(struct inode *inode, struct file *file)
{
	struct pidmap_file *pf = file->private_data;

	pidmap_watch_release(pf);
	pidmap_view_release(pf);
	kfree(pf);
	return 0;
}

static const struct file_operations pidmap_fops = {
	.owner		= THIS_MODULE,
	.open		= pidmap_open,
	.release	= pidmap_release,
	.read		= pidmap_watch_read,
	.poll		= pidmap_watch_poll,
	.mmap		= pidmap_watch_mmap,
	.unlocked_ioctl	= pidmap_ioctl,
#ifdef CONFIG_COMPAT
	.compat_ioctl	= pidmap_compat_ioctl,
#endif
};

static struct miscdevice pidmap_device = {
	.minor	= MISC_DYNAMIC_MINOR,
	.name	= "pidmap",
	.fops	= &pidmap_fops,
	.mode	= 0660,
};

static int __init pidmap_init(void)
{
	int err = pidmap_watch_init();

	if (err)
		return err;
	pidmap_kfunc_init();
	pidmap_loaded = true;
	err = misc_register(&pidmap_device);
	if (err)
		pidmap_watch_exit();
	return err;
}
module_init(pidmap_init);

static void __exit pidmap_exit(void)
{
	misc_deregister(&pidmap_device);
	pidmap_watch_exit();
}
module_exit(pidmap_exit);

module_param_cb(upward, &pidmap_upward_ops, &pidmap_upward, 0644);
MODULE_PARM_DESC(upward,
		 "who may translate to levels above the view: none, self, subtree");

module_param_cb(watches, &pidmap_watches_ops, &pidmap_watches, 0644);
MODULE_PARM_DESC(watches, "how many open files may be watches at a time");

MODULE_DESCRIPTION("Translates IDs between PID namespaces");
MODULE_AUTHOR("The pidmap developers");
MODULE_LICENSE("GPL");
MODULE_VERSION(PIDMAP_VERSION);
