/* SPDX-License-Identifier: GPL-2.0 */
/*
 * observe_overwrite.bpf.h - pages that something else than a buffered write
 * replaces: a direct or encoded write, a clone, a dedupe. Who drops a page to
 * replace it says later if it did. That is rare, so the whole table is walked.
 */
#ifndef DIRTYWATCH_OBSERVE_OVERWRITE_BPF_H
#define DIRTYWATCH_OBSERVE_OVERWRITE_BPF_H

#include "task.bpf.h"
#include "windows.bpf.h"

#define EAGAIN 11
#define EFAULT 14
#define IOMAP_DIO_WRITE (1U << 30)

/* A walk over the windows of one file. */
struct overwrite {
	__u64 mapping;
	__u64 by;   /* of what dropped the page; 0: pages that are cached */
	__u64 from; /* the file bytes [from, to) were replaced */
	__u64 to;
	__u64 since; /* by 0: when it began */
	__u64 first; /* else: where its direct write began */
	__u64 found; /* windows that it is about */
};

static __always_inline __u64 file_mapping(struct file *file)
{
	return (__u64)BPF_CORE_READ(file, f_mapping);
}

static __always_inline __u64 current_thread(void)
{
	return (__u32)bpf_get_current_pid_tgid();
}

/* ---- the drop --------------------------------------------------------- */

/*
 * A page was dropped by something that may replace it: note whose result it
 * waits for. A direct write may end in another task, the others do not.
 */
static __always_inline void overwrite_begun(struct window *w, __u64 mapping)
{
	struct task_state *task = task_known();

	w->over.by = 0;
	w->over.from = 0;
	w->over.to = 0;
	if (w->drop.way < WAY_DIRECT_IO || w->drop.way > WAY_REMAP ||
	    window_on_purpose(w))
		return;
	__sync_fetch_and_add(&awaited, 1);
	if (w->drop.way != WAY_DIRECT_IO) {
		w->over.by = w->drop.pid;
	} else if (task && task->direct.mapping == mapping) {
		w->over.by = task->direct.iocb;
		w->over.from = task->direct.pos;
	}
}

/* ---- the result ------------------------------------------------------- */

static __always_inline bool overwrite_covers(const struct overwrite *o,
					     const struct window *w)
{
	__u64 from = w->index << WINDOW_PAGE_SHIFT;

	return from < o->to && from + (1ULL << WINDOW_PAGE_SHIFT) > o->from;
}

static __always_inline bool overwrite_wants(const struct overwrite *o,
					    const struct window *w)
{
	if (o->by)
		return window_awaits(w) && w->over.by == o->by &&
		       w->over.from >= o->first;
	return (w->bits & (WINDOW_ENDED | WINDOW_DROPPED)) == WINDOW_ENDED &&
	       w->end.ns < o->since && overwrite_covers(o, w);
}

static long overwrite_step(struct bpf_map *map, const struct place *key,
			   struct window *w, struct overwrite *o)
{
	struct place place = *key;

	if (place.mapping != o->mapping || !overwrite_wants(o, w))
		return 0;
	o->found++;
	/* A direct write began where it stood when it dropped the page. */
	if (w->drop.way != WAY_DIRECT_IO || !o->by)
		w->over.from = o->from;
	w->over.to = o->to;
	if (o->by)
		__sync_fetch_and_add(&awaited, -1);
	window_say(&place, w, window_step(w, OBS_OVERWRITTEN, 0), 0, NULL);
	return 0;
}

/* Any suspect in the range, whatever has become of it so far. */
static long overwrite_look_step(struct bpf_map *map, const struct place *key,
				struct window *w, struct overwrite *o)
{
	if (key->mapping == o->mapping && overwrite_covers(o, w))
		o->found++;
	return 0;
}

/*
 * Not static, as the next one: the kernel checks them once, not at each call.
 * What a walk is handed must be on the stack of who calls for it.
 */
__weak __u64 overwrite_look(const struct overwrite *wanted)
{
	struct overwrite o;

	if (!wanted)
		return 0;
	o = *wanted;
	o.found = 0;
	bpf_for_each_map_elem(&windows, overwrite_look_step, &o, 0);
	return o.found;
}

__weak int overwrite_settle(const struct overwrite *wanted)
{
	struct overwrite o;

	if (!wanted)
		return 0;
	o = *wanted;
	bpf_for_each_map_elem(&windows, overwrite_step, &o, 0);
	return 0;
}

/* ---- direct writes ---------------------------------------------------- */

static __always_inline int observe_direct(struct kiocb *iocb)
{
	struct task_state *task = task_state();

	if (!task)
		return 0;
	task->direct.iocb = (__u64)iocb;
	task->direct.mapping = file_mapping(BPF_CORE_READ(iocb, ki_filp));
	task->direct.pos = BPF_CORE_READ(iocb, ki_pos);
	return 0;
}

/* What comes next with this identity is another write call. */
static __always_inline void direct_ended(struct task_state *task,
					 struct kiocb *iocb)
{
	if (task && task->direct.iocb == (__u64)iocb)
		task->direct.iocb = 0;
}

/*
 * Does the write call go on after this part of it? If its own task completes
 * it and bytes are left, btrfs tries these again, at last as a buffered write;
 * what would have had to wait is tried again by who asked not to wait.
 */
static __always_inline bool direct_goes_on(struct iomap_dio *dio, int error)
{
	void *waiter = BPF_CORE_READ(dio, submit.waiter);
	bool own = BPF_CORE_READ(dio, wait_for_completion) ||
		   waiter == (void *)bpf_get_current_task();

	if (error == -EAGAIN)
		return true;
	return own && (!error || error == -EFAULT) &&
	       BPF_CORE_READ(dio, submit.iter, count);
}

/* A direct write, or a part of it, is on disk or has failed. */
static __always_inline int observe_direct_done(struct iomap_dio *dio)
{
	struct kiocb *iocb = BPF_CORE_READ(dio, iocb);
	int error = BPF_CORE_READ(dio, error);
	struct overwrite o = {
		.mapping = file_mapping(BPF_CORE_READ(iocb, ki_filp)),
		.by = (__u64)iocb,
		.to = BPF_CORE_READ(iocb, ki_pos),
	};

	/* An iocb of a stack may lie where one lay whose end went unseen. */
	o.first = o.to - BPF_CORE_READ(dio, done_before);

	if (!(BPF_CORE_READ(dio, flags) & IOMAP_DIO_WRITE) ||
	    direct_goes_on(dio, error))
		return 0;
	if (!error)
		o.to += BPF_CORE_READ(dio, size);
	overwrite_settle(&o);
	direct_ended(task_known(), iocb);
	return 0;
}

/* A write call has returned: it may have been the rest of a direct write. */
static __always_inline void overwrite_fell_back(struct task_state *task,
						struct kiocb *iocb)
{
	struct overwrite o = {
		.mapping = file_mapping(BPF_CORE_READ(iocb, ki_filp)),
		.by = (__u64)iocb,
		.to = BPF_CORE_READ(iocb, ki_pos),
	};

	if (task->direct.iocb != o.by)
		return;
	overwrite_settle(&o);
	direct_ended(task, iocb);
}

/* ---- the others ------------------------------------------------------- */

/* What the current thread did to [pos, pos + done) of a file is over. */
static __always_inline int observe_replaced(struct file *file, __s64 pos,
					    __s64 done)
{
	struct overwrite o = {
		.mapping = file_mapping(file),
		.by = current_thread(),
		.from = done > 0 ? pos : 0,
		.to = done > 0 ? pos + done : 0,
	};

	overwrite_settle(&o);
	return 0;
}

/* The head of struct btrfs_ioctl_encoded_io_args, which is userspace ABI. */
struct encoded_io {
	__u64 iov;
	__u64 iovcnt;
	__s64 offset;
	__u64 flags;
	__u64 len;
};

static __always_inline int observe_encoded(struct kiocb *iocb,
					   const struct encoded_io *args,
					   long result)
{
	struct encoded_io io = { 0 };
	__u64 stop = BPF_CORE_READ(iocb, ki_pos);

	if (bpf_probe_read_kernel(&io, sizeof(io), args))
		return 0;
	return observe_replaced(BPF_CORE_READ(iocb, ki_filp), stop - io.len,
				result < 0 ? 0 : io.len);
}

static long overwrite_forget_step(struct bpf_map *map, const struct place *key,
				  struct window *w, struct overwrite *o)
{
	struct place place = *key;

	if (place.mapping != o->mapping || !overwrite_covers(o, w) ||
	    windows_take(&place))
		return 0;
	if (window_awaits(w))
		__sync_fetch_and_add(&awaited, -1);
	go_blind(BLIND_direct_io);
	return 0;
}

/*
 * A dedupe begins whose result will not be seen. If it succeeds, all that is
 * cached of that range of the file is on disk: there is no verdict on it.
 */
static __always_inline int observe_dedupe_unseen(struct file *file, __s64 to,
						 __s64 len)
{
	struct overwrite o = {
		.mapping = file_mapping(file),
		.from = to,
		.to = to + len,
	};

	bpf_for_each_map_elem(&windows, overwrite_forget_step, &o, 0);
	return 0;
}

static __always_inline int observe_dedupe(void)
{
	struct task_state *task = task_state();

	if (task)
		task->dedupe_ns = bpf_ktime_get_ns();
	return 0;
}

/*
 * A dedupe has found the cached pages of both files equal, and put what the
 * disk holds for the source in the place of the other: unless a page of the
 * source is stranded itself, all that is cached of that range is on disk.
 */
static __always_inline int observe_deduped(struct file *source, __s64 pos,
					   struct file *file, __s64 to,
					   __s64 done)
{
	struct task_state *task = task_known();
	struct overwrite o = { .mapping = file_mapping(source) };

	if (!task || !task->dedupe_ns || done <= 0)
		return 0;
	o.since = task->dedupe_ns;
	task->dedupe_ns = 0;
	o.from = pos;
	o.to = pos + done;
	if (overwrite_look(&o))
		return 0;
	o.mapping = file_mapping(file);
	o.from = to;
	o.to = to + done;
	/* Nobody knows what other processes left clean in the source. */
	if (knob_tgid && overwrite_look(&o))
		go_blind(BLIND_direct_io);
	else
		overwrite_settle(&o);
	return 0;
}

#endif
