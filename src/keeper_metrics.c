// SPDX-License-Identifier: GPL-2.0
/* keeper_metrics.c - what metrics say of filesystems and the store: keeper.h.
 */
#include <dirent.h>
#include <string.h>

#include "keeper.h"

#define FILESYSTEMS "/sys/fs/btrfs"

/* Those that are mounted have a folder each, and there are others. */
static bool is_uuid(const char *name)
{
	return strlen(name) == FINDING_UUID_LEN - 1 && name[8] == '-' &&
	       strspn(name, "0123456789abcdef-") == FINDING_UUID_LEN - 1;
}

void keeper_filesystems(struct keeper *k)
{
	DIR *dir = opendir(FILESYSTEMS);
	const struct dirent *e;

	while (dir && (e = readdir(dir)))
		if (is_uuid(e->d_name))
			metrics_fs(&k->metrics, e->d_name);
	if (dir)
		closedir(dir);
}

static const enum metrics_store troubles[STORE_TROUBLE_MAX] = {
	[STORE_none] = METRICS_STORE_ok,
	[STORE_full] = METRICS_STORE_full,
	[STORE_read_only] = METRICS_STORE_read_only,
	[STORE_locked] = METRICS_STORE_locked,
	[STORE_corrupt] = METRICS_STORE_corrupt,
	[STORE_gone] = METRICS_STORE_failed,
	[STORE_other] = METRICS_STORE_failed,
};

static void add_store(struct keeper *k)
{
	struct store_status s;
	int64_t oldest = 0;

	store_status(k->store, &s);
	k->metrics.store = troubles[s.trouble];
	k->metrics.store_failures = s.given_up;
	k->metrics.store_bytes = store_bytes(k->store);
	if (!store_oldest(k->store, &oldest))
		k->metrics.store_oldest_ns = (uint64_t)oldest;
	k->metrics.journal_left_out = k->journal.left_out;
}

void keeper_export(struct keeper *k, const struct config *c)
{
	int err;

	if (!*c->metrics)
		return;
	add_store(k);
	err = metrics_write(c->metrics, &k->metrics);
	if (err && !k->unexported)
		journal_say(&k->journal, JOURNAL_problem,
			    "cannot write the metrics '%s': %s", c->metrics,
			    strerror(-err));
	k->unexported = err;
}
