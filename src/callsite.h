/* SPDX-License-Identifier: GPL-2.0 */
/* callsite.h - where a kernel function is called from, read from its code. */
#ifndef DIRTYWATCH_CALLSITE_H
#define DIRTYWATCH_CALLSITE_H

#include <linux/types.h>
#include <stddef.h>

#include "ksyms.h"

#define CALLSITES_MAX 8

/*
 * Find the direct calls of the function at `callee` in `code`, a copy of the
 * `size` bytes at address `base`, and store the addresses that they return
 * to. Returns how many, -E2BIG if there are more than CALLSITES_MAX,
 * -EOPNOTSUPP if it is also jumped to (a tail call).
 */
int callsites_in(const unsigned char *code, size_t size, __u64 base,
		 __u64 callee, __u64 sites[CALLSITES_MAX]);

/*
 * The same over all the code that `callee` is linked with, read from
 * /proc/kcore. Returns how many, or -errno: -EPERM or -EACCES without the
 * privilege, -ENOENT if kcore does not hold the code.
 */
int callsites_of(const struct ksyms *ksyms, const struct ksym *callee,
		 __u64 sites[CALLSITES_MAX]);

#endif
