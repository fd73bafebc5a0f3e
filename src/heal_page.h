/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_page.h - a page of a file is dirtied without a change of a byte. It may
 * block as long as the filesystem does, so it is for a process of its own.
 */
#ifndef DIRTYWATCH_HEAL_PAGE_H
#define DIRTYWATCH_HEAL_PAGE_H

#include <stdint.h>

#include "heals.h"
#include "record.h"

#define HEAL_NAME_LEN 256 /* one component with its NUL */

/* A page that is to be healed; its directory comes beside it. */
struct heal_request {
	uint64_t number; /* of the request */
	uint64_t ino;
	uint64_t page;	 /* index in the file */
	uint32_t sb_dev; /* of the filesystem: major << 20 | minor */
	uint32_t pad;
	struct window_range bound[WINDOW_RANGES]; /* what is at stake */
	char name[HEAL_NAME_LEN];		  /* of the file */
	uint8_t bytes[CONTENT_LEN];		  /* of the page, rescued */
};

/*
 * Dirties the page of the file that has this name in the directory `dir`, if
 * its bytes are the rescued ones. HEAL_healed: they were, before and after the
 * store. That the page was never dropped between is not known here: if it was,
 * the store dirtied what was read back in, which harms nobody, and heals
 * nothing. Anything else says why not. `proc` is a descriptor of /proc.
 *
 * The process must have called heal_page_init() before.
 */
enum heal heal_page(int proc, int dir, const struct heal_request *q);

/*
 * The part of it that touches the page, which is mapped at `map`. HEAL_failed:
 * it could not be read, HEAL_no_space: the store was refused; both by SIGBUS.
 */
enum heal heal_touch(volatile unsigned char *map, const struct heal_request *q);

/* SIGBUS is an answer from now on, where one is waited for. */
void heal_page_init(void);

#endif
