/* SPDX-License-Identifier: GPL-2.0 */
/*
 * heal_store.h - a store that changes nothing. It is one locked instruction on
 * one byte: the processor always writes, so that the page is dirtied as by any
 * store, and nobody's store to that byte can fall between its read and its
 * write. Not by the compiler's atomics: clang knows that to "or" with zero
 * changes nothing, and leaves the store out.
 */
#ifndef DIRTYWATCH_HEAL_STORE_H
#define DIRTYWATCH_HEAL_STORE_H

#include <stdbool.h>

#if defined(__x86_64__)
#define HEAL_CAN_STORE true

static inline void heal_store(volatile unsigned char *at)
{
	__asm__ volatile("lock orb $0, %0" : "+m"(*at) : : "memory", "cc");
}
#else
/* A rescued content, which must be there first, is had on x86-64 only. */
#define HEAL_CAN_STORE false

static inline void heal_store(volatile unsigned char *at)
{
	(void)at;
}
#endif

#endif
