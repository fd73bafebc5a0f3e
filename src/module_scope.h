/* SPDX-License-Identifier: GPL-2.0 */
/* module_scope.h - which code of an image is btrfs's. */
#ifndef DIRTYWATCH_MODULE_SCOPE_H
#define DIRTYWATCH_MODULE_SCOPE_H

#include "module_elf.h"

struct module_scope {
	bool all; /* a module: everything */
	uint32_t section;
	uint64_t from, to;
};

/*
 * In a linked kernel btrfs's code is one piece, around `write`, a function of
 * it. Returns 0, or -ENOTSUP if the kernel's own functions lie in between.
 */
int module_scope_find(const struct module_image *image,
		      const struct module_function *write,
		      struct module_scope *scope);

/* Is `function`, which a function of btrfs calls, one of btrfs too? */
bool module_scope_has(const struct module_scope *scope,
		      const struct module_function *function);

#endif
