/* SPDX-License-Identifier: GPL-2.0 */
/* clean.h - a page is about to be cleaned: by whom, and what follows. */
#ifndef DIRTYWATCH_LEGACY_CLEAN_H
#define DIRTYWATCH_LEGACY_CLEAN_H

#include "call.h"
#include "caller.h"

/* A write call prepares at most this many pages at once, with room to spare. */
#define BATCH_PAGES 1024

static __always_inline struct call *current_call(void)
{
	__u32 pid = current_thread();
	struct call *call = bpf_map_lookup_elem(&calls, &pid);

	one_copy(call);
	return call;
}

/* Is the suspect at this place dirty again, or no more? */
static __always_inline bool sweep_place(const struct call *call,
					const struct place *place)
{
	struct suspect *s = suspect_at(place);

	if (!s || s->window.call != call->id)
		return true;
	/* What a near miss is, the end of the call decides. */
	if (s->window.bits || !page_stands(s->window.page, place) ||
	    !(page_flags(s->window.page) & page_flag(PG_dirty)))
		return false;
	count(COUNT_rewritten);
	suspect_take(place);
	return true;
}

/*
 * Look again at the oldest suspect of a long write call, so that a rewrite of
 * a large file keeps no more of them than one batch. One that stays goes to
 * the end of the line.
 */
static __always_inline void sweep_call(struct call *call)
{
	struct turn turn = { .pid = current_thread(), .number = call->first };
	__u64 *at = bpf_map_lookup_elem(&turns, &turn);
	struct place place = { .mapping = call->mapping };
	__u64 slot;

	one_copy(at);
	if (!at)
		return;
	slot = place.index_slot = *at;
	if (!sweep_place(call, &place)) {
		if (call->next - call->first < BATCH_PAGES)
			return;
		turn.number = call->next++;
		if (bpf_map_update_elem(&turns, &turn, &slot, BPF_ANY))
			go_blind(BLIND_map_full);
		turn.number = call->first;
	}
	bpf_map_delete_elem(&turns, &turn);
	call->first++;
}

/*
 * A call whose arguments are not what they were taken for would show here: its
 * page is not one that it was asked to write.
 */
static __always_inline bool call_has(const struct call *call, __u64 index)
{
	if (call->form == FORM_KIOCB)
		return true;
	return index >= call->pos >> WINDOW_PAGE_SHIFT &&
	       index <= (call->pos + call->length - 1) >> WINDOW_PAGE_SHIFT;
}

/* Take note of it for the end of its call. */
static __always_inline int call_note(struct call *call,
				     const struct place *place)
{
	struct turn turn = { .pid = current_thread(), .number = call->next };
	__u64 slot = place->index_slot;

	if (bpf_map_update_elem(&turns, &turn, &slot, BPF_ANY))
		return -1;
	call->mapping = place->mapping;
	call->next++;
	return 0;
}

/* Put a new window into a free slot of its place. */
static __always_inline void suspect_open(struct call *call, struct place *place,
					 const struct suspect *s, __u64 index)
{
	int err;

	place->index_slot = index * WINDOW_SLOTS;
	err = bpf_map_update_elem(&suspects, place, s, BPF_NOEXIST);
	if (err == -EEXIST) {
		place->index_slot = index * WINDOW_SLOTS + 1;
		err = bpf_map_update_elem(&suspects, place, s, BPF_NOEXIST);
	}
	if (err == -EEXIST) {
		go_blind(BLIND_crowded);
	} else if (err) {
		go_blind(BLIND_map_full);
	} else {
		live_add(1);
		count(COUNT_suspects);
		if (call_note(call, place)) {
			go_blind(BLIND_map_full);
			suspect_take(place);
		}
	}
}

/* A write call has cleaned a page. */
static __always_inline void observe_suspect(struct pt_regs *ctx,
					    struct call *call,
					    const struct page_at *at)
{
	struct suspect s = { .clean_stack = stack_id(ctx) };
	struct inode *inode = mapping_inode(at->mapping);
	struct place place = { .mapping = at->mapping };
	__u64 id = bpf_get_current_pid_tgid();

	s.window.page = at->page;
	s.window.index = at->index;
	s.window.call = call->id;
	s.window.clean_ns = bpf_ktime_get_ns();
	s.window.i_size = BPF_CORE_READ(inode, i_size);
	s.window.left = call_to_copy(call);
	s.window.writer.pid = id;
	s.window.writer.tgid = id >> 32;
	bpf_get_current_comm(s.window.writer.comm, WINDOW_COMM_LEN);
	suspect_open(call, &place, &s, at->index);
}

/* A write call of a suspect page found it clean: did it clean it before? */
static __always_inline void observe_retry(const struct page_at *at)
{
	struct call *call = current_call();
	struct place place;
	struct suspect *s;

	if (!call || call->first == call->next)
		return;
	s = suspect_find(&place, at->mapping, at->index);
	if (!s || s->window.call != call->id || s->window.bits)
		return;
	s->window.retry_ns = bpf_ktime_get_ns();
	__sync_fetch_and_add(&s->window.bits, WINDOW_RETRIED);
}

/* It had a window: then it was dirty again. Returns whether that was told. */
static __always_inline bool observe_dirty(struct pt_regs *ctx,
					  const struct page_at *at, __u64 chain)
{
	struct sighting to = { .stack = -1, .names = 1 };
	struct place place;
	struct suspect *s;

	s = suspect_find(&place, at->mapping, at->index);
	if (!s)
		return false;
	if (!suspect_was_open(&s->window)) {
		count(COUNT_rewritten);
		suspect_take(&place);
		return false;
	}
	head_fill(&to.head, SIGHTING_DIRTY, chain);
	read_file(at->mapping, &to.file);
	say_suspect(ctx, &to, s);
	suspect_take(&place);
	return true;
}

/* The stack says more than its last frame, and is read on the other side. */
static __always_inline void observe_unknown(struct pt_regs *ctx,
					    const struct page_at *at,
					    __u64 chain)
{
	struct sighting to = { .caller = caller_address(ctx), .names = 1 };
	__u64 id = bpf_get_current_pid_tgid();

	to.stack = stack_id(ctx);
	to.clean_stack = -1;
	head_fill(&to.head, SIGHTING_UNEXPLAINED, chain);
	read_file(at->mapping, &to.file);
	to.window.index = at->index;
	to.window.writer.pid = id;
	to.window.writer.tgid = id >> 32;
	bpf_get_current_comm(to.window.writer.comm, WINDOW_COMM_LEN);
	say(ctx, &to);
}

static __always_inline void observe_written(struct pt_regs *ctx,
					    const struct legacy_knobs *k,
					    struct page_at *at)
{
	struct call *call = current_call();

	if (!call || !call_has(call, at->index)) {
		go_blind(BLIND_unattributed);
	} else if (!call->muted && k->armed == ARMED) {
		/* Not this page too, which is still dirty. */
		sweep_call(call);
		sweep_call(call);
		observe_suspect(ctx, call, at);
	}
}

/* A dirty page of a watched file is about to be cleaned. */
static __always_inline void observe_cleaned(struct pt_regs *ctx,
					    const struct legacy_knobs *k,
					    struct page_at *at)
{
	__u32 scope = caller_scope(caller_address(ctx), k->frames);
	__u64 chain = bpf_ktime_get_ns();
	bool told = any_live() && observe_dirty(ctx, at, chain);

	switch (scope) {
	case SCOPE_WRITEBACK:
		count(COUNT_written);
		break;
	case SCOPE_WRITE:
		observe_written(ctx, k, at);
		break;
	case SCOPE_DISCARD:
		break;
	default:
		observe_unknown(ctx, at, chain);
		told = true;
	}
	if (told)
		say_path(ctx, at->mapping, chain);
}

/* The page is locked: what its dirty bit is now, the function will find. */
static __always_inline int observe_clean(struct pt_regs *ctx)
{
	struct legacy_knobs *k = knobs_read();
	struct page_at at;

	if (!k || !k->armed)
		return 0;
	at = page_place(PT_REGS_PARM1(ctx));
	if (!mapping_watched(k, at.mapping))
		return 0;
	if (page_flags(at.page) & page_flag(PG_dirty))
		observe_cleaned(ctx, k, &at);
	else if (any_live())
		observe_retry(&at);
	return 0;
}

#endif
