// SPDX-License-Identifier: GPL-2.0
/* fuzz_recorded.c - recordings of `record`, up to the report, the mail and the
 * exit code. */
#include <stdarg.h>
#include <unistd.h>
#include <zlib.h>

#include "fuzz.h"
#include "log.h"
#include "recording_play.h"
#include "report_list.h"

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

/* No control character but the ends of lines; of ASCII only, if told so. */
static void check_text(const char *text, size_t len, bool ascii)
{
	for (size_t i = 0; i < len; i++) {
		CHECK(text[i] == '\n' || (unsigned char)text[i] >= ' ');
		CHECK(!ascii || (unsigned char)text[i] < 0x7f);
	}
}

static void mail(const struct bug *bug, const struct recording *rec)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	CHECK(out);
	report_bug(out, bug, rec);
	CHECK(!fclose(out) && len);
	check_text(text, len, true);
	free(text);
}

static struct report *printer(int kind, FILE *out, struct bug *bug)
{
	switch (kind) {
	case 0:
		return report_text_new(out, false, 1);
	case 1:
		return report_json_new(out);
	case 2:
		return report_list_new(out, 1);
	default:
		return report_bug_new(bug);
	}
}

static int say(const uint8_t *data, size_t size, bool partial, int kind)
{
	static struct bug bug;
	FILE *in = fuzz_file(data, size);
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	struct recording rec;
	struct report *report;
	int code;

	CHECK(in && out);
	memset(&bug, 0, sizeof(bug));
	bug.id = "";
	message[0] = '\0';
	report = printer(kind, out, &bug);
	CHECK(report);
	code = recording_say(&rec, in, "input", partial, report);
	CHECK(code == EXIT_NONE_LOST || code == EXIT_LOST ||
	      code == EXIT_NO_ANSWER || code == EXIT_BLIND);
	CHECK((code == EXIT_NO_ANSWER || rec.partial) == !!*message);
	CHECK(!rec.partial || (partial && code == EXIT_BLIND));
	fuzz_check_plain(message, strlen(message));
	if (kind == 3 && code != EXIT_NO_ANSWER && bug.stage_count)
		mail(&bug, &rec);
	recording_free(&rec);
	report_free(report);
	CHECK(!fclose(out));
	check_text(text, len, false);
	if (kind == 1)
		CHECK((code == EXIT_NO_ANSWER) ==
		      !memmem(text, len, "\"verdict\":", 10));
	fclose(in);
	free(text);
	return code;
}

static void say_all(const uint8_t *data, size_t size)
{
	for (int partial = 0; partial < 2; partial++) {
		int code = say(data, size, partial, 0);

		for (int kind = 1; kind < 4; kind++)
			CHECK(say(data, size, partial, kind) == code);
	}
}

/* Makes every checksum right, or nothing behind the head would be reached. */
static void seal(uint8_t *data, size_t size)
{
	size_t at = RECORDING_HEAD_LEN;
	uint32_t sum, length;

	if (size < at)
		return;
	memcpy(data, RECORDING_MAGIC, RECORDING_MAGIC_LEN);
	sum = (uint32_t)crc32(0, data, RECORDING_HEAD_LEN);
	while (size - at >= RECORDING_CHUNK_HEAD_LEN) {
		memcpy(&length, data + at + 4, sizeof(length));
		if (length > size - at - RECORDING_CHUNK_HEAD_LEN)
			return;
		sum = (uint32_t)crc32(sum, data + at, 8);
		sum = (uint32_t)crc32(sum, data + at + RECORDING_CHUNK_HEAD_LEN,
				      length);
		memcpy(data + at + 8, &sum, sizeof(sum));
		at += RECORDING_CHUNK_HEAD_LEN + length;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *sealed;

	if (!size)
		return 0;
	say(data, size, true, 1);
	sealed = malloc(size);
	CHECK(sealed);
	memcpy(sealed, data, size);
	seal(sealed, size);
	say_all(sealed, size);
	free(sealed);
	return 0;
}
