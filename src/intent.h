/* SPDX-License-Identifier: GPL-2.0 */
/*
 * intent.h - a note beside a rescue file that a page is about to be restored,
 * and what it held: who is killed in between has changed the block himself.
 */
#ifndef DIRTYWATCH_INTENT_H
#define DIRTYWATCH_INTENT_H

#include <stdbool.h>

#include "page_map.h"

#define INTENT_SUFFIX ".restoring"

/*
 * Writes the note of the rescue file `name` in the folder `dir`, so that it is
 * on the disk when this returns. Returns 0 or -errno.
 */
int intent_write(int dir, const char *name,
		 const unsigned char seen[PAGE_MAP_LEN]);

/* Reads it. False: there is none that is whole; then nothing was changed. */
bool intent_read(int dir, const char *name, unsigned char seen[PAGE_MAP_LEN]);

/* Removes it, if there is one. */
void intent_remove(int dir, const char *name);

#endif
