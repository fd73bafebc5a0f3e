/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal.h - stranded pages are dirtied again, so that btrfs writes them.
 *
 * A process of its own does it; the watch asks and goes on. That the bytes
 * were right before and after its store is the half of it. The other half is
 * the kernel side's: a window ends as a near miss only if its page was never
 * dropped. Only if both are so, the page is healed.
 */
#ifndef DIRTYWATCH_HEAL_H
#define DIRTYWATCH_HEAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "finding.h"
#include "report.h"
#include "resolve.h"

#define HEAL_LIMIT_NS 5000000000ULL
#define HEAL_WAITING_MAX 256
/* Stranded pages that were asked for and are not settled. */
#define HEAL_PAGES_MAX 16384

struct healer_options {
	bool asked;		   /* else there is none */
	uint64_t limit_ns;	   /* for one page */
	void (*serve)(int socket); /* what the process does */
	const char *path; /* of a socket behind which one is, or NULL */
};

struct healer;

/* Who is needed for it. */
struct heal_help {
	struct resolver *resolver; /* for what opens the file's directory: */
	int (*open_dir)(struct resolver *r, const struct finding *f, char *name,
			size_t size); /* resolve_dir() */
	struct report *report;	      /* is told what was not healed */
	/* Takes a record that was held back; its bytes are as they came. */
	int (*again)(void *arg, const void *data, size_t size);
	void *arg;
};

/*
 * Starts the process; best before there is much that it would share. *out is
 * NULL if there is to be no healer, which all functions below take. Returns 0,
 * or -1 after it has said why on stderr.
 */
int healer_new(const struct healer_options *options, struct healer **out);

void healer_free(struct healer *h);

/* A descriptor that becomes readable when there is an answer; -1: none. */
int healer_fd(const struct healer *h);

/*
 * Must the record of this finding wait? It tells that a page is dirty again of
 * which it is not known yet if its bytes were right. A copy of the record is
 * kept for heal_help's again().
 */
bool healer_holds(struct healer *h, const struct finding *f, const void *data,
		  size_t size);

/*
 * A stranded page is asked for, if `bytes`, its content, is there (NULL: it was
 * not saved); what ends a window gets to know what became of that. Sets
 * f->heal.
 */
void healer_finding(struct healer *h, struct finding *f, const void *bytes);

/*
 * Takes answers, ends what takes too long, asks for the next page. Returns 0,
 * or what again() or the report returned.
 */
int healer_tick(struct healer *h, const struct heal_help *help, uint64_t now);

/* Is a page being healed, or does one wait? */
bool healer_busy(const struct healer *h);

/*
 * Was a page dirtied since the last such call, and does none wait? Then the
 * kernel side should look at once.
 */
bool healer_done(struct healer *h);

/* The watch ends: nobody is asked any more. Returns as healer_tick(). */
int healer_end(struct healer *h, const struct heal_help *help);

/* How many were healed, and how many were not, and why. */
void healer_sums(const struct healer *h, struct summary *s);

#endif
