/* SPDX-License-Identifier: GPL-2.0 */
/*
 * text.h - bytes of unknown origin (file names, task names) made fit to show.
 */
#ifndef DIRTYWATCH_TEXT_H
#define DIRTYWATCH_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Writes `len` bytes so that they cannot drive a terminal: control characters
 * (C0, DEL, C1), bytes that are not UTF-8, bidi overrides and isolates, line
 * and paragraph separators become \xNN a byte, a backslash becomes two. The
 * bytes can be told from the result. A failed write shows in ferror(out).
 */
void text_escape(FILE *out, const char *bytes, size_t len);

/* Well-formed UTF-8: no overlong form, no surrogate, nothing past U+10FFFF. */
bool text_is_utf8(const char *bytes, size_t len);

/*
 * A string with U+FFFD in place of every byte that is not UTF-8. To be freed;
 * NULL: no memory.
 */
char *text_lossy(const char *bytes, size_t len);

/* The bytes in base64, padded. To be freed; NULL: no memory. */
char *text_base64(const char *bytes, size_t len);

/*
 * Writes a JSON text that is valid UTF-8, with \uNNNN for every character that
 * text_escape() would not let through. The value stays the same: outside of
 * strings there are none.
 */
void text_json(FILE *out, const char *json);

#endif
