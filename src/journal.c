// SPDX-License-Identifier: GPL-2.0
/* journal.c - see journal.h; the fields of a finding are journal_finding.c's.
 */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "journal_entry.h"
#include "now.h"
#include "text.h"

const struct journal_word journal_words[JOURNAL_MAX] = {
#define X(name, id, priority, subject)                                         \
	[JOURNAL_##name] = { #name, id, priority, subject },
	JOURNAL_KINDS(X)
#undef X
};

static uint64_t clock_now(void)
{
	return now_ns();
}

int journal_open(struct journal *j, enum journal_way way)
{
	int err = journal_probe();

	memset(j, 0, sizeof(*j));
	j->fd = STDERR_FILENO;
	j->clock = clock_now;
	j->limit.max = JOURNAL_LIMIT;
	j->socket = !err && (way == JOURNAL_SOCKET ||
			     (way == JOURNAL_AUTO && journal_is_stderr()));
	return way == JOURNAL_SOCKET ? err : 0;
}

int journal_say(struct journal *j, enum journal_kind kind, const char *format,
		...)
{
	struct journal_entry e;
	char text[1024];
	va_list args;
	int err;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	err = journal_entry_begin(&e);
	if (err)
		return err;
	/* It may quote a name from anywhere. */
	text_escape(e.out, text, strlen(text));
	return journal_entry_send(&e, j, kind);
}

_Static_assert(BLIND_MAX <= 64, "a bit for each kind");

/* The bit of a kind; 0 of one that is not the kernel side's. */
static uint64_t blind_bit(const char *kind)
{
	for (int i = 0; i < BLIND_MAX; i++)
		if (!strcmp(report_blinds[i].name, kind))
			return UINT64_C(1) << i;
	return 0;
}

/*
 * An end is good news only to those who know of the beginning: an interval that
 * was too short for that, or another watch's, is told once, as what it is.
 */
static enum journal_kind blind_kind(struct journal *j,
				    const struct blind_info *info)
{
	uint64_t bit = blind_bit(info->kind);
	bool known = j->blind & bit;

	if (info->open)
		j->blind |= bit;
	else
		j->blind &= ~bit;
	return known && !info->open ? JOURNAL_blind_over : JOURNAL_blind;
}

int journal_blind(struct journal *j, const struct blind_info *info)
{
	enum journal_kind kind = blind_kind(j, info);
	struct journal_entry e;
	int err = journal_entry_begin(&e);

	if (err)
		return err;
	fprintf(e.out, "%s: %" PRIu64 " %s (%s)%s",
		kind == JOURNAL_blind ? "blind" : "no longer blind",
		info->count, info->text, info->kind,
		info->open ? ", and going on" : "");
	if (info->pid)
		fprintf(e.out, ", process %" PRIu32, info->pid);
	journal_entry_string(&e, "BLIND_KIND", info->kind);
	journal_entry_number(&e, "BLIND_COUNT", info->count);
	journal_entry_number(&e, "BLIND_FIRST_NS", info->first_ns);
	journal_entry_number(&e, "BLIND_LAST_NS", info->last_ns);
	return journal_entry_send(&e, j, kind);
}

static void print_left(struct journal_entry *e, const struct left_out *left)
{
	const char *gap = "";

	fprintf(e->out, "and %" PRIu64 " more were left out: ", left->total);
	for (unsigned int i = 0; i < LEFT_KINDS; i++) {
		if (!left->count[i])
			continue;
		fprintf(e->out, "%s%" PRIu64 " %s", gap, left->count[i],
			ratelimit_word(i));
		gap = ", ";
	}
	journal_entry_number(e, "LEFT_OUT", left->total);
	for (unsigned int i = 0; i < LEFT_KINDS; i++) {
		if (!left->count[i])
			continue;
		journal_entry_field(e, "LEFT_OUT_CLASS");
		fprintf(e->out, "%s %" PRIu64, ratelimit_word(i),
			left->count[i]);
	}
}

int journal_flush(struct journal *j)
{
	const struct left_out left = ratelimit_left(&j->limit);
	struct journal_entry e;
	int err;

	if (!left.total)
		return 0;
	j->left_out += left.total;
	err = journal_entry_begin(&e);
	if (err)
		return err;
	print_left(&e, &left);
	return journal_entry_send(&e, j, JOURNAL_left_out);
}

int journal_tick(struct journal *j)
{
	return ratelimit_over(&j->limit, j->clock()) ? journal_flush(j) : 0;
}
