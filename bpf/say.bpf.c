// SPDX-License-Identifier: GPL-2.0
/* say.bpf.c - a verdict is counted and sent, and the window ends with it; the
 * user side is woken. */
#include "vmlinux.h"
#include "windows.bpf.h"

static __always_inline bool window_was_stranded(const struct window *w)
{
	return w->bits & WINDOW_ENDED && !w->end.dirty && !w->end.locked &&
	       (!(w->bits & WINDOW_DROPPED) || w->drop.ns > w->end.ns);
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
	if (v != VERDICT_STRANDED && window_was_stranded(w))
		record->flags |= RECORD_WAS_STRANDED;
}

/* Does this verdict end the window, and was somebody else there first? */
static __always_inline bool window_gone(const struct place *place,
					enum verdict v)
{
	return v >= VERDICT_REWRITTEN && windows_take(place);
}

/*
 * Is it of no consequence? Such a near miss takes back nothing that was said:
 * it is detail, which gives way in a storm, and is counted.
 */
static __always_inline bool is_detail(const struct window *w, enum verdict v)
{
	return v == VERDICT_NEAR_MISS && !(w->bits & WINDOW_DROPPED) &&
	       !window_was_stranded(w);
}

/* Of a verdict for which there is no record, or no room for one. */
static __always_inline void say_in_short(const struct place *place,
					 const struct window *w, enum verdict v)
{
	if (v == VERDICT_SUPERSEDED)
		losses_settle(place->mapping, w, v, false);
	if (window_gone(place, v))
		return;
	count(verdict_counter(v));
	if (v == VERDICT_REWRITTEN)
		return;
	if (is_detail(w, v))
		count(COUNT_left_out);
	else
		go_blind(BLIND_ring_full);
}

static __always_inline void say(const struct place *place,
				const struct window *w, enum verdict v,
				struct dentry *dentry,
				const struct stack_search *search)
{
	struct record *record = record_reserve();

	if (!record) {
		say_in_short(place, w, v);
		return;
	}
	/* Filled while the window is still in the table, and so still ours. */
	window_record(record, place, w, v, dentry, search);
	if (window_gone(place, v)) {
		record_discard(record);
		return;
	}
	count(verdict_counter(v));
	if (record->window.bits & WINDOW_DROPPED)
		losses_settle(place->mapping, &record->window, v,
			      record->trail.followed);
	record_send(record);
}

/*
 * The kernel checks it by itself, and then knows nothing of its arguments: on
 * 6.1 what they point to can be no key.
 */
int window_say(const struct place *place, const struct window *w, __u32 v,
	       __u64 dentry, const struct stack_search *search)
{
	struct place at;

	if (v == VERDICT_OPEN || !place || !w)
		return 0;
	at = *place;
	if (verdict_counter(v) < 0) { /* what led here was not seen */
		go_blind(BLIND_vanished);
		windows_take(&at);
	} else if (v == VERDICT_REWRITTEN ||
		   (is_detail(w, v) && ring_fills())) {
		say_in_short(&at, w, v);
	} else {
		say(&at, w, v, (struct dentry *)dentry, search);
	}
	return 0;
}

/* Once a look, whatever happens how often. */
int wake_user(void)
{
	calm = 0;
	ring_nudge();
	return 0;
}
