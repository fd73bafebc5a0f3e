// SPDX-License-Identifier: GPL-2.0
/* hooks_ask.c - what hooks have to tell: see hooks.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <unistd.h>

#include "hooks.h"
#include "kprobe_event.h"

const struct hook *hooks_serving(const struct hooks *h, unsigned int n,
				 const char **role)
{
	for (unsigned int i = 0; i < hook_role_count; i++) {
		if (!hooks_serve(h, &hook_roles[i]) || n--)
			continue;
		*role = hook_roles[i].name;
		return &h->roles[i];
	}
	return NULL;
}

/* An iterator does its work while it is read. */
static int read_iter(const struct bpf_link *link)
{
	char none[64];
	ssize_t n;
	int fd, err;

	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd < 0)
		return fd;
	do {
		n = read(fd, none, sizeof(none));
	} while (n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR)));
	err = n < 0 ? -errno : 0;
	close(fd);
	return err;
}

static int run_once(const struct hooks *h, const struct hook_choice *c)
{
	LIBBPF_OPTS(bpf_test_run_opts, opts);

	return bpf_prog_test_run_opts(
		bpf_program__fd(hooks_program(h, c->points[0].program)), &opts);
}

int hooks_look(const struct hooks *h)
{
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_choice *c = &h->roles[i].choice;

		if (c->variant && c->variant->need == NEED_MAP_ITER)
			return read_iter(h->roles[i].links[0]);
		if (c->variant && c->variant->need == NEED_NOTHING)
			return run_once(h, c);
	}
	return -ENOENT;
}

/* Of the programs of one object, which may be none. */
static __u64 programs_skipped(const struct bpf_object *obj)
{
	struct bpf_program *p;
	__u64 skipped = 0;

	if (!obj)
		return 0;
	bpf_object__for_each_program (p, obj) {
		struct bpf_prog_info info = { 0 };
		__u32 len = sizeof(info);
		int fd = bpf_program__fd(p);

		if (fd >= 0 && !bpf_obj_get_info_by_fd(fd, &info, &len))
			skipped += info.recursion_misses;
	}
	return skipped;
}

/*
 * A program that was already running, here or, from 6.7 on, any program of a
 * probe where one was running; a probe that came while another one was handled.
 */
int hooks_skipped(const struct hooks *h, __u64 *skipped)
{
	int err = 0;

	*skipped = 0;
	if (h->events)
		err = kprobe_events_missed(h->events, skipped);
	*skipped += programs_skipped(h->obj) + programs_skipped(h->rest);
	return err;
}
