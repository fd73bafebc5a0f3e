/* SPDX-License-Identifier: GPL-2.0 */
/* mail_fixture.h - what holds for every mail about a finding. */
#ifndef DIRTYWATCH_TEST_MAIL_FIXTURE_H
#define DIRTYWATCH_TEST_MAIL_FIXTURE_H

#include <cmocka.h>

#include "paragraph.h"

static inline void check_mail(const char *text)
{
	int column = 0;

	for (const char *s = text; *s; s++) {
		assert_true(*s == '\n' || (*s >= ' ' && *s < 0x7f));
		column = *s == '\n' ? 0 : column + 1;
		assert_true(column <= PARAGRAPH_COLUMNS);
	}
}

#endif
