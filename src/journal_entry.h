/* SPDX-License-Identifier: GPL-2.0 */
/* journal_entry.h - one entry of the journal, field by field. */
#ifndef DIRTYWATCH_JOURNAL_ENTRY_H
#define DIRTYWATCH_JOURNAL_ENTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "journal.h"

#define JOURNAL_FIELDS 64 /* more than any entry has */

struct journal_entry {
	FILE *out; /* where a value is written, as it is: it may be any bytes */
	char *text;
	size_t len;
	size_t at[JOURNAL_FIELDS + 1]; /* where each field begins */
	unsigned int count;
};

/* Its first field is the message, to be written to e->out. -ENOMEM or 0. */
int journal_entry_begin(struct journal_entry *e);

/* The next field, whose value is to be written to e->out. */
void journal_entry_field(struct journal_entry *e, const char *name);

void journal_entry_number(struct journal_entry *e, const char *name,
			  uint64_t value);
void journal_entry_string(struct journal_entry *e, const char *name,
			  const char *value);

/*
 * Adds what every entry has and sends it: if the journal does not take it, its
 * message goes to stderr. Frees what it holds. Returns 0 or the negative errno.
 */
int journal_entry_send(struct journal_entry *e, const struct journal *j,
		       enum journal_kind kind);

/* Is stderr the journal's, as systemd tells a service? */
bool journal_is_stderr(void);

/* Is there a journal, and a way to it? 0, -ENOENT or -ENOSYS. */
int journal_probe(void);

#endif
