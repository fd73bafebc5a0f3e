/* SPDX-License-Identifier: GPL-2.0 */
/* hook_wish.h - which variants of hooks are not to be taken. */
#ifndef DIRTYWATCH_HOOK_WISH_H
#define DIRTYWATCH_HOOK_WISH_H

#include <stddef.h>

#include "hookset.h"

/* Of each role, a bit for each variant that is refused. */
struct hook_wishes {
	__u32 refused[HOOK_ROLES_MAX];
};

/*
 * Add a wish: "ROLE=HOW", no other variant of that role; "HOW", the same for
 * each role that has such a one; "ROLE=none" for an optional role. In a role's
 * name '-' may stand for ' '. Returns 0, or -EINVAL with a reason in `why`.
 */
int hook_wish(struct hook_wishes *wishes, const char *text, char *why,
	      size_t room);

#endif
