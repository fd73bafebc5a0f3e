/* SPDX-License-Identifier: GPL-2.0 */
/* metrics_fixture.h - one set of metrics, and their text. Include cmocka first.
 */
#ifndef DIRTYWATCH_TEST_METRICS_FIXTURE_H
#define DIRTYWATCH_TEST_METRICS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>

#include "metrics.h"

static struct metrics m;

/* The text of `m`, until the next call. */
static inline const char *printed(void)
{
	static char *text;
	size_t len;
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &len);
	assert_non_null(out);
	assert_int_equal(metrics_print(out, &m), 0);
	fclose(out);
	return text;
}

static inline int begin(void **state)
{
	(void)state;
	metrics_init(&m, "1.2", "6.1");
	return 0;
}

#endif
