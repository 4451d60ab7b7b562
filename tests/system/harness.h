/* SPDX-License-Identifier: GPL-2.0-only */
/* What the rig needs of whatever runs the tests; test.h has it. */
#ifndef HARNESS_H
#define HARNESS_H

void harness_init(void);
void __attribute__((noreturn)) harness_fail(const char *file, int line);
void __attribute__((noreturn)) harness_skip(void);

#endif
