/* SPDX-License-Identifier: GPL-2.0 */
/* recording_symbols.h - the kernel symbols of a recording, by address. */
#ifndef DIRTYWATCH_RECORDING_SYMBOLS_H
#define DIRTYWATCH_RECORDING_SYMBOLS_H

#include <stdint.h>

struct recording_symbol;

/*
 * Adds to a table that begins as NULL and ends in symbols_free(). Returns 0,
 * -ENOMEM, or -EEXIST: the address is there, or the table is full.
 */
int symbols_add(struct recording_symbol **table, uint64_t address,
		uint64_t offset, const char *name, const char *module);

/* The function at an address, or NULL; `module` may be NULL. */
const char *symbols_find(const struct recording_symbol *table, uint64_t address,
			 uint64_t *offset, const char **module);

void symbols_free(struct recording_symbol *table);

#endif
