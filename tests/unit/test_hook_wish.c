/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "hook_wish.h"

static __u32 refused(const struct hook_wishes *wishes, const char *role)
{
	for (unsigned int i = 0; i < hook_role_count; i++)
		if (!strcmp(hook_roles[i].name, role))
			return wishes->refused[i];
	fail_msg("no role %s", role);
	return 0;
}

/* All but the variant of that place. */
static __u32 only(int place)
{
	return ~(1U << place);
}

static void test_one(void **state)
{
	struct hook_wishes w = { 0 };
	char why[192];

	(void)state;
	assert_int_equal(hook_wish(&w, "clean=kprobe", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "clean"), only(1));
	assert_int_equal(refused(&w, "drop"), 0);
	assert_int_equal(hook_wish(&w, "clean=fexit", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "clean"), only(0));
	assert_int_equal(hook_wish(&w, "write-entry=kprobe", why, sizeof(why)),
			 0);
	assert_int_equal(
		hook_wish(&w, "write return=call-sites", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "write entry"), only(1));
	assert_int_equal(refused(&w, "write return"), only(1));
	assert_int_equal(hook_wish(&w, "writeback=none", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "writeback"), ~0U);
}

static void test_all(void **state)
{
	struct hook_wishes w = { 0 };
	char why[192];

	(void)state;
	assert_int_equal(hook_wish(&w, "kprobe", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "clean"), only(1));
	assert_int_equal(refused(&w, "drop"), only(2));
	assert_int_equal(refused(&w, "writeback"), 0);
	assert_int_equal(hook_wish(&w, "drop=raw_tp", why, sizeof(why)), 0);
	assert_int_equal(refused(&w, "drop"), only(1));
}

static void test_refused(void **state)
{
	static const struct {
		const char *text;
		const char *why;
	} rows[] = {
		{ "clean=raw_tp", "'clean' is hooked by fexit, kprobe, not by "
				  "'raw_tp'" },
		{ "clean=none", "there is no verdict without 'clean'" },
		{ "cleaning=kprobe", "'cleaning' is no hook" },
		{ "none", "nothing is hooked by 'none'" },
		{ "", "nothing is hooked by ''" },
		{ "=kprobe", "'' is no hook" },
		{ "clean=", "not by ''" },
		{ "writeback=nothing", "not by 'nothing'" },
	};
	struct hook_wishes w = { 0 }, none = { 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		char why[192] = "";

		assert_int_equal(hook_wish(&w, rows[i].text, why, sizeof(why)),
				 -EINVAL);
		assert_non_null(strstr(why, rows[i].why));
		assert_memory_equal(&w, &none, sizeof(w));
	}
}

/* However little room there is. */
static void test_room(void **state)
{
	struct hook_wishes w = { 0 };

	(void)state;
	for (size_t room = 1; room < 64; room++) {
		char why[65];

		memset(why, '#', sizeof(why));
		assert_int_equal(hook_wish(&w, "clean=x", why, room), -EINVAL);
		assert_true(strlen(why) < room);
		assert_int_equal(why[room], '#');
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),
		cmocka_unit_test(test_all),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
