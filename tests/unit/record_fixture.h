/* SPDX-License-Identifier: GPL-2.0 */
/* record_fixture.h - records as the kernel side would send them, for the unit
 * tests. */
#ifndef DIRTYWATCH_TEST_RECORD_FIXTURE_H
#define DIRTYWATCH_TEST_RECORD_FIXTURE_H

#include <stddef.h>
#include <string.h>

#include "record.h"

#define MADE_PAGE 3
#define MADE_FROM (MADE_PAGE * 4096ULL)

/* Names one component, from the file upwards. */
static inline void made_name(struct record *r, const char *name)
{
	size_t len = strlen(name) + 1;

	memcpy(r->path + r->path_len, name, len);
	r->path_len += (__u32)len;
}

/*
 * /dir/file, page 3: 100 bytes at its head rewritten by write call 77/70, the
 * rest at stake; dropped by 99/90 with fadvise if the verdict says so.
 */
static inline struct record made_record(enum verdict verdict)
{
	struct record r = {
		.version = RECORD_VERSION,
		.kind = RECORD_FINDING,
		.verdict = verdict,
		.flags = RECORD_HAS_ROOT,
		.ns = 5000,
		.ino = 257,
		.root = 5,
		.dev = 43,
		.nlink = 1,
		.uuid = { 0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
			  0xff },
		.window = { .index = MADE_PAGE,
			    .clean_ns = 0x3e8,
			    .i_size = 1 << 20,
			    .writer = { 77, 70, "writer" } },
		.bound = { { MADE_FROM + 100, MADE_FROM + 4096 } },
	};
	struct window_drop drop = { .ns = 2000,
				    .pid = 99,
				    .tgid = 90,
				    .way = WAY_FADVISE,
				    .comm = "dropper" };
	struct window_end end = { .ns = 3000,
				  .result = 100,
				  .pos = MADE_FROM,
				  .stop = MADE_FROM + 100 };

	if (verdict != VERDICT_STRANDED && verdict != VERDICT_NEAR_MISS) {
		r.window.bits |= WINDOW_DROPPED;
		r.window.drop = drop;
	}
	if (verdict != VERDICT_PENDING && verdict != VERDICT_NEAR_MISS) {
		r.window.bits |= WINDOW_ENDED;
		r.window.end = end;
	}
	made_name(&r, "file");
	made_name(&r, "dir");
	return r;
}

/* The same file, evicted by 99/90 with 4 dirty pages from 3 to 20 of 80 KiB. */
static inline struct record made_evicted(void)
{
	struct record r = made_record(VERDICT_NEAR_MISS);

	r.kind = RECORD_EVICTED;
	memset(&r.window, 0, sizeof(r.window));
	memset(r.bound, 0, sizeof(r.bound));
	r.evicted.i_size = 81925;
	r.evicted.first = MADE_PAGE;
	r.evicted.last = 20;
	r.evicted.pages = 4;
	r.cgroup = 12;
	r.pid = 99;
	r.tgid = 90;
	memcpy(r.comm, "umount", 7);
	r.way = WAY_EVICT;
	r.stack_len = 2;
	r.stack[0] = 0xfffffffffffff012;
	r.stack[1] = 0x20;
	return r;
}

/* The lost page of made_record(), read back in by 55/50. */
static inline struct record made_stale(void)
{
	struct record r = made_record(VERDICT_NEAR_MISS);

	r.kind = RECORD_STALE;
	memset(r.bound, 0, sizeof(r.bound));
	r.cgroup = 12;
	r.pid = 55;
	r.tgid = 50;
	memcpy(r.comm, "reader", 7);
	r.read = READ_BY_READ;
	return r;
}

#endif
