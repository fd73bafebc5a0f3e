/* SPDX-License-Identifier: GPL-2.0 */
/* tree_floor.h - one item of a btrfs tree, as the kernel shows it. */
#ifndef DIRTYWATCH_TREE_FLOOR_H
#define DIRTYWATCH_TREE_FLOOR_H

#include <stddef.h>
#include <stdint.h>

/* Whose items: `at` is the offset in the key, and `back` how far below it. */
struct tree_place {
	uint64_t tree; /* id of its root */
	uint64_t objectid;
	uint32_t type;
	uint64_t at;
	uint64_t back;
};

/* An item; to be freed. */
struct tree_item {
	uint64_t offset; /* in its key */
	size_t len;
	unsigned char bytes[];
};

/*
 * Finds the item with the highest offset that is not above `at`, and not more
 * than `back` below it, by an open file or directory of the filesystem. Needs
 * CAP_SYS_ADMIN. Returns 0, -ENOENT if there is none, or -errno.
 */
int tree_floor(int fd, const struct tree_place *place, struct tree_item **item);

#endif
