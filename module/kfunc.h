/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Functions that BPF programs may call.
 */
#ifndef _PIDMAP_KFUNC_H
#define _PIDMAP_KFUNC_H

/* Kbuild defines it if the module will have BTF, which such functions need. */
#ifdef PIDMAP_KFUNC
#include <linux/types.h>

s32 pidmap_host_tid(s32 nr, s32 in);
void pidmap_kfunc_init(void);
#else
static inline void pidmap_kfunc_init(void)
{
}
#endif

#endif /* _PIDMAP_KFUNC_H */
