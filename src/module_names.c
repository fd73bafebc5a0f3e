// SPDX-License-Identifier: GPL-2.0
/* module_names.c - see module_names.h. */
#include <stddef.h>

#include "module_lookup.h"
#include "module_names.h"

const char *const module_writes[] = { "btrfs_buffered_write",
				      "__btrfs_buffered_write", NULL };

const char *const module_write_callers[] = { "btrfs_do_write_iter",
					     "btrfs_file_write_iter", NULL };

static const char *const cleaners[] = {
	"folio_clear_dirty_for_io", "clear_page_dirty_for_io",
	"__folio_cancel_dirty",	    "__cancel_dirty_page",
	"cancel_dirty_page",	    NULL,
};

static const char *const copiers[] = {
	"copy_folio_from_iter_atomic",
	"copy_page_from_iter_atomic",
	"iov_iter_copy_from_user_atomic",
	NULL,
};

/*
 * A write comes to the first group by changing trees, to the second one by
 * committing a transaction. Writeback's functions are its own business: what
 * they clean they write. The last one writes without pages of the cache.
 */
static const char *const apart[] = {
	/* metadata */
	"btrfs_clean_tree_block",
	"clean_tree_block",
	"btrfs_clear_buffer_dirty",
	"clear_extent_buffer_dirty",
	"btree_clear_page_dirty",
	"btree_clear_folio_dirty",
	"btrfs_meta_folio_clear_dirty",
	"btrfs_meta_folio_clear_and_test_dirty",
	/* the free-space cache */
	"btrfs_write_out_cache",
	"__btrfs_write_out_cache",
	"btrfs_write_out_ino_cache",
	"io_ctl_prepare_pages",
	/* writeback */
	"btrfs_writepage",
	"btrfs_writepages",
	"btree_writepage",
	"btree_writepages",
	"btree_write_cache_pages",
	"extent_writepage",
	"__extent_writepage",
	"extent_writepages",
	"extent_write_cache_pages",
	"extent_write_full_page",
	"extent_write_locked_range",
	"btrfs_writepage_fixup_worker",
	"btrfs_run_delalloc_range",
	"write_one_eb",
	"btrfs_do_encoded_write",
	NULL,
};

/* A write goes there for room and for a transaction, not for its pages. */
static const char *const doubtful[] = {
	"btrfs_search_slot",
	"btrfs_cow_block",
	"btrfs_del_items",
	"btrfs_drop_extents",
	"__btrfs_drop_extents",
	"btrfs_free_tree_block",
	"start_transaction",
	"btrfs_start_transaction",
	"btrfs_record_root_in_trans",
	"btrfs_commit_transaction",
	"btrfs_commit_current_transaction",
	"btrfs_run_delayed_refs",
	"btrfs_run_delayed_items",
	"btrfs_reserve_metadata_bytes",
	"btrfs_start_dirty_block_groups",
	"btrfs_chunk_alloc",
	NULL,
};

static const struct {
	enum module_role role;
	const char *const *names;
} roles[] = {
	{ MODULE_CLEANER, cleaners },
	{ MODULE_COPIER, copiers },
	{ MODULE_APART, apart },
	{ MODULE_DOUBTFUL, doubtful },
};

enum module_role module_role_of(const char *function)
{
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		for (const char *const *name = roles[i].names; *name; name++)
			if (module_function_is(function, *name))
				return roles[i].role;
	return MODULE_PLAIN;
}
