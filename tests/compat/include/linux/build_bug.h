/* SPDX-License-Identifier: GPL-2.0-only */
#define static_assert(expr) _Static_assert(expr, #expr)
