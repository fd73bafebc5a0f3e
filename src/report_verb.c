// SPDX-License-Identifier: GPL-2.0
/* report_verb.c - see report_verb.h. */
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "log.h"
#include "now.h"
#include "report_output.h"
#include "report_recording.h"
#include "report_store.h"
#include "report_verb.h"
#include "when.h"

struct verb_options {
	struct store_question store;
	struct recording_question recording;
	const char **paths;
	size_t path_count;
	const char *for_stores;	    /* an option that is for these only */
	const char *for_recordings; /* the same */
};

enum long_option {
	OPT_BY = 256,
	OPT_CLASS,
	OPT_HTML,
	OPT_SINCE,
	OPT_UNTIL,
};

static const struct argp_option table[] = {
	{ "bug", 'b', "ID", 0,
	  "Describe the finding whose id is ID, or begins so, for a bug report; of a recording",
	  0 },
	{ "by", OPT_BY, "WHAT", 0,
	  "Add up by file, writer, dropper or host instead of a list; of stores",
	  0 },
	{ "class", OPT_CLASS, "CLASS", 0,
	  "Only findings of this class, or of several with commas between: lost, stranded, near-miss, superseded, pending, void, evicted-dirty, unexplained; of stores",
	  0 },
	{ "html", OPT_HTML, NULL, 0, "Write a page to look at; of stores", 0 },
	{ "json", 'j', NULL, 0, "One JSON object a line; of stores", 0 },
	{ "output", 'o', "FILE", 0, "Write into the new file FILE", 0 },
	{ "partial", 'p', NULL, 0,
	  "Say what there is of a recording without an end, as blind", 0 },
	{ "since", OPT_SINCE, "TIME", 0,
	  "From TIME on: a date, a time as in RFC 3339, or an age as '2h' or '3 days ago'; of stores",
	  0 },
	{ "until", OPT_UNTIL, "TIME", 0, "Up to TIME; of stores", 0 },
	{ "verbose", 'v', NULL, 0,
	  "Show void and pending drops and own retries too", 0 },
	{ 0 },
};

static enum tally_by by_of(const char *word)
{
	enum tally_by by = 0;

	while (by < BY_MAX && strcmp(word, tally_by_words[by]) != 0)
		by++;
	return by;
}

/* Words with commas between, as bits. A word that is none: 0. */
static uint32_t classes_of(char *words)
{
	uint32_t classes = 0;
	char *state = NULL;

	for (char *word = strtok_r(words, ",", &state); word;
	     word = strtok_r(NULL, ",", &state)) {
		enum finding_class c = stored_class(word);

		if (c == FINDING_CLASS_MAX || c == FINDING_STALE_READ)
			return 0;
		classes |= 1U << c;
	}
	return classes;
}

static error_t add_path(struct verb_options *o, const char *path)
{
	const char **all =
		reallocarray(o->paths, o->path_count + 1, sizeof(*all));

	if (!all)
		return ENOMEM;
	o->paths = all;
	o->paths[o->path_count++] = path;
	return 0;
}

/* The options that stores have. */
static error_t parse_store(int key, char *arg, struct argp_state *state)
{
	struct verb_options *o = state->input;
	struct store_question *q = &o->store;
	uint32_t classes;

	switch (key) {
	case OPT_BY:
		q->by = by_of(arg);
		if (q->by == BY_MAX)
			argp_error(
				state,
				"there are sums by file, writer, dropper and host, not by '%s'",
				arg);
		o->for_stores = "--by";
		break;
	case OPT_CLASS:
		classes = classes_of(arg);
		if (!classes)
			argp_error(state, "there is no such class of findings");
		q->classes |= classes;
		o->for_stores = "--class";
		break;
	case OPT_HTML:
		q->html = true;
		o->for_stores = "--html";
		break;
	case 'j':
		q->json = true;
		o->for_stores = "--json";
		break;
	case OPT_SINCE:
	case OPT_UNTIL:
		o->for_stores = key == OPT_SINCE ? "--since" : "--until";
		if (when_parse(arg, q->now_ns,
			       key == OPT_SINCE ? &q->since_ns : &q->until_ns))
			argp_error(state, "'%s' is no time: see %s", arg,
				   "btrfs-dirtywatch-report(8)");
		break;
	default:
		return ARGP_ERR_UNKNOWN;
	}
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct verb_options *o = state->input;

	switch (key) {
	case 'b':
		if (!*arg)
			argp_error(state, "an id is not empty");
		o->recording.bug = arg;
		o->for_recordings = "--bug";
		break;
	case 'o':
		o->recording.output = arg;
		break;
	case 'p':
		o->recording.partial = true;
		o->for_recordings = "--partial";
		break;
	case 'v':
		o->recording.verbose++;
		o->store.verbose++;
		break;
	case ARGP_KEY_ARG:
		return add_path(o, arg);
	case ARGP_KEY_END:
		if (o->store.json && o->store.html)
			argp_error(state, "--json and --html are two answers");
		if (o->store.since_ns >= o->store.until_ns)
			argp_error(state, "--since is not before --until");
		break;
	default:
		return parse_store(key, arg, state);
	}
	return 0;
}

static int of_stores(struct verb_options *o)
{
	FILE *out;

	if (o->for_recordings) {
		complain(
			"%s needs a recording, and this is a store; 'btrfs-dirtywatch record' makes one",
			o->for_recordings);
		return EXIT_USAGE;
	}
	out = report_output(o->recording.output);
	if (!out)
		return EXIT_NO_ANSWER;
	o->store.paths = o->paths;
	o->store.path_count = o->path_count;
	return report_output_close(o->recording.output, out,
				   report_store(&o->store, out));
}

static int of_recording(struct verb_options *o)
{
	if (o->path_count > 1) {
		complain(
			"'%s' is no store, and only stores can be merged; name one recording",
			o->recording.path);
		return EXIT_USAGE;
	}
	if (o->for_stores) {
		complain(
			"%s needs a store, and this is a recording; 'btrfs-dirtywatch replay' has more",
			o->for_stores);
		return EXIT_USAGE;
	}
	return report_recording(&o->recording);
}

/* The first that is no store; NULL: all are. */
static const char *no_store(const struct verb_options *o)
{
	for (size_t i = 0; i < o->path_count; i++)
		if (!stored_is(o->paths[i]))
			return o->paths[i];
	return NULL;
}

static int run(struct verb_options *o)
{
	bool named = o->path_count > 0;

	if (!named && add_path(o, STORED_DEFAULT)) {
		complain("out of memory; end other programs and try again");
		return EXIT_NO_ANSWER;
	}
	/* What is to be the default store is one, or cannot be opened. */
	o->recording.path = named ? no_store(o) : NULL;
	return o->recording.path ? of_recording(o) : of_stores(o);
}

int report_main(int argc, char **argv)
{
	static const struct argp argp = {
		.options = table,
		.parser = parse,
		.args_doc = "[FILE...]",
		.doc = "List the findings of a recording (- for standard input), or of one or several stores; "
		       "without a FILE, of this machine's store.\v"
		       "Exit status, by what is shown: 0 none lost, 1 losses found, 2 usage, "
		       "3 could not answer, 5 blind (evidence is missing).",
	};
	struct verb_options o = {
		.store = { .until_ns = INT64_MAX, .by = BY_MAX },
	};
	int code = EXIT_USAGE;

	o.store.now_ns = wall_ns();
	if (!argp_parse(&argp, argc, argv, 0, NULL, &o))
		code = run(&o);
	free(o.paths);
	return code;
}
