/* SPDX-License-Identifier: GPL-2.0 */
/*
 * count.bpf.h - totals and blindness, in maps: no ring can lose them. Of the
 * maps that the includer has: `counters` and `blind`. Its stir() has the user
 * side look at them soon.
 */
#ifndef DIRTYWATCH_COUNT_BPF_H
#define DIRTYWATCH_COUNT_BPF_H

#include "record.h"

static __always_inline void count_more(__u32 what, __u64 more)
{
	__u64 *n = bpf_map_lookup_elem(&counters, &what);

	if (n)
		*n += more;
}

static __always_inline void count(__u32 what)
{
	count_more(what, 1);
}

/* Evidence is missing: say which kind, and when it began and last happened. */
static __always_inline void go_blind(__u32 kind)
{
	struct blind_span *span = bpf_map_lookup_elem(&blind, &kind);
	__u64 now = bpf_ktime_get_ns();

	if (!span)
		return;
	if (!span->first_ns)
		span->first_ns = now;
	span->last_ns = now;
	__sync_fetch_and_add(&span->count, 1);
	stir();
}

#endif
