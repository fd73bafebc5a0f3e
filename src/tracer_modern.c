// SPDX-License-Identifier: GPL-2.0
/* tracer_modern.c - the tracer of kernels with BTF and bpf_loop(), from 5.17
 * on. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"
#include "hookset.h"
#include "log.h"
#include "totals.h"
#include "tracer_ops.h"

/* It uses the types of record.h without including it. */
#include "dirtywatch.skel.h"

#define ROLES_MAX 32

/* On the way out, write calls have this many times 20 ms to return. */
#define CLOSING_LOOKS 10

struct modern {
	struct tracer base; /* first: what tracer_ops.h hands in is this */
	struct dirtywatch_bpf *skel;
	struct ring_buffer *ring;
	struct hook {
		struct hook_choice choice;
		struct bpf_link *links[CALLSITES_MAX];
	} hooks[ROLES_MAX];
	struct bpf_link *sweep; /* one of the above */
};

static struct modern *modern(const struct tracer *base)
{
	return (struct modern *)base;
}

static struct bpf_program *program(const struct modern *t, const char *name)
{
	return bpf_object__find_program_by_name(t->skel->obj, name);
}

/* Turn every program off, then on the one that each role takes. */
static int choose_hooks(struct modern *t, const struct hook_kernel *kernel)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, t->skel->obj)
		bpf_program__set_autoload(p, false);
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];
		struct hook_choice *c = &t->hooks[i].choice;

		hook_choose(role, kernel, c);
		if (!c->variant && role->essential) {
			complain(
				"this kernel has nothing to hook for '%s'; 'man 8 btrfs-dirtywatch' says which kernels can be watched",
				role->name);
			return -ENOENT;
		}
		if (c->variant)
			bpf_program__set_autoload(
				program(t, c->variant->program), true);
	}
	return 0;
}

static int set_knobs(struct modern *t, const struct tracer_options *o,
		     const struct ksyms *ksyms)
{
	struct frame frames[FRAMES_MAX] = { 0 };
	int count = frames_fill(ksyms, frames);

	if (count < 0) {
		complain("btrfs is not loaded: mount a btrfs filesystem first");
		return count;
	}
	memcpy((void *)t->skel->rodata->knob_frames, frames, sizeof(frames));
	t->skel->rodata->knob_frames_count = (__u32)count;
	t->skel->rodata->knob_dev = o->dev;
	t->skel->rodata->knob_tgid = o->tgid;
	if (o->windows)
		bpf_map__set_max_entries(t->skel->maps.windows, o->windows);
	return bpf_map__set_max_entries(t->skel->maps.ring, o->ring_bytes);
}

/* The second look walks one map: it is attached to it. */
static struct bpf_link *attach_iter(struct modern *t, struct bpf_program *p)
{
	union bpf_iter_link_info info = {
		.map.map_fd = (__u32)bpf_map__fd(t->skel->maps.windows),
	};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info,
		    .link_info_len = sizeof(info));

	return t->sweep = bpf_program__attach_iter(p, &opts);
}

/* By address: names of static functions need not be unique. */
static int attach_sites(struct hook *h, struct bpf_program *p)
{
	for (int i = 0; i < h->choice.site_count; i++) {
		LIBBPF_OPTS(bpf_kprobe_opts, opts,
			    .offset = h->choice.sites[i]);

		h->links[i] = bpf_program__attach_kprobe_opts(p, NULL, &opts);
		if (!h->links[i])
			return -errno;
	}
	return 0;
}

static int attach_hook(struct modern *t, struct hook *h)
{
	const struct hook_variant *v = h->choice.variant;
	struct bpf_program *p = program(t, v->program);

	switch (v->need) {
	case NEED_SYMBOL:
		h->links[0] = bpf_program__attach_kprobe(p, false, v->symbol);
		break;
	case NEED_CALL_SITES:
		return attach_sites(h, p);
	case NEED_MAP_ITER:
		h->links[0] = attach_iter(t, p);
		break;
	default:
		h->links[0] = bpf_program__attach(p);
	}
	return h->links[0] ? 0 : -errno;
}

static int attach_hooks(struct modern *t)
{
	for (unsigned int i = 0; i < hook_role_count; i++) {
		struct hook *h = &t->hooks[i];
		int err;

		if (!h->choice.variant || hook_roles[i].lazy)
			continue;
		err = attach_hook(t, h);
		if (!err)
			continue;
		complain("cannot hook %s for '%s': %s",
			 h->choice.variant->symbol, hook_roles[i].name,
			 strerror(-err));
		return err;
	}
	return 0;
}

static int load(struct modern *t)
{
	int err = dirtywatch_bpf__load(t->skel);

	if (err == -EPERM || err == -EACCES)
		complain(
			"the kernel refuses to load tracing programs (%s): it may be locked down, see 'lockdown' in 'man 7 kernel_lockdown'",
			strerror(-err));
	else if (err)
		complain(
			"the kernel did not take the tracing programs (%s): '-vv' shows why",
			strerror(-err));
	return err;
}

static int set_up(struct modern *t, const struct tracer_options *o,
		  const struct ksyms *ksyms, tracer_record_fn fn, void *arg)
{
	struct hook_kernel kernel;
	int err;

	err = hook_kernel_read(&kernel, ksyms, o->no_module_btf);
	if (err) {
		complain(
			"this kernel has no BTF (/sys/kernel/btf/vmlinux): it needs CONFIG_DEBUG_INFO_BTF");
		return err;
	}
	err = choose_hooks(t, &kernel);
	hook_kernel_free(&kernel);
	if (!err)
		err = set_knobs(t, o, ksyms);
	if (!err)
		err = load(t);
	if (err)
		return err;
	t->ring = ring_buffer__new(bpf_map__fd(t->skel->maps.ring),
				   (ring_buffer_sample_fn)fn, arg, NULL);
	if (!t->ring)
		return -errno;
	err = attach_hooks(t);
	if (!err)
		t->skel->bss->armed = ARMED;
	return err;
}

static int modern_fd(const struct tracer *base)
{
	const struct modern *t = modern(base);
	return ring_buffer__epoll_fd(t->ring);
}

static int modern_poll(struct tracer *base)
{
	struct modern *t = modern(base);
	int n = ring_buffer__consume(t->ring);

	return n < 0 ? n : 0;
}

static int modern_sweep(struct tracer *base)
{
	struct modern *t = modern(base);
	char none[64];
	ssize_t n;
	int fd;

	fd = bpf_iter_create(bpf_link__fd(t->sweep));
	if (fd < 0)
		return fd;
	do {
		n = read(fd, none, sizeof(none));
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	n = n < 0 ? -errno : 0;
	close(fd);
	return (int)n;
}

static bool modern_busy(const struct tracer *base)
{
	const struct modern *t = modern(base);
	return *(volatile __u64 *)&t->skel->bss->live;
}

/* What the kernel says it skipped: a program that was already running. */
static __u64 runs_skipped(const struct modern *t)
{
	struct bpf_program *p;
	__u64 skipped = 0;

	bpf_object__for_each_program (p, t->skel->obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(p);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
			skipped += info.recursion_misses;
	}
	return skipped;
}

static int modern_blind(const struct tracer *base,
			struct blind_span blind[BLIND_MAX])
{
	const struct modern *t = modern(base);
	int err = totals_blind(bpf_map__fd(t->skel->maps.blind), blind);

	if (!err)
		blind[BLIND_not_run].count += runs_skipped(t);
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

static void detach_hook(struct hook *h)
{
	for (int j = 0; j < CALLSITES_MAX; j++)
		bpf_link__destroy(h->links[j]);
	memset(h->links, 0, sizeof(h->links));
}

static void detach(struct modern *t)
{
	for (unsigned int i = 0; i < ROLES_MAX; i++)
		detach_hook(&t->hooks[i]);
}

static int modern_follow(struct tracer *base, bool on)
{
	struct modern *t = modern(base);
	int err = 0;

	if (!on)
		t->skel->bss->following = 0;
	for (unsigned int i = 0; i < hook_role_count && !err; i++) {
		struct hook *h = &t->hooks[i];

		if (!hook_roles[i].lazy)
			continue;
		detach_hook(h);
		if (on)
			err = h->choice.variant ? attach_hook(t, h) : -ENOENT;
	}
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

	t->skel->bss->armed = CLOSING;
	for (int i = 0; i < CLOSING_LOOKS && undecided(t); i++)
		nanosleep(&moment, NULL);
	t->skel->bss->armed = DEAF;
	detach(t);
}

static const char *modern_role(const struct tracer *base, unsigned int i,
			       const char **program)
{
	const struct hook_variant *v;

	if (i >= hook_role_count)
		return NULL;
	v = modern(base)->hooks[i].choice.variant;
	*program = v ? v->program : NULL;
	return hook_roles[i].name;
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

	detach(t);
	ring_buffer__free(t->ring);
	dirtywatch_bpf__destroy(t->skel);
	free(t);
}

static const struct tracer_ops modern_ops = {
	.fd = modern_fd,
	.poll = modern_poll,
	.sweep = modern_sweep,
	.busy = modern_busy,
	.follow = modern_follow,
	.forget = modern_forget,
	.blind = modern_blind,
	.stop = modern_stop,
	.role = modern_role,
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
	t->skel = dirtywatch_bpf__open();
	err = t->skel ? set_up(t, options, ksyms, fn, arg) : -errno;
	if (!t->skel)
		complain("cannot open the built-in BPF object: %s",
			 strerror(-err));
	if (err)
		modern_free(&t->base);
	else
		*tracer = &t->base;
	return err;
}
