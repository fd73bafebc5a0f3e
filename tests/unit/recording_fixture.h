/* SPDX-License-Identifier: GPL-2.0 */
/* recording_fixture.h - recordings made in memory, for the unit tests and the
 * fuzzer. */
#ifndef DIRTYWATCH_TEST_RECORDING_FIXTURE_H
#define DIRTYWATCH_TEST_RECORDING_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "record_fixture.h"
#include "recorder.h"
#include "recording_write.h"

#define MADE_ADDRESS 0xffffffff81000010ULL
#define MADE_WALL_NS INT64_C(1709210096000000000)

/* What a file in memory holds; it is taken away with it. */
struct made {
	int fd;
	struct recording_writer *writer;
	char *bytes;
	size_t size;
};

static inline struct made made_begin(void)
{
	struct made m = { .fd = memfd_create("recording", 0) };

	m.writer = recording_writer_new(dup(m.fd));
	return m;
}

/* Ends the writing; false: something failed. */
static inline bool made_end(struct made *m)
{
	bool good = !recording_writer_error(m->writer);
	struct stat st;

	recording_writer_free(m->writer);
	good = good && !fstat(m->fd, &st);
	m->size = good ? (size_t)st.st_size : 0;
	m->bytes = malloc(m->size + 1);
	good = good && m->bytes &&
	       pread(m->fd, m->bytes, m->size, 0) == (ssize_t)m->size;
	close(m->fd);
	return good;
}

static inline struct ksyms *made_ksyms(void)
{
	static char text[] = "ffffffff81000000 T _stext\n"
			     "ffffffff81000010 T some_function\n"
			     "ffffffffc0000000 t btrfs_some	[btrfs]\n"
			     "ffffffffc0000100 t btrfs_other	[btrfs]\n";
	FILE *in = fmemopen(text, strlen(text), "r");
	struct ksyms *ksyms = NULL;

	if (ksyms_read(in, &ksyms))
		abort();
	fclose(in);
	return ksyms;
}

static inline const char *made_symbol(void *arg, uint64_t address,
				      uint64_t *offset)
{
	const struct ksym *sym = ksyms_at(arg, address);

	if (!sym)
		return NULL;
	*offset = address - sym->from;
	return sym->name;
}

static inline struct report_start_info made_start(void)
{
	return (struct report_start_info){ .version = "0.0-made",
					   .kernel = "6.1.0-made",
					   .srcversion = "0123456789",
					   .mount = "/mnt/\xff\x1b[1m",
					   .unseen = "this; \x1b[1mthat",
					   .ns = 1000,
					   .wall_known = true,
					   .wall_ns = MADE_WALL_NS };
}

static inline struct summary made_summary(void)
{
	static struct blind_intervals intervals[BLIND_MAX];
	struct summary s = { .seconds = 12.345678901234567,
			     .intervals = intervals,
			     .kernel_bytes = 6543210,
			     .rss_bytes = 1ULL << 33 };

	for (int i = 0; i < COUNT_MAX; i++)
		s.counters[i] = 1000 + (uint64_t)i;
	s.blind[BLIND_ring_full] = (struct blind_span){ 7, 2000, 9000 };
	intervals[BLIND_ring_full] = (struct blind_intervals){
		.at = { { 3, 2000, 3000 }, { 4, 5000, 9000 } },
		.used = 2,
		.merged = 5,
	};
	s.open_stranded = 3;
	s.healing = true;
	for (int i = 0; i < HEAL_MAX; i++)
		s.heal[i] = i == HEAL_not_asked ? 0 : 30 + (uint64_t)i;
	s.exit_code = summary_exit_code(&s);
	return s;
}

/* Hands a record on as on_record() does, its resolved part made up. */
static inline int made_note(struct recorder *recorder, struct report *report,
			    const struct record *r, const char *path)
{
	struct finding f;

	recorder_raw(recorder, r, offsetof(struct record, path) + r->path_len);
	finding_from_record(r, &f);
	if (path) {
		f.path_in_fs = false;
		f.subvol = 256;
		memcpy(f.path, path, strlen(path) + 1);
		strcpy(f.task.cgroup_path, "/user.slice/a b");
		strcpy(f.dropper.cgroup_path, "/");
		f.link_count = 3;
		f.heal = HEAL_leased;
		f.links_len = 8;
		memcpy(f.links, "/a\0/b\xff\n", 8);
	} else {
		f.complete = false;
	}
	return report_finding(report, &f);
}

/* An unexplained clean, and one of each verdict below `end`. */
static inline int made_records(struct recorder *recorder, struct report *report,
			       enum verdict end)
{
	struct record r = made_record(VERDICT_NEAR_MISS);
	int err;

	r.kind = RECORD_UNEXPLAINED;
	memcpy(r.comm, "kworker", 8);
	r.stack_len = 3;
	r.stack[0] = MADE_ADDRESS + 3;
	r.stack[1] = 0xffffffffc0000123ULL;
	r.stack[2] = 0x1234; /* nobody's */
	err = made_note(recorder, report, &r, "/mnt/a\x1b[31m\xff b");
	for (enum verdict v = VERDICT_OPEN; !err && v < end; v++) {
		if (v == VERDICT_OPEN || v == VERDICT_REWRITTEN ||
		    v == VERDICT_FORBIDDEN)
			continue;
		r = made_record(v);
		r.ns += (__u64)v * 1000000;
		r.window.clean_ns += v;
		err = made_note(recorder, report, &r,
				v == VERDICT_LOST ? NULL : "/mnt/file");
	}
	return err;
}

/*
 * Tells a report all that a watch may tell, with the verdicts below `end`, and
 * makes a recording of it.
 * Returns 0 or a negative errno.
 */
static inline int made_part(struct recording_writer *w, struct report *report,
			    enum verdict end)
{
	const struct report_word *word = &report_blinds[BLIND_ring_full];
	const struct blind_info blind = { .kind = word->name,
					  .text = word->text,
					  .count = 7,
					  .first_ns = 2000,
					  .last_ns = 9000,
					  .open = true,
					  .pid = 77 };
	const struct heal_note note = { .ns = 4000000000,
					.id = "3e8-101-3",
					.ino = 257,
					.page = 3,
					.heal = HEAL_direct_io,
					.path = "/mnt/\xff\x1b[1m" };
	struct report_start_info info = made_start();
	const struct summary sum = made_summary();
	struct ksyms *ksyms = made_ksyms();
	struct recorder *recorder = recorder_new(w, ksyms, 1);
	int err;

	info.symbol = made_symbol;
	info.symbol_arg = ksyms;
	report_also(report, recorder_report(recorder));
	err = report_start(report, &info);
	if (!err)
		err = recorder_fact(recorder, "taint", "0");
	if (!err)
		err = recorder_fact(recorder, "mount",
				    "29 1 0:43 / /mnt rw - btrfs /dev/vda rw");
	if (!err)
		err = made_records(recorder, report, end);
	if (!err)
		err = recorder_malformed(recorder, "nonsense", 8);
	if (!err)
		err = report_blind(report, &blind);
	if (!err)
		err = report_heal(report, &note);
	if (!err)
		err = report_summary(report, &sum);
	recorder_free(recorder);
	ksyms_free(ksyms);
	return err;
}

static inline int made_recording(struct recording_writer *w,
				 struct report *report)
{
	return made_part(w, report, VERDICT_MAX);
}

#endif
