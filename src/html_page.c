// SPDX-License-Identifier: GPL-2.0
/* html_page.c - see html_page.h: what is on it, in which order. */
#include <errno.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "html.h"
#include "html_page.h"
#include "stored_json.h"
#include "when.h"

__asm__(".pushsection .rodata\n"
	"page_style:\n"
	".incbin \"src/html_page.css\"\n"
	".byte 0\n"
	".popsection\n");
extern const char page_style[];

#define HARMFUL                                                                \
	(1U << FINDING_LOST | 1U << FINDING_EVICTED | 1U << FINDING_STRANDED)

/* Even if a name got through as markup, a browser would load and run nothing.
 */
static void put_head(FILE *out, const struct store_answer *a)
{
	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n"
	      "<meta charset=\"utf-8\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"color-scheme\" content=\"light dark\">\n"
	      "<meta name=\"referrer\" content=\"no-referrer\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n",
	      out);
	fprintf(out, "<title>%s: ", store_verdict(a));
	html_count(out, a->tally.harm[HARM_LOST], "lost write", "lost writes");
	fprintf(out,
		" - btrfs-dirtywatch</title>\n<style>\n%s</style>\n</head>\n",
		page_style);
}

static void put_foot(FILE *out, const struct store_answer *a)
{
	fputs("<footer>\n<p>All times are UTC. Durations in a timeline are true, its distances are not. "
	      "A loss is a page of a file whose new bytes never reached the disk; the bytes told are a bound, "
	      "so that some of them may be unharmed. <code>man 7 btrfs-dirtywatch</code> has the model, "
	      "<code>man 8 btrfs-dirtywatch-restore</code> what to do when data is at stake.</p>\n"
	      "<p>Made ",
	      out);
	html_time(out, a->asked->now_ns, 0);
	fprintf(out, " by btrfs-dirtywatch %s from ", VERSION);
	for (size_t i = 0; i < a->store_count; i++) {
		fputs(i ? ", <code>" : "<code>", out);
		html_text(out, a->stores[i].path);
		fputs("</code>", out);
	}
	fprintf(out, ". Exit status %d.</p>\n</footer>\n</body>\n</html>\n",
		a->code);
}

/* The clocks' distance, by the record that has both. */
static void set_clock(struct card *c)
{
	uint64_t mono;

	c->wall_known = stored_json_number(c->json, "mono_ns", &mono) &&
			mono <= INT64_MAX;
	if (c->wall_known)
		c->wall_ns = c->row->at_ns - (int64_t)mono;
}

static int read_stale(struct card *c, struct stored *s, int64_t run)
{
	struct stored_stale stale[CARD_READS];
	int count = stored_stale(s, run, c->row->window, stale, CARD_READS);

	for (int i = 0; i < count; i++) {
		struct json_object *json = stored_json(stale[i].json);

		free(stale[i].json);
		if (!json) {
			s->unreadable++;
			continue;
		}
		c->reads[c->read_count].at_ns = stale[i].at_ns;
		c->reads[c->read_count++].json = json;
	}
	return count < 0 ? count : 0;
}

/* Cards of one kind: those that matter, or the others. */
struct cards {
	FILE *out;
	uint64_t count;
};

static int put_card(void *arg, struct store_answer *a, struct stored *s,
		    const struct stored_finding *f)
{
	struct cards *all = arg;
	struct card c = {
		.host = s->runs[f->run].host,
		.row = f,
		.json = stored_json(f->json),
		.number = all->count + 1,
	};
	int err = 0;

	(void)a;
	if (!c.json)
		s->unreadable++;
	set_clock(&c);
	err = read_stale(&c, s, s->runs[f->run].id);
	if (!err)
		html_card(all->out, &c);
	all->count++;
	for (int i = 0; i < c.read_count; i++)
		json_object_put(c.reads[i].json);
	json_object_put(c.json);
	return err;
}

static int put_cards(struct store_answer *a, struct cards *all,
		     uint32_t classes)
{
	const struct stored_query newest = {
		.since_ns = a->asked->since_ns,
		.until_ns = a->asked->until_ns,
		.classes = classes,
		.order = STORED_NEWEST,
		.limit = HTML_CARDS - all->count,
		.json = true,
	};

	if (!classes || all->count >= HTML_CARDS)
		return 0;
	return store_each(a, &newest, put_card, all);
}

/* What a reader is shown: with harm first, then what went well. */
static uint32_t card_classes(const struct store_question *q)
{
	return q->classes ? q->classes : HARMFUL | 1U << FINDING_NEAR_MISS;
}

static uint64_t shown_count(const struct store_answer *a, uint32_t classes)
{
	uint64_t count = 0;

	for (unsigned int c = 0; c < FINDING_CLASS_MAX; c++)
		if (classes >> c & 1)
			count += a->tally.count[c];
	return count;
}

static void put_findings_head(FILE *out, uint64_t count)
{
	fputs("<section id=\"findings\">\n<h2>Findings</h2>\n", out);
	if (!count) {
		fputs("<p class=\"note\">There are none.</p>\n", out);
		return;
	}
	fputs("<p class=\"legend\">The page's new bytes are: <span><i class=\"watched\"></i>on their way to the disk</span>"
	      "<span><i class=\"risk\"></i>in memory only, and nothing will write them</span>"
	      "<span><i class=\"gone\"></i>gone</span><span><i class=\"fine\"></i>safe again, or not needed</span></p>\n",
	      out);
	if (count <= HTML_CARDS)
		return;
	fprintf(out, "<p class=\"note\">The newest %d of ", HTML_CARDS);
	html_number(out, count);
	fputs(", losses first; the sums above are of all of them. "
	      "<code>--since</code> and <code>--until</code> show others.</p>\n",
	      out);
}

/* To memory first: rows that cannot be read are known only behind them. */
static int put_findings(struct store_answer *a, FILE *out)
{
	const uint32_t classes = card_classes(a->asked);
	struct cards all = { out, 0 };
	int err;

	put_findings_head(out, shown_count(a, classes));
	err = put_cards(a, &all, classes & HARMFUL);
	if (!err)
		err = put_cards(a, &all, classes & ~HARMFUL);
	fputs("</section>\n", out);
	return err;
}

static int take_row(void *arg, struct store_answer *a, struct stored *s,
		    const struct stored_finding *f)
{
	(void)arg;
	return tally_add(&a->tally, s, f);
}

static int add_up(struct store_answer *a)
{
	const struct stored_query all = {
		.since_ns = a->asked->since_ns,
		.until_ns = a->asked->until_ns,
	};

	return store_each(a, &all, take_row, NULL);
}

static int put_page(struct store_answer *a, FILE *out, const char *findings)
{
	int err;

	put_head(out, a);
	html_verdict(out, a);
	fputs("<main>\n", out);
	html_chart(out, a);
	html_missing(out, a);
	err = html_sums(out, a);
	fputs(findings, out);
	fputs("</main>\n", out);
	put_foot(out, a);
	return err;
}

int store_page(struct store_answer *a, FILE *out)
{
	char *findings = NULL;
	size_t len = 0;
	FILE *cards = open_memstream(&findings, &len);
	int err = -ENOMEM;
	bool whole;

	if (!cards)
		return err;
	err = add_up(a);
	if (!err)
		err = put_findings(a, cards);
	whole = !ferror(cards);
	whole = !fclose(cards) && whole;
	if (!err)
		err = whole ? store_judge(a) : -ENOMEM;
	if (!err)
		err = put_page(a, out, findings);
	free(findings);
	return err;
}
