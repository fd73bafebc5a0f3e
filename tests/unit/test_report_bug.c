/* SPDX-License-Identifier: GPL-2.0 */
/* The list of a recording's findings, the pick of one, and the mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "paragraph.h"
#include "recording_fixture.h"
#include "recording_play.h"
#include "report_list.h"

static struct made made;

static int set_up(void **state)
{
	struct report *report = report_none_new();

	(void)state;
	made = made_begin();
	if (!report || made_recording(made.writer, report))
		return -1;
	report_free(report);
	return made_end(&made) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	free(made.bytes);
	return 0;
}

/* Plays the recording to the picker of `id`. */
static void pick(const char *id, struct bug *bug, struct recording *rec)
{
	FILE *in = fmemopen(made.bytes, made.size, "r");
	struct report *report;

	memset(bug, 0, sizeof(*bug));
	bug->id = id;
	report = report_bug_new(bug);
	assert_non_null(report);
	assert_int_equal(recording_play(rec, in, false, report), 0);
	report_free(report);
	fclose(in);
}

static void an_id_picks_one(void **state)
{
	static const struct {
		const char *id;
		unsigned int stages;
		bool ambiguous;
	} cases[] = {
		{ "3ed-101-3", 1, false }, { "3ed", 1, false },
		{ "3", 1, true },	   { "", 1, true },
		{ "4", 0, false },	   { "3ed-101-33", 0, false },
	};
	struct recording rec;
	struct bug bug;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		pick(cases[i].id, &bug, &rec);
		assert_int_equal(!!bug.stage_count, cases[i].stages);
		assert_int_equal(bug.ambiguous, cases[i].ambiguous);
		recording_free(&rec);
	}
}

/* One that is given in full is meant, whichever of the two comes first. */
static void a_whole_id_wins(void **state)
{
	static const char *const orders[][2] = {
		{ "a-1-1", "a-1-11" },
		{ "a-1-11", "a-1-1" },
	};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct bug bug = { .id = "a-1-1" };
		struct report *report = report_bug_new(&bug);
		struct finding f = { .class = FINDING_LOST };

		for (size_t k = 0; k < 2; k++) {
			strcpy(f.id, orders[i][k]);
			assert_int_equal(report_finding(report, &f), 0);
		}
		assert_string_equal(bug.finding.id, "a-1-1");
		assert_int_equal(bug.stage_count, 1);
		assert_false(bug.ambiguous);
		report_free(report);
	}
}

static void more_stages_than_are_kept(void **state)
{
	struct bug bug = { .id = "a" };
	struct report *report = report_bug_new(&bug);
	struct finding f = { .class = FINDING_PENDING, .id = "a" };

	(void)state;
	for (f.ns = 1; f.ns < 100; f.ns++)
		assert_int_equal(report_finding(report, &f), 0);
	assert_int_equal(bug.stage_count, BUG_STAGES);
	assert_int_equal(bug.stages[BUG_STAGES - 1].ns, 99);
	report_free(report);
}

static void check_mail(const char *text)
{
	int column = 0;

	for (const char *s = text; *s; s++) {
		assert_true(*s == '\n' || (*s >= ' ' && *s < 0x7f));
		column = *s == '\n' ? 0 : column + 1;
		assert_true(column <= PARAGRAPH_COLUMNS);
	}
}

/* Writes the mail about the finding `id`; to be freed. */
static char *mail(const char *id)
{
	struct recording rec;
	struct bug bug;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	pick(id, &bug, &rec);
	report_bug(out, &bug, &rec);
	recording_free(&rec);
	assert_int_equal(fclose(out), 0);
	check_mail(text);
	return text;
}

static void a_mail_of_each_class(void **state)
{
	static const struct {
		const char *id;
		const char *says[6];
	} cases[] = {
		{ "3e8",
		  { "unknown caller", "cleaned by: kworker",
		    "some_function+0x3\n", "btrfs_other+0x23 [btrfs]\n",
		    "[no symbol]", "a\\x1b[31m\\xff b" } },
		{ "3e9", { "while its write call was running", "/mnt/file" } },
		{ "3ea", { "--outcome stranded", "not observed: drop" } },
		{ "3ec", { "--outcome near-miss", "for at most" } },
		{ "3ed",
		  { "--outcome lost", "12388 to 16383 (3996 bytes",
		    "by way of fadvise", "[inside the filesystem] /dir/file",
		    "Whether the verdict holds", "blind: 7 records" } },
		{ "3ee", { "--outcome superseded" } },
		{ "3ef", { "thrown away on purpose", "Not known." } },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = mail(cases[i].id);

		for (size_t k = 0; k < 6 && cases[i].says[k]; k++)
			if (!strstr(text, cases[i].says[k]))
				fail_msg("no '%s' in %s", cases[i].says[k],
					 text);
		assert_non_null(strstr(text, "6.1.0-made"));
		assert_non_null(strstr(text, "taint: 0"));
		/* The finding's device is 0:43, and so is the mount's. */
		assert_non_null(strstr(text, "mount: 29 1 0:43 / /mnt"));
		free(text);
	}
}

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

static void a_list(void **state)
{
	FILE *in = fmemopen(made.bytes, made.size, "r");
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct report *report = report_list_new(out, 0);
	struct recording rec;

	(void)state;
	assert_int_equal(recording_play(&rec, in, false, report), 0);
	/* Recorded with -v: pending and void ones are shown. */
	assert_non_null(strstr(text, "3ef-101-3                    void "));
	assert_non_null(strstr(text, "/mnt/a\\x1b[31m\\xff b\n"));
	assert_non_null(strstr(text, "\nverdict: blind\n"));
	recording_free(&rec);
	report_free(report);
	fclose(out);
	fclose(in);
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

static void paragraphs(void **state)
{
	static const char fifty[] =
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	static const struct {
		const char *format;
		const char *want;
	} cases[] = {
		{ "", "\n" },
		{ "a  b", "a  b\n" },
		{ "%s bbbbbbbbbbbbbbbbbbbbbbbb",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbb\n" },
		{ "%s bbbbbbbbbbbbbbbbbbbbbbbbb",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  bbbbbbbbbbbbbbbbbbbbbbbbb\n" },
		{ "%s,bbbbbbbbbbbbbbbbbbbbbbbbb",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,\n  bbbbbbbbbbbbbbbbbbbbbbbbb\n" },
		/* What cannot be broken is not. */
		{ "%saaaaaaaaaaaaaaaaaaaaaaaaaaaaaa b",
		  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n  b\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t len = 0;
		FILE *out = open_memstream(&text, &len);
		char line[256];

		snprintf(line, sizeof(line), "%s", cases[i].format);
		if (!strncmp(line, "%s", 2))
			snprintf(line, sizeof(line), "%s%s", fifty,
				 cases[i].format + 2);
		paragraph(out, 2, "%s", line);
		fclose(out);
		assert_string_equal(text, cases[i].want);
		free(text);
	}
}

static void build_ids(void **state)
{
	static const unsigned char notes[] = {
		/* another note in front, its name and text padded */
		5, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 'L', 'i', 'n', 'u', 'x', 0,
		0, 0, 7, 0, 0, 0,
		/* the build id */
		4, 0, 0, 0, 3, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0, 0xab, 1,
		0xff, 0
	};
	unsigned char huge[12];
	char text[8];

	(void)state;
	assert_int_equal(
		facts_build_id(notes, sizeof(notes), text, sizeof(text)), 0);
	assert_string_equal(text, "ab01ff");
	for (size_t size = 0; size < sizeof(notes); size++) {
		unsigned char *part = malloc(size + 1);

		memcpy(part, notes, size);
		assert_int_not_equal(
			facts_build_id(part, size, text, sizeof(text)), 0);
		free(part);
	}
	assert_int_not_equal(facts_build_id(notes, sizeof(notes), text, 6), 0);
	memset(huge, 0xff, sizeof(huge));
	assert_int_not_equal(
		facts_build_id(huge, sizeof(huge), text, sizeof(text)), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_id_picks_one),
		cmocka_unit_test(a_whole_id_wins),
		cmocka_unit_test(more_stages_than_are_kept),
		cmocka_unit_test(a_mail_of_each_class),
		cmocka_unit_test(a_loss_that_was_read_back),
		cmocka_unit_test(a_read_alone),
		cmocka_unit_test(an_evicted_inode),
		cmocka_unit_test(words_that_fit_every_way),
		cmocka_unit_test(a_list),
		cmocka_unit_test(what_is_shown),
		cmocka_unit_test(paragraphs),
		cmocka_unit_test(build_ids),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
