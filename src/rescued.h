/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescued.h - a rescue file read back: which bytes of which file were lost, and
 * what they were. Nothing in it is trusted; btrfs-dirtywatch-rescue(5) has the
 * format.
 */
#ifndef DIRTYWATCH_RESCUED_H
#define DIRTYWATCH_RESCUED_H

#include "finding.h"

#define RESCUED_MAX (1U << 20) /* bytes of a file: names may be long */

struct rescued {
	/* Of it: id, class, uuid, subvol, ino, page, bound, path, on_disk. */
	struct finding finding;
	struct on_disk settled; /* once the call's own rewrite was on disk */
	bool ended;		/* its write call's return was seen... */
	int64_t ended_wall_ns;	/* ...then, CLOCK_REALTIME */
	bool raced;		/* lost before that, and written anew by then */
	bool has_after;
	unsigned char after[CONTENT_LEN]; /* the page as that left it */
	unsigned char content[CONTENT_LEN];
};

/*
 * Parses what a file holds. Returns 0, -EBADMSG if it is not whole or says
 * something that cannot be, or -ENOMEM.
 */
int rescued_parse(const void *bytes, size_t len, struct rescued *out);

/* Reads the file `name` of the folder `dir`. Returns as above, or -errno. */
int rescued_read(int dir, const char *name, struct rescued *out);

#endif
