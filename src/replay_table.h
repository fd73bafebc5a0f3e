/* SPDX-License-Identifier: GPL-2.0 */
/*
 * replay_table.h - the files and the open windows of a recording, and what is
 * said of them. The rules are those of the kernel side's table.
 *
 * What returns an int: 0, -ENOMEM, -EBADMSG (the recording cannot be true), or
 * the negative errno of a write of the report.
 */
#ifndef DIRTYWATCH_REPLAY_TABLE_H
#define DIRTYWATCH_REPLAY_TABLE_H

#include "replay_line.h"
#include "report.h"

struct replay_file;
struct replay_window;

struct replay_table {
	struct report *report;
	struct findings *findings;
	struct replay_file *files;
	struct replay_window *windows;
	struct summary summary;
};

int table_init(struct replay_table *t, struct report *report);
void table_free(struct replay_table *t);

void table_count(struct replay_table *t, enum counter c);
void table_blind(struct replay_table *t, enum blind kind,
		 const struct blind_span *span);

/* Keeps what a `file` line tells, in place of what one told before. */
int table_file(struct replay_table *t, const struct replay_line *l);
bool table_knows(const struct replay_table *t, __u64 map);

/* The window of the line's page if that is still cached, or NULL. */
struct window *table_find(const struct replay_table *t,
			  const struct replay_line *l);

/* Opens a window in a free slot of the line's page. */
int table_open(struct replay_table *t, const struct replay_line *l);

/*
 * Makes an observation of the line's page, if it has a window: says what that
 * comes to, and ends what it ends.
 */
int table_observe(struct replay_table *t, const struct replay_line *l,
		  enum observation what);

/* A write call returned: settles all windows that it opened. */
int table_end(struct replay_table *t, const struct window_end *end, __u64 call);

/*
 * What replaces the data of the line's page is done: settles the window whose
 * page it dropped, or that of the cached page.
 */
int table_overwritten(struct replay_table *t, const struct replay_line *l);

int table_unexplained(struct replay_table *t, const struct replay_line *l);

/* Adds up what is open when the recording is over, at time `ns`. */
void table_over(struct replay_table *t, __u64 ns);

#endif
