// SPDX-License-Identifier: GPL-2.0
/* rescued.c - see rescued.h. */
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "rescue_file.h"
#include "rescued.h"

#define DEPTH_MAX 8
#define SECONDS_MAX 8000000000LL /* since the epoch: some centuries */

static struct json_object *get(struct json_object *o, const char *key)
{
	return json_object_object_get(o, key);
}

/* A number of the object, 0 if it has none of that name. */
static uint64_t number(struct json_object *o, const char *key)
{
	struct json_object *n = get(o, key);

	return json_object_is_type(n, json_type_int) ? json_object_get_uint64(n)
						     : 0;
}

/* Copies a string; what does not fit stays empty. */
static void text(struct json_object *o, const char *key, char *to, size_t room)
{
	struct json_object *s = get(o, key);
	size_t len;

	to[0] = '\0';
	if (!json_object_is_type(s, json_type_string))
		return;
	len = (size_t)json_object_get_string_len(s);
	if (len >= room || memchr(json_object_get_string(s), '\0', len))
		return;
	memcpy(to, json_object_get_string(s), len + 1);
}

/* A pair of offset and length. Returns 0, or -EBADMSG: not in the page. */
static int parse_range(struct json_object *pair, uint64_t page,
		       struct window_range *r)
{
	const uint64_t from = page << WINDOW_PAGE_SHIFT;
	uint64_t len;

	if (!json_object_is_type(pair, json_type_array) ||
	    json_object_array_length(pair) != 2)
		return -EBADMSG;
	r->from = json_object_get_uint64(json_object_array_get_idx(pair, 0));
	len = json_object_get_uint64(json_object_array_get_idx(pair, 1));
	if (r->from < from || !len || len > CONTENT_LEN ||
	    r->from - from > CONTENT_LEN - len)
		return -EBADMSG;
	r->to = r->from + len;
	return 0;
}

static int parse_bound(struct json_object *o, struct finding *f)
{
	struct json_object *all = get(o, "bound");
	size_t n = json_object_is_type(all, json_type_array)
			   ? json_object_array_length(all)
			   : 0;
	int err = n && n <= WINDOW_RANGES ? 0 : -EBADMSG;

	for (size_t i = 0; !err && i < n; i++)
		err = parse_range(json_object_array_get_idx(all, i), f->page,
				  &f->bound[i]);
	if (!err && n == 2 && f->bound[0].to > f->bound[1].from)
		err = -EBADMSG;
	return err;
}

static void parse_on_disk(struct json_object *o, struct on_disk *d)
{
	d->known = json_object_is_type(o, json_type_object);
	if (!d->known)
		return;
	d->transid = number(o, "transid");
	d->generation = number(o, "generation");
	d->address = number(o, "address");
	text(o, "sum", d->sum, sizeof(d->sum));
}

/* Dropped while its write call still had something to write. */
static bool is_raced(struct json_object *o)
{
	uint64_t end = number(o, "end_ns"), drop = number(o, "drop_ns");

	return end && drop && drop <= end && number(get(o, "write"), "result");
}

/* The end in the time of day, by that of the finding. */
static void parse_end(struct json_object *o, struct rescued *r)
{
	uint64_t end = number(o, "end_ns"), ns = number(o, "mono_ns");
	struct tm tm = { 0 };
	unsigned int rest = 0;
	int used = 0;
	int64_t seconds;
	char ts[64];
	const char *dot;

	text(o, "ts", ts, sizeof(ts));
	dot = strptime(ts, "%Y-%m-%dT%H:%M:%S", &tm);
	if (!end || end > ns || ns - end > SECONDS_MAX * 1000 || !dot ||
	    sscanf(dot, ".%9uZ%n", &rest, &used) != 1 || used != 11)
		return;
	seconds = timegm(&tm);
	if (seconds < 0 || seconds > SECONDS_MAX)
		return;
	r->ended = true;
	r->ended_wall_ns = seconds * 1000000000LL + rest - (int64_t)(ns - end);
}

static enum finding_class parse_class(struct json_object *o)
{
	char word[16];
	int i;

	text(o, "class", word, sizeof(word));
	for (i = 0; i < FINDING_CLASS_MAX; i++)
		if (!strcmp(word, finding_class_word((enum finding_class)i)))
			break;
	return (enum finding_class)i;
}

static int parse_about(struct json_object *o, struct rescued *r)
{
	struct finding *f = &r->finding;
	struct json_object *rescue = get(o, "rescue");

	f->class = parse_class(o);
	if (f->class != FINDING_PENDING && f->class != FINDING_STRANDED &&
	    f->class != FINDING_LOST)
		return -EBADMSG;
	text(o, "id", f->id, sizeof(f->id));
	text(o, "fs_uuid", f->uuid, sizeof(f->uuid));
	text(o, "path", f->path, sizeof(f->path));
	f->path_known = f->path[0];
	f->subvol = number(o, "subvolume");
	f->subvol_known = f->subvol != 0;
	f->ino = number(o, "inode");
	f->page = number(o, "page");
	if (f->page > INT64_MAX >> WINDOW_PAGE_SHIFT)
		return -EBADMSG;
	if (json_object_is_type(rescue, json_type_object)) {
		parse_on_disk(get(rescue, "on_disk"), &f->on_disk);
		parse_on_disk(get(rescue, "settled"), &r->settled);
	}
	parse_end(o, r);
	r->raced = is_raced(o);
	return parse_bound(o, f);
}

static int parse_line(const char *line, size_t len, struct rescued *r)
{
	struct json_tokener *t = json_tokener_new_ex(DEPTH_MAX);
	struct json_object *o;
	int err = -EBADMSG;

	if (!t)
		return -ENOMEM;
	o = json_tokener_parse_ex(t, line, (int)len);
	if (json_tokener_get_error(t) == json_tokener_success &&
	    json_object_is_type(o, json_type_object))
		err = parse_about(o, r);
	json_object_put(o);
	json_tokener_free(t);
	return err;
}

/* Is the sum in front of the bytes the one of the line and them? */
static bool is_whole(const char *line, const char *sum, const void *bytes,
		     size_t len)
{
	const char *end = memchr(line, '\n', (size_t)(sum - line));
	char *about = strndup(line, (size_t)(end - line));
	char digest[RESCUE_DIGEST_LEN] = "";
	const struct rescue_file file = { about, bytes, len };

	if (about)
		rescue_file_digest(&file, digest);
	free(about);
	return sum[RESCUE_DIGEST_LEN - 1] == '\n' &&
	       !memcmp(sum, digest, RESCUE_DIGEST_LEN - 1);
}

int rescued_parse(const void *bytes, size_t len, struct rescued *out)
{
	const char *line = bytes;
	const char *end = len ? memchr(line, '\n', len) : NULL;
	size_t rest = end ? len - (size_t)(end + 1 - line) : 0;
	const char *sum = end ? end + 1 : NULL, *pages;

	memset(out, 0, sizeof(*out));
	if (rest != RESCUE_DIGEST_LEN + CONTENT_LEN &&
	    rest != RESCUE_DIGEST_LEN + 2 * CONTENT_LEN)
		return -EBADMSG;
	pages = sum + RESCUE_DIGEST_LEN;
	rest -= RESCUE_DIGEST_LEN;
	if (memchr(line, '\0', (size_t)(end - line)) ||
	    !is_whole(line, sum, pages, rest))
		return -EBADMSG;
	out->has_after = rest > CONTENT_LEN;
	if (out->has_after)
		memcpy(out->after, pages, CONTENT_LEN);
	memcpy(out->content, pages + rest - CONTENT_LEN, CONTENT_LEN);
	return parse_line(line, (size_t)(end - line), out);
}

/* All bytes of a file of this size. Returns 0, -EBADMSG or -errno. */
static int read_all(int fd, char *bytes, size_t size)
{
	ssize_t got = pread(fd, bytes, size + 1, 0);

	if (got < 0)
		return -errno;
	return got == (ssize_t)size ? 0 : -EBADMSG;
}

/* A regular file, of a size that can be. */
static int read_file(int fd, struct rescued *out)
{
	struct stat st;
	char *bytes;
	int err;

	if (fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || st.st_size > RESCUED_MAX)
		return -EBADMSG;
	bytes = malloc((size_t)st.st_size + 1);
	if (!bytes)
		return -ENOMEM;
	err = read_all(fd, bytes, (size_t)st.st_size);
	if (!err)
		err = rescued_parse(bytes, (size_t)st.st_size, out);
	free(bytes);
	return err;
}

int rescued_read(int dir, const char *name, struct rescued *out)
{
	int fd = openat(dir, name,
			O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	int err;

	if (fd < 0)
		return -errno;
	err = read_file(fd, out);
	close(fd);
	return err;
}
