/* SPDX-License-Identifier: GPL-2.0 */
/*
 * html_page.h - a report as one page that needs nothing but itself: no script,
 * no picture, no font from elsewhere.
 */
#ifndef DIRTYWATCH_HTML_PAGE_H
#define DIRTYWATCH_HTML_PAGE_H

#include "report_store.h"

#define HTML_CARDS 200 /* findings that have a part of their own */

/* Each writes its part. A failed write shows in ferror(out). */
void html_verdict(FILE *out, const struct store_answer *a);
void html_chart(FILE *out, const struct store_answer *a);
void html_missing(FILE *out, const struct store_answer *a);

/* 0 or -ENOMEM. */
int html_sums(FILE *out, const struct store_answer *a);

/* What a part on one finding is made of. */
struct json_object;

#define CARD_READS 8

struct card {
	const char *host;
	const struct stored_finding *row;
	struct json_object *json;
	int64_t wall_ns; /* CLOCK_REALTIME less CLOCK_MONOTONIC... */
	bool wall_known; /* ...if that is known */
	int read_count;	 /* of old bytes */
	struct {
		int64_t at_ns;
		struct json_object *json;
	} reads[CARD_READS];
	uint64_t number; /* in the page, from 1 on */
};

void html_card(FILE *out, const struct card *c);
void html_timeline(FILE *out, const struct card *c);
void html_place(FILE *out, const struct card *c);

/* "provoke-drop[3613]"; nothing is known: "somebody". */
void html_task(FILE *out, struct json_object *task);

#endif
