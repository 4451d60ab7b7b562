/* SPDX-License-Identifier: GPL-2.0-only */
/* Included by each test program, once: the rig and what runs the tests. */
#ifndef TEST_H
#define TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __LP64__
#include <cmocka.h>
#else
#include "mocka.h"
#endif

#include "harness.h"
#include "rig.h"
#include "world.h"

void harness_init(void)
{
#ifdef __LP64__
	cmocka_set_message_output(CM_OUTPUT_TAP);
#endif
}

void harness_fail(const char *file, int line)
{
	_fail(file, line);
	abort();
}

void harness_skip(void)
{
	_skip(__FILE__, __LINE__);
	abort();
}

#endif
