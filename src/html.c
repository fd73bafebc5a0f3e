// SPDX-License-Identifier: GPL-2.0
/* html.c - see html.h. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "text.h"
#include "when.h"

static void put_entities(FILE *out, const char *text)
{
	static const struct {
		char is;
		const char *as;
	} entities[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" }, { '`', "&#96;" },
	};

	while (*text) {
		size_t plain = strcspn(text, "&<>\"'`");

		fwrite(text, 1, plain, out);
		text += plain;
		for (size_t i = 0; *text && i < 6; i++)
			if (entities[i].is == *text)
				fputs(entities[i].as, out);
		text += *text != '\0';
	}
}

void html_text(FILE *out, const char *text)
{
	char *escaped = NULL;
	size_t len = 0;
	FILE *cell = text ? open_memstream(&escaped, &len) : NULL;

	if (!cell)
		return;
	text_escape(cell, text, strlen(text));
	if (!fclose(cell))
		put_entities(out, escaped);
	free(escaped);
}

void html_number(FILE *out, uint64_t number)
{
	char digits[24];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, number);

	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			putc(',', out);
		putc(digits[i], out);
	}
}

void html_count(FILE *out, uint64_t number, const char *one, const char *many)
{
	html_number(out, number);
	fprintf(out, " %s", number == 1 ? one : many);
}

void html_time(FILE *out, int64_t ns, int fraction)
{
	char exact[WHEN_LEN], text[WHEN_LEN];

	when_rfc3339(ns, exact);
	when_text(ns, true, fraction, text);
	fprintf(out, "<time datetime=\"%s\">%s</time>", exact, text);
}
