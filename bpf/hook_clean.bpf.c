// SPDX-License-Identifier: GPL-2.0
/* hook_clean.bpf.c - a page's dirty bit was there to be cleared, or not. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_clean.bpf.h"

SEC("fexit/folio_clear_dirty_for_io")
int BPF_PROG(clean_exit, struct folio *folio, __u8 cleaned)
{
	struct address_space *mapping;

	/* The page of a swap cache: its mapping is none. */
	if (folio->flags & page_flag(PG_swapbacked))
		return 0;
	mapping = folio->mapping;
	if (!armed || (!cleaned && !live) || !mapping ||
	    !inode_watched(mapping->host))
		return 0;
	return observe_clean(ctx, context_argument(ctx, 0), cleaned);
}
