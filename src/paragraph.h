/* SPDX-License-Identifier: GPL-2.0 */
/* paragraph.h - plain ASCII text for mail: wrapped, and safe to show. */
#ifndef DIRTYWATCH_PARAGRAPH_H
#define DIRTYWATCH_PARAGRAPH_H

#include <stdio.h>

#define PARAGRAPH_COLUMNS 75

/*
 * Writes the formatted text, broken at blanks and behind commas into lines of
 * PARAGRAPH_COLUMNS where that is possible; all lines but the first begin with
 * `indent` blanks. What is not printable ASCII becomes \xNN. A failed write
 * shows in ferror(out).
 */
void paragraph(FILE *out, int indent, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
