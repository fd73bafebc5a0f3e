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

/* Called when the new page has taken the place of the old one, and then only.
 */
SEC("fentry/folio_migrate_flags")
int BPF_PROG(migrate, struct folio *newfolio)
{
	return live ? observe_move(context_argument(ctx, 0)) : 0;
}
