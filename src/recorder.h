/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recorder.h - the printer whose lines are the chunks of a recording. It is
 * told what any printer is told, and in front of each finding the raw record.
 * The summary is its end.
 */
#ifndef DIRTYWATCH_RECORDER_H
#define DIRTYWATCH_RECORDER_H

#include "facts.h"
#include "ksyms.h"
#include "recording_write.h"
#include "report.h"

struct recorder;

/*
 * Writes into `w`, which stays the caller's. NULL: no memory. `ksyms` (NULL:
 * no symbols are known) lives as long as the recorder.
 */
struct recorder *recorder_new(struct recording_writer *w,
			      const struct ksyms *ksyms, int verbose);

/* To be given to report_also(); never to report_free(). */
struct report *recorder_report(struct recorder *r);

/*
 * The bytes that came from the ring. They are kept with the next finding, or,
 * if they were no record, by themselves. A recorder of NULL does nothing.
 * Returns 0 or the error of the writer.
 */
void recorder_raw(struct recorder *r, const void *data, size_t size);
int recorder_malformed(struct recorder *r, const void *data, size_t size);

/* A fact_fn; `arg` is the recorder. Only after the start. */
int recorder_fact(void *arg, const char *key, const char *value);

/* NULL is fine. */
void recorder_free(struct recorder *r);

#endif
