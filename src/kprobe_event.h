/* SPDX-License-Identifier: GPL-2.0 */
/*
 * kprobe_event.h - kprobes through tracefs. It is the one way to a kprobe whose
 * misses the kernel counts. Events have the group dirtywatch_PID, so that
 * several processes do not meet, and what a dead one left can be told.
 */
#ifndef DIRTYWATCH_KPROBE_EVENT_H
#define DIRTYWATCH_KPROBE_EVENT_H

#include <linux/types.h>

struct bpf_link;
struct bpf_program;
struct kprobe_events;

/*
 * Find tracefs, and remove the events of processes that are no more. `tracefs`
 * is where it is mounted; NULL: where it usually is, else an own mount that
 * nobody else sees. Returns 0, or -errno: -ENODEV if the kernel has none,
 * -EPERM or -EACCES if it is not for us, -ENOENT if it has no kprobe events.
 */
int kprobe_events_open(const char *tracefs, struct kprobe_events **out);

/*
 * Run `program`, loaded and of the type kprobe, whenever the kernel comes to
 * the instruction at `address`; `name` becomes part of the event's, and is this
 * process's only one of that name that is attached: letters, digits and '_', 40
 * at most. Works from Linux 4.7 on. Returns NULL with errno set, among others
 * EINVAL or EILSEQ (no probe can be there) and EBUSY. The link is destroyed by
 * the caller, before kprobe_events_close(); the event stays until then.
 */
struct bpf_link *kprobe_event_attach(struct kprobe_events *events,
				     const char *name, __u64 address,
				     const struct bpf_program *program);

/*
 * How often, in all, the kernel came to one of this process's events and could
 * not run it, since another probe was running. It does not count here what its
 * guard of BPF programs skips: see bpf_prog_info.recursion_misses, from 6.7 on.
 * Returns 0 or -errno.
 */
int kprobe_events_missed(const struct kprobe_events *events, __u64 *missed);

/* Remove this process's events. NULL is taken. */
void kprobe_events_close(struct kprobe_events *events);

#endif
