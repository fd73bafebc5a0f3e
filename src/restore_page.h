/* SPDX-License-Identifier: GPL-2.0 */
/*
 * restore_page.h - puts the content of one rescued page back into its file, if
 * nobody has written there since; and says, for each, what became of it.
 */
#ifndef DIRTYWATCH_RESTORE_PAGE_H
#define DIRTYWATCH_RESTORE_PAGE_H

#include <stdbool.h>

#include "page_map.h"
#include "rescued.h"

/* What becomes of a rescued page: its name and what it means. */
#define RESTORES(X)                                                            \
	X(restored, "the bytes are on the disk again")                         \
	X(already, "the file holds these bytes")                               \
	X(differs, "the file differs, and can be restored")                    \
	X(damaged, "the rescue file is not whole")                             \
	X(nameless, "the finding does not say which file it was")              \
	X(unmounted, "its filesystem is not mounted")                          \
	X(gone, "the file is gone")                                            \
	X(closed, "the file cannot be written to")                             \
	X(truncated, "the file ends before these bytes")                       \
	X(direct_io, "somebody has it open for direct I/O")                    \
	X(in_place,                                                            \
	  "it is written in place, which leaves no trace of writers")          \
	X(no_base, "it is not known what the disk held")                       \
	X(newer, "it was written since, or may have been")                     \
	X(changed, "it does not hold what it held after the loss")             \
	X(no_room, "no memory of the file could be written to: no space?")     \
	X(meanwhile, "somebody wrote there meanwhile; that was left")          \
	X(failed, "the disk refused")

enum restore {
#define X(name, text) RESTORE_##name,
	RESTORES(X)
#undef X
		RESTORE_MAX,
};

struct restore_word {
	const char *name;
	const char *text;
};

extern const struct restore_word restore_words[RESTORE_MAX];

struct resolver;

struct restoring {
	struct resolver *resolver;
	int dir;	  /* of the rescue files, */
	const char *file; /* and which of them */
	bool dry_run;	  /* change nothing */
	bool force;	  /* also where it may have been written since */
};

/* Of one page: bytes of the file and of the rescue, and where they differ. */
struct restored {
	enum restore state;
	int err; /* the errno that explains it, 0: none */
	unsigned char seen[PAGE_MAP_LEN]; /* as the file had it */
	bool known;			  /* `seen` is valid, as is `exact` */
	unsigned int exacts;
	/* Offsets in the page: runs of bytes that differ, in order. */
	struct {
		unsigned int from;
		unsigned int to;
	} exact[PAGE_MAP_LEN / 2];
};

/*
 * Is this state of a block the one that was seen then, or was it written since?
 * A transaction that is later, or another sum or place, says so.
 */
bool on_disk_same(const struct on_disk *then, const struct on_disk *now);

/* Sets *out, whatever happens; r->finding gets the path of today. */
void restore_page(const struct restoring *how, struct rescued *r,
		  struct restored *out);

#endif
