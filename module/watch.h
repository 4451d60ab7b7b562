/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * WATCH: an open file becomes a stream of events.
 */
#ifndef _PIDMAP_WATCH_H
#define _PIDMAP_WATCH_H

#include <linux/fs.h>
#include <linux/mm_types.h>
#include <linux/moduleparam.h>
#include <linux/pidmap.h>
#include <linux/poll.h>

#include "view.h"

extern const struct kernel_param_ops pidmap_watches_ops;
extern unsigned int pidmap_watches;

int pidmap_watch_init(void);
void pidmap_watch_exit(void);
bool pidmap_watch_possible(void);
int pidmap_watch_begin(struct file *file, const struct pidmap_watch *req);
void pidmap_watch_release(struct pidmap_file *pf);
ssize_t pidmap_watch_read(struct file *file, char __user *buf, size_t count,
			  loff_t *pos);
__poll_t pidmap_watch_poll(struct file *file, poll_table *wait);
int pidmap_watch_mmap(struct file *file, struct vm_area_struct *vma);

#endif /* _PIDMAP_WATCH_H */
