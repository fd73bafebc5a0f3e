/* SPDX-License-Identifier: GPL-2.0 */
/* preflight.h - may this process trace, before it tries? */
#ifndef DIRTYWATCH_PREFLIGHT_H
#define DIRTYWATCH_PREFLIGHT_H

#include "ksyms.h"

/*
 * Look at all that needs.c lists; `btf` is a file with the kernel's BTF, or
 * NULL. Returns 0 and *ksyms for ksyms_free(), and
 * has said on stderr what will make the watch blind; otherwise says what is
 * missing first and returns an exit code (enum exit_code).
 */
int preflight(const char *btf, struct ksyms **ksyms);

#endif
