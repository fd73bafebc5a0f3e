// SPDX-License-Identifier: GPL-2.0
/* metrics.c - the values are filled in; see metrics.h. */
#include <string.h>

#include "metrics.h"

void metrics_init(struct metrics *m, const char *version, const char *kernel)
{
	memset(m, 0, sizeof(*m));
	snprintf(m->version, sizeof(m->version), "%s", version);
	snprintf(m->kernel, sizeof(m->kernel), "%s", kernel);
}

struct metrics_fs *metrics_fs(struct metrics *m, const char *uuid)
{
	const char *name = *uuid ? uuid : "unknown";
	struct metrics_fs *fs = m->fs;

	for (uint64_t i = 0; i < m->fs_count; i++, fs++)
		if (!strcmp(fs->uuid, name))
			return fs;
	if (m->fs_count >= METRICS_FS_MAX) {
		name = "other";
		fs = &m->fs[METRICS_FS_MAX];
		m->fs_count = METRICS_FS_MAX + 1;
	} else {
		m->fs_count++;
	}
	snprintf(fs->uuid, sizeof(fs->uuid), "%s", name);
	return fs;
}

void metrics_finding(struct metrics *m, const struct finding *f)
{
	struct metrics_fs *fs = metrics_fs(m, f->uuid);
	uint64_t wall = f->ns + (uint64_t)m->wall_ns;

	fs->findings[f->class]++;
	if (f->class == FINDING_LOST)
		fs->lost_bytes += finding_bytes(f);
	else if (f->class == FINDING_EVICTED)
		fs->evicted_bytes += finding_bytes(f);
	else
		return;
	/* They come nearly in order. */
	if (wall > fs->last_loss_ns)
		fs->last_loss_ns = wall;
}

static uint64_t length_of(const struct blind_intervals *k)
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < k->used; i++)
		sum += k->at[i].last_ns - k->at[i].first_ns;
	return sum;
}

void metrics_summary(struct metrics *m, const struct summary *s)
{
	memcpy(m->counters, s->counters, sizeof(m->counters));
	memcpy(m->rescue, s->rescue, sizeof(m->rescue));
	memcpy(m->heal, s->heal, sizeof(m->heal));
	m->open_stranded = s->open_stranded;
	m->rescue_on = s->rescued;
	m->heal_on = s->healing;
	m->kernel_bytes = s->kernel_bytes;
	m->rss_bytes = s->rss_bytes;
	for (int i = 0; i < BLIND_MAX; i++) {
		const struct blind_span *span = &s->blind[i];

		m->blind_count[i] = span->count;
		m->blind_ns[i] = s->intervals ? length_of(&s->intervals[i])
					      : span->last_ns - span->first_ns;
	}
}

/* What was missing last ends what was covered until then. */
static void uncover(struct metrics *m, const struct blind_span *span)
{
	uint64_t wall = span->last_ns + (uint64_t)m->wall_ns;

	if (span->count && wall > m->covered_ns)
		m->covered_ns = wall;
}

void metrics_blindness(struct metrics *m, const struct blindness *b)
{
	struct blind_span spans[BLIND_MAX];

	blindness_spans(b, spans);
	for (int i = 0; i < BLIND_MAX; i++) {
		uncover(m, &spans[i]);
		m->blind_count[i] = spans[i].count;
		m->blind_ns[i] = length_of(&b->kinds[i]);
		m->blind_open[i] = b->state[i].open;
	}
}
