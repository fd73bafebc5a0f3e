/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ksyms_fixture.h"

#define FUNCTION_MAX 65536 /* as ksyms.c has it */

static void test_format(void **state)
{
	struct ksyms *k = made_ksyms("ffffffff81000000 T first\n"
				     "ffffffff81000010 D data\n"
				     "ffffffff81000020 t second\n"
				     "ffffffff81000030 W third\n"
				     "ffffffff81000040 w fourth\n"
				     "ffffffffc0000000 t first\t[btrfs]\n");
	const struct ksym *s;

	(void)state;
	s = ksyms_named(k, "first", "");
	assert_non_null(s);
	assert_int_equal(s->from, 0xffffffff81000000);
	/* Data is no function, and ends none. */
	assert_int_equal(s->to, 0xffffffff81000020);
	assert_null(ksyms_named(k, "data", ""));
	assert_non_null(ksyms_named(k, "second", ""));
	assert_non_null(ksyms_named(k, "third", ""));
	assert_non_null(ksyms_named(k, "fourth", ""));
	s = ksyms_named(k, "first", "btrfs");
	assert_non_null(s);
	assert_int_equal(s->from, 0xffffffffc0000000);
	assert_string_equal(s->module, "btrfs");
	assert_null(ksyms_named(k, "second", "btrfs"));
	assert_null(ksyms_named(k, "first", "xfs"));
	ksyms_free(k);
	ksyms_free(NULL);
}

static void test_suffixes(void **state)
{
	struct ksyms *k = made_ksyms("1000 t one.isra.0\n"
				     "1100 t two.constprop.0.isra.0\t[btrfs]\n"
				     "1200 t one.cold\n"
				     "1300 t three.part.0\n");
	const struct ksym *s = ksyms_named(k, "one", "");

	(void)state;
	assert_non_null(s);
	assert_int_equal(s->from, 0x1000);
	s = ksyms_at(k, 0x1234);
	assert_non_null(s);
	assert_string_equal(s->name, "one");
	assert_true(s->part);
	assert_non_null(ksyms_named(k, "two", "btrfs"));
	/* A part is not where the function is entered. */
	assert_null(ksyms_named(k, "three", ""));
	ksyms_free(k);
}

static void collect(const struct ksym *s, void *arg)
{
	strcat(arg, s->name);
}

static void test_order(void **state)
{
	struct ksyms *k = made_ksyms("3000 t c\n"
				     "1000 t a\n"
				     "2000 t b\n");
	char names[8] = "";

	(void)state;
	ksyms_each(k, collect, names);
	assert_string_equal(names, "abc");
	ksyms_free(k);
}

static void check_at(const struct ksyms *k, __u64 address, const char *want)
{
	const struct ksym *s = ksyms_at(k, address);

	if (!want) {
		assert_null(s);
		return;
	}
	assert_non_null(s);
	assert_string_equal(s->name, want);
}

/* Behind a module's last function nothing follows for long. */
static void test_gaps(void **state)
{
	struct ksyms *k = made_ksyms("ffffffff81000000 t a\n"
				     "ffffffff81000100 t b\n"
				     "ffffffffc0000000 t last\t[btrfs]\n");

	(void)state;
	check_at(k, 0xffffffff80ffffff, NULL);
	check_at(k, 0xffffffff81000000, "a");
	check_at(k, 0xffffffff810000ff, "a");
	check_at(k, 0xffffffff81000100, "b");
	check_at(k, 0xffffffff81000100 + FUNCTION_MAX - 1, "b");
	check_at(k, 0xffffffff81000100 + FUNCTION_MAX, NULL);
	check_at(k, 0xffffffffc0000000 + FUNCTION_MAX - 1, "last");
	check_at(k, 0xffffffffc0000000 + FUNCTION_MAX, NULL);
	check_at(k, 0, NULL);
	check_at(k, ~0ULL, NULL);
	ksyms_free(k);
}

/* Two names of one place end together. */
static void test_aliases(void **state)
{
	struct ksyms *k = made_ksyms("1000 t a\n1000 t b\n1010 t c\n");

	(void)state;
	assert_int_equal(ksyms_named(k, "a", "")->to, 0x1010);
	assert_int_equal(ksyms_named(k, "b", "")->to, 0x1010);
	ksyms_free(k);
}

static void check_refused(const char *text, int want)
{
	struct ksyms *k = NULL;
	FILE *in = made_file(text);

	assert_int_equal(ksyms_read(in, &k), want);
	assert_null(k);
	fclose(in);
}

static void test_hidden(void **state)
{
	(void)state;
	check_refused("0000000000000000 T _stext\n"
		      "0000000000000000 t a\t[btrfs]\n",
		      -EPERM);
	check_refused("1000 D only_data\n", -EPERM);
}

static void test_garbage(void **state)
{
	static const char *const lines[] = {
		"\n",
		"hello\n",
		"1000\n",
		"1000 t\n",
		" 1000 t a\n",
		"-1 t a\n",
		"0x1000 t a\n",
		"ffffffffffffffff t a\n",
		"fffffffffffffffff t a\n",
		"1000 t a [btrfs\n",
		"1000 t a [btrfs",
		"1000 t good\n1000 t\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
		check_refused(lines[i], -EBADMSG);
}

/* More than the first rooms for symbols and for names hold. */
static void test_many(void **state)
{
	enum { MANY = 70000 };
	struct ksyms *k = NULL;
	FILE *file = tmpfile();
	char name[32];

	(void)state;
	assert_non_null(file);
	for (int i = 1; i <= MANY; i++)
		fprintf(file, "%x t a_long_name_%d\n", 16 * i, i);
	rewind(file);
	assert_int_equal(ksyms_read(file, &k), 0);
	fclose(file);
	for (int i = 1; i <= MANY; i += 999) {
		snprintf(name, sizeof(name), "a_long_name_%d", i);
		check_at(k, 16ULL * i + 15, name);
	}
	ksyms_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_format),	cmocka_unit_test(test_suffixes),
		cmocka_unit_test(test_order),	cmocka_unit_test(test_gaps),
		cmocka_unit_test(test_aliases), cmocka_unit_test(test_hidden),
		cmocka_unit_test(test_garbage), cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
