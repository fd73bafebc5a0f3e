// SPDX-License-Identifier: GPL-2.0
/* recorder.c - see recorder.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "decode.h"
#include "recorder.h"
#include "zones.h"

#define NS_PER_S 1000000000LL

/* An address whose symbol is in the recording, or that has none. */
struct seen {
	UT_hash_handle hh;
	uint64_t address;
};

struct recorder {
	struct report report; /* first: what a printer's functions get */
	struct recording_writer *writer;
	const struct ksyms *ksyms;
	uint32_t verbose;
	struct seen *seen;
	struct zones zones;
	const void *raw; /* of the finding that comes next */
	size_t raw_size;
};

static struct recorder *recorder_of(struct report *r)
{
	return (struct recorder *)(void *)r;
}

static int zone_chunk(void *arg, const struct zone *zone)
{
	struct recorder *r = arg;

	recording_put_u64(r->writer, (uint64_t)zone->from);
	recording_put_u64(r->writer, (uint64_t)zone->offset);
	return recording_chunk(r->writer, CHUNK_ZONE);
}

/* The time of day at `ns` will be printed: local time must be known. */
static int follow_zone(struct recorder *r, uint64_t ns)
{
	int64_t wall = (int64_t)(ns + (uint64_t)r->report.start.wall_ns);

	if (!r->report.start.wall_known)
		return 0;
	/* Before the epoch no time of day is printed, but behind it may be. */
	if (wall < 0)
		wall = 0;
	return zones_follow(&r->zones, wall / NS_PER_S, zone_chunk, r);
}

static int follow_both(struct recorder *r, uint64_t first_ns, uint64_t last_ns)
{
	int err = follow_zone(r, first_ns);

	return err ? err : follow_zone(r, last_ns);
}

static int follow_spans(struct recorder *r, const struct blind_span *span,
			unsigned int count)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < count; i++)
		if (span[i].count)
			err = follow_both(r, span[i].first_ns, span[i].last_ns);
	return err;
}

static int follow_intervals(struct recorder *r,
			    const struct blind_intervals *intervals)
{
	int err = 0;

	for (int i = 0; intervals && !err && i < BLIND_MAX; i++)
		err = follow_spans(r, intervals[i].at, intervals[i].used);
	return err;
}

static int start_chunk(struct report *report,
		       const struct report_start_info *info)
{
	struct recorder *r = recorder_of(report);
	const struct recording_start start = {
		.info = *info,
		.record_version = RECORD_VERSION,
		.record_size = sizeof(struct record),
		.verbose = r->verbose,
	};
	int err;

	fields_put(r->writer, recording_start_fields, &start, NULL);
	err = recording_chunk(r->writer, CHUNK_START);
	/* A gap may begin before the watch, but not before the boot. */
	return err ? err : follow_both(r, 0, info->ns);
}

int recorder_fact(void *arg, const char *key, const char *value)
{
	struct recorder *r = arg;

	recording_put_text(r->writer, key);
	recording_put_text(r->writer, value);
	return recording_chunk(r->writer, CHUNK_FACT);
}

/* True if the address is new. */
static int note_address(struct recorder *r, uint64_t address, bool *is_new)
{
	struct seen *s;

	HASH_FIND(hh, r->seen, &address, sizeof(address), s);
	*is_new = !s;
	if (s)
		return 0;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->address = address;
	HASH_ADD(hh, r->seen, address, sizeof(s->address), s);
	if (s->hh.tbl)
		return 0;
	free(s);
	return -ENOMEM;
}

static int symbol_chunk(struct recorder *r, uint64_t address)
{
	const struct ksym *sym = r->ksyms ? ksyms_at(r->ksyms, address) : NULL;
	bool is_new;
	int err;

	/* What the live report has no name for gets none here. */
	if (!sym || !strcmp(sym->module, "bpf"))
		return 0;
	err = note_address(r, address, &is_new);
	if (err || !is_new)
		return err;
	recording_put_u64(r->writer, address);
	recording_put_u64(r->writer, address - sym->from);
	recording_put_text(r->writer, sym->name);
	recording_put_text(r->writer, sym->module);
	return recording_chunk(r->writer, CHUNK_SYMBOL);
}

static int symbol_chunks(struct recorder *r, const struct finding *f)
{
	const struct recording_stack *stack;
	int err = 0;

	for (stack = recording_stacks; !err && stack->title; stack++) {
		const char *base = (const char *)f;
		uint32_t len;

		memcpy(&len, base + stack->length, sizeof(len));
		for (uint32_t i = 0; !err && i < len; i++) {
			uint64_t address;

			memcpy(&address,
			       base + stack->addresses + i * sizeof(address),
			       sizeof(address));
			err = symbol_chunk(r, address);
		}
	}
	return err;
}

/* The record, and in what the finding differs from what it says. */
static int record_chunk(struct recorder *r, const struct finding *f)
{
	struct finding bare;
	struct record record;

	if (!r->raw || decode_record(r->raw, r->raw_size, &record))
		return -EINVAL;
	finding_from_record(&record, &bare);
	recording_put_u32(r->writer, (uint32_t)r->raw_size);
	recording_put_bytes(r->writer, r->raw, r->raw_size);
	r->raw = NULL;
	fields_put(r->writer, recording_finding_fields, f, &bare);
	return recording_chunk(r->writer, CHUNK_RECORD);
}

static int finding_chunk(struct report *report, const struct finding *f)
{
	struct recorder *r = recorder_of(report);
	int err = follow_zone(r, f->ns);

	if (!err)
		err = symbol_chunks(r, f);
	return err ? err : record_chunk(r, f);
}

static void put_blind(struct recorder *r, const struct blind_info *info)
{
	recording_put_text(r->writer, info->kind);
	fields_put(r->writer, recording_blind_fields, info, NULL);
}

static int blind_chunk(struct report *report, const struct blind_info *info)
{
	struct recorder *r = recorder_of(report);
	int err = follow_both(r, info->first_ns, info->last_ns);

	if (err)
		return err;
	put_blind(r, info);
	return recording_chunk(r->writer, CHUNK_BLIND);
}

/* By name: a counter that is added shall not move the others. */
static void put_counters(struct recorder *r, const struct summary *s)
{
	recording_put_u32(r->writer, COUNT_MAX);
	for (int i = 0; i < COUNT_MAX; i++) {
		recording_put_text(r->writer, report_counters[i].name);
		recording_put_u64(r->writer, s->counters[i]);
	}
}

static void put_intervals(struct recorder *r, const struct blind_intervals *i)
{
	recording_put_u32(r->writer, i ? i->used : 0);
	if (!i || !i->used)
		return;
	recording_put_u32(r->writer, i->merged);
	for (unsigned int n = 0; n < i->used; n++) {
		recording_put_u64(r->writer, i->at[n].count);
		recording_put_u64(r->writer, i->at[n].first_ns);
		recording_put_u64(r->writer, i->at[n].last_ns);
	}
}

static void put_spans(struct recorder *r, const struct summary *s)
{
	recording_put_u32(r->writer, BLIND_MAX);
	for (int i = 0; i < BLIND_MAX; i++) {
		recording_put_text(r->writer, report_blinds[i].name);
		recording_put_u64(r->writer, s->blind[i].count);
		recording_put_u64(r->writer, s->blind[i].first_ns);
		recording_put_u64(r->writer, s->blind[i].last_ns);
		put_intervals(r, s->intervals ? &s->intervals[i] : NULL);
	}
}

static int summary_chunk(struct report *report, const struct summary *s)
{
	struct recorder *r = recorder_of(report);
	int err = follow_spans(r, s->blind, BLIND_MAX);

	if (!err)
		err = follow_intervals(r, s->intervals);
	if (err)
		return err;
	put_counters(r, s);
	put_spans(r, s);
	fields_put(r->writer, recording_summary_fields, s, NULL);
	err = recording_chunk(r->writer, CHUNK_SUMMARY);
	return err ? err : recording_finish(r->writer);
}

/* A replay says it at this place too; it does its own counting. */
static int left_chunk(struct report *report, const struct left_out *left)
{
	struct recorder *r = recorder_of(report);

	recording_put_u64(r->writer, left->total);
	return recording_chunk(r->writer, CHUNK_LEFT);
}

static int heal_chunk(struct report *report, const struct heal_note *note)
{
	struct recorder *r = recorder_of(report);
	int err = follow_zone(r, note->ns);

	if (err)
		return err;
	fields_put(r->writer, recording_heal_fields, note, NULL);
	return recording_chunk(r->writer, CHUNK_HEAL);
}

static const struct report_ops ops = {
	.start = start_chunk,
	.finding = finding_chunk,
	.blind = blind_chunk,
	.summary = summary_chunk,
	.heal = heal_chunk,
	.left = left_chunk,
};

struct recorder *recorder_new(struct recording_writer *w,
			      const struct ksyms *ksyms, int verbose)
{
	struct recorder *r = calloc(1, sizeof(*r));

	if (r) {
		r->report.ops = &ops;
		r->writer = w;
		r->ksyms = ksyms;
		r->verbose = (uint32_t)verbose;
	}
	return r;
}

struct report *recorder_report(struct recorder *r)
{
	return &r->report;
}

void recorder_raw(struct recorder *r, const void *data, size_t size)
{
	if (!r)
		return;
	r->raw = data;
	r->raw_size = size;
}

int recorder_malformed(struct recorder *r, const void *data, size_t size)
{
	if (!r)
		return 0;
	recording_put_bytes(r->writer, data, size);
	return recording_chunk(r->writer, CHUNK_MALFORMED);
}

void recorder_free(struct recorder *r)
{
	struct seen *s, *next;

	if (!r)
		return;
	s = r->seen;
	HASH_CLEAR(hh, r->seen);
	for (; s; s = next) {
		next = s->hh.next;
		free(s);
	}
	free(r);
}
