// SPDX-License-Identifier: GPL-2.0
/*
 * hook_clean_kprobe.bpf.c - hook_clean.bpf.c without a trampoline: before the
 * page's dirty bit is cleared. The page is locked, so the bit decides.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_blocks.bpf.h"

SEC("kprobe")
int BPF_KPROBE(clean_kprobe, struct folio *folio)
{
	__u64 flags, dirty;

	if (!armed || !mapping_watched((__u64)BPF_CORE_READ(folio, mapping)))
		return 0;
	flags = folio_flags((__u64)folio);
	dirty = flags & page_flag(PG_dirty);
	if (!dirty && !live)
		return 0;
	if (flags & page_flag(PG_head))
		return observe_folio_clean(ctx, (__u64)folio, dirty);
	return observe_clean(ctx, (__u64)folio, dirty);
}
