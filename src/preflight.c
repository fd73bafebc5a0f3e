// SPDX-License-Identifier: GPL-2.0
/* preflight.c - see preflight.h. */
#include <stddef.h>

#include "log.h"
#include "needs.h"
#include "preflight.h"

/* The first need of that state from `from` on, or NULL. */
static const struct need *next(const struct need *from, enum need_state state,
			       const struct system *s)
{
	char found[NEED_FOUND];

	for (; from < needs + need_count; from++)
		if (from->judge(from, s, found) == state)
			return from;
	return NULL;
}

static int judge(const struct system *s)
{
	const struct need *need = next(needs, NEED_MISSING, s);

	if (need) {
		complain("%s", need->remedy);
		return need->exit_code;
	}
	for (need = next(needs, NEED_DEGRADED, s); need;
	     need = next(need + 1, NEED_DEGRADED, s))
		complain("%s", need->remedy);
	return 0;
}

int preflight(const char *btf, struct ksyms **ksyms)
{
	struct system system;
	int code;

	system_read(&system, btf);
	code = judge(&system);
	if (!code) {
		*ksyms = system.ksyms;
		system.ksyms = NULL;
	}
	system_free(&system);
	return code;
}
