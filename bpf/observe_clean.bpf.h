/* SPDX-License-Identifier: GPL-2.0 */
/* observe_clean.bpf.h - a page was cleaned: by whom, and what follows. */
#ifndef DIRTYWATCH_OBSERVE_CLEAN_BPF_H
#define DIRTYWATCH_OBSERVE_CLEAN_BPF_H

#include "task.bpf.h"
#include "windows.bpf.h"

/* A write call prepares at most this many pages at once, with room to spare. */
#define BATCH_PAGES 1024

/*
 * Look again at the oldest windows of a long write call, so that a rewrite of
 * a large file keeps no more of them than one batch.
 */
static __always_inline void sweep_call(struct call *call, __u64 index)
{
	for (int i = 0; i < 2 && call->swept < index; i++) {
		struct place place;
		struct window *w;

		w = windows_find(&place, call->mapping, call->swept);
		/* A near miss is left for the end, which knows more of it. */
		if (w && w->call == call->id && !(w->bits & WINDOW_RETRIED)) {
			if (page_present(w->page, call->mapping, w->index) &&
			    page_flags(w->page) & page_flag(PG_dirty))
				window_say(&place, w,
					   window_step(w, OBS_DIRTY, 0), NULL,
					   NULL);
			else if (index - call->swept < BATCH_PAGES)
				return;
		}
		call->swept++;
	}
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

/* A write call has cleaned a page. */
static __noinline int observe_suspect(struct call *call,
				      const struct page_at *at,
				      const struct stack_search *search)
{
	struct inode *inode = mapping_inode(at->mapping);
	struct iov_iter *from = call->from;
	struct window new = {
		.page = at->page,
		.index = at->index,
		.call = call->id,
		.clean_ns = bpf_ktime_get_ns(),
	};
	__u64 id = bpf_get_current_pid_tgid();
	struct place place;
	struct window *old;

	old = windows_find(&place, at->mapping, at->index);
	if (old)
		window_say(&place, old,
			   window_step(old, OBS_CLEAN, new.clean_ns), NULL,
			   NULL);
	new.writer.pid = id;
	new.writer.tgid = id >> 32;
	bpf_get_current_comm(new.writer.comm, sizeof(new.writer.comm));
	new.i_size = BPF_CORE_READ(inode, i_size);
	new.left = BPF_CORE_READ(from, count);
	call_note(call, at->mapping, at->index);
	windows_open(at->mapping, &new, search);
	sweep_call(call, at->index);
	return 0;
}

/* Writeback has cleaned a page: if it had a window, it was dirty again. */
static __noinline int observe_written(const struct page_at *at)
{
	struct place place;
	struct window *w;

	w = windows_find(&place, at->mapping, at->index);
	if (w)
		window_say(&place, w, window_step(w, OBS_WRITTEN, 0), NULL,
			   NULL);
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

/* A page was cleaned outside do_writepages(): by whom, says the stack. */
static __always_inline void observe_odd_clean(void *ctx, __u64 page,
					      struct call *call)
{
	struct page_at at = page_place(page);
	struct stack_search search;

	if (stack_classify(ctx, STACK_CLEAN, &search)) {
		go_blind(BLIND_no_stack);
		return;
	}
	switch (search.scope) {
	case SCOPE_WRITEBACK:
		count(COUNT_written);
		if (live)
			observe_written(&at);
		break;
	case SCOPE_WRITE:
		if (!call)
			go_blind(BLIND_unattributed);
		else if (call->muted || armed != ARMED)
			observe_written(&at); /* dirty again, all the same */
		else
			observe_suspect(call, &at, &search);
		break;
	case SCOPE_DISCARD:
		break;
	default:
		observe_unexplained(&search, mapping_inode(at.mapping));
	}
}

/*
 * folio_clear_dirty_for_io(), whose context this is, returned `cleaned` for
 * this page of a watched file.
 */
static __always_inline int observe_clean(void *ctx, __u64 page, bool cleaned)
{
	struct task_state *task = task_known();
	struct call *call = task && task->call.id ? &task->call : NULL;

	if (!cleaned) {
		if (call && call->suspects) {
			struct page_at at = page_place(page);

			observe_retry(call, &at);
		}
	} else if (task && task->writeback) {
		count(COUNT_written);
		if (live) {
			struct page_at at = page_place(page);

			observe_written(&at);
		}
	} else {
		observe_odd_clean(ctx, page, call);
	}
	return 0;
}

#endif
