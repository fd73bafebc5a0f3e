// SPDX-License-Identifier: GPL-2.0
/* options_tracer.c - see options_of_tracer() in options.h. */
#include "options.h"

struct tracer_options options_of_tracer(const struct options *o, __u32 dev)
{
	return (struct tracer_options){
		.kind = o->tracer,
		.btf = o->btf,
		.dev = dev,
		.tgid = o->pid,
		.ring_bytes = o->ring_kib * 1024,
		.windows = o->windows,
		.no_module_btf = o->no_module_btf,
		.guard = o->guard,
		.stay_guard = o->stay_guard,
		.wishes = o->hooks,
		.verbose = o->verbose,
		.content_bytes = o->rescue.dir ? o->rescue.ring_kib * 1024 : 0,
	};
}
