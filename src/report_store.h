/* SPDX-License-Identifier: GPL-2.0 */
/* report_store.h - the verb `report` on stores: one, or those of a fleet. */
#ifndef DIRTYWATCH_REPORT_STORE_H
#define DIRTYWATCH_REPORT_STORE_H

#include "covered.h"
#include "stored.h"
#include "tally.h"

/* What is asked. Times are ns of CLOCK_REALTIME. */
struct store_question {
	const char *const *paths;
	size_t path_count;
	int64_t since_ns; /* 0: open */
	int64_t until_ns; /* INT64_MAX: open */
	int64_t now_ns;
	uint32_t classes; /* that are shown, bits; 0: as usual */
	enum tally_by by; /* BY_MAX: a list */
	int verbose;
	bool json;
	bool html;
};

/* What is answered. */
struct store_answer {
	const struct store_question *asked;
	struct stored *stores;
	size_t store_count;
	struct covered covered;
	struct tally tally;
	uint64_t unreadable; /* rows */
	uint64_t forgotten;  /* losses of which there is no row any more */
	uint64_t stale;	     /* reads that got old bytes */
	int code;	     /* the exit code */
};

/*
 * Writes the answer to `out`. Returns the process's exit code; if that is
 * EXIT_NO_ANSWER it was said why. `out` is flushed.
 */
int report_store(const struct store_question *q, FILE *out);

/* What follows is for the files that write an answer. */

/* In the list by default; all with -v. */
uint32_t store_shown(const struct store_question *q);

/* Has `each` told each row of all stores in order of time; 0, or what it
 * returned, or a negative errno (which was said). */
int store_each(struct store_answer *a, const struct stored_query *q,
	       int (*each)(void *arg, struct store_answer *a, struct stored *s,
			   const struct stored_finding *f),
	       void *arg);

/* After all rows were added to the tally: the rest of the answer. Returns 0 or
 * a negative errno, which was said. */
int store_judge(struct store_answer *a);

/* "none lost", "lost", "stranded", "blind", or "no answer". */
const char *store_verdict(const struct store_answer *a);

/* What a kind of blindness is in words; NULL: there is no such kind. */
const char *store_blind_text(const char *kind);

/* These return 0, or a negative errno, which was said. */
int store_list(struct store_answer *a, FILE *out);
int store_sums(struct store_answer *a, FILE *out);
int store_json(struct store_answer *a, FILE *out);
int store_page(struct store_answer *a, FILE *out);

/* The lines below a list: what was missing, and the verdict. */
void store_closing(const struct store_answer *a, FILE *out);

#endif
