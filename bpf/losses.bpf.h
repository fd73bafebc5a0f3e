/* SPDX-License-Identifier: GPL-2.0 */
/*
 * losses.bpf.h - the pages that were lost lately: whoever brings one back into
 * the cache reads old bytes.
 */
#ifndef DIRTYWATCH_LOSSES_BPF_H
#define DIRTYWATCH_LOSSES_BPF_H

#include "maps.bpf.h"
#include "count.bpf.h"
#include "page.bpf.h"

static __always_inline struct loss_key loss_key_of(__u64 mapping, __u64 index)
{
	struct inode *inode = mapping_inode(mapping);
	struct loss_key key = {
		.file = mapping,
		.ino = BPF_CORE_READ(inode, i_ino),
		.index = index,
		.dev = BPF_CORE_READ(inode, i_sb, s_dev),
	};

	inode_root(inode, &key.file);
	return key;
}

/*
 * Data may be missing from this page from now on. Returns whether its readers
 * are watched without a gap.
 */
static __always_inline bool losses_note(__u64 mapping, const struct window *w)
{
	struct loss_key key = loss_key_of(mapping, w->index);
	struct loss loss = {
		.clean_ns = w->clean_ns,
		.drop_ns = w->drop.ns,
		.call = w->call,
	};
	int err = bpf_map_update_elem(&losses, &key, &loss, BPF_ANY);

	return !err && following;
}

/*
 * The write call of a dropped page has returned. If all is well with the page,
 * or its call brought it back while nobody looked, its readers say nothing. If
 * the page was lost once more since then, they do of that loss.
 */
static __always_inline void losses_settle(__u64 mapping, const struct window *w,
					  enum verdict v, bool followed)
{
	struct loss_key key;
	struct loss *loss;
	bool raced = w->bits & WINDOW_ENDED && w->drop.ns <= w->end.ns;

	if (v == VERDICT_LOST && !followed)
		count(COUNT_unfollowed);
	if (v != VERDICT_SUPERSEDED &&
	    !(v == VERDICT_LOST && raced && !followed))
		return;
	key = loss_key_of(mapping, w->index);
	loss = bpf_map_lookup_elem(&losses, &key);
	if (loss && loss->clean_ns == w->clean_ns)
		bpf_map_delete_elem(&losses, &key);
}

#endif
