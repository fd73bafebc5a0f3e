// SPDX-License-Identifier: GPL-2.0
/* restore.c - see restore.h. */
#include <argp.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "intent.h"
#include "log.h"
#include "rescue_dir.h"
#include "rescue_file.h"
#include "resolve.h"
#include "restore.h"
#include "restore_print.h"

#define DONE_SUFFIX ".restored"

struct restore_options {
	const char *dir;
	char **files; /* NULL: all */
	int count;
	bool all;
	bool dry_run;
	bool force;
	bool json;
};

/* What is at hand for all pages. */
struct restore_run {
	const struct restore_options *o;
	struct restoring how;
	struct restore_printer printer;
	struct rescued rescued;
	struct restored restored;
	int dir;
	bool unmarked; /* something is done, and its name does not say so */
};

enum { OPT_FORCE = 256 };

static const struct argp_option table[] = {
	{ "all", 'a', NULL, 0, "Restore all that is in DIR", 0 },
	{ "dry-run", 'n', NULL, 0,
	  "Change nothing: show where the files differ now", 0 },
	{ "json", 'j', NULL, 0, "Print one JSON object a line", 0 },
	{ "force", OPT_FORCE, NULL, 0,
	  "Restore also what may have been written since", 1 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct restore_options *o = state->input;

	switch (key) {
	case 'a':
		o->all = true;
		break;
	case 'n':
		o->dry_run = true;
		break;
	case 'j':
		o->json = true;
		break;
	case OPT_FORCE:
		o->force = true;
		break;
	case ARGP_KEY_ARG:
		if (o->dir)
			return ARGP_ERR_UNKNOWN;
		o->dir = arg;
		break;
	case ARGP_KEY_ARGS:
		o->files = state->argv + state->next;
		o->count = state->argc - state->next;
		break;
	case ARGP_KEY_END:
		if (!o->dir)
			argp_error(state, "name the folder of --rescue");
		if (o->all && o->count)
			argp_error(state,
				   "files, or --all of them: leave one out");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

/* ---- what is there -------------------------------------------------- */

static bool ends_in(const char *name, const char *suffix)
{
	size_t len = strlen(name), tail = strlen(suffix);

	return len > tail && !strcmp(name + len - tail, suffix);
}

static int is_rescue(const struct dirent *e)
{
	return ends_in(e->d_name, RESCUE_SUFFIX);
}

/* One of the folder, and not of another one. */
static int check_names(const struct restore_options *o)
{
	for (int i = 0; i < o->count; i++) {
		if (!strchr(o->files[i], '/') &&
		    ends_in(o->files[i], RESCUE_SUFFIX))
			continue;
		complain("'%s' is no name of a file in '%s' that ends in %s",
			 o->files[i], o->dir, RESCUE_SUFFIX);
		return -1;
	}
	return 0;
}

/* Done, so that it is not done again: the name says so. */
static void mark_done(struct restore_run *run, const char *file)
{
	char name[NAME_MAX + 1];

	snprintf(name, sizeof(name), "%.*s" DONE_SUFFIX,
		 (int)(strlen(file) - strlen(RESCUE_SUFFIX)), file);
	/* One that is not there: a watch beside us has seen that all is well
	 * with the page now. */
	if ((!renameat(run->dir, file, run->dir, name) || errno == ENOENT) &&
	    !fsync(run->dir)) {
		intent_remove(run->dir, file);
		return;
	}
	complain(
		"'%s' is restored, but cannot be renamed: %s; it will be looked at again",
		file, strerror(errno));
	run->unmarked = true;
}

/* ---- one file ------------------------------------------------------- */

/* One that nobody named, and that a watch took away since the list was made. */
static bool is_gone(const struct restore_run *run, int err)
{
	return err == -ENOENT && !run->o->count;
}

static int list_one(struct restore_run *run, const char *file)
{
	int err = rescued_read(run->dir, file, &run->rescued);

	if (is_gone(run, err))
		return 0;
	if (err && err != -EBADMSG) {
		complain("cannot read '%s': %s; look at the folder", file,
			 strerror(-err));
		return -1;
	}
	if (err)
		run->printer.count[RESTORE_damaged]++;
	return restore_print_listed(&run->printer, file,
				    err ? NULL : &run->rescued);
}

static int restore_one(struct restore_run *run, const char *file)
{
	int err = rescued_read(run->dir, file, &run->rescued);
	struct restored *out = &run->restored;
	bool done;

	if (is_gone(run, err))
		return 0;
	if (err) {
		memset(out, 0, sizeof(*out));
		out->state = RESTORE_damaged;
		out->err = err == -EBADMSG ? 0 : -err;
	} else {
		run->how.file = file;
		restore_page(&run->how, &run->rescued, out);
	}
	done = !run->o->dry_run && (out->state == RESTORE_restored ||
				    out->state == RESTORE_already);
	if (restore_print_page(&run->printer, file, err ? NULL : &run->rescued,
			       out))
		return -1;
	if (done)
		mark_done(run, file);
	return 0;
}

/* ---- all of them ---------------------------------------------------- */

typedef int (*each_fn)(struct restore_run *run, const char *file);

static int each_named(struct restore_run *run, each_fn fn)
{
	int err = 0;

	for (int i = 0; !err && i < run->o->count; i++)
		err = fn(run, run->o->files[i]);
	return err;
}

/* In the order of their names. */
static int each_there(struct restore_run *run, each_fn fn)
{
	struct dirent **list;
	int n = scandirat(run->dir, ".", &list, is_rescue, alphasort);
	int err = 0;

	if (n < 0) {
		complain("cannot list '%s': %s; look at the folder",
			 run->o->dir, strerror(errno));
		return -1;
	}
	for (int i = 0; i < n; i++) {
		if (!err)
			err = fn(run, list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return err;
}

/* Is each page as it should be, or would be? */
static int exit_code_of(const struct restore_printer *p)
{
	for (int i = 0; i < RESTORE_MAX; i++)
		if (p->count[i] && i != RESTORE_restored &&
		    i != RESTORE_already && i != RESTORE_differs)
			return EXIT_LOST;
	return EXIT_NONE_LOST;
}

static int run_all(struct restore_run *run)
{
	bool act = run->o->all || run->o->count || run->o->dry_run;
	each_fn fn = act ? restore_one : list_one;
	int err = run->o->count ? each_named(run, fn) : each_there(run, fn);

	if (!err && act)
		err = restore_print_sums(&run->printer);
	return err || run->unmarked ? EXIT_NO_ANSWER
				    : exit_code_of(&run->printer);
}

static int restore(const struct restore_options *o)
{
	struct restore_run *run = calloc(1, sizeof(*run));
	int code = EXIT_NO_ANSWER;

	if (!run || resolver_new(NULL, &run->how.resolver)) {
		complain("cannot start: %s", strerror(errno));
		free(run);
		return EXIT_NO_ANSWER;
	}
	run->o = o;
	run->how.dry_run = o->dry_run;
	run->how.force = o->force;
	run->printer.json = o->json;
	run->printer.dry_run = o->dry_run;
	/* Who waits for a file that we have a lease on: it is let go soon. */
	signal(SIGIO, SIG_IGN);
	run->dir = rescue_dir_look(o->dir);
	run->how.dir = run->dir;
	if (run->dir >= 0) {
		code = run_all(run);
		close(run->dir);
	}
	resolver_free(run->how.resolver);
	free(run);
	return code;
}

int restore_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "DIR [FILE...]",
		.doc = "List what `watch --rescue=DIR` saved; with FILEs or --all, put it back where nobody has written since.\v"
		       "Exit status: 0 all is restored (or can be), 1 something is not, 2 usage, 3 could not answer.",
	};
	struct restore_options o = { 0 };

	if (argp_parse(&argp, argc, argv, 0, NULL, &o) || check_names(&o))
		return EXIT_USAGE;
	return restore(&o);
}
