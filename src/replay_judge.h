/* SPDX-License-Identifier: GPL-2.0 */
/* replay_judge.h - what each line of a recording does. */
#ifndef DIRTYWATCH_REPLAY_JUDGE_H
#define DIRTYWATCH_REPLAY_JUDGE_H

#include "replay_table.h"

struct replay_judge {
	struct replay_table table;
	__u64 begin_ns;
	bool begun;
	bool over;
	const char *why; /* what is wrong, after -EBADMSG */
};

/* Returns 0 or -ENOMEM; end with judge_free() in both cases. */
int judge_init(struct replay_judge *j, struct report *report);
void judge_free(struct replay_judge *j);

/*
 * Takes the next line. Returns 0, -EBADMSG if it cannot stand here, -ENOMEM,
 * or the negative errno of a write of the report.
 */
int judge_line(struct replay_judge *j, const struct replay_line *l);

/* Reports the sum after the last line. Returns as judge_line(). */
int judge_finish(struct replay_judge *j);

#endif
