/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescue.bpf.h - the content of a suspect page goes to the user side while it
 * still exists: as it is dropped, or as its write call leaves it clean.
 */
#ifndef DIRTYWATCH_RESCUE_BPF_H
#define DIRTYWATCH_RESCUE_BPF_H

#include "folio.bpf.h"
#include "knobs.bpf.h"

/* Which content, and for which window. */
struct content_ask {
	__u64 at;   /* address of the page */
	__u64 page; /* these three as in the window */
	__u64 index;
	__u64 clean_ns;
	__u64 mapping; /* if not 0, nobody holds the page: it is sent only if
			  it still stands there after it was read */
	__u32 part;    /* enum content_part */
	__u32 pad;
};

/* Sends it. Returns enum rescue. See rescue.bpf.c. */
int content_send(const struct content_ask *ask);

/* Of a page of this folio, as above. */
static __always_inline __u32 rescue(const struct folio_at *f, __u64 index,
				    __u64 clean_ns, __u64 mapping)
{
	struct content_ask ask = {
		.index = index,
		.clean_ns = clean_ns,
		.mapping = mapping,
	};

	if (!knob_rescue)
		return RESCUE_not_asked;
	if (!page_uptodate(f, index))
		return RESCUE_not_uptodate;
	ask.at = ask.page = folio_page(f, index);
	return content_send(&ask);
}

#endif
