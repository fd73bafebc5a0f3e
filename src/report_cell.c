// SPDX-License-Identifier: GPL-2.0
/* report_cell.c - what the tables for people have in common. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>

#include "report.h"

/* Nothing is wrong with these. */
bool report_is_left_shown(const struct report *r, unsigned int kind)
{
	if (kind == FINDING_PENDING || kind == FINDING_VOID ||
	    kind == LEFT_OWN_RETRY)
		return r->verbose >= 1;
	return true;
}

bool report_is_shown(const struct report *r, const struct finding *f)
{
	return report_is_left_shown(r, ratelimit_kind(f));
}

static void print_value(FILE *out, const struct report *r,
			const struct report_column *c, const struct finding *f)
{
	struct json_object *value;

	if (c->print) {
		c->print(out, r, f);
		return;
	}
	value = c->value(r, f);
	fputs(value ? json_object_get_string(value) : "unknown", out);
	json_object_put(value);
}

int report_print_cell(FILE *out, const struct report *r,
		      const struct report_column *c, int width,
		      const struct finding *f)
{
	char *text = NULL;
	size_t len = 0;
	FILE *cell = open_memstream(&text, &len);
	bool whole;

	if (!cell)
		return -ENOMEM;
	print_value(cell, r, c, f);
	whole = !ferror(cell);
	whole = !fclose(cell) && whole;
	if (whole)
		fprintf(out, "%*s", width, text);
	free(text);
	return whole ? 0 : -ENOMEM;
}
