// SPDX-License-Identifier: GPL-2.0
/*
 * module_verdict.c - a walk over the calls of btrfs's buffered write, breadth
 * first, so that the path shown is a shortest one. What it does not enter are
 * functions that clean pages of metadata, of the free-space cache, or for
 * writeback: a write can come to those by reserving space or by committing a
 * transaction, and they have nothing to do with the pages that it writes to.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "module_calls.h"
#include "module_verdict.h"

/* Deeper than this the page that is cleaned is hardly the write's own. */
#define DEPTH_MAX 5

/* Code that is read at most; a whole btrfs has 2 MiB, hostile files overlap. */
#define CODE_MAX (64UL << 20)

static const char *const roots[] = { "btrfs_buffered_write",
				     "__btrfs_buffered_write" };

static const char *const cleaners[] = {
	"folio_clear_dirty_for_io",
	"clear_page_dirty_for_io",
	"__folio_cancel_dirty",
	"__cancel_dirty_page",
};

static const char *const copiers[] = {
	"copy_folio_from_iter_atomic",
	"copy_page_from_iter_atomic",
	"iov_iter_copy_from_user_atomic",
};

static const char *const not_entered[] = {
	/* metadata */
	"btrfs_search_slot",
	"btrfs_clean_tree_block",
	"clean_tree_block",
	"btrfs_clear_buffer_dirty",
	"clear_extent_buffer_dirty",
	"btrfs_free_tree_block",
	"btrfs_del_items",
	"btrfs_cow_block",
	/* transactions, and the free-space cache that they write */
	"start_transaction",
	"btrfs_record_root_in_trans",
	"btrfs_commit_transaction",
	"btrfs_run_delayed_refs",
	"btrfs_reserve_metadata_bytes",
	"btrfs_start_dirty_block_groups",
	"btrfs_write_out_cache",
	"__btrfs_write_out_cache",
	/* writeback */
	"btrfs_writepages",
	"extent_writepages",
	"extent_write_cache_pages",
	"extent_write_full_page",
	"extent_write_locked_range",
	"write_one_eb",
	"btree_writepages",
	/* growing a file cuts its last page first; truncation */
	"btrfs_cont_expand",
	"btrfs_truncate_block",
	"btrfs_invalidate_folio",
	"btrfs_invalidatepage",
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))
#define IS_ONE_OF(name, list) is_one_of(name, list, COUNT(list))

struct walk {
	struct module_image *image;
	struct module_function **queue; /* all that were reached */
	size_t head, tail;
	size_t code; /* bytes read */
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

static bool is_one_of(const char *name, const char *const *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (module_function_is(name, list[i]))
			return true;
	return false;
}

static void reach(struct walk *w, struct module_function *f,
		  const struct module_function *by, uint64_t at)
{
	if (f->seen)
		return;
	f->seen = true;
	f->by = by;
	f->at = at;
	w->queue[w->tail++] = f;
}

static unsigned int depth_of(const struct module_function *f)
{
	unsigned int depth = 1;

	for (; f->by; f = f->by)
		depth++;
	return depth;
}

static void note_clean(struct walk *w, const struct module_function *by,
		       const struct module_call *call, const char *name)
{
	struct module_verdict *v = w->verdict;
	unsigned int depth = depth_of(by);

	v->clean = name;
	v->offset = call->offset;
	v->depth = depth;
	for (; by; by = by->by)
		if (--depth < MODULE_PATH_MAX)
			v->path[depth] = by->name;
}

static int on_call(const struct module_call *call, void *arg)
{
	struct walk *w = arg;
	const struct module_function *by = w->queue[w->head];
	const char *name = call->to ? call->to->name : call->name;

	if (!w->verdict->copy && IS_ONE_OF(name, copiers))
		w->verdict->copy = name;
	if (IS_ONE_OF(name, cleaners)) {
		if (!w->verdict->clean)
			note_clean(w, by, call, name);
		return 0;
	}
	if (call->to && !IS_ONE_OF(name, not_entered))
		reach(w, call->to, by, call->offset);
	return 0;
}

static int walk(struct walk *w)
{
	int err = 0;

	for (; w->head < w->tail && err != -ENOMEM; w->head++) {
		const struct module_function *f = w->queue[w->head];

		w->code += f->size;
		err = w->code > CODE_MAX
			      ? -EBADMSG
			      : module_calls_each(w->image, f, on_call, w);
		if (err == -EBADMSG && !w->verdict->undecoded)
			w->verdict->undecoded = f->name;
		w->verdict->functions++;
	}
	return err == -ENOMEM ? err : 0;
}

static struct module_function *find_root(const struct module_image *image)
{
	for (size_t i = 0; i < COUNT(roots); i++) {
		struct module_function *f =
			module_function_named(image, roots[i]);

		if (f)
			return f;
	}
	return NULL;
}

static void decide(struct module_verdict *v)
{
	v->class = MODULE_UNKNOWN;
	if (v->clean && v->depth <= DEPTH_MAX) {
		v->class = MODULE_VULNERABLE;
		v->why = "its buffered write cleans pages before it copies";
	} else if (v->clean) {
		v->why = "a page is cleaned far below its buffered write";
	} else if (v->undecoded) {
		v->why = "a function could not be read";
	} else if (!v->copy) {
		v->why = "the copy of the user's data was not found";
	} else {
		v->class = MODULE_FIXED;
		v->why = "its buffered write cleans no page";
	}
}

void module_judge(struct module_image *image, struct module_verdict *verdict)
{
	struct module_function *root = find_root(image);
	struct walk w = { .image = image, .verdict = verdict };

	*verdict = (struct module_verdict){ .why = "out of memory" };
	if (!root) {
		verdict->why = "it has no btrfs_buffered_write";
		return;
	}
	w.queue =
		calloc(image->function_count, sizeof(struct module_function *));
	if (!w.queue)
		return;
	reach(&w, root, NULL, 0);
	if (!walk(&w))
		decide(verdict);
	free(w.queue);
}
