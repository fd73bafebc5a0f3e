/* SPDX-License-Identifier: GPL-2.0 */
/* replay_table.c - see replay_table.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* No memory is an error to return, not a reason to exit. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "decode.h"
#include "findings.h"
#include "replay_table.h"

struct replay_file {
	__u64 map;
	struct replay_line line;
	UT_hash_handle hh;
};

struct replay_window {
	struct place place;
	struct window w;
	bool stranded; /* has been reported as that */
	UT_hash_handle hh;
};

void table_count(struct replay_table *t, enum counter c)
{
	t->summary.counters[c]++;
}

void table_blind(struct replay_table *t, enum blind kind,
		 const struct blind_span *span)
{
	struct blind_span *all = &t->summary.blind[kind];

	if (!all->count || span->first_ns < all->first_ns)
		all->first_ns = span->first_ns;
	if (span->last_ns > all->last_ns)
		all->last_ns = span->last_ns;
	all->count += span->count;
}

static void go_blind(struct replay_table *t, enum blind kind, __u64 ns)
{
	table_blind(t, kind, &(struct blind_span){ 1, ns, ns });
}

int table_init(struct replay_table *t, struct report *report)
{
	memset(t, 0, sizeof(*t));
	t->report = report;
	t->findings = findings_new();
	return t->findings ? 0 : -ENOMEM;
}

void table_free(struct replay_table *t)
{
	struct replay_window *w = t->windows, *next_window;
	struct replay_file *f = t->files, *next_file;

	HASH_CLEAR(hh, t->windows);
	HASH_CLEAR(hh, t->files);
	for (; w; w = next_window) {
		next_window = w->hh.next;
		free(w);
	}
	for (; f; f = next_file) {
		next_file = f->hh.next;
		free(f);
	}
	findings_free(t->findings);
}

/* ---- records --------------------------------------------------------- */

static struct replay_file *file_of(const struct replay_table *t, __u64 map)
{
	struct replay_file *f;

	HASH_FIND(hh, t->files, &map, sizeof(map), f);
	return f;
}

bool table_knows(const struct replay_table *t, __u64 map)
{
	return file_of(t, map) != NULL;
}

int table_file(struct replay_table *t, const struct replay_line *l)
{
	struct replay_file *f = file_of(t, l->map);

	if (!f) {
		f = calloc(1, sizeof(*f));
		if (!f)
			return -ENOMEM;
		f->map = l->map;
		HASH_ADD(hh, t->files, map, sizeof(f->map), f);
		if (!f->hh.tbl) {
			free(f);
			return -ENOMEM;
		}
	}
	f->line = *l;
	return 0;
}

/* The names of a path, from the last to the first. */
static void record_path(struct record *record, const char *path)
{
	size_t end = strlen(path);

	if (!end)
		record->flags |= RECORD_NO_DENTRY;
	while (end) {
		const char *slash = memrchr(path, '/', end);
		size_t at = (size_t)(slash - path);

		memcpy(record->path + record->path_len, slash + 1,
		       end - at - 1);
		record->path_len += (__u32)(end - at);
		end = at;
	}
}

static void record_new(const struct replay_table *t, struct record *record,
		       enum record_kind kind, const struct replay_line *l)
{
	const struct replay_line *file = &file_of(t, l->map)->line;

	memset(record, 0, sizeof(*record));
	record->version = RECORD_VERSION;
	record->kind = kind;
	record->ns = l->t;
	record->ino = file->ino;
	record->root = file->root;
	record->flags = file->root_known ? RECORD_HAS_ROOT : 0;
	record->dev = (__u32)file->dev;
	record->nlink = (__u32)file->nlink;
	memcpy(record->uuid, file->uuid, sizeof(record->uuid));
	record_path(record, file->path);
}

/* The way of every record: bytes, a checked record, a finding, a line. */
static int record_send(struct replay_table *t, const struct record *record)
{
	struct finding finding;
	struct record checked;
	int err;

	err = decode_record(record, sizeof(*record), &checked);
	if (err)
		return err;
	finding_from_record(&checked, &finding);
	err = findings_note(t->findings, &finding);
	if (err)
		return err;
	table_count(t, COUNT_sent);
	if (finding.class == FINDING_LOST && !finding.followed)
		table_count(t, COUNT_unfollowed);
	return report_finding(t->report, &finding);
}

static int send_window(struct replay_table *t, const struct replay_window *o,
		       enum verdict v, __u64 ns)
{
	const struct replay_line at = { .map = o->place.mapping, .t = ns };
	struct record record;

	record_new(t, &record, RECORD_FINDING, &at);
	record.verdict = v;
	record.window = o->w;
	window_bound(&o->w, record.bound);
	if (o->stranded)
		record.flags |= RECORD_WAS_STRANDED;
	return record_send(t, &record);
}

int table_unexplained(struct replay_table *t, const struct replay_line *l)
{
	struct record record;

	const struct blind_span span = { 1, l->t, l->t };

	table_count(t, COUNT_unexplained);
	table_blind(t, BLIND_unexplained, &span);
	record_new(t, &record, RECORD_UNEXPLAINED, l);
	record.pid = (__u32)l->pid;
	record.tgid = (__u32)l->tgid;
	memcpy(record.comm, l->comm, sizeof(record.comm));
	return record_send(t, &record);
}

/* ---- windows --------------------------------------------------------- */

static struct replay_window *window_at(const struct replay_table *t,
				       const struct replay_line *l, __u64 slot)
{
	struct place place = { l->map, l->index * WINDOW_SLOTS + slot };
	struct replay_window *o;

	/* NOLINTNEXTLINE: the analyzer loses a struct that is read by bytes */
	HASH_FIND(hh, t->windows, &place, sizeof(place), o);
	return o;
}

static struct replay_window *window_find(const struct replay_table *t,
					 const struct replay_line *l)
{
	__u64 slot;

	for (slot = 0; slot < WINDOW_SLOTS; slot++) {
		struct replay_window *o = window_at(t, l, slot);

		if (o && !(o->w.bits & WINDOW_DROPPED))
			return o;
	}
	return NULL;
}

struct window *table_find(const struct replay_table *t,
			  const struct replay_line *l)
{
	struct replay_window *o = window_find(t, l);

	return o ? &o->w : NULL;
}

static int observe(struct replay_table *t, struct replay_window *o,
		   enum observation what, __u64 ns)
{
	enum verdict v = window_step(&o->w, what, ns);
	int err = 0;

	if (v == VERDICT_OPEN)
		return 0;
	if (v == VERDICT_FORBIDDEN) {
		go_blind(t, BLIND_vanished, ns);
		return 0;
	}
	table_count(t, (enum counter)verdict_counter(v));
	if (v != VERDICT_REWRITTEN)
		err = send_window(t, o, v, ns);
	if (v == VERDICT_STRANDED)
		o->stranded = true;
	if (v >= VERDICT_REWRITTEN) {
		/* NOLINTNEXTLINE: the analyzer does not follow its lists */
		HASH_DEL(t->windows, o);
		free(o);
	}
	return err;
}

int table_observe(struct replay_table *t, const struct replay_line *l,
		  enum observation what)
{
	struct replay_window *o = window_find(t, l);

	return o ? observe(t, o, what, l->t) : 0;
}

int table_overwritten(struct replay_table *t, const struct replay_line *l)
{
	struct replay_window *o = window_find(t, l);
	__u64 slot;

	for (slot = 0; slot < WINDOW_SLOTS; slot++) {
		struct replay_window *dropped = window_at(t, l, slot);

		if (dropped && window_awaits(&dropped->w))
			o = dropped;
	}
	if (!o)
		return 0;
	o->w.over.from = l->pos;
	o->w.over.to = l->stop;
	return observe(t, o, OBS_OVERWRITTEN, l->t);
}

int table_open(struct replay_table *t, const struct replay_line *l)
{
	struct replay_window *o;
	__u64 slot = 0;

	while (slot < WINDOW_SLOTS && window_at(t, l, slot))
		slot++;
	if (slot == WINDOW_SLOTS) {
		go_blind(t, BLIND_crowded, l->t);
		return 0;
	}
	o = calloc(1, sizeof(*o));
	if (!o)
		return -ENOMEM;
	o->place = (struct place){ l->map, l->index * WINDOW_SLOTS + slot };
	o->w.page = l->page;
	o->w.index = l->index;
	o->w.call = l->call;
	o->w.clean_ns = l->t;
	o->w.i_size = l->isize;
	o->w.left = l->left;
	o->w.writer.pid = (__u32)l->pid;
	o->w.writer.tgid = (__u32)l->tgid;
	memcpy(o->w.writer.comm, l->comm, sizeof(o->w.writer.comm));
	HASH_ADD(hh, t->windows, place, sizeof(o->place), o);
	if (!o->hh.tbl) {
		free(o);
		return -ENOMEM;
	}
	table_count(t, COUNT_suspects);
	return 0;
}

int table_end(struct replay_table *t, const struct window_end *end, __u64 call)
{
	struct replay_window *o, *next;
	int err = 0;

	for (o = t->windows; o && !err; o = next) {
		const struct window_end found = o->w.end;

		next = o->hh.next;
		if (o->w.call != call)
			continue;
		o->w.end = *end;
		o->w.end.dirty = found.dirty;
		o->w.end.locked = found.locked;
		err = observe(t, o, OBS_END, end->ns);
	}
	return err;
}

void table_over(struct replay_table *t, __u64 ns)
{
	const struct replay_window *o;
	const __u32 both = WINDOW_DROPPED | WINDOW_ENDED;

	for (o = t->windows; o; o = o->hh.next) {
		if ((o->w.bits & both) == WINDOW_ENDED)
			t->summary.open_stranded++;
		else if (o->w.bits & WINDOW_DROPPED)
			go_blind(t, BLIND_undecided, ns);
	}
}
