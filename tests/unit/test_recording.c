/* SPDX-License-Identifier: GPL-2.0 */
/* Recordings: what goes in comes out, and nothing else gets in. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <zlib.h>
#include <cmocka.h>

#include "log.h"
#include "recording_fixture.h"
#include "recording_play.h"
#include "recording_printed.h"

/* Plays bytes; what it printed goes to *p, to be freed. */
static int play(const char *bytes, size_t size, bool partial,
		printer_fn printer, struct printed *p)
{
	FILE *in = fmemopen((void *)(uintptr_t)bytes, size, "r");
	struct recording rec;
	int err;

	assert_non_null(in);
	print_begin(p, printer);
	err = recording_play(&rec, in, partial, p->report);
	if (!err)
		assert_int_equal(rec.summary.exit_code, EXIT_BLIND);
	if (err == -EBADMSG)
		assert_true(strlen(rec.why) > 10);
	recording_free(&rec);
	print_end(p);
	fclose(in);
	return err;
}

static int play_quietly(const char *bytes, size_t size, bool partial)
{
	struct printed p;
	int err = play(bytes, size, partial, report_json_new, &p);

	/* An answer has a verdict, nothing else has one. */
	assert_int_equal(!err, !!strstr(p.text, "\"verdict\""));
	assert_null(strstr(p.text, "none lost"));
	free(p.text);
	return err;
}

static void make(struct made *m, printer_fn printer, struct printed *live)
{
	*m = made_begin();
	print_begin(live, printer);
	assert_int_equal(made_recording(m->writer, live->report), 0);
	print_end(live);
	assert_true(made_end(m));
}

static void says_the_same_again(void **state)
{
	static const printer_fn printers[] = { text, report_json_new };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct printed live, again;
		struct made m;

		setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
		tzset();
		make(&m, printers[i], &live);
		/* Elsewhere it is another time. */
		setenv("TZ", "XXX+11", 1);
		tzset();
		assert_int_equal(
			play(m.bytes, m.size, false, printers[i], &again), 0);
		assert_string_equal(live.text, again.text);
		assert_non_null(strstr(live.text, "some_function"));
		free(live.text);
		free(again.text);
		free(m.bytes);
	}
	unsetenv("TZ");
	tzset();
}

/* A small one: it is played some ten thousand times. */
static void made_quietly(struct made *m)
{
	struct printed live;

	*m = made_begin();
	print_begin(&live, report_json_new);
	assert_int_equal(made_part(m->writer, live.report, VERDICT_OPEN), 0);
	print_end(&live);
	assert_true(made_end(m));
	free(live.text);
}

static void cut_at_every_byte(void **state)
{
	struct made m;

	(void)state;
	made_quietly(&m);
	for (size_t size = 1; size < m.size; size++) {
		char *bytes = malloc(size); /* so that reading on is noticed */
		int err;

		memcpy(bytes, m.bytes, size);
		assert_int_equal(play_quietly(bytes, size, false), -EBADMSG);
		/* Without its start it is nothing; with it, it is blind. */
		err = play_quietly(bytes, size, true);
		assert_true(err == 0 || (err == -EBADMSG && size < 300));
		free(bytes);
	}
	free(m.bytes);
}

static void every_byte_flipped(void **state)
{
	struct made m;

	(void)state;
	made_quietly(&m);
	for (size_t at = 0; at < m.size; at++) {
		char bit = (char)(1 << at % 8);

		m.bytes[at] ^= bit;
		assert_int_equal(play_quietly(m.bytes, m.size, false),
				 -EBADMSG);
		m.bytes[at] ^= bit;
	}
	assert_int_equal(play_quietly(m.bytes, m.size, false), 0);
	free(m.bytes);
}

static void more_behind_the_end(void **state)
{
	struct made m;

	(void)state;
	made_quietly(&m);
	m.bytes[m.size] = 0; /* made_end() left room */
	assert_int_equal(play_quietly(m.bytes, m.size + 1, false), -EBADMSG);
	assert_int_equal(play_quietly(m.bytes, m.size + 1, true), -EBADMSG);
	free(m.bytes);
}

static void another_version(void **state)
{
	struct recording rec;
	struct printed p;
	struct made m;
	FILE *in;

	(void)state;
	made_quietly(&m);
	m.bytes[RECORDING_MAGIC_LEN] = 99;
	in = fmemopen(m.bytes, m.size, "r");
	print_begin(&p, report_json_new);
	assert_int_equal(recording_play(&rec, in, true, p.report), -EBADMSG);
	assert_non_null(strstr(rec.why, "version 99"));
	recording_free(&rec);
	print_end(&p);
	fclose(in);
	free(p.text);
	free(m.bytes);
}

/* ---- the file ------------------------------------------------------- */

static void files_are_not_replaced(void **state)
{
	char folder[] = "/tmp/dirtywatch-test-XXXXXX";
	char path[64], link[64];
	struct recording_writer *w;
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/file", folder);
	snprintf(link, sizeof(link), "%s/link", folder);
	assert_int_equal(recording_create(path, false, &w), 0);
	assert_true(recording_writer_empty(w));
	recording_writer_free(w);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(recording_create(path, false, &w), -EEXIST);
	assert_int_equal(recording_create(path, true, &w), 0);
	recording_writer_free(w);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(recording_create(link, false, &w), -EEXIST);
	assert_int_equal(recording_create(link, true, &w), -ENOTSUP);
	assert_int_equal(recording_create(folder, true, &w), -ENOTSUP);
	assert_int_equal(recording_create("/dev/null", true, &w), -ENOTSUP);
	unlink(link);
	unlink(path);
	assert_int_equal(recording_create("/nonexistent/x", true, &w), -ENOENT);
	assert_int_equal(rmdir(folder), 0);
}

static void a_full_disk_is_told(void **state)
{
	struct recording_writer *w;
	struct printed p;

	(void)state;
	w = recording_writer_new(open("/dev/full", O_WRONLY | O_CLOEXEC));
	print_begin(&p, report_json_new);
	assert_int_equal(made_recording(w, p.report), -ENOSPC);
	assert_int_equal(recording_writer_error(w), -ENOSPC);
	/* And stays so. */
	assert_int_equal(recording_finish(w), -ENOSPC);
	recording_writer_free(w);
	print_end(&p);
	free(p.text);
}

static void a_chunk_has_a_limit(void **state)
{
	struct made m = made_begin();
	static char much[RECORDING_CHUNK_MAX];

	(void)state;
	recording_put_bytes(m.writer, much, sizeof(much));
	recording_put_u32(m.writer, 1);
	assert_int_equal(recording_chunk(m.writer, CHUNK_FACT), -E2BIG);
	assert_false(made_end(&m));
	free(m.bytes);
}

/* ---- tables --------------------------------------------------------- */

static void numbers_go_up(void **state)
{
	static const struct field *const tables[] = {
		recording_start_fields,
		recording_finding_fields,
		recording_blind_fields,
		recording_summary_fields,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		int last = 0;

		for (const struct field *f = tables[i]; f->number; f++) {
			assert_true(f->number > last);
			last = f->number;
		}
		assert_true(last > 0);
	}
}

/* ---- local time ----------------------------------------------------- */

static int keep_zone(void *arg, const struct zone *zone)
{
	(void)zone;
	++*(int *)arg;
	return 0;
}

static void local_time_changes(void **state)
{
	static struct zones z;
	const int64_t march = 1711846800;   /* 2024-03-31 01:00:00 UTC */
	const int64_t october = 1729990800; /* 2024-10-27 01:00:00 UTC */
	int news = 0;

	(void)state;
	memset(&z, 0, sizeof(z));
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	tzset();
	assert_int_equal(zones_follow(&z, march - 5000, keep_zone, &news), 0);
	assert_int_equal(news, 1);
	assert_int_equal(zones_follow(&z, march - 10, keep_zone, &news), 0);
	assert_int_equal(news, 1);
	/* Half a year without any event. */
	assert_int_equal(zones_follow(&z, october + 999, keep_zone, &news), 0);
	assert_int_equal(news, 3);
	assert_int_equal(zones_offset(&z, march - 1000000), 3600);
	assert_int_equal(zones_offset(&z, march - 1), 3600);
	assert_int_equal(zones_offset(&z, march), 7200);
	assert_int_equal(zones_offset(&z, october - 1), 7200);
	assert_int_equal(zones_offset(&z, october), 3600);
	unsetenv("TZ");
	tzset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_the_same_again),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(every_byte_flipped),
		cmocka_unit_test(more_behind_the_end),
		cmocka_unit_test(another_version),
		cmocka_unit_test(files_are_not_replaced),
		cmocka_unit_test(a_full_disk_is_told),
		cmocka_unit_test(a_chunk_has_a_limit),
		cmocka_unit_test(numbers_go_up),
		cmocka_unit_test(local_time_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
