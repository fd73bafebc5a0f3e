// SPDX-License-Identifier: GPL-2.0
/*
 * hook_guard.bpf.c - a page leaves the page cache, of which nothing else was
 * seen: in the place of hook_drop.bpf.c where the guard stands alone.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_unsent.bpf.h"

/*
 * A function of its own: the other path then saves no registers for it. What is
 * cut off from a file is most of what comes here, and goes soonest.
 */
static __noinline int guard_marked(unsigned long long *ctx)
{
	struct folio *folio = (struct folio *)ctx[0];
	struct inode *inode = folio->mapping->host;
	bool beyond = folio->index << WINDOW_PAGE_SHIFT >= (__u64)inode->i_size;

	if (!inode_watched(inode) || (beyond && !live))
		return 0;
	return observe_guarded(ctx, context_argument(ctx, 0), beyond);
}

/*
 * A page with a window is marked, too, until it is written back. Only where a
 * folio has blocks does that of another block take the mark away; large folios
 * of btrfs are younger than this field.
 */
static __always_inline bool nothing_to_see(__u32 xa_flags)
{
	return xa_flags < XA_MARKS &&
	       !(bpf_core_field_exists(struct folio, _nr_pages) && live);
}

/*
 * All that a page costs whose file has no dirty page, nor one in writeback: two
 * loads of typed pointers, which are cheaper than a helper's.
 */
SEC("tp_btf/mm_filemap_delete_from_page_cache")
int BPF_PROG(guard, struct folio *folio)
{
	if (nothing_to_see(folio->mapping->i_pages.xa_flags))
		return 0;
	return guard_marked(ctx);
}

SEC("raw_tp/mm_filemap_delete_from_page_cache")
int guard_raw(struct bpf_raw_tracepoint_args *ctx)
{
	struct folio *folio = (struct folio *)context_argument(ctx, 0);
	struct address_space *mapping = BPF_CORE_READ(folio, mapping);
	__u64 start = BPF_CORE_READ(folio, index) << WINDOW_PAGE_SHIFT;

	if (nothing_to_see(BPF_CORE_READ(mapping, i_pages.xa_flags)) ||
	    !mapping_watched((__u64)mapping))
		return 0;
	return observe_guarded(
		ctx, (__u64)folio,
		start >= (__u64)BPF_CORE_READ(mapping, host, i_size));
}
