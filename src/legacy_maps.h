/* SPDX-License-Identifier: GPL-2.0 */
/* legacy_maps.h - the maps of the legacy object, as the tracer reads them. */
#ifndef DIRTYWATCH_LEGACY_MAPS_H
#define DIRTYWATCH_LEGACY_MAPS_H

#include <stdbool.h>
#include <stdint.h>

#include "legacy/sighting.h"

/* Copy stack `id`, innermost first. Returns its depth, 0: there is none. */
unsigned int legacy_stack(int stacks, __s32 id, __u64 ip[SIGHTING_STACK_DEPTH]);

/* Is any page suspect now? */
bool legacy_live(int live);

/*
 * Count the windows of pages that are still cached: left clean, and of write
 * calls that have not returned. Returns 0 or -errno.
 */
int legacy_windows(int suspects, uint64_t *stranded, uint64_t *undecided);

/*
 * Look again at all pages that are left clean: what became of them comes as
 * sightings. Returns 0 or -errno.
 */
int legacy_look(int suspects, int looks);

#endif
