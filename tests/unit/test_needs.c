/* SPDX-License-Identifier: GPL-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cap-ng.h>
#include <cmocka.h>
#include <errno.h>

#include "log.h"
#include "needs.h"

/* A system that can be watched, with all its words told. */
static struct system good(void)
{
	return (struct system){
		.capabilities = ~0ULL,
		.lockdown = "none",
		.kernel_btf = true,
		.btrfs = BTRFS_MODULE,
		.module_btf = true,
		.bpf_loop = 1,
		.kptr_restrict = "0",
		.ftrace_enabled = "1",
		.kprobes_enabled = "1",
		.preempt = "voluntary",
	};
}

static char found[NEED_FOUND];

/*
 * How many needs are in that state; *last is one of them, and what it found
 * is in found[].
 */
static unsigned int count(const struct system *s, enum need_state state,
			  const struct need **last)
{
	unsigned int sum = 0;

	for (unsigned int i = 0; i < need_count; i++) {
		char text[NEED_FOUND] = "";

		if (needs[i].judge(&needs[i], s, text) != state)
			continue;
		*last = &needs[i];
		memcpy(found, text, sizeof(found));
		sum++;
	}
	return sum;
}

/* This one need, and no other, is in that state; all others are met. */
static void only(const struct system *s, enum need_state state,
		 const char *name, int exit_code, const char *remedy)
{
	const struct need *need = NULL, *other;

	assert_int_equal(count(s, state, &need), 1);
	assert_string_equal(need->name, name);
	assert_int_equal(need->exit_code, exit_code);
	assert_non_null(strstr(need->remedy, remedy));
	assert_int_equal(count(s, NEED_MET, &other), need_count - 1);
}

static void test_all_met(void **state)
{
	const struct need *last;
	struct system s = good();

	(void)state;
	assert_int_equal(count(&s, NEED_MET, &last), need_count);
	s.btrfs = BTRFS_BUILT_IN;
	s.module_btf = false;
	s.kcore_error = -EPERM;
	assert_int_equal(count(&s, NEED_MET, &last), need_count);
}

static void test_capabilities(void **state)
{
	static const struct {
		unsigned int number;
		const char *name, *remedy;
	} all[] = {
		{ CAP_SYSLOG, "CAP_SYSLOG", "CAP_SYSLOG to see" },
		{ CAP_SYS_ADMIN, "CAP_SYS_ADMIN", "CAP_SYS_ADMIN to read" },
	};
	const struct need *last;
	struct system s;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		s = good();
		s.capabilities &= ~(1ULL << all[i].number);
		only(&s, NEED_MISSING, all[i].name, EXIT_NO_PERMISSION,
		     all[i].remedy);
	}
	s = good();
	s.capabilities &= ~(1ULL << CAP_BPF | 1ULL << CAP_PERFMON);
	assert_int_equal(count(&s, NEED_MISSING, &last), 0);
	s.capabilities &= ~(1ULL << CAP_SYS_ADMIN);
	assert_int_equal(count(&s, NEED_MISSING, &last), 3);
	/* What only the privileged are told is not known, not missing. */
	assert_int_equal(count(&s, NEED_UNTOLD, &last), 1);
	assert_string_equal(last->name, "bpf_loop()");
}

static void test_missing(void **state)
{
	struct system s = good();

	(void)state;
	strcpy(s.lockdown, "confidentiality");
	only(&s, NEED_MISSING, "lockdown", EXIT_NO_PERMISSION,
	     "lockdown=confidentiality");
	strcpy(s.lockdown, "integrity");
	s.kernel_btf = false;
	only(&s, NEED_MISSING, "kernel BTF", EXIT_NO_ANSWER, "--btf");
	s.btf = "file";
	s.kernel_btf = true;
	only(&s, NEED_DEGRADED, "bpf_loop()", EXIT_BLIND, "legacy");
	s = good();
	s.btrfs = BTRFS_ABSENT;
	only(&s, NEED_MISSING, "btrfs", EXIT_NO_ANSWER, "modprobe btrfs");
	s = good();
	s.bpf_loop = 0;
	only(&s, NEED_DEGRADED, "bpf_loop()", EXIT_BLIND, "5.17");
}

static void test_symbols(void **state)
{
	const struct need *last;
	struct system s = good();

	(void)state;
	s.ksyms_error = -EPERM;
	only(&s, NEED_MISSING, "kernel addresses", EXIT_NO_PERMISSION,
	     "kernel.kptr_restrict to 0 or 1");
	s.ksyms_error = -EBADMSG;
	assert_int_equal(count(&s, NEED_MISSING, &last), 1);
	assert_string_equal(last->name, "kernel symbols");
	assert_string_equal(found, "malformed");
	assert_int_equal(last->exit_code, EXIT_NO_ANSWER);
	assert_int_equal(count(&s, NEED_UNTOLD, &last), 1);
	assert_string_equal(last->name, "kernel addresses");
}

/* Without BTF in btrfs.ko, and for the legacy tracer, code must be readable. */
static void test_code(void **state)
{
	struct system s = good();
	const struct need *last;

	(void)state;
	s.kcore_error = -EPERM;
	s.capabilities &= ~(1ULL << CAP_SYS_RAWIO);
	assert_int_equal(count(&s, NEED_MET, &last), need_count);
	s.module_btf = false;
	assert_int_equal(count(&s, NEED_MISSING, &last), 2);
	s.capabilities = ~0ULL;
	only(&s, NEED_MISSING, "/proc/kcore", EXIT_NO_ANSWER,
	     "CONFIG_PROC_KCORE");
	s.kcore_error = 0;
	assert_int_equal(count(&s, NEED_MET, &last), need_count);
	s.capabilities &= ~(1ULL << CAP_SYS_RAWIO);
	only(&s, NEED_MISSING, "CAP_SYS_RAWIO", EXIT_NO_PERMISSION, "root");
	s = good();
	s.btf = "file";
	s.kcore_error = -ENOENT;
	assert_int_equal(count(&s, NEED_MISSING, &last), 1);
	assert_string_equal(last->name, "/proc/kcore");
	s.btf = NULL;
	s.bpf_loop = 0;
	assert_int_equal(count(&s, NEED_MISSING, &last), 1);
	assert_string_equal(last->name, "/proc/kcore");
}

static void test_switched_off(void **state)
{
	struct system s = good();

	(void)state;
	strcpy(s.ftrace_enabled, "0");
	only(&s, NEED_MISSING, "function hooks", EXIT_BLIND,
	     "kernel.ftrace_enabled to 1");
	s = good();
	strcpy(s.kprobes_enabled, "0");
	only(&s, NEED_MISSING, "probes", EXIT_BLIND, "kprobes/enabled");
}

static void test_preemption(void **state)
{
	struct system s = good();
	const struct need *last;

	(void)state;
	strcpy(s.preempt, "full");
	only(&s, NEED_DEGRADED, "preemption", EXIT_BLIND, "preempt=full");
	strcpy(s.preempt, "lazy");
	assert_int_equal(count(&s, NEED_MET, &last), need_count);
}

/* A kernel without these switches and words is not thereby worse. */
static void test_untold(void **state)
{
	const struct need *last;
	struct system s = good();

	(void)state;
	s.lockdown[0] = s.preempt[0] = '\0';
	s.ftrace_enabled[0] = s.kprobes_enabled[0] = '\0';
	s.bpf_loop = -EOPNOTSUPP;
	assert_int_equal(count(&s, NEED_UNTOLD, &last), 5);
	assert_int_equal(count(&s, NEED_MET, &last), need_count - 5);
}

/* A sentence that says what to do, and the code of the state it stands for. */
static void test_rows(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < need_count; i++) {
		const struct need *n = &needs[i];

		assert_non_null(n->name);
		assert_non_null(strchr(n->remedy, ':'));
		assert_true(n->exit_code == EXIT_NO_ANSWER ||
			    n->exit_code == EXIT_NO_PERMISSION ||
			    n->exit_code == EXIT_BLIND);
		for (unsigned int k = 0; k < i; k++)
			assert_string_not_equal(n->name, needs[k].name);
	}
}

static void test_marked(void **state)
{
	char word[SYSTEM_WORD];
	char line[200];

	(void)state;
	system_marked("none [integrity] confidentiality", '[', ']', word);
	assert_string_equal(word, "integrity");
	system_marked("none voluntary (full)", '(', ')', word);
	assert_string_equal(word, "full");
	system_marked("none", '(', ')', word);
	assert_string_equal(word, "");
	system_marked("no (end", '(', ')', word);
	assert_string_equal(word, "");
	system_marked("]odd[", '[', ']', word);
	assert_string_equal(word, "");
	memset(line, 'x', sizeof(line));
	line[0] = '[';
	line[sizeof(line) - 2] = ']';
	line[sizeof(line) - 1] = '\0';
	system_marked(line, '[', ']', word);
	assert_int_equal(strlen(word), SYSTEM_WORD - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_met),
		cmocka_unit_test(test_capabilities),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_symbols),
		cmocka_unit_test(test_code),
		cmocka_unit_test(test_switched_off),
		cmocka_unit_test(test_preemption),
		cmocka_unit_test(test_untold),
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_marked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
