/* SPDX-License-Identifier: GPL-2.0 */
/*
 * maps.h - the state of the legacy object. Kernels of its age have no data
 * sections: a knob is an element of an array too.
 */
#ifndef DIRTYWATCH_LEGACY_MAPS_H
#define DIRTYWATCH_LEGACY_MAPS_H

#include "vmlinux_legacy.h"
#include <bpf/bpf_helpers.h>
#include "sighting.h"

#define SUSPECTS_MAX 16384
#define CALLS_MAX 8192
#define STACKS_MAX 8192
#define DEDUPES_MAX 1024

/* The buffered write that a task is in. */
struct call {
	__u64 id;      /* time of entry */
	__u64 object;  /* its kiocb, file or inode, see enum call_form */
	__u64 from;    /* its iov_iter */
	__u64 pos;     /* file offset at entry */
	__u64 length;  /* bytes that it was asked to write */
	__u64 mapping; /* of its suspects */
	__u32 form;    /* enum call_form */
	__u32 muted;   /* filtered out: no window is opened for it */
	__u32 first;   /* its suspects not yet looked at have numbers from */
	__u32 next;    /* this to below that */
	__u32 told;    /* something was said of one */
	__u32 pad;
	struct window_end end;
};

/* Suspect `number` of the call of a thread. */
struct turn {
	__u32 pid;
	__u32 number;
};

/* What a program hands on to its continuation, on the same processor. */
struct handover {
	__u64 chain;
	__u64 page;
	__u64 dentry;
	__u64 root; /* of the filesystem */
	__u32 pid;
	__u32 at; /* next page of a batch */
	__u32 batch;
	__u32 pad;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUSPECTS_MAX);
	__type(key, struct place);
	__type(value, struct suspect);
} suspects SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CALLS_MAX);
	__type(key, __u32);
	__type(value, struct call);
} calls SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, SUSPECTS_MAX);
	__type(key, struct turn);
	__type(value, __u64); /* place.index_slot */
} turns SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FRAMES_MAX);
	__type(key, __u32);
	__type(value, struct frame);
} frames SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct legacy_knobs);
} knobs SEC(".maps");

/* Windows in the table: the one test that most hooks make. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} live SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct look);
} looks SEC(".maps");

/* When the last dedupe on a filesystem began, by its s_dev. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, DEDUPES_MAX);
	__type(key, __u32);
	__type(value, __u64);
} dedupes SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct handover);
} handovers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BLIND_MAX);
	__type(key, __u32);
	__type(value, struct blind_span);
} blind SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_STACK_TRACE);
	__uint(max_entries, STACKS_MAX);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, SIGHTING_STACK_DEPTH * sizeof(__u64));
} stacks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, CONTINUATIONS);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} continuations SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} events SEC(".maps");

/* What it sees is a sample, which wakes the user side; its blindness waits. */
static __always_inline void stir(void)
{
}

#endif
