/* SPDX-License-Identifier: GPL-2.0 */
/* watch_say.h - what a watch says on stderr. */
#ifndef DIRTYWATCH_WATCH_SAY_H
#define DIRTYWATCH_WATCH_SAY_H

struct recording_writer;
struct tracer;

/* Which program serves each role, a line each. */
void watch_say_hooks(const struct tracer *tracer);

/* Why it ended by this error; `keep` is its recording, or NULL. */
void watch_say_error(int err, const struct recording_writer *keep);

#endif
