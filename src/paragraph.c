// SPDX-License-Identifier: GPL-2.0
/* paragraph.c - see paragraph.h. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "paragraph.h"

/* Bytes up to the next place where a line can break, blanks not counted. */
static size_t word_length(const char *text)
{
	size_t len = strcspn(text, " ,");

	return text[len] == ',' ? len + 1 : len;
}

static int columns_of(unsigned char c)
{
	return c >= ' ' && c < 0x7f ? 1 : 4;
}

static int word_columns(const char *word, size_t len)
{
	int columns = 0;

	for (size_t i = 0; i < len; i++)
		columns += columns_of((unsigned char)word[i]);
	return columns;
}

static void put_word(FILE *out, const char *word, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)word[i];

		if (columns_of(c) == 1)
			putc(c, out);
		else
			fprintf(out, "\\x%02x", c);
	}
}

static void wrap(FILE *out, int indent, const char *text)
{
	int column = 0;

	while (*text) {
		size_t blanks = strspn(text, " ");
		size_t len = word_length(text + blanks);
		int columns = word_columns(text + blanks, len);

		text += blanks;
		if (column > indent &&
		    column + (int)blanks + columns > PARAGRAPH_COLUMNS) {
			fprintf(out, "\n%*s", indent, "");
			column = indent;
		} else {
			fprintf(out, "%*s", (int)blanks, "");
			column += (int)blanks;
		}
		put_word(out, text, len);
		column += columns;
		text += len;
	}
	putc('\n', out);
}

void paragraph(FILE *out, int indent, const char *format, ...)
{
	char *text = NULL;
	va_list args;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	if (len < 0) {
		/* Text that is missing must not go unnoticed. */
		fputs("[out of memory]\n", out);
		return;
	}
	wrap(out, indent, text);
	free(text);
}
