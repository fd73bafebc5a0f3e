// SPDX-License-Identifier: GPL-2.0
/* legacy_object.c - see legacy_object.h. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "frames.h"
#include "kernel_version.h"
#include "kprobe_event.h"
#include "legacy_btf.h"
#include "legacy_object.h"
#include "log.h"

/* It uses the types of sighting.h without including it. */
#include "legacy.skel.h"

static struct bpf_program *program(const struct legacy_object *o,
				   const char *name)
{
	return bpf_object__find_program_by_name(o->skel->obj, name);
}

static int choose_hooks(struct legacy_object *o, const struct ksyms *ksyms)
{
	for (unsigned int i = 0; i < legacy_role_count; i++) {
		const struct legacy_role *role = &legacy_roles[i];
		struct legacy_choice *c = &o->hooks[i].choice;

		legacy_choose(role, ksyms, c);
		if (!c->symbol && !role->without) {
			complain(
				"this kernel has nothing to hook for '%s'; 'man 7 btrfs-dirtywatch-legacy' says which kernels can be watched",
				role->name);
			return -ENOENT;
		}
		if (!c->symbol)
			bpf_program__set_autoload(program(o, role->program),
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

static int open_object(struct legacy_object *o, const char *btf)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf);
	LIBBPF_OPTS(libbpf_prog_handler_opts, handler,
		    .prog_prepare_load_fn = check_program);
	__u32 version = kernel_version();

	o->handler = libbpf_register_prog_handler(
		"legacy", BPF_PROG_TYPE_KPROBE, 0, &handler);
	if (o->handler > 0)
		o->skel = legacy_bpf__open_opts(&opts);
	if (!o->skel) {
		complain("cannot open the built-in BPF object: %s",
			 strerror(errno));
		return -errno;
	}
	return version ? bpf_object__set_kversion(o->skel->obj, version) : 0;
}

static int load(struct legacy_object *o, const char *btf)
{
	int err = legacy_bpf__load(o->skel);

	if (err == -EPERM || err == -EACCES)
		complain(
			"the kernel refuses to load tracing programs (%s): it may be locked down, see 'lockdown' in 'man 7 kernel_lockdown'",
			strerror(-err));
	else if (err == -EBADMSG)
		complain(
			"the kernel's BTF lacks what the tracing programs read: this kernel cannot be watched, or it is the BTF of another one");
	else if (err && btf)
		complain(
			"the kernel did not take the tracing programs (%s): is '%s' the BTF of this very kernel? '-vv' shows more",
			strerror(-err), btf);
	else if (err)
		complain(
			"the kernel did not take the tracing programs (%s): '-vv' shows why",
			strerror(-err));
	return err;
}

/* What one program continues in. */
static int fill_continuations(struct legacy_object *o)
{
	static const char *const names[CONTINUATIONS] = {
		[CONTINUE_END] = "legacy_end",
		[CONTINUE_DROP] = "legacy_dropped",
		[CONTINUE_BATCH] = "legacy_batch",
		[CONTINUE_PATH] = "legacy_path",
	};
	int map = bpf_map__fd(o->skel->maps.continuations);
	int err = 0;

	for (__u32 i = 0; i < CONTINUATIONS && !err; i++) {
		int fd = bpf_program__fd(program(o, names[i]));

		err = bpf_map_update_elem(map, &i, &fd, BPF_ANY);
	}
	return err;
}

int legacy_object_arm(struct legacy_object *o, enum arming armed)
{
	__u32 first = 0;

	o->knobs.armed = armed;
	return bpf_map_update_elem(bpf_map__fd(o->skel->maps.knobs), &first,
				   &o->knobs, BPF_ANY);
}

static int set_knobs(struct legacy_object *o,
		     const struct tracer_options *options,
		     const struct ksyms *ksyms)
{
	int map = bpf_map__fd(o->skel->maps.frames);
	int count = frames_fill(ksyms, o->frames);
	int err = 0;

	if (count < 0) {
		complain("btrfs is not loaded: mount a btrfs filesystem first");
		return count;
	}
	for (__u32 i = 0; i < (__u32)count && !err; i++)
		err = bpf_map_update_elem(map, &i, &o->frames[i], BPF_ANY);
	o->knobs.frames = (__u32)count;
	o->knobs.dev = options->dev;
	o->knobs.tgid = options->tgid;
	return err ? err : legacy_object_arm(o, DEAF);
}

/* An event's name has no blanks. */
static void event_name(char name[32], const char *role, int number)
{
	snprintf(name, 32, "%.19s_%d", role, number);
	for (char *c = name; *c; c++)
		if (*c == ' ')
			*c = '_';
}

static int attach_hook(struct legacy_object *o, const struct legacy_role *role,
		       struct legacy_hook *h)
{
	struct bpf_program *p = program(o, role->program);
	char name[32];

	for (int i = 0; i < h->choice.count; i++) {
		event_name(name, role->name, i);
		h->links[i] = kprobe_event_attach(o->events, name,
						  h->choice.at[i], p);
		if (!h->links[i])
			return -errno;
	}
	return 0;
}

int legacy_object_attach(struct legacy_object *o)
{
	int err = kprobe_events_open(NULL, &o->events);

	if (err) {
		complain(
			"cannot use the kernel's probes (%s): it needs CONFIG_KPROBE_EVENTS and the tracefs filesystem",
			strerror(-err));
		return err;
	}
	for (unsigned int i = 0; i < legacy_role_count && !err; i++) {
		err = attach_hook(o, &legacy_roles[i], &o->hooks[i]);
		if (err)
			complain("cannot hook %s for '%s': %s",
				 o->hooks[i].choice.symbol,
				 legacy_roles[i].name, strerror(-err));
	}
	return err;
}

int legacy_object_new(struct legacy_object *o,
		      const struct tracer_options *options,
		      const struct ksyms *ksyms)
{
	int err = open_object(o, options->btf);

	if (!err)
		err = legacy_btf_knobs(options->btf, &o->knobs);
	if (!err)
		err = choose_hooks(o, ksyms);
	if (!err && options->windows)
		err = bpf_map__set_max_entries(o->skel->maps.suspects,
					       options->windows);
	if (!err)
		err = load(o, options->btf);
	if (!err)
		err = fill_continuations(o);
	return err ? err : set_knobs(o, options, ksyms);
}

int legacy_object_map(const struct legacy_object *o, const char *name)
{
	return bpf_object__find_map_fd_by_name(o->skel->obj, name);
}

void legacy_object_detach(struct legacy_object *o)
{
	for (unsigned int i = 0; i < LEGACY_ROLES_MAX; i++) {
		for (int j = 0; j < CALLSITES_MAX; j++)
			bpf_link__destroy(o->hooks[i].links[j]);
		memset(o->hooks[i].links, 0, sizeof(o->hooks[i].links));
	}
}

void legacy_object_free(struct legacy_object *o)
{
	legacy_object_detach(o);
	kprobe_events_close(o->events);
	legacy_bpf__destroy(o->skel);
	if (o->handler > 0)
		libbpf_unregister_prog_handler(o->handler);
}
