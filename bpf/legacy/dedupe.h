/* SPDX-License-Identifier: GPL-2.0 */
/*
 * dedupe.h - a dedupe may put on disk what a stranded page holds. Which pages
 * it was about is not followed here: those of the filesystem are in doubt. It
 * may have to wait for the write call, so it is noted whatever is open now.
 */
#ifndef DIRTYWATCH_LEGACY_DEDUPE_H
#define DIRTYWATCH_LEGACY_DEDUPE_H

#include "page.h"

/* A range of a dedupe begins; the first argument is its source. */
static __always_inline int observe_dedupe(struct pt_regs *ctx)
{
	struct file *file = (struct file *)PT_REGS_PARM1(ctx);
	__u32 dev = BPF_CORE_READ(file, f_mapping, host, i_sb, s_dev);
	__u64 now = bpf_ktime_get_ns();

	if (bpf_map_update_elem(&dedupes, &dev, &now, BPF_ANY))
		go_blind(BLIND_direct_io);
	return 0;
}

#endif
