/* SPDX-License-Identifier: GPL-2.0 */
/* module_calls.h - where a function's code calls or jumps to, or may. */
#ifndef DIRTYWATCH_MODULE_CALLS_H
#define DIRTYWATCH_MODULE_CALLS_H

#include <capstone/capstone.h>

#include "module_elf.h"

/* A call or a jump out of the function; one of `name`, `to` is set. */
struct module_call {
	uint64_t offset;	    /* in the function */
	const char *name;	    /* a function of another file */
	struct module_function *to; /* one of this file */
	bool pointer;		    /* its address is taken */
};

typedef int module_call_fn(const struct module_call *call, void *arg);

/*
 * Calls `fn` for each direct call or jump, in the order of the code, until it
 * returns other than 0; then sets function->indirect if there are indirect ones
 * too. Returns 0, what `fn` returned, -EBADMSG if bytes of the function are no
 * instructions, -ENOMEM.
 */
int module_calls_each(const struct module_image *image,
		      struct module_function *function, module_call_fn *fn,
		      void *arg);

/*
 * The same for each function whose address the code takes, by itself or out of
 * an object of data. To be called after module_calls_each(). Looks at no more
 * than `budget` pointers in data, which it counts down: -EBADMSG.
 */
int module_pointers_each(const struct module_image *image,
			 const struct module_function *function, size_t *budget,
			 module_call_fn *fn, void *arg);

/*
 * How many bytes of distance end a direct call or jump; 0: it is none. A jump
 * to a neighbour may be a short one.
 */
unsigned int module_call_distance(const cs_insn *insn);

#endif
