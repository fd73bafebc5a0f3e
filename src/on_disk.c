// SPDX-License-Identifier: GPL-2.0
/* on_disk.c - see on_disk.h. */
#include <endian.h>
#include <errno.h>
#include <linux/btrfs.h>
#include <linux/btrfs_tree.h>
#include <sha256.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "on_disk.h"
#include "tree_floor.h"

#define BLOCK 4096
/* No extent of a file is longer (Linux: btrfs_prealloc_file_range()). */
#define EXTENT_MAX (256ULL << 20)
/* One item of checksums fits into a node of 64 KiB, a byte a block at least. */
#define SUMS_MAX (65536ULL * BLOCK)
#define SUM_MAX 32

/* Does the extent have the block that lies `within` it? */
static bool holds(const struct btrfs_file_extent_item *e, uint64_t within)
{
	if (e->type == BTRFS_FILE_EXTENT_INLINE)
		return !within;
	/* An item without an address is a hole that is written down. */
	return e->disk_bytenr && within < le64toh(e->num_bytes);
}

/* Of what is compressed, all of it is where it begins. */
static uint64_t address_of(const struct btrfs_file_extent_item *e,
			   uint64_t within)
{
	if (e->type != BTRFS_FILE_EXTENT_REG)
		return 0;
	if (e->compression)
		return le64toh(e->disk_bytenr);
	return le64toh(e->disk_bytenr) + le64toh(e->offset) + within;
}

void on_disk_sum_inline(const void *bytes, size_t len,
			char sum[ON_DISK_SUM_LEN])
{
	SHA256_CTX state;

	SHA256Init(&state);
	SHA256Update(&state, bytes, len);
	SHA256End(&state, sum);
}

/* It has no checksum of its own. The bytes stand behind the type. */
static void find_inline(const struct tree_item *item,
			const struct btrfs_file_extent_item *e,
			struct on_disk *out)
{
	const size_t head =
		offsetof(struct btrfs_file_extent_item, disk_bytenr);

	if (item->len < head)
		return;
	on_disk_sum_inline(item->bytes + head, item->len - head, out->sum);
	out->inlined = !e->compression;
}

/* Where no extent is, there is nothing: a hole, known as such. */
static int find_extent(int fd, uint64_t subvol, uint64_t ino, uint64_t offset,
		       struct on_disk *out)
{
	const struct tree_place place = {
		.tree = subvol,
		.objectid = ino,
		.type = BTRFS_EXTENT_DATA_KEY,
		.at = offset,
		.back = EXTENT_MAX,
	};
	struct btrfs_file_extent_item extent = { 0 };
	struct tree_item *item = NULL;
	int err = tree_floor(fd, &place, &item);

	if (err)
		return err == -ENOENT ? 0 : err;
	memcpy(&extent, item->bytes,
	       item->len < sizeof(extent) ? item->len : sizeof(extent));
	if (holds(&extent, offset - item->offset)) {
		out->generation = le64toh(extent.generation);
		out->address = address_of(&extent, offset - item->offset);
		out->packed = extent.type == BTRFS_FILE_EXTENT_INLINE ||
			      extent.compression;
		if (extent.type == BTRFS_FILE_EXTENT_INLINE)
			find_inline(item, &extent, out);
	}
	free(item);
	return 0;
}

/* The block's part of an item that has the sums of many, `size` bytes each. */
static void find_sum(int fd, size_t size, struct on_disk *out)
{
	const struct tree_place place = {
		.tree = BTRFS_CSUM_TREE_OBJECTID,
		.objectid = BTRFS_EXTENT_CSUM_OBJECTID,
		.type = BTRFS_EXTENT_CSUM_KEY,
		.at = out->address,
		.back = SUMS_MAX,
	};
	struct tree_item *item = NULL;
	size_t at;

	if (!out->address || tree_floor(fd, &place, &item))
		return;
	at = (out->address - item->offset) / BLOCK * size;
	for (size_t i = 0; i < size && at + size <= item->len; i++)
		snprintf(out->sum + 2 * i, 3, "%02x", item->bytes[at + i]);
	free(item);
}

int on_disk_find(int fd, uint64_t subvol, uint64_t ino, uint64_t offset,
		 struct on_disk *out)
{
	struct btrfs_ioctl_fs_info_args info = {
		.flags = BTRFS_FS_INFO_FLAG_GENERATION |
			 BTRFS_FS_INFO_FLAG_CSUM_INFO,
	};
	int err;

	memset(out, 0, sizeof(*out));
	if (ioctl(fd, BTRFS_IOC_FS_INFO, &info))
		return -errno;
	if (info.sectorsize != BLOCK || !info.generation)
		return -EOPNOTSUPP;
	err = find_extent(fd, subvol, ino, offset, out);
	if (err)
		return err;
	if (info.csum_size <= SUM_MAX)
		find_sum(fd, info.csum_size, out);
	out->transid = info.generation;
	out->known = true;
	return 0;
}
