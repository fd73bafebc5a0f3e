/* SPDX-License-Identifier: GPL-2.0 */
/*
 * look.h - a second look at pages that are left clean: they may have become
 * dirty by ways that no hook sees. The other side says at which, and runs this
 * by a system call. Who else makes that call does no harm.
 */
#ifndef DIRTYWATCH_LEGACY_LOOK_H
#define DIRTYWATCH_LEGACY_LOOK_H

#include "suspects.h"

/* What is to be said of a page with these flags, 0 if nothing. */
static __always_inline __u32 look_kind(const struct window *w, __u64 flags)
{
	if (flags & (page_flag(PG_dirty) | page_flag(PG_writeback)))
		return SIGHTING_DIRTY;
	return w->end.locked && !(flags & page_flag(PG_locked))
		       ? SIGHTING_SETTLED
		       : 0;
}

static __always_inline void look_at(struct pt_regs *ctx,
				    const struct place *place,
				    struct sighting *to)
{
	struct suspect *s = suspect_at(place);
	__u64 flags;

	if (!s ||
	    (s->window.bits & (WINDOW_ENDED | WINDOW_DROPPED)) != WINDOW_ENDED)
		return;
	if (!suspect_stands(s, place)) {
		/* Its write call returned: was it ever seen? */
		if (s->window.end.locked)
			suspect_vanished(place);
		return;
	}
	flags = page_flags(s->window.page);
	s = suspect_at(place);
	if (!s || s->window.bits & WINDOW_DROPPED)
		return;
	to->head.kind = look_kind(&s->window, flags);
	if (!to->head.kind)
		return;
	s->window.end.locked = 0;
	read_file(place->mapping, &to->file);
	say_suspect(ctx, to, s);
	if (to->head.kind == SIGHTING_DIRTY)
		suspect_take(place);
}

static __always_inline int observe_look(struct pt_regs *ctx)
{
	__u32 first = 0;
	struct look *look = bpf_map_lookup_elem(&looks, &first);
	struct sighting to = { .stack = -1 };

	one_copy(look);
	if (!look || !look->count)
		return 0;
	head_fill(&to.head, 0, 0);
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < LOOK_PLACES; i++) {
		struct place place;

		if (i >= look->count)
			break;
		place = look->places[i];
		look_at(ctx, &place, &to);
	}
	return 0;
}

#endif
