/* SPDX-License-Identifier: GPL-2.0 */
/* module_file.h - a module's or kernel's file in memory, unpacked. */
#ifndef DIRTYWATCH_MODULE_FILE_H
#define DIRTYWATCH_MODULE_FILE_H

#include <stddef.h>

/* A vmlinux with its debug information is larger than any module. */
#define MODULE_FILE_MAX (1024UL << 20)

struct module_file {
	unsigned char *data;
	size_t size;
};

/*
 * Read the file at `path`; what is packed by xz, zstd or gzip, as its first
 * bytes say, is unpacked. Returns 0, -EFBIG beyond MODULE_FILE_MAX bytes,
 * -EBADMSG if it is packed and cannot be unpacked, or another negative errno;
 * end with module_file_free() in all cases.
 */
int module_file_read(const char *path, struct module_file *out);

/* The same for `size` bytes that are in memory, -EFBIG beyond `max`. */
int module_file_unpack(const unsigned char *data, size_t size, size_t max,
		       struct module_file *out);

void module_file_free(struct module_file *file);

#endif
