/* SPDX-License-Identifier: GPL-2.0 */
/* tracer_cost.h - what the hooks and the process that has them take. */
#ifndef DIRTYWATCH_TRACER_COST_H
#define DIRTYWATCH_TRACER_COST_H

#include <stdint.h>

#include "hookset.h"

struct tracer;

struct tracer_cost {
	uint64_t run_ns;       /* of all programs, since they were loaded... */
	uint64_t runs;	       /* ...as far as the kernel timed them */
	uint64_t cpu_ns;       /* of the process */
	uint64_t kernel_bytes; /* of maps and programs */
	uint64_t rss_bytes;
	uint64_t role_runs[HOOK_ROLES_MAX]; /* as tracer_role() counts */
};

/*
 * Of this process, in which the tracer is. Programs are timed, and their runs
 * counted, only while somebody has asked the kernel for that by
 * bpf_enable_stats().
 */
void tracer_cost_read(const struct tracer *tracer, struct tracer_cost *cost);

#endif
