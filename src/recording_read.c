// SPDX-License-Identifier: GPL-2.0
/* recording_read.c - see recording_read.h. */
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "recording_read.h"

const char *cursor_bytes(struct recording_cursor *c, size_t size)
{
	const char *bytes = c->at;

	if (c->bad || size > c->left) {
		c->bad = true;
		c->left = 0;
		return NULL;
	}
	c->at += size;
	c->left -= size;
	return bytes;
}

uint32_t cursor_u32(struct recording_cursor *c)
{
	const char *bytes = cursor_bytes(c, sizeof(uint32_t));
	uint32_t value = 0;

	if (bytes)
		memcpy(&value, bytes, sizeof(value));
	return le32toh(value);
}

uint64_t cursor_u64(struct recording_cursor *c)
{
	const char *bytes = cursor_bytes(c, sizeof(uint64_t));
	uint64_t value = 0;

	if (bytes)
		memcpy(&value, bytes, sizeof(value));
	return le64toh(value);
}

const char *cursor_text(struct recording_cursor *c)
{
	const char *end = c->left ? memchr(c->at, '\0', c->left) : NULL;

	return cursor_bytes(c, end ? (size_t)(end - c->at) + 1 : SIZE_MAX);
}

bool recording_is(FILE *in)
{
	int c = getc(in);

	if (c != EOF)
		ungetc(c, in);
	return c == (unsigned char)RECORDING_MAGIC[0];
}

int recording_refuse(struct recording_reader *r, const char *why)
{
	snprintf(r->why, sizeof(r->why), "%s", why);
	return -EBADMSG;
}

static int broken(struct recording_reader *r, const char *why)
{
	r->broken = true;
	return recording_refuse(r, why);
}

/* Exactly so many bytes. Returns 0, -ENODATA if there are fewer, -errno. */
static int read_bytes(struct recording_reader *r, void *to, size_t size)
{
	size_t got;

	errno = 0;
	got = fread(to, 1, size, r->in);
	r->next += got;
	if (got == size)
		return 0;
	if (ferror(r->in))
		return errno ? -errno : -EIO;
	return -ENODATA;
}

/* The same, where fewer are an error in the file. */
static int read_whole(struct recording_reader *r, void *to, size_t size)
{
	int err = read_bytes(r, to, size);

	return err == -ENODATA ? broken(r, "it is cut short or damaged") : err;
}

int recording_reader_init(struct recording_reader *r, FILE *in)
{
	unsigned char head[RECORDING_HEAD_LEN];
	uint32_t version;
	int err;

	memset(r, 0, sizeof(*r));
	r->in = in;
	err = read_whole(r, head, sizeof(head));
	if (err)
		return err;
	if (memcmp(head, RECORDING_MAGIC, RECORDING_MAGIC_LEN) != 0)
		return recording_refuse(r, "it is no recording");
	memcpy(&version, head + RECORDING_MAGIC_LEN, sizeof(version));
	version = le32toh(version);
	if (version == RECORDING_VERSION) {
		r->sum = (uint32_t)crc32(0, head, sizeof(head));
		return 0;
	}
	snprintf(
		r->why, sizeof(r->why),
		"it has version %" PRIu32
		" of the format, this program reads version %d; use the one that made it",
		version, RECORDING_VERSION);
	return -EBADMSG;
}

static int make_room(struct recording_reader *r, size_t size)
{
	char *bytes;

	if (size <= r->room)
		return 0;
	bytes = realloc(r->bytes, size);
	if (!bytes)
		return -ENOMEM;
	r->bytes = bytes;
	r->room = size;
	return 0;
}

/* Nothing may follow the end, and it knows how many chunks there were. */
static int read_end(struct recording_reader *r)
{
	if (cursor_u64(&r->chunk) != r->chunks || r->chunk.bad || r->chunk.left)
		return recording_refuse(r, "its end counts other chunks");
	r->over = true;
	if (getc(r->in) != EOF)
		return recording_refuse(r, "there is more behind its end");
	return ferror(r->in) ? -EIO : 0;
}

static int read_body(struct recording_reader *r, const uint32_t head[3],
		     size_t size)
{
	uint32_t sum;
	int err = make_room(r, size + 1); /* so that there are bytes at all */

	if (!err)
		err = read_whole(r, r->bytes, size);
	if (err)
		return err;
	sum = (uint32_t)crc32(r->sum, (const unsigned char *)head, 8);
	sum = (uint32_t)crc32(sum, (const unsigned char *)r->bytes,
			      (unsigned int)size);
	if (sum != le32toh(head[2]))
		return broken(r, "its checksum is wrong, it is damaged");
	r->sum = sum;
	r->chunk = (struct recording_cursor){ .at = r->bytes, .left = size };
	return 0;
}

int recording_next(struct recording_reader *r)
{
	uint32_t head[3];
	uint32_t kind, size;
	int err;

	if (r->over)
		return 0;
	r->offset = r->next;
	err = read_whole(r, head, sizeof(head));
	if (err)
		return err;
	kind = le32toh(head[0]);
	size = le32toh(head[1]);
	if (size > RECORDING_CHUNK_MAX)
		return broken(r, "a chunk is longer than any, it is damaged");
	err = read_body(r, head, size);
	if (err)
		return err;
	if (kind < CHUNK_START || kind >= CHUNK_KINDS)
		return recording_refuse(
			r,
			"it has a kind of chunk that this version does not know; use the version that made it");
	r->kind = (enum recording_kind)kind;
	if (r->kind == CHUNK_END)
		return read_end(r);
	r->chunks++;
	return 1;
}

void recording_reader_free(struct recording_reader *r)
{
	free(r->bytes);
	r->bytes = NULL;
}
