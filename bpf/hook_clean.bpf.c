// SPDX-License-Identifier: GPL-2.0
/* hook_clean.bpf.c - a page's dirty bit was there to be cleared, or not. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_blocks.bpf.h"

/* Of a typed pointer: read as memory, and cheaper than by a helper. */
static __always_inline __u64 typed_flags(struct folio *folio)
{
	if (bpf_core_field_exists(struct folio___memdesc, flags.f))
		return ((struct folio___memdesc *)folio)->flags.f;
	return folio->flags;
}

SEC("fexit/folio_clear_dirty_for_io")
int BPF_PROG(clean_exit, struct folio *folio, __u8 cleaned)
{
	struct address_space *mapping;
	__u64 flags = typed_flags(folio);

	/* The page of a swap cache: its mapping is none. */
	if (flags & page_flag(PG_swapbacked))
		return 0;
	mapping = folio->mapping;
	if (!armed || (!cleaned && !live) || !mapping ||
	    !inode_watched(mapping->host))
		return 0;
	if (flags & page_flag(PG_head))
		return observe_folio_clean(ctx, context_argument(ctx, 0),
					   cleaned);
	return observe_clean(ctx, context_argument(ctx, 0), cleaned);
}
