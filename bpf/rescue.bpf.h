/* SPDX-License-Identifier: GPL-2.0 */
/*
 * rescue.bpf.h - the content of a suspect page goes to the user side while it
 * still exists: as it is dropped, or as its write call leaves it clean.
 */
#ifndef DIRTYWATCH_RESCUE_BPF_H
#define DIRTYWATCH_RESCUE_BPF_H

#include "folio.bpf.h"
#include "knobs.bpf.h"

/*
 * Sends the content of the page at this address. If there is a mapping, nobody
 * holds the page, and it is sent only if it still stands there after it was
 * read. Returns enum rescue. See rescue.bpf.c.
 */
int content_send(__u64 page, __u64 index, __u64 clean_ns, __u64 mapping);

/* Of a page of this folio, as above. */
static __always_inline __u32 rescue(const struct folio_at *f, __u64 index,
				    __u64 clean_ns, __u64 mapping)
{
	if (!knob_rescue)
		return RESCUE_not_asked;
	if (!page_uptodate(f, index))
		return RESCUE_not_uptodate;
	return content_send(folio_page(f, index), index, clean_ns, mapping);
}

#endif
