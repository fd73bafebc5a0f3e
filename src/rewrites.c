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
#define LOOK_NS (NS_PER_S / 10)
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
	bool written;		/* its file has `after` */
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

	json_object_object_add(rescue, "settled",
			       report_on_disk_object(&p->settled));
	out->name = p->name;
	out->file.about = json_object_to_json_string_ext(
		p->about,
		JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
	out->file.bytes = p->bytes;
	out->file.len = sizeof(p->bytes);
	return out->file.about;
}

/* Is there something new to write? */
static bool is_news(struct page *p, const struct on_disk *now)
{
	if (!now->known || (p->written && !other_block(&p->settled, now)))
		return false;
	p->settled = *now;
	p->written = true;
	return true;
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
		struct on_disk on_disk;

		if (age < (last ? LAST_AGE_NS : AGE_NS)) {
			link = &p->next;
			continue;
		}
		if (!p->written && !tracer_trusts(tracer, &p->after)) {
			forget(t, link);
			continue;
		}
		/* One more change is the call's own: that is all to see. */
		if (age > GIVE_UP_NS || (p->written && p->first.known &&
					 other_block(&p->first, &p->settled))) {
			forget(t, link);
			continue;
		}
		on_disk = look(t, resolver, p);
		link = &p->next;
		if (is_news(p, &on_disk) && fill(p, out)) {
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
