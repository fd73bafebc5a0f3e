/* SPDX-License-Identifier: GPL-2.0 */
/* replay_judge.c - see replay_judge.h. */
#include <errno.h>
#include <string.h>

#include "replay_judge.h"

#ifndef VERSION
#define VERSION "unknown"
#endif

static int refuse(struct replay_judge *j, const char *why)
{
	j->why = why;
	return -EBADMSG;
}

int judge_init(struct replay_judge *j, struct report *report)
{
	memset(j, 0, sizeof(*j));
	return table_init(&j->table, report);
}

void judge_free(struct replay_judge *j)
{
	table_free(&j->table);
}

static int on_begin(struct replay_judge *j, const struct replay_line *l)
{
	struct report_start_info info = { .version = VERSION, .ns = l->t };

	if (j->begun)
		return refuse(j, "it has begun before");
	j->begun = true;
	j->begin_ns = l->t;
	if (j->table.report->limit.max == RATELIMIT_AS_TOLD)
		report_limit(j->table.report, RATELIMIT_DEFAULT);
	return report_start(j->table.report, &info);
}

static int on_file(struct replay_judge *j, const struct replay_line *l)
{
	return table_file(&j->table, l);
}

static int on_clean(struct replay_judge *j, const struct replay_line *l)
{
	int err = table_observe(&j->table, l, OBS_CLEAN);

	return err ? err : table_open(&j->table, l);
}

/* Another call that finds the page clean proves nothing about this one. */
static int on_retry(struct replay_judge *j, const struct replay_line *l)
{
	const struct window *w = table_find(&j->table, l);

	if (!w || w->call != l->call)
		return 0;
	return table_observe(&j->table, l, OBS_RETRY);
}

static int on_written(struct replay_judge *j, const struct replay_line *l)
{
	table_count(&j->table, COUNT_written);
	return table_observe(&j->table, l, OBS_WRITTEN);
}

static int on_dirty(struct replay_judge *j, const struct replay_line *l)
{
	return table_observe(&j->table, l, OBS_DIRTY);
}

static int on_move(struct replay_judge *j, const struct replay_line *l)
{
	struct window *w = table_find(&j->table, l);

	if (w) {
		w->page = l->page;
		table_count(&j->table, COUNT_migrated);
	}
	return 0;
}

static int on_drop(struct replay_judge *j, const struct replay_line *l)
{
	struct window *w = table_find(&j->table, l);

	if (!w)
		return 0;
	w->drop = (struct window_drop){
		.ns = l->t,
		.i_size = l->isize,
		.pid = (__u32)l->pid,
		.tgid = (__u32)l->tgid,
		.way = (__u32)l->way,
		.dirty = l->dirty != 0,
		.unlinked = l->nlink == 0,
	};
	memcpy(w->drop.comm, l->comm, sizeof(w->drop.comm));
	return table_observe(&j->table, l, OBS_DROP);
}

/* Kept in the window's part for the end, which is not valid before that. */
static int on_found(struct replay_judge *j, const struct replay_line *l)
{
	struct window *w = table_find(&j->table, l);

	if (w && w->bits & WINDOW_ENDED)
		return refuse(j, "the page's write call has ended before");
	if (w) {
		w->end.dirty = (__u32)l->dirty;
		w->end.locked = (__u32)l->locked;
	}
	return 0;
}

static int on_end(struct replay_judge *j, const struct replay_line *l)
{
	const struct window_end end = {
		.ns = l->t,
		.result = l->result,
		.pos = l->pos,
		.stop = l->stop,
		.left = l->left,
	};

	table_count(&j->table, COUNT_calls);
	return table_end(&j->table, &end, l->call);
}

static int on_settled(struct replay_judge *j, const struct replay_line *l)
{
	return table_observe(&j->table, l, OBS_SETTLED);
}

static int on_overwritten(struct replay_judge *j, const struct replay_line *l)
{
	return table_overwritten(&j->table, l);
}

static int on_unexplained(struct replay_judge *j, const struct replay_line *l)
{
	return table_unexplained(&j->table, l);
}

static int on_blind(struct replay_judge *j, const struct replay_line *l)
{
	const struct blind_span span = { l->count, l->since, l->t };

	table_blind(&j->table, (enum blind)l->kind, &span);
	return 0;
}

static int on_over(struct replay_judge *j, const struct replay_line *l)
{
	if (l->t < j->begin_ns)
		return refuse(j, "it is over before it began");
	j->over = true;
	j->table.summary.seconds = (double)(l->t - j->begin_ns) / 1e9;
	table_over(&j->table, l->t);
	return 0;
}

static const struct {
	int (*take)(struct replay_judge *j, const struct replay_line *l);
	bool needs_file; /* to say whose page it is */
} words[REPLAY_WORDS] = {
	[REPLAY_BEGIN] = { on_begin, false },
	[REPLAY_FILE] = { on_file, false },
	[REPLAY_CLEAN] = { on_clean, true },
	[REPLAY_RETRY] = { on_retry, true },
	[REPLAY_WRITTEN] = { on_written, true },
	[REPLAY_DIRTY] = { on_dirty, true },
	[REPLAY_MOVE] = { on_move, true },
	[REPLAY_DROP] = { on_drop, true },
	[REPLAY_FOUND] = { on_found, true },
	[REPLAY_END] = { on_end, false },
	[REPLAY_SETTLED] = { on_settled, true },
	[REPLAY_OVERWRITTEN] = { on_overwritten, true },
	[REPLAY_UNEXPLAINED] = { on_unexplained, true },
	[REPLAY_BLIND] = { on_blind, false },
	[REPLAY_OVER] = { on_over, false },
};

int judge_line(struct replay_judge *j, const struct replay_line *l)
{
	int err;

	if (l->word == REPLAY_NOTHING)
		return 0;
	if (!j->begun && l->word != REPLAY_BEGIN)
		return refuse(j, "no 'begin' comes before it");
	if (j->over)
		return refuse(j, "it comes after the 'over'");
	if (words[l->word].needs_file && !table_knows(&j->table, l->map))
		return refuse(j, "no 'file' line tells whose page it is");
	err = words[l->word].take(j, l);
	if (err == -EBADMSG && !j->why)
		return refuse(j, "it makes a finding that cannot be");
	return err;
}

static int report_blindness(struct replay_judge *j)
{
	const struct blind_span *span = j->table.summary.blind;
	int i, err = 0;

	for (i = 0; i < BLIND_MAX && !err; i++) {
		const struct blind_info info = {
			.kind = report_blinds[i].name,
			.text = report_blinds[i].text,
			.count = span[i].count,
			.first_ns = span[i].first_ns,
			.last_ns = span[i].last_ns,
		};

		if (info.count)
			err = report_blind(j->table.report, &info);
	}
	return err;
}

int judge_finish(struct replay_judge *j)
{
	struct summary *s = &j->table.summary;
	int err;

	if (!j->over)
		return refuse(j, "no 'over' ends it, it was cut short");
	s->exit_code = summary_exit_code(s);
	err = report_blindness(j);
	return err ? err : report_summary(j->table.report, s);
}
