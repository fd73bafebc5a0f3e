/* SPDX-License-Identifier: GPL-2.0 */
/* preflight.h - may this process trace, before it tries? */
#ifndef DIRTYWATCH_PREFLIGHT_H
#define DIRTYWATCH_PREFLIGHT_H

#include "ksyms.h"

/*
 * Check capabilities, lockdown, BTF and the presence of btrfs, and read the
 * kernel's symbols. Returns 0 and *ksyms for ksyms_free(); otherwise says on
 * stderr what is missing and returns an exit code (enum exit_code).
 */
int preflight(struct ksyms **ksyms);

#endif
