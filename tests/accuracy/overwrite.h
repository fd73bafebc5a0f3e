/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What a file's owner does on purpose to a page that was left clean. Each
 * changes what the file is promised to hold, if it succeeds. 0 or -errno.
 */
#ifndef ACCURACY_OVERWRITE_H
#define ACCURACY_OVERWRITE_H

#include "accuracy.h"

#define OVER(name) int over_##name(struct engine *engine, struct trial *trial)

OVER(truncate);
OVER(truncate_into);
OVER(punch);
OVER(punch_into);
OVER(zero_range);
OVER(clone);
OVER(unlink);
OVER(unlink_open);
OVER(rename);
OVER(snapshot);
OVER(fsync);
OVER(dedupe);
OVER(direct);
OVER(direct_fail);
OVER(direct_read);
OVER(rewrite);
OVER(store);

#endif
