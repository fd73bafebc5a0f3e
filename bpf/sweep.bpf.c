// SPDX-License-Identifier: GPL-2.0
/*
 * sweep.bpf.c - run by the user side over the table of windows, now and then:
 * a stranded page may have become dirty by ways that no hook sees.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "windows.bpf.h"
#include "rescue.bpf.h"

/* A direct write or a clone has this long to end: then it was missed. */
#define AWAITED_NS 30000000000ULL

static __always_inline void observe_missed(const struct place *place,
					   const struct window *w)
{
	if (bpf_ktime_get_ns() - w->drop.ns < AWAITED_NS || windows_take(place))
		return;
	/* Its result may have come just now. */
	if (!(w->bits & WINDOW_OVERWRITTEN))
		__sync_fetch_and_add(&awaited, -1);
	go_blind(BLIND_direct_io);
}

/* The page of a write call that returned is not there: was it ever seen? */
static __always_inline void observe_absent(const struct place *place)
{
	struct window *w = bpf_map_lookup_elem(&windows, place);

	if (w && !(w->bits & WINDOW_DROPPED) && w->end.locked &&
	    !windows_take(place))
		go_blind(BLIND_vanished);
}

/* Look at a stranded page again: it may have become dirty unseen. */
static __noinline int observe_again(const struct place *at)
{
	struct place place = *at;
	struct window *w = bpf_map_lookup_elem(&windows, &place);
	const __u64 busy = page_flag(PG_dirty) | page_flag(PG_writeback);
	enum verdict v = VERDICT_OPEN;
	__u32 rescued = RESCUE_not_asked;
	bool settled;
	struct folio_at f;
	__u64 flags;

	if (w && window_awaits(w))
		observe_missed(&place, w);
	if (!w || (w->bits & (WINDOW_ENDED | WINDOW_DROPPED)) != WINDOW_ENDED)
		return 0;
	if (!page_present(&f, w->page, place.mapping, w->index)) {
		observe_absent(&place);
		return 0;
	}
	flags = page_flags(&f, w->index);
	/* What was locked when its write call returned is left clean. */
	settled = w->end.locked && !(flags & (busy | page_flag(PG_locked)));
	if (settled)
		rescued = rescue(&f, w->index, w->clean_ns, place.mapping);
	w = bpf_map_lookup_elem(&windows, &place);
	if (!w)
		return 0;
	/* Who drops it has seen to its content. */
	if (settled && !(w->bits & WINDOW_DROPPED))
		w->rescue = rescued;
	if (flags & busy)
		v = window_step(w, OBS_DIRTY, 0);
	else if (settled)
		v = window_step(w, OBS_SETTLED, 0);
	window_say(&place, w, v, 0, NULL);
	return 0;
}

static long again_step(struct bpf_map *map, const struct place *key,
		       struct window *w, void *unused)
{
	struct place place = *key;

	observe_again(&place);
	return 0;
}

/* The same where there is no iterator: run as it is, once a look. */
SEC("raw_tp")
int sweep_run(void *ctx)
{
	bpf_for_each_map_elem(&windows, again_step, NULL, 0);
	return 0;
}

SEC("iter/bpf_map_elem")
int sweep(struct bpf_iter__bpf_map_elem *ctx)
{
	const struct place *key = ctx->key;

	if (!key)
		return 0;
	return observe_again(key);
}
