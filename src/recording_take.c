// SPDX-License-Identifier: GPL-2.0
/* recording_take.c - see recording_take.h. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "decode.h"
#include "findings.h"
#include "recording_take.h"

#define SYMBOL_LEN 512 /* as long as the kernel's */

static int refuse(struct recording *rec, const char *why)
{
	return recording_refuse(&rec->reader, why);
}

static int64_t zone_offset(void *arg, int64_t wall)
{
	return zones_offset(arg, wall);
}

static const char *symbol_of(void *arg, uint64_t address, uint64_t *offset)
{
	const struct recording *rec = arg;

	return symbols_find(rec->symbols, address, offset, NULL);
}

/* The strings of the start must outlive its chunk. */
static int keep_start(struct recording *rec, struct recording_cursor *c)
{
	rec->start_bytes = malloc(c->left + 1);
	if (!rec->start_bytes)
		return -ENOMEM;
	memcpy(rec->start_bytes, c->at, c->left);
	c->at = rec->start_bytes;
	return 0;
}

static int take_start(struct recording *rec, struct recording_cursor *c,
		      struct report *report)
{
	struct report_start_info *info = &rec->start.info;
	const char *why;

	if (keep_start(rec, c))
		return -ENOMEM;
	if (fields_get(c, recording_start_fields, &rec->start, &why))
		return refuse(rec, why);
	if (rec->start.record_version != RECORD_VERSION ||
	    rec->start.record_size != sizeof(struct record))
		return refuse(
			rec,
			"its records are of another version; use the version that made it");
	info->symbol = symbol_of;
	info->symbol_arg = rec;
	info->offset = zone_offset;
	info->offset_arg = &rec->zones;
	rec->last_ns = info->ns;
	rec->started = true;
	if (rec->start.verbose && !report->verbose)
		report->verbose = 1;
	if (report->limit.max == RATELIMIT_AS_TOLD)
		report_limit(report, info->limit);
	return report_start(report, info);
}

static int take_fact(struct recording *rec, struct recording_cursor *c,
		     struct report *report)
{
	const char *key = cursor_text(c);
	const char *value = cursor_text(c);
	struct recording_fact *fact;

	(void)report;
	if (!key || !value || c->left)
		return refuse(rec, "a fact is not two texts");
	fact = calloc(1, sizeof(*fact));
	if (!fact)
		return -ENOMEM;
	*rec->facts_end = fact;
	rec->facts_end = &fact->next;
	fact->key = strdup(key);
	fact->value = strdup(value);
	return fact->key && fact->value ? 0 : -ENOMEM;
}

static int take_zone(struct recording *rec, struct recording_cursor *c,
		     struct report *report)
{
	struct zone zone = { .from = (int64_t)cursor_u64(c),
			     .offset = (int64_t)cursor_u64(c) };

	(void)report;
	if (c->bad || c->left || zones_add(&rec->zones, &zone))
		return refuse(rec, "a change of local time is impossible");
	return 0;
}

/* It goes to a terminal as it is. */
static bool name_ok(const char *name, bool may_be_empty)
{
	const char *s = name;

	while (isalnum((unsigned char)*s) || (*s && strchr("_.-$", *s)))
		s++;
	return !*s && (may_be_empty || s > name) && s - name < SYMBOL_LEN;
}

static int take_symbol(struct recording *rec, struct recording_cursor *c,
		       struct report *report)
{
	uint64_t address = cursor_u64(c);
	uint64_t offset = cursor_u64(c);
	const char *name = cursor_text(c);
	const char *module = cursor_text(c);
	int err;

	(void)report;
	if (!name || !module || c->left || !name_ok(name, false) ||
	    !name_ok(module, true))
		return refuse(rec, "a symbol is malformed");
	err = symbols_add(&rec->symbols, address, offset, name, module);
	return err == -EEXIST
		       ? refuse(rec,
				"a symbol stands in it twice, or too many do")
		       : err;
}

/* What a recording without an end can still count. */
static const enum counter counters[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = COUNT_pending,
	[FINDING_STRANDED] = COUNT_stranded,
	[FINDING_NEAR_MISS] = COUNT_near_miss,
	[FINDING_LOST] = COUNT_lost,
	[FINDING_SUPERSEDED] = COUNT_superseded,
	[FINDING_VOID] = COUNT_voided,
	[FINDING_UNEXPLAINED] = COUNT_unexplained,
	[FINDING_EVICTED] = COUNT_evicted_dirty,
	[FINDING_STALE_READ] = COUNT_stale_reads,
};

static enum counter counter_of(const struct finding *f)
{
	if (f->class == FINDING_STALE_READ && f->read == READ_BY_RETRY)
		return COUNT_own_retries;
	return counters[f->class];
}

/* As on_record() of a watch, with the answers that the resolver gave then. */
static int take_record(struct recording *rec, struct recording_cursor *c,
		       struct report *report)
{
	uint32_t size = cursor_u32(c);
	const char *raw = cursor_bytes(c, size);
	struct finding finding;
	struct record record;
	const char *why;
	int err;

	if (!raw || decode_record(raw, size, &record))
		return refuse(rec, "a record is malformed");
	finding_from_record(&record, &finding);
	if (fields_get(c, recording_finding_fields, &finding, &why))
		return refuse(rec, why);
	if (finding.rescue >= RESCUE_MAX || finding.heal >= HEAL_MAX)
		return refuse(rec, "a field has an impossible value");
	if (!finding.path[0])
		finding.path_known = false;
	rec->last_ns = finding.ns;
	rec->summary.counters[counter_of(&finding)]++;
	err = findings_note(rec->findings, &finding);
	return err ? err : report_finding(report, &finding);
}

static int take_malformed(struct recording *rec, struct recording_cursor *c,
			  struct report *report)
{
	(void)c;
	(void)report;
	rec->malformed++;
	return 0;
}

/* The index of a word in a table, or -1. */
static int word_in(const struct report_word *words, int count, const char *name)
{
	for (int i = 0; name && i < count; i++)
		if (!strcmp(words[i].name, name))
			return i;
	return -1;
}

static int take_blind(struct recording *rec, struct recording_cursor *c,
		      struct report *report)
{
	int kind = word_in(report_blinds, BLIND_MAX, cursor_text(c));
	struct blind_info info = { 0 };
	const char *why;

	if (kind < 0)
		return refuse(
			rec,
			"it has a kind of blindness that this version does not know; use the version that made it");
	info.kind = report_blinds[kind].name;
	info.text = report_blinds[kind].text;
	if (fields_get(c, recording_blind_fields, &info, &why))
		return refuse(rec, why);
	rec->last_ns = info.last_ns;
	return report_blind(report, &info);
}

static int take_heal(struct recording *rec, struct recording_cursor *c,
		     struct report *report)
{
	struct heal_note note = { 0 };
	const char *why;

	if (fields_get(c, recording_heal_fields, &note, &why))
		return refuse(rec, why);
	if (note.heal >= HEAL_MAX)
		return refuse(rec, "a field has an impossible value");
	rec->last_ns = note.ns;
	return report_heal(report, &note);
}

static int take_counters(struct recording *rec, struct recording_cursor *c)
{
	uint32_t count = cursor_u32(c);

	while (count-- && !c->bad) {
		int i = word_in(report_counters, COUNT_MAX, cursor_text(c));

		if (i < 0)
			return refuse(
				rec,
				"it has a counter that this version does not know; use the version that made it");
		rec->summary.counters[i] = cursor_u64(c);
	}
	return 0;
}

static void take_span(struct recording_cursor *c, struct blind_span *span)
{
	span->count = cursor_u64(c);
	span->first_ns = cursor_u64(c);
	span->last_ns = cursor_u64(c);
}

static int take_intervals(struct recording *rec, struct recording_cursor *c,
			  struct blind_intervals *to)
{
	uint32_t used = cursor_u32(c);

	if (used > BLINDNESS_INTERVALS)
		return refuse(rec, "it has too many intervals of blindness");
	to->used = used;
	to->merged = used ? cursor_u32(c) : 0;
	for (uint32_t i = 0; i < used; i++)
		take_span(c, &to->at[i]);
	if (used)
		rec->summary.intervals = rec->intervals;
	return 0;
}

static int take_spans(struct recording *rec, struct recording_cursor *c)
{
	uint32_t count = cursor_u32(c);

	while (count-- && !c->bad) {
		int i = word_in(report_blinds, BLIND_MAX, cursor_text(c));
		int err;

		if (i < 0)
			return refuse(
				rec,
				"it has a kind of blindness that this version does not know; use the version that made it");
		take_span(c, &rec->summary.blind[i]);
		err = take_intervals(rec, c, &rec->intervals[i]);
		if (err)
			return err;
	}
	return 0;
}

/* The sums are as they were; what they mean is said anew. */
static int take_summary(struct recording *rec, struct recording_cursor *c,
			struct report *report)
{
	struct summary *s = &rec->summary;
	const char *why = "the summary is malformed";
	int err;

	memset(s, 0, sizeof(*s));
	err = take_counters(rec, c);
	if (!err)
		err = take_spans(rec, c);
	if (err)
		return err;
	if (c->bad || fields_get(c, recording_summary_fields, s, &why))
		return refuse(rec, why);
	if (!(s->seconds >= 0 && s->seconds < 1e12))
		return refuse(rec, "the summary is malformed");
	(void)report;
	rec->summed = true;
	return 0;
}

/* Where the live output said what was left out; the limit may be another. */
static int take_left(struct recording *rec, struct recording_cursor *c,
		     struct report *report)
{
	cursor_u64(c);
	if (c->bad || c->left)
		return refuse(rec, "a number of findings is malformed");
	return report_left(report);
}

typedef int (*take_fn)(struct recording *rec, struct recording_cursor *c,
		       struct report *report);

static const take_fn takers[CHUNK_KINDS] = {
	[CHUNK_START] = take_start,   [CHUNK_FACT] = take_fact,
	[CHUNK_ZONE] = take_zone,     [CHUNK_SYMBOL] = take_symbol,
	[CHUNK_RECORD] = take_record, [CHUNK_MALFORMED] = take_malformed,
	[CHUNK_BLIND] = take_blind,   [CHUNK_SUMMARY] = take_summary,
	[CHUNK_LEFT] = take_left,     [CHUNK_HEAL] = take_heal,
};

int recording_take(struct recording *rec, struct report *report)
{
	bool starts = rec->reader.kind == CHUNK_START;

	if (starts == rec->started || rec->summed)
		return refuse(rec, "its chunks are out of order");
	return takers[rec->reader.kind](rec, &rec->reader.chunk, report);
}
