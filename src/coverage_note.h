/* SPDX-License-Identifier: GPL-2.0 */
/*
 * coverage_note.h - what a watch writes down of itself while it lives, for the
 * next one to read should it be killed. Pure.
 */
#ifndef DIRTYWATCH_COVERAGE_NOTE_H
#define DIRTYWATCH_COVERAGE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "boot.h"

#define COVERAGE_FS_LEN 16

/* What is watched. */
struct coverage_scope {
	uint8_t fs[COVERAGE_FS_LEN]; /* the filesystem's uuid, all zero: all */
	uint32_t tgid;		     /* the process, 0: all */
};

struct coverage_note {
	char boot[BOOT_ID_LEN]; /* the kernel's boot_id */
	uint32_t pid;
	uint64_t start_ns; /* CLOCK_MONOTONIC, as all times here */
	uint64_t beat_ns;  /* up to here all that was seen has been told */
	struct coverage_scope scope;
};

/* Every note has this many bytes, so that one write replaces it. */
#define COVERAGE_NOTE_LEN 190

/* Write the note as text, with a NUL behind it. */
void coverage_format(const struct coverage_note *note,
		     char text[COVERAGE_NOTE_LEN + 1]);

/*
 * Read `len` bytes that anybody may have written. Returns 0, or -EBADMSG:
 * they are not what coverage_format() writes, or the times contradict.
 */
int coverage_parse(const char *text, size_t len, struct coverage_note *note);

/* Is there anything that both watch? */
bool coverage_meets(const struct coverage_scope *a,
		    const struct coverage_scope *b);

/* Does `a` watch all that `b` watches? */
bool coverage_contains(const struct coverage_scope *a,
		       const struct coverage_scope *b);

#endif
