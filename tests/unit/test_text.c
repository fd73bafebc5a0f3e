/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "text.h"

static void check_escape(const char *bytes, size_t len, const char *want)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	assert_non_null(out);
	text_escape(out, bytes, len);
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text, want);
	free(text);
}

#define ESCAPES(bytes, want) check_escape(bytes, sizeof(bytes) - 1, want)

static void test_escape(void **state)
{
	(void)state;
	ESCAPES("", "");
	ESCAPES("plain name.txt", "plain name.txt");
	ESCAPES("\x1b[31m", "\\x1b[31m");
	ESCAPES("a\nb\r\tc", "a\\x0ab\\x0d\\x09c");
	ESCAPES("a\0b", "a\\x00b");
	ESCAPES("\x7f", "\\x7f");
	ESCAPES("C:\\x1b", "C:\\\\x1b");
	ESCAPES("gr\xc3\xbc\xc3\x9f", "gr\xc3\xbc\xc3\x9f");
	ESCAPES("\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80");
	ESCAPES("\xc2\x80|\xc2\x9b|\xc2\x9f",
		"\\xc2\\x80|\\xc2\\x9b|\\xc2\\x9f");
	ESCAPES("\xc2\xa0", "\xc2\xa0");
	ESCAPES("\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae");
	ESCAPES("\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9");
	ESCAPES("\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9");
	ESCAPES("\xe2\x80\xa7\xe2\x80\xaf", "\xe2\x80\xa7\xe2\x80\xaf");
	ESCAPES("\xe2\x81\xa5\xe2\x81\xaa", "\xe2\x81\xa5\xe2\x81\xaa");
	ESCAPES("\xff\xfe", "\\xff\\xfe");
	ESCAPES("\xc3", "\\xc3");
	ESCAPES("\xc3(", "\\xc3(");
	ESCAPES("\xe2\x80", "\\xe2\\x80");
	ESCAPES("\x9b"
		"31m",
		"\\x9b31m");
}

static void test_utf8(void **state)
{
	static const struct {
		const char *text;
		bool is;
	} cases[] = {
		{ "", true },
		{ "ascii\x01\x7f", true },
		{ "\xc2\x80", true },
		{ "\xdf\xbf", true },
		{ "\xe0\xa0\x80", true },
		{ "\xed\x9f\xbf", true },
		{ "\xee\x80\x80", true },
		{ "\xef\xbf\xbf", true },
		{ "\xf0\x90\x80\x80", true },
		{ "\xf4\x8f\xbf\xbf", true },
		{ "\x80", false },
		{ "\xbf", false },
		{ "\xc0\x80", false },
		{ "\xc1\xbf", false },
		{ "\xc2", false },
		{ "\xc2\x7f", false },
		{ "\xc2\xc0", false },
		{ "\xe0\x9f\xbf", false },
		{ "\xed\xa0\x80", false },
		{ "\xed\xbf\xbf", false },
		{ "\xe2\x80", false },
		{ "\xf0\x8f\xbf\xbf", false },
		{ "\xf4\x90\x80\x80", false },
		{ "\xf5\x80\x80\x80", false },
		{ "\xf8\x88\x80\x80\x80", false },
		{ "\xfe", false },
		{ "ok then \xff", false },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
			text_is_utf8(cases[i].text, strlen(cases[i].text)),
			cases[i].is);
	assert_false(text_is_utf8("\xc3\xbc", 1));
}

static void check_made(char *made, const char *want)
{
	assert_non_null(made);
	assert_string_equal(made, want);
	free(made);
}

static void test_lossy(void **state)
{
	(void)state;
	check_made(text_lossy("", 0), "");
	check_made(text_lossy("gr\xc3\xbcn", 5), "gr\xc3\xbcn");
	check_made(text_lossy("a\xff"
			      "b",
			      3),
		   "a\xef\xbf\xbd"
		   "b");
	check_made(text_lossy("\xff\xff\xff", 3),
		   "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
	check_made(text_lossy("\xe2\x80", 2), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_base64(void **state)
{
	(void)state;
	check_made(text_base64("", 0), "");
	check_made(text_base64("f", 1), "Zg==");
	check_made(text_base64("fo", 2), "Zm8=");
	check_made(text_base64("foo", 3), "Zm9v");
	check_made(text_base64("foob", 4), "Zm9vYg==");
	check_made(text_base64("foobar", 6), "Zm9vYmFy");
	check_made(text_base64("\xff\xfe\xfd\0", 4), "//79AA==");
}

static void test_json(void **state)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	(void)state;
	assert_non_null(out);
	text_json(out, "{\"a\":\"\xc3\xbc\\u001b\x7f\xc2\x9b\xe2\x80\xae\"}");
	assert_int_equal(fclose(out), 0);
	assert_string_equal(text,
			    "{\"a\":\"\xc3\xbc\\u001b\\u007f\\u009b\\u202e\"}");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_escape), cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_lossy),  cmocka_unit_test(test_base64),
		cmocka_unit_test(test_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
