/* SPDX-License-Identifier: GPL-2.0 */
/* legacy_btf.h - what the BTF of an old kernel tells, and what it must not. */
#ifndef DIRTYWATCH_LEGACY_BTF_H
#define DIRTYWATCH_LEGACY_BTF_H

#include <stdbool.h>
#include <stddef.h>

#include "legacy/sighting.h"

struct bpf_insn;

/*
 * Fill in where things are that not every kernel has, from the BTF in the file
 * `path`, or the running kernel's own if that is NULL. Returns 0, or -errno
 * with the reason on stderr.
 */
int legacy_btf_knobs(const char *path, struct legacy_knobs *knobs);

/*
 * Has libbpf left a call in these instructions that no kernel has? It does so
 * where a type or field is missing, and counts on the verifier to refuse that;
 * kernels before 4.15 crash if the call is never reached.
 */
bool legacy_btf_lacks(const struct bpf_insn *insns, size_t count);

#endif
