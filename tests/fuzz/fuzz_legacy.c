// SPDX-License-Identifier: GPL-2.0
/*
 * fuzz_legacy.c - sightings of an old kernel as no kernel makes them, cut
 * anywhere, and an image of its vDSO. What comes out must be what the rest of
 * the tool takes, and no loss without both halves of its evidence.
 */
#include "decode.h"
#include "fuzz.h"
#include "kernel_version.h"
#include "pairing.h"

enum { AT_RECLAIM = 0x1000, AT_DIRECT = 0x2000, AT_WRITE = 0x3000 };

static const struct frame frames[] = {
	{ AT_RECLAIM, AT_RECLAIM + 0x100, SCOPE_NONE, WAY_KSWAPD },
	{ AT_DIRECT, AT_DIRECT + 0x100, SCOPE_NONE, WAY_DIRECT_IO },
	{ AT_WRITE, AT_WRITE + 0x100, SCOPE_WRITE, WAY_UNKNOWN },
};

/* The id chooses the stack: none, an unknown function, or a known one. */
static unsigned int stack_of(void *arg, __s32 id,
			     __u64 ip[SIGHTING_STACK_DEPTH])
{
	(void)arg;
	CHECK(id >= 0);
	for (unsigned int i = 0; i < SIGHTING_STACK_DEPTH; i++)
		ip[i] = (__u64)(id % 5) * 0x1000 + 1;
	return (unsigned int)id % (SIGHTING_STACK_DEPTH + 1);
}

static __u64 dedupe_of(void *arg, __u32 dev)
{
	(void)arg;
	return dev;
}

static int on_record(void *arg, const void *data, size_t size)
{
	struct record r;

	(void)arg;
	CHECK(size == sizeof(r));
	if (decode_record(data, size, &r)) {
		memcpy(&r, data, sizeof(r));
		CHECK(r.window.index > (__u64)INT64_MAX >> WINDOW_PAGE_SHIFT);
		return 0;
	}
	if (r.kind != RECORD_FINDING || r.verdict != VERDICT_LOST)
		return 0;
	CHECK(r.window.bits & WINDOW_ENDED && r.window.bits & WINDOW_DROPPED);
	CHECK(!r.window.drop.dirty && r.window.drop.way < WAY_DIRECT_IO);
	CHECK(r.bound[0].from < r.bound[0].to);
	return 0;
}

/* A length, and so many bytes as one sample. */
static void take_samples(struct pairing *p, const uint8_t *data, size_t size)
{
	__u64 now = 0;
	__u16 len;

	while (size > sizeof(len)) {
		memcpy(&len, data, sizeof(len));
		data += sizeof(len);
		size -= sizeof(len);
		len = len < size ? len : (__u16)size;
		CHECK(!pairing_take(p, data, len));
		CHECK(!pairing_settle(p, now += 500000000));
		data += len;
		size -= len;
	}
	CHECK(!pairing_settle(p, ~0ULL));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pairing_env env = {
		.frames = frames,
		.rows = sizeof(frames) / sizeof(*frames),
		.stack = stack_of,
		.dedupe = dedupe_of,
		.record = on_record,
	};
	struct pairing *p = pairing_new(&env);

	CHECK(p);
	take_samples(p, data, size);
	pairing_free(p);
	kernel_version_in(data, size);
	return 0;
}
