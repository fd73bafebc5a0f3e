// SPDX-License-Identifier: GPL-2.0
/* hook_evict_kprobe.bpf.c - hook_evict.bpf.c without a trampoline. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_evict.bpf.h"

SEC("kprobe")
int BPF_KPROBE(evict_kprobe, struct address_space *mapping)
{
	if ((armed != ARMED && !guarding) || knob_tgid ||
	    !BPF_CORE_READ(mapping, nrpages) ||
	    !mapping_watched((__u64)mapping))
		return 0;
	return observe_evict(ctx, (__u64)mapping);
}
