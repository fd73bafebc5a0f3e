/* SPDX-License-Identifier: GPL-2.0 */
#ifndef PROVOKE_FILE_H
#define PROVOKE_FILE_H

#include "provoke_trial.h"

/*
 * Create the file of @trial: its base on disk, none of it in the cache, then
 * the pending data in the one page that the trial is about. Returns a file
 * descriptor or a negative errno after saying why.
 */
int provoke_file_create(const struct provoke_run *run,
			struct provoke_trial *trial);

#endif
