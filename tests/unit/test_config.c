/* SPDX-License-Identifier: GPL-2.0 */
/* The daemon's settings: what is read, what is refused and how that is said. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "config.h"
#include "log.h"

struct place {
	char dir[64], main[96], one[128], two[128];
	struct config config;
	FILE *said;
	char text[2048];
};

static struct place place;

static void put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int set_up(void **state)
{
	(void)state;
	memset(&place, 0, sizeof(place));
	snprintf(place.dir, sizeof(place.dir), "/tmp/config.XXXXXX");
	if (!mkdtemp(place.dir))
		return -1;
	snprintf(place.main, sizeof(place.main), "%s/a.conf", place.dir);
	snprintf(place.one, sizeof(place.one), "%s/conf.d", place.dir);
	mkdir(place.one, 0700);
	snprintf(place.one, sizeof(place.one), "%s/conf.d/10-a.conf",
		 place.dir);
	snprintf(place.two, sizeof(place.two), "%s/conf.d/20-b.conf",
		 place.dir);
	place.said = fmemopen(place.text, sizeof(place.text), "w");
	log_divert(place.said);
	return place.said ? 0 : -1;
}

static int tear_down(void **state)
{
	char command[128];

	(void)state;
	log_divert(NULL);
	fclose(place.said);
	config_free(&place.config);
	snprintf(command, sizeof(command), "rm -r %s", place.dir);
	return system(command);
}

static int read_all(void)
{
	int err = config_read(place.main, &place.config);

	fflush(place.said);
	return err;
}

static void test_nothing_set(void **state)
{
	(void)state;
	put(place.main, "# all as it is\n");
	assert_int_equal(read_all(), 0);
	assert_string_equal(place.config.store, STORE_FILE);
	assert_string_equal(place.config.mount, "");
	assert_true(place.config.guard);
	assert_false(place.config.heal);
	assert_int_equal(place.config.ring_kib, 1024);
	assert_string_equal(place.text, "");
}

static void test_every_key(void **state)
{
	char text[4096] = "";
	struct config again;
	FILE *f;

	(void)state;
	put(place.main, "[watch]\nmount = /data\nguard = no\nring-kib = 64\n"
			"[rescue]\ndir = /rescued\n[heal]\nenabled = yes\n"
			"[store]\nkeep-days=7 ; a comment\n");
	assert_int_equal(read_all(), 0);
	assert_string_equal(place.config.mount, "/data");
	assert_false(place.config.guard);
	assert_true(place.config.heal);
	assert_int_equal(place.config.keep_days, 7);
	/* What is printed is a file that says the same. */
	f = fmemopen(text, sizeof(text), "w");
	config_print(f, &place.config);
	fclose(f);
	put(place.main, text);
	assert_int_equal(config_read(place.main, &again), 0);
	assert_int_equal(
		config_fixed_changes(&place.config, &again, text, sizeof(text)),
		0);
	assert_int_equal(again.keep_days, 7);
	config_free(&again);
}

static void test_the_last_wins(void **state)
{
	(void)state;
	put(place.main, "[store]\nkeep-days = 1\n");
	put(place.two, "[store]\nkeep-days = 3\n");
	put(place.one, "[store]\nkeep-days = 2\nkeep-mib = 9\n");
	assert_int_equal(read_all(), 0);
	assert_int_equal(place.config.keep_days, 3);
	assert_int_equal(place.config.keep_mib, 9);
}

static void test_refused(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "[store]\nkeep-day = 1\n", "no key 'keep-day'" },
		{ "[shop]\nfile = /x\n", "in a section [shop]" },
		{ "[store]\nkeep-days = 0\n", "a number from 1 to 36500" },
		{ "[store]\nkeep-days = many\n", "'many'" },
		{ "[watch]\nguard = perhaps\n", "yes or no" },
		{ "[watch]\nring-kib = 1000\n", "a power of two" },
		{ "[store]\nfile = findings.db\n", "an absolute path" },
		{ "[store]\nfile\n", "line 2" },
		{ "[heal]\nenabled = yes\n", "only what is rescued" },
		{ "[store]\nkeep-days = 99999999999999999999\n", "a number" },
	};

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put(place.main, cases[i].text);
		rewind(place.said);
		memset(place.text, 0, sizeof(place.text));
		assert_int_equal(read_all(), -EINVAL);
		assert_non_null(strstr(place.text, cases[i].says));
		config_free(&place.config);
	}
}

static void test_not_there(void **state)
{
	(void)state;
	assert_int_equal(read_all(), -ENOENT);
	assert_non_null(strstr(place.text, "cannot read"));
}

static void test_fixed_changes(void **state)
{
	struct config now;
	char names[128];

	(void)state;
	put(place.main, "");
	assert_int_equal(read_all(), 0);
	put(place.main, "[watch]\nguard = no\nlimit = 5\n[rescue]\ndir = /r\n");
	assert_int_equal(config_read(place.main, &now), 0);
	assert_int_equal(
		config_fixed_changes(&place.config, &now, names, sizeof(names)),
		2);
	assert_string_equal(names, "[watch] guard, [rescue] dir");
	/* There may be less room than names. */
	assert_int_equal(config_fixed_changes(&place.config, &now, names, 8),
			 2);
	assert_int_equal(strlen(names), 7);
	config_free(&now);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_nothing_set),	  TEST(test_every_key),
		TEST(test_the_last_wins), TEST(test_refused),
		TEST(test_not_there),	  TEST(test_fixed_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
