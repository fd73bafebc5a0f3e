// SPDX-License-Identifier: GPL-2.0
/* store.c - see store.h. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "store_inside.h"

/* A file that may not grow is an error, and must not be the end of us. */
static void outlive_file_limit(void)
{
	struct sigaction act;

	if (!sigaction(SIGXFSZ, NULL, &act) && act.sa_handler == SIG_DFL) {
		act.sa_handler = SIG_IGN;
		sigaction(SIGXFSZ, &act, NULL);
	}
}

static int open_now(struct store *s, bool later)
{
	struct store_error e;
	int err;

	store_db_init(&s->db);
	if (s->read_only)
		return store_db_open_read_only(&s->db, s->path, &e);
	outlive_file_limit();
	err = store_connect(s, true, &e);
	if (!err || !later || e.final)
		return err;
	store_failed(s, &e);
	return 0;
}

int store_open(const struct store_options *options, struct store **out)
{
	const char *path = options->path ? options->path : STORE_PATH;
	struct store *s;
	int err;

	*out = NULL;
	if (strlen(path) >= STORE_PATH_LEN)
		return -ENAMETOOLONG;
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	memcpy(s->path, path, strlen(path) + 1);
	store_keep(s, options->keep_days, options->keep_mib);
	s->read_only = options->read_only;
	err = open_now(s, options->later);
	if (err)
		store_close(s);
	else
		*out = s;
	return err;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	store_db_close(&s->db, s->db.write.db && !store_db_is_there(&s->db));
	store_db_unlock(&s->db);
	store_queue_clear(&s->queue);
	free(s->run);
	free(s->beat);
	free(s->end);
	free(s);
}

/* The row takes the place of the one before, if there is one. */
static int put_one(struct store_row **place, struct store_row *row)
{
	if (!row)
		return -ENOMEM;
	free(*place);
	*place = row;
	return 0;
}

int store_run_begin(struct store *s, const struct store_run *run)
{
	const struct store_value values[] = {
		store_text(run->boot),	     store_text(run->host),
		store_text(run->version),    store_text(run->kernel),
		store_text(run->srcversion), store_text(run->mount),
		store_text(run->mode),	     store_number(run->begin_ns),
	};
	int err;

	if (s->read_only)
		return -EROFS;
	if (!run->boot || !run->host || !run->version)
		return -EINVAL;
	if (s->run)
		return -EALREADY;
	err = put_one(&s->run,
		      store_row_new(STORE_ROW_RUN, values,
				    sizeof(values) / sizeof(values[0])));
	if (!err)
		s->run->at_ns = run->begin_ns;
	return err;
}

static void gap_add(struct store_gap *gap, int64_t from_ns, int64_t to_ns)
{
	if (!gap->count || from_ns < gap->from_ns)
		gap->from_ns = from_ns;
	if (!gap->count || to_ns > gap->to_ns)
		gap->to_ns = to_ns;
	gap->count++;
}

static int put(struct store *s, struct store_row *row)
{
	if (!row)
		return -ENOMEM;
	if (store_queue_put(&s->queue, row))
		return 0;
	gap_add(&s->gap, row->at_ns, row->to_ns);
	s->status.given_up++;
	free(row);
	return -ENOBUFS;
}

int store_finding(struct store *s, const struct finding *f, int64_t at_ns,
		  const char *json)
{
	return s->run && json ? put(s, store_row_finding(f, at_ns, json))
			      : -EINVAL;
}

int store_blind(struct store *s, const char *kind, uint64_t count,
		int64_t from_ns, int64_t to_ns, bool open)
{
	return s->run ? put(s,
			    store_row_blind(kind, count, from_ns, to_ns, open))
		      : -EINVAL;
}

int store_beat(struct store *s, int64_t covered_ns, const char *counters_json)
{
	const struct store_value values[] = { store_number(covered_ns),
					      store_text(counters_json) };
	struct store_row *row;

	if (!s->run)
		return -EINVAL;
	row = store_row_new(STORE_ROW_BEAT, values, 2);
	if (row)
		row->at_ns = covered_ns;
	return put_one(&s->beat, row);
}

int store_run_end(struct store *s, int64_t end_ns, int exit_code)
{
	const struct store_value values[] = { store_number(end_ns),
					      store_number(exit_code) };
	int err;

	if (!s->run)
		return -EINVAL;
	err = put_one(&s->end, store_row_new(STORE_ROW_END, values, 2));
	if (err)
		return err;
	s->retry_at = 0;
	return store_commit(s);
}

void store_keep(struct store *s, uint32_t days, uint32_t mib)
{
	s->keep_days = days;
	s->keep_bytes = (uint64_t)mib << 20;
}
