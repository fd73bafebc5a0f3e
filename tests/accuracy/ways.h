/* SPDX-License-Identifier: GPL-2.0 */
/* What the ways share. */
#ifndef ACCURACY_WAYS_H
#define ACCURACY_WAYS_H

#include "accuracy.h"

/* Write @text to the file at @path. Returns 0 or a negative errno. */
int put_text(const char *path, const char *text);
int socket_pair(int ends[2]);
int drop_by_fadvise(struct engine *engine, struct trial *trial);

#endif
