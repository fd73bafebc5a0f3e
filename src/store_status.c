// SPDX-License-Identifier: GPL-2.0
/* store_status.c - what can be told of the store. */
#include <errno.h>
#include <sqlite3.h>
#include <stddef.h>

#include "store_inside.h"

uint64_t store_bytes(const struct store *s)
{
	return store_file_bytes(s->db.path[0] ? s->db.path : s->path);
}

int store_oldest(struct store *s, int64_t *at_ns)
{
	int rc;

	if (!s->db.write.db)
		return s->status.err ? s->status.err : -ENODATA;
	rc = store_db_number(&s->db,
			     "SELECT at_ns FROM finding ORDER BY at_ns LIMIT 1",
			     at_ns);
	if (rc == SQLITE_DONE)
		return -ENODATA;
	return rc == SQLITE_OK ? 0 : -EIO;
}

void store_status(const struct store *s, struct store_status *status)
{
	*status = s->status;
	status->pending = s->queue.rows;
}

static const struct {
	const char *word;
	const char *text;
} troubles[STORE_TROUBLE_MAX] = {
#define X(name, word, text) [STORE_##name] = { word, text },
	STORE_TROUBLES(X)
#undef X
};

const char *store_trouble_word(enum store_trouble trouble)
{
	return troubles[trouble < STORE_TROUBLE_MAX ? trouble : STORE_other]
		.word;
}

const char *store_trouble_text(enum store_trouble trouble)
{
	return troubles[trouble < STORE_TROUBLE_MAX ? trouble : STORE_other]
		.text;
}
