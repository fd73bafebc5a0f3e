/* SPDX-License-Identifier: GPL-2.0 */
/* soak_call.h - what a write call of the soak covers, and what its bytes are.
 */
#ifndef DIRTYWATCH_SOAK_CALL_H
#define DIRTYWATCH_SOAK_CALL_H

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#define PAGE UINT64_C(4096)

/* The two top bits of a byte tell who wrote it: generations always differ. */
enum role { BASE, PENDING, COVER };

/* splitmix64 */
static inline uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline uint64_t next(uint64_t *state)
{
	*state += 0x9e3779b97f4a7c15u;
	return mix(*state);
}

static inline void fill(uint64_t key, enum role role, uint64_t off, void *buf,
			size_t len)
{
	unsigned char *byte = buf;
	uint64_t word = 0;

	for (size_t i = 0; i < len; i++, off++) {
		if (!i || off % 8 == 0)
			word = mix(key + off / 8 * 4 + role);
		byte[i] = role << 6 | (word >> off % 8 * 8 & 0x3f);
	}
}

struct call {
	uint32_t off, len; /* within its page */
	uint64_t source;   /* where the bytes come from, in the source file */
	uint64_t t0_ns, t1_ns;
};

/* The part of a call, which begins in page 0, that lies in page @nth. */
static inline void call_part(struct call *part, uint64_t nth,
			     const struct call *all)
{
	uint64_t from = nth ? nth * PAGE : all->off;
	uint64_t to = (nth + 1) * PAGE;

	if (to > all->off + all->len)
		to = all->off + all->len;
	*part = *all;
	part->off = (uint32_t)(from - nth * PAGE);
	part->len = (uint32_t)(to - from);
	part->source = all->source + from - all->off;
}

/* Print the ranges of @page that differ. */
static inline void print_lost_bytes(uint64_t page, const unsigned char *want,
				    const unsigned char *have)
{
	const char *comma = "";

	for (unsigned int at = 0; at < PAGE; at++) {
		unsigned int from = at;

		while (at < PAGE && want[at] != have[at])
			at++;
		if (at == from)
			continue;
		printf("%s[%" PRIu64 ",%u]", comma, page * PAGE + from,
		       at - from);
		comma = ",";
	}
}

/* Write all of it, or fail: short writes must not happen here. */
static inline int put(int fd, const void *buf, size_t len, uint64_t off)
{
	ssize_t done = pwrite(fd, buf, len, (off_t)off);

	if (done == (ssize_t)len)
		return 0;
	return done < 0 ? -errno : -EIO;
}

#endif
