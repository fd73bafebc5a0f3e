/* SPDX-License-Identifier: GPL-2.0 */
/*
 * recording_fields.h - members of structs in a recording, by tables: to keep
 * one more, add a row with a number of its own to a table of recording.c.
 */
#ifndef DIRTYWATCH_RECORDING_FIELDS_H
#define DIRTYWATCH_RECORDING_FIELDS_H

#include <stddef.h>
#include <stdint.h>

enum field_kind {
	FIELD_BOOL,   /* bool */
	FIELD_U32,    /* four bytes */
	FIELD_U64,    /* eight bytes: also signed, or a double */
	FIELD_STRING, /* char[], ends in NUL */
	FIELD_TEXT,   /* const char *, NULL: unknown */
	FIELD_NAMES,  /* char[], names that each end in NUL; uint32_t length */
};

struct field {
	uint16_t number; /* above the one of the row before; 0 ends the table */
	enum field_kind kind;
	size_t at;
	size_t size;
	size_t length; /* FIELD_NAMES: where that of the bytes in use is */
};

#define FIELD(number, kind, type, member)                                      \
	{                                                                      \
		number, kind, offsetof(type, member),                          \
			sizeof(((type *)0)->member), 0                         \
	}
#define FIELD_NAMES_OF(number, type, member, length)                           \
	{                                                                      \
		number, FIELD_NAMES, offsetof(type, member),                   \
			sizeof(((type *)0)->member), offsetof(type, length)    \
	}
#define FIELD_END                                                              \
	{                                                                      \
		0, FIELD_BOOL, 0, 0, 0                                         \
	}

struct recording_writer;
struct recording_cursor;

/*
 * Adds those members of *now to the chunk that are not as in *before; NULL:
 * those that are not zero.
 */
void fields_put(struct recording_writer *w, const struct field *table,
		const void *now, const void *before);

/*
 * Sets the members of *to that stand in the rest of the chunk. A FIELD_TEXT
 * points into the chunk. Returns 0 or -EBADMSG: then *why says what is wrong.
 */
int fields_get(struct recording_cursor *c, const struct field *table, void *to,
	       const char **why);

#endif
