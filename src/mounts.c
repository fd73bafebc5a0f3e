/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mounts.h"

/* Five times PATH_MAX with every byte escaped is more than a line can have. */
#define LINE_LEN 81920
#define FIELDS_MAX 64

struct mounts {
	struct mount *mounts; /* in the order of mounting */
	size_t count;
	size_t room;
	const char *preferred;
};

static bool is_octal(const char *s)
{
	return s[0] >= '0' && s[0] <= '3' && s[1] >= '0' && s[1] <= '7' &&
	       s[2] >= '0' && s[2] <= '7';
}

/* Undoes the kernel's \ooo in place. */
static void unescape(char *s)
{
	char *to = s;

	while (*s) {
		if (*s == '\\' && is_octal(s + 1) &&
		    strncmp(s + 1, "000", 3) != 0) {
			*to++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 |
				       (s[3] - '0'));
			s += 4;
		} else {
			*to++ = *s++;
		}
	}
	*to = '\0';
}

/* Splits at single spaces; returns the number of fields, at most FIELDS_MAX. */
static int split(char *line, char *fields[FIELDS_MAX])
{
	char *rest = line;
	int n = 0;

	while (n < FIELDS_MAX && rest)
		fields[n++] = strsep(&rest, " ");
	return n;
}

static bool parse_number(const char **s, char end, unsigned int max,
			 unsigned int *out)
{
	unsigned long value;
	char *stop;

	if (**s < '0' || **s > '9')
		return false;
	errno = 0;
	value = strtoul(*s, &stop, 10);
	if (errno || value > max || *stop != end)
		return false;
	*out = (unsigned int)value;
	*s = stop + 1;
	return true;
}

static bool parse_dev(const char *s, struct mount *m)
{
	return parse_number(&s, ':', (1U << 12) - 1, &m->major) &&
	       parse_number(&s, '\0', (1U << 20) - 1, &m->minor);
}

/*
 * "id parent major:minor root point options optional... - fstype ...". Points
 * the strings of *m into the line. False: not in the format.
 */
static bool parse_line(char *line, struct mount *m)
{
	char *fields[FIELDS_MAX];
	int n = split(line, fields);
	int dash = 6;

	while (dash < n && strcmp(fields[dash], "-") != 0)
		dash++;
	if (dash + 1 >= n || !parse_dev(fields[2], m))
		return false;
	m->root = fields[3];
	m->point = fields[4];
	m->fstype = fields[dash + 1];
	unescape(m->root);
	unescape(m->point);
	unescape(m->fstype);
	return m->root[0] == '/' && m->point[0] == '/' && m->fstype[0];
}

static void mount_clear(struct mount *m)
{
	free(m->root);
	free(m->point);
	free(m->fstype);
}

static int mounts_add(struct mounts *t, const struct mount *m)
{
	struct mount *to;

	if (t->count == t->room) {
		size_t room = t->room ? 2 * t->room : 64;

		to = reallocarray(t->mounts, room, sizeof(*to));
		if (!to)
			return -ENOMEM;
		t->mounts = to;
		t->room = room;
	}
	to = &t->mounts[t->count];
	*to = *m;
	to->root = strdup(m->root);
	to->point = strdup(m->point);
	to->fstype = strdup(m->fstype);
	if (!to->root || !to->point || !to->fstype) {
		mount_clear(to);
		return -ENOMEM;
	}
	t->count++;
	return 0;
}

/* Adds what is in one line; an overlong line is read to its end and left. */
static int read_line(FILE *in, char *line, struct mounts *t)
{
	size_t len = strlen(line);
	struct mount m;
	int c;

	if (len && line[len - 1] == '\n') {
		line[len - 1] = '\0';
	} else if (len == LINE_LEN - 1) {
		do
			c = getc(in);
		while (c != EOF && c != '\n');
		return 0;
	}
	return parse_line(line, &m) ? mounts_add(t, &m) : 0;
}

int mounts_read(FILE *in, struct mounts **out)
{
	struct mounts *t = calloc(1, sizeof(*t));
	char *line = malloc(LINE_LEN);
	int err = -ENOMEM;

	if (!t || !line)
		goto out;
	while (fgets(line, LINE_LEN, in)) {
		err = read_line(in, line, t);
		if (err)
			goto out;
	}
	err = ferror(in) ? -EIO : 0;
out:
	free(line);
	if (err)
		mounts_free(t);
	else
		*out = t;
	return err;
}

void mounts_free(struct mounts *t)
{
	size_t i;

	if (!t)
		return;
	for (i = 0; i < t->count; i++)
		mount_clear(&t->mounts[i]);
	free(t->mounts);
	free(t);
}

void mounts_prefer(struct mounts *t, const char *point)
{
	t->preferred = point;
}

const char *mounts_below(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (len && dir[len - 1] == '/')
		len--;
	if (strncmp(dir, path, len) != 0)
		return NULL;
	if (path[len] == '/')
		return path + len + 1;
	return path[len] ? NULL : path + len;
}

/* A later mount at the same place hides it. */
static bool is_hidden(const struct mounts *t, size_t i)
{
	size_t k;

	for (k = i + 1; k < t->count; k++)
		if (!strcmp(t->mounts[k].point, t->mounts[i].point))
			return true;
	return false;
}

const struct mount *mounts_find(const struct mounts *t, unsigned int dev,
				const char *fs_path)
{
	const struct mount *best = NULL;
	size_t longest = 0;
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct mount *m = &t->mounts[i];
		size_t len = strlen(m->root);

		if ((m->major << 20 | m->minor) != dev)
			continue;
		if (fs_path && !mounts_below(m->root, fs_path))
			continue;
		if (is_hidden(t, i))
			continue;
		if (t->preferred && !strcmp(m->point, t->preferred))
			return m;
		if (len > longest) {
			longest = len;
			best = m;
		}
	}
	return best;
}

const struct mount *mounts_of_point(const struct mounts *t, const char *path)
{
	char *real = realpath(path, NULL);
	const struct mount *best = NULL;
	size_t longest = 0;
	size_t i;

	if (!real)
		return NULL;
	for (i = 0; i < t->count; i++) {
		size_t len = strlen(t->mounts[i].point);

		/* Of mounts at the same place the last is on top. */
		if (len >= longest && mounts_below(t->mounts[i].point, real)) {
			longest = len;
			best = &t->mounts[i];
		}
	}
	free(real);
	errno = 0;
	return best;
}

const struct mount *mounts_holding(const struct mounts *t, unsigned int dev,
				   const char *path)
{
	const struct mount *best = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < t->count; i++) {
		const struct mount *m = &t->mounts[i];
		size_t len = strlen(m->point);

		if ((m->major << 20 | m->minor) == dev && len > longest &&
		    mounts_below(m->point, path) && !is_hidden(t, i)) {
			longest = len;
			best = m;
		}
	}
	return best;
}

const struct mount *mounts_of_type(const struct mounts *t, const char *fstype)
{
	size_t i = t->count;

	while (i--)
		if (!strcmp(t->mounts[i].fstype, fstype) && !is_hidden(t, i))
			return &t->mounts[i];
	return NULL;
}

const struct mount *mounts_next_of_type(const struct mounts *t,
					const char *fstype,
					const struct mount *m)
{
	size_t i = m ? (size_t)(m - t->mounts) + 1 : 0;

	for (; i < t->count; i++)
		if (!strcmp(t->mounts[i].fstype, fstype) && !is_hidden(t, i))
			return &t->mounts[i];
	return NULL;
}
