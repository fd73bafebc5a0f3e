// SPDX-License-Identifier: GPL-2.0
/* What happened to each page, from what was seen of it: one line a trial. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "accuracy.h"
#include "sum.h"

static const char *const words[] = {
	[CLASS_NONE] = "none",
	[CLASS_NEAR_MISS] = "near-miss",
	[CLASS_STRANDED] = "stranded",
	[CLASS_LOST] = "lost",
	[CLASS_SUPERSEDED] = "superseded",
	[CLASS_VOID] = "void",
};

/* What is known of one page. */
struct fate {
	const char *first; /* what is said before the last word, or NULL */
	enum class last;
	bool dropped;	     /* by the way, not by the final check */
	bool bound_known;    /* the bound of the last word */
	bool disturbed;	     /* written meanwhile: nobody can say which it is */
	const char *instead; /* as right as all of the above, or NULL */
};

static bool page_lost(const struct trial *trial, uint32_t page)
{
	for (unsigned int i = 0; i < trial->losts; i++)
		if (trial->lost[i].off < (page + 1) * PAGE &&
		    trial->lost[i].off + trial->lost[i].len > page * PAGE)
			return true;
	return false;
}

/* Nothing of what was pending was to be kept: it was thrown away on purpose. */
static bool thrown_away(const struct trial *trial, uint32_t page)
{
	const char *words_of_way =
		trial->row->way ? trial->row->way->words : NULL;

	if (trial->deleted)
		return true;
	if (trial->was_cut && trial->cut_size <= page * PAGE)
		return true;
	return words_of_way && strcmp(words_of_way, "direct-io") != 0 &&
	       trial->later.len && trial->later.off <= page * PAGE &&
	       trial->later.off + trial->later.len >= (page + 1) * PAGE;
}

/* Did the write call dirty the page in the end? */
static bool left_clean(const struct trial *trial, uint32_t page)
{
	const struct plan *plan = &trial->plan;
	uint32_t done = trial->result > 0 ? (uint32_t)trial->result : 0;

	/* Where nobody could look before the next comer: by what it wrote. */
	if (trial->row->moment == ACROSS)
		return !done || plan->pos + done <= page * PAGE ||
		       plan->pos >= (page + 1) * PAGE;
	return trial->returned.page[page].present &&
	       !trial->returned.page[page].dirty &&
	       !trial->returned.page[page].writeback;
}

static void fate_stranded(const struct trial *trial, uint32_t page,
			  struct fate *fate)
{
	const struct state *after = &trial->after.page[page];
	const struct state *final = &trial->final.page[page];

	fate->first = "stranded";
	fate->bound_known = true;
	fate->dropped = !trial->deleted && !after->present;
	if (after->present && (after->dirty || after->writeback))
		fate->last = CLASS_NEAR_MISS;
	else if (page_lost(trial, page))
		fate->last = CLASS_LOST;
	else if (thrown_away(trial, page))
		fate->last = CLASS_VOID;
	else
		fate->last = CLASS_SUPERSEDED;
	/* By another trial's turn of the same way, maybe. */
	if (trial->row->way && trial->row->way->global)
		fate->dropped = !final->present;
	if (fate->last == CLASS_SUPERSEDED || fate->last == CLASS_VOID)
		fate->bound_known = false;
}

/*
 * What waited for the inode lock goes on when the write call lets go of that,
 * which is shortly before its return: the page may be gone by then.
 */
static void either_order(const struct trial *trial, uint32_t page,
			 struct fate *fate)
{
	bool gone = thrown_away(trial, page);

	if (trial->row->moment != ACROSS || fate->last == CLASS_NONE)
		return;
	if (fate->last == CLASS_NEAR_MISS && !fate->first && gone)
		fate->instead = words[CLASS_VOID];
	else if (fate->first && fate->last != CLASS_LOST)
		fate->instead = words[fate->last];
}

/*
 * btrfs writes dirty pages when it is short of metadata space, at any time. If
 * ours was written, that was before the window or after it.
 */
static bool was_written(const struct trial *trial, uint32_t page)
{
	const struct state *before = &trial->before.page[page];
	const struct state *returned = &trial->returned.page[page];

	return trial->row->moment != ACROSS &&
	       (before->where != returned->where || returned->writeback);
}

static void page_fate(const struct trial *trial, uint32_t page,
		      struct fate *fate)
{
	*fate = (struct fate){ .last = CLASS_NONE };
	if (!pages_cleaned(trial, page)) {
		/* Lost without a window: no finding can be right about it. */
		if (page_lost(trial, page))
			fate->last = CLASS_LOST;
		return;
	}
	fate->disturbed = was_written(trial, page) && !page_lost(trial, page);
	if (fate->disturbed)
		return;
	if (!trial->acted.page[page].present) {
		fate->first = "pending";
		fate->dropped = true;
		fate->bound_known = true;
		fate->last =
			page_lost(trial, page) ? CLASS_LOST : CLASS_SUPERSEDED;
	} else if (left_clean(trial, page)) {
		fate_stranded(trial, page, fate);
	} else {
		fate->last = CLASS_NEAR_MISS;
		fate->bound_known = true;
	}
	either_order(trial, page, fate);
}

/* The page's bytes at the clean, less what the write call then wrote. */
static void put_bound(FILE *out, const struct trial *trial, uint32_t page,
		      bool dropped)
{
	const struct plan *plan = &trial->plan;
	uint32_t done = trial->result > 0 ? (uint32_t)trial->result : 0;
	uint32_t size = plan->size;
	const char *comma = "";

	/* Within the file's size at the drop too. */
	if (dropped && trial->was_cut && trial->cut_size < size)
		size = trial->cut_size;
	fputs(",\"bound\":[", out);
	for (uint32_t at = page * PAGE; at < (page + 1) * PAGE; at++) {
		uint32_t from = at;

		while (at < (page + 1) * PAGE && at < size &&
		       !(at >= plan->pos && at < plan->pos + done))
			at++;
		if (at == from)
			continue;
		fprintf(out, "%s[%" PRIu64 ",%u]", comma, plan_at(plan, from),
			at - from);
		comma = ",";
	}
	fputs("]", out);
}

/* The part of a missing span that lies in the page; empty if none does. */
static struct span lost_in(const struct trial *trial, unsigned int i,
			   uint32_t page)
{
	uint32_t from = trial->lost[i].off;
	uint32_t to = from + trial->lost[i].len;

	from = from > page * PAGE ? from : page * PAGE;
	to = to < (page + 1) * PAGE ? to : (page + 1) * PAGE;
	return (struct span){ from, from < to ? to - from : 0 };
}

static void put_lost(FILE *out, const struct trial *trial, uint32_t page)
{
	const char *comma = "";

	fputs(",\"lost\":[", out);
	for (unsigned int i = 0; i < trial->losts; i++) {
		struct span lost = lost_in(trial, i, page);

		if (!lost.len)
			continue;
		fprintf(out, "%s[%" PRIu64 ",%u]", comma,
			plan_at(&trial->plan, lost.off), lost.len);
		comma = ",";
	}
	fputs("]", out);
}

/* What should have been there: a sum of the bytes of each of these spans. */
static void put_promised(FILE *out, const struct trial *trial, uint32_t page)
{
	const char *comma = "";

	fputs(",\"promised\":[", out);
	for (unsigned int i = 0; i < trial->losts; i++) {
		struct span lost = lost_in(trial, i, page);

		if (!lost.len)
			continue;
		fprintf(out, "%s\"%016" PRIx64 "\"", comma,
			sum64(trial->want + lost.off, lost.len));
		comma = ",";
	}
	fputs("]", out);
}

static void put_dropper(FILE *out, const struct engine *engine,
			const struct trial *trial, const struct fate *fate)
{
	const struct way *way = trial->row->way;
	bool by_way = fate->dropped && way && way->words;

	if (fate->last == CLASS_NEAR_MISS || fate->last == CLASS_NONE ||
	    (fate->dropped && !by_way))
		return;
	/* The file goes with its last reference, whoever holds that. */
	if (fate->last == CLASS_VOID) {
		if (way && way->words)
			fprintf(out, ",\"ways\":\"%s\"", way->words);
		return;
	}
	if (fate->last == CLASS_SUPERSEDED && !fate->dropped)
		return;
	fprintf(out, ",\"ways\":\"%s\"", by_way ? way->words : "fadvise");
	if ((by_way && way->ours && trial->row->moment != ACROSS) || !by_way)
		fprintf(out, ",\"dropper\":{\"pid\":%d,\"comm\":\"acc-drop\"}",
			engine->pid);
}

/*
 * What is written over a page drops it first, and may yet fail: until that is
 * known the loss may be said to be open.
 */
static bool open_meanwhile(const struct trial *trial)
{
	const char *by = trial->row->way ? trial->row->way->words : NULL;

	return by && trial->row->moment != IN_WINDOW &&
	       (!strcmp(by, "direct-io") || !strcmp(by, "remap"));
}

static void put_page(FILE *out, const struct engine *engine,
		     const struct trial *trial, uint32_t page,
		     const struct fate *fate)
{
	fprintf(out, "{\"page\":%" PRIu64, trial->plan.start + page);
	if (fate->disturbed) {
		fputs("}", out);
		return;
	}
	fputs(",\"classes\":[", out);
	if (fate->first)
		fprintf(out, "\"%s\",", fate->first);
	fprintf(out, "\"%s\"]", words[fate->last]);
	if (fate->instead)
		fprintf(out, ",\"or\":[\"%s\"]", fate->instead);
	if (open_meanwhile(trial))
		fputs(",\"may_be_pending\":true", out);
	put_lost(out, trial, page);
	put_promised(out, trial, page);
	if (fate->bound_known)
		put_bound(out, trial, page, fate->last == CLASS_LOST);
	put_dropper(out, engine, trial, fate);
	fputs("}", out);
}

static void put_base64(FILE *out, const char *text)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *at = (const unsigned char *)text;
	size_t left = strlen(text);

	putc('"', out);
	for (; left; at += 3) {
		size_t n = left < 3 ? left : 3;
		uint32_t word = (uint32_t)at[0] << 16 |
				(n > 1 ? (uint32_t)at[1] << 8 : 0) |
				(n > 2 ? at[2] : 0);

		putc(digits[word >> 18], out);
		putc(digits[word >> 12 & 63], out);
		putc(n > 1 ? digits[word >> 6 & 63] : '=', out);
		putc(n > 2 ? digits[word & 63] : '=', out);
		left -= n;
	}
	putc('"', out);
}

static void put_write(FILE *out, const struct trial *trial)
{
	fprintf(out,
		",\"write\":{\"pid\":%d,\"tgid\":%d,\"comm\":\"%s\",\"pos\":"
		"%" PRIu64,
		trial->pid, trial->tgid, trial->comm,
		plan_at(&trial->plan, trial->plan.pos));
	if (trial->result_known)
		fprintf(out, ",\"result\":%" PRId64, trial->result);
	fputs("}", out);
}

unsigned int truth_trial(struct engine *engine, const struct trial *trial)
{
	FILE *out = engine->truth;
	unsigned int seen = 0;
	const char *comma = "";

	fprintf(out,
		"{\"type\":\"trial\",\"row\":\"%s\",\"trial\":%" PRIu64
		",\"try\":%u,\"fs\":\"%s\",\"subvolume\":%" PRIu64
		",\"inode\":%" PRIu64 ",\"unlinked\":%s,\"paths\":[",
		trial->row->name, trial->number, trial->attempt, trial->fs,
		trial->subvolume, trial->inode,
		trial->unlinked ? "true" : "false");
	for (unsigned int i = 0; i < trial->names; i++) {
		fputs(comma, out);
		put_base64(out, trial->paths[i]);
		comma = ",";
	}
	fputs("]", out);
	put_write(out, trial);
	fputs(",\"pages\":[", out);
	comma = "";
	for (uint32_t page = 0; page < trial->plan.pages; page++) {
		struct fate fate;

		page_fate(trial, page, &fate);
		seen |= 1u << fate.last;
		if (fate.last == CLASS_LOST && !fate.dropped)
			seen |= 1u << CLASS_STRANDED;
		if (fate.last == CLASS_NONE && !fate.disturbed)
			continue;
		fputs(comma, out);
		put_page(out, engine, trial, page, &fate);
		comma = ",";
	}
	fputs("]}\n", out);
	return seen;
}

void truth_row(struct engine *engine, const struct row *row, uint64_t trials,
	       uint64_t wanted, const char *why)
{
	fprintf(engine->truth,
		"{\"type\":\"row\",\"row\":\"%s\",\"want\":\"%s\",\"trials\":"
		"%" PRIu64 ",\"wanted\":%" PRIu64 "%s%s%s}\n",
		row->name, words[row->want], trials, wanted,
		why ? ",\"why\":\"" : "", why ? why : "", why ? "\"" : "");
	fflush(engine->truth);
}
