/* SPDX-License-Identifier: GPL-2.0-only */
/* pidmap - reading and writing words */
#ifndef PIDMAP_CLI_TEXT_H
#define PIDMAP_CLI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))
#define PRINTF(f, a)	__attribute__((format(printf, f, a)))

int parse_number(const char *text, uint64_t max, uint64_t *number);
const char *after(const char *text, const char *prefix);
FILE *begin_text(char **text);
void end_text(FILE *out);
char *printable(const char *text);
void make_utf8(char *text);
int utf8_length(const char *text, uint32_t *code);
bool misleads(uint32_t code);

#endif
