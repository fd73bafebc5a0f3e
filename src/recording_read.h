/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recording_read.h - the chunks of a recording, checked. Nobody vouches for
 * the file: a good checksum says that it is whole, not that it is honest.
 */
#ifndef DIRTYWATCH_RECORDING_READ_H
#define DIRTYWATCH_RECORDING_READ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "recording.h"

/* What is left of a chunk. Reading past the end gives zeroes and sets `bad`. */
struct recording_cursor {
	const char *at;
	size_t left;
	bool bad;
};

uint32_t cursor_u32(struct recording_cursor *c);
uint64_t cursor_u64(struct recording_cursor *c);

/* Points into the chunk; NULL: there are not so many bytes. */
const char *cursor_bytes(struct recording_cursor *c, size_t size);

/* Up to its NUL, into the chunk; NULL: there is none. */
const char *cursor_text(struct recording_cursor *c);

struct recording_reader {
	FILE *in;
	enum recording_kind kind; /* of the chunk read last */
	struct recording_cursor chunk;
	uint64_t offset; /* of that chunk in the file */
	bool broken;	 /* -EBADMSG since the file is cut short or damaged */
	char why[160];	 /* after -EBADMSG */
	/* Its own: */
	uint64_t next;
	uint64_t chunks;
	uint32_t sum;
	bool over;
	char *bytes;
	size_t room;
};

/* Does the stream begin as a recording does? Takes nothing from it. */
bool recording_is(FILE *in);

/*
 * Reads the head. Returns 0, -EBADMSG (see `why`), or the negative errno of
 * reading. End with recording_reader_free() in all cases.
 */
int recording_reader_init(struct recording_reader *r, FILE *in);

/*
 * Reads the next chunk into `kind` and `chunk`, valid until the next call.
 * Returns 1, 0 at the end of a whole recording, or as recording_reader_init(),
 * or -ENOMEM.
 */
int recording_next(struct recording_reader *r);

/* Sets `why` for an error in the chunk read last; returns -EBADMSG. */
int recording_refuse(struct recording_reader *r, const char *why);

void recording_reader_free(struct recording_reader *r);

#endif
