/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What one try of one trial does, computed from the seed alone: no file, no
 * kernel, no clock. The same seed gives the same files, byte for byte.
 */
#ifndef PROVOKE_PLAN_H
#define PROVOKE_PLAN_H

#include <stddef.h>
#include <stdint.h>

#define PROVOKE_PAGE 4096u
#define PROVOKE_SPANS 8

enum provoke_outcome {
	PROVOKE_NONE,
	PROVOKE_NEAR_MISS,
	PROVOKE_STRANDED,
	PROVOKE_LOST,
	PROVOKE_SUPERSEDED,
};

/*
 * Who wrote a byte. The two top bits of every byte tell, so no two
 * generations of one byte are ever equal and a dump of a file can be read.
 */
enum provoke_role {
	PROVOKE_BASE,	 /* written and synced first: what the disk holds */
	PROVOKE_PENDING, /* dirty in the cache, on no disk */
	PROVOKE_COVER,	 /* the write call over a part of the dirty page */
};

/* A list of byte ranges, absolute file offsets, ascending, not touching. */
struct provoke_spans {
	unsigned int n;
	struct {
		uint64_t off, len;
	} v[PROVOKE_SPANS];
};

struct provoke_plan {
	uint64_t key;	     /* of this try's contents */
	uint64_t size;	     /* of the file, bytes */
	uint64_t page;	     /* index of the page that is rewritten */
	uint64_t first, end; /* pages that have a base; the rest are holes */
	uint32_t valid;	     /* bytes of the page below i_size */
	uint32_t off, len;   /* of the write call, within the page */
	uint32_t head;	     /* source bytes in the first of its user pages */
};

const char *provoke_outcome_name(enum provoke_outcome outcome);

/*
 * Find an outcome by its name. Returns the outcome, or -EINVAL.
 */
int provoke_outcome_parse(const char *name);

/*
 * Fill @plan for try number @attempt (from 1) of @trial (from 1). The write
 * covers every valid byte when @want is superseded, at most 100 otherwise.
 */
void provoke_plan_make(struct provoke_plan *plan, uint64_t seed, uint64_t trial,
		       unsigned int attempt, enum provoke_outcome want);

/* Fill @buf with @len bytes that @role puts at file offset @off. */
void provoke_fill(const struct provoke_plan *plan, enum provoke_role role,
		  uint64_t off, void *buf, size_t len);

/*
 * Fill @buf with @len bytes from file offset @off as they must be in the end:
 * pending over base, and the write over both if it succeeded (@written).
 */
void provoke_expect(const struct provoke_plan *plan, int written, uint64_t off,
		    void *buf, size_t len);

/* The valid bytes of the page which the write, if @written, left alone. */
void provoke_bound(const struct provoke_plan *plan, int written,
		   struct provoke_spans *bound);

/*
 * Append [@off, @off + @len), joined to the last span if they touch.
 * Returns 0, or -E2BIG if there is no room.
 */
int provoke_spans_add(struct provoke_spans *spans, uint64_t off, uint64_t len);

#endif
