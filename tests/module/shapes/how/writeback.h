/* SPDX-License-Identifier: GPL-2.0 */
/* Fixed: the write starts writeback itself, by name and through a table of functions. */

#include <linux/version.h>
#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define WRITEPAGES extent_writepages
#else
#define WRITEPAGES btrfs_writepages
#endif

extern const struct address_space_operations btrfs_write_aops;
const struct address_space_operations btrfs_write_aops = {
	.writepages = WRITEPAGES,
	.dirty_folio = filemap_dirty_folio,
};

static noinline void shape(struct btrfs_inode *inode, struct page **pages, size_t count)
{
	struct address_space *mapping = inode->vfs_inode.i_mapping;
	struct writeback_control wbc = { .nr_to_write = count, .sync_mode = WB_SYNC_ALL };

	WRITEPAGES(mapping, &wbc);
	if (mapping->a_ops == &btrfs_write_aops)
		mapping->a_ops->writepages(mapping, &wbc);
}
