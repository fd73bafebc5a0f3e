// SPDX-License-Identifier: GPL-2.0
/* recording_fields.c - see recording_fields.h. */
#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "recording_fields.h"
#include "recording_read.h"
#include "recording_write.h"

static const char *text_of(const struct field *f, const char *member)
{
	const char *text = member;

	if (f->kind == FIELD_TEXT)
		memcpy(&text, member, sizeof(text));
	return text;
}

static bool is_text(const struct field *f)
{
	return f->kind == FIELD_STRING || f->kind == FIELD_TEXT;
}

/* How many bytes of the names are in use. */
static uint32_t names_len(const struct field *f, const char *of)
{
	uint32_t len;

	memcpy(&len, of + f->length, sizeof(len));
	return len;
}

static bool same_names(const struct field *f, const char *a, const char *b)
{
	uint32_t len = names_len(f, a);

	return len == names_len(f, b) && !memcmp(a + f->at, b + f->at, len);
}

static bool same_member(const struct field *f, const char *a, const char *b)
{
	if (!is_text(f))
		return !memcmp(a, b, f->size);
	a = text_of(f, a);
	b = text_of(f, b);
	return a == b || (a && b && !strcmp(a, b));
}

static bool same(const struct field *f, const char *a, const char *b)
{
	return f->kind == FIELD_NAMES ? same_names(f, a, b)
				      : same_member(f, a + f->at, b + f->at);
}

static bool is_zero(const struct field *f, const char *of)
{
	static const char zero[sizeof(uint64_t)];

	if (f->kind == FIELD_NAMES)
		return !names_len(f, of);
	if (f->kind == FIELD_STRING)
		return !of[f->at];
	return !memcmp(of + f->at, zero, f->size);
}

static void put(struct recording_writer *w, const struct field *f,
		const char *of)
{
	const char *bytes = is_text(f) ? text_of(f, of + f->at) : of + f->at;
	size_t size = f->size;

	if (is_text(f))
		size = bytes ? strlen(bytes) + 1 : 0;
	else if (f->kind == FIELD_NAMES)
		size = names_len(f, of);
	recording_put_u32(w, f->number);
	recording_put_u32(w, (uint32_t)size);
	recording_put_bytes(w, bytes, size);
}

void fields_put(struct recording_writer *w, const struct field *table,
		const void *now, const void *before)
{
	const char *a = now, *b = before;

	for (const struct field *f = table; f->number; f++)
		if (b ? !same(f, a, b) : !is_zero(f, a))
			put(w, f, a);
}

/* One NUL, at the end, and room for all; of a pointer also nothing at all. */
static bool text_ok(const struct field *f, const char *bytes, size_t size)
{
	if (!size)
		return f->kind == FIELD_TEXT;
	return memchr(bytes, '\0', size) == bytes + size - 1 &&
	       (f->kind == FIELD_TEXT || size <= f->size);
}

static bool value_ok(const struct field *f, const char *bytes, size_t size)
{
	if (is_text(f))
		return text_ok(f, bytes, size);
	if (f->kind == FIELD_NAMES)
		return size <= f->size && (!size || !bytes[size - 1]);
	if (size != f->size)
		return false;
	return f->kind != FIELD_BOOL || *bytes == 0 || *bytes == 1;
}

static void set(const struct field *f, const char *bytes, uint32_t size,
		char *of)
{
	char *member = of + f->at;

	if (f->kind == FIELD_NAMES)
		memcpy(of + f->length, &size, sizeof(size));
	if (f->kind == FIELD_TEXT) {
		bytes = size ? bytes : NULL;
		memcpy(member, &bytes, sizeof(bytes));
	} else {
		memcpy(member, bytes, size);
	}
}

int fields_get(struct recording_cursor *c, const struct field *table, void *to,
	       const char **why)
{
	const struct field *f = table;

	while (c->left) {
		uint32_t number = cursor_u32(c);
		uint32_t size = cursor_u32(c);
		const char *bytes = cursor_bytes(c, size);

		*why = "a field is longer than its chunk";
		if (!bytes)
			return -EBADMSG;
		/* They stand in the order of the table. */
		while (f->number && f->number < number)
			f++;
		*why = "it has a field that this version does not know; use the version that made it";
		if (!f->number || f->number != number)
			return -EBADMSG;
		*why = "a field has an impossible value";
		if (!value_ok(f, bytes, size))
			return -EBADMSG;
		set(f, bytes, size, to);
		f++;
	}
	return 0;
}
