/* SPDX-License-Identifier: GPL-2.0 */
/* tracer_ops.h - what each kind of tracer does; tracer.h says what it means. */
#ifndef DIRTYWATCH_TRACER_OPS_H
#define DIRTYWATCH_TRACER_OPS_H

#include "tracer.h"

struct tracer_ops {
	int (*fd)(const struct tracer *tracer);
	int (*poll)(struct tracer *tracer);
	/* NULL: there are none. */
	int (*contents)(struct tracer *tracer);
	/* NULL: none is. */
	bool (*trusted)(const struct tracer *tracer, const struct content *c);
	int (*sweep)(struct tracer *tracer);
	/* NULL: whatever happens wakes. */
	void (*calm)(struct tracer *tracer);
	bool (*busy)(const struct tracer *tracer);
	int (*follow)(struct tracer *tracer, bool on);
	int (*forget)(struct tracer *tracer, __u64 ns);
	int (*blind)(const struct tracer *tracer,
		     struct blind_span blind[BLIND_MAX]);
	void (*stop)(struct tracer *tracer);
	const char *(*role)(const struct tracer *tracer, unsigned int i,
			    const char **program);
	/* NULL: nothing is ever unseen. */
	const char *(*unseen)(const struct tracer *tracer);
	int (*totals)(const struct tracer *tracer, uint64_t counters[COUNT_MAX],
		      struct blind_span blind[BLIND_MAX],
		      uint64_t *open_stranded);
	void (*free)(struct tracer *tracer);
};

/* The first member of each kind. */
struct tracer {
	const struct tracer_ops *ops;
};

/*
 * Make a tracer of one kind, attached and armed. Returns 0, or -errno with the
 * reason on stderr.
 */
int tracer_modern_new(const struct tracer_options *options,
		      const struct ksyms *ksyms, tracer_record_fn fn, void *arg,
		      struct tracer **tracer);

int tracer_legacy_new(const struct tracer_options *options,
		      const struct ksyms *ksyms, tracer_record_fn fn, void *arg,
		      struct tracer **tracer);

#endif
