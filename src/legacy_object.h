/* SPDX-License-Identifier: GPL-2.0 */
/* legacy_object.h - the legacy BPF object: opened, loaded, attached, armed. */
#ifndef DIRTYWATCH_LEGACY_OBJECT_H
#define DIRTYWATCH_LEGACY_OBJECT_H

#include "legacy/sighting.h"
#include "legacy_hooks.h"
#include "tracer.h"

#define LEGACY_ROLES_MAX 16

struct bpf_link;

struct legacy_object {
	struct legacy_bpf *skel;
	struct kprobe_events *events;
	struct legacy_hook {
		struct legacy_choice choice;
		struct bpf_link *links[CALLSITES_MAX];
	} hooks[LEGACY_ROLES_MAX];
	struct legacy_knobs knobs;
	struct frame frames[FRAMES_MAX];
	int handler; /* of its programs, in libbpf */
};

/*
 * Load it into a zeroed `o`. Returns 0, or -errno with the reason on stderr;
 * legacy_object_free() is to be called in any case.
 */
int legacy_object_new(struct legacy_object *o,
		      const struct tracer_options *options,
		      const struct ksyms *ksyms);

/* Attach all its probes. Returns 0, or -errno with the reason on stderr. */
int legacy_object_attach(struct legacy_object *o);
void legacy_object_detach(struct legacy_object *o);

/* Returns 0 or -errno. */
int legacy_object_arm(struct legacy_object *o, enum arming armed);

/* The descriptor of one of its maps. */
int legacy_object_map(const struct legacy_object *o, const char *name);

void legacy_object_free(struct legacy_object *o);

#endif
