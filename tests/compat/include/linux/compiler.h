/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef _LINUX_COMPILER_H
#define _LINUX_COMPILER_H

/* There is no KCSAN. */
#define data_race(expr) (expr)

#endif
