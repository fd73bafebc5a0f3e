/* SPDX-License-Identifier: GPL-2.0 */
/*
 * window.h - the detector: what becomes of one page that a write call cleaned.
 *
 * Pure C: no helper, no map, no libc. The BPF object, the unit tests and the
 * replayer compile the same text. Every function takes all that it needs.
 *
 * A window is opened by the clean and settled by parties that do not wait for
 * each other: the write call's return (END), the removal from the page cache
 * (DROP) and, if what removed the page was about to replace its data, the
 * result of that (OVERWRITTEN). Each first fills its own part, then adds its
 * bit to `bits`; whoever finds all bits there speaks the verdict. The owner of
 * the table makes sure by an atomic delete that only one of late comers does.
 */
#ifndef DIRTYWATCH_WINDOW_H
#define DIRTYWATCH_WINDOW_H

#ifdef __bpf__
#include "vmlinux.h"
#else
#include <linux/types.h>
#endif

#define WINDOW_PAGE_SHIFT 12
#define WINDOW_COMM_LEN 16

/* How a page left the page cache. The order is part of the record format. */
enum way {
	WAY_UNKNOWN,
	WAY_KSWAPD,
	WAY_DIRECT, /* direct reclaim by an allocating task */
	WAY_MEMCG,
	WAY_DROP_CACHES,
	WAY_FADVISE,
	WAY_MADVISE,
	WAY_INVALIDATE, /* invalidate_inode_pages2() and the like */
	WAY_INODE_LRU,	/* inode shrinker */
	WAY_EVICT,	/* inode eviction: umount, last close */
	WAY_HWPOISON,
	WAY_DIRECT_IO, /* this to WAY_REMAP: its data is replaced, if all is
			  well */
	WAY_ENCODED,
	WAY_REMAP,    /* a clone over it */
	WAY_TRUNCATE, /* this and the rest: thrown away on purpose */
	WAY_PUNCH,
	WAY_ABORT, /* the filesystem gave up: reported as an error */
	WAY_MAX,
};

enum window_bit {
	WINDOW_RETRIED = 1, /* the write call came back and found it clean */
	WINDOW_DROPPED = 2, /* `drop` is valid */
	WINDOW_ENDED = 4,   /* `end` is valid */
	WINDOW_OVERWRITTEN = 8, /* `over` is valid: the dropper is done */
};

enum observation {
	OBS_CLEAN,   /* cleaned by a write call, once more */
	OBS_RETRY,   /* its write call locked it again and found it clean */
	OBS_WRITTEN, /* cleaned by writeback: it had been dirty again */
	OBS_DIRTY,   /* found dirty or under writeback */
	OBS_DROP,    /* left the page cache; `drop` is filled */
	OBS_END,     /* its write call returned; `end` is filled */
	OBS_SETTLED, /* locked when its call ended, now clean and unlocked */
	OBS_OVERWRITTEN, /* what replaces its data is done; `over` is filled */
	OBS_MAX,
};

enum verdict {
	VERDICT_OPEN,	    /* nothing to say yet */
	VERDICT_PENDING,    /* dropped, and who decides is not done yet */
	VERDICT_STRANDED,   /* the call returned and left it clean */
	VERDICT_REWRITTEN,  /* dirty again without ever being unlocked clean */
	VERDICT_NEAR_MISS,  /* was clean and unlocked, then dirty again */
	VERDICT_LOST,	    /* dropped, and bytes are missing */
	VERDICT_SUPERSEDED, /* no byte is missing: written anew, or on disk */
	VERDICT_VOID,	    /* dropped on purpose */
	VERDICT_FORBIDDEN,  /* cannot happen: evidence is missing */
	VERDICT_MAX,
};

/* Who took the page out of the cache, and what the file was then. */
struct window_drop {
	__u64 ns;
	__u64 i_size;
	__u32 pid;
	__u32 tgid;
	__u32 way; /* enum way */
	__u8 dirty;
	__u8 unlinked; /* no link left */
	__u8 pad[2];   /* zeroed by who fills the struct */
	char comm[WINDOW_COMM_LEN];
};

/* How the write call ended. */
struct window_end {
	__u64 ns;
	__s64 result;
	__u64 pos;    /* file offset where the call began */
	__u64 stop;   /* file offset behind the last byte that it wrote */
	__u64 left;   /* bytes that it did not copy */
	__u32 dirty;  /* the page was dirty again by then */
	__u32 locked; /* the page was locked: no verdict yet, look again */
};

/* What a direct write, a clone or a dedupe put in the place of the page. */
struct window_over {
	__u64 by;   /* identity of what dropped the page, while that runs */
	__u64 from; /* file bytes [from, to) */
	__u64 to;
};

/* Whose write call it is. */
struct window_writer {
	__u32 pid; /* of the thread */
	__u32 tgid;
	char comm[WINDOW_COMM_LEN];
};

/* One cleaned page. Offsets and sizes in bytes, times of CLOCK_MONOTONIC. */
struct window {
	__u64 page;  /* address of its struct page, the identity while cached */
	__u64 index; /* page index in the file */
	__u64 call;  /* id of the write call that cleaned it */
	__u64 clean_ns;
	__u64 retry_ns; /* first return of the call to the page, or 0 */
	__u64 i_size;	/* when it was cleaned */
	__u64 left;	/* bytes that the write call had yet to copy then */
	__u32 bits;	/* enum window_bit */
	__u32 rescue;	/* enum rescue: what became of the page's content */
	struct window_writer writer;
	struct window_drop drop;
	struct window_end end;
	struct window_over over;
};

/* A range of file bytes [from, to); empty if from >= to. */
struct window_range {
	__u64 from;
	__u64 to;
};

#define WINDOW_RANGES 2

static inline __u64 window_min(__u64 a, __u64 b)
{
	return a < b ? a : b;
}

/*
 * What the write call wrote after it had cleaned the page. What it wrote
 * before may lie in the page and be gone with it. A page that the call left
 * clean was not written to since.
 */
static inline struct window_range window_rewritten(const struct window *w)
{
	const struct window_end *e = &w->end;
	int gone = w->bits & WINDOW_DROPPED && w->drop.ns <= e->ns;
	struct window_range r = { 0, 0 };

	if (!(w->bits & WINDOW_ENDED) || e->left >= w->left || e->result <= 0 ||
	    !(e->dirty || gone))
		return r;
	r.to = e->stop;
	r.from = r.to - window_min(w->left - e->left,
				   window_min((__u64)e->result, r.to));
	return r;
}

static inline int window_empty(const struct window_range *r)
{
	return r->from >= r->to;
}

/*
 * Takes `hole` out of a bound, which is one range if anything is to be split.
 * If it were two, the hole would stay: a bound may be too wide, not too narrow.
 */
static inline void window_cut(struct window_range bound[WINDOW_RANGES],
			      const struct window_range *hole)
{
	struct window_range *r;
	int i;

	for (i = 0; i < WINDOW_RANGES; i++) {
		r = &bound[i];
		if (window_empty(r) || window_empty(hole) ||
		    hole->to <= r->from || hole->from >= r->to)
			continue;
		if (hole->from <= r->from) {
			r->from = window_min(hole->to, r->to);
		} else if (hole->to >= r->to) {
			r->to = hole->from;
		} else if (window_empty(&bound[1])) {
			bound[1].from = hole->to;
			bound[1].to = r->to;
			r->to = hole->from;
			break;
		}
	}
	if (window_empty(&bound[0])) {
		bound[0] = bound[1];
		bound[1].from = 0;
		bound[1].to = 0;
	}
}

/*
 * The bytes at stake: the page's, within i_size at the clean (and at the drop,
 * if that came), less what the same write call then wrote, and less what the
 * dropper put in their place. Fills both ranges, in file order; an unused one
 * is empty.
 */
static inline void window_bound(const struct window *w,
				struct window_range bound[WINDOW_RANGES])
{
	struct window_range wrote = window_rewritten(w);
	struct window_range over = { w->over.from, w->over.to };
	__u64 from = w->index << WINDOW_PAGE_SHIFT;
	__u64 to = from + (1ULL << WINDOW_PAGE_SHIFT);

	to = window_min(to, w->i_size);
	if (w->bits & WINDOW_DROPPED)
		to = window_min(to, w->drop.i_size);
	bound[0].from = from;
	bound[0].to = to;
	bound[1].from = 0;
	bound[1].to = 0;
	window_cut(bound, &wrote);
	if (w->bits & WINDOW_OVERWRITTEN)
		window_cut(bound, &over);
}

/* Nothing of the user's is at stake. */
static inline int window_bound_empty(const struct window *w)
{
	struct window_range bound[WINDOW_RANGES];

	window_bound(w, bound);
	return window_empty(&bound[0]);
}

/* The page was removed because someone wanted its data gone. */
static inline int window_on_purpose(const struct window *w)
{
	const struct window_drop *d = &w->drop;

	/* An unlinked file may still be open, and lose what it holds. */
	return d->dirty || d->way >= WAY_TRUNCATE ||
	       (d->unlinked && d->way == WAY_EVICT) ||
	       (w->index << WINDOW_PAGE_SHIFT) >= d->i_size;
}

/* Its dropper was about to replace the data, and has not said if it did. */
static inline int window_awaits(const struct window *w)
{
	return w->bits & WINDOW_DROPPED && !(w->bits & WINDOW_OVERWRITTEN) &&
	       w->drop.way >= WAY_DIRECT_IO && w->drop.way <= WAY_REMAP;
}

/* Somebody who still runs will decide. */
static inline int window_undecided(const struct window *w)
{
	return !(w->bits & WINDOW_ENDED) || w->end.locked || window_awaits(w);
}

/* The verdict on a dropped page; pending until all have spoken. */
static inline enum verdict window_dropped(const struct window *w)
{
	if (window_on_purpose(w))
		return VERDICT_VOID;
	if (!(w->bits & WINDOW_ENDED) || window_awaits(w))
		return VERDICT_PENDING;
	if (!window_bound_empty(w))
		return VERDICT_LOST;
	return w->drop.way == WAY_REMAP ? VERDICT_VOID : VERDICT_SUPERSEDED;
}

/* The same for who comes later: that it is pending was said at the drop. */
static inline enum verdict window_dropped_before(const struct window *w)
{
	enum verdict v = window_dropped(w);

	return v == VERDICT_PENDING ? VERDICT_OPEN : v;
}

/* Dirty again: it was a window only if somebody saw it clean and unlocked. */
static inline enum verdict window_redirtied(const struct window *w)
{
	__u32 bits = w->bits;

	if (bits & WINDOW_DROPPED)
		return VERDICT_FORBIDDEN;
	if (bits & WINDOW_RETRIED)
		return VERDICT_NEAR_MISS;
	/* Left clean by its call: it has been a window since then. */
	if (bits & WINDOW_ENDED && !w->end.locked && !w->end.dirty)
		return VERDICT_NEAR_MISS;
	return VERDICT_REWRITTEN;
}

static inline enum verdict window_drop(struct window *w)
{
	if (w->bits & WINDOW_DROPPED)
		return VERDICT_FORBIDDEN;
	__sync_fetch_and_add(&w->bits, WINDOW_DROPPED);
	return window_dropped(w);
}

static inline enum verdict window_end(struct window *w)
{
	if (w->bits & WINDOW_ENDED)
		return VERDICT_FORBIDDEN;
	__sync_fetch_and_add(&w->bits, WINDOW_ENDED);
	if (w->bits & WINDOW_DROPPED)
		return window_dropped_before(w);
	if (w->end.dirty)
		return window_redirtied(w);
	return w->end.locked ? VERDICT_OPEN : VERDICT_STRANDED;
}

static inline enum verdict window_retry(struct window *w, __u64 now)
{
	if (w->bits & (WINDOW_DROPPED | WINDOW_ENDED))
		return VERDICT_FORBIDDEN;
	if (!(w->bits & WINDOW_RETRIED)) {
		w->retry_ns = now;
		__sync_fetch_and_add(&w->bits, WINDOW_RETRIED);
	}
	return VERDICT_OPEN;
}

static inline enum verdict window_settled(struct window *w)
{
	if (!(w->bits & WINDOW_ENDED) || !w->end.locked)
		return VERDICT_FORBIDDEN;
	w->end.locked = 0;
	return w->bits & WINDOW_DROPPED ? VERDICT_OPEN : VERDICT_STRANDED;
}

/*
 * A dropped page gets the result of its dropper. A stranded one that is still
 * cached is safe only if all of it was found to be on disk: a dedupe.
 */
static inline enum verdict window_overwritten(struct window *w)
{
	struct window_range bound[WINDOW_RANGES];
	struct window_range over = { w->over.from, w->over.to };

	if (window_awaits(w)) {
		__sync_fetch_and_add(&w->bits, WINDOW_OVERWRITTEN);
		return window_dropped_before(w);
	}
	if (w->bits & (WINDOW_DROPPED | WINDOW_OVERWRITTEN) ||
	    !(w->bits & WINDOW_ENDED))
		return VERDICT_FORBIDDEN;
	window_bound(w, bound);
	window_cut(bound, &over);
	if (!window_empty(&bound[0]))
		return VERDICT_OPEN;
	/* Who drops it from here on finds that nothing is at stake. */
	__sync_fetch_and_add(&w->bits, WINDOW_OVERWRITTEN);
	return VERDICT_SUPERSEDED;
}

/*
 * The transition function: applies one observation made at time `now` (ns).
 * Returns what is to be said of the window; anything from VERDICT_REWRITTEN on
 * ends it. A page that is cleaned once more (OBS_CLEAN) ends as if it had been
 * found dirty; the caller then opens a new window for it.
 */
static inline enum verdict window_step(struct window *w, enum observation o,
				       __u64 now)
{
	switch (o) {
	case OBS_CLEAN:
	case OBS_WRITTEN:
	case OBS_DIRTY:
		return window_redirtied(w);
	case OBS_RETRY:
		return window_retry(w, now);
	case OBS_DROP:
		return window_drop(w);
	case OBS_END:
		return window_end(w);
	case OBS_SETTLED:
		return window_settled(w);
	case OBS_OVERWRITTEN:
		return window_overwritten(w);
	default:
		return VERDICT_FORBIDDEN;
	}
}

#endif
