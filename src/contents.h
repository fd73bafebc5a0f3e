/* SPDX-License-Identifier: GPL-2.0 */
/*
 * contents.h - the contents of pages that came from the kernel side and whose
 * windows are not settled yet. What was never asked for goes, oldest first.
 */
#ifndef DIRTYWATCH_CONTENTS_H
#define DIRTYWATCH_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "record.h"

struct contents;

/* Room for `max` pages, for contents_free(); NULL: no memory. */
struct contents *contents_new(unsigned int max);

/*
 * Takes a copy of what came through the ring, in the place of an older one of
 * the same window. Returns 0, -EBADMSG if it is no content, or -ENOMEM.
 */
int contents_put(struct contents *c, const void *data, size_t size);

/* Of this window, until the next contents_put(); NULL: there is none. */
const struct content *contents_of(const struct contents *c,
				  const struct window *w,
				  enum content_part part);

/* Those of this window do not go for others, until they are let go again. */
void contents_hold(struct contents *c, const struct window *w, bool hold);

/* All of this window. */
void contents_forget(struct contents *c, const struct window *w);

void contents_free(struct contents *c);

#endif
