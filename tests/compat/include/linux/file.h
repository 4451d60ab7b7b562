/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_FILE_H
#define _LINUX_FILE_H

struct file;

#ifdef FD_FILE_word
struct fd {
	unsigned long word;
};
#define fd_file(f) ((struct file *)((f).word & ~3ul))
#else
struct fd {
	struct file *file;
	unsigned int flags;
};
#ifdef FD_FILE_macro
#define fd_file(f) ((f).file)
#endif
#ifdef FD_FILE_inline
static inline struct file *fd_file(struct fd f)
{
	return f.file;
}
#endif
#endif

#endif
