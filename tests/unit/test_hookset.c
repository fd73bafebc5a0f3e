/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "hookset.h"
#include "record.h"
/* Needs the above. */
#include "dirtywatch.skel.h"

static const struct hook_variant *variant_of(const char *program)
{
	const struct hook_variant *found = NULL;

	for (unsigned int i = 0; i < hook_role_count; i++)
		for (int k = 0; k < VARIANTS_MAX; k++) {
			const struct hook_variant *v =
				&hook_roles[i].variants[k];

			if (!v->program || strcmp(v->program, program) != 0)
				continue;
			assert_null(found);
			found = v;
		}
	return found;
}

static void test_roles(void **state)
{
	(void)state;
	assert_true(hook_role_count > 0);
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];

		assert_non_null(role->name);
		assert_non_null(role->variants[0].program);
		/* An optional role must say what is missing without it. */
		assert_true(role->essential || role->without);
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(role->name, hook_roles[k].name);
	}
}

/* Each program of the object serves one role, and there are no others. */
static void test_programs(void **state)
{
	struct dirtywatch_bpf *skel = dirtywatch_bpf__open();
	unsigned int programs = 0, variants = 0;
	struct bpf_program *p;

	(void)state;
	assert_non_null(skel);
	bpf_object__for_each_program (p, skel->obj) {
		assert_non_null(variant_of(bpf_program__name(p)));
		programs++;
	}
	for (unsigned int i = 0; i < hook_role_count; i++)
		for (int k = 0; k < VARIANTS_MAX; k++)
			variants += hook_roles[i].variants[k].program != NULL;
	assert_int_equal(programs, variants);
	dirtywatch_bpf__destroy(skel);
}

static enum bpf_prog_type type_for(enum hook_need need)
{
	return need == NEED_SYMBOL || need == NEED_CALL_SITES
		       ? BPF_PROG_TYPE_KPROBE
		       : BPF_PROG_TYPE_TRACING;
}

/* What a variant is attached to is what its section names. */
static void test_sections(void **state)
{
	struct dirtywatch_bpf *skel = dirtywatch_bpf__open();
	struct bpf_program *p;

	(void)state;
	assert_non_null(skel);
	bpf_object__for_each_program (p, skel->obj) {
		const struct hook_variant *v = variant_of(bpf_program__name(p));
		const char *slash = strchr(bpf_program__section_name(p), '/');

		assert_non_null(v);
		assert_int_equal(bpf_program__type(p), type_for(v->need));
		if (slash)
			assert_string_equal(slash + 1, v->symbol);
	}
	dirtywatch_bpf__destroy(skel);
}

/* A kernel that has nothing gets nothing. */
static void test_no_choice(void **state)
{
	struct hook_kernel kernel = { 0 };
	struct ksyms *ksyms = NULL;
	char line[] = "1000 t some_function\n";
	FILE *in = fmemopen(line, strlen(line), "r");
	struct hook_choice choice;

	(void)state;
	assert_non_null(in);
	assert_int_equal(ksyms_read(in, &ksyms), 0);
	fclose(in);
	kernel.ksyms = ksyms;
	for (unsigned int i = 0; i < hook_role_count; i++) {
		hook_choose(&hook_roles[i], &kernel, &choice);
		assert_null(choice.variant);
	}
	ksyms_free(ksyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_no_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
