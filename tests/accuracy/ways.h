/* SPDX-License-Identifier: GPL-2.0 */
/* What the ways share. */
#ifndef ACCURACY_WAYS_H
#define ACCURACY_WAYS_H

#include "accuracy.h"

/* Write @text to the file at @path. Returns 0 or a negative errno. */
int put_text(const char *path, const char *text);
int socket_pair(int ends[2]);
int drop_by_fadvise(struct engine *engine, struct trial *trial);

/*
 * pressure.c: take memory until no page of the batch that was cleaned is left:
 * as fast as kswapd can follow, and faster. Return 0 or a negative errno.
 */
int press_gently(struct engine *engine, struct trial *trial);
int press_hard(struct engine *engine, struct trial *trial);

#endif
