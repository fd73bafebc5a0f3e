/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rewrites.h - rescued pages that the write call which lost them wrote anew. A
 * while after the loss their files get what the call left there, and what the
 * disk held once that had come to it: without both nobody can tell later if
 * the file was written since.
 */
#ifndef DIRTYWATCH_REWRITES_H
#define DIRTYWATCH_REWRITES_H

#include "report.h"
#include "rescue_file.h"
#include "resolve.h"
#include "tracer.h"

struct rewrites;

/* Room for `max` pages, for rewrites_free(); NULL: no memory. */
struct rewrites *rewrites_new(unsigned int max);

/*
 * Takes a page whose file has been written, its content, and what its call
 * left. Where there is no room or no memory, the file stays as it is.
 */
void rewrites_add(struct rewrites *t, const struct report *report,
		  const struct finding *f, const struct content *pending,
		  const struct content *after);

/* What is to be written; it lives until the next call. */
struct rewrite_file {
	const char *name;
	struct rescue_file file;
};

/*
 * The next page of this look at time `now` (ns) whose file is to be written
 * anew; false: there is none, and the look is over. `last`: there will be no
 * other look. What is not surely the call's own is never given.
 */
bool rewrites_next(struct rewrites *t, const struct tracer *tracer,
		   struct resolver *resolver, uint64_t now, bool last,
		   struct rewrite_file *out);

/* Is there anything to look at again? */
bool rewrites_busy(const struct rewrites *t);

void rewrites_free(struct rewrites *t);

#endif
