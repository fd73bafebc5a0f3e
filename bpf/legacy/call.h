/* SPDX-License-Identifier: GPL-2.0 */
/* call.h - a write call begins, and its end settles its suspects. */
#ifndef DIRTYWATCH_LEGACY_CALL_H
#define DIRTYWATCH_LEGACY_CALL_H

#include "suspects.h"

#define RLIMIT_FSIZE 1
/* Suspects that one program looks at; 33 of them can follow each other. */
#define END_TURNS 17

/*
 * What the first argument is. Kernels before 4.20 hand on the file and the
 * position, and compilers make these of a kiocb, or the inode of a file.
 */
enum call_form {
	FORM_UNKNOWN,
	FORM_KIOCB,
	FORM_FILE,
	FORM_INODE,
};

static __always_inline bool file_of_btrfs(struct file *file)
{
	struct address_space *mapping;

	if (!is_pointer((__u64)file))
		return false;
	mapping = BPF_CORE_READ(file, f_mapping);
	return is_pointer((__u64)mapping) &&
	       inode_of_btrfs(BPF_CORE_READ(mapping, host));
}

/* Only what leads to a btrfs superblock is what it is taken for. */
static __always_inline __u32 call_form(__u64 object)
{
	struct kiocb *iocb = (struct kiocb *)object;

	if (!is_pointer(object))
		return FORM_UNKNOWN;
	if (file_of_btrfs(BPF_CORE_READ(iocb, ki_filp)))
		return FORM_KIOCB;
	if (file_of_btrfs((struct file *)object))
		return FORM_FILE;
	if (inode_of_btrfs((struct inode *)object))
		return FORM_INODE;
	return FORM_UNKNOWN;
}

static __always_inline __u64 call_position(const struct call *call)
{
	struct kiocb *iocb = (struct kiocb *)call->object;

	return BPF_CORE_READ(iocb, ki_pos);
}

/* Bytes that it has yet to copy. */
static __always_inline __u64 call_to_copy(const struct call *call)
{
	struct iov_iter *from = (struct iov_iter *)call->from;

	return BPF_CORE_READ(from, count);
}

/*
 * Take the arguments for what they are. Of the position and the iov_iter, in
 * any order, one is a pointer.
 */
static __always_inline bool call_read(struct pt_regs *ctx, struct call *call)
{
	__u64 second = PT_REGS_PARM2(ctx);
	__u64 third = PT_REGS_PARM3(ctx);

	call->form = call_form(call->object);
	call->from = is_pointer(second) ? second : third;
	call->pos = is_pointer(second) ? third : second;
	if (call->form == FORM_KIOCB)
		call->pos = call_position(call);
	if (!call->form || !is_pointer(call->from) || is_pointer(call->pos))
		return false;
	call->length = call_to_copy(call);
	return true;
}

/* A buffered write begins. */
static __always_inline int observe_call(struct pt_regs *ctx)
{
	struct legacy_knobs *k = knobs_read();
	struct call call = { .object = PT_REGS_PARM1(ctx) };
	__u64 id = bpf_get_current_pid_tgid();
	__u32 pid = id;

	if (!k || !k->armed)
		return 0;
	if (bpf_map_lookup_elem(&calls, &pid))
		go_blind(BLIND_no_exit);
	count(COUNT_calls);
	if (!call_read(ctx, &call)) {
		go_blind(BLIND_no_task);
		return 0;
	}
	call.id = bpf_ktime_get_ns();
	call.muted = k->tgid && k->tgid != id >> 32;
	if (bpf_map_update_elem(&calls, &pid, &call, BPF_ANY))
		go_blind(BLIND_no_task);
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
	__u64 left = call_to_copy(call);

	if (left + written == call->length ||
	    stop == BPF_CORE_READ(current, signal, rlim[RLIMIT_FSIZE].rlim_cur))
		return left;
	return call->length - window_min(written, call->length);
}

/* Some kernels move the position within the call, others leave it to who
 * called. */
static __always_inline __u64 call_stop(const struct call *call, __u64 written)
{
	__u64 pos = call->pos;

	if (call->form == FORM_KIOCB)
		pos = call_position(call);
	return pos == call->pos ? pos + written : pos;
}

/* A buffered write returns its bytes, or a negative errno. */
static __always_inline int observe_return(struct pt_regs *ctx)
{
	struct legacy_knobs *k = knobs_read();
	__s64 result = PT_REGS_RC(ctx);
	__u64 written = result > 0 ? result : 0;
	__u32 pid = current_thread();
	struct call *call;

	if (!k || !k->armed)
		return 0;
	call = bpf_map_lookup_elem(&calls, &pid);
	one_copy(call);
	if (!call) {
		count(COUNT_in_flight);
		return 0;
	}
	if (call->next == call->first) {
		bpf_map_delete_elem(&calls, &pid);
		return 0;
	}
	call->end.ns = bpf_ktime_get_ns();
	call->end.result = result;
	call->end.stop = call_stop(call, written);
	call->end.pos = call->end.stop - written;
	call->end.left = call_left(call, written, call->end.stop);
	continue_in(ctx, CONTINUE_END);
	return 0;
}

/* What the end of a call has to tell, and to count. */
struct call_end {
	struct sighting to;
	struct window_end end;
	__u64 rewritten;
	__s64 taken;
};

/*
 * The flags are read before the window is looked up again: if writeback has
 * been through, its own observation has ended the window by then. A page that
 * is neither there nor seen to leave may just be migrated, under its lock, or
 * was a moment ago: the second look decides.
 */
static __always_inline struct suspect *end_flags(const struct place *place,
						 const struct call *call,
						 __u64 *flags)
{
	struct suspect *s = suspect_at(place);
	__u64 page;

	if (!s)
		return NULL;
	page = s->window.page;
	*flags = page_flags(page);
	if (!page_stands(page, place))
		*flags = page_flag(PG_locked);
	s = suspect_at(place);
	if (!s || s->window.call != call->id)
		return NULL;
	if (s->window.bits & WINDOW_DROPPED)
		*flags = 0;
	return s;
}

/* What the write call's end makes of one of its suspects. */
static __always_inline void end_suspect(struct pt_regs *ctx,
					const struct place *place,
					struct call *call, struct call_end *ce)
{
	__u64 flags = 0;
	struct suspect *s = end_flags(place, call, &flags);
	bool dirty = flags & (page_flag(PG_dirty) | page_flag(PG_writeback));

	if (!s)
		return;
	if (dirty && !(s->window.bits & WINDOW_RETRIED)) {
		ce->rewritten++;
		ce->taken += suspect_delete(place);
		return;
	}
	s->window.end = ce->end;
	s->window.end.dirty = dirty;
	s->window.end.locked = !!(flags & page_flag(PG_locked));
	__sync_fetch_and_add(&s->window.bits, WINDOW_ENDED);
	say_suspect(ctx, &ce->to, s);
	call->told = 1;
	if (dirty || s->window.bits & WINDOW_DROPPED)
		ce->taken += suspect_delete(place);
}

/* The next suspect of the call: where is it? */
static __always_inline bool end_turn(struct call *call, struct turn *turn,
				     struct place *place)
{
	__u64 *slot;

	turn->number = call->first++;
	slot = bpf_map_lookup_elem(&turns, turn);
	if (!slot)
		return false;
	place->index_slot = *slot;
	bpf_map_delete_elem(&turns, turn);
	return true;
}

/* The call is over; where its file is, is worth telling only now. */
static __always_inline void end_call(struct pt_regs *ctx,
				     const struct call *call, __u32 pid)
{
	__u64 mapping = call->mapping;
	__u64 chain = call->id;
	__u32 told = call->told;

	bpf_map_delete_elem(&calls, &pid);
	if (told)
		say_path(ctx, mapping, chain);
}

static __always_inline void end_some(struct pt_regs *ctx, struct call *call,
				     __u32 pid)
{
	struct call_end ce = { .to = { .stack = -1, .names = 1 },
			       .end = call->end };
	struct place place = { .mapping = call->mapping };
	struct turn turn = { .pid = pid };

	head_fill(&ce.to.head, SIGHTING_END, call->id);
	ce.to.head.ns = ce.end.ns;
	read_file(call->mapping, &ce.to.file);
#pragma clang loop unroll(full)
	for (int i = 0; i < END_TURNS; i++) {
		if (call->first >= call->next)
			break;
		if (end_turn(call, &turn, &place))
			end_suspect(ctx, &place, call, &ce);
	}
	count_more(COUNT_rewritten, ce.rewritten);
	live_add(-ce.taken);
}

/* Some suspects of a call that returned, and then the next ones. */
static __always_inline int observe_end(struct pt_regs *ctx)
{
	__u32 pid = current_thread();
	struct call *call = bpf_map_lookup_elem(&calls, &pid);

	one_copy(call);
	if (!call)
		return 0;
	end_some(ctx, call, pid);
	if (call->first < call->next) {
		continue_in(ctx, CONTINUE_END);
		go_blind(BLIND_no_exit); /* too many programs in a row */
	}
	end_call(ctx, call, pid);
	return 0;
}

#endif
