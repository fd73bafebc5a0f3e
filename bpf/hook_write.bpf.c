// SPDX-License-Identifier: GPL-2.0
/* hook_write.bpf.c - a btrfs buffered write begins and ends. */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_call.bpf.h"

SEC("fentry/btrfs_buffered_write")
int BPF_PROG(write_entry, struct kiocb *iocb, struct iov_iter *from)
{
	return observe_call(iocb, from);
}

SEC("fexit/btrfs_buffered_write")
int BPF_PROG(write_exit, struct kiocb *iocb, struct iov_iter *from, long result)
{
	return observe_return(result);
}

/* Without module BTF: the function's first byte, the byte behind its call. */
SEC("kprobe")
int BPF_KPROBE(write_entry_kprobe, struct kiocb *iocb, struct iov_iter *from)
{
	return observe_call(iocb, from);
}

SEC("kprobe")
int BPF_KPROBE(write_return_kprobe)
{
	return observe_return(PT_REGS_RC(ctx));
}
