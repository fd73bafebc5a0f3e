// SPDX-License-Identifier: GPL-2.0
/* check_rows.c - see check_rows.h. */
#include <assert.h>
#include <stdarg.h>
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

/* By the weight of the row that decides. */
static const struct {
	const char *word;
	const char *text;
} verdicts[] = {
	{ "full", "FULL: watch would give full verdicts" },
	{ "vulnerable",
	  "VULNERABLE: watch would give full verdicts, and this btrfs loses writes" },
	{ "blind", "BLIND: watch would begin, and may miss evidence" },
	{ "unknown", "UNKNOWN: whether watch can begin was not tried" },
	{ "none", "NONE: watch would refuse" },
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

void check_say(char to[CHECK_TEXT], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(to, CHECK_TEXT, format, args);
	va_end(args);
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
		check_say(row->found, "%s", found);
		if (row->state == CHECK_UNKNOWN && !*found)
			check_say(row->found, "the system does not tell");
		/* What it does not tell, the programs will. */
		if (row->state <= CHECK_UNKNOWN)
			continue;
		row->exit_code = need->exit_code;
		check_say(row->remedy, "%s", need->remedy);
	}
}

/* How much a row decides; of two that decide as much, the first does. */
static unsigned int weight(const struct check_row *row)
{
	if (row->state == CHECK_MISSING)
		return 4; /* where `watch` stops */
	switch (row->exit_code) {
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

static const struct check_row *heaviest(const struct check_rows *rows)
{
	const struct check_row *found = &rows->rows[0];

	for (unsigned int i = 1; i < rows->count; i++)
		if (weight(&rows->rows[i]) > weight(found))
			found = &rows->rows[i];
	return found;
}

void check_judge(const struct check_rows *rows, struct check_verdict *v)
{
	const struct check_row *row = heaviest(rows);

	*v = (struct check_verdict){ .exit_code = row->exit_code,
				     .remedy = row->remedy };
	for (unsigned int i = 0; i < rows->count; i++)
		v->states[rows->rows[i].state]++;
	v->word = verdicts[weight(row)].word;
	v->text = verdicts[weight(row)].text;
}
