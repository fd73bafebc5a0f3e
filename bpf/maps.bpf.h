/* SPDX-License-Identifier: GPL-2.0 */
/* maps.bpf.h - the state that the hooks share; maps.bpf.c defines it. */
#ifndef DIRTYWATCH_MAPS_BPF_H
#define DIRTYWATCH_MAPS_BPF_H

#include <bpf/bpf_helpers.h>
#include "record.h"

#define WINDOWS_MAX 16384
#define TRAILS_MAX 4096
#define LOSSES_MAX 4096

/* The buffered write that a task is in. */
struct call {
	__u64 id; /* time of entry, 0 if none */
	struct kiocb *iocb;
	struct iov_iter *from;
	__u64 length;  /* bytes that it was asked to write */
	__u64 mapping; /* of its suspects */
	__u64 first;   /* lowest and highest page index of its suspects */
	__u64 last;
	__u64 swept; /* below it, windows of this call were looked at again */
	__u32 suspects;
	__u32 muted; /* filtered out: no window is opened for it */
};

/* The direct write that a task has begun last. */
struct direct {
	__u64 iocb; /* its identity while it runs */
	__u64 mapping;
	__u64 pos;
};

/* Where a task was when its stack said that it writes back; see loop.bpf.h. */
struct loop {
	__u64 mapping; /* whose pages it cleaned; 0: not known */
	__u64 depth;   /* of its stack, by an address on it */
	__u64 here;    /* the same of now */
	__u32 left;    /* so many more pages, and its stack is read again */
	__u32 pad;
};

struct task_state {
	struct call call;
	struct direct direct;
	__u64 dedupe_ns; /* when the dedupe that it is in began */
	struct loop loop;
	__u64 evicted; /* mapping whose dirty pages it was last seen to evict */
	__u32 writeback; /* depth of do_writepages() */
	__u32 pad;
};

/* One stack buffer for each place that reads stacks: none is shared. */
enum stack_user {
	STACK_CLEAN,
	STACK_DROP,
	STACK_EVICT,
	STACK_USERS,
};

struct stack_buffer {
	__u64 ip[32];
};

struct windows_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, WINDOWS_MAX);
	__type(key, struct place);
	__type(value, struct window);
};

struct trails_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, TRAILS_MAX);
	__type(key, struct place);
	__type(value, struct trail);
};

struct losses_map {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, LOSSES_MAX);
	__type(key, struct loss_key);
	__type(value, struct loss);
};

struct tasks_map {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_state);
};

struct stacks_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, STACK_USERS);
	__type(key, __u32);
	__type(value, struct stack_buffer);
};

struct counters_map {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, COUNT_MAX);
	__type(key, __u32);
	__type(value, __u64);
};

/* The user side reads it as memory, see totals.h. */
struct blind_map {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, BLIND_MAX);
	__type(key, __u32);
	__type(value, struct blind_span);
};

struct ring_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
};

/* Made as large as is asked for, if contents are. */
struct contents_map {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 12);
};

/* Which has gone from it when somebody asks is not to be trusted. */
struct rewrites_map {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1); /* REWRITES_MAX, if contents are asked for */
	__type(key, __u64);
	__type(value, struct rewrite);
};

extern struct windows_map windows SEC(".maps");
extern struct trails_map trails SEC(".maps");
extern struct losses_map losses SEC(".maps");
extern struct tasks_map tasks SEC(".maps");
extern struct stacks_map stacks SEC(".maps");
extern struct counters_map counters SEC(".maps");
extern struct blind_map blind SEC(".maps");
extern struct ring_map ring SEC(".maps");
extern struct contents_map contents SEC(".maps");
extern struct rewrites_map rewrites SEC(".maps");

/* enum arming */
extern __u32 armed;
/* Does the guard stand? It may before anything is armed. */
extern __u32 guarding;
/* Windows in the map: the one test that a hook makes when all is well. */
extern __u64 live;
/* Those of them that wait for the result of what dropped their page. */
extern __u64 awaited;
/* Has the clean of single blocks of a folio ever been seen? */
extern __u32 blocks_seen;
/* Are the readers of lost pages being watched? */
extern __u32 following;
/* When a write call has last lost a page, CLOCK_MONOTONIC. */
extern __u64 rewrites_ns;
/* Has nothing happened since the user side looked? It may sleep long then. */
extern __u32 calm;

/* Have the user side look again soon, though there is no record. */
extern int wake_user(void);

/* What the user side has to look at, now or in a while, has happened. */
static __always_inline void stir(void)
{
	if (calm)
		wake_user();
}

#endif
