// SPDX-License-Identifier: GPL-2.0
/* options.c - the option table of `watch`. */
#include <argp.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "number.h"
#include "options.h"
#include "tracer.h"

#define RING_KIB_MAX (1UL << 20)
#define WINDOWS_LIMIT (1UL << 20)
#define RESCUE_MIB_MAX (1UL << 24)
#define RESCUE_RING_MIN 8 /* KiB: less holds no page */

enum {
	OPT_RING = 256,
	OPT_HOOK,
	OPT_NO_MODULE_BTF,
	OPT_RUN_DIR,
	OPT_WINDOWS,
	OPT_BTF,
	OPT_TRACER,
	OPT_STAY_GUARD,
	OPT_LIMIT,
	OPT_RESCUE,
	OPT_RESCUE_LIMIT,
	OPT_RESCUE_RATE,
	OPT_RESCUE_RING,
	OPT_HEAL,
};

static const struct argp_option table[] = {
	{ "mount", 'm', "PATH", 0, "Watch only the filesystem that PATH is on",
	  0 },
	{ "pid", 'p', "PID", 0, "Watch only the write calls of process PID",
	  0 },
	{ "duration", 'd', "SECONDS", 0, "Stop after SECONDS", 0 },
	{ "guard", 'g', NULL, 0,
	  "Cost almost nothing until the first sign of a loss, then watch", 0 },
	{ "json", 'j', NULL, 0, "Print one JSON object a line", 0 },
	{ "verbose", 'v', NULL, 0,
	  "Say more: hooks, void and pending drops, libbpf's messages", 0 },
	{ "rescue", OPT_RESCUE, "DIR", 0,
	  "Save the content of lost pages, and of pages in danger, in DIR", 0 },
	{ "rescue-limit", OPT_RESCUE_LIMIT, "MIB", 0,
	  "Let DIR hold at most so much (default 1024)", 1 },
	{ "rescue-rate", OPT_RESCUE_RATE, "N", 0,
	  "Save at most N pages a second (default 500)", 1 },
	{ "rescue-ring", OPT_RESCUE_RING, "KIB", 0,
	  "Size of the ring buffer for contents, a power of two (default 4096)",
	  1 },
	{ "heal", OPT_HEAL, NULL, 0,
	  "Dirty stranded pages again, so that they are written; with --rescue",
	  0 },
	{ "ring-size", OPT_RING, "KIB", 0,
	  "Size of the ring buffer, a power of two (default 1024)", 1 },
	{ "limit", OPT_LIMIT, "N", 0,
	  "Print at most N findings of a class a second (default 1000), 0: all",
	  1 },
	{ "hook", OPT_HOOK, "HOOK", 0,
	  "Hook only so: ROLE=HOW, or HOW for all roles that can be", 1 },
	{ "btf", OPT_BTF, "FILE", 0,
	  "Take the kernel's BTF from FILE, where the kernel has none", 1 },
	{ "tracer", OPT_TRACER, "KIND", 0,
	  "Use the tracer 'modern' or 'legacy', whatever the kernel is", 1 },
	{ "no-module-btf", OPT_NO_MODULE_BTF, NULL, OPTION_HIDDEN, NULL, 1 },
	{ "run-dir", OPT_RUN_DIR, "DIR", OPTION_HIDDEN, NULL, 1 },
	{ "stay-guard", OPT_STAY_GUARD, NULL, OPTION_HIDDEN, NULL, 1 },
	{ "windows", OPT_WINDOWS, "N", OPTION_HIDDEN, NULL, 1 },
	{ 0 },
};

static void set_number(struct argp_state *state, const char *arg,
		       const char *what, unsigned long max, __u32 *to)
{
	unsigned long n;

	if (number_parse(arg, &n) || n < 1 || n > max)
		argp_error(state, "%s '%s' is not a number from 1 to %lu", what,
			   arg, max);
	else
		*to = (__u32)n;
}

int limit_parse(const char *text, __u32 *limit)
{
	unsigned long n;

	if (number_parse(text, &n) || n > RATELIMIT_MAX)
		return -EINVAL;
	*limit = (__u32)n;
	return 0;
}

static void set_ring(struct argp_state *state, const char *arg,
		     unsigned long min, __u32 *kib)
{
	unsigned long n;

	if (number_parse(arg, &n) || n < min || n > RING_KIB_MAX || n & (n - 1))
		argp_error(
			state,
			"ring size '%s' is not a power of two from %lu to %lu",
			arg, min, RING_KIB_MAX);
	else
		*kib = (__u32)n;
}

static void set_hook(struct argp_state *state, const char *arg,
		     struct hook_wishes *hooks)
{
	char why[192];

	if (hook_wish(hooks, arg, why, sizeof(why)))
		argp_error(state, "%s", why);
}

static void set_tracer(struct argp_state *state, const char *arg,
		       struct options *o)
{
	if (!strcmp(arg, "modern"))
		o->tracer = TRACER_MODERN;
	else if (!strcmp(arg, "legacy"))
		o->tracer = TRACER_LEGACY;
	else
		argp_error(state,
			   "tracer '%s' is neither 'modern' nor 'legacy'", arg);
}

/* Those without an argument. */
static error_t parse_flag(int key, struct options *o)
{
	switch (key) {
	case 'g':
		o->guard = true;
		break;
	case 'j':
		o->json = true;
		break;
	case 'v':
		o->verbose++;
		break;
	case OPT_HEAL:
		o->heal = true;
		break;
	case OPT_NO_MODULE_BTF:
		o->no_module_btf = true;
		break;
	case OPT_STAY_GUARD:
		o->guard = o->stay_guard = true;
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* Those of --rescue. */
static error_t parse_rescue(int key, char *arg, struct argp_state *state,
			    struct rescue_options *r)
{
	switch (key) {
	case OPT_RESCUE:
		r->dir = arg;
		break;
	case OPT_RESCUE_LIMIT:
		set_number(state, arg, "limit", RESCUE_MIB_MAX, &r->limit_mib);
		break;
	case OPT_RESCUE_RATE:
		set_number(state, arg, "rate", RATELIMIT_MAX, &r->rate);
		break;
	case OPT_RESCUE_RING:
		set_ring(state, arg, RESCUE_RING_MIN, &r->ring_kib);
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/*
 * A guard can heal once it watches: before, and if it stays one, it sees no
 * write call, and so no page stranded.
 */
static void check_together(struct argp_state *state, const struct options *o)
{
	if (o->guard && o->pid)
		argp_error(
			state,
			"a guard does not know whose write it was: leave out --guard or --pid");
	if (o->heal && !o->rescue.dir)
		argp_error(
			state,
			"only what is rescued is healed: name a folder by --rescue, or leave out --heal");
	if (o->heal && o->stay_guard)
		argp_error(
			state,
			"what stays a guard sees no page stranded: leave out --heal or --stay-guard");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct options *o = state->input;

	switch (key) {
	case 'm':
		o->mount = arg;
		break;
	case 'p':
		set_number(state, arg, "process id", INT_MAX, &o->pid);
		break;
	case 'd':
		if (seconds_parse(arg, &o->duration))
			argp_error(
				state,
				"duration '%s' is not a number of seconds above 0 and below ten years",
				arg);
		break;
	case OPT_RING:
		set_ring(state, arg, 4, &o->ring_kib);
		break;
	case OPT_HOOK:
		set_hook(state, arg, &o->hooks);
		break;
	case OPT_LIMIT:
		if (limit_parse(arg, &o->limit))
			argp_error(state, LIMIT_REFUSED, arg, RATELIMIT_MAX);
		break;
	case OPT_BTF:
		o->btf = arg;
		break;
	case OPT_TRACER:
		set_tracer(state, arg, o);
		break;
	case OPT_RUN_DIR:
		o->run_dir = arg;
		break;
	case OPT_WINDOWS:
		set_number(state, arg, "number of pages", WINDOWS_LIMIT,
			   &o->windows);
		break;
	case ARGP_KEY_ARG:
		argp_error(state, "'%s' is one argument too many", arg);
		break;
	case ARGP_KEY_END:
		check_together(state, o);
		break;
	default:
		return parse_rescue(key, arg, state, &o->rescue)
			       ? parse_flag(key, o)
			       : 0;
	}
	return 0;
}

const struct argp options_argp = {
	.options = table,
	.parser = parse,
	.doc = "Watch btrfs for buffered writes that get lost before they reach the disk.\v"
	       "Exit status: 0 none lost, 1 losses found, 2 usage, "
	       "3 could not answer, 4 no permission, 5 blind (evidence is missing).",
};

int options_parse(int argc, char **argv, struct options *options)
{
	return argp_parse(&options_argp, argc, argv, ARGP_IN_ORDER, NULL,
			  options)
		       ? -EINVAL
		       : 0;
}
