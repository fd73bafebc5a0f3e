/* SPDX-License-Identifier: GPL-2.0 */
/* module_linked.h - the pointers of a linked kernel: they are plain values. */
#ifndef DIRTYWATCH_MODULE_LINKED_H
#define DIRTYWATCH_MODULE_LINKED_H

#include "module_calls.h"

/* As module_pointers_each(). */
int module_linked_pointers(const struct module_image *image,
			   const struct module_function *function,
			   size_t *budget, module_call_fn *fn, void *arg);

#endif
