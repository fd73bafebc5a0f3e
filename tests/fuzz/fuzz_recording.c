// SPDX-License-Identifier: GPL-2.0
/* fuzz_recording.c - whole recordings, up to the report and the exit code. */
#include <stdarg.h>

#include "fuzz.h"
#include "log.h"
#include "replay.h"

static char message[4096];

/* In place of the one that prints: to see that a failure says one sentence. */
void complain(const char *format, ...)
{
	va_list args;

	CHECK(!*message);
	va_start(args, format);
	vsnprintf(message, sizeof(message), format, args);
	va_end(args);
	CHECK(*message);
}

static int replay(const uint8_t *data, size_t size, bool json)
{
	FILE *in = fuzz_file(data, size);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct report *report;
	int code;

	CHECK(in && out);
	message[0] = '\0';
	report = json ? report_json_new(out) : report_text_new(out, false, 1);
	CHECK(report);
	code = replay_run(in, "input", report);
	CHECK(code == EXIT_NONE_LOST || code == EXIT_LOST ||
	      code == EXIT_NO_ANSWER || code == EXIT_BLIND);
	CHECK((code == EXIT_NO_ANSWER) == !!*message);
	fuzz_check_plain(message, strlen(message));
	CHECK(!fclose(out));
	for (size_t i = 0; i < len; i++)
		CHECK(text[i] == '\n' || (unsigned char)text[i] >= ' ');
	/* An answer has a verdict, and nothing else has one. */
	if (json)
		CHECK((code == EXIT_NO_ANSWER) ==
		      !memmem(text, len, "\"verdict\"", 9));
	report_free(report);
	fclose(in);
	free(text);
	return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size)
		CHECK(replay(data, size, false) == replay(data, size, true));
	return 0;
}
