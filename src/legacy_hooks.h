/* SPDX-License-Identifier: GPL-2.0 */
/* legacy_hooks.h - the kprobes of the legacy object: roles and addresses. */
#ifndef DIRTYWATCH_LEGACY_HOOKS_H
#define DIRTYWATCH_LEGACY_HOOKS_H

#include <stdbool.h>

#include "callsite.h"
#include "ksyms.h"

#define LEGACY_SYMBOLS_MAX 3

struct legacy_role {
	const char *name;
	const char *program; /* its name in the legacy object */
	const char *without; /* what is missing without it; NULL: all is */
	bool sites;	     /* behind the calls of the symbol, not in it */
	const char *symbols[LEGACY_SYMBOLS_MAX]; /* the first one there is */
};

extern const struct legacy_role legacy_roles[];
extern const unsigned int legacy_role_count;

/* Where a role's probes go. */
struct legacy_choice {
	const char *symbol; /* NULL: nowhere */
	int count;
	__u64 at[CALLSITES_MAX];
};

/* Find the addresses for the role on the running kernel. */
void legacy_choose(const struct legacy_role *role, const struct ksyms *ksyms,
		   struct legacy_choice *choice);

#endif
