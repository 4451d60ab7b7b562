// SPDX-License-Identifier: GPL-2.0-only
/* Words: numbers, and what may safely be shown on a terminal */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "message.h"
#include "text.h"

/* A decimal number from 0 to @max, and nothing else; 0, or an errno */
int parse_number(const char *text, uint64_t max, uint64_t *number)
{
	char *end;

	if (*text < '0' || *text > '9')
		return EINVAL;
	errno = 0;
	*number = strtoull(text, &end, 10);
	if (*end)
		return EINVAL;
	return errno || *number > max ? ERANGE : 0;
}

/* What follows @prefix in @text, or NULL */
const char *after(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) ? NULL : text + length;
}

/* What is printed to the file goes to @text, to be freed after end_text(). */
FILE *begin_text(char **text)
{
	static size_t length;
	FILE *out = open_memstream(text, &length);

	if (!out)
		out_of_memory();
	return out;
}

void end_text(FILE *out)
{
	if (fclose(out))
		out_of_memory();
}

/*
 * Whether a character, though it is text, can change how the text around it is
 * read: C1 controls, and marks that turn the direction of writing or a line
 */
bool misleads(uint32_t code)
{
	return (code >= 0x80 && code < 0xa0) || code == 0x61c ||
	       (code >= 0x200b && code <= 0x200f) ||
	       (code >= 0x2028 && code <= 0x202e) ||
	       (code >= 0x2066 && code <= 0x2069) || code == 0xfeff;
}

/* A copy of @text that can neither break a line nor steer a terminal */
char *printable(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 2);
	mbstate_t state = { 0 };
	char *p = copy;
	size_t length;
	wchar_t c;

	if (!copy)
		out_of_memory();
	for (; *text; text += length) {
		length = mbrtowc(&c, text, MB_CUR_MAX, &state);
		if ((ssize_t)length > 0 && iswprint(c) && !misleads(c)) {
			p = mempcpy(p, text, length);
			continue;
		}
		if ((ssize_t)length < 0) {
			memset(&state, 0, sizeof(state));
			length = 1;
		}
		for (size_t i = 0; i < length; i++)
			p += sprintf(p, "\\x%02x", (unsigned char)text[i]);
	}
	*p = '\0';
	return copy;
}

/* How many bytes the character at @text takes; 0 if it is not UTF-8 */
int utf8_length(const char *text, uint32_t *code)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *c = (const unsigned char *)text;
	int length = *c < 0xc0 ? 1 : *c < 0xe0 ? 2 : *c < 0xf0 ? 3 : 4;

	*code = *c & (0x7f >> length);
	if (length == 1) {
		*code = *c;
		return *c < 0x80;
	}
	for (int i = 1; i < length; i++) {
		if ((c[i] & 0xc0) != 0x80)
			return 0;
		*code = *code << 6 | (c[i] & 0x3f);
	}
	if (*c > 0xf4 || *code < least[length] || *code > 0x10ffff ||
	    (*code >= 0xd800 && *code < 0xe000))
		return 0;
	return length;
}

/* The kernel cuts names off after 15 bytes, even within a character. */
void make_utf8(char *text)
{
	uint32_t code;

	for (int length; *text; text += length) {
		length = utf8_length(text, &code);
		if (!length) {
			*text = '?';
			length = 1;
		}
	}
}
