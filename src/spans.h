/* SPDX-License-Identifier: GPL-2.0 */
/*
 * spans.h - sets of times as sorted intervals that do not touch. Pure.
 */
#ifndef DIRTYWATCH_SPANS_H
#define DIRTYWATCH_SPANS_H

#include <stddef.h>
#include <stdint.h>

/* From `from` up to, not including, `to`; ns. */
struct span {
	int64_t from;
	int64_t to;
};

/* All zero: empty. */
struct spans {
	struct span *at;
	size_t used;
	size_t room;
};

/* One more, if it is not empty, in any order. Returns 0 or -ENOMEM. */
int spans_add(struct spans *s, int64_t from, int64_t to);

/* After the last spans_add(), before all that is below: sorts and joins. */
void spans_settle(struct spans *s);

/* Cuts off what lies outside of the interval. */
void spans_clip(struct spans *s, int64_t from, int64_t to);

/* Sets *out, which is empty, to `a` without `b`. Returns 0 or -ENOMEM. */
int spans_without(const struct spans *a, const struct spans *b,
		  struct spans *out);

/* Their length, ns; as much as fits. */
int64_t spans_length(const struct spans *s);

void spans_free(struct spans *s);

#endif
