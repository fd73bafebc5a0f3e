/* SPDX-License-Identifier: GPL-2.0 */
/* suspects.h - the table of open windows: find, take, settle. */
#ifndef DIRTYWATCH_LEGACY_SUSPECTS_H
#define DIRTYWATCH_LEGACY_SUSPECTS_H

#include "say.h"

/*
 * Old verifiers take a pointer for one only in the register that was tested:
 * there must not be a copy of it by then.
 */
#define one_copy(pointer) asm volatile("" : "+r"(pointer))

static __always_inline struct suspect *suspect_at(const struct place *place)
{
	struct suspect *s = bpf_map_lookup_elem(&suspects, place);

	one_copy(s);
	return s;
}

/* The window of a page that is still cached, and its place; NULL if none. */
static __always_inline struct suspect *suspect_find(struct place *place,
						    __u64 mapping, __u64 index)
{
	struct suspect *s;

	place->mapping = mapping;
	place->index_slot = index * WINDOW_SLOTS;
	s = suspect_at(place);
	if (s && !(s->window.bits & WINDOW_DROPPED))
		return s;
	place->index_slot = index * WINDOW_SLOTS + 1;
	s = suspect_at(place);
	if (s && !(s->window.bits & WINDOW_DROPPED))
		return s;
	return NULL;
}

/* Take a window out of the table. Returns how many were taken. */
static __always_inline __s64 suspect_delete(const struct place *place)
{
	int err = bpf_map_delete_elem(&suspects, place);

	return err ? 0 : 1;
}

static __always_inline void suspect_take(const struct place *place)
{
	live_add(-suspect_delete(place));
}

static __always_inline void suspect_vanished(const struct place *place)
{
	go_blind(BLIND_vanished);
	suspect_take(place);
}

/* Does its page stand where it was? It may have been migrated. */
static __always_inline bool suspect_stands(struct suspect *s,
					   const struct place *place)
{
	if (page_stands(s->window.page, place))
		return true;
	if (!s->moved_to || !page_stands(s->moved_to, place))
		return false;
	s->window.page = s->moved_to;
	s->moved_to = 0;
	count(COUNT_migrated);
	return true;
}

/* Has its page been clean and unlocked? Then it matters that it is dirty. */
static __always_inline bool suspect_was_open(const struct window *w)
{
	return w->bits & WINDOW_RETRIED ||
	       (w->bits & WINDOW_ENDED && !w->end.locked && !w->end.dirty);
}

static __always_inline void say_suspect(struct pt_regs *ctx,
					struct sighting *to,
					const struct suspect *s)
{
	to->clean_stack = s->clean_stack;
	to->window = s->window;
	say(ctx, to);
}

#endif
