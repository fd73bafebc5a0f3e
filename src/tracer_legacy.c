// SPDX-License-Identifier: GPL-2.0
/* tracer_legacy.c - the tracer of kernels before 5.17, with or without BTF. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "frames.h"
#include "holdback.h"
#include "kernel_version.h"
#include "kprobe_event.h"
#include "legacy_btf.h"
#include "legacy_hooks.h"
#include "legacy_maps.h"
#include "log.h"
#include "pairing.h"
#include "totals.h"
#include "tracer_ops.h"

#include "legacy.skel.h"

#define ROLES_MAX 16
#define PAGE_BYTES 4096

/* A program may be held up this long between its clock and its sighting. */
#define MARGIN_NS 20000000ULL
/* On the way out, write calls have this many times 20 ms to return. */
#define CLOSING_LOOKS 10

struct legacy {
	struct tracer base; /* first: what tracer_ops.h hands in is this */
	struct legacy_bpf *skel;
	struct perf_buffer *buffer;
	struct kprobe_events *events;
	struct hook {
		struct legacy_choice choice;
		struct bpf_link *links[CALLSITES_MAX];
	} hooks[ROLES_MAX];
	struct legacy_knobs knobs;
	struct frame frames[FRAMES_MAX];
	struct holdback holdback;
	struct pairing *pairing;
	tracer_record_fn record;
	void *record_arg;
	__u64 received; /* sightings */
	__u64 lost;	/* of them, as far as the kernel has told */
	__u64 records;	/* handed on */
	bool stopped;
	int handler; /* of the object's programs, in libbpf */
	int epoll;
	int timer; /* when what is held back may go */
	int err;   /* of a callback that cannot return one */
};

static struct legacy *legacy(const struct tracer *base)
{
	return (struct legacy *)base;
}

static __u64 now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000000000ULL + (__u64)t.tv_nsec;
}

static struct bpf_program *program(const struct legacy *t, const char *name)
{
	return bpf_object__find_program_by_name(t->skel->obj, name);
}

/* ---- sightings -------------------------------------------------------- */

static void on_sample(void *arg, int cpu, void *data, __u32 size)
{
	struct sighting_head head = { 0 };
	struct legacy *t = arg;

	(void)cpu;
	t->received++;
	memcpy(&head, data, size < sizeof(head) ? size : sizeof(head));
	if (!t->err)
		t->err = holdback_add(&t->holdback, head.ns, data, size);
}

static void on_lost(void *arg, int cpu, __u64 count)
{
	struct legacy *t = arg;

	(void)cpu;
	t->lost += count;
	pairing_go_blind(t->pairing, BLIND_ring_full, count, now_ns());
}

static int on_sighting(void *arg, const void *data, size_t size)
{
	return pairing_take(arg, data, size);
}

static int on_record(void *arg, const void *data, size_t size)
{
	struct legacy *t = arg;

	t->records++;
	return t->record(t->record_arg, data, size);
}

static unsigned int world_stack(void *arg, __s32 id,
				__u64 ip[SIGHTING_STACK_DEPTH])
{
	const struct legacy *t = arg;

	return legacy_stack(bpf_map__fd(t->skel->maps.stacks), id, ip);
}

static __u64 world_dedupe(void *arg, __u32 dev)
{
	const struct legacy *t = arg;
	__u64 ns = 0;

	if (bpf_map_lookup_elem(bpf_map__fd(t->skel->maps.dedupes), &dev, &ns))
		return 0;
	return ns;
}

/* ---- begin ------------------------------------------------------------ */

static int choose_hooks(struct legacy *t, const struct ksyms *ksyms)
{
	for (unsigned int i = 0; i < legacy_role_count; i++) {
		const struct legacy_role *role = &legacy_roles[i];
		struct legacy_choice *c = &t->hooks[i].choice;

		legacy_choose(role, ksyms, c);
		if (!c->symbol && !role->without) {
			complain(
				"this kernel has nothing to hook for '%s'; 'man 7 btrfs-dirtywatch-legacy' says which kernels can be watched",
				role->name);
			return -ENOENT;
		}
		if (!c->symbol)
			bpf_program__set_autoload(program(t, role->program),
						  false);
	}
	return 0;
}

/* The last look at a program before the kernel gets it. */
static int check_program(struct bpf_program *p, struct bpf_prog_load_opts *opts,
			 long cookie)
{
	(void)opts;
	(void)cookie;
	return legacy_btf_lacks(bpf_program__insns(p), bpf_program__insn_cnt(p))
		       ? -EBADMSG
		       : 0;
}

static int open_object(struct legacy *t, const char *btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf);
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler,
		    .prog_prepare_load_fn = check_program);
	__u32 version = kernel_version();

	t->handler = libbpf_register_prog_handler(
		"legacy", BPF_PROG_TYPE_KPROBE, 0, &handler);
	if (t->handler > 0)
		t->skel = legacy_bpf__open_opts(&opts);
	if (!t->skel) {
		complain("cannot open the built-in BPF object: %s",
			 strerror(errno));
		return -errno;
	}
	return version ? bpf_object__set_kversion(t->skel->obj, version) : 0;
}

static int load(struct legacy *t, const struct tracer_options *o)
{
	int err = legacy_bpf__load(t->skel);

	if (err == -EPERM || err == -EACCES)
		complain(
			"the kernel refuses to load tracing programs (%s): it may be locked down, see 'lockdown' in 'man 7 kernel_lockdown'",
			strerror(-err));
	else if (err == -EBADMSG)
		complain(
			"the kernel's BTF lacks what the tracing programs read: this kernel cannot be watched, or it is the BTF of another one");
	else if (err && o->btf)
		complain(
			"the kernel did not take the tracing programs (%s): is '%s' the BTF of this very kernel? '-vv' shows more",
			strerror(-err), o->btf);
	else if (err)
		complain(
			"the kernel did not take the tracing programs (%s): '-vv' shows why",
			strerror(-err));
	return err;
}

/* What one program continues in. */
static int fill_continuations(struct legacy *t)
{
	static const char *const names[CONTINUATIONS] = {
		[CONTINUE_END] = "legacy_end",
		[CONTINUE_DROP] = "legacy_dropped",
		[CONTINUE_BATCH] = "legacy_batch",
		[CONTINUE_PATH] = "legacy_path",
	};
	int map = bpf_map__fd(t->skel->maps.continuations);
	int err = 0;

	for (__u32 i = 0; i < CONTINUATIONS && !err; i++) {
		int fd = bpf_program__fd(program(t, names[i]));

		err = bpf_map_update_elem(map, &i, &fd, BPF_ANY);
	}
	return err;
}

static int set_armed(struct legacy *t, enum arming armed)
{
	__u32 first = 0;

	t->knobs.armed = armed;
	return bpf_map_update_elem(bpf_map__fd(t->skel->maps.knobs), &first,
				   &t->knobs, BPF_ANY);
}

static int set_knobs(struct legacy *t, const struct tracer_options *o,
		     const struct ksyms *ksyms)
{
	int map = bpf_map__fd(t->skel->maps.frames);
	int count = frames_fill(ksyms, t->frames);
	int err = 0;

	if (count < 0) {
		complain("btrfs is not loaded: mount a btrfs filesystem first");
		return count;
	}
	for (__u32 i = 0; i < (__u32)count && !err; i++)
		err = bpf_map_update_elem(map, &i, &t->frames[i], BPF_ANY);
	t->knobs.frames = (__u32)count;
	t->knobs.dev = o->dev;
	t->knobs.tgid = o->tgid;
	return err ? err : set_armed(t, DEAF);
}

/* An event's name has no blanks. */
static void event_name(char name[32], const char *role, int number)
{
	snprintf(name, 32, "%.24s_%d", role, number);
	for (char *c = name; *c; c++)
		if (*c == ' ')
			*c = '_';
}

static int attach_hook(struct legacy *t, const struct legacy_role *role,
		       struct hook *h)
{
	struct bpf_program *p = program(t, role->program);
	char name[32];

	for (int i = 0; i < h->choice.count; i++) {
		event_name(name, role->name, i);
		h->links[i] = kprobe_event_attach(t->events, name,
						  h->choice.at[i], p);
		if (!h->links[i])
			return -errno;
	}
	return 0;
}

static int attach_hooks(struct legacy *t)
{
	int err = kprobe_events_open(NULL, &t->events);

	if (err) {
		complain(
			"cannot use the kernel's probes (%s): it needs CONFIG_KPROBE_EVENTS and the tracefs filesystem",
			strerror(-err));
		return err;
	}
	for (unsigned int i = 0; i < legacy_role_count && !err; i++) {
		err = attach_hook(t, &legacy_roles[i], &t->hooks[i]);
		if (err)
			complain("cannot hook %s for '%s': %s",
				 t->hooks[i].choice.symbol,
				 legacy_roles[i].name, strerror(-err));
	}
	return err;
}

static int open_buffer(struct legacy *t, __u32 bytes)
{
	size_t pages = bytes > PAGE_BYTES ? bytes / PAGE_BYTES : 1;

	t->buffer = perf_buffer__new(bpf_map__fd(t->skel->maps.events), pages,
				     on_sample, on_lost, t, NULL);
	if (!t->buffer) {
		complain(
			"cannot make the buffers between the kernel and the tool: %s; a smaller --ring-size needs less memory",
			strerror(errno));
		return -errno;
	}
	return 0;
}

static int open_waiting(struct legacy *t)
{
	struct epoll_event in = { .events = EPOLLIN };

	t->epoll = epoll_create1(EPOLL_CLOEXEC);
	t->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (t->epoll < 0 || t->timer < 0 ||
	    epoll_ctl(t->epoll, EPOLL_CTL_ADD, t->timer, &in) ||
	    epoll_ctl(t->epoll, EPOLL_CTL_ADD, perf_buffer__epoll_fd(t->buffer),
		      &in))
		return -errno;
	return 0;
}

static int open_pairing(struct legacy *t)
{
	const struct pairing_env env = {
		.frames = t->frames,
		.rows = t->knobs.frames,
		.stack = world_stack,
		.dedupe = world_dedupe,
		.world = t,
		.record = on_record,
		.record_arg = t,
	};

	t->pairing = pairing_new(&env);
	return t->pairing ? 0 : -ENOMEM;
}

static int set_up(struct legacy *t, const struct tracer_options *o,
		  const struct ksyms *ksyms)
{
	int err = open_object(t, o->btf);

	if (!err)
		err = choose_hooks(t, ksyms);
	if (!err)
		err = legacy_btf_knobs(o->btf, &t->knobs);
	if (!err && o->windows)
		err = bpf_map__set_max_entries(t->skel->maps.suspects,
					       o->windows);
	if (!err)
		err = load(t, o);
	if (!err)
		err = fill_continuations(t);
	if (!err)
		err = set_knobs(t, o, ksyms);
	if (!err)
		err = open_pairing(t);
	if (!err)
		err = open_buffer(t, o->ring_bytes);
	if (!err)
		err = open_waiting(t);
	if (!err)
		err = attach_hooks(t);
	return err ? err : set_armed(t, ARMED);
}

/* ---- the interface ---------------------------------------------------- */

static int legacy_fd(const struct tracer *base)
{
	return legacy(base)->epoll;
}

/* Come back when what is held back may go. */
static void set_timer(const struct legacy *t)
{
	const struct itimerspec at = {
		.it_value.tv_nsec = t->holdback.count ? 2 * MARGIN_NS : 0,
	};
	__u64 rings;

	if (read(t->timer, &rings, sizeof(rings)) < 0 && errno != EAGAIN)
		return;
	timerfd_settime(t->timer, 0, &at, NULL);
}

/*
 * Of what was made before all buffers were read, nothing is missing. When the
 * probes are gone, of nothing.
 */
static int legacy_poll(struct tracer *base)
{
	struct legacy *t = legacy(base);
	__u64 now = now_ns();
	int err = perf_buffer__consume(t->buffer);

	if (!err)
		err = t->err;
	if (!err)
		err = holdback_release(&t->holdback,
				       t->stopped ? ~0ULL : now - MARGIN_NS,
				       on_sighting, t->pairing);
	if (!err)
		err = pairing_settle(t->pairing, t->stopped ? ~0ULL : now);
	set_timer(t);
	return err;
}

static int legacy_sweep(struct tracer *base)
{
	struct legacy *t = legacy(base);

	return legacy_look(bpf_map__fd(t->skel->maps.suspects),
			   bpf_map__fd(t->skel->maps.looks));
}

static bool legacy_busy(const struct tracer *base)
{
	return legacy_live(bpf_map__fd(legacy(base)->skel->maps.live));
}

/* Pages that come into the cache are not hooked. */
static int legacy_follow(struct tracer *base, bool on)
{
	(void)base;
	return on ? -ENOENT : 0;
}

static int legacy_forget(struct tracer *base, __u64 ns)
{
	(void)base;
	(void)ns;
	return 0;
}

static int legacy_blind(const struct tracer *base,
			struct blind_span blind[BLIND_MAX])
{
	const struct legacy *t = legacy(base);
	__u64 missed = 0;
	int err = totals_blind(bpf_map__fd(t->skel->maps.blind), blind);

	if (err)
		return err;
	pairing_blind(t->pairing, blind);
	/* Once they are removed, nobody has counted. */
	if (t->events)
		err = kprobe_events_missed(t->events, &missed);
	blind[BLIND_not_run].count += missed;
	return err;
}

static void detach(struct legacy *t)
{
	for (unsigned int i = 0; i < ROLES_MAX; i++) {
		for (int j = 0; j < CALLSITES_MAX; j++)
			bpf_link__destroy(t->hooks[i].links[j]);
		memset(t->hooks[i].links, 0, sizeof(t->hooks[i].links));
	}
}

/* Windows whose write call still runs, and may yet settle them. */
static bool undecided(const struct legacy *t)
{
	uint64_t stranded, open = 0;

	return !legacy_windows(bpf_map__fd(t->skel->maps.suspects), &stranded,
			       &open) &&
	       open;
}

static void legacy_stop(struct tracer *base)
{
	struct legacy *t = legacy(base);
	const struct timespec moment = { .tv_nsec = 20000000 };

	set_armed(t, CLOSING);
	for (int i = 0; i < CLOSING_LOOKS && undecided(t); i++)
		nanosleep(&moment, NULL);
	set_armed(t, DEAF);
	detach(t);
	t->stopped = true;
}

static const char *legacy_role(const struct tracer *base, unsigned int i,
			       const char **program)
{
	if (i >= legacy_role_count)
		return NULL;
	*program = legacy(base)->hooks[i].choice.symbol
			   ? legacy_roles[i].program
			   : NULL;
	return legacy_roles[i].name;
}

/* Old kernels say nothing of a last sample that did not fit. */
static void find_unsaid(struct legacy *t, __u64 sent)
{
	__u64 known = t->received + t->lost;

	if (!t->stopped || sent <= known)
		return;
	pairing_go_blind(t->pairing, BLIND_ring_full, sent - known, now_ns());
	t->lost += sent - known;
}

static int legacy_totals(const struct tracer *base,
			 uint64_t counters[COUNT_MAX],
			 struct blind_span blind[BLIND_MAX],
			 uint64_t *open_stranded)
{
	struct legacy *t = legacy(base);
	uint64_t undecided = 0;
	int err;

	err = totals_counters(bpf_map__fd(t->skel->maps.counters), counters);
	if (err)
		return err;
	find_unsaid(t, counters[COUNT_sent]);
	counters[COUNT_sent] = t->records;
	pairing_counters(t->pairing, counters);
	err = legacy_blind(base, blind);
	if (!err)
		err = legacy_windows(bpf_map__fd(t->skel->maps.suspects),
				     open_stranded, &undecided);
	blind[BLIND_undecided].count +=
		undecided + pairing_undecided(t->pairing);
	return err;
}

static void legacy_free(struct tracer *base)
{
	struct legacy *t = legacy(base);

	detach(t);
	kprobe_events_close(t->events);
	perf_buffer__free(t->buffer);
	pairing_free(t->pairing);
	holdback_clear(&t->holdback);
	legacy_bpf__destroy(t->skel);
	if (t->handler > 0)
		libbpf_unregister_prog_handler(t->handler);
	if (t->timer >= 0)
		close(t->timer);
	if (t->epoll >= 0)
		close(t->epoll);
	free(t);
}

static const struct tracer_ops legacy_ops = {
	.fd = legacy_fd,
	.poll = legacy_poll,
	.sweep = legacy_sweep,
	.busy = legacy_busy,
	.follow = legacy_follow,
	.forget = legacy_forget,
	.blind = legacy_blind,
	.stop = legacy_stop,
	.role = legacy_role,
	.totals = legacy_totals,
	.free = legacy_free,
};

int tracer_legacy_new(const struct tracer_options *options,
		      const struct ksyms *ksyms, tracer_record_fn fn, void *arg,
		      struct tracer **tracer)
{
	struct legacy *t = calloc(1, sizeof(*t));
	int err;

	if (!t)
		return -ENOMEM;
	t->base.ops = &legacy_ops;
	t->epoll = t->timer = -1;
	t->record = fn;
	t->record_arg = arg;
	err = set_up(t, options, ksyms);
	if (err)
		legacy_free(&t->base);
	else
		*tracer = &t->base;
	return err;
}
