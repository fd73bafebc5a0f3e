/* SPDX-License-Identifier: GPL-2.0 */
/* windows.bpf.h - the table of open windows: find, open, settle. */
#ifndef DIRTYWATCH_WINDOWS_BPF_H
#define DIRTYWATCH_WINDOWS_BPF_H

#include "emit.bpf.h"
#include "losses.bpf.h"

#define EBUSY 16
#define EEXIST 17

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
		stir();
		trail_open(&place, search);
	} else if (err == -EEXIST) {
		go_blind(BLIND_crowded);
	} else {
		go_blind(err == -EBUSY ? BLIND_map_busy : BLIND_map_full);
	}
}

/*
 * Say a verdict: count it, send it, and end the window if the verdict ends
 * it. Of two parties that come to the same end, one says it. `dentry` is the
 * address of the name to use, 0 for any; `search` may be NULL.
 */
extern int window_say(const struct place *place, const struct window *w,
		      __u32 verdict, __u64 dentry,
		      const struct stack_search *search);

#endif
