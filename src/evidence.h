/* SPDX-License-Identifier: GPL-2.0 */
/*
 * evidence.h - what a watch could not see: the kernel side's counts and this
 * side's own, told as intervals while they happen and summed up in the end.
 */
#ifndef DIRTYWATCH_EVIDENCE_H
#define DIRTYWATCH_EVIDENCE_H

#include <sys/types.h>

#include "blindness.h"
#include "coverage.h"
#include "hook_switch.h"
#include "options.h"
#include "report.h"
#include "tracer.h"

struct evidence {
	struct blindness blindness;
	struct coverage *coverage;
	struct hook_switch hook_switch, probe_switch;
	const char *dir;       /* where its note lies */
	struct report *report; /* set by the caller before the first look */
	uint64_t start_ns;
	uint64_t malformed; /* records that did not decode: the caller adds */
	uint64_t reloads;   /* of btrfs.ko */
	uint64_t off;	    /* looks that found the hooks switched off */
	uint64_t noted_ns;  /* the last evidence_told() that was written down */
	ino_t module;
	bool begun;
	bool unnoted; /* no note is kept, and that was said */
};

/* Before the hooks are attached: what is missing is so from here on. */
void evidence_init(struct evidence *e);

/*
 * The hooks are attached: keep a note for the next watch, if this one is
 * killed. Before anybody is told that it has begun: from then on they count on
 * it.
 */
void evidence_note(struct evidence *e, const struct options *options);

/*
 * It was told: print the gap behind earlier watches that were killed. Returns 0
 * or -errno of printing.
 */
int evidence_begin(struct evidence *e);

/*
 * All that the hooks handed over before `ns` has been printed. To be called
 * often; takes note of it once a second at most.
 */
void evidence_told(struct evidence *e, uint64_t ns);

/*
 * Up to `ns` there was nothing to do: it was not for being held up that nobody
 * looked.
 */
void evidence_rested(struct evidence *e, uint64_t ns);

/* Look, and print what began or ended. Returns 0 or -errno. */
int evidence_look(struct evidence *e, const struct tracer *tracer);

/*
 * The last look: print what ends, and fill in the summary, whose spans hold
 * what tracer_totals() said. Returns 0 or -errno.
 */
int evidence_finish(struct evidence *e, struct summary *s);

/*
 * `told`: the summary was printed; if not, the next watch declares a gap, but
 * behind one that had not begun.
 */
void evidence_end(struct evidence *e, bool told);

#endif
