// SPDX-License-Identifier: GPL-2.0
/* legacy_maps.c - see legacy_maps.h. */
#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "legacy_maps.h"

unsigned int legacy_stack(int stacks, __s32 id, __u64 ip[SIGHTING_STACK_DEPTH])
{
	unsigned int depth = 0;

	memset(ip, 0, SIGHTING_STACK_DEPTH * sizeof(*ip));
	if (bpf_map_lookup_elem(stacks, &id, ip))
		return 0;
	while (depth < SIGHTING_STACK_DEPTH && ip[depth])
		depth++;
	return depth;
}

bool legacy_live(int live)
{
	__u32 first = 0;
	__u64 n = 0;

	return !bpf_map_lookup_elem(live, &first, &n) && n;
}

/* Call `fn` for each window that can still be read. Returns 0 or -errno. */
static int each_window(int suspects,
		       int (*fn)(void *arg, const struct place *place,
				 const struct window *w),
		       void *arg)
{
	/* Kernels before 4.12 want a key. One that is not there will do. */
	struct place place, last = { .mapping = ~0ULL };
	struct suspect s;
	int err;

	while (!(err = bpf_map_get_next_key(suspects, &last, &place))) {
		last = place;
		if (bpf_map_lookup_elem(suspects, &place, &s))
			continue;
		err = fn(arg, &place, &s.window);
		if (err)
			return err;
	}
	return err == -ENOENT ? 0 : err;
}

struct window_sums {
	uint64_t stranded;
	uint64_t undecided;
};

/* One that was dropped has been told, and the other side decides. */
static int add_window(void *arg, const struct place *place,
		      const struct window *w)
{
	struct window_sums *sums = arg;

	(void)place;
	if (w->bits & WINDOW_DROPPED)
		return 0;
	if (window_undecided(w))
		sums->undecided++;
	else
		sums->stranded++;
	return 0;
}

int legacy_windows(int suspects, uint64_t *stranded, uint64_t *undecided)
{
	struct window_sums sums = { 0 };
	int err = each_window(suspects, add_window, &sums);

	*stranded = sums.stranded;
	*undecided = sums.undecided;
	return err;
}

struct looking {
	int map;
	struct look look;
};

/* The kernel side runs at this system call, and reads what is asked here. */
static int look_now(struct looking *l)
{
	static const struct look none;
	__u32 first = 0;
	int err;

	if (!l->look.count)
		return 0;
	err = bpf_map_update_elem(l->map, &first, &l->look, BPF_ANY);
	if (err)
		return err;
	(void)getpgid(0);
	l->look.count = 0;
	return bpf_map_update_elem(l->map, &first, &none, BPF_ANY);
}

static int add_look(void *arg, const struct place *place,
		    const struct window *w)
{
	struct looking *l = arg;

	if ((w->bits & (WINDOW_ENDED | WINDOW_DROPPED)) != WINDOW_ENDED)
		return 0;
	l->look.places[l->look.count++] = *place;
	return l->look.count == LOOK_PLACES ? look_now(l) : 0;
}

int legacy_look(int suspects, int looks)
{
	struct looking l = { .map = looks };
	int err = each_window(suspects, add_look, &l);

	return err ? err : look_now(&l);
}
