// SPDX-License-Identifier: GPL-2.0
/* check_system.c - see check_system.h. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check_module.h"
#include "check_print.h"
#include "check_rows.h"
#include "check_system.h"
#include "log.h"
#include "options.h"
#include "tracer.h"

static int ignore(void *arg, const void *data, size_t size)
{
	(void)arg;
	(void)data;
	(void)size;
	return 0;
}

/* Attaches all of them, those too that `watch` attaches later. */
static struct tracer *try_tracer(const struct system *system, int *code)
{
	const struct options defaults = OPTIONS_DEFAULT;
	const struct tracer_options options = {
		.btf = system->btf,
		.ring_bytes = defaults.ring_kib * 1024,
	};
	struct tracer *tracer;
	int err;

	tracer = tracer_new(&options, system->ksyms, ignore, NULL, code);
	err = tracer ? tracer_follow(tracer, true) : 0;
	/* A kernel without that hook has a row that says so. */
	if (!err || err == -ENOENT)
		return tracer;
	complain("cannot hook who reads pages: %s", strerror(-err));
	tracer_free(tracer);
	*code = EXIT_NO_ANSWER;
	return NULL;
}

static struct check_row *hook_row(struct check_rows *rows, const char *role)
{
	for (unsigned int i = 0; i < rows->count; i++)
		if (!strcmp(rows->rows[i].kind, "hook") &&
		    !strcmp(rows->rows[i].name, role))
			return &rows->rows[i];
	return check_row_add(rows, "hook", role);
}

/* What the tracer took in the end is what `watch` would take. */
static void note_programs(struct check_rows *rows, const struct tracer *tracer)
{
	const char *role, *program;

	for (unsigned int i = 0; (role = tracer_role(tracer, i, &program));
	     i++) {
		struct check_row *row;

		row = hook_row(rows, role);
		if (program ? row->program && !strcmp(program, row->program)
			    : !row->program)
			continue;
		row->program = program;
		row->symbol = NULL;
		check_say(row->found, "%s", program ? program : "none taken");
	}
}

static void load_programs(struct check_rows *rows, const struct system *system)
{
	struct check_row *row = check_row_add(rows, "load", "programs");
	FILE *to = fmemopen(row->remedy, CHECK_TEXT, "w");
	struct tracer *tracer;

	log_divert(to);
	tracer = try_tracer(system, &row->exit_code);
	log_divert(NULL);
	if (to)
		fclose(to);
	if (tracer) {
		row->exit_code = 0;
		note_programs(rows, tracer);
		check_say(row->found, "the kernel took and attached them");
		tracer_free(tracer);
	} else {
		row->state = CHECK_MISSING;
		check_say(row->found, "the kernel refuses them");
	}
}

static void skip_programs(struct check_rows *rows, const char *remedy)
{
	struct check_row *row = check_row_add(rows, "load", "programs");

	row->state = CHECK_UNKNOWN;
	row->exit_code = EXIT_NO_ANSWER;
	check_say(row->found, "not tried");
	check_say(row->remedy, "%s", remedy);
}

static void check_btrfs(struct check_rows *rows)
{
	struct check_row *row = check_row_add(rows, "module", "btrfs.ko");
	FILE *to = fmemopen(row->found, CHECK_TEXT, "w");
	enum module_class class;
	const char *why;

	log_divert(to);
	class = check_module_running(&why);
	log_divert(NULL);
	if (to)
		fclose(to);
	if (why)
		check_say(row->found, "%s: %s", module_class_word(class), why);
	if (class == MODULE_UNKNOWN) {
		row->state = CHECK_UNKNOWN;
		check_say(
			row->remedy,
			"'btrfs-dirtywatch check --module FILE' judges a file");
	} else if (class == MODULE_VULNERABLE) {
		row->state = CHECK_VULNERABLE;
		row->exit_code = EXIT_LOST;
		check_say(
			row->remedy,
			"change to a kernel with the fix; until then any write over data that is still dirty can be lost");
	}
}

static void fill(struct check_rows *rows, const struct system *system,
		 bool no_load)
{
	struct hook_kernel kernel;
	struct check_verdict so_far;
	/* Its hooks are those that the trial took. */
	bool legacy = system->btf || !system->bpf_loop;
	bool known = system->ksyms && !legacy &&
		     !hook_kernel_read(&kernel, system->ksyms, false);

	check_say(check_row_add(rows, "system", "kernel")->found, "%s",
		  system->release);
	check_needs(rows, system);
	if (!legacy)
		check_hooks(rows, known ? &kernel : NULL);
	if (known)
		hook_kernel_free(&kernel);
	check_judge(rows, &so_far);
	if (no_load)
		skip_programs(
			rows,
			"leave out --no-load: only a trial proves that the kernel takes them");
	else if (so_far.states[CHECK_MISSING] || !(known || legacy))
		skip_programs(rows, "mend what is missing above first");
	else
		load_programs(rows, system);
	check_btrfs(rows);
}

int check_system(enum check_form form, bool no_load, const char *btf)
{
	struct check_rows *rows = calloc(1, sizeof(*rows));
	struct check_verdict verdict;
	struct system system;
	int code;

	if (!rows) {
		complain("out of memory");
		return EXIT_NO_ANSWER;
	}
	system_read(&system, btf);
	fill(rows, &system, no_load);
	check_judge(rows, &verdict);
	code = check_print(form, rows, &verdict);
	system_free(&system);
	free(rows);
	return code;
}
