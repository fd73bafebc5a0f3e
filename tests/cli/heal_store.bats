#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The store that heals is in the machine code, whatever the compiler thinks of storing what is there already.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them

load helper

setup() {
	[ "$(uname -m)" = x86_64 ] || skip "the store is for x86-64"
}

# stores OBJECT FUNCTION: is there, in the function, a locked "or" with zero on memory that is not the stack's? (A locked
# "or" on the stack is what compilers make fences of.)
stores() {
	objdump -d --no-show-raw-insn --disassemble="$2" "$1" >"$BATS_TEST_TMPDIR/code"
	grep 'lock orb' "$BATS_TEST_TMPDIR/code" >"$BATS_TEST_TMPDIR/stores"
	cat "$BATS_TEST_TMPDIR/stores"
	grep -E 'lock orb +\$0x0,[0-9a-fx-]*\(%r' "$BATS_TEST_TMPDIR/stores" | grep -vq '(%r[sb]p'
}

# each DO: for each compiler and level.
each() {
	local cc level
	for cc in gcc clang; do
		for level in -O1 -O2 -O3 -Os; do
			"$@" "$cc" "$level" || {
				echo "not with $cc $level"
				return 1
			}
		done
	done
}

alone() {
	printf '%s\n' '#include "heal_store.h"' 'void it(unsigned char *at);' \
		'void it(unsigned char *at) { heal_store(at); }' |
		"$1" "$2" -Wall -Wextra -Werror -I"$repo/src" -xc -c -o "$BATS_TEST_TMPDIR/alone.o" -
	stores "$BATS_TEST_TMPDIR/alone.o" it
}

in_the_tool() {
	"$1" "$2" -std=gnu11 -D_GNU_SOURCE -I"$repo/src" -I"$repo/bpf" -c -o "$BATS_TEST_TMPDIR/page.o" "$repo/src/heal_page.c"
	stores "$BATS_TEST_TMPDIR/page.o" heal_touch
}

@test "the store alone, by gcc and clang" {
	each alone
}

@test "the store where the tool has it, by gcc and clang" {
	each in_the_tool
}

@test "the store in the program that is tested" {
	objdump -h "$dirtywatch" | grep -q text
	stores "$dirtywatch" heal_touch
}

@test "the test sees it if the store is not there" {
	local cc
	for cc in gcc clang; do
		printf '%s\n' 'void it(unsigned char *at);' \
			'void it(unsigned char *at) { __atomic_thread_fence(__ATOMIC_SEQ_CST); (void)at; }' |
			"$cc" -O2 -xc -c -o "$BATS_TEST_TMPDIR/none.o" -
		run ! stores "$BATS_TEST_TMPDIR/none.o" it
	done
	# What clang makes of its own atomics.
	printf '%s\n' 'void it(unsigned char *at);' \
		'void it(unsigned char *at) { __atomic_fetch_or(at, 0, __ATOMIC_SEQ_CST); }' |
		clang -O2 -xc -c -o "$BATS_TEST_TMPDIR/none.o" -
	run ! stores "$BATS_TEST_TMPDIR/none.o" it
}
