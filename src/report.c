/* SPDX-License-Identifier: GPL-2.0 */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "report.h"

#define NS_PER_S INT64_C(1000000000)

const struct report_word report_counters[COUNT_MAX] = {
#define X(name, text) [COUNT_##name] = { #name, text },
	COUNTERS(X)
#undef X
};

const struct report_word report_blinds[BLIND_MAX] = {
#define X(name, text) [BLIND_##name] = { #name, text },
	BLINDNESS(X)
#undef X
};

struct report *report_new(const struct report_ops *ops, FILE *out)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r) {
		r->ops = ops;
		r->out = out;
	}
	return r;
}

struct report *report_stdout_new(bool json, int verbose)
{
	bool colour = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");

	return json ? report_json_new(stdout)
		    : report_text_new(stdout, colour, verbose);
}

void report_also(struct report *r, struct report *also)
{
	r->also = also;
}

void report_free(struct report *r)
{
	free(r);
}

int report_emit(const struct report *r, const char *text, size_t len)
{
	errno = 0;
	if (fwrite(text, 1, len, r->out) != len || fflush(r->out))
		return errno ? -errno : -EIO;
	return 0;
}

static int start(struct report *r, const struct report_start_info *info)
{
	r->start = *info;
	r->start.version = NULL;
	r->start.kernel = NULL;
	r->start.srcversion = NULL;
	r->start.mount = NULL;
	r->start.unseen = NULL;
	return r->ops->start(r, info);
}

int report_start(struct report *r, const struct report_start_info *info)
{
	int err = start(r, info);

	return err || !r->also ? err : start(r->also, info);
}

static int say_left(struct report *r, const struct left_out *left)
{
	return r->ops->left ? r->ops->left(r, left) : 0;
}

void report_limit(struct report *r, uint32_t max)
{
	r->limit.max = max;
}

bool report_leaves_out(const struct report *r, const struct finding *f)
{
	return !r->also && ratelimit_full(&r->limit, f);
}

int report_left(struct report *r)
{
	const struct left_out left = ratelimit_left(&r->limit);
	int err = left.total ? say_left(r, &left) : 0;

	return err || !left.total || !r->also ? err : say_left(r->also, &left);
}

int report_tick(struct report *r, uint64_t ns)
{
	return ratelimit_over(&r->limit, ns) ? report_left(r) : 0;
}

int report_finding(struct report *r, const struct finding *f)
{
	int err = report_tick(r, f->ns);

	if (!err && ratelimit_take(&r->limit, f))
		err = r->ops->finding(r, f);
	return err || !r->also ? err : r->also->ops->finding(r->also, f);
}

int report_blind(struct report *r, const struct blind_info *info)
{
	int err = r->ops->blind(r, info);

	return err || !r->also ? err : r->also->ops->blind(r->also, info);
}

static int say_heal(struct report *r, const struct heal_note *note)
{
	return r->ops->heal ? r->ops->heal(r, note) : 0;
}

int report_heal(struct report *r, const struct heal_note *note)
{
	int err = say_heal(r, note);

	return err || !r->also ? err : say_heal(r->also, note);
}

int report_summary(struct report *r, const struct summary *s)
{
	int err = report_left(r);

	if (!err)
		err = r->ops->summary(r, s);
	return err || !r->also ? err : r->also->ops->summary(r->also, s);
}

uint64_t summary_losses(const struct summary *s)
{
	return s->counters[COUNT_lost] + s->counters[COUNT_evicted_dirty];
}

int summary_exit_code(const struct summary *s)
{
	int i;

	for (i = 0; i < BLIND_MAX; i++)
		if (s->blind[i].count)
			return 5;
	return summary_losses(s) || s->open_stranded ? 1 : 0;
}

const char *summary_verdict(const struct summary *s)
{
	if (s->exit_code == 5 || summary_exit_code(s) == 5)
		return "blind";
	if (summary_losses(s))
		return "lost";
	if (s->open_stranded)
		return "stranded";
	return s->exit_code ? "no answer" : "none lost";
}

/* Splits a time into what strftime() takes and the ns behind it. */
static bool wall_time(const struct report *r, uint64_t ns, time_t *seconds,
		      int64_t *rest)
{
	int64_t wall = (int64_t)(ns + (uint64_t)r->start.wall_ns);

	*seconds = wall / NS_PER_S;
	*rest = wall % NS_PER_S;
	return r->start.wall_known && wall >= 0;
}

struct json_object *report_time(const struct report *r, uint64_t ns)
{
	char day[32], text[64];
	struct tm tm;
	time_t seconds;
	int64_t rest;

	if (!wall_time(r, ns, &seconds, &rest) || !gmtime_r(&seconds, &tm) ||
	    !strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &tm))
		return NULL;
	snprintf(text, sizeof(text), "%s.%09" PRId64 "Z", day, rest);
	return json_object_new_string(text);
}

/* Local time: the one here, or the one that was told at the start. */
static bool local_time(const struct report *r, time_t seconds, struct tm *tm)
{
	if (!r->start.offset)
		return localtime_r(&seconds, tm);
	seconds += (time_t)r->start.offset(r->start.offset_arg, seconds);
	return gmtime_r(&seconds, tm);
}

/* Local time of day, for people. Returns false if there is no saying it. */
static bool print_wall(FILE *out, const struct report *r, uint64_t ns)
{
	time_t seconds;
	int64_t rest;
	char day[32];
	struct tm tm;

	if (!wall_time(r, ns, &seconds, &rest) ||
	    !local_time(r, seconds, &tm) ||
	    !strftime(day, sizeof(day), "%H:%M:%S", &tm))
		return false;
	fprintf(out, "%s.%03" PRId64, day, rest / 1000000);
	return true;
}

void report_print_time(FILE *out, const struct report *r, uint64_t ns)
{
	if (!print_wall(out, r, ns))
		fprintf(out, "%" PRIu64 ".%03" PRIu64, ns / NS_PER_S,
			ns % NS_PER_S / 1000000);
}
