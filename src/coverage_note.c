/* SPDX-License-Identifier: GPL-2.0 */
/* coverage_note.c - see coverage_note.h. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "coverage_note.h"

#define HEADER "btrfs-dirtywatch-coverage 1\n"
#define DIGITS_MAX 20

void coverage_format(const struct coverage_note *note,
		     char text[COVERAGE_NOTE_LEN + 1])
{
	char fs[2 * COVERAGE_FS_LEN + 1];

	for (size_t i = 0; i < COVERAGE_FS_LEN; i++)
		sprintf(fs + 2 * i, "%02x", note->scope.fs[i]);
	snprintf(text, COVERAGE_NOTE_LEN + 1,
		 HEADER "boot=%-36.36s\npid=%010" PRIu32 "\nstart=%020" PRIu64
			"\nbeat=%020" PRIu64 "\nfs=%s\ntgid=%010" PRIu32 "\n",
		 note->boot, note->pid, note->start_ns, note->beat_ns, fs,
		 note->scope.tgid);
}

/* Step over `word` at *at. */
static bool take_word(const char **at, const char *word)
{
	size_t len = strlen(word);

	if (strncmp(*at, word, len) != 0)
		return false;
	*at += len;
	return true;
}

/* Take `width` digits; too large a number comes out as another one. */
static uint64_t take_digits(const char **at, size_t width)
{
	char digits[DIGITS_MAX + 1];
	size_t len = strspn(*at, "0123456789");

	if (len > width)
		len = width;
	memcpy(digits, *at, len);
	digits[len] = '\0';
	*at += len;
	return strtoull(digits, NULL, 10);
}

static void take_boot(const char **at, char boot[BOOT_ID_LEN])
{
	size_t len = strspn(*at, "0123456789abcdef-");

	if (len > BOOT_ID_LEN - 1)
		len = BOOT_ID_LEN - 1;
	memcpy(boot, *at, len);
	boot[len] = '\0';
	*at += len;
}

static int hex(char c)
{
	const char *digits = "0123456789abcdef";
	const char *found = c ? strchr(digits, c) : NULL;

	return found ? (int)(found - digits) : -1;
}

static void take_fs(const char **at, uint8_t fs[COVERAGE_FS_LEN])
{
	for (int i = 0; i < COVERAGE_FS_LEN; i++) {
		int high = hex((*at)[0]);
		int low = high < 0 ? -1 : hex((*at)[1]);

		if (low < 0)
			return;
		fs[i] = (uint8_t)(high << 4 | low);
		*at += 2;
	}
}

/* Stops at the first thing that is wrong: the caller compares the whole. */
static void take_note(const char *at, struct coverage_note *note)
{
	if (!take_word(&at, HEADER "boot="))
		return;
	take_boot(&at, note->boot);
	if (!take_word(&at, "\npid="))
		return;
	note->pid = (uint32_t)take_digits(&at, 10);
	if (!take_word(&at, "\nstart="))
		return;
	note->start_ns = take_digits(&at, 20);
	if (!take_word(&at, "\nbeat="))
		return;
	note->beat_ns = take_digits(&at, 20);
	if (!take_word(&at, "\nfs="))
		return;
	take_fs(&at, note->scope.fs);
	if (take_word(&at, "\ntgid="))
		note->scope.tgid = (uint32_t)take_digits(&at, 10);
}

int coverage_parse(const char *text, size_t len, struct coverage_note *note)
{
	char copy[COVERAGE_NOTE_LEN + 1], again[COVERAGE_NOTE_LEN + 1];

	memset(note, 0, sizeof(*note));
	if (len != COVERAGE_NOTE_LEN)
		return -EBADMSG;
	memcpy(copy, text, len);
	copy[len] = '\0';
	take_note(copy, note);
	coverage_format(note, again);
	if (memcmp(copy, again, sizeof(copy)) != 0 || !note->pid ||
	    strlen(note->boot) != BOOT_ID_LEN - 1 ||
	    note->start_ns > note->beat_ns)
		return -EBADMSG;
	return 0;
}

static bool any_fs(const struct coverage_scope *s)
{
	static const uint8_t none[COVERAGE_FS_LEN];

	return !memcmp(s->fs, none, sizeof(none));
}

static bool same_fs(const struct coverage_scope *a,
		    const struct coverage_scope *b)
{
	return !memcmp(a->fs, b->fs, sizeof(a->fs));
}

bool coverage_meets(const struct coverage_scope *a,
		    const struct coverage_scope *b)
{
	return (any_fs(a) || any_fs(b) || same_fs(a, b)) &&
	       (!a->tgid || !b->tgid || a->tgid == b->tgid);
}

bool coverage_contains(const struct coverage_scope *a,
		       const struct coverage_scope *b)
{
	return (any_fs(a) || same_fs(a, b)) && (!a->tgid || a->tgid == b->tgid);
}
