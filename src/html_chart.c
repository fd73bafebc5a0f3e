// SPDX-License-Identifier: GPL-2.0
/*
 * html_chart.c - see html_page.h: how many when, and what was watched then.
 *
 * Places across are in percent and all else in pixels: the picture is as wide
 * as the page, and its text as large as that of the page.
 */
#include <inttypes.h>
#include <string.h>

#include "html.h"
#include "html_page.h"
#include "when.h"

#define BARS_TOP 18
#define BARS_HEIGHT 110
#define BARS_END (BARS_TOP + BARS_HEIGHT)
#define AXIS_END (BARS_END + 34)
#define LANE_HEIGHT 34
#define LANES 12     /* hosts that are drawn */
#define SEGMENTS 400 /* of a host and kind */
#define TICKS 5
#define HOST_BYTES 36 /* of its name, in the picture */

static const char *const harm_words[] = {
	[HARM_LOST] = "lost",
	[HARM_STRANDED] = "stranded",
	[HARM_NEAR] = "near",
};

#define DRAWN (sizeof(harm_words) / sizeof(harm_words[0]))

static double across(const struct covered *c, int64_t ns)
{
	if (c->to_ns <= c->from_ns)
		return 0;
	return 100.0 * (double)(ns - c->from_ns) /
	       (double)(c->to_ns - c->from_ns);
}

static uint64_t bin_sum(const struct tally *t, unsigned int bin)
{
	uint64_t sum = 0;

	for (unsigned int h = 0; h < DRAWN; h++)
		sum += t->bins[bin][h];
	return sum;
}

static uint64_t highest(const struct tally *t)
{
	uint64_t most = 0;

	for (unsigned int b = 0; b < TALLY_BINS; b++)
		if (bin_sum(t, b) > most)
			most = bin_sum(t, b);
	return most;
}

/* A single loss beside thousands is seen, too. */
static double height_of(uint64_t count, uint64_t most)
{
	double height = (double)BARS_HEIGHT * (double)count / (double)most;

	return height < 3 ? 3 : height;
}

static void put_bin(FILE *out, const struct tally *t, unsigned int bin,
		    uint64_t most)
{
	double width = 100.0 / TALLY_BINS;
	double y = BARS_END;

	for (unsigned int h = 0; h < DRAWN; h++) {
		uint64_t count = t->bins[bin][h];
		double height;

		if (!count)
			continue;
		height = height_of(count, most);
		y -= height;
		fprintf(out,
			"<rect class=\"%s\" x=\"%.3f%%\" width=\"%.3f%%\" y=\"%.1f\" height=\"%.1f\"/>\n",
			harm_words[h], bin * width + width * 0.1, width * 0.8,
			y < 1 ? 1 : y, height);
	}
}

static void put_bars(FILE *out, const struct store_answer *a)
{
	const struct covered *c = &a->covered;
	uint64_t most = highest(&a->tally);
	char length[WHEN_LEN];

	fprintf(out,
		"<line class=\"grid\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n"
		"<line class=\"axis\" x1=\"0\" x2=\"100%%\" y1=\"%d\" y2=\"%d\"/>\n",
		BARS_TOP, BARS_TOP, BARS_END, BARS_END);
	if (!most)
		return;
	when_duration((c->to_ns - c->from_ns) / TALLY_BINS, length);
	fputs("<text class=\"most\" x=\"0\" y=\"12\">", out);
	html_number(out, most);
	fprintf(out, " in %s</text>\n", length);
	for (unsigned int b = 0; b < TALLY_BINS; b++)
		put_bin(out, &a->tally, b, most);
}

/* The day, and the time of day where that tells more. */
static void put_tick(FILE *out, const struct covered *c, int64_t ns)
{
	static const struct {
		int64_t seconds; /* of charts that are shorter */
		int from;
		int len;
	} cuts[] = { { 120, 11, 8 }, { 86400, 11, 5 }, { 1209600, 5, 11 } };
	int64_t seconds = (c->to_ns - c->from_ns) / WHEN_NS_PER_S;
	char text[WHEN_LEN];

	when_text(ns, true, false, text);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		if (seconds >= cuts[i].seconds || strlen(text) < 19)
			continue;
		fprintf(out, "%.*s", cuts[i].len, text + cuts[i].from);
		return;
	}
	fprintf(out, "%.10s", text);
}

static void put_ticks(FILE *out, const struct covered *c)
{
	static const char *const anchors[TICKS] = { "start", "middle", "middle",
						    "middle", "end" };
	int64_t step = (c->to_ns - c->from_ns) / (TICKS - 1);

	for (int i = 0; i < TICKS; i++) {
		int x = 100 * i / (TICKS - 1);

		fprintf(out,
			"<line class=\"axis\" x1=\"%d%%\" x2=\"%d%%\" y1=\"%d\" y2=\"%d\"/>\n"
			"<text class=\"tick%s\" x=\"%d%%\" y=\"%d\" text-anchor=\"%s\">",
			x, x, BARS_END, BARS_END + 4, i % 2 ? " odd" : "", x,
			BARS_END + 17, anchors[i]);
		put_tick(out, c, c->from_ns + step * i);
		fputs("</text>\n", out);
	}
}

/* What is too short to see is drawn as thick as its outline. */
static void put_segments(FILE *out, const struct covered *c,
			 const struct spans *s, const char *class, int y)
{
	size_t step = s->used / SEGMENTS + 1;

	for (size_t i = 0; i < s->used; i += step) {
		size_t last = i + step - 1;
		double from = across(c, s->at[i].from);
		double to;

		last = last < s->used ? last : s->used - 1;
		to = across(c, s->at[last].to);
		fprintf(out,
			"<rect class=\"%s\" x=\"%.4f%%\" width=\"%.4f%%\" y=\"%d\" height=\"10\"/>\n",
			class, from, to - from, y);
	}
}

/* A picture's text does not wrap. */
static void put_host(FILE *out, const char *name)
{
	char text[HOST_BYTES + 1];
	size_t len = strlen(name);

	if (len > HOST_BYTES) {
		len = HOST_BYTES;
		/* Not in the middle of a character. */
		while (len && ((unsigned char)name[len] & 0xc0) == 0x80)
			len--;
	}
	memcpy(text, name, len);
	text[len] = '\0';
	html_text(out, text);
	fputs(name[len] ? "..." : "", out);
}

static void put_lane(FILE *out, const struct covered *c, size_t host)
{
	const struct covered_host *h = &c->hosts[host];
	int y = AXIS_END + (int)host * LANE_HEIGHT;

	fprintf(out, "<text class=\"host\" x=\"0\" y=\"%d\">", y + 12);
	put_host(out, h->name);
	fputs("</text>\n", out);
	put_segments(out, c, &h->unwatched, "unwatched", y + 18);
	put_segments(out, c, &h->watched, "watched", y + 18);
	put_segments(out, c, &h->blind, "blind", y + 18);
}

static void put_legend(FILE *out)
{
	static const char *const words[][2] = {
		{ "lost", "lost" },	 { "stranded", "in memory only" },
		{ "near", "near miss" }, { "watched", "watched" },
		{ "blind", "blind" },	 { "unwatched", "not watched" },
	};

	fputs("<p class=\"legend\">", out);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		fprintf(out, "<span><i class=\"%s\"></i>%s</span>\n",
			words[i][0], words[i][1]);
	fputs("</p>\n", out);
}

static void put_words(FILE *out, const struct store_answer *a)
{
	const struct covered *c = &a->covered;
	char from[WHEN_LEN], to[WHEN_LEN];

	when_text(c->from_ns, true, false, from);
	when_text(c->to_ns, true, false, to);
	fprintf(out,
		"<title id=\"when-title\">Findings over time, %s to %s</title>\n<desc id=\"when-desc\">",
		from, to);
	html_number(out, a->tally.harm[HARM_LOST]);
	fputs(" lost, ", out);
	html_number(out, a->tally.harm[HARM_STRANDED]);
	fputs(" in memory only, ", out);
	html_number(out, a->tally.harm[HARM_NEAR]);
	fprintf(out,
		" near misses, in %d bars; below them when each host was watched and when not.</desc>\n",
		TALLY_BINS);
}

void html_chart(FILE *out, const struct store_answer *a)
{
	const struct covered *c = &a->covered;
	size_t lanes = c->host_count < LANES ? c->host_count : LANES;

	if (c->to_ns <= c->from_ns)
		return;
	fputs("<section id=\"when\">\n<h2>When</h2>\n<figure>\n", out);
	put_legend(out);
	fprintf(out,
		"<svg class=\"chart\" width=\"100%%\" height=\"%d\" role=\"img\" aria-labelledby=\"when-title when-desc\">\n",
		AXIS_END + (int)lanes * LANE_HEIGHT);
	put_words(out, a);
	put_bars(out, a);
	put_ticks(out, c);
	for (size_t i = 0; i < lanes; i++)
		put_lane(out, c, i);
	fputs("</svg>\n", out);
	if (lanes < c->host_count)
		fprintf(out,
			"<figcaption>%zu more hosts are not drawn.</figcaption>\n",
			c->host_count - lanes);
	fputs("</figure>\n</section>\n", out);
}
