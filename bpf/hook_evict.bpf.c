// SPDX-License-Identifier: GPL-2.0
/* hook_evict.bpf.c - an inode is evicted, and with it all its pages. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_evict.bpf.h"

SEC("fentry/truncate_inode_pages_final")
int BPF_PROG(evict_entry, struct address_space *mapping)
{
	if ((armed != ARMED && !guarding) || knob_tgid || !mapping->nrpages ||
	    !inode_watched(mapping->host))
		return 0;
	return observe_evict(ctx, context_argument(ctx, 0));
}
