/* SPDX-License-Identifier: GPL-2.0 */
/* check_system.h - can the running system be watched? */
#ifndef DIRTYWATCH_CHECK_SYSTEM_H
#define DIRTYWATCH_CHECK_SYSTEM_H

#include <stdbool.h>

enum check_form { CHECK_AS_TEXT, CHECK_AS_JSON, CHECK_AS_NAGIOS };

/*
 * Say what `watch` would get here; load its programs for a moment too, unless
 * `no_load`; `btf` is a file with the kernel's BTF, or NULL. Returns an exit
 * code: that of check_judge(), or a plugin's.
 */
int check_system(enum check_form form, bool no_load, const char *btf);

#endif
