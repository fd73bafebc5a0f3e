// SPDX-License-Identifier: GPL-2.0
/*
 * hook_overwrite_kprobe.bpf.c - hook_overwrite.bpf.c without trampolines. What
 * sleeps has no result then: a probe on its return could be missed.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_overwrite.bpf.h"

SEC("kprobe")
int BPF_KPROBE(direct_done_kprobe, struct iomap_dio *dio)
{
	return awaited ? observe_direct_done(dio) : 0;
}

SEC("kprobe")
int BPF_KPROBE(dedupe_kprobe, struct file *source, s64 from, struct file *file,
	       s64 to, s64 len)
{
	return live ? observe_dedupe_unseen(file, to, len) : 0;
}
