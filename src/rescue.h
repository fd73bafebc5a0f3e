/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescue.h - which contents of pages become files, and what a finding says of
 * that. A page that is in danger is saved at once; if it turns out that nothing
 * is lost, its file goes again.
 */
#ifndef DIRTYWATCH_RESCUE_H
#define DIRTYWATCH_RESCUE_H

#include <stdbool.h>
#include <stdint.h>

#include "finding.h"
#include "report.h"
#include "resolve.h"
#include "tracer.h"

#define RESCUE_LIMIT_MIB 1024
#define RESCUE_RATE 500
#define RESCUE_RING_KIB 4096
/* At the end, what waits may take so long. */
#define RESCUE_LAST_NS 5000000000ULL

struct rescue_options {
	const char *dir;    /* NULL: nothing is rescued */
	uint32_t limit_mib; /* of all files in the folder */
	uint32_t rate;	    /* new files in a second */
	uint32_t ring_kib;  /* contents on their way from the kernel side */
};

struct rescuer;

/* Who knows more; all but the report may be NULL. */
struct rescue_help {
	struct tracer *tracer;	     /* which contents wait */
	struct resolver *resolver;   /* what the disk holds */
	const struct report *report; /* what the times are */
};

/*
 * Opens the folder; *out is NULL if there is to be none. Returns 0, or -1 after
 * it has said why on stderr.
 */
int rescuer_new(const struct rescue_options *options, struct rescuer **out);

/*
 * Takes what came through the ring of contents. What is none, or finds no
 * memory, is missing when its finding comes, and that is said.
 */
void rescuer_content(struct rescuer *r, const void *data, size_t size);

/*
 * May a file be written `now` (ns)? While one is, nobody empties the rings: a
 * slow disk may take half of the time. Not so after rescuer_last(), for
 * RESCUE_LAST_NS.
 */
bool rescuer_in_time(struct rescuer *r, uint64_t now);
void rescuer_last(struct rescuer *r, uint64_t now);

/*
 * Is there a content of this finding's page that a file is to be made of, where
 * there is none yet? Then the finding gets what the disk holds as it is now,
 * and the file may be written later.
 */
bool rescuer_prepare(struct rescuer *r, const struct rescue_help *help,
		     const struct record *record, struct finding *f);

/*
 * Sets f->rescue and f->rescue_file of a finding from this record, and writes
 * or removes its file. A file that cannot be written
 * is no error: the finding says so. Here and below: `r` may be NULL.
 */
void rescuer_finding(struct rescuer *r, const struct rescue_help *help,
		     const struct record *record, struct finding *f);

/*
 * To be called about once a second while there is anything to look at again:
 * files of pages that their own write call has written anew get what it left
 * there. `last`: there will be no other look.
 */
bool rescuer_busy(const struct rescuer *r);
void rescuer_look(struct rescuer *r, const struct rescue_help *help, bool last);

/*
 * The content (CONTENT_LEN bytes) of the page of a window that is not settled,
 * until the next call; NULL: it did not arrive.
 */
const void *rescuer_bytes(const struct rescuer *r, const struct record *record);

/*
 * Of `lost` pages, how many were saved, and how many were not, and why, but
 * for those that wait.
 */
void rescuer_sums(const struct rescuer *r, uint64_t waiting, struct summary *s);

void rescuer_free(struct rescuer *r);

#endif
