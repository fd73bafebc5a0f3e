// SPDX-License-Identifier: GPL-2.0
/* metrics_write.c - the text for Prometheus; see metrics.h. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "metrics.h"
#include "now.h"

#define NANO UINT64_C(1000000000)

static const char *const types[] = {
	[METRIC_COUNTER] = "counter",
	[METRIC_GAUGE] = "gauge",
};

/* What the format wants escaped; a byte that is not ASCII becomes a '?'. */
static void print_string(FILE *out, const char *bytes)
{
	for (; *bytes; bytes++) {
		if (*bytes == '"' || *bytes == '\\')
			fprintf(out, "\\%c", *bytes);
		else
			putc(*bytes >= ' ' && *bytes <= '~' ? *bytes : '?',
			     out);
	}
}

static uint64_t value_at(const struct metrics *m, const struct metric *t,
			 const unsigned int index[2])
{
	const char *at = (const char *)m + t->offset;
	uint64_t value;

	for (int i = 0; i < 2; i++)
		if (t->label[i])
			at += (index[i] - t->label[i]->first) * t->stride[i];
	memcpy(&value, at, sizeof(value));
	return value;
}

static void print_value(FILE *out, const struct metrics *m,
			const struct metric *t, const unsigned int index[2])
{
	uint64_t value = value_at(m, t, index);

	switch (t->unit) {
	case METRIC_NUMBER:
		fprintf(out, "%" PRIu64 "\n", value);
		break;
	case METRIC_NANO:
		fprintf(out, "%" PRIu64 ".%09" PRIu64 "\n", value / NANO,
			value % NANO);
		break;
	case METRIC_STATE:
		fprintf(out, "%d\n", value == index[0]);
		break;
	case METRIC_INFO:
		fputs("1\n", out);
		break;
	}
}

static void print_sample(FILE *out, const struct metrics *m,
			 const struct metric *t, const unsigned int index[2])
{
	fputs(METRICS_PREFIX, out);
	fputs(t->name, out);
	for (int i = 0; i < 2 && t->label[i]; i++) {
		fprintf(out, "%s%s=\"", i ? "," : "{", t->label[i]->name);
		print_string(out, t->label[i]->word(m, index[i]));
		putc('"', out);
	}
	fputs(t->label[0] ? "} " : " ", out);
	print_value(out, m, t, index);
}

/* From the first word of a label up to here; without a label: one. */
static unsigned int first_of(const struct metric_label *l)
{
	return l ? l->first : 0;
}

static unsigned int end_of(const struct metric_label *l,
			   const struct metrics *m)
{
	return l ? l->count(m) : 1;
}

static void print_metric(FILE *out, const struct metrics *m,
			 const struct metric *t)
{
	unsigned int at[2];

	/* Texts of record.h begin in lower case. */
	fprintf(out, "# HELP " METRICS_PREFIX "%s %c%s.\n", t->name,
		toupper((unsigned char)*t->help), t->help + 1);
	fprintf(out, "# TYPE " METRICS_PREFIX "%s %s\n", t->name,
		types[t->type]);
	for (at[0] = first_of(t->label[0]); at[0] < end_of(t->label[0], m);
	     at[0]++)
		for (at[1] = first_of(t->label[1]);
		     at[1] < end_of(t->label[1], m); at[1]++)
			print_sample(out, m, t, at);
}

int metrics_print(FILE *out, const struct metrics *m)
{
	for (const struct metric *t = metrics_table; t->name; t++)
		print_metric(out, m, t);
	return fflush(out) || ferror(out) ? -EIO : 0;
}

/* Others may write to the folder: the file is a new one, and no link. */
static int write_new(const char *path, const struct metrics *m)
{
	int fd, err;
	FILE *out;

	if (unlink(path) && errno != ENOENT)
		return -errno;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		  0644);
	if (fd < 0)
		return -errno;
	/* Whatever the umask is: another user reads it. */
	err = fchmod(fd, 0644) ? -errno : 0;
	out = err ? NULL : fdopen(fd, "w");
	if (!out) {
		close(fd);
		return err ? err : -errno;
	}
	errno = 0;
	err = metrics_print(out, m);
	if (fclose(out) || err)
		return errno ? -errno : -EIO;
	return 0;
}

int metrics_write(const char *path, struct metrics *m)
{
	char tmp[PATH_MAX];
	int err;

	if ((size_t)snprintf(tmp, sizeof(tmp), "%s.tmp", path) >= sizeof(tmp))
		return -ENAMETOOLONG;
	m->updated_ns = (uint64_t)wall_ns();
	err = write_new(tmp, m);
	if (!err && rename(tmp, path))
		err = -errno;
	if (err)
		unlink(tmp);
	return err;
}
