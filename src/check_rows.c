// SPDX-License-Identifier: GPL-2.0
/* check_rows.c - see check_rows.h. */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "check_rows.h"
#include "log.h"
#include "needs.h"

static const char *const state_words[CHECK_STATES] = {
	[CHECK_OK] = "ok",
	[CHECK_UNKNOWN] = "unknown",
	[CHECK_DEGRADED] = "degraded",
	[CHECK_MISSING] = "missing",
	[CHECK_VULNERABLE] = "vulnerable",
};

static const struct {
	const char *word;
	const char *text;
} verdicts[] = {
	[EXIT_NONE_LOST] = { "full", "FULL: watch would give full verdicts" },
	[EXIT_LOST] = { "vulnerable",
			"VULNERABLE: watch would give full verdicts, and this btrfs loses writes" },
	[EXIT_NO_ANSWER] = { "none", "NONE: watch would refuse" },
	[EXIT_NO_PERMISSION] = { "none", "NONE: watch would refuse" },
	[EXIT_BLIND] = { "blind",
			 "BLIND: watch would begin, and miss evidence" },
};

const char *check_state_word(enum check_state state)
{
	return state_words[state];
}

struct check_row *check_row_add(struct check_rows *rows, const char *kind,
				const char *name)
{
	struct check_row *row = &rows->rows[rows->count++];

	assert(rows->count <= CHECK_ROWS);
	*row = (struct check_row){ .kind = kind, .name = name };
	return row;
}

void check_needs(struct check_rows *rows, const struct system *system)
{
	static const enum check_state states[] = {
		[NEED_MET] = CHECK_OK,
		[NEED_UNTOLD] = CHECK_UNKNOWN,
		[NEED_DEGRADED] = CHECK_DEGRADED,
		[NEED_MISSING] = CHECK_MISSING,
	};

	for (unsigned int i = 0; i < need_count; i++) {
		const struct need *need = &needs[i];
		struct check_row *row = check_row_add(rows, "need", need->name);
		char found[NEED_FOUND] = "";

		row->state = states[need->judge(need, system, found)];
		strcpy(row->found, found);
		if (row->state == CHECK_UNKNOWN && !*found)
			strcpy(row->found, "the system does not tell");
		/* What it does not tell, the programs will. */
		if (row->state <= CHECK_UNKNOWN)
			continue;
		row->exit_code = need->exit_code;
		snprintf(row->remedy, CHECK_TEXT, "%s", need->remedy);
	}
}

/* Which of two codes decides; of two refusals the first. */
static int weight(int exit_code)
{
	switch (exit_code) {
	case EXIT_NONE_LOST:
		return 0;
	case EXIT_LOST:
		return 1;
	case EXIT_BLIND:
		return 2;
	default:
		return 3;
	}
}

void check_judge(const struct check_rows *rows, struct check_verdict *v)
{
	*v = (struct check_verdict){ 0 };
	for (unsigned int i = 0; i < rows->count; i++) {
		const struct check_row *row = &rows->rows[i];

		v->states[row->state]++;
		if (weight(row->exit_code) <= weight(v->exit_code))
			continue;
		v->exit_code = row->exit_code;
		v->remedy = row->remedy;
	}
	v->word = verdicts[v->exit_code].word;
	v->text = verdicts[v->exit_code].text;
	if (weight(v->exit_code) == 3 && !v->states[CHECK_MISSING]) {
		v->word = "unknown";
		v->text = "UNKNOWN: whether watch can begin was not tried";
	}
}
