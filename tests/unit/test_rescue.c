/* SPDX-License-Identifier: GPL-2.0 */
/* Which contents become files, and what the findings say of them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "rescue_dir.h"
#include "rescue_file.h"
#include "rescue_fixture.h"

static void path_of(const struct fixture *f, const struct finding *finding,
		    char path[256])
{
	snprintf(path, 256, "%s/%s", f->dir, finding->rescue_file);
}

/* The file is there, its digest right, and all of its page this byte. */
static void holds(const struct fixture *f, const struct finding *finding,
		  int byte)
{
	char path[256], text[16384], digest[RESCUE_DIGEST_LEN];
	struct rescue_file file = { .about = text, .len = CONTENT_LEN };
	FILE *from;
	size_t len;
	char *end;

	path_of(f, finding, path);
	from = fopen(path, "re");
	assert_non_null(from);
	len = fread(text, 1, sizeof(text), from);
	fclose(from);
	end = memchr(text, '\n', len);
	assert_non_null(end);
	*end = '\0';
	file.bytes = end + 1 + RESCUE_DIGEST_LEN;
	assert_int_equal(len, (size_t)(end + 1 - text) + RESCUE_DIGEST_LEN +
				      CONTENT_LEN);
	for (size_t i = 0; i < CONTENT_LEN; i++)
		assert_int_equal(((const char *)file.bytes)[i], byte);
	rescue_file_digest(&file, digest);
	assert_memory_equal(digest, end + 1, RESCUE_DIGEST_LEN - 1);
}

static bool is_there(const struct fixture *f, const struct finding *finding)
{
	char path[256];

	path_of(f, finding, path);
	return !access(path, F_OK);
}

static struct summary sums(const struct fixture *f, uint64_t lost)
{
	struct summary s = { .counters[COUNT_lost] = lost };

	rescuer_sums(f->rescuer, 0, &s);
	return s;
}

static void test_lost(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	struct finding told;

	begin(f, usual);
	content_of(f, &r, 'x');
	told = tell(f, &r);
	assert_int_equal(told.rescue, RESCUE_saved);
	holds(f, &told, 'x');
	assert_int_equal(sums(f, 1).rescue[RESCUE_saved], 1);
}

static void test_ends_well(void **state)
{
	static const enum verdict well[] = { VERDICT_NEAR_MISS,
					     VERDICT_SUPERSEDED, VERDICT_VOID };
	struct fixture *f = *state;

	begin(f, usual);
	for (unsigned int i = 0; i < 3; i++) {
		struct record r = record_of(VERDICT_STRANDED, i);
		struct finding told, well_told;

		content_of(f, &r, 'x');
		told = tell(f, &r);
		assert_int_equal(told.rescue, RESCUE_saved);
		assert_true(is_there(f, &told));
		r = record_of(well[i], i);
		well_told = tell(f, &r);
		assert_int_equal(well_told.rescue, RESCUE_not_asked);
		assert_string_equal(well_told.rescue_file, "");
		assert_false(is_there(f, &told));
	}
	assert_int_equal(sums(f, 0).rescue[RESCUE_saved], 0);
}

/* The drop's own copy is the later one; without it the first one serves. */
static void test_stranded_then_lost(void **state)
{
	struct fixture *f = *state;

	begin(f, usual);
	for (int again = 0; again < 2; again++) {
		struct record r = record_of(VERDICT_STRANDED, 7U + again);
		struct finding told;

		content_of(f, &r, 'x');
		tell(f, &r);
		if (again)
			content_of(f, &r, 'y');
		r = record_of(VERDICT_LOST, 7U + again);
		r.window.rescue = RESCUE_ring_full;
		told = tell(f, &r);
		assert_int_equal(told.rescue, RESCUE_saved);
		holds(f, &told, again ? 'y' : 'x');
	}
	assert_int_equal(sums(f, 2).rescue[RESCUE_saved], 2);
}

static void test_reasons(void **state)
{
	static const enum rescue kernels[] = { RESCUE_hwpoison,
					       RESCUE_not_uptodate,
					       RESCUE_unreadable,
					       RESCUE_ring_full, RESCUE_sent };
	struct fixture *f = *state;
	struct record r;

	begin(f, usual);
	for (unsigned int i = 0; i < 5; i++) {
		r = record_of(VERDICT_LOST, i);
		r.window.rescue = kernels[i];
		assert_int_equal(tell(f, &r).rescue, kernels[i]);
		assert_int_equal(sums(f, 9).rescue[kernels[i]], 1);
	}
	r.window.rescue = RESCUE_not_asked;
	assert_int_equal(tell(f, &r).rescue, RESCUE_unsupported);
	assert_int_equal(sums(f, 9).rescue[RESCUE_untold], 3);
}

static void test_rate(void **state)
{
	struct rescue_options slow = usual;
	struct fixture *f = *state;
	struct record r;

	slow.rate = 2;
	begin(f, slow);
	new_second();
	for (unsigned int i = 0; i < 5; i++) {
		r = record_of(VERDICT_LOST, i);
		content_of(f, &r, 'x');
		assert_int_equal(tell(f, &r).rescue,
				 i < 2 ? RESCUE_saved : RESCUE_rate);
	}
	new_second();
	r = record_of(VERDICT_LOST, 9);
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_saved);
	assert_int_equal(sums(f, 6).rescue[RESCUE_rate], 3);
}

/*
 * A guard's findings have no clean, and nothing comes after them: the same page
 * of memory may be another file's next time.
 */
static void test_guard(void **state)
{
	struct fixture *f = *state;
	struct record r[2];
	struct finding told;

	begin(f, usual);
	for (int i = 0; i < 2; i++) {
		r[i] = record_of(i ? VERDICT_LOST : VERDICT_PENDING, 0);
		r[i].flags |= RECORD_UNSENT;
		r[i].ns += (__u64)i;
		r[i].ino += (__u64)i;
		r[i].window.clean_ns = 0;
		r[i].window.bits = WINDOW_DROPPED;
		r[i].window.drop.ns = 2000 + (__u64)i;
		content_of(f, &r[i], 'x' + i);
	}
	for (int i = 0; i < 2; i++) {
		told = tell(f, &r[i]);
		assert_int_equal(told.rescue, RESCUE_saved);
		holds(f, &told, 'x' + i);
	}
	/* It has been told: the next page there is not it. */
	r[0].window.rescue = RESCUE_ring_full;
	assert_int_equal(tell(f, &r[0]).rescue, RESCUE_ring_full);
}

/* What lies there from before counts too. */
static void test_limit(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/old.rescue", f->dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(ftruncate(fd, (1 << 20) - 2 * CONTENT_LEN), 0);
	close(fd);
	begin(f, usual);
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_saved);
	r = record_of(VERDICT_LOST, 1);
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_limit);
	/* Who takes files away makes room: once a second that is looked at. */
	unlink(path);
	new_second();
	r = record_of(VERDICT_LOST, 2);
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_saved);
}

static void test_not_written(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	struct finding told;

	begin(f, usual);
	assert_int_equal(rmdir(f->dir), 0);
	content_of(f, &r, 'x');
	told = tell(f, &r);
	assert_int_equal(told.rescue, RESCUE_not_written);
	assert_string_equal(told.rescue_file, "");
}

/* It is nobody's business what else is there, and no name leads away. */
static void test_no_link_followed(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);
	char victim[80], unfinished[80];
	struct stat st;
	int fd;

	begin(f, usual);
	snprintf(victim, sizeof(victim), "%s/victim", f->dir);
	snprintf(unfinished, sizeof(unfinished), "%s/" RESCUE_UNFINISHED,
		 f->dir);
	fd = open(victim, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	close(fd);
	assert_int_equal(symlink(victim, unfinished), 0);
	content_of(f, &r, 'x');
	assert_int_equal(tell(f, &r).rescue, RESCUE_not_written);
	assert_int_equal(stat(victim, &st), 0);
	assert_int_equal(st.st_size, 0);
}

static void test_nobody_asked(void **state)
{
	struct fixture *f = *state;
	struct record r = record_of(VERDICT_LOST, 0);

	r.window.rescue = RESCUE_not_asked;
	assert_int_equal(tell(f, &r).rescue, RESCUE_not_asked);
	assert_false(sums(f, 1).rescued);
	rescuer_content(NULL, &r, sizeof(r));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_lost),
		TEST(test_ends_well),
		TEST(test_stranded_then_lost),
		TEST(test_reasons),
		TEST(test_rate),
		TEST(test_guard),
		TEST(test_limit),
		TEST(test_not_written),
		TEST(test_no_link_followed),
		TEST(test_nobody_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
