/* SPDX-License-Identifier: GPL-2.0 */
/* observe_call.bpf.h - a write call begins, and its end settles its suspects.
 */
#ifndef DIRTYWATCH_OBSERVE_CALL_BPF_H
#define DIRTYWATCH_OBSERVE_CALL_BPF_H

#include "observe_overwrite.bpf.h"
#include "rewrite.bpf.h"
#include "task.bpf.h"

/* Pages of one write call that its end looks at: 4 GiB. */
#define CALL_PAGES_MAX (1 << 20)
#define RLIMIT_FSIZE 1

/* A buffered write begins. */
static __always_inline int observe_call(struct kiocb *iocb,
					struct iov_iter *from)
{
	struct task_state *task = task_state();

	if (!task)
		return 0;
	if (task->call.id || task->writeback)
		go_blind(BLIND_no_exit);
	/* A direct write that it may be the rest of is still to be known. */
	__builtin_memset(&task->call, 0, sizeof(task->call));
	task->dedupe_ns = 0;
	task->writeback = 0;
	task->call.id = bpf_ktime_get_ns();
	task->call.iocb = iocb;
	task->call.from = from;
	task->call.length = BPF_CORE_READ(from, count);
	task->call.muted =
		knob_tgid && knob_tgid != bpf_get_current_pid_tgid() >> 32;
	count(COUNT_calls);
	return 0;
}

struct call_end {
	const struct call *call;
	struct dentry *dentry;
	struct window_end end;
};

static __always_inline enum verdict end_window(struct window *w, __u64 flags,
					       const struct window_end *end)
{
	w->end = *end;
	w->end.locked = !!(flags & page_flag(PG_locked));
	w->end.dirty =
		!!(flags & (page_flag(PG_dirty) | page_flag(PG_writeback)));
	return window_step(w, OBS_END, end->ns);
}

/*
 * The flags are read before the window is looked up again: if writeback has
 * been through, its own observation has ended the window by then. A page that
 * is neither there nor seen to leave may just be migrated, under its lock, and
 * the window follows in a moment: the second look decides.
 */
static __always_inline void end_cached(struct place *place, struct window *w,
				       struct call_end *ce)
{
	__u64 busy = page_flag(PG_locked) | page_flag(PG_dirty) |
		     page_flag(PG_writeback);
	__u64 flags = page_flag(PG_locked);
	__u64 index = w->index;
	__u32 rescued = RESCUE_not_asked;
	struct folio_at f = { 0 };

	if (page_present(&f, w->page, place->mapping, index))
		flags = page_flags(&f, index);
	if (!(flags & busy))
		rescued = rescue(&f, index, w->clean_ns, place->mapping);
	w = bpf_map_lookup_elem(&windows, place);
	if (!w || w->call != ce->call->id)
		return;
	if (w->bits & WINDOW_DROPPED)
		flags = 0;
	else
		w->rescue = rescued;
	window_say(place, w, end_window(w, flags, &ce->end), (__u64)ce->dentry,
		   NULL);
}

static long end_step(__u32 i, struct call_end *ce)
{
	const struct call *call = ce->call;
	struct place place = {
		.mapping = call->mapping,
		.index_slot = call->first * WINDOW_SLOTS + i,
	};
	struct window *w;

	w = bpf_map_lookup_elem(&windows, &place);
	if (!w || w->call != call->id)
		return 0;
	if (w->bits & WINDOW_DROPPED) {
		rewrite_copy(place.mapping, w);
		window_say(&place, w, end_window(w, 0, &ce->end),
			   (__u64)ce->dentry, NULL);
	} else {
		end_cached(&place, w, ce);
	}
	return 0;
}

/*
 * The bytes that the call did not write. The iterator knows what was not
 * copied, but a chunk that was copied and could then not be dirtied is gone
 * from it too; so is what a file size limit cut off, and that was never tried.
 */
static __always_inline __u64 call_left(const struct call *call, __u64 written,
				       __u64 stop)
{
	struct task_struct *current = (void *)bpf_get_current_task();
	struct iov_iter *from = call->from;
	__u64 left = BPF_CORE_READ(from, count);

	if (left + written == call->length ||
	    stop == BPF_CORE_READ(current, signal, rlim[RLIMIT_FSIZE].rlim_cur))
		return left;
	return call->length - window_min(written, call->length);
}

static __always_inline void end_suspects(const struct call *call, long result)
{
	struct call_end ce = { .call = call };
	struct kiocb *iocb = call->iocb;
	__u64 written = result > 0 ? result : 0;
	__u64 slots = (call->last - call->first + 1) * WINDOW_SLOTS;

	ce.dentry = BPF_CORE_READ(iocb, ki_filp, f_path.dentry);
	ce.end.ns = bpf_ktime_get_ns();
	ce.end.result = result;
	ce.end.stop = BPF_CORE_READ(iocb, ki_pos);
	ce.end.pos = ce.end.stop - written;
	ce.end.left = call_left(call, written, ce.end.stop);
	if (slots > CALL_PAGES_MAX * WINDOW_SLOTS) {
		go_blind(BLIND_map_full);
		slots = CALL_PAGES_MAX * WINDOW_SLOTS;
	}
	bpf_loop(slots, end_step, &ce, 0);
}

/* A buffered write returns `result`: bytes, or a negative errno. */
static __always_inline int observe_return(long result)
{
	/* Made if need be: none at all is not the same as one without a call.
	 */
	struct task_state *task = task_state();

	if (!task)
		return 0;
	if (!task->call.id) {
		count(COUNT_in_flight);
		return 0;
	}
	if (task->call.suspects)
		end_suspects(&task->call, result);
	rewrite_return(&task->call, result);
	if (awaited)
		overwrite_fell_back(task, task->call.iocb);
	task->call.id = 0;
	return 0;
}

#endif
