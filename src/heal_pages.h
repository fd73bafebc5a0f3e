/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_pages.h - the pages that a healer knows of: those that wait in a queue,
 * the one that is being healed, and those whose window has not ended yet. For
 * heal.c and heal_answer.c only.
 */
#ifndef DIRTYWATCH_HEAL_PAGES_H
#define DIRTYWATCH_HEAL_PAGES_H

#define HASH_NONFATAL_OOM 1
#include <uthash.h>
#include <utlist.h>

#include "heal.h"
#include "heal_child.h"

enum heal_stage {
	STAGE_WAITING,
	STAGE_SENT,
	STAGE_ANSWERED,
};

/* What is needed to ask for a page, and to speak of it. */
struct heal_asking {
	struct heal_request request;
	char uuid[FINDING_UUID_LEN];
	uint64_t subvol;
	char path[]; /* as it is seen through a mount, or empty */
};

/* A stranded page, until its window ends. */
struct heal_entry {
	UT_hash_handle hh;
	struct heal_entry *prev, *next; /* while it waits */
	char id[FINDING_ID_LEN];
	enum heal_stage stage;
	enum heal heal; /* if it is answered */
	bool over;	/* its window ended before the answer came */
	struct heal_asking *asking; /* until it is answered */
	void *held;		    /* the record that ends its window */
	size_t held_size;
};

struct healer {
	struct heal_child child;
	uint64_t limit_ns;
	uint64_t number; /* of the last request */
	struct heal_entry *entries;
	struct heal_entry *waiting; /* in the order in which they came */
	unsigned int waiting_count;
	struct heal_entry *sent; /* the one that the process works on */
	uint64_t sent_ns;
	bool done; /* a page was dirtied, and nobody has looked since */
	uint64_t sums[HEAL_MAX];
};

/* Frees it; it must be in no queue and no table. */
void heal_entry_free(struct heal_entry *e);

/* It waits no longer. */
void heal_unqueue(struct healer *h, struct heal_entry *e);

#endif
