// SPDX-License-Identifier: GPL-2.0
/* maps.bpf.c - the definitions behind maps.bpf.h and knobs.bpf.h. */
#include "vmlinux.h"
#include "maps.bpf.h"
#include "knobs.bpf.h"

struct windows_map windows SEC(".maps");
struct trails_map trails SEC(".maps");
struct losses_map losses SEC(".maps");
struct tasks_map tasks SEC(".maps");
struct stacks_map stacks SEC(".maps");
struct counters_map counters SEC(".maps");
struct blind_map blind SEC(".maps");
struct ring_map ring SEC(".maps");
struct contents_map contents SEC(".maps");
struct rewrites_map rewrites SEC(".maps");

__u32 armed;
__u32 guarding;
__u64 live;
__u64 awaited;
__u32 blocks_seen;
__u32 following;
__u64 rewrites_ns;
__u32 calm;

const volatile __u32 knob_dev;
const volatile __u32 knob_tgid;
const volatile struct frame knob_frames[FRAMES_MAX];
const volatile __u32 knob_frames_count;
const volatile __u32 knob_rescue;
const volatile __u64 knob_direct_map;
const volatile __u64 knob_page_array;

char LICENSE[] SEC("license") = "GPL";
