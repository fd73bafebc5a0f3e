// SPDX-License-Identifier: GPL-2.0
/* tracer_knobs.c - see tracer_knobs.h. */
#include <bpf/libbpf.h>
#include <string.h>

#include "frames.h"
#include "log.h"
#include "tracer_knobs.h"

/* It uses the types of record.h without including it. */
#include "dirtywatch.skel.h"

/* Where the kernel has neither variable, each page will be `unsupported`. */
static void set_rescue(struct dirtywatch_bpf *skel,
		       const struct tracer_options *o,
		       const struct ksyms *ksyms)
{
	if (!o->content_bytes)
		return;
	skel->rodata->knob_rescue = 1;
	skel->rodata->knob_direct_map =
		ksyms_variable(ksyms, "page_offset_base");
	skel->rodata->knob_page_array = ksyms_variable(ksyms, "vmemmap_base");
	if (!skel->rodata->knob_direct_map || !skel->rodata->knob_page_array)
		complain(RESCUE_UNSUPPORTED);
	bpf_map__set_max_entries(skel->maps.contents, o->content_bytes);
	bpf_map__set_max_entries(skel->maps.rewrites, REWRITES_MAX);
}

int tracer_knobs_set(struct dirtywatch_bpf *skel,
		     const struct tracer_options *o, const struct ksyms *ksyms)
{
	struct frame frames[FRAMES_MAX] = { 0 };
	int count = frames_fill(ksyms, frames);

	if (count < 0) {
		complain("btrfs is not loaded: mount a btrfs filesystem first");
		return count;
	}
	memcpy((void *)skel->rodata->knob_frames, frames, sizeof(frames));
	skel->rodata->knob_frames_count = (__u32)count;
	skel->rodata->knob_dev = o->dev;
	skel->rodata->knob_tgid = o->tgid;
	if (o->windows)
		bpf_map__set_max_entries(skel->maps.windows, o->windows);
	set_rescue(skel, o, ksyms);
	return bpf_map__set_max_entries(skel->maps.ring, o->ring_bytes);
}
