/* SPDX-License-Identifier: GPL-2.0 */
/* names.h - the names (hard links) of an inode, as its filesystem tells. */
#ifndef DIRTYWATCH_NAMES_H
#define DIRTYWATCH_NAMES_H

#include <stdbool.h>

#include "finding.h"
#include "mounts.h"

#define NAMES_LEN 8192

/* Names, from the root of the filesystem, each once. Zero it to begin. */
struct names {
	size_t len;
	char bytes[NAMES_LEN]; /* each ends in NUL */
};

enum name_state {
	NAME_UNKNOWN, /* its directory could not be looked into */
	NAME_THERE,   /* it is the finding's file */
	NAME_GONE,    /* it is not, or no more */
};

/* Is `fs_path`, seen through the mount, a name of the finding's file? */
enum name_state names_check(const struct mount *m, const char *fs_path,
			    const struct finding *f);

/* Adds a name. Returns whether it is there: false if it does not fit. */
bool names_add(struct names *names, const char *name);

/*
 * Asks the subvolume of the directory `fd`, which hangs at `at` (empty: the
 * root), for the names of the inode, and adds those that `take` takes. The
 * kernel tells about 4 KiB of them.
 */
void names_ask(int fd, const char *at, uint64_t ino,
	       bool (*take)(void *arg, const char *name), void *arg,
	       struct names *names);

/* The first name, and the one after `name`; NULL: there is none. */
const char *names_first(const struct names *names);
const char *names_next(const struct names *names, const char *name);

#endif
