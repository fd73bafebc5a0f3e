/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <bpf/btf.h>
#include <cmocka.h>
#include <errno.h>

#include "check_rows.h"
#include "log.h"

/* ---- a kernel that is made up --------------------------------------- */

struct made {
	struct hook_kernel kernel;
	struct ksyms *ksyms;
	struct btf *btf;
};

static void add_types(struct btf *btf, const char *symbol)
{
	char name[128];
	int proto = btf__add_func_proto(btf, 0);

	assert_true(proto > 0);
	assert_true(btf__add_func(btf, symbol, BTF_FUNC_GLOBAL, proto) > 0);
	snprintf(name, sizeof(name), "bpf_iter_%s", symbol);
	assert_true(btf__add_func(btf, name, BTF_FUNC_GLOBAL, proto) > 0);
	snprintf(name, sizeof(name), "btf_trace_%s", symbol);
	assert_true(btf__add_typedef(btf, name, proto) > 0);
}

/*
 * It has all that roles are hooked at, but no BTF of `no_btf` and nothing at
 * all of `absent`. To be freed.
 */
static struct made made_kernel(const char *no_btf, const char *absent)
{
	struct made m = { .btf = btf__new_empty() };
	unsigned long address = 0xffffffff81000000;
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	assert_non_null(m.btf);
	assert_non_null(f);
	fprintf(f, "%lx T _text\n", address);
	for (unsigned int i = 0; i < hook_role_count; i++) {
		const char *symbol = hook_roles[i].variants[0].symbol;

		if (!strcmp(symbol, absent))
			continue;
		fprintf(f, "%lx t %s%s\n", address += 0x100, symbol,
			strstr(symbol, "btrfs") ? " [btrfs]" : "");
		if (strcmp(symbol, no_btf) != 0)
			add_types(m.btf, symbol);
	}
	fclose(f);
	f = fmemopen(text, len, "r");
	assert_non_null(f);
	assert_int_equal(ksyms_read(f, &m.ksyms), 0);
	fclose(f);
	free(text);
	m.kernel.vmlinux = m.btf;
	m.kernel.ksyms = m.ksyms;
	return m;
}

static void made_free(struct made *m)
{
	btf__free(m->btf);
	ksyms_free(m->ksyms);
}

static const struct check_row *row_named(const struct check_rows *rows,
					 const char *name)
{
	for (unsigned int i = 0; i < rows->count; i++)
		if (!strcmp(rows->rows[i].name, name))
			return &rows->rows[i];
	fail_msg("no row %s", name);
	return NULL;
}

static struct check_rows rows;

static void hooks_of(const char *no_btf, const char *absent)
{
	struct made m = made_kernel(no_btf, absent);

	rows.count = 0;
	check_hooks(&rows, &m.kernel);
	assert_int_equal(rows.count, hook_role_count);
	made_free(&m);
}

/* ---- hooks ---------------------------------------------------------- */

static void test_all_hooks(void **state)
{
	(void)state;
	hooks_of("", "");
	for (unsigned int i = 0; i < rows.count; i++) {
		const struct check_row *row = &rows.rows[i];
		const struct hook_variant *v = &hook_roles[i].variants[0];

		assert_int_equal(row->state, CHECK_OK);
		assert_int_equal(row->exit_code, 0);
		assert_string_equal(row->name, hook_roles[i].name);
		assert_string_equal(row->program, v->program);
		assert_string_equal(row->symbol, v->symbol);
		assert_non_null(strstr(row->found, v->symbol));
		assert_string_equal(row->remedy, "");
	}
}

static void test_essential_hook(void **state)
{
	const struct check_row *row;

	(void)state;
	hooks_of("folio_migrate_flags", "");
	row = row_named(&rows, "migration");
	assert_int_equal(row->state, CHECK_OK);
	assert_string_equal(row->program, "migrate_kprobe");
	hooks_of("", "folio_migrate_flags");
	row = row_named(&rows, "migration");
	assert_int_equal(row->state, CHECK_MISSING);
	assert_int_equal(row->exit_code, EXIT_NO_ANSWER);
	assert_null(row->program);
	assert_non_null(strstr(row->remedy, "nothing to hook for 'migration'"));
	assert_non_null(strstr(row->remedy, "man 8"));
	assert_string_equal(row->found,
			    "this kernel has no folio_migrate_flags");
}

/* What is there and cannot be hooked is missed; what is not there is not. */
static void test_optional_hook(void **state)
{
	const struct check_row *row;

	(void)state;
	hooks_of("vfs_copy_file_range", "do_clone_file_range");
	row = row_named(&rows, "inner clone return");
	assert_int_equal(row->state, CHECK_OK);
	assert_string_equal(row->found,
			    "this kernel has no do_clone_file_range");
	hooks_of("do_clone_file_range", "");
	row = row_named(&rows, "inner clone return");
	assert_int_equal(row->state, CHECK_DEGRADED);
	assert_int_equal(row->exit_code, EXIT_BLIND);
	assert_non_null(strstr(row->remedy, "without it nobody sees"));
	/* Symbols do not tell whether a tracepoint is there. */
	hooks_of("", "mm_filemap_add_to_page_cache");
	row = row_named(&rows, "stale read");
	assert_int_equal(row->state, CHECK_DEGRADED);
	assert_non_null(strstr(row->remedy, "lost pages"));
	assert_non_null(strstr(row->remedy, "man 8"));
	/* Functions of btrfs.ko would be there with its BTF. */
	hooks_of("btrfs_do_encoded_write", "");
	row = row_named(&rows, "encoded return");
	assert_int_equal(row->state, CHECK_DEGRADED);
	assert_non_null(strstr(row->remedy, "CONFIG_DEBUG_INFO_BTF_MODULES"));
}

static void test_hooks_unknown(void **state)
{
	(void)state;
	rows.count = 0;
	check_hooks(&rows, NULL);
	assert_int_equal(rows.count, hook_role_count);
	for (unsigned int i = 0; i < rows.count; i++) {
		assert_int_equal(rows.rows[i].state, CHECK_UNKNOWN);
		assert_int_equal(rows.rows[i].exit_code, EXIT_NO_ANSWER);
	}
}

/* ---- needs ---------------------------------------------------------- */

static void test_needs(void **state)
{
	struct system s = { .capabilities = ~0ULL,
			    .kernel_btf = true,
			    .bpf_loop = 1,
			    .ksyms_error = -EPERM,
			    .kptr_restrict = "2" };
	const struct check_row *row;

	(void)state;
	rows.count = 0;
	check_needs(&rows, &s);
	row = row_named(&rows, "CAP_BPF");
	assert_int_equal(row->state, CHECK_OK);
	assert_string_equal(row->remedy, "");
	row = row_named(&rows, "btrfs");
	assert_int_equal(row->state, CHECK_MISSING);
	assert_int_equal(row->exit_code, EXIT_NO_ANSWER);
	assert_string_equal(row->found, "not loaded");
	row = row_named(&rows, "kernel addresses");
	assert_int_equal(row->state, CHECK_MISSING);
	assert_int_equal(row->exit_code, EXIT_NO_PERMISSION);
	assert_string_equal(row->found, "kernel.kptr_restrict = 2");
	assert_non_null(strstr(row->remedy, "kernel.kptr_restrict to 0"));
	row = row_named(&rows, "lockdown");
	assert_int_equal(row->state, CHECK_UNKNOWN);
	assert_int_equal(row->exit_code, 0);
}

/* ---- the verdict ---------------------------------------------------- */

static void add(enum check_state state, int exit_code, const char *remedy)
{
	struct check_row *row = check_row_add(&rows, "need", "some");

	row->state = state;
	row->exit_code = exit_code;
	strcpy(row->remedy, remedy);
}

static void judged(int exit_code, const char *word, const char *remedy)
{
	struct check_verdict v;

	check_judge(&rows, &v);
	assert_int_equal(v.exit_code, exit_code);
	assert_string_equal(v.word, word);
	assert_string_equal(v.remedy, remedy);
}

/* Each one that is added decides more than all before. */
static void test_verdict(void **state)
{
	struct check_verdict v;

	(void)state;
	rows.count = 0;
	add(CHECK_OK, 0, "");
	add(CHECK_UNKNOWN, 0, "not told");
	judged(EXIT_NONE_LOST, "full", "");
	add(CHECK_VULNERABLE, EXIT_LOST, "mend btrfs");
	judged(EXIT_LOST, "vulnerable", "mend btrfs");
	add(CHECK_DEGRADED, EXIT_BLIND, "add a hook");
	judged(EXIT_BLIND, "blind", "add a hook");
	add(CHECK_UNKNOWN, EXIT_NO_ANSWER, "try it");
	judged(EXIT_NO_ANSWER, "unknown", "try it");
	add(CHECK_MISSING, EXIT_BLIND, "switch it on");
	judged(EXIT_BLIND, "none", "switch it on");
	/* `watch` stops at the first. */
	add(CHECK_MISSING, EXIT_NO_PERMISSION, "be root");
	add(CHECK_MISSING, EXIT_NO_ANSWER, "load it");
	judged(EXIT_BLIND, "none", "switch it on");
	check_judge(&rows, &v);
	assert_int_equal(v.states[CHECK_OK], 1);
	assert_int_equal(v.states[CHECK_UNKNOWN], 2);
	assert_int_equal(v.states[CHECK_MISSING], 3);
	assert_int_equal(v.states[CHECK_DEGRADED], 1);
	assert_int_equal(v.states[CHECK_VULNERABLE], 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_hooks),
		cmocka_unit_test(test_essential_hook),
		cmocka_unit_test(test_optional_hook),
		cmocka_unit_test(test_hooks_unknown),
		cmocka_unit_test(test_needs),
		cmocka_unit_test(test_verdict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
