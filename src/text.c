/* SPDX-License-Identifier: GPL-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text.h"

static size_t utf8_size(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >> 5 == 0x06)
		return 2;
	if (first >> 4 == 0x0e)
		return 3;
	return first >> 3 == 0x1e ? 4 : 0;
}

/* Bytes of the character at `s`, which has `len` bytes left; 0: not UTF-8. */
static size_t utf8_next(const char *s, size_t len, uint32_t *point)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned char first = (unsigned char)s[0];
	size_t n = utf8_size(first);
	uint32_t p;
	size_t i;

	if (!n || n > len)
		return 0;
	p = n == 1 ? first : first & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		unsigned char next = (unsigned char)s[i];

		if (next >> 6 != 2)
			return 0;
		p = p << 6 | (next & 0x3fU);
	}
	if (p < least[n] || p > 0x10ffff || (p >= 0xd800 && p < 0xe000))
		return 0;
	*point = p;
	return n;
}

/* Could move the cursor, or make the text read other than it is. */
static bool is_unsafe(uint32_t p)
{
	return p < 0x20 || (p >= 0x7f && p < 0xa0) ||
	       (p >= 0x2028 && p <= 0x202e) || (p >= 0x2066 && p <= 0x2069);
}

static void put_hex(FILE *out, const char *bytes, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		fprintf(out, "\\x%02x", (unsigned char)bytes[i]);
}

/* How many bytes at the front stay as they are, one a character. */
static size_t plain_bytes(const char *bytes, size_t len)
{
	size_t n = 0;

	while (n < len && bytes[n] >= 0x20 && bytes[n] < 0x7f &&
	       bytes[n] != '\\')
		n++;
	return n;
}

void text_escape(FILE *out, const char *bytes, size_t len)
{
	uint32_t point;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = plain_bytes(bytes + i, len - i);
		if (n) {
			fwrite(bytes + i, 1, n, out);
			continue;
		}
		n = utf8_next(bytes + i, len - i, &point);
		if (!n) {
			n = 1;
			put_hex(out, bytes + i, n);
		} else if (is_unsafe(point)) {
			put_hex(out, bytes + i, n);
		} else if (point == '\\') {
			fputs("\\\\", out);
		} else {
			fwrite(bytes + i, 1, n, out);
		}
	}
}

bool text_is_utf8(const char *bytes, size_t len)
{
	uint32_t point;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_next(bytes + i, len - i, &point);
		if (!n)
			return false;
	}
	return true;
}

char *text_lossy(const char *bytes, size_t len)
{
	static const char bad[] = "\xef\xbf\xbd";
	char *text = calloc(len + 1, sizeof(bad) - 1);
	char *to = text;
	uint32_t point;
	size_t i, n;

	if (!text)
		return NULL;
	for (i = 0; i < len; i += n) {
		n = utf8_next(bytes + i, len - i, &point);
		if (n) {
			memcpy(to, bytes + i, n);
			to += n;
		} else {
			n = 1;
			memcpy(to, bad, sizeof(bad) - 1);
			to += sizeof(bad) - 1;
		}
	}
	return text;
}

/* Three bytes, of which `len` are there, to four digits. */
static void put_base64(char to[4], const char *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t group = 0;
	size_t i;

	for (i = 0; i < len; i++)
		group |= (uint32_t)(unsigned char)bytes[i] << (16 - 8 * i);
	memset(to, '=', 4);
	for (i = 0; i <= len; i++)
		to[i] = digits[group >> (18 - 6 * i) & 63];
}

char *text_base64(const char *bytes, size_t len)
{
	char *text = calloc((len + 2) / 3 * 4 + 1, 1);
	size_t i;

	if (!text)
		return NULL;
	for (i = 0; i < len; i += 3)
		put_base64(text + i / 3 * 4, bytes + i,
			   len - i < 3 ? len - i : 3);
	return text;
}

void text_json(FILE *out, const char *json)
{
	size_t len = strlen(json);
	uint32_t point;
	size_t i, n;

	for (i = 0; i < len; i += n) {
		n = utf8_next(json + i, len - i, &point);
		if (n && is_unsafe(point)) {
			fprintf(out, "\\u%04x", (unsigned int)point);
		} else {
			n = n ? n : 1;
			fwrite(json + i, 1, n, out);
		}
	}
}
