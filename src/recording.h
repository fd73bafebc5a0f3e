/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recording.h - the file that `record` writes and `replay` reads: what the
 * writer and the reader agree on. btrfs-dirtywatch-recording(5) tells it byte
 * by byte. All numbers are little-endian.
 *
 * A head, then chunks, each with a checksum that goes on from the one before:
 * no chunk can be changed, left out or moved without being noticed.
 */
#ifndef DIRTYWATCH_RECORDING_H
#define DIRTYWATCH_RECORDING_H

#include "finding.h"
#include "recording_fields.h"
#include "report.h"

/* The first byte is no text, the last ones show if somebody changed lines. */
#define RECORDING_MAGIC "\211BDW\r\n\032\n"
#define RECORDING_MAGIC_LEN 8
#define RECORDING_VERSION 1
#define RECORDING_HEAD_LEN 16	       /* magic, version, zero */
#define RECORDING_CHUNK_HEAD_LEN 12    /* kind, length, checksum */
#define RECORDING_CHUNK_MAX (1U << 20) /* bytes behind a chunk's head */

/* The order is part of the format. */
enum recording_kind {
	CHUNK_START = 1, /* recording_start_fields */
	CHUNK_FACT,	 /* what is known of the system: key, value */
	CHUNK_ZONE,	 /* wall clock second, seconds east of UTC from it on */
	CHUNK_SYMBOL,	 /* address, offset, function, module */
	CHUNK_RECORD, /* length, bytes of the ring, recording_finding_fields */
	CHUNK_MALFORMED, /* bytes of the ring that were no record */
	CHUNK_BLIND,	 /* kind, recording_blind_fields */
	CHUNK_SUMMARY,	 /* counters, blindness, recording_summary_fields */
	CHUNK_END,	 /* how many chunks there were */
	CHUNK_LEFT,	 /* so many findings were left out until here */
	CHUNK_HEAL,	 /* recording_heal_fields */
	CHUNK_KINDS,
};

struct recording_start {
	struct report_start_info info;
	uint32_t record_version; /* RECORD_VERSION of the records */
	uint32_t record_size;	 /* sizeof(struct record) */
	uint32_t verbose;	 /* of the live report */
};

extern const struct field recording_start_fields[];

/* All that is not in the record itself: what resolve_finding() and
 * findings_note() may change. */
extern const struct field recording_finding_fields[];

extern const struct field recording_blind_fields[];
extern const struct field recording_heal_fields[];
extern const struct field recording_summary_fields[];

/* The kernel stacks of a finding. Ends in an element without a title. */
struct recording_stack {
	const char *title;
	size_t addresses; /* where in struct finding */
	size_t length;
};

extern const struct recording_stack recording_stacks[];

#endif
