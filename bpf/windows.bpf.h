/* SPDX-License-Identifier: GPL-2.0 */
/* windows.bpf.h - the table of open windows: find, open, settle. */
#ifndef DIRTYWATCH_WINDOWS_BPF_H
#define DIRTYWATCH_WINDOWS_BPF_H

#include "emit.bpf.h"
#include "losses.bpf.h"

#define EBUSY 16
#define EEXIST 17

/* The counter of each verdict; the open one has none. */
static __always_inline int verdict_counter(enum verdict v)
{
	switch (v) {
	case VERDICT_PENDING:
		return COUNT_pending;
	case VERDICT_STRANDED:
		return COUNT_stranded;
	case VERDICT_REWRITTEN:
		return COUNT_rewritten;
	case VERDICT_NEAR_MISS:
		return COUNT_near_miss;
	case VERDICT_LOST:
		return COUNT_lost;
	case VERDICT_SUPERSEDED:
		return COUNT_superseded;
	case VERDICT_VOID:
		return COUNT_voided;
	default:
		return -1;
	}
}

/* The window of a page that is still cached, and its place; NULL if none. */
static __always_inline struct window *windows_find(struct place *place,
						   __u64 mapping, __u64 index)
{
	place->mapping = mapping;
	for (int slot = 0; slot < WINDOW_SLOTS; slot++) {
		struct window *w;

		place->index_slot = index * WINDOW_SLOTS + slot;
		w = bpf_map_lookup_elem(&windows, place);
		if (w && !(w->bits & WINDOW_DROPPED))
			return w;
	}
	return NULL;
}

/*
 * The kernel refuses with -EBUSY to touch a bucket while this CPU is inside
 * one of the same group: what was interrupted there is not waited for. Map
 * helpers return an int: as a long, 6.1 gives its sign bits as zeros.
 */
#define TABLE_TRIES 4

/* Take a window out of the table. Returns 0 for one caller only. */
static __always_inline int windows_take(const struct place *place)
{
	int err = -EBUSY;

	for (int i = 0; i < TABLE_TRIES && err == -EBUSY; i++)
		err = bpf_map_delete_elem(&windows, place);
	if (err == -EBUSY)
		go_blind(BLIND_map_busy);
	if (err)
		return -1;
	__sync_fetch_and_add(&live, -1);
	bpf_map_delete_elem(&trails, place);
	return 0;
}

static __always_inline int windows_insert(const struct place *place,
					  const struct window *w)
{
	int err = -EBUSY;

	for (int i = 0; i < TABLE_TRIES && err == -EBUSY; i++)
		err = bpf_map_update_elem(&windows, place, w, BPF_NOEXIST);
	return err;
}

/* Put a new window into a free slot of its place. */
static __always_inline void windows_open(__u64 mapping, const struct window *w,
					 const struct stack_search *search)
{
	struct place place = { .mapping = mapping };
	int err = -EEXIST;

	for (int slot = 0; slot < WINDOW_SLOTS && err == -EEXIST; slot++) {
		place.index_slot = w->index * WINDOW_SLOTS + slot;
		err = windows_insert(&place, w);
	}
	if (!err) {
		__sync_fetch_and_add(&live, 1);
		count(COUNT_suspects);
		trail_open(&place, search);
	} else if (err == -EEXIST) {
		go_blind(BLIND_crowded);
	} else {
		go_blind(err == -EBUSY ? BLIND_map_busy : BLIND_map_full);
	}
}

static __always_inline void window_record(struct record *record,
					  const struct place *place,
					  const struct window *w,
					  enum verdict v, struct dentry *dentry,
					  const struct stack_search *search)
{
	const struct trail *e = bpf_map_lookup_elem(&trails, place);

	record_fill(record, RECORD_FINDING, mapping_inode(place->mapping),
		    dentry, search);
	if (e)
		record->trail = *e;
	record->verdict = v;
	record->window = *w;
	window_bound(&record->window, record->bound);
	if (v != VERDICT_STRANDED && w->bits & WINDOW_ENDED && !w->end.dirty &&
	    !w->end.locked &&
	    (!(w->bits & WINDOW_DROPPED) || w->drop.ns > w->end.ns))
		record->flags |= RECORD_WAS_STRANDED;
}

/* Does this verdict end the window, and was somebody else there first? */
static __always_inline bool window_gone(const struct place *place,
					enum verdict v)
{
	return v >= VERDICT_REWRITTEN && windows_take(place);
}

/*
 * Say a verdict: count it, send it, and end the window if the verdict ends
 * it. Of two parties that come to the same end, one says it.
 */
static __noinline int window_say(const struct place *place,
				 const struct window *w, enum verdict v,
				 struct dentry *dentry,
				 const struct stack_search *search)
{
	int counter = verdict_counter(v);
	struct record *record;

	if (v == VERDICT_OPEN)
		return 0;
	if (counter < 0) { /* forbidden: what led here was not seen */
		go_blind(BLIND_vanished);
		windows_take(place);
		return 0;
	}
	if (v == VERDICT_REWRITTEN) {
		if (!window_gone(place, v))
			count(counter);
		return 0;
	}
	record = record_reserve();
	if (!record) {
		if (v == VERDICT_SUPERSEDED)
			losses_settle(place->mapping, w, v, false);
		if (!window_gone(place, v)) {
			count(counter);
			go_blind(BLIND_ring_full);
		}
		return 0;
	}
	/* Filled while the window is still in the table, and so still ours. */
	window_record(record, place, w, v, dentry, search);
	if (window_gone(place, v)) {
		record_discard(record);
		return 0;
	}
	count(counter);
	if (record->window.bits & WINDOW_DROPPED)
		losses_settle(place->mapping, &record->window, v,
			      record->trail.followed);
	record_send(record);
	return 0;
}

#endif
