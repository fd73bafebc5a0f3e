// SPDX-License-Identifier: GPL-2.0
/* hook_add.bpf.c - a page enters the page cache; attached after a loss only. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_add.bpf.h"

SEC("tp_btf/mm_filemap_add_to_page_cache")
int BPF_PROG(add, struct folio *folio)
{
	if (!following || !inode_watched(folio->mapping->host))
		return 0;
	return observe_add(context_argument(ctx, 0));
}

SEC("raw_tp/mm_filemap_add_to_page_cache")
int add_raw(struct bpf_raw_tracepoint_args *ctx)
{
	struct folio *folio = (struct folio *)context_argument(ctx, 0);

	if (!following ||
	    !mapping_watched((__u64)BPF_CORE_READ(folio, mapping)))
		return 0;
	return observe_add((__u64)folio);
}
