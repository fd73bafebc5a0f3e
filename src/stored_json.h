/* SPDX-License-Identifier: GPL-2.0 */
/*
 * stored_json.h - the JSON of a stored row, of which nobody knows who wrote it.
 */
#ifndef DIRTYWATCH_STORED_JSON_H
#define DIRTYWATCH_STORED_JSON_H

#include <stdbool.h>
#include <stdint.h>

struct json_object;

/*
 * The object that a text is: one, not too deep, without NUL in a string, with
 * nothing behind it. To be json_object_put(). NULL: it is none, or no memory.
 */
struct json_object *stored_json(const char *text);

/* A member's text; NULL: there is none, or it is no text. */
const char *stored_json_text(struct json_object *o, const char *key);

/* Returns whether the member is a number from 0 on. */
bool stored_json_number(struct json_object *o, const char *key,
			uint64_t *value);

/* Is the member there, and true? */
bool stored_json_true(struct json_object *o, const char *key);

/* A member that is an object, or an array; NULL: there is none. */
struct json_object *stored_json_object(struct json_object *o, const char *key);
struct json_object *stored_json_array(struct json_object *o, const char *key);

#endif
