/* SPDX-License-Identifier: GPL-2.0 */
/* report_stack.c - kernel stacks, innermost first, by address and by name. */
#include <inttypes.h>
#include <json-c/json.h>

#include "report.h"

bool report_symbol(const struct report *r, uint64_t addr,
		   char text[REPORT_SYMBOL_LEN])
{
	uint64_t off = 0;
	const char *name = NULL;

	if (r->start.symbol)
		name = r->start.symbol(r->start.symbol_arg, addr, &off);
	if (name)
		snprintf(text, REPORT_SYMBOL_LEN, "%s+0x%" PRIx64, name, off);
	else
		snprintf(text, REPORT_SYMBOL_LEN, "0x%" PRIx64, addr);
	return name != NULL;
}

/* Addresses are strings: many readers of JSON keep 53 bits of a number. */
struct json_object *report_addresses(const uint64_t *stack, uint32_t len)
{
	struct json_object *all;
	char text[32];

	if (!len)
		return NULL;
	all = json_object_new_array_ext((int)len);
	for (uint32_t i = 0; i < len; i++) {
		snprintf(text, sizeof(text), "0x%" PRIx64, stack[i]);
		json_object_array_add(all, json_object_new_string(text));
	}
	return all;
}

struct json_object *report_symbols(const struct report *r,
				   const uint64_t *stack, uint32_t len)
{
	struct json_object *all;
	char text[REPORT_SYMBOL_LEN];

	if (!len || !r->start.symbol)
		return NULL;
	all = json_object_new_array_ext((int)len);
	for (uint32_t i = 0; i < len; i++)
		json_object_array_add(all,
				      report_symbol(r, stack[i], text)
					      ? json_object_new_string(text)
					      : NULL);
	return all;
}

uint32_t report_stack_top(const struct report *r,
			  const struct record_stack *stack)
{
	char text[REPORT_SYMBOL_LEN];
	uint32_t i = 0;

	while (i < stack->len && !report_symbol(r, stack->ip[i], text))
		i++;
	return i < stack->len ? i : 0;
}

struct json_object *report_stack(const struct report *r,
				 const struct record_stack *stack)
{
	struct json_object *all;
	char text[REPORT_SYMBOL_LEN];

	if (!stack->len)
		return NULL;
	all = json_object_new_array_ext((int)stack->len);
	for (uint32_t i = report_stack_top(r, stack); i < stack->len; i++) {
		report_symbol(r, stack->ip[i], text);
		json_object_array_add(all, json_object_new_string(text));
	}
	return all;
}
