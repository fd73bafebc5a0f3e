/* SPDX-License-Identifier: GPL-2.0 */
/*
 * resolve.h - from what the kernel side saw to names that a person can use:
 * the path through a mount, the subvolume id, a path for an inode without one.
 */
#ifndef DIRTYWATCH_RESOLVE_H
#define DIRTYWATCH_RESOLVE_H

#include "finding.h"
#include "mounts.h"
#include "names.h"

struct resolver;

/*
 * Opens the mount table. Paths are shown through the mount that holds the path
 * `prefer` where that is possible (NULL: no such wish). Returns 0 and a
 * resolver for resolver_free(), or -ENOMEM, or the negative errno of reading
 * the table.
 */
int resolver_new(const char *prefer, struct resolver **out);

void resolver_free(struct resolver *r);

/*
 * Completes a finding in place, as far as the system can tell: what stays
 * unknown stays marked as such. Opens directories only, follows no symbolic
 * link, crosses no mount point. Returns 0, or -ENOMEM, or the negative errno
 * of reading the mount table; the finding is then as complete as before.
 */
int resolve_finding(struct resolver *r, struct finding *f);

/*
 * Looks up what the disk holds in the place of the finding's page. Where that
 * cannot be known, it stays unknown; also if the file has been written to since
 * the page's write call returned, by the file's own time, if it must be
 * `untouched`.
 */
void resolve_on_disk(struct resolver *r, struct finding *f, bool untouched);

/*
 * Asks the filesystem for all names of the finding's inode, which are added. A
 * name that was given since its last commit is missing.
 */
void resolve_names(const struct resolver *r, const struct finding *f,
		   struct names *names);

/* A mount of the finding's device through which the path is seen, or NULL. */
const struct mount *resolve_mount(const struct resolver *r,
				  const struct finding *f, const char *fs_path);

/* Mounts of btrfs: the one after `m`, the first for NULL; NULL: no more. */
const struct mount *resolve_next_mount(const struct resolver *r,
				       const struct mount *m);

/* Makes `fs_path`, as it is seen through a mount, the finding's path. */
void resolve_shown(const struct resolver *r, struct finding *f,
		   const char *fs_path);

/*
 * Opens the directory in which a finding's file is, by the path that
 * resolve_finding() gave it, if it is of the finding's filesystem and
 * subvolume, and writes the file's name in it. Whether that is still the
 * finding's file has to be looked at. As careful as above. Returns a
 * descriptor, or -1 if that is not possible.
 */
int resolve_dir(struct resolver *r, const struct finding *f, char *name,
		size_t size);

#endif
