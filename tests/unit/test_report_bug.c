/* SPDX-License-Identifier: GPL-2.0 */
/* The list of a recording's findings, the pick of one, and the mail. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mail_fixture.h"
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
		cmocka_unit_test(a_list),
		cmocka_unit_test(paragraphs),
		cmocka_unit_test(build_ids),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
