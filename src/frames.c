// SPDX-License-Identifier: GPL-2.0
/*
 * frames.c - what a function's presence in a stack proves. Not every kernel
 * has every name: some are older or newer, some are inlined into their caller,
 * which then stands in the stack in their place.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "frames.h"

struct row {
	const char *symbol;
	__u32 scope;
	__u32 way;
};

static const struct row rows[] = {
	/* A buffered write. */
	{ "btrfs_buffered_write", SCOPE_WRITE, 0 },
	{ "lock_and_cleanup_extent", SCOPE_WRITE, 0 },
	{ "lock_and_cleanup_extent_if_need", SCOPE_WRITE, 0 },
	{ "prepare_pages", SCOPE_WRITE, 0 },
	/* From about 6.15 on: one folio at a time. */
	{ "prepare_one_folio", SCOPE_WRITE, 0 },
	{ "copy_one_range", SCOPE_WRITE, 0 },
	{ "btrfs_dirty_pages", SCOPE_WRITE, 0 },
	{ "btrfs_dirty_folio", SCOPE_WRITE, 0 },
	{ "__btrfs_buffered_write", SCOPE_WRITE, 0 },

	/* Writeback, its workers, and those who write pages their own way. */
	{ "do_writepages", SCOPE_WRITEBACK, 0 },
	{ "btrfs_writepages", SCOPE_WRITEBACK, 0 },
	{ "extent_writepages", SCOPE_WRITEBACK, 0 },
	{ "extent_write_cache_pages", SCOPE_WRITEBACK, 0 },
	{ "extent_write_locked_range", SCOPE_WRITEBACK, 0 },
	{ "btrfs_writepage", SCOPE_WRITEBACK, 0 },
	{ "pageout", SCOPE_WRITEBACK, 0 },
	{ "compress_file_range", SCOPE_WRITEBACK, 0 },
	{ "async_cow_start", SCOPE_WRITEBACK, 0 },
	{ "async_cow_submit", SCOPE_WRITEBACK, 0 },
	{ "submit_compressed_extents", SCOPE_WRITEBACK, 0 },
	{ "btrfs_writepage_fixup_worker", SCOPE_WRITEBACK, 0 },
	{ "btrfs_write_out_cache", SCOPE_WRITEBACK, 0 },
	{ "__btrfs_write_out_cache", SCOPE_WRITEBACK, 0 },
	{ "io_ctl_prepare_pages", SCOPE_WRITEBACK, 0 },
	{ "extent_range_clear_dirty_for_io", SCOPE_WRITEBACK, 0 },
	{ "extent_clear_unlock_delalloc", SCOPE_WRITEBACK, 0 },
	{ "__process_pages_contig", SCOPE_WRITEBACK, 0 },
	{ "shrink_page_list", SCOPE_WRITEBACK, 0 },
	{ "fallback_migrate_page", SCOPE_WRITEBACK, 0 },
	{ "writeout", SCOPE_WRITEBACK, 0 },
	{ "move_to_new_page", SCOPE_WRITEBACK, 0 },
	/* It makes them dirty again before it unlocks them. */
	{ "cluster_pages_for_defrag", SCOPE_WRITEBACK, 0 },
	{ "btrfs_defrag_file", SCOPE_WRITEBACK, 0 },

	/* Cleans of data that nobody wants any more. */
	{ "btrfs_invalidate_folio", SCOPE_DISCARD, 0 },
	{ "truncate_inode_pages_range", SCOPE_DISCARD, 0 },

	/* Reclaim. */
	{ "balance_pgdat", 0, WAY_KSWAPD },
	{ "kswapd", 0, WAY_KSWAPD },
	{ "try_to_free_mem_cgroup_pages", 0, WAY_MEMCG },
	{ "try_to_free_pages", 0, WAY_DIRECT },
	{ "__node_reclaim", 0, WAY_DIRECT },
	{ "zone_reclaim", 0, WAY_DIRECT },
	{ "node_reclaim", 0, WAY_DIRECT },
	{ "user_proactive_reclaim", 0, WAY_DIRECT },
	{ "reclaim_pages", 0, WAY_MADVISE },

	/* Asked for by a program or an administrator. */
	{ "generic_fadvise", 0, WAY_FADVISE },
	{ "sys_fadvise64_64", 0, WAY_FADVISE },
	{ "SyS_fadvise64_64", 0, WAY_FADVISE },
	{ "sys_fadvise64", 0, WAY_FADVISE },
	{ "SyS_fadvise64", 0, WAY_FADVISE },
	{ "SYSC_fadvise64_64", 0, WAY_FADVISE },
	{ "drop_pagecache_sb", 0, WAY_DROP_CACHES },
	{ "invalidate_inode_pages2_range", 0, WAY_INVALIDATE },
	/* An uncached read or write is over. */
	{ "folio_unmap_invalidate", 0, WAY_INVALIDATE },
	/* A direct write that fell back to a buffered one: the end of it. */
	{ "btrfs_do_write_iter", 0, WAY_INVALIDATE },
	{ "btrfs_direct_write", 0, WAY_INVALIDATE },
	{ "__btrfs_direct_write", 0, WAY_INVALIDATE },
	{ "btrfs_file_write_iter", 0, WAY_INVALIDATE },
	{ "btrfs_ioctl_send", 0, WAY_INVALIDATE },
	{ "inode_lru_isolate", 0, WAY_INODE_LRU },
	{ "prune_icache_sb", 0, WAY_INODE_LRU },
	{ "memory_failure", 0, WAY_HWPOISON },
	{ "soft_offline_page", 0, WAY_HWPOISON },
	{ "evict", 0, WAY_EVICT },
	{ "btrfs_evict_inode", 0, WAY_EVICT },

	/* The data is overwritten, or thrown away on purpose. */
	{ "__iomap_dio_rw", 0, WAY_DIRECT_IO },
	{ "iomap_dio_rw", 0, WAY_DIRECT_IO },
	{ "generic_file_direct_write", 0, WAY_DIRECT_IO },
	{ "dio_complete", 0, WAY_DIRECT_IO },
	{ "btrfs_do_encoded_write", 0, WAY_ENCODED },
	{ "truncate_pagecache", 0, WAY_TRUNCATE },
	{ "btrfs_setattr", 0, WAY_TRUNCATE },
	{ "truncate_pagecache_range", 0, WAY_PUNCH },
	{ "btrfs_punch_hole", 0, WAY_PUNCH },
	{ "btrfs_punch_hole_lock_range", 0, WAY_PUNCH },
	{ "btrfs_fallocate", 0, WAY_PUNCH },
	{ "btrfs_clone_files", 0, WAY_REMAP },
	{ "btrfs_remap_file_range", 0, WAY_REMAP },
	{ "btrfs_destroy_delalloc_inodes", 0, WAY_ABORT },
	{ "btrfs_cleanup_transaction", 0, WAY_ABORT },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

struct filling {
	struct frame *frames;
	unsigned int count;
	unsigned int scopes; /* bit set of the scopes found */
	int err;
	struct row sorted[ROWS]; /* there are many symbols to find */
};

static int by_name(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return strcmp(x->symbol, y->symbol);
}

static void add_frame(const struct ksym *sym, void *arg)
{
	const struct row wanted = { .symbol = sym->name };
	const struct row *found;
	struct filling *f = arg;

	if (*sym->module && strcmp(sym->module, "btrfs") != 0)
		return;
	found = bsearch(&wanted, f->sorted, ROWS, sizeof(wanted), by_name);
	if (!found)
		return;
	if (f->count == FRAMES_MAX) {
		f->err = -E2BIG;
		return;
	}
	f->frames[f->count++] = (struct frame){
		.from = sym->from,
		.to = sym->to,
		.scope = found->scope,
		.way = found->way,
	};
	f->scopes |= 1U << found->scope;
}

static int by_address(const void *a, const void *b)
{
	const struct frame *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

int frames_fill(const struct ksyms *ksyms, struct frame frames[FRAMES_MAX])
{
	const unsigned int needed = 1U << SCOPE_WRITE | 1U << SCOPE_WRITEBACK;
	struct filling f = { .frames = frames };

	memcpy(f.sorted, rows, sizeof(rows));
	qsort(f.sorted, ROWS, sizeof(f.sorted[0]), by_name);
	ksyms_each(ksyms, add_frame, &f);
	if (f.err)
		return f.err;
	if ((f.scopes & needed) != needed)
		return -ENOENT;
	qsort(frames, f.count, sizeof(*frames), by_address);
	return (int)f.count;
}
