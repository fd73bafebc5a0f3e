// SPDX-License-Identifier: GPL-2.0
/*
 * hook_drop_kprobe.bpf.c - hook_drop.bpf.c without trampolines: by the
 * tracepoint as such, or by the functions that have it.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_drop.bpf.h"

SEC("raw_tp/mm_filemap_delete_from_page_cache")
int drop_raw(struct bpf_raw_tracepoint_args *ctx)
{
	return live ? observe_drop(ctx, context_argument(ctx, 0)) : 0;
}

SEC("kprobe")
int BPF_KPROBE(drop_kprobe)
{
	return live ? observe_drop(ctx, PT_REGS_PARM1(ctx)) : 0;
}

SEC("kprobe")
int BPF_KPROBE(drop_batch_kprobe)
{
	return live ? observe_drop_batch(ctx, PT_REGS_PARM2(ctx)) : 0;
}

SEC("kprobe")
int BPF_KPROBE(migrate_kprobe)
{
	return live ? observe_move(PT_REGS_PARM1(ctx)) : 0;
}
