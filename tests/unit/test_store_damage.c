// SPDX-License-Identifier: GPL-2.0
/* test_store_damage.c - stores that are damaged, those that others could write
 * to, and those that are none. */
#include "store_fixture.h"

/* It is put aside as it is, and a new one is begun. */
static void is_put_aside(struct shelf *s)
{
	struct store_status status;
	struct stat before, after;

	assert_int_equal(stat(s->path, &before), 0);
	shelf_open(s);
	status = status_of(s);
	assert_int_equal(status.replaced, 1);
	assert_int_equal(strncmp(status.aside, s->path, strlen(s->path)), 0);
	assert_non_null(strstr(status.aside, ".corrupt-"));
	assert_int_equal(stat(status.aside, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	begin_at(s->store, BEGIN + DAY);
	put(s->store, FINDING_LOST, 7, BEGIN + DAY);
	assert_int_equal(store_commit(s->store), 0);
	assert_string_equal(ask(s, WHOLE), "1|7|");
}

static void test_a_damaged_head(void **state)
{
	static const char junk[] = "this is no database any more";
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	shelf_close(&s);
	overwrite(&s, 0, junk, sizeof(junk));
	is_put_aside(&s);
	shelf_free(&s);
}

static void test_a_damaged_page(void **state)
{
	char junk[4096];
	struct shelf s;

	(void)state;
	memset(junk, 0xa5, sizeof(junk));
	shelf_filled(&s);
	for (unsigned int i = 0; i < 2000; i++)
		put(s.store, FINDING_LOST, i + 2, BEGIN + i);
	assert_int_equal(store_commit(s.store), 0);
	shelf_close(&s);
	overwrite(&s, 50 * 4096L, junk, sizeof(junk));
	is_put_aside(&s);
	shelf_free(&s);
}

/* While it is written: found when it comes upon it. */
static void test_damage_under_the_writer(void **state)
{
	char junk[4096];
	struct shelf s;
	int removals = 100;
	int err;

	(void)state;
	memset(junk, 0xa5, sizeof(junk));
	shelf_new(&s);
	s.options.keep_days = 1;
	shelf_begin(&s);
	/* More than the cache has room for. */
	for (unsigned int i = 0; i < 8000; i++) {
		struct finding f = made_finding(FINDING_LOST, i);

		memset(f.path, 'x', 1000);
		assert_int_equal(store_finding(s.store, &f, BEGIN + i, "{}"),
				 0);
	}
	assert_int_equal(store_commit(s.store), 0);
	shelf_close(&s);
	shelf_open(&s);
	begin_at(s.store, BEGIN + DAY);
	assert_int_equal(store_commit(s.store), 0);
	for (long page = 20; page < 1500; page++)
		overwrite(&s, page * 4096L, junk, sizeof(junk));
	put(s.store, FINDING_LOST, 9000, BEGIN + DAY + 1);
	err = store_commit(s.store);
	while (err >= 0 && removals--)
		err = store_tidy(s.store, BEGIN + 3 * DAY);
	assert_true(err < 0);
	assert_int_equal(status_of(&s).trouble, STORE_corrupt);
	put(s.store, FINDING_LOST, 9001, BEGIN + DAY + 2);
	recovers(&s);
	assert_int_equal(status_of(&s).replaced, 1);
	assert_string_equal(ask(&s, "SELECT count(*), (SELECT count(*)"
				    " FROM finding WHERE page = 9001),"
				    " (SELECT group_concat(kind) FROM blind)"
				    " FROM run"),
			    "1|1|store");
	assert_string_equal(ask(&s, "PRAGMA integrity_check"), "ok");
	shelf_free(&s);
}

static void by_hand(const struct shelf *s, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "PRAGMA foreign_keys = ON", NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* Whole, and yet nothing that can be written to. */
static void test_tables_that_are_not_ours(void **state)
{
	static const char *const changes[] = {
		"ALTER TABLE finding RENAME COLUMN way TO road",
		"DROP TABLE blind",
		"CREATE UNIQUE INDEX once ON finding (class)",
		"ALTER TABLE finding ADD COLUMN more TEXT NOT NULL DEFAULT ''"
		" CHECK (class <> 'lost')",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		struct shelf s;

		shelf_new(&s);
		shelf_begin(&s);
		put(s.store, FINDING_STRANDED, 1, BEGIN + 1);
		assert_int_equal(store_commit(s.store), 0);
		by_hand(&s, changes[i]);
		put(s.store, FINDING_LOST, 2, BEGIN + 2);
		put(s.store, FINDING_LOST, 3, BEGIN + 3);
		store_blind(s.store, "ring_full", 1, BEGIN, BEGIN, false);
		if (store_commit(s.store) != -EUCLEAN)
			fail_msg("not noticed: %s", changes[i]);
		recovers(&s);
		assert_int_equal(status_of(&s).replaced, 1);
		assert_string_equal(ask(&s, WHOLE),
				    "1|2,3|ring_full 1,store 1");
		shelf_free(&s);
	}
}

static void test_a_run_that_was_removed_by_hand(void **state)
{
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	by_hand(&s, "DELETE FROM run");
	put(s.store, FINDING_LOST, 2, BEGIN + 2);
	assert_int_equal(store_commit(s.store), -ESTALE);
	recovers(&s);
	assert_int_equal(status_of(&s).replaced, 0);
	assert_string_equal(ask(&s, WHOLE), "1|2|store 1");
	shelf_free(&s);
}

/* Nothing that is not ours is touched. */
static void test_what_is_no_store(void **state)
{
	struct shelf s;

	(void)state;
	shelf_new(&s);
	s.options.later = true;
	run_in(&s, "mkdir -m 750 db && echo some text >db/findings.db &&"
		   " cp -p db/findings.db text && ls db >list");
	assert_int_equal(store_open(&s.options, &s.store), -EBADMSG);
	run_in(&s, "cmp db/findings.db text && ls db | cmp - list");
	snprintf(s.path, sizeof(s.path), "%s/", s.dir);
	assert_int_equal(store_open(&s.options, &s.store), -EISDIR);
	shelf_free(&s);
}

static void test_the_database_of_another_program(void **state)
{
	struct shelf s;
	sqlite3 *db = NULL;

	(void)state;
	shelf_new(&s);
	s.options.later = true;
	run_in(&s, "mkdir -m 750 db");
	assert_int_equal(sqlite3_open(s.path, &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db, "CREATE TABLE run (a)", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(db);
	run_in(&s, "chmod 600 db/findings.db && cp db/findings.db copy &&"
		   " ls db >list");
	assert_int_equal(store_open(&s.options, &s.store), -EBADMSG);
	run_in(&s, "cmp db/findings.db copy && ls db | cmp - list");
	/* Not even if it is damaged. */
	overwrite(&s, 40, "damaged", 7);
	overwrite(&s, 100, "damaged", 7);
	run_in(&s, "cp db/findings.db copy");
	assert_int_equal(store_open(&s.options, &s.store), -EBADMSG);
	run_in(&s, "cmp db/findings.db copy && ls db | cmp - list");
	shelf_free(&s);
}

struct refusal {
	const char *command;
	int err;
};

static void test_what_others_could_write_to(void **state)
{
	static const struct refusal refusals[] = {
		{ "chmod 770 db", -EPERM },
		{ "chmod 602 db/findings.db", -EPERM },
		{ "chown 1 db", -EPERM },
		{ "chown 1 db/findings.db", -EPERM },
		{ "chown 1 db/findings.db-lock", -EPERM },
		{ "ln db/findings.db other", -EPERM },
		{ "mv db/findings.db x && ln -s ../x db/findings.db", -ELOOP },
		{ "ln -s ../x db/findings.db-wal", -ELOOP },
		{ "mv db x && ln -s x db && chown -h 1 db", -ELOOP },
		{ "rm db/findings.db && mkfifo -m 600 db/findings.db", -EPERM },
	};

	(void)state;
	if (geteuid())
		skip();
	for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
		struct shelf s;

		shelf_filled(&s);
		shelf_close(&s);
		s.options.later = true;
		run_in(&s, refusals[i].command);
		if (store_open(&s.options, &s.store) != refusals[i].err)
			fail_msg("not refused: %s", refusals[i].command);
		shelf_free(&s);
	}
}

/* The administrator's own link to another disk is none of these. */
static void test_a_link_of_ours_leads_to_the_folder(void **state)
{
	struct shelf s;

	(void)state;
	shelf_filled(&s);
	shelf_close(&s);
	run_in(&s, "mv db x && ln -s x db");
	shelf_open(&s);
	begin_at(s.store, BEGIN + DAY);
	put(s.store, FINDING_LOST, 2, BEGIN + DAY);
	assert_int_equal(store_commit(s.store), 0);
	assert_string_equal(ask(&s, WHOLE), "2|1,2|");
	shelf_free(&s);
}

/* Whatever is in the file: an error, or a store that works. */
static void test_mutated_files(void **state)
{
	const unsigned int mutants = getenv("FULL") ? 2000 : 60;
	struct shelf s;

	(void)state;
	srandom(1);
	/* In memory, where a sync takes no time. */
	shelf_new_in(&s, "/dev/shm");
	for (unsigned int i = 0; i < mutants; i++) {
		shelf_begin(&s);
		for (unsigned int n = 0; n < 40; n++)
			put(s.store, FINDING_LOST, n, BEGIN + n);
		assert_int_equal(store_commit(s.store), 0);
		shelf_close(&s);
		for (int hits = 1 + (int)(random() % 8); hits; hits--) {
			char byte = (char)random();
			off_t at = random() % (i % 2 ? 100 : 60000);

			overwrite(&s, at, &byte, 1);
		}
		if (!store_open(&s.options, &s.store)) {
			begin_at(s.store, BEGIN + DAY);
			put(s.store, FINDING_LOST, 99, BEGIN + DAY);
			if (store_commit(s.store))
				recovers(&s);
			(void)store_tidy(s.store, BEGIN + DAY);
		}
		shelf_close(&s);
		run_in(&s, "rm -r db");
	}
	shelf_free(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_damaged_head),
		cmocka_unit_test(test_a_damaged_page),
		cmocka_unit_test(test_damage_under_the_writer),
		cmocka_unit_test(test_tables_that_are_not_ours),
		cmocka_unit_test(test_a_run_that_was_removed_by_hand),
		cmocka_unit_test(test_what_is_no_store),
		cmocka_unit_test(test_the_database_of_another_program),
		cmocka_unit_test(test_what_others_could_write_to),
		cmocka_unit_test(test_a_link_of_ours_leads_to_the_folder),
		cmocka_unit_test(test_mutated_files),
	};

	return cmocka_run_group_tests_name("store_damage", tests, NULL, NULL);
}
