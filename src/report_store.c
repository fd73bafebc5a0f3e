// SPDX-License-Identifier: GPL-2.0
/* report_store.c - see report_store.h: what stores say, merged and judged. */
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"
#include "report.h"
#include "report_store.h"

/* Nothing is wrong with these. */
#define IN_ORDER (1U << FINDING_PENDING | 1U << FINDING_VOID)
#define ALL_CLASSES ((1U << FINDING_CLASS_MAX) - 1)
#define HARMFUL                                                                \
	(1U << FINDING_LOST | 1U << FINDING_EVICTED | 1U << FINDING_STRANDED)

uint32_t store_shown(const struct store_question *q)
{
	if (q->classes)
		return q->classes;
	if (q->by != BY_MAX || q->html)
		return HARMFUL;
	return q->verbose ? ALL_CLASSES : ALL_CLASSES & ~IN_ORDER;
}

/* One store's rows, and the next of them. */
struct lane {
	struct stored *store;
	sqlite3_stmt *rows;
	struct stored_finding next;
	int left; /* as stored_next() */
};

static int lane_open(struct lane *l, struct stored *s,
		     const struct stored_query *q)
{
	l->store = s;
	l->rows = stored_findings(s, q);
	l->left = l->rows ? stored_next(s, l->rows, &l->next) : -EIO;
	return l->left < 0 ? l->left : 0;
}

static bool is_before(const struct lane *a, const struct lane *b, bool newest)
{
	return newest ? a->next.at_ns > b->next.at_ns
		      : a->next.at_ns < b->next.at_ns;
}

static struct lane *first_lane(struct lane *lanes, size_t count, bool newest)
{
	struct lane *first = NULL;

	for (size_t i = 0; i < count; i++)
		if (lanes[i].left > 0 &&
		    (!first || is_before(&lanes[i], first, newest)))
			first = &lanes[i];
	return first;
}

int store_each(struct store_answer *a, const struct stored_query *q,
	       int (*each)(void *arg, struct store_answer *a, struct stored *s,
			   const struct stored_finding *f),
	       void *arg)
{
	struct lane *lanes = calloc(a->store_count + 1, sizeof(*lanes));
	struct lane *l;
	uint64_t told = 0;
	int err = lanes ? 0 : -ENOMEM;

	for (size_t i = 0; !err && i < a->store_count; i++)
		err = lane_open(&lanes[i], &a->stores[i], q);
	while (!err && (!q->limit || told < q->limit) &&
	       (l = first_lane(lanes, a->store_count,
			       q->order == STORED_NEWEST))) {
		err = each(arg, a, l->store, &l->next);
		told++;
		l->left = stored_next(l->store, l->rows, &l->next);
		if (!err && l->left < 0)
			err = l->left;
	}
	for (size_t i = 0; lanes && i < a->store_count; i++)
		sqlite3_finalize(lanes[i].rows);
	free(lanes);
	return err;
}

static int judge_code(const struct store_answer *a)
{
	if (a->unreadable || covered_is_blind(&a->covered))
		return EXIT_BLIND;
	if (a->tally.harm[HARM_LOST] || a->tally.harm[HARM_STRANDED] ||
	    a->forgotten)
		return EXIT_LOST;
	return a->covered.watched_ns ? EXIT_NONE_LOST : EXIT_NO_ANSWER;
}

int store_judge(struct store_answer *a)
{
	const struct store_question *q = a->asked;

	for (size_t i = 0; i < a->store_count; i++) {
		int64_t stale = stored_stale_count(&a->stores[i], q->since_ns,
						   q->until_ns);

		if (stale < 0)
			return (int)stale;
		a->stale += (uint64_t)stale;
		a->unreadable += a->stores[i].unreadable;
	}
	a->forgotten = covered_forgotten(a->stores, a->store_count, q->since_ns,
					 q->until_ns);
	a->code = judge_code(a);
	return 0;
}

const char *store_verdict(const struct store_answer *a)
{
	static const char *const verdicts[] = {
		[EXIT_NONE_LOST] = "none lost",
		[EXIT_LOST] = "lost",
		[EXIT_NO_ANSWER] = "no answer",
		[EXIT_BLIND] = "blind",
	};
	bool lost = a->tally.harm[HARM_LOST] || a->forgotten;

	return a->code == EXIT_LOST && !lost ? "stranded" : verdicts[a->code];
}

const char *store_blind_text(const char *kind)
{
	for (unsigned int i = 0; i < BLIND_MAX; i++)
		if (!strcmp(report_blinds[i].name, kind))
			return report_blinds[i].text;
	return NULL;
}

static int open_all(struct store_answer *a)
{
	const struct store_question *q = a->asked;
	int err = 0;

	for (size_t i = 0; !err && i < q->path_count; i++) {
		err = stored_open(&a->stores[i], q->paths[i]);
		a->store_count += !err;
	}
	return err;
}

static int prepare(struct store_answer *a)
{
	const struct store_question *q = a->asked;
	int err = open_all(a);

	if (!err)
		err = covered_of(&a->covered, a->stores, a->store_count,
				 q->since_ns, q->until_ns, q->now_ns);
	a->tally.classes = store_shown(q);
	a->tally.fleet = a->covered.host_count > 1;
	if (q->by != BY_MAX)
		a->tally.by = 1U << q->by;
	if (q->html) {
		a->tally.by = (1U << BY_MAX) - 1;
		a->tally.charted = true;
		a->tally.from_ns = a->covered.from_ns;
		a->tally.to_ns = a->covered.to_ns;
	}
	return err ? err : tally_init(&a->tally);
}

static int answer(struct store_answer *a, FILE *out)
{
	const struct store_question *q = a->asked;

	if (q->html)
		return store_page(a, out);
	if (q->json)
		return store_json(a, out);
	return q->by == BY_MAX ? store_list(a, out) : store_sums(a, out);
}

static int flush(FILE *out)
{
	errno = 0;
	if (!fflush(out) && !ferror(out))
		return 0;
	complain("cannot write the output: %s; make room or name another place",
		 strerror(errno ? errno : EIO));
	return -EIO;
}

int report_store(const struct store_question *q, FILE *out)
{
	struct stored *stores = calloc(q->path_count + 1, sizeof(*stores));
	struct store_answer a = {
		.asked = q,
		.stores = stores,
		.code = EXIT_NO_ANSWER,
	};
	int err = stores ? prepare(&a) : -ENOMEM;

	if (!err)
		err = answer(&a, out);
	if (err == -ENOMEM)
		complain("out of memory; end other programs and try again");
	if (!err)
		err = flush(out);
	for (size_t i = 0; i < a.store_count; i++)
		if (stored_close(&a.stores[i]))
			err = -EAGAIN;
	if (!err && a.code == EXIT_NO_ANSWER)
		complain(
			"nothing was watched in that time; 'btrfs-dirtywatch status' tells what is");
	tally_free(&a.tally);
	covered_free(&a.covered);
	free(stores);
	return err ? EXIT_NO_ANSWER : a.code;
}
