/* SPDX-License-Identifier: GPL-2.0 */
/* journal_fixture.h - a journal whose entries can be looked at. Include cmocka
 * first, and once in a program. */
#ifndef DIRTYWATCH_TEST_JOURNAL_FIXTURE_H
#define DIRTYWATCH_TEST_JOURNAL_FIXTURE_H

#include <string.h>
#include <sys/uio.h>

#include "journal_entry.h"
#include "report_fixture.h"

#define SECOND UINT64_C(1000000000)

/* ---- libsystemd's place ------------------------------------------------ */

static unsigned int sent;
static int answer;
static char fields[JOURNAL_FIELDS][16384];
static int field_count;

int sd_journal_sendv(const struct iovec *v, int n);

int sd_journal_sendv(const struct iovec *v, int n)
{
	sent++;
	field_count = n;
	for (int i = 0; i < n; i++) {
		assert_true(v[i].iov_len < sizeof(fields[i]));
		memcpy(fields[i], v[i].iov_base, v[i].iov_len);
		fields[i][v[i].iov_len] = '\0';
	}
	return answer;
}

/* The value of a field of the last entry, NULL: it has none. */
static inline const char *value(const char *name)
{
	size_t len = strlen(name);

	for (int i = 0; i < field_count; i++)
		if (!strncmp(fields[i], name, len) && fields[i][len] == '=')
			return fields[i] + len + 1;
	return NULL;
}

static inline void assert_value(const char *name, const char *want)
{
	const char *is = value(name);

	if (!is)
		fail_msg("%s is missing", name);
	assert_string_equal(is, want);
}

/* ---- a journal --------------------------------------------------------- */

static struct journal journal;
static struct page page;
static uint64_t now;

static inline uint64_t clock_of_test(void)
{
	return now;
}

static inline int begin(void **state)
{
	(void)state;
	sent = 0;
	answer = 0;
	field_count = 0;
	now = 100 * SECOND;
	journal = (struct journal){ .socket = true,
				    .fd = -1,
				    .limit = { .max = JOURNAL_LIMIT },
				    .clock = clock_of_test };
	page_new(&page, true, false, 0, true);
	return 0;
}

static inline int end(void **state)
{
	(void)state;
	page_free(&page);
	return 0;
}

static inline void say(const struct finding *f)
{
	assert_int_equal(journal_finding(&journal, f, page.report), 0);
}

static inline struct finding found(enum finding_class class)
{
	struct finding f = made(VERDICT_LOST);

	f.class = class;
	return f;
}

#endif
