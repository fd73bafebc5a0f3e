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

/* What the table says that a program is attached to. */
struct use {
	const struct hook_variant *variant;
	const char *symbol;
};

static struct use use_in(const struct hook_variant *v, const char *program)
{
	if (v->program && !strcmp(v->program, program))
		return (struct use){ v, v->symbol };
	for (int i = 0; v->program && i < ALSO_MAX && v->also[i].program; i++)
		if (!strcmp(v->also[i].program, program))
			return (struct use){ v, v->also[i].symbol };
	return (struct use){ NULL, NULL };
}

/* One variant has it, and no other. */
static struct use use_of(const char *program)
{
	struct use found = { NULL, NULL };

	for (unsigned int i = 0; i < hook_role_count; i++)
		for (int k = 0; k < VARIANTS_MAX; k++) {
			struct use use =
				use_in(&hook_roles[i].variants[k], program);

			if (!use.variant)
				continue;
			assert_null(found.variant);
			found = use;
		}
	return found;
}

static void test_roles(void **state)
{
	(void)state;
	assert_true(hook_role_count > 0 && hook_role_count <= HOOK_ROLES_MAX);
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const struct hook_role *role = &hook_roles[i];

		assert_non_null(role->name);
		assert_non_null(role->variants[0].program);
		/* An optional role must say what is missing without it. */
		assert_true(role->essential || role->without || role->even);
		for (int v = 0; v < VARIANTS_MAX && role->variants[v].program;
		     v++) {
			assert_non_null(role->variants[v].how);
			for (int w = 0; w < v; w++)
				assert_string_not_equal(role->variants[v].how,
							role->variants[w].how);
		}
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(role->name, hook_roles[k].name);
	}
}

/* Each program of the object serves one variant, and none is missing. */
static void test_programs(void **state)
{
	struct dirtywatch_bpf *skel = dirtywatch_bpf__open();
	struct bpf_program *p;

	(void)state;
	assert_non_null(skel);
	bpf_object__for_each_program (p, skel->obj)
		assert_non_null(use_of(bpf_program__name(p)).variant);
	for (unsigned int i = 0; i < hook_role_count; i++)
		for (int k = 0; k < VARIANTS_MAX; k++) {
			const struct hook_variant *v =
				&hook_roles[i].variants[k];

			if (!v->program)
				continue;
			assert_non_null(bpf_object__find_program_by_name(
				skel->obj, v->program));
			for (int n = 0; n < ALSO_MAX && v->also[n].program; n++)
				assert_non_null(
					bpf_object__find_program_by_name(
						skel->obj, v->also[n].program));
		}
	dirtywatch_bpf__destroy(skel);
}

static enum bpf_prog_type type_for(enum hook_need need)
{
	switch (need) {
	case NEED_SYMBOL:
	case NEED_CALL_SITES:
		return BPF_PROG_TYPE_KPROBE;
	case NEED_TRACEPOINT:
	case NEED_NOTHING:
		return BPF_PROG_TYPE_RAW_TRACEPOINT;
	default:
		return BPF_PROG_TYPE_TRACING;
	}
}

/* What a variant is attached to is what its section names, and how. */
static void test_sections(void **state)
{
	struct dirtywatch_bpf *skel = dirtywatch_bpf__open();
	struct bpf_program *p;

	(void)state;
	assert_non_null(skel);
	bpf_object__for_each_program (p, skel->obj) {
		const char *section = bpf_program__section_name(p);
		struct use use = use_of(bpf_program__name(p));
		const char *slash = strchr(section, '/');

		assert_non_null(use.variant);
		assert_int_equal(bpf_program__type(p),
				 type_for(use.variant->need));
		if (slash)
			assert_string_equal(slash + 1, use.symbol);
		/* The first program's: iterators and runs have other words. */
		if (slash &&
		    !strcmp(use.variant->program, bpf_program__name(p)) &&
		    use.variant->need != NEED_MAP_ITER)
			assert_memory_equal(section, use.variant->how,
					    (size_t)(slash - section));
	}
	dirtywatch_bpf__destroy(skel);
}

/* A kernel without BTF that has these symbols. */
static struct hook_kernel kernel_of(const char *lines)
{
	struct hook_kernel kernel = { 0 };
	FILE *in = fmemopen((char *)lines, strlen(lines), "r");
	struct ksyms *ksyms = NULL;

	assert_non_null(in);
	assert_int_equal(ksyms_read(in, &ksyms), 0);
	fclose(in);
	kernel.ksyms = ksyms;
	return kernel;
}

static const struct hook_role *role_of(const char *name)
{
	for (unsigned int i = 0; i < hook_role_count; i++)
		if (!strcmp(hook_roles[i].name, name))
			return &hook_roles[i];
	fail_msg("no role %s", name);
	return NULL;
}

/* A kernel that has nothing gets nothing but what needs nothing. */
static void test_no_choice(void **state)
{
	struct hook_kernel kernel = kernel_of("1000 t some_function\n");
	struct hook_choice choice;

	(void)state;
	for (unsigned int i = 0; i < hook_role_count; i++) {
		hook_choose(&hook_roles[i], &kernel, &choice);
		if (choice.variant)
			assert_int_equal(choice.variant->need, NEED_NOTHING);
	}
	ksyms_free((struct ksyms *)kernel.ksyms);
}

#define DROP                                                                   \
	"1000 T __filemap_remove_folio\n"                                      \
	"2000 T delete_from_page_cache_batch\n"
#define TRACEPOINT "5000 T __traceiter_mm_filemap_delete_from_page_cache\n"

/* By symbols alone: each variant in its turn, with all of its programs. */
static void test_choice(void **state)
{
	struct hook_kernel kernel =
		kernel_of(DROP "3000 T filemap_remove_folio\n" TRACEPOINT);
	struct hook_kernel less = kernel_of(DROP);
	struct hook_kernel half = kernel_of("1000 T __filemap_remove_folio\n");
	const struct hook_role *drop = role_of("drop");
	struct hook_choice c;

	(void)state;
	hook_choose(drop, &kernel, &c);
	assert_string_equal(c.variant->how, "raw_tp");
	assert_int_equal(c.point_count, 1);
	hook_choose_among(drop, &kernel, 2, &c);
	assert_string_equal(c.variant->how, "kprobe");
	assert_int_equal(c.point_count, 3);
	assert_string_equal(c.points[1].program, "drop_batch_kprobe");
	assert_int_equal(c.points[1].address, 0x2000);
	assert_int_equal(c.points[2].address, 0x3000);
	hook_choose_among(drop, &kernel, 6, &c);
	assert_null(c.variant);
	assert_int_equal(c.point_count, 0);
	/* One may be missing, the other may not. */
	hook_choose(drop, &less, &c);
	assert_int_equal(c.point_count, 2);
	hook_choose(drop, &half, &c);
	assert_null(c.variant);
	assert_true(hook_exists(role_of("clean"), &kernel) == false);
	ksyms_free((struct ksyms *)kernel.ksyms);
	ksyms_free((struct ksyms *)less.ksyms);
	ksyms_free((struct ksyms *)half.ksyms);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_programs),
		cmocka_unit_test(test_sections),
		cmocka_unit_test(test_no_choice),
		cmocka_unit_test(test_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
