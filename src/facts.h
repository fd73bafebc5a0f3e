/* SPDX-License-Identifier: GPL-2.0 */
/*
 * facts.h - what a kernel developer asks first: which kernel, which btrfs.ko,
 * mounted how. Facts are pairs of text; what cannot be read is left out.
 */
#ifndef DIRTYWATCH_FACTS_H
#define DIRTYWATCH_FACTS_H

#include <stddef.h>

/* Takes a fact, both texts being the caller's. Returns 0 or an error. */
typedef int (*fact_fn)(void *arg, const char *key, const char *value);

/*
 * Hands on what is known of this system: kernel, btrfs.ko, and every mounted
 * btrfs filesystem (of the one only that holds `path`, unless it is NULL).
 * Returns 0 or what `fn` returned.
 */
int facts_of_system(const char *path, fact_fn fn, void *arg);

/*
 * The build id in the ELF notes at `notes`, in hexadecimal. Returns 0, or
 * -ENOENT if there is none that fits `text`.
 */
int facts_build_id(const unsigned char *notes, size_t size, char *text,
		   size_t room);

/* The srcversion of the loaded btrfs.ko: `text`, or NULL if it has none. */
const char *facts_srcversion(char *text, size_t room);

#endif
