// SPDX-License-Identifier: GPL-2.0
/* tally.c - see tally.h. */
#include <errno.h>

#include "tally.h"

const char *const tally_by_words[BY_MAX] = {
	[BY_FILE] = "file",
	[BY_WRITER] = "writer",
	[BY_DROPPER] = "dropper",
	[BY_HOST] = "host",
};

int tally_init(struct tally *t)
{
	for (unsigned int by = 0; by < BY_MAX; by++) {
		if (!(t->by >> by & 1))
			continue;
		t->groups[by] = groups_new();
		if (!t->groups[by])
			return -ENOMEM;
	}
	return 0;
}

/* What is outside of the chart counts at its edge. */
static unsigned int bin_of(const struct tally *t, int64_t at_ns)
{
	double part;

	if (at_ns <= t->from_ns || t->to_ns <= t->from_ns)
		return 0;
	part = (double)(at_ns - t->from_ns) / (double)(t->to_ns - t->from_ns);
	return part < 1 ? (unsigned int)(part * TALLY_BINS) : TALLY_BINS - 1;
}

static int add_groups(struct tally *t, const struct stored *s,
		      const struct stored_finding *f, enum harm harm)
{
	const char *host = s->runs[f->run].host;
	const char *const names[BY_MAX] = {
		[BY_FILE] = f->path,
		[BY_WRITER] = f->writer,
		[BY_DROPPER] = f->dropper,
		[BY_HOST] = host,
	};
	int err = 0;

	for (unsigned int by = 0; !err && by < BY_MAX; by++)
		if (t->groups[by])
			err = groups_add(t->groups[by],
					 t->fleet && by == BY_FILE ? host
								   : NULL,
					 names[by], harm, f->bytes, f->at_ns);
	return err;
}

static void add_harm(struct tally *t, const struct stored_finding *f)
{
	if (__builtin_add_overflow(t->bytes, f->bytes, &t->bytes))
		t->bytes = UINT64_MAX;
	if (!t->first_ns || f->at_ns < t->first_ns)
		t->first_ns = f->at_ns;
	if (f->at_ns > t->last_ns)
		t->last_ns = f->at_ns;
}

int tally_add(struct tally *t, struct stored *s, const struct stored_finding *f)
{
	enum harm harm = harm_of(f->class);

	t->count[f->class]++;
	t->harm[harm]++;
	if (harm == HARM_LOST)
		s->runs[f->run].seen++;
	if (harm == HARM_LOST || harm == HARM_STRANDED)
		add_harm(t, f);
	if (t->charted)
		t->bins[bin_of(t, f->at_ns)][harm]++;
	return t->classes >> f->class & 1 ? add_groups(t, s, f, harm) : 0;
}

void tally_free(struct tally *t)
{
	for (unsigned int by = 0; by < BY_MAX; by++)
		groups_free(t->groups[by]);
}
