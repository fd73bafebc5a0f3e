// SPDX-License-Identifier: GPL-2.0
/* hooks.c - see hooks.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hooks.h"
#include "kprobe_event.h"
#include "log.h"

_Static_assert(VARIANTS_MAX < 32, "one bit each");

struct bpf_program *hooks_program(const struct hooks *h, const char *name)
{
	struct bpf_program *p;

	p = bpf_object__find_program_by_name(h->obj, name);
	if (h->rest && !bpf_program__autoload(p))
		p = bpf_object__find_program_by_name(h->rest, name);
	return p;
}

/* ---- choose ----------------------------------------------------------- */

bool hooks_serve(const struct hooks *h, const struct hook_role *role)
{
	switch (role->when) {
	case HOOK_GUARD:
		return h->guard;
	case HOOK_NOT_GUARD:
		return !h->guard;
	default:
		return true;
	}
}

/* Is it attached from the beginning? */
static bool serves_at_once(const struct hooks *h, const struct hook_role *role)
{
	if (role->when == HOOK_FOLLOW || !hooks_serve(h, role))
		return false;
	return !h->guard || role->when != HOOK_WATCH;
}

/* Are its programs loaded with the first ones? */
static bool loads_at_once(const struct hooks *h, const struct hook_role *role)
{
	return !h->guard || role->when == HOOK_GUARD || role->when == HOOK_BOTH;
}

/* Have `obj` load what is chosen, and belongs to the first ones or does not. */
static void choose_programs(const struct hooks *h, struct bpf_object *obj,
			    bool first)
{
	struct bpf_program *p;

	bpf_object__for_each_program (p, obj)
		bpf_program__set_autoload(p, false);
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_choice *c = &h->roles[i].choice;

		if (loads_at_once(h, &hook_roles[i]) != first)
			continue;
		for (int k = 0; k < c->point_count; k++)
			bpf_program__set_autoload(
				bpf_object__find_program_by_name(
					obj, c->points[k].program),
				true);
	}
}

int hooks_choose(struct hooks *h, struct bpf_object *obj,
		 const struct hook_kernel *kernel)
{
	h->obj = obj;
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];
		struct hook_choice *c = &h->roles[i].choice;

		memset(c, 0, sizeof(*c));
		if (!hooks_serve(h, role))
			continue;
		hook_choose_among(role, kernel, h->wishes.refused[i], c);
		if (!c->variant && role->essential) {
			complain(
				"this kernel has nothing to hook for '%s'; 'man 8 btrfs-dirtywatch' says which kernels can be watched",
				role->name);
			return -ENOENT;
		}
	}
	choose_programs(h, obj, true);
	return 0;
}

void hooks_choose_rest(struct hooks *h, struct bpf_object *rest)
{
	h->rest = rest;
	choose_programs(h, rest, false);
}

static bool by_trampoline(const struct hook_variant *v)
{
	return v->need == NEED_FUNCTION_BTF || v->need == NEED_MODULE_BTF ||
	       v->need == NEED_TRACEPOINT_BTF;
}

/* Not to take the variant of role `i` again. Is there another one? */
static bool refuse(struct hooks *h, unsigned int i)
{
	const struct hook_role *role = &hook_roles[i];
	long n = h->roles[i].choice.variant - role->variants;
	bool last = n == VARIANTS_MAX - 1 || !role->variants[n + 1].program;

	if (last && role->essential)
		return false;
	h->wishes.refused[i] |= 1U << n;
	return true;
}

/* Those of its variants that are trampolines. */
static __u32 trampolines(const struct hook_role *role)
{
	__u32 bits = 0;

	for (int i = 0; i < VARIANTS_MAX && role->variants[i].program; i++)
		if (by_trampoline(&role->variants[i]))
			bits |= 1U << i;
	return bits;
}

void hooks_steady(struct hooks *h, const struct hook_kernel *kernel)
{
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];
		__u32 refused = h->wishes.refused[i];
		struct hook_choice other;

		if (!role->even || refused)
			continue;
		refused = trampolines(role);
		hook_choose_among(role, kernel, refused, &other);
		if (other.variant || !role->essential)
			h->wishes.refused[i] = refused;
	}
}

bool hooks_plainer(struct hooks *h)
{
	bool any = false;

	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_variant *v = h->roles[i].choice.variant;

		if (v && by_trampoline(v) && refuse(h, i))
			any = true;
	}
	return any;
}

int hooks_unseen(const struct hooks *h, const struct hook_kernel *kernel,
		 char **text)
{
	const char *between = "";
	size_t len = 0;
	FILE *f;

	*text = NULL;
	f = open_memstream(text, &len);
	if (!f)
		return -ENOMEM;
	for (unsigned int i = 0; i < hook_role_count; i++) {
		if (h->roles[i].choice.variant || !hook_roles[i].without ||
		    !hook_exists(&hook_roles[i], kernel))
			continue;
		fprintf(f, "%s%s", between, hook_roles[i].without);
		between = "; ";
	}
	if (fclose(f))
		return -ENOMEM;
	if (!len) {
		free(*text);
		*text = NULL;
	}
	return 0;
}

/* ---- attach ----------------------------------------------------------- */

static struct bpf_link *attach_iter(const struct hooks *h,
				    const struct bpf_program *p)
{
	union bpf_iter_link_info info = {
		.map.map_fd = (__u32)bpf_map__fd(h->looked_over),
	};
	LIBBPF_OPTS(bpf_iter_attach_opts, opts, .link_info = &info,
		    .link_info_len = sizeof(info));

	return bpf_program__attach_iter(p, &opts);
}

/*
 * By address: names of static functions need not be unique. A probe without an
 * event works as well, but nobody counts its misses.
 */
static struct bpf_link *attach_kprobe(const struct hooks *h,
				      const struct bpf_program *p,
				      __u64 address, int n)
{
	LIBBPF_OPTS(bpf_kprobe_opts, opts, .offset = address);
	struct bpf_link *link = NULL;
	char name[64];
	int err;

	snprintf(name, sizeof(name), "%s_%d", bpf_program__name(p), n);
	if (h->events)
		link = kprobe_event_attach(h->events, name, address, p);
	if (link)
		return link;
	err = errno;
	link = bpf_program__attach_kprobe_opts(p, NULL, &opts);
	if (link && h->events)
		complain(
			"tracefs takes no event for %s (%s): what the kernel skips of it is not counted",
			bpf_program__name(p), strerror(err));
	return link;
}

static struct bpf_link *attach_point(const struct hooks *h,
				     const struct hook_choice *c, int n)
{
	const struct hook_point *point = &c->points[n];
	const struct bpf_program *p = hooks_program(h, point->program);

	switch (c->variant->need) {
	case NEED_SYMBOL:
	case NEED_CALL_SITES:
		return attach_kprobe(h, p, point->address, n);
	case NEED_MAP_ITER:
		return attach_iter(h, p);
	default:
		return bpf_program__attach(p);
	}
}

static void detach_hook(struct hook *hook)
{
	for (int i = 0; i < CALLSITES_MAX; i++)
		bpf_link__destroy(hook->links[i]);
	memset(hook->links, 0, sizeof(hook->links));
}

static int attach_hook(const struct hooks *h, struct hook *hook)
{
	const struct hook_choice *c = &hook->choice;

	if (c->variant->need == NEED_NOTHING)
		return 0;
	for (int n = 0; n < c->point_count; n++) {
		hook->links[n] = attach_point(h, c, n);
		if (!hook->links[n]) {
			int err = -errno;

			detach_hook(hook);
			return err;
		}
	}
	return 0;
}

/* Returns -EAGAIN if another variant is to be chosen. */
static int attach_role(struct hooks *h, unsigned int i)
{
	struct hook *hook = &h->roles[i];
	bool again;
	int err;

	if (!hook->choice.variant)
		return 0;
	err = attach_hook(h, hook);
	if (!err)
		return 0;
	again = refuse(h, i);
	complain("cannot hook %s for '%s' by %s: %s%s",
		 hook->choice.variant->symbol, hook_roles[i].name,
		 hook->choice.variant->how, strerror(-err),
		 again ? "; trying another way" : "");
	return again ? -EAGAIN : err;
}

int hooks_attach(struct hooks *h)
{
	int err = 0;

	for (unsigned int i = 0; i < hook_role_count && !err; i++)
		if (serves_at_once(h, &hook_roles[i]))
			err = attach_role(h, i);
	return err;
}

int hooks_widen(struct hooks *h)
{
	int err = 0;

	for (unsigned int i = 0; i < hook_role_count && !err; i++)
		if (hook_roles[i].when == HOOK_WATCH && !h->roles[i].links[0])
			err = attach_role(h, i);
	return err;
}

int hooks_follow(struct hooks *h, bool on)
{
	int err = 0;

	for (unsigned int i = 0; i < hook_role_count && !err; i++) {
		struct hook *hook = &h->roles[i];

		if (hook_roles[i].when != HOOK_FOLLOW)
			continue;
		detach_hook(hook);
		if (on)
			err = hook->choice.variant ? attach_hook(h, hook)
						   : -ENOENT;
	}
	return err;
}

void hooks_detach(struct hooks *h)
{
	for (unsigned int i = 0; i < HOOK_ROLES_MAX; i++)
		detach_hook(&h->roles[i]);
}

void hooks_reset(struct hooks *h)
{
	hooks_detach(h);
	h->obj = h->rest = NULL;
	h->looked_over = NULL;
}

void hooks_close(struct hooks *h)
{
	hooks_reset(h);
	kprobe_events_close(h->events);
	h->events = NULL;
}
