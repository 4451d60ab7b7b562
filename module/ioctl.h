/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _PIDMAP_IOCTL_H
#define _PIDMAP_IOCTL_H

#include <linux/fs.h>

long pidmap_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
long pidmap_compat_ioctl(struct file *file, unsigned int cmd,
			 unsigned long arg);

#endif /* _PIDMAP_IOCTL_H */
