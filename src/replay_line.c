/* SPDX-License-Identifier: GPL-2.0 */
/* replay_line.c - see replay_line.h. Nothing of a line is taken on trust. */
#include <ctype.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "replay_line.h"
#include "report.h"

#define INDEX_MAX ((__u64)INT64_MAX >> WINDOW_PAGE_SHIFT)
#define ERRNO_MAX 4095

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 99;
}

static int set_number(const char *text, __u64 max, void *to)
{
	int base = 10;
	__u64 n = 0;

	if (!strncmp(text, "0x", 2)) {
		base = 16;
		text += 2;
	}
	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		int d = digit(*text);

		if (d >= base)
			return -EINVAL;
		if (__builtin_mul_overflow(n, (__u64)base, &n) ||
		    __builtin_add_overflow(n, (__u64)d, &n) || n > max)
			return -ERANGE;
	}
	memcpy(to, &n, sizeof(n));
	return 0;
}

static int set_result(const char *text, __u64 max, void *to)
{
	bool negative = *text == '-';
	__s64 n;
	int err;

	err = set_number(text + negative, negative ? ERRNO_MAX : max, &n);
	if (err)
		return err;
	n = negative ? -n : n;
	memcpy(to, &n, sizeof(n));
	return 0;
}

static int set_way(const char *text, __u64 max, void *to)
{
	__u64 way;

	for (way = 0; way < max; way++) {
		if (strcmp(text, finding_way_word((enum way)way)) != 0)
			continue;
		memcpy(to, &way, sizeof(way));
		return 0;
	}
	return -EINVAL;
}

static int set_kind(const char *text, __u64 max, void *to)
{
	__u64 kind;

	for (kind = 0; kind < max; kind++) {
		if (strcmp(text, report_blinds[kind].name) != 0)
			continue;
		memcpy(to, &kind, sizeof(kind));
		return 0;
	}
	return -EINVAL;
}

static int set_dev(const char *text, __u64 max, void *to)
{
	const char *colon = strchr(text, ':');
	char major[16];
	__u64 high, low;
	size_t len;

	len = colon ? (size_t)(colon - text) : sizeof(major);
	if (len >= sizeof(major))
		return -EINVAL;
	memcpy(major, text, len);
	major[len] = '\0';
	if (set_number(major, max >> 20, &high) ||
	    set_number(colon + 1, (1U << 20) - 1, &low))
		return -EINVAL;
	high = high << 20 | low;
	memcpy(to, &high, sizeof(high));
	return 0;
}

/* Hexadecimal digits, with dashes where the usual text form has them. */
static int set_uuid(const char *text, __u64 max, void *to)
{
	__u8 *uuid = to;
	__u64 i;

	for (i = 0; i < max; i++, text += 2) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			if (*text++ != '-')
				return -EINVAL;
		if (digit(text[0]) > 15 || digit(text[1]) > 15)
			return -EINVAL;
		uuid[i] = (__u8)(digit(text[0]) << 4 | digit(text[1]));
	}
	return *text ? -EINVAL : 0;
}

/* Undoes the escapes; room for `max` bytes and a NUL. */
static int set_text(const char *text, __u64 max, void *to)
{
	char *bytes = to;
	__u64 n = 0;

	for (; *text; text++) {
		char c = *text;

		if (n == max)
			return -ERANGE;
		if (iscntrl((unsigned char)c))
			return -EINVAL;
		if (c == '\\') {
			if (text[1] != 'x' || digit(text[2]) > 15 ||
			    digit(text[3]) > 15)
				return -EINVAL;
			c = (char)(digit(text[2]) << 4 | digit(text[3]));
			text += 3;
		}
		if (!c)
			return -EINVAL;
		bytes[n++] = c;
	}
	bytes[n] = '\0';
	return 0;
}

/* An absolute path of names that a directory can hold. */
static int set_path(const char *text, __u64 max, void *to)
{
	const char *name = to;
	int err = set_text(text, max, to);

	if (err)
		return err;
	do {
		size_t len = strcspn(name + 1, "/");

		if (*name++ != '/')
			return -EINVAL;
		if (!len || len >= RECORD_NAME_MAX ||
		    (len <= 2 && !strncmp(name, "..", len)))
			return -EINVAL;
		name += len;
	} while (*name);
	return 0;
}

/* Every field: its name, where it goes, what it may be. */
#define FIELDS(X)                                                              \
	X(t, set_number, UINT64_MAX)                                           \
	X(map, set_number, UINT64_MAX)                                         \
	X(index, set_number, INDEX_MAX)                                        \
	X(page, set_number, UINT64_MAX)                                        \
	X(call, set_number, UINT64_MAX)                                        \
	X(isize, set_number, INT64_MAX)                                        \
	X(left, set_number, INT64_MAX)                                         \
	X(pos, set_number, INT64_MAX)                                          \
	X(stop, set_number, INT64_MAX)                                         \
	X(ino, set_number, UINT64_MAX)                                         \
	X(root, set_number, UINT64_MAX)                                        \
	X(dev, set_dev, UINT32_MAX)                                            \
	X(nlink, set_number, UINT32_MAX)                                       \
	X(pid, set_number, UINT32_MAX)                                         \
	X(tgid, set_number, UINT32_MAX)                                        \
	X(dirty, set_number, 1)                                                \
	X(locked, set_number, 1)                                               \
	X(count, set_number, UINT32_MAX)                                       \
	X(since, set_number, UINT64_MAX)                                       \
	X(way, set_way, WAY_MAX)                                               \
	X(kind, set_kind, BLIND_MAX)                                           \
	X(result, set_result, INT64_MAX)                                       \
	X(uuid, set_uuid, 16)                                                  \
	X(comm, set_text, WINDOW_COMM_LEN - 1)                                 \
	X(path, set_path, RECORD_PATH_LEN - 1)

enum field {
#define X(name, set, max) FIELD_##name,
	FIELDS(X)
#undef X
		FIELD_MAX,
};

static const struct {
	const char *name;
	size_t at;
	int (*set)(const char *text, __u64 max, void *to);
	__u64 max;
} fields[FIELD_MAX] = {
#define X(name, set, max)                                                      \
	{ #name, offsetof(struct replay_line, name), set, max },
	FIELDS(X)
#undef X
};

#define BIT(name) (1U << FIELD_##name)
#define PAGE_KEY (BIT(t) | BIT(map) | BIT(index))
#define TASK (BIT(tgid) | BIT(comm))

/* Every word: the fields that it must have, and may have. */
static const struct {
	const char *name;
	__u32 must;
	__u32 may;
} words[REPLAY_WORDS] = {
	[REPLAY_BEGIN] = { "begin", BIT(t), 0 },
	[REPLAY_FILE] = { "file", BIT(map) | BIT(ino) | BIT(dev),
			  BIT(root) | BIT(uuid) | BIT(path) | BIT(nlink) },
	[REPLAY_CLEAN] = { "clean",
			   PAGE_KEY | BIT(page) | BIT(call) | BIT(isize) |
				   BIT(left) | BIT(pid),
			   TASK },
	[REPLAY_RETRY] = { "retry", PAGE_KEY | BIT(call), 0 },
	[REPLAY_WRITTEN] = { "written", PAGE_KEY, 0 },
	[REPLAY_DIRTY] = { "dirty", PAGE_KEY, 0 },
	[REPLAY_MOVE] = { "move", PAGE_KEY | BIT(page), 0 },
	[REPLAY_DROP] = { "drop", PAGE_KEY | BIT(way) | BIT(pid) | BIT(isize),
			  TASK | BIT(dirty) | BIT(nlink) },
	[REPLAY_FOUND] = { "found", PAGE_KEY, BIT(dirty) | BIT(locked) },
	[REPLAY_END] = { "end",
			 BIT(t) | BIT(call) | BIT(pos) | BIT(stop) | BIT(left) |
				 BIT(result),
			 0 },
	[REPLAY_SETTLED] = { "settled", PAGE_KEY, 0 },
	[REPLAY_OVERWRITTEN] = { "overwritten", PAGE_KEY | BIT(pos) | BIT(stop),
				 0 },
	[REPLAY_UNEXPLAINED] = { "unexplained", BIT(t) | BIT(map) | BIT(pid),
				 TASK },
	[REPLAY_BLIND] = { "blind", BIT(t) | BIT(kind) | BIT(count),
			   BIT(since) },
	[REPLAY_OVER] = { "over", BIT(t), 0 },
};

static int refuse(struct replay_line *out, const char *what, const char *name)
{
	snprintf(out->why, sizeof(out->why), "%s%s%s", what, name ? " " : "",
		 name ? name : "");
	return -EBADMSG;
}

static enum replay_word find_word(const char *name)
{
	int w;

	for (w = REPLAY_NOTHING + 1; w < REPLAY_WORDS; w++)
		if (!strcmp(name, words[w].name))
			return (enum replay_word)w;
	return REPLAY_NOTHING;
}

static enum field find_field(const char *name)
{
	int f;

	for (f = 0; f < FIELD_MAX; f++)
		if (!strcmp(name, fields[f].name))
			break;
	return (enum field)f;
}

/* Takes one `name=value`, which it may change. */
static int take_field(char *token, __u32 *seen, struct replay_line *out)
{
	char *value = strchr(token, '=');
	enum field f;

	if (!value)
		return refuse(out, "a field has no value", NULL);
	*value++ = '\0';
	f = find_field(token);
	if (f == FIELD_MAX)
		return refuse(out, "a field has an unknown name", NULL);
	if (!((words[out->word].must | words[out->word].may) & 1U << f))
		return refuse(out, "this word has no field", fields[f].name);
	if (*seen & 1U << f)
		return refuse(out, "there are two fields", fields[f].name);
	if (fields[f].set(value, fields[f].max, (char *)out + fields[f].at))
		return refuse(out, "bad value of", fields[f].name);
	*seen |= 1U << f;
	return 0;
}

static void set_defaults(struct replay_line *out, __u32 seen)
{
	out->root_known = seen & BIT(root);
	if (!(seen & BIT(nlink)))
		out->nlink = 1;
	if (!(seen & BIT(tgid)))
		out->tgid = out->pid;
	if (!(seen & BIT(since)))
		out->since = out->t;
}

static int check_fields(struct replay_line *out, __u32 seen)
{
	__u32 missing = words[out->word].must & ~seen;

	if (missing)
		return refuse(out, "there is no field",
			      fields[__builtin_ctz(missing)].name);
	if (out->word == REPLAY_BLIND && (!out->count || out->since > out->t))
		return refuse(out, "bad value of",
			      out->count ? "since" : "count");
	set_defaults(out, seen);
	return 0;
}

int replay_parse(const char *line, struct replay_line *out)
{
	char text[REPLAY_LINE_MAX + 1];
	char *rest = text;
	size_t len = strlen(line);
	__u32 seen = 0;
	int err = 0;

	memset(out, 0, sizeof(*out));
	if (!*line || *line == '#')
		return 0;
	if (len > REPLAY_LINE_MAX)
		return refuse(out, "it is too long", NULL);
	memcpy(text, line, len + 1);
	out->word = find_word(strsep(&rest, " "));
	if (out->word == REPLAY_NOTHING)
		return refuse(out, "it begins with an unknown word", NULL);
	while (rest && !err)
		err = take_field(strsep(&rest, " "), &seen, out);
	return err ? err : check_fields(out, seen);
}
