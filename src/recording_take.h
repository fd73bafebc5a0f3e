/* SPDX-License-Identifier: GPL-2.0 */
/* recording_take.h - what each kind of chunk does when a recording is played.
 */
#ifndef DIRTYWATCH_RECORDING_TAKE_H
#define DIRTYWATCH_RECORDING_TAKE_H

#include "recording_play.h"

/*
 * Takes the chunk that was read last. Returns 0, -EBADMSG (the reader's `why`
 * tells), -ENOMEM, or the negative errno of the report.
 */
int recording_take(struct recording *rec, struct report *report);

#endif
