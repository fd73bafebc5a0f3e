// SPDX-License-Identifier: GPL-2.0
/* fuzz_coverage.c - the note that a killed watch left behind. */
#include "coverage_note.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char text[COVERAGE_NOTE_LEN + 1];
	struct coverage_note note;

	if (coverage_parse((const char *)data, size, &note))
		return 0;
	CHECK(note.pid && note.start_ns <= note.beat_ns);
	CHECK(strlen(note.boot) == BOOT_ID_LEN - 1);
	CHECK(coverage_meets(&note.scope, &note.scope));
	CHECK(coverage_contains(&note.scope, &note.scope));
	coverage_format(&note, text);
	CHECK(size == COVERAGE_NOTE_LEN && !memcmp(text, data, size));
	return 0;
}
