/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fuzz.h - what the targets share. A target is given bytes that nobody
 * vouches for, and traps where a promise of the header under test is broken.
 */
#ifndef DIRTYWATCH_FUZZ_H
#define DIRTYWATCH_FUZZ_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The one way to fail: the sanitizers' report then names the line. */
#define CHECK(holds)                                                           \
	do {                                                                   \
		if (!(holds)) {                                                \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
				__LINE__, #holds);                             \
			abort();                                               \
		}                                                              \
	} while (0)

/* The bytes as a string, up to their first NUL; to be freed. */
static inline char *fuzz_string(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	CHECK(text);
	memcpy(text, data, size);
	text[size] = '\0';
	return text;
}

/* The bytes as a file; NULL: there are none. */
static inline FILE *fuzz_file(const uint8_t *data, size_t size)
{
	FILE *in = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

	CHECK(in || !size);
	return in;
}

/* The C library judges, not the code under test. */
static inline bool fuzz_is_utf8(const char *text, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t c = 0;
	size_t n;

	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	for (; len; text += n, len -= n) {
		n = mbrtowc(&c, text, len, &state);
		if (n == (size_t)-1 || n == (size_t)-2 || c > 0x10ffff)
			return false;
		n = n ? n : 1;
	}
	return true;
}

/* Whole characters, and none that could drive a terminal. */
static inline void fuzz_check_plain(const char *text, size_t len)
{
	mbstate_t state = { 0 };
	wchar_t c = 0;
	size_t n;

	CHECK(fuzz_is_utf8(text, len));
	for (; len; text += n, len -= n) {
		n = mbrtowc(&c, text, len, &state);
		CHECK(n && !iswcntrl((wint_t)c));
		CHECK(!(c >= 0x202a && c <= 0x202e));
		CHECK(!(c >= 0x2066 && c <= 0x2069));
	}
}

/* Exactly `lines` of them, each plain and whole. */
static inline void fuzz_check_lines(const char *text, size_t len, int lines)
{
	while (lines--) {
		const char *end = memchr(text, '\n', len);

		CHECK(end);
		fuzz_check_plain(text, (size_t)(end - text));
		len -= (size_t)(end - text) + 1;
		text = end + 1;
	}
	CHECK(!len);
}

#endif
