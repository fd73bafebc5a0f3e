// SPDX-License-Identifier: GPL-2.0
/* html_sums.c - see html_page.h: files, writers and droppers, those with most
 * first.
 */
#include <errno.h>
#include <stdlib.h>

#include "html.h"
#include "html_page.h"

#define ROWS 10

static uint64_t total(const struct group *g)
{
	uint64_t sum = 0;

	for (unsigned int h = 0; h < HARM_MAX; h++)
		sum += g->count[h];
	return sum;
}

static void put_name(FILE *out, const struct group *g)
{
	if (!g->name)
		fputs("<em>more names than fit</em>", out);
	else if (*g->name)
		html_text(out, g->name);
	else
		fputs("<em>not known</em>", out);
}

/* The bar is the part that it has of all of them. */
static void put_bar(FILE *out, const struct group *g, uint64_t whole)
{
	double lost = 100.0 * (double)g->count[HARM_LOST] / (double)whole;
	double rest = 100.0 * (double)total(g) / (double)whole - lost;

	fprintf(out,
		"<svg class=\"bar\" width=\"100%%\" height=\"4\" aria-hidden=\"true\">"
		"<rect class=\"rail\" width=\"100%%\" height=\"4\"/>"
		"<rect class=\"lost\" width=\"%.2f%%\" height=\"4\"/>"
		"<rect class=\"stranded\" x=\"%.2f%%\" width=\"%.2f%%\" height=\"4\"/></svg>",
		lost, lost, rest);
}

static void put_row(FILE *out, const struct group *g, uint64_t whole)
{
	fputs("<tr><th scope=\"row\"><span class=\"name\">", out);
	put_name(out, g);
	fputs("</span>", out);
	put_bar(out, g, whole);
	fputs("</th><td>", out);
	html_number(out, total(g));
	fputs("</td><td>", out);
	html_number(out, g->bytes);
	fputs("</td><td class=\"last\">", out);
	html_time(out, g->last_ns, 0);
	fputs("</td></tr>\n", out);
}

static void put_rest(FILE *out, const struct group **all, size_t count)
{
	uint64_t sum = 0;

	if (count <= ROWS)
		return;
	for (size_t i = ROWS; i < count; i++)
		sum += total(all[i]);
	fputs("<tr class=\"rest\"><th scope=\"row\">", out);
	html_count(out, count - ROWS, "more", "more");
	fputs("</th><td>", out);
	html_number(out, sum);
	fputs("</td><td></td><td class=\"last\"></td></tr>\n", out);
}

static int put_table(FILE *out, const struct store_answer *a, enum tally_by by)
{
	static const char *const heads[BY_MAX] = {
		[BY_FILE] = "By file",
		[BY_WRITER] = "By who wrote",
		[BY_DROPPER] = "By who dropped it",
		[BY_HOST] = "By host",
	};
	size_t count;
	const struct group **all =
		groups_sorted(a->tally.groups[by], ROWS, &count);
	uint64_t whole = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		whole += total(all[i]);
	fprintf(out,
		"<table class=\"by-%s\">\n<caption>%s</caption>\n<thead><tr><th scope=\"col\"></th><th scope=\"col\">findings</th>"
		"<th scope=\"col\">bytes</th><th scope=\"col\" class=\"last\">last</th></tr></thead>\n<tbody>\n",
		tally_by_words[by], heads[by]);
	for (size_t i = 0; i < count && i < ROWS; i++)
		put_row(out, all[i], whole ? whole : 1);
	put_rest(out, all, count);
	fputs("</tbody></table>\n", out);
	free(all);
	return 0;
}

static uint64_t added_up(const struct tally *t)
{
	uint64_t sum = 0;

	for (unsigned int c = 0; c < FINDING_CLASS_MAX; c++)
		if (t->classes >> c & 1)
			sum += t->count[c];
	return sum;
}

int html_sums(FILE *out, const struct store_answer *a)
{
	int err = 0;

	if (!added_up(&a->tally))
		return 0;
	fputs("<section id=\"sums\">\n<h2>Where, and who</h2>\n<div class=\"sums\">\n",
	      out);
	for (enum tally_by by = 0; !err && by < BY_MAX; by++)
		if (by != BY_HOST || a->tally.fleet)
			err = put_table(out, a, by);
	fputs("</div>\n</section>\n", out);
	return err;
}
