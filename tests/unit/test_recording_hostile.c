/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings with good checksums that no `record` has made. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "log.h"
#include "recording_fixture.h"
#include "recording_play.h"
#include "recording_printed.h"

static void put_start(struct recording_writer *w, uint32_t version)
{
	struct recording_start start = { .info = made_start(),
					 .record_version = version,
					 .record_size = sizeof(struct record) };

	fields_put(w, recording_start_fields, &start, NULL);
	recording_chunk(w, CHUNK_START);
}

static void put_summary(struct recording_writer *w)
{
	recording_put_u32(w, 0);
	recording_put_u32(w, 0);
	recording_chunk(w, CHUNK_SUMMARY);
}

static void two_starts(struct recording_writer *w)
{
	put_start(w, RECORD_VERSION);
}

static void fact_without_value(struct recording_writer *w)
{
	recording_put_text(w, "key");
	recording_chunk(w, CHUNK_FACT);
}

static void symbol_that_drives_a_terminal(struct recording_writer *w)
{
	recording_put_u64(w, 1);
	recording_put_u64(w, 2);
	recording_put_text(w, "\x1b[2J");
	recording_put_text(w, "");
	recording_chunk(w, CHUNK_SYMBOL);
}

static void symbol_without_end(struct recording_writer *w)
{
	recording_put_u64(w, 1);
	recording_put_u64(w, 2);
	recording_put_bytes(w, "abc", 3);
	recording_chunk(w, CHUNK_SYMBOL);
}

static void zones_backwards(struct recording_writer *w)
{
	for (int i = 0; i < 2; i++) {
		recording_put_u64(w, 5);
		recording_put_u64(w, 0);
		recording_chunk(w, CHUNK_ZONE);
	}
}

static void zone_beyond_days(struct recording_writer *w)
{
	recording_put_u64(w, 5);
	recording_put_u64(w, INT64_MAX);
	recording_chunk(w, CHUNK_ZONE);
}

static void record_longer_than_all(struct recording_writer *w)
{
	recording_put_u32(w, UINT32_MAX);
	recording_chunk(w, CHUNK_RECORD);
}

static void record_that_is_none(struct recording_writer *w)
{
	struct record r = made_record(VERDICT_LOST);

	r.window.bits = 0;
	recording_put_u32(w, sizeof(r));
	recording_put_bytes(w, &r, sizeof(r));
	recording_chunk(w, CHUNK_RECORD);
}

/* A good record, and behind it a field. */
static void record_field(struct recording_writer *w, uint32_t number,
			 uint32_t size, const void *bytes, size_t real)
{
	struct record r = made_record(VERDICT_LOST);

	recording_put_u32(w, sizeof(r));
	recording_put_bytes(w, &r, sizeof(r));
	recording_put_u32(w, number);
	recording_put_u32(w, size);
	recording_put_bytes(w, bytes, real);
	recording_chunk(w, CHUNK_RECORD);
}

static void flag_of_two(struct recording_writer *w)
{
	record_field(w, 1, 1, "\2", 1);
}

static void field_of_the_future(struct recording_writer *w)
{
	record_field(w, 9999, 1, "\1", 1);
}

static void field_longer_than_its_chunk(struct recording_writer *w)
{
	record_field(w, 7, 100, "/x", 3);
}

static void field_of_another_size(struct recording_writer *w)
{
	record_field(w, 2, 4, "\1\0\0\0", 4);
}

static void path_without_end(struct recording_writer *w)
{
	record_field(w, 7, 2, "/x", 2);
}

static void path_with_two_ends(struct recording_writer *w)
{
	record_field(w, 7, 4, "/\0x", 4);
}

static void path_longer_than_any(struct recording_writer *w)
{
	char path[FINDING_PATH_LEN + 2];

	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	record_field(w, 7, sizeof(path), path, sizeof(path));
}

static void rescue_of_the_future(struct recording_writer *w)
{
	const uint32_t word = RESCUE_MAX;

	record_field(w, 12, sizeof(word), &word, sizeof(word));
}

static void blindness_of_the_future(struct recording_writer *w)
{
	recording_put_text(w, "eclipse");
	recording_chunk(w, CHUNK_BLIND);
}

static void counter_of_the_future(struct recording_writer *w)
{
	recording_put_u32(w, 1);
	recording_put_text(w, "eggs");
	recording_put_u64(w, 1);
	recording_put_u32(w, 0);
	recording_chunk(w, CHUNK_SUMMARY);
}

static void more_counters_than_there_are(struct recording_writer *w)
{
	recording_put_u32(w, UINT32_MAX);
	recording_put_text(w, "lost");
	recording_chunk(w, CHUNK_SUMMARY);
}

static void seconds_that_are_no_number(struct recording_writer *w)
{
	const double nan = __builtin_nan("");

	recording_put_u32(w, 0);
	recording_put_u32(w, 0);
	recording_put_u32(w, 2);
	recording_put_u32(w, 8);
	recording_put_bytes(w, &nan, sizeof(nan));
	recording_chunk(w, CHUNK_SUMMARY);
}

static void two_summaries(struct recording_writer *w)
{
	put_summary(w);
}

static void chunk_of_the_future(struct recording_writer *w)
{
	recording_chunk(w, CHUNK_KINDS);
}

static void nothing(struct recording_writer *w)
{
	(void)w;
}

static int play_with(void (*put)(struct recording_writer *w), uint32_t version,
		     bool summary)
{
	struct made m = made_begin();
	struct printed p;
	FILE *in;
	struct recording rec;
	int err;

	put_start(m.writer, version);
	put(m.writer);
	if (summary)
		put_summary(m.writer);
	recording_finish(m.writer);
	assert_true(made_end(&m));
	in = fmemopen(m.bytes, m.size, "r");
	print_begin(&p, text);
	/* It is whole: there is nothing that --partial could mend. */
	err = recording_play(&rec, in, true, p.report);
	recording_free(&rec);
	print_end(&p);
	assert_null(strchr(p.text, '\x1b'));
	free(p.text);
	fclose(in);
	free(m.bytes);
	return err;
}

static void hostile_chunks(void **state)
{
	static void (*const puts[])(struct recording_writer *) = {
		two_starts,
		fact_without_value,
		symbol_that_drives_a_terminal,
		symbol_without_end,
		zones_backwards,
		zone_beyond_days,
		record_longer_than_all,
		record_that_is_none,
		flag_of_two,
		field_of_the_future,
		field_longer_than_its_chunk,
		field_of_another_size,
		path_without_end,
		path_with_two_ends,
		path_longer_than_any,
		rescue_of_the_future,
		blindness_of_the_future,
		counter_of_the_future,
		more_counters_than_there_are,
		seconds_that_are_no_number,
		two_summaries,
		chunk_of_the_future,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(puts) / sizeof(puts[0]); i++) {
		print_message("# hostile chunk %zu\n", i);
		assert_int_equal(play_with(puts[i], RECORD_VERSION, true),
				 -EBADMSG);
	}
	assert_int_equal(play_with(nothing, RECORD_VERSION, true), 0);
	assert_int_equal(play_with(nothing, RECORD_VERSION, false), -EBADMSG);
	assert_int_equal(play_with(nothing, RECORD_VERSION + 1, true),
			 -EBADMSG);
}

/* The very first chunk has no bytes. */
static void an_empty_start(void **state)
{
	struct made m = made_begin();
	struct recording rec;
	struct printed p;
	FILE *in;

	(void)state;
	recording_chunk(m.writer, CHUNK_START);
	recording_finish(m.writer);
	assert_true(made_end(&m));
	in = fmemopen(m.bytes, m.size, "r");
	print_begin(&p, text);
	assert_int_equal(recording_play(&rec, in, false, p.report), -EBADMSG);
	recording_free(&rec);
	print_end(&p);
	free(p.text);
	fclose(in);
	free(m.bytes);
}

/* The exit code is not the recording's to choose. */
static void the_numbers_decide(void **state)
{
	struct made m = made_begin();
	struct recording rec;
	struct printed p;
	FILE *in;

	(void)state;
	put_start(m.writer, RECORD_VERSION);
	recording_put_u32(m.writer, 1);
	recording_put_text(m.writer, "lost");
	recording_put_u64(m.writer, 2);
	recording_put_u32(m.writer, 0);
	recording_chunk(m.writer, CHUNK_SUMMARY);
	recording_finish(m.writer);
	assert_true(made_end(&m));
	in = fmemopen(m.bytes, m.size, "r");
	print_begin(&p, text);
	assert_int_equal(recording_play(&rec, in, false, p.report), 0);
	assert_int_equal(rec.summary.exit_code, EXIT_LOST);
	assert_false(rec.partial);
	recording_free(&rec);
	print_end(&p);
	free(p.text);
	fclose(in);
	free(m.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hostile_chunks),
		cmocka_unit_test(an_empty_start),
		cmocka_unit_test(the_numbers_decide),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
