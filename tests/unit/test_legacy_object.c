// SPDX-License-Identifier: GPL-2.0
/*
 * test_legacy_object.c - what kernels of 4.7 ask of a program, checked on the
 * object that is built in: no kernel of that age need be at hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <bpf/libbpf.h>
#include <linux/bpf.h>

#include "legacy/sighting.h"
#include "legacy.skel.h"

#define INSTRUCTIONS_MAX 4096
#define STACK_MAX 512
#define EXIT_CODE (BPF_JMP | BPF_EXIT)
#define CALL_CODE (BPF_JMP | BPF_CALL)

/* All that Linux 4.7 lets a kprobe call, and that this needs. */
static const int helpers[] = {
	BPF_FUNC_map_lookup_elem,   BPF_FUNC_map_update_elem,
	BPF_FUNC_map_delete_elem,   BPF_FUNC_probe_read,
	BPF_FUNC_ktime_get_ns,	    BPF_FUNC_tail_call,
	BPF_FUNC_get_current_comm,  BPF_FUNC_get_current_pid_tgid,
	BPF_FUNC_perf_event_output, BPF_FUNC_get_stackid,
	BPF_FUNC_get_current_task,
};

static const enum bpf_map_type map_types[] = {
	BPF_MAP_TYPE_HASH,	   BPF_MAP_TYPE_ARRAY,
	BPF_MAP_TYPE_PERCPU_ARRAY, BPF_MAP_TYPE_STACK_TRACE,
	BPF_MAP_TYPE_PROG_ARRAY,   BPF_MAP_TYPE_PERF_EVENT_ARRAY,
};

static struct legacy_bpf *object(void)
{
	struct legacy_bpf *skel = legacy_bpf__open();

	assert_non_null(skel);
	return skel;
}

static void each_instruction(void (*check)(const struct bpf_insn *all, size_t i,
					   size_t count))
{
	struct legacy_bpf *skel = object();
	struct bpf_program *p = NULL;
	int programs = 0;

	bpf_object__for_each_program (p, skel->obj) {
		const struct bpf_insn *insns = bpf_program__insns(p);
		size_t count = bpf_program__insn_cnt(p);

		programs++;
		for (size_t i = 0; i < count; i++) {
			check(insns, i, count);
			/* The second half of a long constant is none. */
			i += insns[i].code == (BPF_LD | BPF_IMM | BPF_DW);
		}
	}
	assert_true(programs > 8);
	legacy_bpf__destroy(skel);
}

static bool is_jump(__u8 code)
{
	return BPF_CLASS(code) == BPF_JMP && code != CALL_CODE &&
	       code != EXIT_CODE;
}

static void check_known(const struct bpf_insn *all, size_t i, size_t count)
{
	__u8 code = all[i].code;

	(void)count;
	/* Jumps on 32 bits are of -mcpu=v3, those on "less" of v2. */
	assert_int_not_equal(BPF_CLASS(code), BPF_JMP32);
	if (is_jump(code))
		assert_true(BPF_OP(code) <= BPF_JSGE);
	/* An atomic operation that is no plain addition, or gives a result. */
	if (BPF_CLASS(code) == BPF_STX && BPF_MODE(code) == BPF_XADD)
		assert_int_equal(all[i].imm, BPF_ADD);
	if (BPF_CLASS(code) == BPF_ALU || BPF_CLASS(code) == BPF_ALU64)
		assert_true(BPF_OP(code) <= BPF_END);
}

enum colour { WHITE, GREY, BLACK };

struct walk {
	const struct bpf_insn *insns;
	size_t count;
	enum colour *colour;
	size_t path[INSTRUCTIONS_MAX];
	size_t depth;
};

/* Where the program can go from an instruction. Returns how many places. */
static int ways_on(const struct walk *w, size_t i, size_t to[2])
{
	const struct bpf_insn *in = &w->insns[i];
	bool wide = in->code == (BPF_LD | BPF_IMM | BPF_DW);

	to[0] = i + 1 + wide;
	to[1] = i + 1 + (size_t)in->off;
	if (in->code == EXIT_CODE)
		return 0;
	if (in->code == (BPF_JMP | BPF_JA)) {
		to[0] = to[1];
		return 1;
	}
	return is_jump(in->code) ? 2 : 1;
}

/* One step: to a place not seen yet, or back if there is none. */
static void walk_on(struct walk *w)
{
	size_t at = w->path[w->depth - 1], to[2];
	int ways = ways_on(w, at, to);

	for (int i = 0; i < ways; i++) {
		assert_true(to[i] < w->count);
		/* What is still on the path was come from: a loop. */
		assert_int_not_equal(w->colour[to[i]], GREY);
		if (w->colour[to[i]] == BLACK)
			continue;
		w->colour[to[i]] = GREY;
		w->path[w->depth++] = to[i];
		return;
	}
	w->colour[at] = BLACK;
	w->depth--;
}

static void check_loops(struct bpf_program *p)
{
	struct walk *w = calloc(1, sizeof(*w));

	assert_non_null(w);
	w->insns = bpf_program__insns(p);
	w->count = bpf_program__insn_cnt(p);
	w->colour = calloc(w->count, sizeof(*w->colour));
	assert_non_null(w->colour);
	w->colour[0] = GREY;
	w->depth = 1;
	while (w->depth)
		walk_on(w);
	free(w->colour);
	free(w);
}

static void check_call(const struct bpf_insn *all, size_t i, size_t count)
{
	(void)count;
	if (all[i].code != CALL_CODE)
		return;
	/* Not another function of the object, nor one of the kernel. */
	assert_int_equal(all[i].src_reg, 0);
	for (size_t h = 0; h < sizeof(helpers) / sizeof(*helpers); h++)
		if (all[i].imm == helpers[h])
			return;
	fail_msg("helper %d is none of Linux 4.7", all[i].imm);
}

/* Below the frame pointer: what is stored there, or an address taken of it. */
static void check_stack(const struct bpf_insn *all, size_t i, size_t count)
{
	const struct bpf_insn *in = &all[i];
	__u8 class = BPF_CLASS(in->code);

	(void)count;
	if ((class == BPF_STX || class == BPF_ST) && in->dst_reg == BPF_REG_10)
		assert_true(in->off >= -STACK_MAX && in->off < 0);
	if (class == BPF_LDX && in->src_reg == BPF_REG_10)
		assert_true(in->off >= -STACK_MAX && in->off < 0);
	if (in->code == (BPF_ALU64 | BPF_ADD | BPF_K) && i &&
	    all[i - 1].code == (BPF_ALU64 | BPF_MOV | BPF_X) &&
	    all[i - 1].src_reg == BPF_REG_10)
		assert_true(in->imm >= -STACK_MAX && in->imm < 0);
}

static void test_instructions_are_of_the_first_set(void **state)
{
	(void)state;
	each_instruction(check_known);
}

static void test_nothing_loops(void **state)
{
	struct legacy_bpf *skel = object();
	struct bpf_program *p = NULL;

	(void)state;
	bpf_object__for_each_program (p, skel->obj)
		check_loops(p);
	legacy_bpf__destroy(skel);
}

static void test_helpers_are_of_linux_4_7(void **state)
{
	(void)state;
	each_instruction(check_call);
}

static void test_stack_is_small(void **state)
{
	(void)state;
	each_instruction(check_stack);
}

static void test_programs_are_short(void **state)
{
	struct legacy_bpf *skel = object();
	struct bpf_program *p = NULL;

	(void)state;
	bpf_object__for_each_program (p, skel->obj) {
		print_message("%-20s %zu instructions\n", bpf_program__name(p),
			      bpf_program__insn_cnt(p));
		assert_true(bpf_program__insn_cnt(p) <= INSTRUCTIONS_MAX);
	}
	legacy_bpf__destroy(skel);
}

/* Data of its own would be a map of libbpf's making, named after its section.
 */
static void test_maps_are_of_linux_4_7(void **state)
{
	struct legacy_bpf *skel = object();
	struct bpf_map *map;

	(void)state;
	bpf_object__for_each_map (map, skel->obj) {
		bool known = false;

		assert_false(bpf_map__is_internal(map));
		for (size_t i = 0; i < sizeof(map_types) / sizeof(*map_types);
		     i++)
			known |= bpf_map__type(map) == map_types[i];
		assert_true(known);
		assert_int_equal(bpf_map__map_flags(map), 0);
	}
	legacy_bpf__destroy(skel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_programs_are_short),
		cmocka_unit_test(test_instructions_are_of_the_first_set),
		cmocka_unit_test(test_nothing_loops),
		cmocka_unit_test(test_helpers_are_of_linux_4_7),
		cmocka_unit_test(test_stack_is_small),
		cmocka_unit_test(test_maps_are_of_linux_4_7),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
