// SPDX-License-Identifier: GPL-2.0
/* recording_symbols.c - see recording_symbols.h. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "recording_symbols.h"

#define SYMBOLS_MAX 65536 /* a kernel has not more functions on its stacks */

struct recording_symbol {
	UT_hash_handle hh;
	uint64_t address;
	uint64_t offset;
	const char *module;
	char name[]; /* and the module behind it */
};

int symbols_add(struct recording_symbol **table, uint64_t address,
		uint64_t offset, const char *name, const char *module)
{
	size_t len = strlen(name) + 1, module_len = strlen(module) + 1;
	struct recording_symbol *s;

	HASH_FIND(hh, *table, &address, sizeof(address), s);
	if (s || HASH_COUNT(*table) >= SYMBOLS_MAX)
		return -EEXIST;
	s = calloc(1, sizeof(*s) + len + module_len);
	if (!s)
		return -ENOMEM;
	s->address = address;
	s->offset = offset;
	memcpy(s->name, name, len);
	memcpy(s->name + len, module, module_len);
	s->module = s->name + len;
	HASH_ADD(hh, *table, address, sizeof(s->address), s);
	if (s->hh.tbl)
		return 0;
	free(s);
	return -ENOMEM;
}

const char *symbols_find(const struct recording_symbol *table, uint64_t address,
			 uint64_t *offset, const char **module)
{
	const struct recording_symbol *s;

	HASH_FIND(hh, table, &address, sizeof(address), s);
	if (!s)
		return NULL;
	*offset = s->offset;
	if (module)
		*module = s->module;
	return s->name;
}

void symbols_free(struct recording_symbol *table)
{
	struct recording_symbol *s = table;

	HASH_CLEAR(hh, table);
	while (s) {
		struct recording_symbol *next = s->hh.next;

		free(s);
		s = next;
	}
}
