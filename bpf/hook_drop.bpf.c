// SPDX-License-Identifier: GPL-2.0
/* hook_drop.bpf.c - a page leaves the page cache, or moves within it. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_drop.bpf.h"

SEC("tp_btf/mm_filemap_delete_from_page_cache")
int BPF_PROG(drop, struct folio *folio)
{
	return live ? observe_drop(ctx, context_argument(ctx, 0)) : 0;
}

/* Newer kernels have it in this one: the other is for other callers then. */
SEC("fexit/__folio_migrate_mapping")
int BPF_PROG(inner_migrate_exit, struct address_space *mapping,
	     struct folio *newfolio, struct folio *folio, int extra, int err)
{
	return live && !err ? observe_move(context_argument(ctx, 1)) : 0;
}

SEC("fexit/folio_migrate_mapping")
int BPF_PROG(migrate_exit, struct address_space *mapping,
	     struct folio *newfolio, struct folio *folio, int extra, int err)
{
	return live && !err ? observe_move(context_argument(ctx, 1)) : 0;
}
