// SPDX-License-Identifier: GPL-2.0
/*
 * accuracy [-b] [-l LOOPDIR] [-n PERCENT] [-r PATTERN] [-x COMMAND] -D DEVICE
 * -S SEED -o TRUTH DIR Run the rows of the table in DIR, the mount point of a
 * btrfs on DEVICE, and write what really happened to TRUTH. For test machines
 * only: it loses data, drops all caches and takes all memory. -b: only the rows
 * that unmount, which the others leave out. Exit code: 0 done, 2 usage, 3 could
 * not be done.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "accuracy.h"

#define BATCH_LEN 32u

struct options {
	bool closing;
	unsigned int percent;
	const char *pattern, *truth;
};

int whine(int err, const char *fmt, ...)
{
	va_list args;

	fputs("accuracy: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return err;
}

static int sync_row(const struct engine *engine)
{
	int fd = open(engine->row_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (syncfs(fd))
		err = -errno;
	close(fd);
	return err;
}

static int fail(const struct trial *trial, const char *what, int err)
{
	return err ? whine(err,
			   "cannot %s in trial %" PRIu64 " of row '%s': %s",
			   what, trial->number, trial->row->name,
			   strerror(-err))
		   : 0;
}

/* The files are on disk and out of the cache. */
static int prepare(struct engine *engine)
{
	int err = 0;

	engine->made++;
	for (unsigned int i = 0; i < engine->batch_len && !err; i++)
		err = fail(&engine->batch[i], "make the file",
			   file_create(engine, &engine->batch[i]));
	if (!err)
		err = sync_row(engine);
	for (unsigned int i = 0; i < engine->batch_len && !err; i++) {
		struct trial *trial = &engine->batch[i];

		if (trial->row->place->based)
			err = trial->row->place->based(engine, trial);
		if (!err)
			err = pages_drop_file(trial);
		fail(trial, "clear the cache", err);
	}
	return err;
}

static int perform(struct engine *engine)
{
	unsigned int step = engine->batch[0].row->crowd ?: 1;
	static struct trial *some[512];
	int err = 0;

	for (unsigned int i = 0; i < engine->batch_len && !err; i += step) {
		unsigned int n = 0;

		for (; n < step && i + n < engine->batch_len && !err; n++) {
			some[n] = &engine->batch[i + n];
			err = file_dirty(some[n]);
		}
		if (!err)
			err = calls_run(engine, some, n);
		fail(some[0], "run the write call", err);
	}
	return err;
}

static int act_together(struct engine *engine)
{
	struct trial *first = &engine->batch[0];
	int err = first->row->way->act(engine, first);

	for (unsigned int i = 0; i < engine->batch_len && !err; i++)
		err = pages_look(engine, &engine->batch[i],
				 &engine->batch[i].after);
	return fail(first, "take the way", err);
}

/* With no file of the batch open. */
static int close_and_act(struct engine *engine)
{
	struct trial *first = &engine->batch[0];

	for (unsigned int i = 0; i < engine->batch_len; i++) {
		close(engine->batch[i].fd);
		engine->batch[i].fd = -1;
	}
	return fail(first, "take the way", first->row->way->act(engine, first));
}

static int verify(struct engine *engine, uint64_t *wanted)
{
	int err = sync_row(engine);

	for (unsigned int i = 0; i < engine->batch_len && !err; i++) {
		struct trial *trial = &engine->batch[i];
		unsigned int seen, want = 1u << trial->row->want;

		err = fail(trial, "verify the file",
			   file_verify(engine, trial));
		if (err)
			break;
		seen = truth_trial(engine, trial);
		*wanted += trial->row->want == CLASS_NONE ? seen == want
							  : (seen & want) != 0;
	}
	return err;
}

static int run_batch(struct engine *engine, uint64_t *wanted)
{
	const struct row *row = engine->batch[0].row;
	int err = prepare(engine);

	if (!err)
		err = perform(engine);
	if (!err && row->moment == TOGETHER)
		err = act_together(engine);
	if (!err && row->moment == BATCH)
		err = close_and_act(engine);
	if (!err)
		err = verify(engine, wanted);
	if (!err && engine->put_back)
		err = put_back(engine);
	for (unsigned int i = 0; i < engine->batch_len; i++)
		file_remove(&engine->batch[i]);
	fflush(engine->truth);
	return err;
}

static void new_batch(struct engine *engine, const struct row *row,
		      unsigned int len, uint64_t *number)
{
	memset(engine->batch, 0, len * sizeof(*engine->batch));
	engine->batch_len = len;
	for (unsigned int i = 0; i < len; i++) {
		struct trial *trial = &engine->batch[i];

		trial->row = row;
		trial->number = (*number)++;
		trial->attempt = 1;
		trial->fd = -1;
		plan_make(trial, engine->seed);
	}
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int run_row(struct engine *engine, const struct row *row, uint64_t count)
{
	unsigned int most = row->crowd ?: row->alone ? 1 : BATCH_LEN;
	uint64_t number = 0, wanted = 0;
	double began = seconds();
	int err;

	if (row->why) {
		truth_row(engine, row, 0, 0, row->why);
		return 0;
	}
	err = row->place->enter(engine, engine->row_dir);
	if (err)
		return whine(err, "cannot enter the place of row '%s': %s",
			     row->name, strerror(-err));
	while (!err && wanted < count && number < 4 * count + 8) {
		uint64_t left = count - wanted;

		new_batch(engine, row, row->crowd || left > most ? most : left,
			  &number);
		err = run_batch(engine, &wanted);
	}
	if (row->place->leave)
		row->place->leave(engine);
	truth_row(engine, row, number, wanted, NULL);
	printf("%-40s %5" PRIu64 " trials, %5" PRIu64 " wanted, %.2f s\n",
	       row->name, number, wanted, seconds() - began);
	fflush(stdout);
	return err;
}

static int run_rows(struct engine *engine, const struct options *options)
{
	int err = rows_find();

	for (const struct row *row = rows; row->name && !err; row++) {
		uint64_t count = (uint64_t)row->count * options->percent / 100;

		if ((row->moment == BATCH) == options->closing &&
		    !fnmatch(options->pattern, row->name, FNM_EXTMATCH))
			err = run_row(engine, row, count ? count : 1);
	}
	return err;
}

static int open_engine(struct engine *engine, const struct options *options)
{
	const struct rlimit files = { 4096, 4096 };
	int err;

	setrlimit(RLIMIT_NOFILE, &files);
	signal(SIGPIPE, SIG_IGN);
	pthread_setname_np(pthread_self(), "acc-drop");
	engine->pid = getpid();
	engine->batch = calloc(512, sizeof(*engine->batch));
	engine->truth = fopen(options->truth, "we");
	if (!engine->batch || !engine->truth)
		return -errno;
	err = provoke_flags_open(&engine->flags);
	return err ? err : calls_open(engine);
}

static bool parse(struct engine *engine, struct options *options, int argc,
		  char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "bl:n:r:x:D:S:o:")) != -1) {
		if (opt == 'b')
			options->closing = true;
		else if (opt == 'l')
			snprintf(engine->loop, sizeof(engine->loop), "%s",
				 optarg);
		else if (opt == 'n')
			options->percent =
				(unsigned int)strtoul(optarg, NULL, 10);
		else if (opt == 'x')
			engine->put_back = optarg;
		else if (opt == 'r')
			options->pattern = optarg;
		else if (opt == 'D')
			snprintf(engine->device, sizeof(engine->device), "%s",
				 optarg);
		else if (opt == 'S')
			engine->seed = strtoull(optarg, NULL, 10);
		else if (opt == 'o')
			options->truth = optarg;
		else
			return false;
	}
	if (optind != argc - 1 || !options->truth || !options->percent)
		return false;
	snprintf(engine->dir, sizeof(engine->dir), "%s", argv[optind]);
	return true;
}

int main(int argc, char **argv)
{
	struct options options = { .percent = 100, .pattern = "*" };
	static struct engine engine = { .uffd = -1 };
	int err;

	if (!parse(&engine, &options, argc, argv)) {
		fputs("usage: accuracy [-b] [-l LOOPDIR] [-n PERCENT] "
		      "[-r PATTERN] -D DEVICE -S SEED -o TRUTH DIR\n",
		      stderr);
		return 2;
	}
	err = open_engine(&engine, &options);
	if (err)
		return whine(3, "cannot begin: %s: run as root",
			     strerror(-err));
	err = run_rows(&engine, &options);
	fprintf(engine.truth, "{\"type\":\"end\",\"complete\":%s}\n",
		err ? "false" : "true");
	if (fclose(engine.truth))
		return whine(3, "cannot write %s", options.truth);
	return err ? 3 : 0;
}
