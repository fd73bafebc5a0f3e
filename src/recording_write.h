/* SPDX-License-Identifier: GPL-2.0 */
/* recording_write.h - chunk by chunk into the file of a recording. */
#ifndef DIRTYWATCH_RECORDING_WRITE_H
#define DIRTYWATCH_RECORDING_WRITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "recording.h"

struct recording_writer;

/*
 * Makes the file `path`, for its owner only. A file that is there already is
 * replaced with `force`, if it is a regular one. Returns 0 and a writer for
 * recording_writer_free(), -EEXIST, -ENOTSUP (there, and not a regular file),
 * or another negative errno.
 */
int recording_create(const char *path, bool force,
		     struct recording_writer **out);

/* Writes to `fd` and closes it in the end; NULL: no memory. */
struct recording_writer *recording_writer_new(int fd);

/* These add to the chunk under way; what fails shows in its end. */
void recording_put_u32(struct recording_writer *w, uint32_t value);
void recording_put_u64(struct recording_writer *w, uint64_t value);
void recording_put_bytes(struct recording_writer *w, const void *bytes,
			 size_t size);
/* With its NUL. */
void recording_put_text(struct recording_writer *w, const char *text);

/*
 * Writes the chunk, which stands in the file when this returns, or why not:
 * 0, -ENOMEM, -E2BIG, or the negative errno of the write. After a failure
 * nothing more is written, and all calls return it again.
 */
int recording_chunk(struct recording_writer *w, enum recording_kind kind);

/* Writes the end and waits for the disk. Returns as recording_chunk(). */
int recording_finish(struct recording_writer *w);

/* What failed first, or 0. */
int recording_writer_error(const struct recording_writer *w);

/* Has nothing been written? */
bool recording_writer_empty(const struct recording_writer *w);

void recording_writer_free(struct recording_writer *w);

#endif
