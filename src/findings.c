// SPDX-License-Identifier: GPL-2.0
/* findings.c - see findings.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "findings.h"

#define FINDINGS_MAX 65536
#define FINDINGS_BYTES (64UL << 20) /* paths may be long */

/* What is kept of a finding whose window may still get another. */
struct entry {
	UT_hash_handle hh;
	char id[FINDING_ID_LEN];
	uint64_t subvol;
	bool stranded;
	bool subvol_known;
	bool path_known;
	bool path_truncated;
	bool path_in_fs;
	char path[];
};

struct findings {
	struct entry *entries;
	uint64_t stranded; /* entries that are */
	uint64_t uncached; /* stranded pages that found the table full */
	size_t bytes;	   /* of the entries */
};

struct findings *findings_new(void)
{
	return calloc(1, sizeof(struct findings));
}

static void entry_remove(struct findings *t, struct entry *e)
{
	if (e->stranded)
		t->stranded--;
	t->bytes -= sizeof(*e) + strlen(e->path) + 1;
	HASH_DEL(t->entries, e);
	free(e);
}

static int entry_add(struct findings *t, const struct finding *f)
{
	size_t len = strlen(f->path);
	struct entry *e = calloc(1, sizeof(*e) + len + 1);

	if (!e)
		return -ENOMEM;
	memcpy(e->id, f->id, sizeof(e->id));
	memcpy(e->path, f->path, len);
	e->subvol = f->subvol;
	e->subvol_known = f->subvol_known;
	e->path_known = f->path_known;
	e->path_truncated = f->path_truncated;
	e->path_in_fs = f->path_in_fs;
	e->stranded = f->class == FINDING_STRANDED;
	HASH_ADD_STR(t->entries, id, e);
	if (!e->hh.tbl) {
		free(e);
		return -ENOMEM;
	}
	t->bytes += sizeof(*e) + len + 1;
	if (e->stranded)
		t->stranded++;
	return 0;
}

static void entry_inherit(const struct entry *e, struct finding *f)
{
	if (!f->subvol_known && e->subvol_known) {
		f->subvol = e->subvol;
		f->subvol_known = true;
	}
	if (!e->path_known || (f->path_known && !f->path_truncated))
		return;
	memcpy(f->path, e->path, strlen(e->path) + 1);
	f->path_known = true;
	f->path_truncated = e->path_truncated;
	f->path_in_fs = e->path_in_fs;
}

int findings_note(struct findings *t, struct finding *f)
{
	bool opens =
		f->class == FINDING_STRANDED || f->class == FINDING_PENDING;
	struct entry *e;

	if (f->class == FINDING_UNEXPLAINED || f->class == FINDING_EVICTED ||
	    f->class == FINDING_STALE_READ)
		return 0;
	HASH_FIND_STR(t->entries, f->id, e);
	if (e) {
		entry_inherit(e, f);
		entry_remove(t, e);
	} else if (!opens && f->was_stranded && t->uncached) {
		t->uncached--;
	}
	if (!opens)
		return 0;
	if (HASH_COUNT(t->entries) < FINDINGS_MAX && t->bytes < FINDINGS_BYTES)
		return entry_add(t, f);
	if (f->class == FINDING_STRANDED)
		t->uncached++;
	return 0;
}

uint64_t findings_open(const struct findings *t)
{
	return t->stranded + t->uncached;
}

void findings_free(struct findings *t)
{
	struct entry *e, *next;

	if (!t)
		return;
	e = t->entries;
	HASH_CLEAR(hh, t->entries);
	for (; e; e = next) {
		next = e->hh.next;
		free(e);
	}
	free(t);
}
