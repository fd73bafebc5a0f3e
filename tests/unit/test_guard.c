/* SPDX-License-Identifier: GPL-2.0 */
/* test_guard.c - records of the guard, which sees pages go and no write calls.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "decode.h"
#include "finding.h"
#include "record_fixture.h"

static struct record unsent(enum verdict verdict)
{
	struct record r = made_record(verdict);

	r.flags |= RECORD_UNSENT;
	r.window.bits = WINDOW_DROPPED;
	memset(&r.window.writer, 0, sizeof(r.window.writer));
	return r;
}

/* It says of a drop that it was a loss, or that it cannot tell. */
static void test_decode(void **state)
{
	struct record r = unsent(VERDICT_LOST), out;

	(void)state;
	for (r.verdict = 0; r.verdict < VERDICT_MAX; r.verdict++) {
		bool said = r.verdict == VERDICT_LOST ||
			    r.verdict == VERDICT_PENDING;

		for (r.window.bits = 0; r.window.bits < 16; r.window.bits++)
			assert_int_equal(decode_record(&r, sizeof(r), &out),
					 said && r.window.bits == WINDOW_DROPPED
						 ? 0
						 : -EBADMSG);
	}
}

/* Nothing is known of the write call, and that is said. */
static void test_finding(void **state)
{
	struct record r = unsent(VERDICT_LOST);
	struct finding f;

	(void)state;
	finding_from_record(&r, &f);
	assert_int_equal(f.class, FINDING_LOST);
	assert_true(f.unsent && f.dropped);
	assert_false(f.complete || f.write_known || f.task_known);
	r = unsent(VERDICT_PENDING);
	finding_from_record(&r, &f);
	assert_int_equal(f.class, FINDING_PENDING);
	assert_false(f.complete || f.write_known || f.task_known);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
