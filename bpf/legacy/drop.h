/* SPDX-License-Identifier: GPL-2.0 */
/* drop.h - a page leaves the page cache, or moves within it. */
#ifndef DIRTYWATCH_LEGACY_DROP_H
#define DIRTYWATCH_LEGACY_DROP_H

#include "suspects.h"

#define PAGEVEC_PAGES 15

static __always_inline void drop_fill(struct window *w, __u64 page,
				      const struct sighting_file *file,
				      __u64 ns)
{
	__u64 id = bpf_get_current_pid_tgid();
	struct inode *inode = mapping_inode(file->mapping);
	char comm[WINDOW_COMM_LEN];

	bpf_get_current_comm(comm, sizeof(comm));
	w->drop.ns = ns;
	w->drop.i_size = BPF_CORE_READ(inode, i_size);
	w->drop.pid = id;
	w->drop.tgid = id >> 32;
	w->drop.dirty = !!(page_flags(page) & page_flag(PG_dirty));
	w->drop.unlinked = file->unlinked;
	__builtin_memcpy(w->drop.comm, comm, sizeof(comm));
}

/* A suspect page leaves: `h` says which. Returns whether that was told. */
static __always_inline bool observe_drop(struct pt_regs *ctx,
					 struct handover *h)
{
	struct page_at at = page_place(h->page);
	struct sighting to = { .names = !h->batch };
	struct place place;
	struct suspect *s = suspect_find(&place, at.mapping, at.index);

	if (!s)
		return false;
	if (s->window.page != at.page && s->moved_to != at.page) {
		suspect_vanished(&place); /* replaced, nobody saw how */
		return false;
	}
	to.caller = caller_address(ctx);
	to.stack = stack_id(ctx);
	head_fill(&to.head, SIGHTING_DROP, h->chain);
	read_file(at.mapping, &to.file);
	drop_fill(&s->window, at.page, &to.file, to.head.ns);
	__sync_fetch_and_add(&s->window.bits, WINDOW_DROPPED);
	say_suspect(ctx, &to, s);
	if (s->window.bits & WINDOW_ENDED)
		suspect_take(&place);
	return true;
}

static __always_inline bool page_suspect(__u64 page)
{
	struct page_at at = page_place(page);
	struct place place;

	return suspect_find(&place, at.mapping, at.index);
}

/* One page leaves. */
static __always_inline int observe_single(struct pt_regs *ctx)
{
	__u64 page = PT_REGS_PARM1(ctx);
	struct handover *h;

	if (!any_live() || !page_suspect(page))
		return 0;
	h = handover();
	if (!h)
		return 0;
	h->page = page;
	h->batch = 0;
	h->chain = bpf_ktime_get_ns();
	continue_in(ctx, CONTINUE_DROP);
	return 0;
}

static __always_inline int observe_dropped(struct pt_regs *ctx)
{
	struct handover *h = handover();
	bool told;

	one_copy(h);
	if (!h)
		return 0;
	told = observe_drop(ctx, h);
	if (h->batch)
		continue_in(ctx, CONTINUE_BATCH);
	else if (told)
		say_path(ctx, page_place(h->page).mapping, h->chain);
	return 0;
}

/* Several pages of a file leave at once: go to the next suspect one. */
static __always_inline int observe_batch(struct pt_regs *ctx)
{
	struct pagevec *pages = (struct pagevec *)PT_REGS_PARM2(ctx);
	struct handover *h = handover();
	__u32 count = BPF_CORE_READ(pages, nr);

	one_copy(h);
	if (!h)
		return 0;
#pragma clang loop unroll(full)
	for (__u32 i = 0; i < PAGEVEC_PAGES; i++) {
		__u64 page;

		if (i < h->at)
			continue;
		if (i >= count)
			break;
		page = (__u64)BPF_CORE_READ(pages, pages[i]);
		if (!page_suspect(page))
			continue;
		h->at = i + 1;
		h->page = page;
		continue_in(ctx, CONTINUE_DROP);
	}
	return 0;
}

static __always_inline int observe_several(struct pt_regs *ctx)
{
	struct handover *h;

	if (!any_live())
		return 0;
	h = handover();
	if (!h)
		return 0;
	h->at = 0;
	h->batch = 1;
	h->chain = bpf_ktime_get_ns();
	continue_in(ctx, CONTINUE_BATCH);
	return 0;
}

/* A page is about to be migrated, if that works. */
static __always_inline int observe_migration(struct pt_regs *ctx)
{
	struct page_at at;
	struct place place;
	struct suspect *s;

	if (!any_live())
		return 0;
	at = page_place(PT_REGS_PARM3(ctx));
	s = suspect_find(&place, at.mapping, at.index);
	if (!s)
		return 0;
	/* It may have moved before. */
	if (suspect_stands(s, &place) && s->window.page == at.page)
		s->moved_to = PT_REGS_PARM2(ctx);
	return 0;
}

#endif
