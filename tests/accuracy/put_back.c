// SPDX-License-Identifier: GPL-2.0
/* What was lost is put back by a command: does each file hold what was meant?
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "accuracy.h"

/* The tool looks once a second, and not at what is younger than that. */
#define WAIT_US 2500000
#define WAIT_EACH_US 30000 /* it does not look at all of many at once */

/* A file without a name is nobody's to find. */
static bool can_be(const struct trial *trial)
{
	return trial->losts && !trial->deleted && !trial->unlinked;
}

/* From the disk. */
static int look_again(struct trial *trial)
{
	trial->losts = 0;
	return file_reread(trial);
}

static int put_line(struct engine *engine, struct trial *trial)
{
	unsigned int before = trial->losts;
	int err = look_again(trial);

	fprintf(engine->truth,
		"{\"type\":\"put-back\",\"row\":\"%s\",\"trial\":%" PRIu64
		",\"try\":%u,\"inode\":%" PRIu64 ",\"spans\":%u,\"left\":%u}\n",
		trial->row->name, trial->number, trial->attempt, trial->inode,
		before, trial->losts);
	return err ? whine(err,
			   "row '%s', trial %" PRIu64
			   ": cannot read %s again: %s",
			   trial->row->name, trial->number, trial->paths[0],
			   strerror(-err))
		   : 0;
}

/* As if the application was stopped. The file may have been renamed. */
static void leave(struct trial *trial)
{
	char link[32], *path = trial->paths[0];
	ssize_t len;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", trial->fd);
	len = readlink(link, path, sizeof(trial->paths[0]) - 1);
	if (len > 0)
		path[len] = '\0';
	close(trial->fd);
	trial->fd = -1;
}

int put_back(struct engine *engine)
{
	unsigned int any = 0;
	int err = 0;

	for (unsigned int i = 0; i < engine->batch_len; i++) {
		struct trial *trial = &engine->batch[i];

		any += can_be(trial);
		if (trial->fd >= 0 && can_be(trial))
			leave(trial);
	}
	if (!any)
		return 0;
	usleep(WAIT_US + any * WAIT_EACH_US);
	/* That not all is put back shows below. */
	if (system(engine->put_back) == -1)
		return -errno;
	for (unsigned int i = 0; i < engine->batch_len && !err; i++)
		if (can_be(&engine->batch[i]))
			err = put_line(engine, &engine->batch[i]);
	return err;
}
