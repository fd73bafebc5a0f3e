/* SPDX-License-Identifier: GPL-2.0 */
/* check_rows.h - what `check` tells of the running system, a fact a row. */
#ifndef DIRTYWATCH_CHECK_ROWS_H
#define DIRTYWATCH_CHECK_ROWS_H

#include <stdbool.h>

#include "hookset.h"
#include "system.h"

#define CHECK_ROWS 96
#define CHECK_TEXT 512

enum check_state {
	CHECK_OK,
	CHECK_UNKNOWN,	  /* nobody could tell */
	CHECK_DEGRADED,	  /* `watch` may be blind, or tell less */
	CHECK_MISSING,	  /* `watch` refuses */
	CHECK_VULNERABLE, /* this btrfs has the bug */
	CHECK_STATES
};

struct check_row {
	const char *kind; /* system, need, hook, load, module */
	const char *name;
	enum check_state state;
	int exit_code;	     /* of all, if this were the only row; 0: good */
	const char *program; /* of a hook; NULL: none */
	const char *symbol;  /* that it is attached to */
	char found[CHECK_TEXT];
	char remedy[CHECK_TEXT]; /* "": nothing to be done */
};

struct check_rows {
	struct check_row rows[CHECK_ROWS];
	unsigned int count;
};

/* What becomes of them all. */
struct check_verdict {
	int exit_code;
	const char *word;
	const char *text;
	const char *remedy; /* of the row that decided, or NULL */
	unsigned int states[CHECK_STATES];
};

const char *check_state_word(enum check_state state);

/* A new row, to be filled in: it is good so far. There is always room. */
struct check_row *check_row_add(struct check_rows *rows, const char *kind,
				const char *name);

/* Fill in what a row found, or its remedy; what does not fit is cut. */
void check_say(char to[CHECK_TEXT], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A row for each need of needs.c. */
void check_needs(struct check_rows *rows, const struct system *system);

/*
 * A row for each role of hookset.c, with the variant that it would get.
 * `kernel`: NULL, if neither symbols nor BTF could be read.
 */
void check_hooks(struct check_rows *rows, const struct hook_kernel *kernel);

/*
 * The first row that is missing decides, as it does for `watch`; then what is
 * not known, then blind, then vulnerable. There must be a row.
 */
void check_judge(const struct check_rows *rows, struct check_verdict *verdict);

#endif
