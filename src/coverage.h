/* SPDX-License-Identifier: GPL-2.0 */
/*
 * coverage.h - which time was watched? Each watch keeps a note of itself in a
 * directory, locked while it lives. A note that was left behind tells the next
 * watch that there is a gap between the two.
 */
#ifndef DIRTYWATCH_COVERAGE_H
#define DIRTYWATCH_COVERAGE_H

#include "coverage_note.h"

#define COVERAGE_DIR "/run/btrfs-dirtywatch"

/* Gaps that one start tells of; the last takes in what is more. */
#define COVERAGE_GAPS_MAX 64

/* From the last that an earlier watch told until this one began. */
struct coverage_gap {
	uint32_t pid;	  /* of the earlier watch, 0: unknown, or several */
	uint64_t from_ns; /* 0, which is the boot, if unknown */
	uint64_t to_ns;
};

struct coverage;

/*
 * What is watched: the filesystem that `path` is on, NULL: all; the process
 * `tgid`, 0: all. Returns 0 or -errno.
 */
int coverage_scope(const char *path, uint32_t tgid,
		   struct coverage_scope *scope);

/*
 * Find what earlier watches left in the directory `dir` (made if need be), and
 * keep a note there from now on; the hooks are attached. Returns 0, or -errno
 * if no note can be kept. *out is to be closed in any case; NULL: no memory.
 */
int coverage_open(const char *dir, const struct coverage_scope *scope,
		  uint64_t now_ns, struct coverage **out);

/* What coverage_open() found. Returns how many. */
unsigned int coverage_gaps(const struct coverage *c,
			   const struct coverage_gap **gaps);

/* All that was seen up to `ns` has been told. Returns 0 or -errno. */
int coverage_beat(struct coverage *c, uint64_t ns);

/* Orderly: what was missing is told, nothing is left behind. NULL is taken. */
void coverage_close(struct coverage *c, bool orderly);

#endif
