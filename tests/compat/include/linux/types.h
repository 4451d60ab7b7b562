/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Made-up headers: what module/probe.c and module/compat.h read of a kernel's,
 * and no more. Macros choose how they look, see tests/compat/kernels.
 */
#ifndef _LINUX_TYPES_H
#define _LINUX_TYPES_H

#include <stdbool.h>
#include <stddef.h>

typedef unsigned long long u64;
typedef long long s64;
typedef int pid_t;

#endif
