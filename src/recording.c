// SPDX-License-Identifier: GPL-2.0
/* recording.c - the tables of the format. A number is never used again. */
#include "recording.h"

const struct field recording_start_fields[] = {
	FIELD(1, FIELD_TEXT, struct recording_start, info.version),
	FIELD(2, FIELD_TEXT, struct recording_start, info.kernel),
	FIELD(3, FIELD_TEXT, struct recording_start, info.srcversion),
	FIELD(4, FIELD_TEXT, struct recording_start, info.mount),
	FIELD(5, FIELD_U64, struct recording_start, info.ns),
	FIELD(6, FIELD_BOOL, struct recording_start, info.wall_known),
	FIELD(7, FIELD_U64, struct recording_start, info.wall_ns),
	FIELD(8, FIELD_U32, struct recording_start, record_version),
	FIELD(9, FIELD_U32, struct recording_start, record_size),
	FIELD(10, FIELD_U32, struct recording_start, verbose),
	FIELD(11, FIELD_TEXT, struct recording_start, info.unseen),
	FIELD(12, FIELD_U32, struct recording_start, info.limit),
	FIELD_END,
};

const struct field recording_finding_fields[] = {
	FIELD(1, FIELD_BOOL, struct finding, complete),
	FIELD(2, FIELD_U64, struct finding, subvol),
	FIELD(3, FIELD_BOOL, struct finding, subvol_known),
	FIELD(4, FIELD_BOOL, struct finding, path_known),
	FIELD(5, FIELD_BOOL, struct finding, path_truncated),
	FIELD(6, FIELD_BOOL, struct finding, path_in_fs),
	FIELD(7, FIELD_STRING, struct finding, path),
	FIELD(8, FIELD_STRING, struct finding, task.cgroup_path),
	FIELD(9, FIELD_STRING, struct finding, dropper.cgroup_path),
	FIELD(10, FIELD_U32, struct finding, link_count),
	FIELD_NAMES_OF(11, struct finding, links, links_len),
	FIELD(12, FIELD_U32, struct finding, rescue),
	FIELD(13, FIELD_STRING, struct finding, rescue_file),
	FIELD(14, FIELD_BOOL, struct finding, on_disk.known),
	FIELD(15, FIELD_U64, struct finding, on_disk.transid),
	FIELD(16, FIELD_U64, struct finding, on_disk.generation),
	FIELD(17, FIELD_U64, struct finding, on_disk.address),
	FIELD(18, FIELD_STRING, struct finding, on_disk.sum),
	FIELD_END,
};

const struct field recording_blind_fields[] = {
	FIELD(1, FIELD_U64, struct blind_info, count),
	FIELD(2, FIELD_U64, struct blind_info, first_ns),
	FIELD(3, FIELD_U64, struct blind_info, last_ns),
	FIELD(4, FIELD_BOOL, struct blind_info, open),
	FIELD(5, FIELD_U32, struct blind_info, pid),
	FIELD_END,
};

const struct field recording_summary_fields[] = {
	FIELD(1, FIELD_U64, struct summary, open_stranded),
	FIELD(2, FIELD_U64, struct summary, seconds),
	FIELD(3, FIELD_U64, struct summary, kernel_bytes),
	FIELD(4, FIELD_U64, struct summary, rss_bytes),
	FIELD(5, FIELD_BOOL, struct summary, rescued),
	FIELD(6, FIELD_U64, struct summary, rescue[RESCUE_unsupported]),
	FIELD(7, FIELD_U64, struct summary, rescue[RESCUE_hwpoison]),
	FIELD(8, FIELD_U64, struct summary, rescue[RESCUE_not_uptodate]),
	FIELD(9, FIELD_U64, struct summary, rescue[RESCUE_unreadable]),
	FIELD(10, FIELD_U64, struct summary, rescue[RESCUE_ring_full]),
	FIELD(11, FIELD_U64, struct summary, rescue[RESCUE_sent]),
	FIELD(12, FIELD_U64, struct summary, rescue[RESCUE_saved]),
	FIELD(13, FIELD_U64, struct summary, rescue[RESCUE_limit]),
	FIELD(14, FIELD_U64, struct summary, rescue[RESCUE_rate]),
	FIELD(15, FIELD_U64, struct summary, rescue[RESCUE_not_written]),
	FIELD(16, FIELD_U64, struct summary, rescue[RESCUE_untold]),
	FIELD_END,
};

const struct recording_stack recording_stacks[] = {
	{ "clean", offsetof(struct finding, clean_stack.ip),
	  offsetof(struct finding, clean_stack.len) },
	{ "drop", offsetof(struct finding, drop_stack.ip),
	  offsetof(struct finding, drop_stack.len) },
	{ "observation", offsetof(struct finding, stack),
	  offsetof(struct finding, stack_len) },
	{ NULL, 0, 0 },
};
