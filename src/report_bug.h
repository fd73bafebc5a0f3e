/* SPDX-License-Identifier: GPL-2.0 */
/* report_bug.h - the parts of a mail about one finding; see report_list.h. */
#ifndef DIRTYWATCH_REPORT_BUG_H
#define DIRTYWATCH_REPORT_BUG_H

#include "report_list.h"

struct bug_words {
	const char *subject;
	const char *seen;
	const char *outcome; /* of `provoke`, to see the same; NULL: none */
};

/* What a finding is, in words; never NULL. */
const struct bug_words *bug_words(const struct finding *f);

/* What a stale read was for: an empty string, or words that follow it. */
const char *bug_read_word(enum record_read read);

/* "unknown" for what is NULL or empty. */
const char *bug_known(const char *text);

/* A heading, underlined. */
void bug_heading(FILE *out, const char *text);

/* Sections: which file and bytes; which tasks and calls. */
void bug_where(FILE *out, const struct finding *f);
void bug_who(FILE *out, const struct finding *f);

#endif
