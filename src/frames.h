/* SPDX-License-Identifier: GPL-2.0 */
/* frames.h - the kernel functions that are evidence when seen in a stack. */
#ifndef DIRTYWATCH_FRAMES_H
#define DIRTYWATCH_FRAMES_H

#include "record.h"
#include "ksyms.h"

/*
 * Fill `frames` with the address ranges of the known functions that the
 * running kernel has, sorted by address. Returns how many, -ENOENT if none is
 * known of buffered writes or of writeback (then no clean can be explained),
 * -E2BIG if they do not fit.
 */
int frames_fill(const struct ksyms *ksyms, struct frame frames[FRAMES_MAX]);

#endif
