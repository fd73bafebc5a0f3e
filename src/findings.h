/* SPDX-License-Identifier: GPL-2.0 */
/* findings.h - the windows that are open: which pages are stranded now. */
#ifndef DIRTYWATCH_FINDINGS_H
#define DIRTYWATCH_FINDINGS_H

#include "finding.h"

struct findings;

/* An empty table, for findings_free(); NULL: no memory. */
struct findings *findings_new(void);

/*
 * Takes note of a finding, in the order in which they come. A stranded page is
 * open until its window ends; what ends a window gets the path and subvolume
 * that an earlier finding of it had, if it has none of its own. A full table
 * (65536 windows, or 64 MiB) goes on counting. Returns 0 or -ENOMEM.
 */
int findings_note(struct findings *t, struct finding *f);

/* Pages that are stranded now. */
uint64_t findings_open(const struct findings *t);

void findings_free(struct findings *t);

#endif
