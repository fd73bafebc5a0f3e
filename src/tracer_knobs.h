/* SPDX-License-Identifier: GPL-2.0 */
/* tracer_knobs.h - what the kernel side is told before it is loaded. */
#ifndef DIRTYWATCH_TRACER_KNOBS_H
#define DIRTYWATCH_TRACER_KNOBS_H

#include "ksyms.h"
#include "tracer.h"

struct dirtywatch_bpf;

/*
 * Sets knobs.bpf.h and the sizes of the maps by what the user asked for.
 * Returns 0, or -errno with the reason on stderr.
 */
int tracer_knobs_set(struct dirtywatch_bpf *skel,
		     const struct tracer_options *options,
		     const struct ksyms *ksyms);

#endif
