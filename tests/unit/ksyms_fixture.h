/* SPDX-License-Identifier: GPL-2.0 */
/* ksyms_fixture.h - a made-up kernel's symbols. */
#ifndef DIRTYWATCH_TEST_KSYMS_FIXTURE_H
#define DIRTYWATCH_TEST_KSYMS_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ksyms.h"

static inline FILE *made_file(const char *text)
{
	FILE *in = fmemopen((void *)(uintptr_t)text, strlen(text), "r");

	assert_non_null(in);
	return in;
}

static inline struct ksyms *made_ksyms(const char *text)
{
	struct ksyms *k = NULL;
	FILE *in = made_file(text);

	assert_int_equal(ksyms_read(in, &k), 0);
	fclose(in);
	assert_non_null(k);
	return k;
}

#endif
