// SPDX-License-Identifier: GPL-2.0
/* floor.bpf.c - the naive set of hooks, with nothing in them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("fentry/btrfs_buffered_write")
int write_entry(void *ctx)
{
	return 0;
}

SEC("fexit/btrfs_buffered_write")
int write_exit(void *ctx)
{
	return 0;
}

SEC("fexit/folio_clear_dirty_for_io")
int clean_exit(void *ctx)
{
	return 0;
}

SEC("tp_btf/mm_filemap_delete_from_page_cache")
int removal(void *ctx)
{
	return 0;
}

SEC("fentry/folio_unlock")
int unlock(void *ctx)
{
	return 0;
}
