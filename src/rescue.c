// SPDX-License-Identifier: GPL-2.0
/* rescue.c - see rescue.h. */
#include <errno.h>
#include <inttypes.h>
#include <json-c/json.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "contents.h"
#include "rescue.h"
#include "rescue_dir.h"
#include "rescue_file.h"

#define BOOT_LEN 9
#define NS_PER_S 1000000000ULL
/* Windows that are not settled and have a content: 16 MiB. */
#define CONTENTS_MAX 4096

/* A file whose window is not settled yet. */
struct kept {
	UT_hash_handle hh;
	char id[FINDING_ID_LEN];
	uint64_t bytes;
};

struct rescuer {
	struct contents *contents;
	struct kept *kept;
	int dir;
	uint64_t limit; /* bytes */
	uint64_t bytes; /* in the folder */
	uint32_t rate;
	uint64_t second; /* of the files that `in_second` counts */
	uint32_t in_second;
	uint64_t sums[RESCUE_MAX]; /* of lost pages */
	char boot[BOOT_LEN];
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

/* Ids begin anew with each boot; a part of its own id tells them apart. */
static void read_boot(char boot[BOOT_LEN])
{
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");

	if (!f || !fgets(boot, BOOT_LEN, f))
		snprintf(boot, BOOT_LEN, "unknown");
	if (f)
		fclose(f);
}

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
	r->dir = r->contents ? rescue_dir_open(o->dir, &r->bytes) : -1;
	if (r->dir < 0) {
		rescuer_free(r);
		return -1;
	}
	/* A file that may not grow is an error of the write that meets it. */
	signal(SIGXFSZ, SIG_IGN);
	r->limit = (uint64_t)o->limit_mib << 20;
	r->rate = o->rate;
	read_boot(r->boot);
	*out = r;
	return 0;
}

int rescuer_content(struct rescuer *r, const void *data, size_t size)
{
	int err = r ? contents_put(r->contents, data, size) : 0;

	/* Of what is no content there will be no file, and that is said. */
	return err == -EBADMSG ? 0 : err;
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
	HASH_ADD_STR(r->kept, id, k);
	if (!k->hh.tbl)
		free(k);
}

static void set_name(const struct rescuer *r, struct finding *f)
{
	snprintf(f->rescue_file, sizeof(f->rescue_file), "%s-%s" RESCUE_SUFFIX,
		 r->boot, f->id);
}

/* May one more file be made at time `ns`? */
static enum rescue allowed(struct rescuer *r, uint64_t ns)
{
	if (ns / NS_PER_S != r->second) {
		r->second = ns / NS_PER_S;
		r->in_second = 0;
	}
	if (r->in_second >= r->rate)
		return RESCUE_rate;
	if (r->bytes + CONTENT_LEN > r->limit)
		return RESCUE_limit;
	r->in_second++;
	return RESCUE_saved;
}

/* Returns the size of the file, or -errno. */
static ssize_t write_file(const struct rescuer *r, const struct report *report,
			  const struct finding *f, const struct content *c)
{
	struct json_object *o = report_finding_object(report, f);
	struct rescue_file file = {
		.about = json_object_to_json_string_ext(
			o, JSON_C_TO_STRING_PLAIN |
				   JSON_C_TO_STRING_NOSLASHESCAPE),
		.bytes = c->bytes,
		.len = sizeof(c->bytes),
	};
	ssize_t size = -ENOMEM;

	if (file.about)
		size = rescue_file_write(r->dir, f->rescue_file, &file);
	json_object_put(o);
	return size;
}

/* A file that is there stays, also if it cannot be replaced. */
static enum rescue save(struct rescuer *r, const struct rescue_help *help,
			struct finding *f, const struct content *c)
{
	struct kept *k = kept_of(r, f);
	enum rescue rescue = k ? RESCUE_saved : allowed(r, f->ns);
	ssize_t size;

	if (rescue != RESCUE_saved)
		return rescue;
	f->rescue = RESCUE_saved;
	set_name(r, f);
	if (help->resolver && f->class != FINDING_PENDING)
		resolve_on_disk(help->resolver, f);
	size = write_file(r, help->report, f, c);
	if (size < 0)
		return k ? RESCUE_saved : RESCUE_not_written;
	r->bytes += (uint64_t)size;
	if (k)
		r->bytes -= k->bytes;
	kept_forget(r, k);
	kept_add(r, f, (uint64_t)size);
	return RESCUE_saved;
}

/* The content was sent before the record, so it is here, or waits. */
static const struct content *content_of(struct rescuer *r,
					struct tracer *tracer,
					const struct record *record)
{
	const struct content *c = contents_of(r->contents, &record->window);

	if (!c && record->window.rescue == RESCUE_sent && tracer &&
	    !tracer_contents(tracer))
		c = contents_of(r->contents, &record->window);
	return c;
}

static void settle(struct rescuer *r, const struct rescue_help *help,
		   const struct record *record, struct finding *f)
{
	const struct content *c = content_of(r, help->tracer, record);

	if (c)
		f->rescue = save(r, help, f, c);
	else if (kept_of(r, f))
		f->rescue = RESCUE_saved;
	else if (f->rescue == RESCUE_not_asked)
		f->rescue = RESCUE_unsupported;
	if (f->rescue == RESCUE_saved)
		set_name(r, f);
	else
		f->rescue_file[0] = '\0';
}

/* All is well with the page: nobody else needs to read what it held. */
static void undo(struct rescuer *r, const struct finding *f)
{
	struct kept *k = kept_of(r, f);
	struct finding named = *f;

	if (!k)
		return;
	set_name(r, &named);
	if (!unlinkat(r->dir, named.rescue_file, 0))
		r->bytes -= k->bytes;
	kept_forget(r, k);
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
	if (deed == DEED_SAVE)
		return;
	if (deed == DEED_KEEP) {
		r->sums[f->rescue]++;
		kept_forget(r, kept_of(r, f));
	}
	contents_forget(r->contents, &record->window);
}

void rescuer_sums(const struct rescuer *r, struct summary *s)
{
	uint64_t told = 0;

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
	if (!r)
		return;
	while (r->kept)
		kept_forget(r, r->kept);
	contents_free(r->contents);
	if (r->dir >= 0)
		close(r->dir);
	free(r);
}
