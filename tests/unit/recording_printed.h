/* SPDX-License-Identifier: GPL-2.0 */
/* recording_printed.h - what a printer prints, for the tests of recordings. */
#ifndef DIRTYWATCH_TEST_RECORDING_PRINTED_H
#define DIRTYWATCH_TEST_RECORDING_PRINTED_H

#include <stdio.h>
#include <cmocka.h>

#include "report.h"

typedef struct report *(*printer_fn)(FILE *out);

static inline struct report *text(FILE *out)
{
	return report_text_new(out, false, 1);
}

/* What a printer prints. */
struct printed {
	FILE *out;
	char *text;
	size_t len;
	struct report *report;
};

static inline void print_begin(struct printed *p, printer_fn printer)
{
	p->out = open_memstream(&p->text, &p->len);
	assert_non_null(p->out);
	p->report = printer(p->out);
	assert_non_null(p->report);
}

static inline void print_end(struct printed *p)
{
	report_free(p->report);
	fclose(p->out);
}

#endif
