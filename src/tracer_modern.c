// SPDX-License-Identifier: GPL-2.0
/* tracer_modern.c - the tracer of kernels with BTF and bpf_loop(), from 5.17
 * on. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "hooks.h"
#include "kprobe_event.h"
#include "log.h"
#include "rings.h"
#include "system.h"
#include "totals.h"
#include "tracer_knobs.h"
#include "tracer_ops.h"

/* It uses the types of record.h without including it. */
#include "dirtywatch.skel.h"

/* On the way out, write calls have this many times 20 ms to return. */
#define CLOSING_LOOKS 10

struct modern {
	struct tracer base; /* first: what tracer_ops.h hands in is this */
	struct dirtywatch_bpf *skel;
	struct dirtywatch_bpf *rest; /* of a guard that has become a watch */
	struct rings rings;
	struct hooks hooks;
	const struct blind_span *spans; /* the kernel's, as of now */
	bool widened;			/* a guard no longer, or never one */
	char *unseen;			/* NULL: nothing */
};

static const char guard_unseen[] =
	"near misses, stranded pages before they are dropped, and blocks of a folio whose others are written back, until the guard sees something else";

static struct modern *modern(const struct tracer *base)
{
	return (struct modern *)base;
}

/* Without them a kprobe works, but the kernel counts no misses of it. */
static void open_events(struct modern *t, const struct tracer_options *o)
{
	int err = kprobe_events_open(NULL, &t->hooks.events);

	if (err && o->verbose)
		complain(
			"probes that the kernel skips are not counted, since there is no tracefs (%s): 'mount -t tracefs tracefs /sys/kernel/tracing'",
			strerror(-err));
}

/* What was refused may be one program, but the kernel does not say which. */
static int load(struct modern *t)
{
	int err = dirtywatch_bpf__load(t->skel);
	bool again = err && err != -EPERM && err != -EACCES && err != -ENOMEM &&
		     hooks_plainer(&t->hooks);

	if (err == -EPERM || err == -EACCES)
		complain(
			"the kernel refuses to load tracing programs (%s): it may be locked down, see 'lockdown' in 'man 7 kernel_lockdown'",
			strerror(-err));
	else if (err)
		complain(
			"the kernel did not take the tracing programs (%s): '-vv' shows why%s",
			strerror(-err), again ? "; trying plainer ones" : "");
	return again ? -EAGAIN : err;
}

/* Returns -EAGAIN if the hooks are to be chosen anew. */
static int try_hooks(struct modern *t, const struct hook_kernel *kernel,
		     const struct tracer_options *o)
{
	int err;

	hooks_reset(&t->hooks);
	dirtywatch_bpf__destroy(t->skel);
	t->skel = dirtywatch_bpf__open();
	if (!t->skel) {
		err = -errno;
		complain("cannot open the built-in BPF object: %s",
			 strerror(-err));
		return err;
	}
	err = hooks_choose(&t->hooks, t->skel->obj, kernel);
	if (!err)
		err = tracer_knobs_set(t->skel, o, kernel->ksyms);
	if (!err)
		err = load(t);
	t->hooks.looked_over = t->skel->maps.windows;
	return err ? err : hooks_attach(&t->hooks);
}

static int set_hooks(struct modern *t, const struct tracer_options *o,
		     const struct ksyms *ksyms)
{
	struct hook_kernel kernel;
	int err;

	err = hook_kernel_read(&kernel, ksyms, o->no_module_btf);
	if (err) {
		complain(
			"this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF");
		return err;
	}
	t->hooks.wishes = o->wishes;
	t->hooks.guard = o->guard;
	if (system_takes_probes())
		hooks_steady(&t->hooks, &kernel);
	open_events(t, o);
	do {
		err = try_hooks(t, &kernel, o);
	} while (err == -EAGAIN);
	if (!err && o->guard)
		err = (t->unseen = strdup(guard_unseen)) ? 0 : -ENOMEM;
	else if (!err)
		err = hooks_unseen(&t->hooks, &kernel, &t->unseen);
	hook_kernel_free(&kernel);
	return err;
}

static int set_up(struct modern *t, const struct tracer_options *o,
		  const struct ksyms *ksyms)
{
	int err = set_hooks(t, o, ksyms);

	if (err)
		return err;
	t->spans = totals_blind_map(bpf_map__fd(t->skel->maps.blind));
	if (!t->spans)
		return -errno;
	err = rings_open(&t->rings, bpf_map__fd(t->skel->maps.ring),
			 o->content_bytes ? bpf_map__fd(t->skel->maps.contents)
					  : -1);
	if (err)
		return err;
	t->skel->bss->guarding = o->guard;
	t->skel->bss->armed = o->guard ? DEAF : ARMED;
	t->widened = !o->guard || o->stay_guard;
	return 0;
}

/* The programs of `rest` shall work on the maps that there are. */
static int share_maps(const struct modern *t, struct dirtywatch_bpf *rest)
{
	struct bpf_map *map;
	int err = 0;

	bpf_object__for_each_map (map, rest->obj) {
		const struct bpf_map *ours = bpf_object__find_map_by_name(
			t->skel->obj, bpf_map__name(map));

		if (!err)
			err = bpf_map__reuse_fd(map, bpf_map__fd(ours));
	}
	return err;
}

/*
 * What a guard does not have from the beginning: it would take the kernel most
 * of the start to check it, and memory to keep it.
 */
static int load_rest(struct modern *t)
{
	int err;

	t->rest = dirtywatch_bpf__open();
	if (!t->rest)
		return -errno;
	*t->rest->rodata = *t->skel->rodata;
	hooks_choose_rest(&t->hooks, t->rest->obj);
	err = share_maps(t, t->rest);
	return err ? err : dirtywatch_bpf__load(t->rest);
}

/*
 * There may be more to see from now on. What the guard knows by itself it goes
 * on telling, also if the kernel refuses a hook now.
 */
static void widen(struct modern *t)
{
	t->widened = true;
	if (load_rest(t) || hooks_widen(&t->hooks)) {
		complain(
			"the guard cannot become a watch: findings stay without their writers");
		return;
	}
	t->skel->bss->armed = ARMED;
	complain(
		"the guard has seen something and is a full watch from now on");
}

static int modern_fd(const struct tracer *base)
{
	const struct modern *t = modern(base);
	return rings_fd(&t->rings);
}

static int modern_contents(struct tracer *base)
{
	return rings_contents(&modern(base)->rings);
}

static bool modern_trusted(const struct tracer *base, const struct content *c)
{
	int fd = bpf_map__fd(modern(base)->skel->maps.rewrites);
	struct rewrite r;

	return !bpf_map_lookup_elem(fd, &c->mapping, &r) && c->ns > r.void_ns;
}

static int modern_poll(struct tracer *base)
{
	struct modern *t = modern(base);
	int err = rings_poll(&t->rings);

	if (t->rings.any && !t->widened)
		widen(t);
	return err;
}

static int modern_sweep(struct tracer *base)
{
	return hooks_look(&modern(base)->hooks);
}

/* In order with modern_busy(): what it does not see any more, wakes. */
static void modern_calm(struct tracer *base)
{
	__atomic_store_n(&modern(base)->skel->bss->calm, 1, __ATOMIC_SEQ_CST);
}

static bool modern_busy(const struct tracer *base)
{
	const struct modern *t = modern(base);
	return *(volatile __u64 *)&t->skel->bss->live;
}

static int modern_blind(const struct tracer *base,
			struct blind_span blind[BLIND_MAX])
{
	const struct modern *t = modern(base);
	__u64 skipped = 0;
	int err = hooks_skipped(&t->hooks, &skipped);

	for (int i = 0; i < BLIND_MAX; i++)
		blind[i] = *(const volatile struct blind_span *)&t->spans[i];
	blind[BLIND_not_run].count += skipped;
	return err;
}

/* Windows whose write call still runs, and may yet settle them. */
static bool undecided(const struct modern *t)
{
	uint64_t stranded, undecided = 0;

	return !totals_windows(bpf_map__fd(t->skel->maps.windows), &stranded,
			       &undecided) &&
	       undecided;
}

static int modern_follow(struct tracer *base, bool on)
{
	struct modern *t = modern(base);
	int err;

	if (!on)
		t->skel->bss->following = 0;
	err = hooks_follow(&t->hooks, on);
	if (!err)
		t->skel->bss->following = on;
	return err;
}

static int modern_forget(struct tracer *base, __u64 ns)
{
	struct modern *t = modern(base);
	return totals_forget(bpf_map__fd(t->skel->maps.losses), ns);
}

static void modern_stop(struct tracer *base)
{
	struct modern *t = modern(base);
	const struct timespec moment = { .tv_nsec = 20000000 };

	if (t->skel->bss->armed)
		t->skel->bss->armed = CLOSING;
	for (int i = 0; i < CLOSING_LOOKS && undecided(t); i++)
		nanosleep(&moment, NULL);
	t->skel->bss->armed = DEAF;
	t->skel->bss->guarding = 0;
	hooks_detach(&t->hooks);
}

static const char *modern_role(const struct tracer *base, unsigned int i,
			       const char **program)
{
	const char *role = NULL;
	const struct hook *hook = hooks_serving(&modern(base)->hooks, i, &role);

	if (hook)
		*program = hook->choice.variant ? hook->choice.variant->program
						: NULL;
	return role;
}

static const char *modern_unseen(const struct tracer *base)
{
	return modern(base)->unseen;
}

static int modern_totals(const struct tracer *base,
			 uint64_t counters[COUNT_MAX],
			 struct blind_span blind[BLIND_MAX],
			 uint64_t *open_stranded)
{
	const struct modern *t = modern(base);
	uint64_t undecided = 0;
	int err;

	err = totals_counters(bpf_map__fd(t->skel->maps.counters), counters);
	if (!err)
		err = modern_blind(&t->base, blind);
	if (!err)
		err = totals_windows(bpf_map__fd(t->skel->maps.windows),
				     open_stranded, &undecided);
	blind[BLIND_undecided].count += undecided;
	return err;
}

static void modern_free(struct tracer *base)
{
	struct modern *t = modern(base);

	hooks_close(&t->hooks);
	rings_close(&t->rings);
	totals_blind_unmap(t->spans);
	dirtywatch_bpf__destroy(t->rest);
	dirtywatch_bpf__destroy(t->skel);
	free(t->unseen);
	free(t);
}

static const struct tracer_ops modern_ops = {
	.fd = modern_fd,
	.poll = modern_poll,
	.contents = modern_contents,
	.trusted = modern_trusted,
	.sweep = modern_sweep,
	.calm = modern_calm,
	.busy = modern_busy,
	.follow = modern_follow,
	.forget = modern_forget,
	.blind = modern_blind,
	.stop = modern_stop,
	.role = modern_role,
	.unseen = modern_unseen,
	.totals = modern_totals,
	.free = modern_free,
};

int tracer_modern_new(const struct tracer_options *options,
		      const struct ksyms *ksyms, tracer_record_fn fn, void *arg,
		      struct tracer **tracer)
{
	struct modern *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->base.ops = &modern_ops;
	t->rings.record = fn;
	t->rings.content = options->content;
	t->rings.arg = arg;
	err = set_up(t, options, ksyms);
	if (err)
		modern_free(&t->base);
	else
		*tracer = &t->base;
	return err;
}
