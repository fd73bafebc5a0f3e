// SPDX-License-Identifier: GPL-2.0
/* fuzz_text.c - bytes of unknown origin, made fit to show. */
#include <json-c/json.h>

#include "fuzz.h"
#include "text.h"

static unsigned char hex(const char *digits)
{
	char two[3] = { digits[0], digits[1] };

	return (unsigned char)strtoul(two, NULL, 16);
}

/* No control bytes, and the bytes can be told from it. */
static void check_escape(const char *bytes, size_t len)
{
	char *text = NULL;
	size_t room = 0, i, n;
	FILE *out = open_memstream(&text, &room);

	CHECK(out);
	text_escape(out, bytes, len);
	CHECK(!fclose(out));
	fuzz_check_plain(text, room);
	for (i = n = 0; i < room; i++, n++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '\\' && text[i + 1] == 'x') {
			c = hex(text + i + 2);
			i += 3;
		} else if (c == '\\') {
			CHECK(text[++i] == '\\');
		}
		CHECK(n < len && c == (unsigned char)bytes[n]);
	}
	CHECK(n == len);
	free(text);
}

static void check_lossy(const char *bytes, size_t len)
{
	char *text = text_lossy(bytes, len);

	CHECK(text);
	CHECK(text_is_utf8(bytes, len) == fuzz_is_utf8(bytes, len));
	CHECK(fuzz_is_utf8(text, strlen(text)));
	if (text_is_utf8(bytes, len))
		CHECK(!memcmp(text, bytes, len));
	free(text);
}

/* Another way to write the same string. */
static void check_json(const char *bytes, size_t len)
{
	char *lossy = text_lossy(bytes, len);
	struct json_object *string = json_object_new_string(lossy), *again;
	char *text = NULL;
	size_t room = 0;
	FILE *out = open_memstream(&text, &room);

	CHECK(string && out);
	text_json(out, json_object_to_json_string(string));
	CHECK(!fclose(out));
	fuzz_check_plain(text, room);
	again = json_tokener_parse(text);
	CHECK(again && !strcmp(json_object_get_string(again), lossy));
	json_object_put(again);
	json_object_put(string);
	free(text);
	free(lossy);
}

static void check_base64(const char *bytes, size_t len)
{
	char *text = text_base64(bytes, len);

	CHECK(text && strlen(text) == (len + 2) / 3 * 4);
	CHECK(strspn(text,
		     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		     "0123456789+/=") == strlen(text));
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data;

	check_escape(bytes, size);
	check_lossy(bytes, size);
	check_json(bytes, size);
	check_base64(bytes, size);
	return 0;
}
