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

struct tracer *tracer_new(const struct tracer_options *options,
			  const struct ksyms *ksyms, tracer_record_fn fn,
			  void *arg, int *exit_code)
{
	struct tracer *t = NULL;
	int err = tracer_modern_new(options, ksyms, fn, arg, &t);

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

int tracer_sweep(struct tracer *t)
{
	return t->ops->sweep(t);
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
