// SPDX-License-Identifier: GPL-2.0
/* module_file.c - see module_file.h. */
#include <errno.h>
#include <lzma.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>
#include <zstd.h>

#include "module_file.h"

#define FIRST_ROOM (8UL << 20)

/* Makes room behind file->size; `room` is what the buffer holds. */
static int grow(struct module_file *file, size_t *room, size_t max)
{
	size_t want = *room ? *room * 2 : FIRST_ROOM;
	unsigned char *data;

	if (*room >= max)
		return -EFBIG;
	if (want > max)
		want = max;
	data = realloc(file->data, want);
	if (!data)
		return -ENOMEM;
	file->data = data;
	*room = want;
	return 0;
}

static int unpack_xz(const unsigned char *data, size_t size, size_t max,
		     struct module_file *out)
{
	lzma_stream s = LZMA_STREAM_INIT;
	lzma_ret ret = lzma_stream_decoder(&s, max, 0);
	size_t room = 0;
	int err = ret == LZMA_OK ? 0 : -ENOMEM;

	s.next_in = data;
	s.avail_in = size;
	while (!err && ret == LZMA_OK) {
		if (out->size == room)
			err = grow(out, &room, max);
		if (err)
			break;
		s.next_out = out->data + out->size;
		s.avail_out = room - out->size;
		ret = lzma_code(&s, LZMA_FINISH);
		out->size = room - s.avail_out;
	}
	lzma_end(&s);
	return err ? err : ret == LZMA_STREAM_END ? 0 : -EBADMSG;
}

static int unpack_gzip(const unsigned char *data, size_t size, size_t max,
		       struct module_file *out)
{
	z_stream s = { .next_in = (unsigned char *)data,
		       .avail_in = (unsigned int)size };
	int ret = size <= UINT32_MAX ? inflateInit2(&s, 16 + MAX_WBITS)
				     : Z_DATA_ERROR;
	size_t room = 0;
	int err = ret == Z_OK ? 0 : -EBADMSG;

	while (!err && ret == Z_OK) {
		if (out->size == room)
			err = grow(out, &room, max);
		if (err)
			break;
		s.next_out = out->data + out->size;
		s.avail_out = (unsigned int)(room - out->size);
		ret = inflate(&s, Z_NO_FLUSH);
		out->size = room - s.avail_out;
	}
	inflateEnd(&s);
	return err ? err : ret == Z_STREAM_END ? 0 : -EBADMSG;
}

static int unpack_zstd(const unsigned char *data, size_t size, size_t max,
		       struct module_file *out)
{
	ZSTD_DStream *s = ZSTD_createDStream();
	ZSTD_inBuffer in = { data, size, 0 };
	size_t room = 0, left = 1;
	int err = s ? 0 : -ENOMEM;

	while (!err && left) {
		ZSTD_outBuffer to;

		if (out->size == room)
			err = grow(out, &room, max);
		if (err)
			break;
		to = (ZSTD_outBuffer){ out->data, room, out->size };
		left = ZSTD_decompressStream(s, &to, &in);
		if (ZSTD_isError(left) ||
		    (left && in.pos == in.size && to.pos < room))
			err = -EBADMSG;
		out->size = to.pos;
	}
	ZSTD_freeDStream(s);
	return err;
}

static const struct packing {
	const char *magic;
	size_t len;
	int (*unpack)(const unsigned char *data, size_t size, size_t max,
		      struct module_file *out);
} packings[] = {
	{ "\xfd"
	  "7zXZ",
	  5, unpack_xz },
	{ "\x28\xb5\x2f\xfd", 4, unpack_zstd },
	{ "\x1f\x8b", 2, unpack_gzip },
};

int module_file_unpack(const unsigned char *data, size_t size, size_t max,
		       struct module_file *out)
{
	*out = (struct module_file){ 0 };
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		if (size > packings[i].len &&
		    !memcmp(data, packings[i].magic, packings[i].len))
			return packings[i].unpack(data, size, max, out);
	if (size > max)
		return -EFBIG;
	out->data = malloc(size ? size : 1);
	if (!out->data)
		return -ENOMEM;
	if (size)
		memcpy(out->data, data, size);
	out->size = size;
	return 0;
}

static int read_raw(FILE *f, struct module_file *raw)
{
	size_t room = 0;
	int err = 0;

	while (!err && !feof(f)) {
		if (raw->size == room)
			err = grow(raw, &room, MODULE_FILE_MAX);
		if (err)
			break;
		errno = 0;
		raw->size +=
			fread(raw->data + raw->size, 1, room - raw->size, f);
		if (ferror(f))
			err = errno ? -errno : -EIO;
	}
	return err;
}

int module_file_read(const char *path, struct module_file *out)
{
	struct module_file raw = { 0 };
	FILE *f = fopen(path, "re");
	struct stat st;
	int err;

	*out = raw;
	if (!f)
		return -errno;
	/* A FIFO would be waited for, a device read without end. */
	err = fstat(fileno(f), &st) ? -errno : 0;
	if (!err && !S_ISREG(st.st_mode))
		err = S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
	if (!err)
		err = read_raw(f, &raw);
	fclose(f);
	if (!err)
		err = module_file_unpack(raw.data, raw.size, MODULE_FILE_MAX,
					 out);
	module_file_free(&raw);
	return err;
}

void module_file_free(struct module_file *file)
{
	free(file->data);
	*file = (struct module_file){ 0 };
}
