/* SPDX-License-Identifier: GPL-2.0 */
/* The mail about findings that are told one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "mail_fixture.h"
#include "record_fixture.h"
#include "report_list.h"

/* The mail about the finding `id` among some that are told; to be freed. */
static char *mail_of(const char *id, const struct finding *f, size_t count,
		     struct bug *bug)
{
	static const struct recording rec;
	struct report *report;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	*bug = (struct bug){ .id = id };
	report = report_bug_new(bug);
	assert_non_null(report);
	for (size_t i = 0; i < count; i++)
		assert_int_equal(report_finding(report, &f[i]), 0);
	report_free(report);
	report_bug(out, bug, &rec);
	assert_int_equal(fclose(out), 0);
	check_mail(text);
	return text;
}

static void check_says(const char *text, const char *says)
{
	if (!strstr(text, says))
		fail_msg("no '%s' in %s", says, text);
}

static struct finding of_record(struct record r)
{
	struct finding f;

	finding_from_record(&r, &f);
	return f;
}

static struct finding made_read(enum record_read read)
{
	struct record r = made_stale();

	r.ns = 9000;
	r.read = read;
	return of_record(r);
}

/* Its reader is told, and does not take the place of its writer. */
static void a_loss_that_was_read_back(void **state)
{
	static const char *const says[] = {
		"Subject: btrfs: buffered write lost",
		"writer:     writer,",
		"dropper:    dropper,",
		"Kernel stack of the clean",
		"reported: lost\n",
		"with old bytes,",
		"by reader,",
		"process 50",
	};
	static struct finding f[3];
	static struct bug bug;
	char *text;

	(void)state;
	f[0] = made_read(READ_BY_RETRY);
	f[1] = of_record(made_record(VERDICT_LOST));
	f[2] = made_read(READ_BY_READ);
	/* A retry may come before the verdict: then the loss takes over. */
	for (size_t from = 0; from < 2; from++) {
		text = mail_of("3e8-101-3", f + from, 3 - from, &bug);
		assert_int_equal(bug.finding.class, FINDING_LOST);
		assert_int_equal(bug.stage_count, 3 - from);
		for (size_t i = 0; i < sizeof(says) / sizeof(says[0]); i++)
			check_says(text, says[i]);
		assert_int_equal(!!strstr(text, "own retry,"), from == 0);
		free(text);
	}
}

/* Their loss is not in the recording. */
static void a_read_alone(void **state)
{
	static const char *const subjects[READ_MAX] = {
		[READ_BY_READ] = "lost page read back in from the disk (",
		[READ_BY_WRITE] = "from the disk to be written",
		[READ_BY_RETRY] = "by its own write call",
	};
	static struct bug bug;

	(void)state;
	for (enum record_read read = 0; read < READ_MAX; read++) {
		struct finding f = made_read(read);
		char *text = mail_of("3e8", &f, 1, &bug);

		check_says(text, subjects[read]);
		check_says(text, "read by:    reader, thread 55 of");
		assert_int_equal(!strstr(text, "old bytes"),
				 read == READ_BY_RETRY);
		free(text);
	}
}

/* Of reads whose loss is not there the last is told: a retry comes first. */
static void reads_alone(void **state)
{
	const struct finding f[] = { made_read(READ_BY_RETRY),
				     made_read(READ_BY_READ) };
	static struct bug bug;

	(void)state;
	free(mail_of("3e8", f, 2, &bug));
	assert_int_equal(bug.finding.read, READ_BY_READ);
	assert_int_equal(bug.stage_count, 2);
}

static int count_of(const char *text, const char *what)
{
	int count = 0;

	for (text = strstr(text, what); text; text = strstr(text + 1, what))
		count++;
	return count;
}

static void an_evicted_inode(void **state)
{
	struct record r = made_evicted();
	static struct bug bug;
	struct finding f;
	char *text;

	(void)state;
	r.nlink = 3;
	r.flags |= RECORD_MORE_PAGES;
	f = of_record(r);
	f.links_len = 16;
	memcpy(f.links, "/dir/file\0/b\xff\nc", 16);
	text = mail_of(f.id, &f, 1, &bug);
	check_says(text, "4 dirty, maybe more, the first is page 3\n");
	check_says(text, "size:       81925 bytes\n");
	check_says(text, "bytes:      12288 to 81924 (all dirty pages");
	check_says(text, "links:      3 names in all, known are\n"
			 "            /dir/file\n            /b\\xff\\x0ac\n");
	check_says(text, "writer:     not observed\n");
	check_says(text, "evicted by: umount, thread 99 of process 90, "
			 "by way of evict\n");
	check_says(text, "the inode left memory\n");
	assert_int_equal(count_of(text, "Kernel stack of the eviction\n"), 1);
	assert_int_equal(count_of(text, "Kernel stack of"), 1);
	assert_int_equal(count_of(text, "not observed: "), 0);
	free(text);
	r.nlink = 1;
	r.flags = 0;
	r.evicted.i_size = 5;
	f = of_record(r);
	text = mail_of(f.id, &f, 1, &bug);
	check_says(text, "4 dirty, the first is page 3\n");
	check_says(text, "none at stake below the size");
	assert_int_equal(count_of(text, "links: "), 0);
	free(text);
}

/* No drop and no rewrite is claimed where a dedupe or clone may be meant. */
static void words_that_fit_every_way(void **state)
{
	static struct bug bug;
	struct finding f = of_record(made_record(VERDICT_SUPERSEDED));
	char *text = mail_of("3e8", &f, 1, &bug);

	(void)state;
	check_says(text, "encoded write over it");
	check_says(text, "dedupe");
	free(text);
	f = of_record(made_record(VERDICT_VOID));
	text = mail_of("3e8", &f, 1, &bug);
	check_says(text, "clone");
	free(text);
}

/* What `report` and the live table hide without -v is the same. */
static void what_is_shown(void **state)
{
	static const struct {
		enum record_read read;
		int verbose;
		bool shown;
	} cases[] = {
		{ READ_BY_READ, 0, true },
		{ READ_BY_WRITE, 0, true },
		{ READ_BY_RETRY, 0, false },
		{ READ_BY_RETRY, 1, true },
	};

	(void)state;
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		int verbose = cases[i / 2].verbose;
		struct finding f = made_read(cases[i / 2].read);
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		struct report *report =
			i % 2 ? report_list_new(out, verbose)
			      : report_text_new(out, false, verbose);

		assert_non_null(report);
		assert_int_equal(report_finding(report, &f), 0);
		report_free(report);
		fclose(out);
		assert_int_equal(!!strstr(text, "stale-read"),
				 cases[i / 2].shown);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loss_that_was_read_back),
		cmocka_unit_test(a_read_alone),
		cmocka_unit_test(reads_alone),
		cmocka_unit_test(an_evicted_inode),
		cmocka_unit_test(words_that_fit_every_way),
		cmocka_unit_test(what_is_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
