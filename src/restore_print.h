/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restore_print.h - what became of rescued pages, for people and as JSON. All
 * flush, and return 0, or -1 if it did not get out.
 */
#ifndef DIRTYWATCH_RESTORE_PRINT_H
#define DIRTYWATCH_RESTORE_PRINT_H

#include "restore_page.h"

struct restore_printer {
	bool json;
	bool dry_run; /* for people: show the bytes that differ, too */
	unsigned long count[RESTORE_MAX];
};

/* A file of the folder and what is in it; `r` is NULL: it is not whole. */
int restore_print_listed(const struct restore_printer *p, const char *file,
			 const struct rescued *r);

/* What became of it; that is counted. */
int restore_print_page(struct restore_printer *p, const char *file,
		       const struct rescued *r, const struct restored *out);

/* How many of each. */
int restore_print_sums(const struct restore_printer *p);

#endif
