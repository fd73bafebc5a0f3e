/* SPDX-License-Identifier: GPL-2.0 */
/* rescue_dir.h - the folder of the rescued pages: file contents, so private. */
#ifndef DIRTYWATCH_RESCUE_DIR_H
#define DIRTYWATCH_RESCUE_DIR_H

#include <stdint.h>

/* What a file is called until it is whole; a killed tool leaves it behind. */
#define RESCUE_UNFINISHED ".unfinished"

/*
 * Opens the folder, which is made if it is not there, for one user at a time,
 * and removes what a killed one had not finished. It must be nobody else's,
 * and no link. Returns a descriptor, with *bytes set to what the files in it
 * hold; or -1 after it has said why on stderr.
 */
int rescue_dir_open(const char *path, uint64_t *bytes);

/*
 * Opens the folder as it is, also while a watch writes to it: it must be there,
 * nobody else's, and no link. Returns a descriptor, or -1 after it has said why
 * on stderr.
 */
int rescue_dir_look(const char *path);

/* Sets *bytes to what the files in it hold. Returns 0 or -1. */
int rescue_dir_bytes(int dir, uint64_t *bytes);

#endif
