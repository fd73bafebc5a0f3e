// SPDX-License-Identifier: GPL-2.0
/* html_verdict.c - see html_page.h: the answer in a sentence, and what it rests
 * on.
 */
#include <string.h>

#include "html.h"
#include "html_page.h"
#include "log.h"
#include "when.h"

static void put_lost(FILE *out, const struct store_answer *a)
{
	html_count(out, a->tally.harm[HARM_LOST] + a->forgotten, "write was",
		   "writes were");
	fputs(" lost", out);
}

static void put_stranded_too(FILE *out, const struct store_answer *a,
			     const char *one, const char *many)
{
	fputs(" <span>", out);
	html_count(out, a->tally.harm[HARM_STRANDED], one, many);
	fputs(" in memory only.</span>", out);
}

static void put_sentence(FILE *out, const struct store_answer *a)
{
	bool lost = a->tally.harm[HARM_LOST] || a->forgotten;

	switch (a->code) {
	case EXIT_NONE_LOST:
		fputs("No write was lost.", out);
		break;
	case EXIT_NO_ANSWER:
		fputs("Nothing was watched.", out);
		break;
	case EXIT_BLIND:
		if (lost)
			put_lost(out, a);
		fputs(lost ? ", and evidence is missing."
			   : "Nobody can say: evidence is missing.",
		      out);
		break;
	default:
		if (lost)
			put_lost(out, a);
		else
			html_count(out, a->tally.harm[HARM_STRANDED],
				   "write is", "writes are");
		fputs(lost ? "." : " in memory only.", out);
	}
	if (a->tally.harm[HARM_STRANDED] && (lost || a->code == EXIT_BLIND))
		put_stranded_too(out, a, lost ? "more is" : "is",
				 lost ? "more are" : "are");
}

static void put_where(FILE *out, const struct store_answer *a)
{
	const struct tally *t = &a->tally;

	if (!t->first_ns)
		return;
	fputs("<strong>", out);
	html_count(out, t->bytes, "byte", "bytes");
	fputs("</strong> at stake, ", out);
	if (t->first_ns != t->last_ns) {
		fputs("from ", out);
		html_time(out, t->first_ns, 0);
		fputs(" to ", out);
	} else {
		fputs("at ", out);
	}
	html_time(out, t->last_ns, 0);
	fputs(". ", out);
}

static void put_watched(FILE *out, const struct store_answer *a)
{
	const struct covered *c = &a->covered;
	char length[WHEN_LEN];

	if (!c->runs) {
		fputs("No watch was running in that time.", out);
		return;
	}
	when_duration(c->watched_ns, length);
	fprintf(out, "Watched for <strong>%s</strong> on ", length);
	if (c->host_count == 1)
		html_text(out, c->hosts[0].name);
	else
		html_count(out, c->host_count, "host", "hosts");
	if (c->written_known) {
		fprintf(out, ", in which %s",
			c->written_most ? "at most " : "");
		html_count(out, c->written, "page was", "pages were");
		fputs(" written back.", out);
	} else {
		fputs("; how many pages were written back is not known.", out);
	}
}

static void put_fact(FILE *out, const char *class, uint64_t number,
		     const char *what)
{
	fprintf(out, "<div class=\"%s\"><dd>", number ? class : "zero");
	html_number(out, number);
	fprintf(out, "</dd><dt>%s</dt></div>\n", what);
}

static void put_span(FILE *out, const char *class, int64_t ns, const char *what)
{
	char text[WHEN_LEN];

	when_duration(ns, text);
	fprintf(out, "<div class=\"%s\"><dd>%s</dd><dt>%s</dt></div>\n",
		ns ? class : "zero", text, what);
}

static void put_facts(FILE *out, const struct store_answer *a)
{
	const struct tally *t = &a->tally;

	fputs("<dl class=\"facts\">\n", out);
	put_fact(out, "lost", t->harm[HARM_LOST] + a->forgotten, "lost");
	put_fact(out, "stranded", t->harm[HARM_STRANDED], "in memory only");
	put_fact(out, "near", t->harm[HARM_NEAR], "near misses");
	put_fact(out, "lost", a->stale, "reads of old bytes");
	put_span(out, "plain", a->covered.watched_ns, "watched");
	put_span(out, "blind", a->covered.blind_ns, "blind");
	put_span(out, "blind", a->covered.unwatched_ns, "not watched");
	fputs("</dl>\n", out);
}

void html_verdict(FILE *out, const struct store_answer *a)
{
	/* Losses stay red where evidence is missing besides. */
	bool lost = a->tally.harm[HARM_LOST] || a->forgotten;
	const char *verdict = lost ? "lost" : store_verdict(a);

	if (!strcmp(verdict, "none lost"))
		verdict = "fine";
	else if (!strcmp(verdict, "no answer"))
		verdict = "blind";
	fprintf(out,
		"<body class=\"is-%s\">\n<header>\n<p class=\"over\">btrfs-dirtywatch report <span>all times are UTC</span></p>\n<h1>",
		verdict);
	put_sentence(out, a);
	fputs("</h1>\n<p class=\"lede\">", out);
	put_where(out, a);
	put_watched(out, a);
	fputs("</p>\n", out);
	put_facts(out, a);
	fputs("</header>\n", out);
}

static void put_missing_kind(FILE *out, const struct store_answer *a,
			     const struct covered_kind *k)
{
	const char *text = store_blind_text(k->kind);

	fputs("<li><b>", out);
	html_number(out, k->count);
	fprintf(out, "</b> %s (<code>",
		text ? text : "of a kind not known here");
	html_text(out, k->kind);
	fputs("</code>) ", out);
	html_time(out, k->from_ns, 0);
	fputs(" to ", out);
	html_time(out, k->to_ns, 0);
	if (a->tally.fleet) {
		fputs(" on ", out);
		html_text(out, k->host);
	}
	fputs("</li>\n", out);
}

static void put_missing_gap(FILE *out, const struct covered_gap *g)
{
	char length[WHEN_LEN];

	when_duration(g->to_ns - g->from_ns, length);
	fputs("<li>The watch on ", out);
	html_text(out, g->host);
	fputs(" was ended by force; the last it told was of ", out);
	html_time(out, g->from_ns, 0);
	fprintf(out, ", the next watch began <b>%s</b> later.</li>\n", length);
}

void html_missing(FILE *out, const struct store_answer *a)
{
	const struct covered *c = &a->covered;

	if (!covered_is_blind(c) && !a->unreadable && !a->forgotten)
		return;
	fputs("<section id=\"missing\">\n<h2>What was not seen</h2>\n<ul>\n",
	      out);
	for (size_t i = 0; i < c->kind_count; i++)
		put_missing_kind(out, a, &c->kinds[i]);
	for (size_t i = 0; i < c->gap_count; i++)
		put_missing_gap(out, &c->gaps[i]);
	if (a->unreadable) {
		fputs("<li><b>", out);
		html_count(out, a->unreadable, "row", "rows");
		fputs("</b> of the store could not be read.</li>\n", out);
	}
	if (a->forgotten) {
		fputs("<li><b>", out);
		html_count(out, a->forgotten, "loss was", "losses were");
		fputs("</b> counted and is not in the store any more.</li>\n",
		      out);
	}
	fputs("</ul>\n</section>\n", out);
}
