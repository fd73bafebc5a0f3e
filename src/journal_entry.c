// SPDX-License-Identifier: GPL-2.0
/* journal_entry.c - see journal_entry.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#ifdef HAVE_LIBSYSTEMD
/* No name of a source file in each entry. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-journal.h>
#endif

#include "journal_entry.h"

#define SOCKET "/run/systemd/journal/socket"

int journal_entry_begin(struct journal_entry *e)
{
	memset(e, 0, sizeof(*e));
	e->out = open_memstream(&e->text, &e->len);
	if (!e->out)
		return -ENOMEM;
	journal_entry_field(e, "MESSAGE");
	return 0;
}

void journal_entry_field(struct journal_entry *e, const char *name)
{
	/* Only more of them than there is room for: then nothing is sent. */
	if (e->count < JOURNAL_FIELDS)
		e->at[e->count] = (size_t)ftell(e->out);
	e->count++;
	fprintf(e->out, "%s=", name);
}

void journal_entry_number(struct journal_entry *e, const char *name,
			  uint64_t value)
{
	journal_entry_field(e, name);
	fprintf(e->out, "%" PRIu64, value);
}

void journal_entry_string(struct journal_entry *e, const char *name,
			  const char *value)
{
	journal_entry_field(e, name);
	fputs(value, e->out);
}

bool journal_is_stderr(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	char here[64];
	struct stat st;

	if (!stream || fstat(STDERR_FILENO, &st))
		return false;
	snprintf(here, sizeof(here), "%ju:%ju", (uintmax_t)st.st_dev,
		 (uintmax_t)st.st_ino);
	return !strcmp(stream, here);
}

#ifdef HAVE_LIBSYSTEMD
int journal_probe(void)
{
	return access(SOCKET, W_OK) ? -ENOENT : 0;
}

static int send_fields(const struct journal_entry *e)
{
	struct iovec v[JOURNAL_FIELDS];

	for (unsigned int i = 0; i < e->count; i++) {
		v[i].iov_base = e->text + e->at[i];
		v[i].iov_len = e->at[i + 1] - e->at[i];
	}
	return sd_journal_sendv(v, (int)e->count);
}
#else
int journal_probe(void)
{
	return -ENOSYS;
}

static int send_fields(const struct journal_entry *e)
{
	(void)e;
	return -ENOSYS;
}
#endif

/* One write, so that lines of several processes do not mix. */
static int send_line(const struct journal_entry *e, const struct journal *j,
		     enum journal_kind kind)
{
	char head[8], end = '\n';
	const size_t skip = strlen("MESSAGE=");
	const struct iovec v[] = {
		{ head, (size_t)snprintf(head, sizeof(head), "<%d>",
					 journal_words[kind].priority) },
		{ e->text + skip, e->at[1] - skip },
		{ &end, 1 },
	};

	return writev(j->fd, v, 3) < 0 ? -errno : 0;
}

int journal_entry_send(struct journal_entry *e, const struct journal *j,
		       enum journal_kind kind)
{
	int err = -E2BIG;
	bool whole;

	journal_entry_string(e, "MESSAGE_ID", journal_words[kind].id);
	journal_entry_number(e, "PRIORITY",
			     (uint64_t)journal_words[kind].priority);
	journal_entry_string(e, "SYSLOG_IDENTIFIER", "btrfs-dirtywatch");
	journal_entry_string(e, "DIRTYWATCH_EVENT", journal_words[kind].name);
	whole = !ferror(e->out);
	if (fclose(e->out) || !whole) {
		err = -ENOMEM;
	} else if (e->count <= JOURNAL_FIELDS) {
		e->at[e->count] = e->len;
		err = j->socket ? send_fields(e) : -ENOTCONN;
		if (err < 0)
			err = send_line(e, j, kind);
	}
	free(e->text);
	return err;
}
