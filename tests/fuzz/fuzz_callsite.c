// SPDX-License-Identifier: GPL-2.0
/* fuzz_callsite.c - machine code: the base, the callee, then the bytes. */
#include <errno.h>

#include "callsite.h"
#include "fuzz.h"

#define CALL 0xe8
#define JUMP 0xe9
#define CALL_LEN 5

/* What a processor would do with the five bytes in front of `site`. */
static __u64 called_from(const unsigned char *code, __u64 base, __u64 site)
{
	const unsigned char *at = code + (site - base) - CALL_LEN;
	__u32 distance = at[1] | (__u32)at[2] << 8 | (__u32)at[3] << 16 |
			 (__u32)at[4] << 24;

	return site + (distance & 0x80000000 ? distance | ~0ULL << 32
					     : (__u64)distance);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	__u64 sites[CALLSITES_MAX], base, callee;
	int count;

	if (size < sizeof(base) + sizeof(callee))
		return 0;
	memcpy(&base, data, sizeof(base));
	memcpy(&callee, data + sizeof(base), sizeof(callee));
	data += sizeof(base) + sizeof(callee);
	size -= sizeof(base) + sizeof(callee);
	count = callsites_in(data, size, base, callee, sites);
	if (count == -EOPNOTSUPP) {
		CHECK(memchr(data, JUMP, size));
		return 0;
	}
	CHECK(count == -E2BIG || (count >= 0 && count <= CALLSITES_MAX));
	for (int i = 0; i < count; i++) {
		CHECK(sites[i] - base >= CALL_LEN && sites[i] - base < size);
		CHECK(!i || sites[i] - base > sites[i - 1] - base);
		CHECK(data[sites[i] - base - CALL_LEN] == CALL);
		CHECK(called_from(data, base, sites[i]) == callee);
	}
	return 0;
}
