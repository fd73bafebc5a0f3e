// SPDX-License-Identifier: GPL-2.0
/* test_store_schema.c - the schema is as documented; older and newer ones. */
#include "store_fixture.h"
#include "store_schema.h"

#define PAGE_5 "man/btrfs-dirtywatch-store.5"

/* The statements of a literal block of the page that begins with `first`. */
static void read_page(char *text, size_t room)
{
	FILE *page = fopen(PAGE_5, "r");
	char line[256];
	bool inside = false;

	assert_non_null(page);
	text[0] = '\0';
	while (fgets(line, sizeof(line), page)) {
		if (!strncmp(line, "CREATE TABLE run", 16))
			inside = true;
		if (!strncmp(line, ".Ed", 3))
			inside = false;
		if (!inside)
			continue;
		assert_true(strlen(text) + strlen(line) < room);
		memcpy(text + strlen(text), line, strlen(line) + 1);
	}
	fclose(page);
}

static void test_the_page_has_the_schema(void **state)
{
	char text[8192];

	(void)state;
	read_page(text, sizeof(text));
	assert_string_equal(text, store_schema);
}

static bool page_has(const char *line)
{
	FILE *page = fopen(PAGE_5, "r");
	char text[256];
	bool found = false;

	assert_non_null(page);
	while (!found && fgets(text, sizeof(text), page))
		found = !strcmp(text, line);
	fclose(page);
	return found;
}

static void test_the_page_has_every_trouble(void **state)
{
	(void)state;
	for (int i = STORE_none + 1; i < STORE_TROUBLE_MAX; i++) {
		char line[64];

		snprintf(line, sizeof(line), ".It %s\n", store_trouble_word(i));
		if (!page_has(line))
			fail_msg("not in the page: %s", line);
	}
	assert_true(page_has(".It Cm " STORE_BLIND_UNSTORED "\n"));
	assert_true(page_has(".It Cm " STORE_BLIND_REMOVED "\n"));
}

static void test_the_file_has_the_schema(void **state)
{
	struct shelf s;
	sqlite3 *db = NULL;
	char mine[4096];
	static const char all[] = "SELECT group_concat(sql, ';') FROM"
				  " (SELECT sql FROM sqlite_schema"
				  " ORDER BY type, name)";

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	assert_int_equal(store_commit(s.store), 0);
	snprintf(mine, sizeof(mine), "%s", ask(&s, all));
	assert_string_equal(ask(&s, "PRAGMA user_version"), "1");
	assert_string_equal(ask(&s, "PRAGMA application_id"), "1111775059");
	assert_string_equal(ask(&s, "PRAGMA journal_mode"), "wal");
	assert_string_equal(ask(&s, "PRAGMA auto_vacuum"), "2");
	snprintf(s.path, sizeof(s.path), "%s/made", s.dir);
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, store_schema, NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	assert_string_equal(ask(&s, all), mine);
	shelf_free(&s);
}

static void spoil(const struct shelf *s, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void test_a_newer_schema_is_refused_and_left_alone(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN);
	assert_int_equal(store_commit(s.store), 0);
	shelf_close(&s);
	spoil(&s, "PRAGMA user_version = 2");
	s.options.later = true;
	assert_int_equal(store_open(&s.options, &s.store), -ENOTSUP);
	assert_string_equal(ask(&s, "SELECT count(*) FROM finding"), "1");
	assert_string_equal(ask(&s, "PRAGMA user_version"), "2");
	shelf_free(&s);
}

static void test_an_older_schema_becomes_a_new_one(void **state)
{
	static const char *const good[] = {
		store_schema, "ALTER TABLE run ADD COLUMN colour TEXT"
	};
	static const char *const bad[] = {
		store_schema, "ALTER TABLE run ADD COLUMN colour TEXT;"
			      "ALTER TABLE nothing ADD COLUMN colour TEXT"
	};
	struct shelf s;
	sqlite3 *db = NULL;

	(void)state;
	shelf_new(&s);
	shelf_begin(&s);
	put(s.store, FINDING_LOST, 1, BEGIN);
	assert_int_equal(store_commit(s.store), 0);
	shelf_close(&s);
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(store_schema_climb(db, bad, 2), -EIO);
	assert_int_equal(sqlite3_errcode(db), SQLITE_ERROR);
	sqlite3_close(db);
	assert_string_equal(ask(&s, "PRAGMA user_version"), "1");
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(store_schema_climb(db, good, 2), 0);
	assert_int_equal(store_schema_climb(db, good, 2), 0);
	sqlite3_close(db);
	assert_string_equal(ask(&s, "PRAGMA user_version"), "2");
	assert_string_equal(ask(&s, "SELECT class, colour FROM finding, run"),
			    "lost|");
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_page_has_the_schema),
		cmocka_unit_test(test_the_page_has_every_trouble),
		cmocka_unit_test(test_the_file_has_the_schema),
		cmocka_unit_test(test_a_newer_schema_is_refused_and_left_alone),
		cmocka_unit_test(test_an_older_schema_becomes_a_new_one),
	};

	return cmocka_run_group_tests_name("store_schema", tests, NULL, NULL);
}
