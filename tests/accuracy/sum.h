/* SPDX-License-Identifier: GPL-2.0 */
/* sum.h - a sum over bytes that both sides of a comparison make: FNV-1a. */
#ifndef ACCURACY_SUM_H
#define ACCURACY_SUM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t sum64(const unsigned char *bytes, size_t len)
{
	uint64_t sum = 0xcbf29ce484222325u;

	while (len--)
		sum = (sum ^ *bytes++) * 0x100000001b3u;
	return sum;
}

#endif
