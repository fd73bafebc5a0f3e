// SPDX-License-Identifier: GPL-2.0
/* tracer.c - see tracer.h: hands each call on to the kind that was chosen. */
#include <errno.h>

#include "log.h"
#include "tracer_ops.h"

static int exit_code_of(int err)
{
	return err == -EPERM || err == -EACCES ? EXIT_NO_PERMISSION
					       : EXIT_NO_ANSWER;
}

/*
 * Can the kernel run what the modern tracer is made of? The youngest part of
 * that is a helper, which libbpf cannot ask for by the type of program.
 */
static bool modern_serves(const struct ksyms *ksyms)
{
	return ksyms_named(ksyms, "bpf_loop", "");
}

/* The kind for this kernel; a file with BTF is for kernels that have none. */
static enum tracer_kind choose(const struct tracer_options *o,
			       const struct ksyms *ksyms)
{
	if (o->kind != TRACER_ANY)
		return o->kind;
	return o->btf || !modern_serves(ksyms) ? TRACER_LEGACY : TRACER_MODERN;
}

static int make_tracer(const struct tracer_options *o,
		       const struct ksyms *ksyms, tracer_record_fn fn,
		       void *arg, struct tracer **t)
{
	bool legacy = choose(o, ksyms) == TRACER_LEGACY;

	if (legacy && o->guard) {
		complain(
			"there is no guard for a kernel that needs the legacy tracer: leave out --guard");
		return -ENOTSUP;
	}
	if (legacy && o->content_bytes)
		complain(RESCUE_UNSUPPORTED);
	if (legacy)
		return tracer_legacy_new(o, ksyms, fn, arg, t);
	return tracer_modern_new(o, ksyms, fn, arg, t);
}

struct tracer *tracer_new(const struct tracer_options *options,
			  const struct ksyms *ksyms, tracer_record_fn fn,
			  void *arg, int *exit_code)
{
	struct tracer *t = NULL;
	int err = make_tracer(options, ksyms, fn, arg, &t);

	*exit_code = exit_code_of(err);
	return t;
}

int tracer_fd(const struct tracer *t)
{
	return t->ops->fd(t);
}

int tracer_poll(struct tracer *t)
{
	return t->ops->poll(t);
}

int tracer_contents(struct tracer *t)
{
	return t->ops->contents ? t->ops->contents(t) : 0;
}

bool tracer_trusts(const struct tracer *t, const struct content *c)
{
	return t->ops->trusted && t->ops->trusted(t, c);
}

int tracer_sweep(struct tracer *t)
{
	return t->ops->sweep(t);
}

void tracer_calm(struct tracer *t)
{
	if (t->ops->calm)
		t->ops->calm(t);
}

bool tracer_busy(const struct tracer *t)
{
	return t->ops->busy(t);
}

int tracer_follow(struct tracer *t, bool on)
{
	return t->ops->follow(t, on);
}

int tracer_forget(struct tracer *t, __u64 ns)
{
	return t->ops->forget(t, ns);
}

int tracer_blind(const struct tracer *t, struct blind_span blind[BLIND_MAX])
{
	return t->ops->blind(t, blind);
}

void tracer_stop(struct tracer *t)
{
	t->ops->stop(t);
}

const char *tracer_role(const struct tracer *t, unsigned int i,
			const char **program)
{
	return t->ops->role(t, i, program);
}

const char *tracer_unseen(const struct tracer *t)
{
	return t->ops->unseen ? t->ops->unseen(t) : NULL;
}

int tracer_totals(const struct tracer *t, uint64_t counters[COUNT_MAX],
		  struct blind_span blind[BLIND_MAX], uint64_t *open_stranded)
{
	return t->ops->totals(t, counters, blind, open_stranded);
}

void tracer_free(struct tracer *t)
{
	if (t)
		t->ops->free(t);
}
