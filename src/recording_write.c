// SPDX-License-Identifier: GPL-2.0
/* recording_write.c - see recording_write.h. */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "recording_write.h"

struct recording_writer {
	int fd;
	int err;
	uint32_t sum;	 /* of all that was written */
	uint64_t chunks; /* written */
	unsigned char
		*bytes; /* of the chunk under way, with room for its head */
	size_t used;
	size_t room;
};

/* Only a regular file is replaced: never a device, never through a link. */
static int make_room(const char *path)
{
	struct stat st;

	if (lstat(path, &st))
		return errno == ENOENT ? 0 : -errno;
	if (!S_ISREG(st.st_mode))
		return -ENOTSUP;
	return unlink(path) ? -errno : 0;
}

int recording_create(const char *path, bool force,
		     struct recording_writer **out)
{
	int err = force ? make_room(path) : 0;
	int fd;

	if (err)
		return err;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	*out = recording_writer_new(fd);
	return *out ? 0 : -ENOMEM;
}

struct recording_writer *recording_writer_new(int fd)
{
	struct recording_writer *w = calloc(1, sizeof(*w));

	if (!w) {
		close(fd);
		return NULL;
	}
	w->fd = fd;
	w->used = RECORDING_CHUNK_HEAD_LEN;
	return w;
}

static bool reserve(struct recording_writer *w, size_t more)
{
	size_t need = w->used + more;
	size_t room = w->room ? w->room : 4096;
	unsigned char *bytes;

	if (more > RECORDING_CHUNK_MAX ||
	    need > RECORDING_CHUNK_MAX + RECORDING_CHUNK_HEAD_LEN)
		w->err = w->err ? w->err : -E2BIG;
	if (w->err || need <= w->room)
		return !w->err;
	while (room < need)
		room *= 2;
	bytes = realloc(w->bytes, room);
	if (!bytes) {
		w->err = -ENOMEM;
		return false;
	}
	w->bytes = bytes;
	w->room = room;
	return true;
}

void recording_put_bytes(struct recording_writer *w, const void *bytes,
			 size_t size)
{
	if (!size || !reserve(w, size))
		return;
	memcpy(w->bytes + w->used, bytes, size);
	w->used += size;
}

void recording_put_u32(struct recording_writer *w, uint32_t value)
{
	value = htole32(value);
	recording_put_bytes(w, &value, sizeof(value));
}

void recording_put_u64(struct recording_writer *w, uint64_t value)
{
	value = htole64(value);
	recording_put_bytes(w, &value, sizeof(value));
}

void recording_put_text(struct recording_writer *w, const char *text)
{
	recording_put_bytes(w, text, strlen(text) + 1);
}

static void write_all(struct recording_writer *w, const unsigned char *bytes,
		      size_t size)
{
	while (size && !w->err) {
		ssize_t n = write(w->fd, bytes, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			w->err = n ? -errno : -EIO;
			return;
		}
		bytes += n;
		size -= (size_t)n;
	}
}

static void write_head(struct recording_writer *w)
{
	unsigned char head[RECORDING_HEAD_LEN] = RECORDING_MAGIC;
	uint32_t version = htole32(RECORDING_VERSION);

	memcpy(head + RECORDING_MAGIC_LEN, &version, sizeof(version));
	w->sum = (uint32_t)crc32(0, head, sizeof(head));
	write_all(w, head, sizeof(head));
}

int recording_chunk(struct recording_writer *w, enum recording_kind kind)
{
	uint32_t head[3] = { htole32(kind) };
	size_t size;

	if (!w->chunks && !w->err)
		write_head(w);
	if (!reserve(w, 1))
		return w->err;
	size = w->used - RECORDING_CHUNK_HEAD_LEN;
	head[1] = htole32((uint32_t)size);
	w->sum = (uint32_t)crc32(w->sum, (const unsigned char *)head, 8);
	w->sum = (uint32_t)crc32(w->sum, w->bytes + RECORDING_CHUNK_HEAD_LEN,
				 (unsigned int)size);
	head[2] = htole32(w->sum);
	memcpy(w->bytes, head, sizeof(head));
	write_all(w, w->bytes, w->used);
	w->used = RECORDING_CHUNK_HEAD_LEN;
	w->chunks++;
	return w->err;
}

int recording_finish(struct recording_writer *w)
{
	recording_put_u64(w, w->chunks);
	/* Pipes cannot be synced, and need not. */
	if (!recording_chunk(w, CHUNK_END) && fsync(w->fd) && errno != EINVAL)
		w->err = -errno;
	return w->err;
}

int recording_writer_error(const struct recording_writer *w)
{
	return w->err;
}

bool recording_writer_empty(const struct recording_writer *w)
{
	return !w->chunks;
}

void recording_writer_free(struct recording_writer *w)
{
	if (!w)
		return;
	close(w->fd);
	free(w->bytes);
	free(w);
}
