/* SPDX-License-Identifier: GPL-2.0 */
/* module_calls.h - where a function's code calls or jumps to. */
#ifndef DIRTYWATCH_MODULE_CALLS_H
#define DIRTYWATCH_MODULE_CALLS_H

#include "module_elf.h"

/* A direct call or a jump out of the function; one of `name`, `to` is set. */
struct module_call {
	uint64_t offset;	    /* in the function */
	const char *name;	    /* a function of another file */
	struct module_function *to; /* one of this file */
};

/*
 * Calls `fn` for each, in the order of the code, until it returns other than
 * 0. Indirect calls are not seen. Returns 0, what `fn` returned, -EBADMSG if
 * bytes of the function are no instructions, -ENOMEM.
 */
int module_calls_each(const struct module_image *image,
		      const struct module_function *function,
		      int (*fn)(const struct module_call *call, void *arg),
		      void *arg);

#endif
