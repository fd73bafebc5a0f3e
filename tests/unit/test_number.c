/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "number.h"

static void check_number(const char *text, int err, unsigned long want)
{
	unsigned long n = 77;

	assert_int_equal(number_parse(text, &n), err);
	assert_int_equal(n, err ? 77 : want);
}

static void test_number(void **state)
{
	(void)state;
	check_number("0", 0, 0);
	check_number("1", 0, 1);
	check_number("007", 0, 7);
	check_number("18446744073709551615", 0, 18446744073709551615UL);
	check_number("18446744073709551616", -ERANGE, 0);
	check_number("99999999999999999999999", -ERANGE, 0);
}

static void test_not_a_number(void **state)
{
	static const char *const texts[] = {
		"",    " ",   "-1", "+1",  " 1",  "1 ", "1\n",
		"0x1", "12x", "1.", "1e3", "one", "-",	"18446744073709551616x",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_number(texts[i], -EINVAL, 0);
}

static void check_seconds(const char *text, int err, double want)
{
	double n = 77;

	assert_int_equal(seconds_parse(text, &n), err);
	assert_true(n == (err ? 77 : want));
}

static void test_seconds(void **state)
{
	(void)state;
	check_seconds("1", 0, 1);
	check_seconds("0.5", 0, 0.5);
	check_seconds("2.", 0, 2);
	check_seconds("315359999", 0, 315359999);
	check_seconds("0", -ERANGE, 0);
	check_seconds("0.0", -ERANGE, 0);
	check_seconds("315360000", -ERANGE, 0);
}

static void test_not_seconds(void **state)
{
	static const char *const texts[] = {
		"",	 ".",  ".5",  "-1",  "+1",  " 1",  "1 ",  "1..2",
		"1.2.3", "1s", "1e2", "0x1", "inf", "nan", "1,5",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check_seconds(texts[i], -EINVAL, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_number),
		cmocka_unit_test(test_not_a_number),
		cmocka_unit_test(test_seconds),
		cmocka_unit_test(test_not_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
