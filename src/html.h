/* SPDX-License-Identifier: GPL-2.0 */
/* html.h - text of unknown origin, made fit for a page. */
#ifndef DIRTYWATCH_HTML_H
#define DIRTYWATCH_HTML_H

#include <stdint.h>
#include <stdio.h>

/*
 * Writes text so that it is shown as it is, inside of an element or of an
 * attribute in double quotes: markup becomes entities, and what could make the
 * text read other than it is becomes \xNN, as by text_escape(). NULL: nothing.
 */
void html_text(FILE *out, const char *text);

/* 1234567 as 1,234,567. */
void html_number(FILE *out, uint64_t number);

/* "1 page", "1,234 pages": `many` is for all but 1. */
void html_count(FILE *out, uint64_t number, const char *one, const char *many);

/* In a <time>, UTC, with the ns in its attribute; to the ms, or the second. */
void html_time(FILE *out, int64_t ns, int fraction);

#endif
