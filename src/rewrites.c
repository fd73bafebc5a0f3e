// SPDX-License-Identifier: GPL-2.0
/* rewrites.c - see rewrites.h. */
#include <json-c/json.h>
#include <stdlib.h>
#include <string.h>

#include "now.h"
#include "rewrites.h"

#define NS_PER_S 1000000000ULL
/* Who wrote at the same time has returned by then, and been seen to. */
#define AGE_NS NS_PER_S
#define LAST_AGE_NS (NS_PER_S / 10)
/* One look, the files that it writes apart. */
#define LOOK_NS (NS_PER_S / 4)
/* Who wrote at the same time, and took long over it, has returned by then. */
#define KEEP_NS (10 * NS_PER_S)
/* The longest that what is dirty stays so, by default, several times. */
#define GIVE_UP_NS (150 * NS_PER_S)

struct page {
	struct page *next;
	struct json_object *about;
	char name[FINDING_FILE_LEN];
	char uuid[FINDING_UUID_LEN];
	uint32_t dev;
	uint64_t subvol;
	uint64_t ino;
	uint64_t index;
	uint64_t since_ns;
	bool written;		/* its file has `after`... */
	bool changed;		/* ...and what the disk then held, ... */
	bool doubtful;		/* ...or is not to have it any more */
	struct on_disk first;	/* as of the finding... */
	struct on_disk settled; /* ...and as it was written to the file */
	struct content after;
	unsigned char bytes[2 * CONTENT_LEN]; /* of the file */
};

struct rewrites {
	struct page *pages; /* the rest of this look begins at... */
	struct page **next; /* ...this link; NULL: no look is going on */
	unsigned int count;
	unsigned int max;
	struct finding asked; /* as the resolver wants it */
};

struct rewrites *rewrites_new(unsigned int max)
{
	struct rewrites *t = calloc(1, sizeof(*t));

	if (t)
		t->max = max;
	return t;
}

void rewrites_add(struct rewrites *t, const struct report *report,
		  const struct finding *f, const struct content *pending,
		  const struct content *after)
{
	struct page *p = t->count < t->max ? calloc(1, sizeof(*p)) : NULL;

	if (!p)
		return;
	p->about = report_finding_object(report, f);
	if (!p->about) {
		free(p);
		return;
	}
	memcpy(p->name, f->rescue_file, sizeof(p->name));
	memcpy(p->uuid, f->uuid, sizeof(p->uuid));
	p->dev = f->dev;
	p->subvol = f->subvol;
	p->ino = f->ino;
	p->index = f->page;
	p->since_ns = after->ns;
	p->first = f->on_disk;
	p->after = *after;
	memcpy(p->bytes, after->bytes, CONTENT_LEN);
	memcpy(p->bytes + CONTENT_LEN, pending->bytes, CONTENT_LEN);
	p->next = t->pages;
	t->pages = p;
	t->next = NULL;
	t->count++;
}

static void forget(struct rewrites *t, struct page **link)
{
	struct page *p = *link;

	*link = p->next;
	t->count--;
	json_object_put(p->about);
	free(p);
}

static struct on_disk look(struct rewrites *t, struct resolver *resolver,
			   const struct page *p)
{
	struct finding *f = &t->asked;

	memcpy(f->uuid, p->uuid, sizeof(f->uuid));
	f->dev = p->dev;
	f->subvol = p->subvol;
	f->subvol_known = true;
	f->ino = p->ino;
	f->page = p->index;
	memset(&f->on_disk, 0, sizeof(f->on_disk));
	resolve_on_disk(resolver, f, false);
	return f->on_disk;
}

/* Another block: written since, whatever the time was. */
static bool other_block(const struct on_disk *a, const struct on_disk *b)
{
	return a->generation != b->generation || a->address != b->address ||
	       strcmp(a->sum, b->sum) != 0;
}

/* The line of the finding, with what the disk holds now. */
static bool fill(struct page *p, struct rewrite_file *out)
{
	struct json_object *rescue = json_object_object_get(p->about, "rescue");
	size_t skip = p->doubtful ? CONTENT_LEN : 0;

	json_object_object_add(rescue, "settled",
			       report_on_disk_object(&p->settled));
	out->name = p->name;
	out->file.about = json_object_to_json_string_ext(
		p->about,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	out->file.bytes = p->bytes + skip;
	out->file.len = sizeof(p->bytes) - skip;
	return out->file.about;
}

/*
 * Is there something new to write? The call's own block is one other than that
 * of the finding; where that is not known, other than the first that is seen.
 * What comes after it is somebody else's.
 */
static bool is_news(struct page *p, const struct on_disk *now)
{
	const struct on_disk *before = p->first.known ? &p->first : &p->settled;
	bool first = !p->written;

	if (!now->known)
		return false;
	p->changed = (p->first.known || p->written) && other_block(before, now);
	if (!first && !p->changed)
		return false;
	p->settled = *now;
	p->written = true;
	return true;
}

/*
 * Nothing more comes of it: it took too long, or another block is there, which
 * is the call's own; and who wrote at the same time has long returned.
 */
static bool is_over(const struct page *p, uint64_t age)
{
	return p->doubtful || age > GIVE_UP_NS || (age > KEEP_NS && p->changed);
}

/* Returns whether there is a file to write; *over: and nothing more. */
static bool look_at(struct rewrites *t, const struct tracer *tracer,
		    struct resolver *resolver, struct page *p, uint64_t age,
		    bool *over)
{
	struct on_disk now;

	*over = is_over(p, age);
	if (*over)
		return false;
	/* What is in the file already must come out of it again. */
	if (!tracer_trusts(tracer, &p->after)) {
		*over = !p->written;
		p->doubtful = true;
		return p->written;
	}
	if (p->changed)
		return false;
	now = look(t, resolver, p);
	return is_news(p, &now);
}

bool rewrites_next(struct rewrites *t, const struct tracer *tracer,
		   struct resolver *resolver, uint64_t now, bool last,
		   struct rewrite_file *out)
{
	struct page **link = t->next ? t->next : &t->pages;

	/* Who looks empties no ring: the rest has time. */
	while (*link && (last || now_ns() < now + LOOK_NS)) {
		struct page *p = *link;
		uint64_t age = now > p->since_ns ? now - p->since_ns : 0;
		bool over = false, news = false;

		if (age >= (last ? LAST_AGE_NS : AGE_NS))
			news = look_at(t, tracer, resolver, p, age, &over);
		if (over)
			forget(t, link);
		else
			link = &p->next;
		if (news && fill(p, out)) {
			t->next = link;
			return true;
		}
	}
	t->next = *link ? link : NULL;
	return false;
}

bool rewrites_busy(const struct rewrites *t)
{
	return t->pages;
}

void rewrites_free(struct rewrites *t)
{
	if (!t)
		return;
	while (t->pages)
		forget(t, &t->pages);
	free(t);
}
