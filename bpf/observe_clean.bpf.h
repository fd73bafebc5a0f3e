/* SPDX-License-Identifier: GPL-2.0 */
/* observe_clean.bpf.h - a page was cleaned: by whom, and what follows. */
#ifndef DIRTYWATCH_OBSERVE_CLEAN_BPF_H
#define DIRTYWATCH_OBSERVE_CLEAN_BPF_H

#include "loop.bpf.h"
#include "windows.bpf.h"

/* A write call prepares at most this many pages at once, with room to spare. */
#define BATCH_PAGES 1024

/*
 * Look again at the oldest windows of a long write call, so that a rewrite of
 * a large file keeps no more of them than one batch.
 */
static __noinline int sweep_call(struct call *call, __u64 index)
{
	for (int i = 0; i < 2 && call->swept < index; i++) {
		struct folio_at f;
		struct place place;
		struct window *w;

		w = windows_find(&place, call->mapping, call->swept);
		/* A near miss is left for the end, which knows more of it. */
		if (w && w->call == call->id && !(w->bits & WINDOW_RETRIED)) {
			if (page_present(&f, w->page, call->mapping,
					 w->index) &&
			    page_flags(&f, w->index) & page_flag(PG_dirty))
				window_say(&place, w,
					   window_step(w, OBS_DIRTY, 0), 0,
					   NULL);
			else if (index - call->swept < BATCH_PAGES)
				return 0;
		}
		call->swept++;
	}
	return 0;
}

static __always_inline void call_note(struct call *call, __u64 mapping,
				      __u64 index)
{
	if (!call->suspects) {
		call->mapping = mapping;
		call->first = call->last = call->swept = index;
	}
	call->suspects++;
	call->first = window_min(call->first, index);
	if (index > call->last)
		call->last = index;
	call->swept = window_min(call->swept, index);
}

/* Functions of their own: what one has on its stack, the others need not. */
static __noinline int suspect_open(const struct call *call,
				   const struct page_at *at,
				   const struct stack_search *search)
{
	struct inode *inode = mapping_inode(at->mapping);
	struct iov_iter *from = call->from;
	__u64 id = bpf_get_current_pid_tgid();
	struct window new = {
		.page = at->page,
		.index = at->index,
		.call = call->id,
		.clean_ns = bpf_ktime_get_ns(),
	};

	new.writer.pid = id;
	new.writer.tgid = id >> 32;
	bpf_get_current_comm(new.writer.comm, sizeof(new.writer.comm));
	new.i_size = BPF_CORE_READ(inode, i_size);
	new.left = BPF_CORE_READ(from, count);
	windows_open(at->mapping, &new, search);
	return 0;
}

static __noinline int suspect_again(const struct page_at *at)
{
	struct place place;
	struct window *old;

	old = windows_find(&place, at->mapping, at->index);
	if (old)
		window_say(&place, old, window_step(old, OBS_CLEAN, 0), 0,
			   NULL);
	return 0;
}

/* A write call has cleaned a page, and below `first` all of those before. */
static __always_inline void observe_suspect(struct call *call,
					    const struct page_at *at,
					    __u64 first,
					    const struct stack_search *search)

{
	suspect_again(at);
	call_note(call, at->mapping, at->index);
	suspect_open(call, at, search);
	sweep_call(call, first);
}

/* Writeback has cleaned a page: if it had a window, it was dirty again. */
static __noinline int observe_written(const struct page_at *at)
{
	struct place place;
	struct window *w;

	w = windows_find(&place, at->mapping, at->index);
	if (w)
		window_say(&place, w, window_step(w, OBS_WRITTEN, 0), 0, NULL);
	return 0;
}

/* A write call found a page clean: did it clean that page before? */
static __noinline int observe_retry(struct call *call, const struct page_at *at)
{
	struct place place;
	struct window *w;

	w = windows_find(&place, at->mapping, at->index);
	if (w && w->call == call->id)
		window_step(w, OBS_RETRY, bpf_ktime_get_ns());
	return 0;
}

static __noinline int observe_unexplained(const struct stack_search *search,
					  struct inode *inode)
{
	struct record *record;

	count(COUNT_unexplained);
	go_blind(BLIND_unexplained);
	record = record_reserve();
	if (!record) {
		go_blind(BLIND_ring_full);
		return 0;
	}
	record_fill(record, RECORD_UNEXPLAINED, inode, NULL, search);
	record_task(record);
	record_send(record);
	return 0;
}

/*
 * Pages were cleaned outside do_writepages(): by whom, says the stack. Returns
 * SCOPE_WRITE if they are suspects, SCOPE_WRITEBACK if they had been dirty, and
 * are all right or nobody's concern, else SCOPE_NONE.
 */
static __always_inline enum scope clean_scope(void *ctx,
					      struct task_state *task,
					      const struct call *call,
					      __u64 mapping, __u64 pages,
					      struct stack_search *search)
{
	if (!call && loop_goes_on(ctx, task, mapping)) {
		count_more(COUNT_written, pages);
		return SCOPE_WRITEBACK;
	}
	if (stack_classify(ctx, STACK_CLEAN, search)) {
		go_blind(BLIND_no_stack);
		return SCOPE_NONE;
	}
	switch (search->scope) {
	case SCOPE_WRITEBACK:
		count_more(COUNT_written, pages);
		if (!call)
			loop_begin(ctx, mapping);
		return SCOPE_WRITEBACK;
	case SCOPE_DISCARD:
		return SCOPE_WRITEBACK;
	case SCOPE_WRITE:
		if (!call) {
			go_blind(BLIND_unattributed);
			return SCOPE_NONE;
		}
		return call->muted || armed != ARMED ? SCOPE_WRITEBACK
						     : SCOPE_WRITE;
	}
	observe_unexplained(search, mapping_inode(mapping));
	return SCOPE_NONE;
}

/* A folio of one page was cleaned outside do_writepages(). */
static __always_inline void observe_odd_clean(void *ctx,
					      struct task_state *task,
					      struct call *call,
					      const struct page_at *at)
{
	struct stack_search search;

	switch (clean_scope(ctx, task, call, at->mapping, 1, &search)) {
	case SCOPE_WRITE:
		observe_suspect(call, at, at->index, &search);
		break;
	case SCOPE_WRITEBACK:
		if (live)
			observe_written(at);
		break;
	default:
		break;
	}
}

/* Where a folio stands that is one page. */
static __always_inline struct page_at lone_page(__u64 page)
{
	struct folio *folio = (struct folio *)page;
	struct page_at at = { .page = page };

	at.mapping = (__u64)BPF_CORE_READ(folio, mapping);
	at.index = BPF_CORE_READ(folio, index);
	return at;
}

/*
 * folio_clear_dirty_for_io(), whose context this is, returned `cleaned` for
 * this folio, which is one page of a watched file.
 */
static __always_inline int observe_clean(void *ctx, __u64 page, bool cleaned)
{
	struct task_state *task = task_known();
	struct call *call = task_call(task);
	struct page_at at;

	if (!cleaned) {
		if (call && call->suspects) {
			at = lone_page(page);
			observe_retry(call, &at);
		}
	} else if (task && task->writeback) {
		count(COUNT_written);
		if (live) {
			at = lone_page(page);
			observe_written(&at);
		}
	} else {
		at = lone_page(page);
		observe_odd_clean(ctx, task, call, &at);
	}
	return 0;
}

#endif
