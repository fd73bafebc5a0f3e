// SPDX-License-Identifier: GPL-2.0
/* stored_json.c - see stored_json.h. */
#include <json-c/json.h>
#include <json-c/json_visit.h>
#include <math.h>
#include <string.h>

#include "stored.h"
#include "stored_json.h"
#include "text.h"

#define DEPTH_MAX 8

/* json-c takes, and prints, numbers that JSON does not have. */
static int is_finite(struct json_object *o, int flags,
		     struct json_object *parent, const char *key, size_t *index,
		     void *arg)
{
	(void)parent;
	(void)key;
	(void)index;
	(void)arg;
	if (flags != JSON_C_VISIT_SECOND &&
	    json_object_is_type(o, json_type_double) &&
	    !isfinite(json_object_get_double(o)))
		return JSON_C_VISIT_RETURN_ERROR;
	return JSON_C_VISIT_RETURN_CONTINUE;
}

struct json_object *stored_json(const char *text)
{
	size_t len = text ? strlen(text) : 0;
	struct json_tokener *parser;
	struct json_object *o = NULL;
	bool whole = false;

	if (!len || len > STORED_JSON_MAX || !text_is_utf8(text, len))
		return NULL;
	parser = json_tokener_new_ex(DEPTH_MAX);
	if (!parser)
		return NULL;
	json_tokener_set_flags(parser, JSON_TOKENER_STRICT);
	o = json_tokener_parse_ex(parser, text, (int)len + 1);
	whole = json_tokener_get_error(parser) == json_tokener_success &&
		json_tokener_get_parse_end(parser) >= len;
	json_tokener_free(parser);
	if (o && (!whole || !json_object_is_type(o, json_type_object) ||
		  json_c_visit(o, 0, is_finite, NULL) < 0)) {
		json_object_put(o);
		o = NULL;
	}
	return o;
}

static struct json_object *member(struct json_object *o, const char *key,
				  enum json_type type)
{
	struct json_object *value = NULL;

	if (!json_object_is_type(o, json_type_object) ||
	    !json_object_object_get_ex(o, key, &value) ||
	    !json_object_is_type(value, type))
		return NULL;
	return value;
}

const char *stored_json_text(struct json_object *o, const char *key)
{
	struct json_object *value = member(o, key, json_type_string);

	return value ? json_object_get_string(value) : NULL;
}

bool stored_json_number(struct json_object *o, const char *key, uint64_t *value)
{
	struct json_object *number = member(o, key, json_type_int);

	if (!number)
		return false;
	*value = json_object_get_uint64(number);
	return *value > (uint64_t)INT64_MAX ||
	       json_object_get_int64(number) >= 0;
}

bool stored_json_true(struct json_object *o, const char *key)
{
	struct json_object *value = member(o, key, json_type_boolean);

	return value && json_object_get_boolean(value);
}

struct json_object *stored_json_object(struct json_object *o, const char *key)
{
	return member(o, key, json_type_object);
}

struct json_object *stored_json_array(struct json_object *o, const char *key)
{
	return member(o, key, json_type_array);
}
