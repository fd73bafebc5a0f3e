/* SPDX-License-Identifier: GPL-2.0 */
/* pairing_fixture.h - sightings made up, and what the pairing says of them. */
#ifndef PAIRING_FIXTURE_H
#define PAIRING_FIXTURE_H

#include "window_fixture.h"

#include "decode.h"
#include "pairing.h"

#define RECORDS_MAX 8
#define DEV 28
#define MAPPING 0xffff888012345678

enum {
	AT_RECLAIM = 0x1000,
	AT_DIRECT = 0x2000,
	AT_WRITE = 0x3000,
	AT_WRITEBACK = 0x4000,
	AT_NOTHING = 0x9000
};

static const struct frame frames[] = {
	{ AT_RECLAIM, AT_RECLAIM + 0x100, SCOPE_NONE, WAY_KSWAPD },
	{ AT_DIRECT, AT_DIRECT + 0x100, SCOPE_NONE, WAY_DIRECT_IO },
	{ AT_WRITE, AT_WRITE + 0x100, SCOPE_WRITE, WAY_UNKNOWN },
	{ AT_WRITEBACK, AT_WRITEBACK + 0x100, SCOPE_WRITEBACK, WAY_UNKNOWN },
};

struct world {
	__u64 stack_ip; /* the one frame of every stack, 0: none is there */
	__u64 dedupe_ns;
	struct record records[RECORDS_MAX];
	unsigned int count;
	struct pairing *pairing;
};

static unsigned int world_stack(void *arg, __s32 id,
				__u64 ip[SIGHTING_STACK_DEPTH])
{
	const struct world *w = arg;

	assert_true(id >= 0);
	ip[0] = w->stack_ip;
	return w->stack_ip ? 1 : 0;
}

static __u64 world_dedupe(void *arg, __u32 dev)
{
	const struct world *w = arg;

	assert_int_equal(dev, DEV);
	return w->dedupe_ns;
}

/* What comes out must be what the rest of the tool takes. */
static int world_record(void *arg, const void *data, size_t size)
{
	struct world *w = arg;

	assert_true(w->count < RECORDS_MAX);
	assert_int_equal(decode_record(data, size, &w->records[w->count]), 0);
	w->count++;
	return 0;
}

static int begin(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	struct pairing_env env = {
		.frames = frames,
		.rows = ARRAY_SIZE(frames),
		.stack = world_stack,
		.dedupe = world_dedupe,
		.record = world_record,
		.world = w,
		.record_arg = w,
	};

	w->stack_ip = AT_RECLAIM + 8;
	w->pairing = pairing_new(&env);
	*state = w;
	return w->pairing ? 0 : -1;
}

static int end(void **state)
{
	struct world *w = *state;

	pairing_free(w->pairing);
	free(w);
	return 0;
}

static struct sighting sighted(enum sighting_kind kind, __u64 ns)
{
	struct sighting s = {
		.head = { .kind = kind, .pid = 40, .ns = ns, .chain = ns },
		.file = { .mapping = MAPPING,
			  .ino = 300,
			  .dev = DEV,
			  .nlink = 1 },
		.stack = kind == SIGHTING_DROP ? 5 : -1,
		.clean_stack = -1,
	};

	s.window = cleaned();
	return s;
}

/* The page was dropped at 2000, the call ended at 3000 and wrote nothing. */
static struct sighting dropped(void)
{
	struct sighting s = sighted(SIGHTING_DROP, 2000);

	fill_drop(&s.window, WAY_UNKNOWN);
	s.window.bits = WINDOW_DROPPED;
	return s;
}

static struct sighting ended(__u32 bits)
{
	struct sighting s = sighted(SIGHTING_END, 3000);

	fill_end(&s.window, TO, 100, 0);
	s.window.bits = bits | WINDOW_ENDED;
	return s;
}

static void take(struct world *w, const struct sighting *s)
{
	assert_int_equal(pairing_take(w->pairing, s, sizeof(*s)), 0);
	assert_int_equal(pairing_settle(w->pairing, s->head.ns), 0);
}

static void verdicts(const struct world *w, unsigned int count,
		     enum verdict first, enum verdict second)
{
	assert_int_equal(w->count, count);
	if (count > 0)
		assert_int_equal(w->records[0].verdict, first);
	if (count > 1)
		assert_int_equal(w->records[1].verdict, second);
}

static __u64 blind(const struct world *w, enum blind kind)
{
	struct blind_span spans[BLIND_MAX] = { 0 };

	pairing_blind(w->pairing, spans);
	return spans[kind].count;
}

static uint64_t counted(const struct world *w, enum counter what)
{
	uint64_t counters[COUNT_MAX] = { 0 };

	pairing_counters(w->pairing, counters);
	return counters[what];
}

#endif
