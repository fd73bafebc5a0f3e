// SPDX-License-Identifier: GPL-2.0
/*
 * module_verdict.c - a walk over the calls of btrfs's buffered write, breadth
 * first, so that the path shown is a shortest one. What a write goes to for
 * room or for a transaction is walked last: a clean that is found only there
 * may be one of other pages.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module_calls.h"
#include "module_lookup.h"
#include "module_names.h"
#include "module_scope.h"
#include "module_verdict.h"

/* Deeper than this the page that is cleaned is hardly the write's own. */
#define DEPTH_MAX 12

/* Code that is read at most; a whole btrfs has 2 MiB, hostile files overlap. */
#define CODE_MAX (64UL << 20)

/* Pointers in data that are looked at. */
#define POINTERS_MAX (1UL << 20)

/* The order of the walk, and the queues. */
enum phase { SURE, DOUBTFUL, PHASES };

struct queue {
	struct module_function **functions;
	size_t head, tail;
};

struct walk {
	struct module_image *image;
	struct module_scope scope;
	struct queue queue[PHASES];
	enum phase phase;
	struct module_function *at;    /* whose calls are read */
	struct module_function **cold; /* what compilers put aside */
	size_t cold_count;
	size_t code, pointers; /* that may still be read */
	bool follow;	       /* a callee of `at` calls indirectly */
	struct module_verdict *verdict;
};

const char *module_class_word(enum module_class class)
{
	static const char *const words[] = {
		[MODULE_UNKNOWN] = "unknown",
		[MODULE_FIXED] = "fixed",
		[MODULE_VULNERABLE] = "vulnerable",
	};

	return words[class];
}

static void reach(struct walk *w, struct module_function *f, enum phase phase,
		  const struct module_function *by, uint64_t at)
{
	struct queue *q = &w->queue[phase];

	if (f->seen || (phase == DOUBTFUL && f->doubtful))
		return;
	if (phase == DOUBTFUL)
		f->doubtful = true;
	else
		f->seen = true;
	f->by = by;
	f->at = at;
	q->functions[q->tail++] = f;
}

static unsigned int depth_of(const struct module_function *f)
{
	unsigned int depth = 1;

	for (; f->by; f = f->by)
		depth++;
	return depth;
}

static void note_clean(struct walk *w, const struct module_call *call,
		       const char *name)
{
	struct module_verdict *v = w->verdict;
	const struct module_function *by = w->at;
	unsigned int depth = depth_of(by);

	if (v->clean)
		return;
	v->clean = name;
	v->offset = call->offset;
	v->pointer = call->pointer;
	v->sure = w->phase == SURE;
	v->depth = depth;
	for (; by; by = by->by)
		if (--depth < MODULE_PATH_MAX)
			v->path[depth] = by->name;
}

/* Functions that were merged have several names: the least excused one. */
static enum module_role role_of(const struct walk *w,
				const struct module_call *call)
{
	const struct module_image *image = w->image;
	const struct module_function *f = call->to;
	enum module_role role, least = MODULE_DOUBTFUL;

	if (!f)
		return module_role_of(call->name);
	while (f > image->functions && f[-1].section == f->section &&
	       f[-1].from == f->from)
		f--;
	for (; f < image->functions + image->function_count &&
	       f->section == call->to->section && f->from == call->to->from;
	     f++) {
		role = module_role_of(f->name);
		if (role < least)
			least = role;
	}
	return least;
}

static int on_call(const struct module_call *call, void *arg)
{
	struct walk *w = arg;
	enum module_role role = role_of(w, call);
	const char *name = call->to ? call->to->name : call->name;
	enum phase phase = w->phase;

	if (role == MODULE_CLEANER)
		note_clean(w, call, name);
	else if (role == MODULE_COPIER && !w->verdict->copy)
		w->verdict->copy = name;
	if ((role != MODULE_PLAIN && role != MODULE_DOUBTFUL) || !call->to ||
	    !module_scope_has(&w->scope, call->to))
		return 0;
	if (role == MODULE_DOUBTFUL || !strcmp(name, MODULE_UNNAMED))
		phase = DOUBTFUL;
	reach(w, call->to, phase, w->at, call->offset);
	return 0;
}

static int ignore(const struct module_call *call, void *arg)
{
	(void)call, (void)arg;
	return 0;
}

/* Does what is called here call indirectly? */
static int on_callee(const struct module_call *call, void *arg)
{
	struct walk *w = arg;

	if (!call->to || w->follow || call->to == w->at)
		return 0;
	w->code -= call->to->size < w->code ? call->to->size : w->code;
	if (!w->code)
		return -EBADMSG;
	module_calls_each(w->image, call->to, ignore, NULL);
	w->follow = call->to->indirect;
	return 0;
}

/* The address of a cleaning function is taken for one thing only. */
static int on_cleaner(const struct module_call *call, void *arg)
{
	struct walk *w = arg;

	if (role_of(w, call) == MODULE_CLEANER)
		note_clean(w, call, call->to ? call->to->name : call->name);
	return 0;
}

/*
 * A pointer to a function is followed where it may be called: here, or in a
 * function that it may be handed to.
 */
static int walk_pointers(struct walk *w)
{
	struct module_function *f = w->at;
	int err = 0;

	w->follow = f->indirect;
	if (!w->follow)
		err = module_calls_each(w->image, f, on_callee, w);
	if (err)
		return err;
	return module_pointers_each(w->image, f, &w->pointers,
				    w->follow ? on_call : on_cleaner, w);
}

static void reach_cold(struct walk *w)
{
	for (size_t i = 0; i < w->cold_count; i++)
		if (module_function_is_cold_of(w->cold[i]->name, w->at->name))
			reach(w, w->cold[i], w->phase, w->at, 0);
}

static int walk_function(struct walk *w)
{
	int err = -EBADMSG;

	if (w->at->size <= w->code) {
		w->code -= w->at->size;
		err = module_calls_each(w->image, w->at, on_call, w);
	}
	if (!err)
		err = walk_pointers(w);
	if (!err)
		reach_cold(w);
	w->verdict->functions++;
	if (err == -EBADMSG && !w->verdict->undecoded)
		w->verdict->undecoded = w->at->name;
	return err == -EBADMSG ? 0 : err;
}

static int walk(struct walk *w)
{
	int err = 0;

	for (w->phase = SURE; w->phase < PHASES; w->phase++) {
		struct queue *q = &w->queue[w->phase];

		while (!err && q->head < q->tail) {
			w->at = q->functions[q->head++];
			if (w->phase == DOUBTFUL && w->at->seen)
				continue;
			w->at->seen = true;
			err = walk_function(w);
		}
	}
	return err;
}

/* Puts all that have a name of the list to be walked first. */
static struct module_function *begin(struct walk *w, const char *const *names)
{
	struct module_function *found = NULL;

	for (; *names; names++)
		for (size_t i = 0; i < w->image->function_count; i++) {
			struct module_function *f = &w->image->functions[i];

			if (!module_function_is(f->name, *names))
				continue;
			reach(w, f, SURE, NULL, 0);
			found = f;
		}
	return found;
}

static bool crosses_unnamed(const struct module_verdict *v)
{
	for (unsigned int i = 0; i < v->depth && i < MODULE_PATH_MAX; i++)
		if (!strcmp(v->path[i], MODULE_UNNAMED))
			return true;
	return false;
}

static void decide(struct module_verdict *v)
{
	v->class = MODULE_UNKNOWN;
	if (v->clean && v->sure && v->depth <= DEPTH_MAX) {
		v->class = MODULE_VULNERABLE;
		v->why = "its buffered write cleans pages before it copies";
	} else if (v->clean && crosses_unnamed(v)) {
		v->why =
			"part of its symbols are stripped; give the file that the package installs";
	} else if (v->clean) {
		v->why =
			v->sure ? "a page is cleaned far below its buffered write"
				: "a page is cleaned where its buffered write goes for room, perhaps one of its own";
	} else if (v->undecoded) {
		v->why = "a function could not be read";
	} else if (!v->copy) {
		v->why = "the copy of the user's data was not found";
	} else {
		v->class = MODULE_FIXED;
		v->why = "its buffered write cleans no page";
	}
}

static void find_cold(struct walk *w)
{
	for (size_t i = 0; i < w->image->function_count; i++)
		if (strstr(w->image->functions[i].name, ".cold"))
			w->cold[w->cold_count++] = &w->image->functions[i];
}

static void judge(struct walk *w)
{
	struct module_function *root = begin(w, module_writes);

	if (!root)
		root = begin(w, module_write_callers);
	if (!root)
		w->verdict->why = "it has no btrfs_buffered_write";
	else if (module_scope_find(w->image, root, &w->scope))
		w->verdict->why =
			"btrfs's code cannot be told from the kernel's in it";
	else if (!walk(w))
		decide(w->verdict);
}

void module_judge(struct module_image *image, struct module_verdict *verdict)
{
	struct walk w = { .image = image,
			  .code = CODE_MAX,
			  .pointers = POINTERS_MAX,
			  .verdict = verdict };
	size_t count = image->function_count;
	struct module_function **room =
		calloc(count, (PHASES + 1) * sizeof(struct module_function *));

	*verdict = (struct module_verdict){ .why = "out of memory" };
	if (!room)
		return;
	w.queue[SURE].functions = room;
	w.queue[DOUBTFUL].functions = room + count;
	w.cold = room + PHASES * count;
	find_cold(&w);
	judge(&w);
	free(room);
}
