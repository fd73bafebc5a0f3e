/* SPDX-License-Identifier: GPL-2.0 */
/* knobs.bpf.h - what the user side sets before the object is loaded. */
#ifndef DIRTYWATCH_KNOBS_BPF_H
#define DIRTYWATCH_KNOBS_BPF_H

#include "record.h"

/* Watch one filesystem only: its s_dev, 0 for all. */
extern const volatile __u32 knob_dev;
/* Speak of write calls of one process only: its tgid, 0 for all. */
extern const volatile __u32 knob_tgid;
/* Known kernel functions, sorted by address, and how many. */
extern const volatile struct frame knob_frames[FRAMES_MAX];
extern const volatile __u32 knob_frames_count;
/* Send the content of pages that are lost, or may be. */
extern const volatile __u32 knob_rescue;
/* Where the kernel keeps the addresses at which its own view of all memory, and
 * the array of all struct page begin; 0: not known. */
extern const volatile __u64 knob_direct_map;
extern const volatile __u64 knob_page_array;

#endif
