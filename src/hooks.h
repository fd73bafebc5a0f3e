/* SPDX-License-Identifier: GPL-2.0 */
/*
 * hooks.h - the hooks of one watch: each role gets the best variant that the
 * kernel takes, and if that cannot be attached after all, the next.
 */
#ifndef DIRTYWATCH_HOOKS_H
#define DIRTYWATCH_HOOKS_H

#include "hook_wish.h"

struct kprobe_events;

struct hooks {
	struct hook {
		struct hook_choice choice;
		struct bpf_link *links[CALLSITES_MAX];
	} roles[HOOK_ROLES_MAX];
	struct hook_wishes wishes; /* what failed is added to it */
	struct bpf_object *obj;	   /* the caller's */
	struct bpf_object *rest;   /* what a guard has loaded since, or NULL */
	struct bpf_map *looked_over;  /* what an iterator is attached to */
	struct kprobe_events *events; /* NULL: no misses are counted */
	bool guard;		      /* begin with few, see enum hook_when */
};

/* The program of that name, of the object that has it loaded. */
struct bpf_program *hooks_program(const struct hooks *h, const char *name);

/* Is the role ever attached in this mode, but to follow? */
bool hooks_serve(const struct hooks *h, const struct hook_role *role);

/*
 * Choose a variant for each role, and have `obj`, opened, load those programs
 * that this mode has at once, and no others. Returns 0, or -ENOENT with the
 * reason on stderr.
 */
int hooks_choose(struct hooks *h, struct bpf_object *obj,
		 const struct hook_kernel *kernel);

/*
 * Kernel code can be preempted: a run of a trampoline is then skipped if its
 * CPU was taken from another in the middle. Refuse them where something else
 * sees as much, and nobody wished for them.
 */
void hooks_steady(struct hooks *h, const struct hook_kernel *kernel);

/*
 * The object could not be loaded: do without trampolines, where there is
 * another way. Returns false if nothing was to be changed.
 */
bool hooks_plainer(struct hooks *h);

/*
 * Attach what is to be there at once, the object being loaded. Returns 0;
 * -EAGAIN, after a sentence on stderr, if another variant is to be chosen since
 * one could not be attached; or -errno with the reason on stderr.
 */
int hooks_attach(struct hooks *h);

/* Have `rest`, opened, load the programs that a guard does not have yet. */
void hooks_choose_rest(struct hooks *h, struct bpf_object *rest);

/*
 * A guard becomes a watch, the rest being loaded: attach it. Returns 0, or
 * -errno with the reason on stderr; then it may be called again.
 */
int hooks_widen(struct hooks *h);

/* Attach what follows readers, or detach it. Returns 0, -ENOENT or -errno. */
int hooks_follow(struct hooks *h, bool on);

/*
 * The `n`th of the roles that this mode has, and its name; NULL behind the last
 * one.
 */
const struct hook *hooks_serving(const struct hooks *h, unsigned int n,
				 const char **role);

/* Run the second look. Returns 0 or -errno. */
int hooks_look(const struct hooks *h);

/*
 * Runs of hooks that the kernel skipped, as far as it counts them. Returns 0
 * or -errno.
 */
int hooks_skipped(const struct hooks *h, __u64 *skipped);

/*
 * What nobody sees for lack of an optional hook, as one text of the caller's
 * to free; *text is NULL if there is nothing. Returns 0 or -ENOMEM.
 */
int hooks_unseen(const struct hooks *h, const struct hook_kernel *kernel,
		 char **text);

/* Detach all of them; what they counted can still be asked for. */
void hooks_detach(struct hooks *h);

/* The same, and forget the object. What failed is not tried again. */
void hooks_reset(struct hooks *h);

/* Detached, let go of tracefs. */
void hooks_close(struct hooks *h);

#endif
