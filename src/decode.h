/* SPDX-License-Identifier: GPL-2.0 */
/*
 * decode.h - bytes from the ring, or from a recording, to a checked record.
 */
#ifndef DIRTYWATCH_DECODE_H
#define DIRTYWATCH_DECODE_H

#include <stddef.h>

#include "record.h"

/*
 * Copies `size` bytes at `data` (of any alignment) to *out and checks them:
 * version, kind, verdict and what it rests on, ways, lengths, ranges, names.
 * The bytes may end behind the used part of the path; what they leave out is
 * zeroed, and every comm ends in NUL. Bounds are inside the page or empty.
 * Returns 0, or -EBADMSG and leaves *out undefined.
 */
int decode_record(const void *data, size_t size, struct record *out);

#endif
