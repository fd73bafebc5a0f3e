// SPDX-License-Identifier: GPL-2.0
/*
 * hook_overwrite.bpf.c - direct and encoded writes, clones and dedupes begin
 * and end.
 */
#include "vmlinux.h"
#include <bpf/bpf_tracing.h>
#include "observe_overwrite.bpf.h"

/* It has more arguments than fentry can hand on. */
SEC("kprobe")
int BPF_KPROBE(direct_entry, struct kiocb *iocb)
{
	return live ? observe_direct(iocb) : 0;
}

/* At its entry: at its exit `dio` is free. */
SEC("fentry/iomap_dio_complete")
int BPF_PROG(direct_done, struct iomap_dio *dio)
{
	return awaited ? observe_direct_done(dio) : 0;
}

SEC("fexit/btrfs_do_encoded_write")
int BPF_PROG(encoded_exit, struct kiocb *iocb, struct iov_iter *from,
	     const struct encoded_io *encoded, long result)
{
	return awaited ? observe_encoded(iocb, encoded, result) : 0;
}

SEC("fexit/vfs_clone_file_range")
int BPF_PROG(clone_exit, struct file *source, s64 from, struct file *file,
	     s64 to, s64 len, unsigned int flags, s64 done)
{
	return awaited ? observe_replaced(file, to, done) : 0;
}

/* What the above calls where it is a function of its own, and others too. */
SEC("fexit/do_clone_file_range")
int BPF_PROG(inner_clone_exit, struct file *source, s64 from, struct file *file,
	     s64 to, s64 len, unsigned int flags, s64 done)
{
	return awaited ? observe_replaced(file, to, done) : 0;
}

/* It clones if it can, and copies else: both replace. */
SEC("fexit/vfs_copy_file_range")
int BPF_PROG(copy_exit, struct file *source, s64 from, struct file *file,
	     s64 to, u64 len, unsigned int flags, s64 done)
{
	return awaited ? observe_replaced(file, to, done) : 0;
}

SEC("fentry/vfs_dedupe_file_range_one")
int BPF_PROG(dedupe_entry)
{
	return live ? observe_dedupe() : 0;
}

SEC("fexit/vfs_dedupe_file_range_one")
int BPF_PROG(dedupe_exit, struct file *source, s64 from, struct file *file,
	     s64 to, s64 len, unsigned int flags, s64 done)
{
	return live ? observe_deduped(source, from, file, to, done) : 0;
}
