// SPDX-License-Identifier: GPL-2.0
/* hook_blocks.bpf.c - some blocks of a large folio are about to be cleaned. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_blocks.bpf.h"

SEC("fentry/btrfs_subpage_clear_and_test_dirty")
int BPF_PROG(block_entry, const void *info, struct folio *folio, __u64 start,
	     __u32 len)
{
	if (!armed || !folio_watched(context_argument(ctx, 1)))
		return 0;
	return observe_block_clean(ctx, context_argument(ctx, 1), start, len);
}

/* Without module BTF. */
SEC("kprobe")
int BPF_KPROBE(block_entry_kprobe, const void *info, struct folio *folio,
	       __u64 start, __u32 len)
{
	if (!armed || !folio_watched((__u64)folio))
		return 0;
	return observe_block_clean(ctx, (__u64)folio, start, len);
}
