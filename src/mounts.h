/* SPDX-License-Identifier: GPL-2.0 */
/*
 * mounts.h - what is mounted where, as /proc/self/mountinfo tells it.
 */
#ifndef DIRTYWATCH_MOUNTS_H
#define DIRTYWATCH_MOUNTS_H

#include <stdbool.h>
#include <stdio.h>

struct mount {
	unsigned int major;
	unsigned int minor;
	char *root;  /* the directory (or file) of the filesystem... */
	char *point; /* ...that is seen here */
	char *fstype;
};

struct mounts;

/*
 * Reads a mount table, in the format of /proc/self/mountinfo, up to the end of
 * the file. Lines that are not in the format are passed over. Returns 0 and
 * a table for mounts_free(), or -ENOMEM, or -EIO if reading failed.
 */
int mounts_read(FILE *in, struct mounts **out);

void mounts_free(struct mounts *t);

/*
 * From now on, mounts_find() prefers the mount at exactly `point`, whenever
 * what it looks for can be seen there. NULL: no longer. The string must live
 * as long as the table.
 */
void mounts_prefer(struct mounts *t, const char *point);

/*
 * The mount of a device (major << 20 | minor) through which `fs_path`, a path
 * from the root of the filesystem, is seen: the one with the longest `root`.
 * Without a path, any mount of the device. NULL: there is none.
 */
const struct mount *mounts_find(const struct mounts *t, unsigned int dev,
				const char *fs_path);

/*
 * The mount that holds the file or directory at `path`, symbolic links
 * followed. NULL: none, or `path` cannot be resolved (then errno says why;
 * otherwise errno is 0).
 */
const struct mount *mounts_of_point(const struct mounts *t, const char *path);

/*
 * The deepest mount of a device below whose point `path` lies, by the words of
 * the path alone. NULL: there is none.
 */
const struct mount *mounts_holding(const struct mounts *t, unsigned int dev,
				   const char *path);

/* The mount of that type which was made last, or NULL. */
const struct mount *mounts_of_type(const struct mounts *t, const char *fstype);

/* The one of that type after `m`; NULL: the first, and as result: no more. */
const struct mount *mounts_next_of_type(const struct mounts *t,
					const char *fstype,
					const struct mount *m);

/*
 * What is left of `path` below the directory `dir`, without a slash in front:
 * whole components are compared. Empty if both are the same. NULL: not below.
 */
const char *mounts_below(const char *dir, const char *path);

#endif
