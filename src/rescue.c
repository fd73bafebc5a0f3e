// SPDX-License-Identifier: GPL-2.0
/* rescue.c - see rescue.h. */
#include <errno.h>
#include <json-c/json.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "boot.h"
#include "contents.h"
#include "now.h"
#include "rescue.h"
#include "rescue_dir.h"
#include "rescue_file.h"
#include "rewrites.h"

#define BOOT_LEN 9
#define NS_PER_S 1000000000ULL
/* Windows that are not settled and have a content: 16 MiB. */
#define CONTENTS_MAX 4096
/* Lost pages whose rewrite is not on the disk yet: about as much. */
#define REWRITING_MAX 1024

/* A file whose window is not settled yet. */
struct kept {
	UT_hash_handle hh;
	char id[FINDING_ID_LEN];
	uint64_t bytes;
	struct on_disk on_disk; /* as it was when that was written */
};

struct rescuer {
	struct contents *contents;
	struct kept *kept;
	struct rewrites *rewrites;
	int dir;
	uint64_t limit; /* bytes */
	uint64_t bytes; /* in the folder */
	uint32_t rate;
	uint32_t in_second; /* files that were written in... */
	uint64_t second;    /* ...this one, of CLOCK_MONOTONIC... */
	uint64_t spent_ns;  /* what files took and later seconds pay for */
	uint64_t last_ns;   /* until then none of this counts */
	uint64_t counted;   /* second in which `bytes` was counted anew */
	uint64_t sums[RESCUE_MAX]; /* of lost pages */
	char boot[BOOT_LEN];	   /* as much of its id as tells boots apart */
};

/* What a finding of a class does to the file of its page. */
enum deed {
	DEED_NONE,
	DEED_SAVE,
	DEED_KEEP, /* the same for good: nothing more comes of this window */
	DEED_UNDO,
};

static const enum deed deeds[FINDING_CLASS_MAX] = {
	[FINDING_PENDING] = DEED_SAVE,	  [FINDING_STRANDED] = DEED_SAVE,
	[FINDING_LOST] = DEED_KEEP,	  [FINDING_NEAR_MISS] = DEED_UNDO,
	[FINDING_SUPERSEDED] = DEED_UNDO, [FINDING_VOID] = DEED_UNDO,
};

int rescuer_new(const struct rescue_options *o, struct rescuer **out)
{
	struct rescuer *r = NULL;

	*out = NULL;
	if (!o->dir)
		return 0;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -1;
	r->contents = contents_new(CONTENTS_MAX);
	r->rewrites = rewrites_new(REWRITING_MAX);
	r->dir = r->contents && r->rewrites ? rescue_dir_open(o->dir, &r->bytes)
					    : -1;
	if (r->dir < 0) {
		rescuer_free(r);
		return -1;
	}
	/* A file that may not grow is an error of the write that meets it. */
	signal(SIGXFSZ, SIG_IGN);
	r->limit = (uint64_t)o->limit_mib << 20;
	r->rate = o->rate;
	boot_id(r->boot, sizeof(r->boot));
	*out = r;
	return 0;
}

void rescuer_content(struct rescuer *r, const void *data, size_t size)
{
	if (r)
		contents_put(r->contents, data, size);
}

static struct kept *kept_of(const struct rescuer *r, const struct finding *f)
{
	struct kept *k;

	HASH_FIND_STR(r->kept, f->id, k);
	return k;
}

static void kept_forget(struct rescuer *r, struct kept *k)
{
	if (!k)
		return;
	HASH_DEL(r->kept, k);
	free(k);
}

/* Without memory for it the file stays, whatever comes. */
static void kept_add(struct rescuer *r, const struct finding *f, uint64_t bytes)
{
	struct kept *k = calloc(1, sizeof(*k));

	if (!k)
		return;
	memcpy(k->id, f->id, sizeof(k->id));
	k->bytes = bytes;
	k->on_disk = f->on_disk;
	HASH_ADD_STR(r->kept, id, k);
	if (!k->hh.tbl)
		free(k);
}

static void set_name(const struct rescuer *r, struct finding *f)
{
	snprintf(f->rescue_file, sizeof(f->rescue_file), "%s-%s" RESCUE_SUFFIX,
		 r->boot, f->id);
}

bool rescuer_in_time(struct rescuer *r, uint64_t now)
{
	uint64_t second = now / NS_PER_S;
	uint64_t paid = (second - r->second) * (NS_PER_S / 2);

	if (second != r->second) {
		r->second = second;
		r->in_second = 0;
		r->spent_ns -= paid < r->spent_ns ? paid : r->spent_ns;
	}
	return now < r->last_ns ||
	       (r->in_second < r->rate && r->spent_ns < NS_PER_S / 2);
}

void rescuer_last(struct rescuer *r, uint64_t now)
{
	if (r)
		r->last_ns = now + RESCUE_LAST_NS;
}

/* Somebody may have taken files away since they were counted. */
static bool has_room(struct rescuer *r, size_t size)
{
	if (r->bytes + size > r->limit && r->counted != r->second) {
		r->counted = r->second;
		rescue_dir_bytes(r->dir, &r->bytes);
	}
	return r->bytes + size <= r->limit;
}

static int write_timed(struct rescuer *r, const char *name,
		       const struct rescue_file *file)
{
	uint64_t began = now_ns();
	int err = rescue_file_write(r->dir, name, file);

	r->in_second++;
	r->spent_ns += now_ns() - began;
	return err;
}

/* What becomes of it, and the size of the file if it is `saved`. */
static enum rescue write_file(struct rescuer *r, const struct report *report,
			      const struct finding *f, const struct content *c,
			      uint64_t *size)
{
	struct json_object *o = report_finding_object(report, f);
	struct rescue_file file = {
		.about = json_object_to_json_string_ext(
			o, JSON_C_TO_STRING_PLAIN |
				   JSON_C_TO_STRING_NOSLASHESCAPE),
		.bytes = c->bytes,
		.len = sizeof(c->bytes),
	};
	enum rescue rescue = RESCUE_not_written;

	if (file.about) {
		*size = rescue_file_size(&file);
		if (!has_room(r, *size))
			rescue = RESCUE_limit;
		else if (!write_timed(r, f->rescue_file, &file))
			rescue = RESCUE_saved;
	}
	json_object_put(o);
	return rescue;
}

/*
 * What it was when the page was left clean: since then others may have written
 * there, or the filesystem is unmounted.
 */
static void ask_disk(const struct rescue_help *help, struct finding *f,
		     const struct kept *k)
{
	if (k && k->on_disk.known)
		f->on_disk = k->on_disk;
	else if (!f->disk_asked && help->resolver &&
		 f->class != FINDING_PENDING)
		resolve_on_disk(help->resolver, f, true);
	f->disk_asked = true;
}

/* A file that is there stays, also if it cannot be replaced. */
static enum rescue save(struct rescuer *r, const struct rescue_help *help,
			struct finding *f, const struct content *c)
{
	struct kept *k = kept_of(r, f);
	enum rescue rescue;
	uint64_t size = 0;

	set_name(r, f);
	if (!rescuer_in_time(r, now_ns()))
		return k ? RESCUE_saved : RESCUE_rate;
	f->rescue = RESCUE_saved;
	ask_disk(help, f, k);
	rescue = write_file(r, help->report, f, c, &size);
	if (rescue != RESCUE_saved)
		return k ? RESCUE_saved : rescue;
	r->bytes += size;
	if (k)
		r->bytes -= k->bytes < r->bytes ? k->bytes : r->bytes;
	kept_forget(r, k);
	kept_add(r, f, size);
	return RESCUE_saved;
}

/*
 * The content was sent before the record, so it is here, or waits; and a later
 * copy than the one that is here may wait.
 */
static const struct content *content_of(struct rescuer *r,
					struct tracer *tracer,
					const struct record *record)
{
	if (tracer)
		tracer_contents(tracer);
	return contents_of(r->contents, &record->window, CONTENT_PENDING);
}

bool rescuer_prepare(struct rescuer *r, const struct rescue_help *help,
		     const struct record *record, struct finding *f)
{
	if (kept_of(r, f) || !content_of(r, help->tracer, record))
		return false;
	ask_disk(help, f, NULL);
	contents_hold(r->contents, &record->window, true);
	return true;
}

/* What its call left in the place of a page that was lost. */
static void note_rewrite(struct rescuer *r, const struct rescue_help *help,
			 const struct record *record, const struct finding *f,
			 const struct content *pending)
{
	const struct content *after =
		contents_of(r->contents, &record->window, CONTENT_AFTER);

	if (after && f->class == FINDING_LOST && f->rescue == RESCUE_saved)
		rewrites_add(r->rewrites, help->report, f, pending, after);
}

static void settle(struct rescuer *r, const struct rescue_help *help,
		   const struct record *record, struct finding *f)
{
	const struct content *c = content_of(r, help->tracer, record);

	contents_hold(r->contents, &record->window, false);
	if (c) {
		f->rescue = save(r, help, f, c);
		note_rewrite(r, help, record, f, c);
	} else if (kept_of(r, f)) {
		f->rescue = RESCUE_saved;
	} else if (f->rescue == RESCUE_not_asked) {
		f->rescue = RESCUE_unsupported;
	}
	if (f->rescue == RESCUE_saved)
		set_name(r, f);
	else
		f->rescue_file[0] = '\0';
}

/* All is well with the page: nobody else needs to read what it held. */
static void undo(struct rescuer *r, struct finding *f)
{
	const struct kept *k = kept_of(r, f);

	f->rescue = RESCUE_not_asked;
	if (!k)
		return;
	set_name(r, f);
	if (!unlinkat(r->dir, f->rescue_file, 0))
		r->bytes -= k->bytes < r->bytes ? k->bytes : r->bytes;
	f->rescue_file[0] = '\0';
}

void rescuer_finding(struct rescuer *r, const struct rescue_help *help,
		     const struct record *record, struct finding *f)
{
	enum deed deed = deeds[f->class];

	if (!r || deed == DEED_NONE)
		return;
	if (deed == DEED_UNDO)
		undo(r, f);
	else
		settle(r, help, record, f);
	if (f->class == FINDING_LOST)
		r->sums[f->rescue]++;
	/* Of what a guard tells nothing more will come. */
	if (deed == DEED_SAVE && !f->unsent)
		return;
	kept_forget(r, kept_of(r, f));
	contents_forget(r->contents, &record->window);
}

bool rescuer_busy(const struct rescuer *r)
{
	return r && rewrites_busy(r->rewrites);
}

/* Who took the file away meanwhile does not get it back. */
void rescuer_look(struct rescuer *r, const struct rescue_help *help, bool last)
{
	struct rewrite_file w;
	uint64_t now = now_ns();

	while (r && (last || rescuer_in_time(r, now_ns())) &&
	       rewrites_next(r->rewrites, help->tracer, help->resolver, now,
			     last, &w)) {
		struct stat st;

		if (fstatat(r->dir, w.name, &st, AT_SYMLINK_NOFOLLOW))
			continue;
		if (has_room(r, CONTENT_LEN) &&
		    !write_timed(r, w.name, &w.file))
			r->bytes += rescue_file_size(&w.file) -
				    (uint64_t)st.st_size;
	}
}

const void *rescuer_bytes(const struct rescuer *r, const struct record *record)
{
	const struct content *c =
		r ? contents_of(r->contents, &record->window, CONTENT_PENDING)
		  : NULL;

	return c ? c->bytes : NULL;
}

void rescuer_sums(const struct rescuer *r, uint64_t waiting, struct summary *s)
{
	uint64_t told = waiting;

	if (!r)
		return;
	s->rescued = true;
	memcpy(s->rescue, r->sums, sizeof(s->rescue));
	for (int i = 0; i < RESCUE_MAX; i++)
		told += r->sums[i];
	if (s->counters[COUNT_lost] > told)
		s->rescue[RESCUE_untold] = s->counters[COUNT_lost] - told;
}

void rescuer_free(struct rescuer *r)
{
	struct kept *k, *next;

	if (!r)
		return;
	k = r->kept;
	HASH_CLEAR(hh, r->kept);
	for (; k; k = next) {
		next = k->hh.next;
		free(k);
	}
	contents_free(r->contents);
	rewrites_free(r->rewrites);
	if (r->dir >= 0)
		close(r->dir);
	free(r);
}
