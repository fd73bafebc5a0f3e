/* SPDX-License-Identifier: GPL-2.0 */
/*
 * module_verdict.h - does this btrfs clean pages before its buffered write
 * copies into them? Read from the code alone: the bug is a call of a cleaning
 * function on the way from btrfs_buffered_write() (kernel commit 7703bdd8d23e).
 */
#ifndef DIRTYWATCH_MODULE_VERDICT_H
#define DIRTYWATCH_MODULE_VERDICT_H

#include "module_elf.h"

#define MODULE_PATH_MAX 16

enum module_class {
	MODULE_UNKNOWN,
	MODULE_FIXED,
	MODULE_VULNERABLE,
};

/* Names are those of the image. */
struct module_verdict {
	enum module_class class;
	const char *why;   /* a sentence's end, never NULL */
	const char *clean; /* the cleaning function, if one is reached */
	/* From the write to who calls it, and where in the last one. */
	const char *path[MODULE_PATH_MAX];
	unsigned int depth;
	uint64_t offset;
	bool pointer;	  /* there its address is taken, to be called by it */
	bool sure;	  /* it is one of the write's own pages */
	const char *copy; /* what copies the user's data, if found */
	unsigned int functions; /* that were read */
	const char *undecoded;	/* a function that could not be read */
};

const char *module_class_word(enum module_class class);

/* Marks functions of the image as seen: one verdict an image. */
void module_judge(struct module_image *image, struct module_verdict *verdict);

#endif
