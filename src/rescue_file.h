/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescue_file.h - one rescued page in one file, which is whole or not there.
 * The format is in btrfs-dirtywatch-rescue(5).
 */
#ifndef DIRTYWATCH_RESCUE_FILE_H
#define DIRTYWATCH_RESCUE_FILE_H

#include <stddef.h>
#include <stdint.h>

#define RESCUE_SUFFIX ".rescue"
#define RESCUE_DIGEST_LEN 65 /* SHA-256 in hexadecimal, with its NUL */

/* What a file holds: a line of JSON, and bytes. */
struct rescue_file {
	const char *about; /* without its newline; none within */
	const void *bytes;
	size_t len;
};

/*
 * Writes it as `name` into the folder `dir`, in the place of a file of this
 * name; when this returns, it survives a power cut. Returns 0, or -errno: then
 * `name` is what it was, or, if the folder could not be synced, maybe new.
 */
int rescue_file_write(int dir, const char *name,
		      const struct rescue_file *file);

/* How many bytes it takes. */
size_t rescue_file_size(const struct rescue_file *file);

/* SHA-256 over the line with its newline, and the bytes. */
void rescue_file_digest(const struct rescue_file *file,
			char digest[RESCUE_DIGEST_LEN]);

#endif
