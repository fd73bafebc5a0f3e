/* SPDX-License-Identifier: GPL-2.0 */
/*
 * on_disk.h - what the disk holds in the place of a page: by the filesystem's
 * trees, so that the file itself is not opened, and nothing is read in.
 */
#ifndef DIRTYWATCH_ON_DISK_H
#define DIRTYWATCH_ON_DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ON_DISK_SUM_LEN 65 /* 32 bytes in hexadecimal, with the NUL */

struct on_disk {
	bool known;
	uint64_t transid;    /* of the filesystem, at that time */
	uint64_t generation; /* transaction that wrote the extent; 0: none */
	uint64_t address; /* logical, of the page, or where what is compressed
			     begins; 0: in no block */
	char sum[ON_DISK_SUM_LEN]; /* the block's checksum, as the filesystem
				      has it, or one of what is inline; empty:
				      it has none */
	bool packed;  /* compressed, or inline: in no block by itself */
	bool inlined; /* inline, and the sum is one of the file's bytes */
};

/* The sum of what is inline: SHA-256 of these bytes, in hexadecimal. */
void on_disk_sum_inline(const void *bytes, size_t len,
			char sum[ON_DISK_SUM_LEN]);

/*
 * Looks up the block of 4 KiB at `offset` of an inode, by an open directory of
 * its filesystem. Returns 0 with *out filled, or -errno with it zero.
 */
int on_disk_find(int fd, uint64_t subvol, uint64_t ino, uint64_t offset,
		 struct on_disk *out);

#endif
