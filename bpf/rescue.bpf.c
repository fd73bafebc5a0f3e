// SPDX-License-Identifier: GPL-2.0
/* rescue.bpf.c - see rescue.bpf.h; the one place that writes contents. */
#include "vmlinux.h"
#include "cache.bpf.h"
#include "rescue.bpf.h"

/*
 * Where the content of a page lies: its place in the array of all of them,
 * counted in pages, in the kernel's view of all memory. 0: not known. By plain
 * numbers that were read: no verifier takes arithmetic on its own pointers.
 * Linux: page_to_virt(), x86-64.
 */
static __always_inline __u64 content_address(__u64 page)
{
	__u64 map = 0, pages = 0;

	if (!knob_direct_map || !knob_page_array ||
	    bpf_probe_read_kernel(&map, sizeof(map), (void *)knob_direct_map) ||
	    bpf_probe_read_kernel(&pages, sizeof(pages),
				  (void *)knob_page_array) ||
	    page < pages)
		return 0;
	return map + ((page - pages) / bpf_core_type_size(struct page)
		      << WINDOW_PAGE_SHIFT);
}

/* Broken memory leaves the cache like any other: to read it is fatal. */
static __always_inline bool page_poisoned(__u64 page)
{
	/* Its own flags: a page has them where a folio has its first one's. */
	return bpf_core_enum_value_exists(enum pageflags, PG_hwpoison) &&
	       folio_flags(page) & page_flag(PG_hwpoison);
}

/* Fills *c. Returns enum rescue: `sent` if it may be. */
static __always_inline int content_fill(struct content *c,
					const struct content_ask *ask,
					__u64 address)
{
	struct folio_at f = { 0 };

	c->page = ask->page;
	c->index = ask->index;
	c->clean_ns = ask->clean_ns;
	c->mapping = ask->mapping;
	c->part = ask->part;
	c->pad = 0;
	c->ns = bpf_ktime_get_ns();
	if (bpf_probe_read_kernel(c->bytes, sizeof(c->bytes), (void *)address))
		return RESCUE_unreadable;
	if (ask->mapping &&
	    !page_present(&f, ask->at, ask->mapping, ask->index))
		return RESCUE_unreadable;
	return RESCUE_sent;
}

int content_send(const struct content_ask *ask)
{
	struct content *c;
	__u64 address;
	int rescue;

	if (!ask)
		return RESCUE_unsupported;
	address = content_address(ask->at);
	if (!address)
		return RESCUE_unsupported;
	if (page_poisoned(ask->at))
		return RESCUE_hwpoison;
	c = bpf_ringbuf_reserve(&contents, sizeof(*c), 0);
	if (!c)
		return RESCUE_ring_full;
	rescue = content_fill(c, ask, address);
	/* A record that follows wakes the reader. */
	if (rescue == RESCUE_sent)
		bpf_ringbuf_submit(c, BPF_RB_NO_WAKEUP);
	else
		bpf_ringbuf_discard(c, BPF_RB_NO_WAKEUP);
	return rescue;
}
