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

#include "holdback.h"
#include "kprobe_event.h"
#include "legacy_maps.h"
#include "legacy_object.h"
#include "log.h"
#include "now.h"
#include "pairing.h"
#include "totals.h"
#include "tracer_ops.h"

#define PAGE_BYTES 4096

/* A program may be held up this long between its clock and its sighting. */
#define MARGIN_NS 20000000ULL
/* On the way out, write calls have this many times 20 ms to return. */
#define CLOSING_LOOKS 10

struct legacy {
	struct tracer base; /* first: what tracer_ops.h hands in is this */
	struct legacy_object object;
	struct perf_buffer *buffer;
	struct holdback holdback;
	struct pairing *pairing;
	tracer_record_fn record;
	void *record_arg;
	__u64 received; /* sightings */
	__u64 lost;	/* of them, as far as the kernel has told */
	__u64 records;	/* handed on */
	bool stopped;
	int epoll;
	int timer; /* when what is held back may go */
	int err;   /* of a callback that cannot return one */
};

static struct legacy *legacy(const struct tracer *base)
{
	return (struct legacy *)base;
}

static int map(const struct legacy *t, const char *name)
{
	return legacy_object_map(&t->object, name);
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

	return legacy_stack(map(t, "stacks"), id, ip);
}

static __u64 world_dedupe(void *arg, __u32 dev)
{
	const struct legacy *t = arg;
	__u64 ns = 0;

	if (bpf_map_lookup_elem(map(t, "dedupes"), &dev, &ns))
		return 0;
	return ns;
}

/* ---- begin ------------------------------------------------------------ */

static int open_buffer(struct legacy *t, __u32 bytes)
{
	size_t pages = bytes > PAGE_BYTES ? bytes / PAGE_BYTES : 1;

	t->buffer = perf_buffer__new(map(t, "events"), pages, on_sample,
				     on_lost, t, NULL);
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
		.frames = t->object.frames,
		.rows = t->object.knobs.frames,
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
	int err = legacy_object_new(&t->object, o, ksyms);

	if (!err)
		err = open_pairing(t);
	if (!err)
		err = open_buffer(t, o->ring_bytes);
	if (!err)
		err = open_waiting(t);
	if (!err)
		err = legacy_object_attach(&t->object);
	return err ? err : legacy_object_arm(&t->object, ARMED);
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

	return legacy_look(map(t, "suspects"), map(t, "looks"));
}

static bool legacy_busy(const struct tracer *base)
{
	return legacy_live(map(legacy(base), "live"));
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
	int err = totals_blind(map(t, "blind"), blind);

	if (err)
		return err;
	pairing_blind(t->pairing, blind);
	/* Once they are removed, nobody has counted. */
	if (t->object.events)
		err = kprobe_events_missed(t->object.events, &missed);
	blind[BLIND_not_run].count += missed;
	return err;
}

/* Windows whose write call still runs, and may yet settle them. */
static bool undecided(const struct legacy *t)
{
	uint64_t stranded, open = 0;

	return !legacy_windows(map(t, "suspects"), &stranded, &open) && open;
}

static void legacy_stop(struct tracer *base)
{
	struct legacy *t = legacy(base);
	const struct timespec moment = { .tv_nsec = 20000000 };

	legacy_object_arm(&t->object, CLOSING);
	for (int i = 0; i < CLOSING_LOOKS && undecided(t); i++)
		nanosleep(&moment, NULL);
	legacy_object_arm(&t->object, DEAF);
	legacy_object_detach(&t->object);
	t->stopped = true;
}

static const char *legacy_role(const struct tracer *base, unsigned int i,
			       const char **program)
{
	if (i >= legacy_role_count)
		return NULL;
	*program = legacy(base)->object.hooks[i].choice.symbol
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

	err = totals_counters(map(t, "counters"), counters);
	if (err)
		return err;
	find_unsaid(t, counters[COUNT_sent]);
	counters[COUNT_sent] = t->records;
	pairing_counters(t->pairing, counters);
	err = legacy_blind(base, blind);
	if (!err)
		err = legacy_windows(map(t, "suspects"), open_stranded,
				     &undecided);
	blind[BLIND_undecided].count +=
		undecided + pairing_undecided(t->pairing);
	return err;
}

static void legacy_free(struct tracer *base)
{
	struct legacy *t = legacy(base);

	legacy_object_detach(&t->object);
	perf_buffer__free(t->buffer);
	pairing_free(t->pairing);
	holdback_clear(&t->holdback);
	legacy_object_free(&t->object);
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
