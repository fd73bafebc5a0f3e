// SPDX-License-Identifier: GPL-2.0
/* recording_play.c - see recording_play.h. */
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "decode.h"
#include "log.h"
#include "recording_play.h"

#define SYMBOL_LEN 512	  /* as long as the kernel's */
#define SYMBOLS_MAX 65536 /* a kernel has not more functions on its stacks */
#define FACTS_MAX 4096

struct recording_symbol {
	UT_hash_handle hh;
	uint64_t address;
	uint64_t offset;
	const char *module;
	char name[]; /* and the module behind it */
};

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
	return recording_symbol(arg, address, offset, NULL);
}

/* ---- the kinds of chunks -------------------------------------------- */

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

static int add_symbol(struct recording *rec, uint64_t address, uint64_t offset,
		      const char *name, const char *module)
{
	size_t len = strlen(name) + 1, all = len + strlen(module) + 1;
	struct recording_symbol *s;

	HASH_FIND(hh, rec->symbols, &address, sizeof(address), s);
	if (s || HASH_COUNT(rec->symbols) >= SYMBOLS_MAX)
		return refuse(rec,
			      "a symbol stands in it twice, or too many do");
	s = calloc(1, sizeof(*s) + all);
	if (!s)
		return -ENOMEM;
	s->address = address;
	s->offset = offset;
	memcpy(s->name, name, len);
	strcpy(s->name + len, module);
	s->module = s->name + len;
	HASH_ADD(hh, rec->symbols, address, sizeof(s->address), s);
	if (s->hh.tbl)
		return 0;
	free(s);
	return -ENOMEM;
}

static int take_symbol(struct recording *rec, struct recording_cursor *c,
		       struct report *report)
{
	uint64_t address = cursor_u64(c);
	uint64_t offset = cursor_u64(c);
	const char *name = cursor_text(c);
	const char *module = cursor_text(c);

	(void)report;
	if (!name || !module || c->left || !name_ok(name, false) ||
	    !name_ok(module, true))
		return refuse(rec, "a symbol is malformed");
	return add_symbol(rec, address, offset, name, module);
}

/* What a recording without an end can still count. */
static const enum counter counter_of[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = COUNT_pending,
	[FINDING_STRANDED] = COUNT_stranded,
	[FINDING_NEAR_MISS] = COUNT_near_miss,
	[FINDING_LOST] = COUNT_lost,
	[FINDING_SUPERSEDED] = COUNT_superseded,
	[FINDING_VOID] = COUNT_voided,
	[FINDING_UNEXPLAINED] = COUNT_unexplained,
};

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
	if (!finding.path[0])
		finding.path_known = false;
	rec->last_ns = finding.ns;
	rec->summary.counters[counter_of[finding.class]]++;
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

static int take_spans(struct recording *rec, struct recording_cursor *c)
{
	uint32_t count = cursor_u32(c);

	while (count-- && !c->bad) {
		int i = word_in(report_blinds, BLIND_MAX, cursor_text(c));
		struct blind_span *span;

		if (i < 0)
			return refuse(
				rec,
				"it has a kind of blindness that this version does not know; use the version that made it");
		span = &rec->summary.blind[i];
		span->count = cursor_u64(c);
		span->first_ns = cursor_u64(c);
		span->last_ns = cursor_u64(c);
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

typedef int (*take_fn)(struct recording *rec, struct recording_cursor *c,
		       struct report *report);

static const take_fn takers[CHUNK_KINDS] = {
	[CHUNK_START] = take_start,   [CHUNK_FACT] = take_fact,
	[CHUNK_ZONE] = take_zone,     [CHUNK_SYMBOL] = take_symbol,
	[CHUNK_RECORD] = take_record, [CHUNK_MALFORMED] = take_malformed,
	[CHUNK_BLIND] = take_blind,   [CHUNK_SUMMARY] = take_summary,
};

/* ---- the whole ------------------------------------------------------ */

static int take_chunk(struct recording *rec, struct report *report)
{
	bool starts = rec->reader.kind == CHUNK_START;

	if (starts == rec->started || rec->summed)
		return refuse(rec, "its chunks are out of order");
	return takers[rec->reader.kind](rec, &rec->reader.chunk, report);
}

/*
 * No end: whatever came behind this place was not seen. Nothing but what the
 * findings show is counted.
 */
static void sum_partial(struct recording *rec)
{
	struct blind_span *missing = &rec->summary.blind[BLIND_malformed];

	if (rec->last_ns > rec->start.info.ns)
		rec->summary.seconds =
			(double)(rec->last_ns - rec->start.info.ns) / 1e9;
	missing->count = 1;
	missing->first_ns = missing->last_ns = rec->last_ns;
	rec->summary.open_stranded = findings_open(rec->findings);
	rec->partial = true;
}

static void set_why(struct recording *rec)
{
	snprintf(rec->why, sizeof(rec->why), "byte %" PRIu64 ": %s",
		 rec->reader.offset, rec->reader.why);
}

static int play_all(struct recording *rec, bool partial, struct report *report)
{
	int got;

	while ((got = recording_next(&rec->reader)) > 0) {
		int err = take_chunk(rec, report);

		if (err)
			return err;
	}
	if (got == -EBADMSG && rec->reader.broken && partial && rec->started)
		sum_partial(rec);
	else if (got)
		return got;
	else if (!rec->summed)
		return refuse(rec, "it has no summary");
	rec->summary.exit_code = summary_exit_code(&rec->summary);
	return report_summary(report, &rec->summary);
}

int recording_play(struct recording *rec, FILE *in, bool partial,
		   struct report *report)
{
	int err;

	memset(rec, 0, sizeof(*rec));
	rec->facts_end = &rec->facts;
	rec->findings = findings_new();
	if (!rec->findings)
		return -ENOMEM;
	err = recording_reader_init(&rec->reader, in);
	if (!err)
		err = play_all(rec, partial, report);
	if (err == -EBADMSG || rec->partial)
		set_why(rec);
	return err;
}

const char *recording_symbol(const struct recording *rec, uint64_t address,
			     uint64_t *offset, const char **module)
{
	const struct recording_symbol *s;

	HASH_FIND(hh, rec->symbols, &address, sizeof(address), s);
	if (!s)
		return NULL;
	*offset = s->offset;
	if (module)
		*module = s->module;
	return s->name;
}

void recording_free(struct recording *rec)
{
	struct recording_symbol *s = rec->symbols;

	HASH_CLEAR(hh, rec->symbols);
	while (s) {
		struct recording_symbol *next = s->hh.next;

		free(s);
		s = next;
	}
	while (rec->facts) {
		struct recording_fact *fact = rec->facts;

		rec->facts = fact->next;
		free(fact->key);
		free(fact->value);
		free(fact);
	}
	findings_free(rec->findings);
	recording_reader_free(&rec->reader);
	free(rec->start_bytes);
}

int recording_say(struct recording *rec, FILE *in, const char *name,
		  bool partial, struct report *report)
{
	int err = recording_play(rec, in, partial, report);

	if (!err && rec->partial)
		complain("'%s' has no end: %s; what came behind is not known",
			 name, rec->why);
	if (!err)
		return rec->summary.exit_code;
	if (err == -EBADMSG)
		complain("cannot use '%s': %s%s", name, rec->why,
			 rec->reader.broken
				 ? "; --partial shows what is in front of it"
				 : "");
	else if (ferror(report->out))
		complain(
			"cannot write the output: %s; make room or name another place",
			strerror(-err));
	else
		complain("cannot read '%s': %s", name, strerror(-err));
	return EXIT_NO_ANSWER;
}
