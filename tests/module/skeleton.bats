#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# keep-dirty.cocci on the shape of the 4.x kernels, which clear no old accounting when they dirty: text and behaviour.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them, a test at a time

bats_require_minimum_version 1.5.0

setup() {
	load helper
	skeleton=$BATS_TEST_DIRNAME/skeleton-4x.c
	work=$BATS_TEST_TMPDIR/work.c
}

# Print function $2 of C file $1.
function_of() {
	awk -v f="$2" '$0 ~ "[ *]" f "\\(" && !/;$/ { on = 1 } on { print } /^}/ { on = 0 }' "$1"
}

# Compile C file $1 and run it.
behaves() {
	gcc -std=gnu11 -Wall -Wextra -Werror -I"$BATS_TEST_DIRNAME" -o "$BATS_TEST_TMPDIR/skeleton" "$1"
	"$BATS_TEST_TMPDIR/skeleton"
}

# keep-dirty must leave C file $1 as it is.
untouched() {
	run ! cmp "$1" "$skeleton" # the test did change it
	patched keep-dirty "$1" >"$BATS_TEST_TMPDIR/after.c"
	cmp "$1" "$BATS_TEST_TMPDIR/after.c"
}

@test "the skeleton has the bug: a copy that faults unlocks dirty pages clean" {
	run -1 behaves "$skeleton"
}

@test "the clean and the early clear go, and the clear comes when dirtying, after the step that can fail" {
	patched keep-dirty "$skeleton" >"$work"
	run -0 function_of "$work" lock_and_cleanup_extent_if_need
	[[ $output == *lock_extent_bits* ]]
	[[ $output != *clear_page_dirty_for_io* ]]
	[[ $output != *clear_extent_bit* ]]
	run -0 tokens <(function_of "$work" btrfs_dirty_pages)
	[[ ${lines[*]} == *"clear_extent_bit ( & BTRFS_I ( inode ) -> io_tree , first , last , \
EXTENT_DIRTY | EXTENT_DELALLOC | EXTENT_DO_ACCOUNTING | EXTENT_DEFRAG , 0 , 0 , cached ) ; \
err = btrfs_set_extent_delalloc ("* ]]
	run -0 grep -c 'clear_extent_bit(' "$work"
	[ "$output" = 1 ]
}

@test "the patched skeleton keeps the pages dirty and accounts them once" {
	patched keep-dirty "$skeleton" >"$work"
	run -0 behaves "$work"
}

@test "without the added clear the accounting would be wrong" {
	patched keep-dirty "$skeleton" | sed '/clear_extent_bit(/,/;/d' >"$work"
	run -2 behaves "$work"
}

@test "the arguments that differ between kernels are kept" {
	sed 's/0, 0, cached_state);/0, 0, cached_state, GFP_NOFS);/' "$skeleton" >"$BATS_TEST_TMPDIR/old.c"
	patched keep-dirty "$BATS_TEST_TMPDIR/old.c" >"$work"
	run -0 tokens "$work"
	[[ ${lines[*]} == *'0 , 0 , cached , GFP_NOFS ) ; err = btrfs_set_extent_delalloc ('* ]]
}

@test "a source that clears when dirtying gets no second clear" {
	patched keep-dirty "$skeleton" >"$BATS_TEST_TMPDIR/fixed.c"
	# The bug's half of the skeleton with the fix's way of dirtying.
	{
		function_of "$BATS_TEST_TMPDIR/fixed.c" btrfs_dirty_pages
		function_of "$skeleton" lock_and_cleanup_extent_if_need
	} >"$BATS_TEST_TMPDIR/both.c"
	patched keep-dirty "$BATS_TEST_TMPDIR/both.c" >"$work"
	run -0 grep -c 'clear_extent_bit(' "$work"
	[ "$output" = 1 ]
	run ! grep clear_page_dirty_for_io "$work"
}

@test "nothing is changed where only half of the bug is, or nothing is known to clear the accounting" {
	sed '/if (clear_page_dirty_for_io/,/;/d' "$skeleton" >"$work"
	untouched "$work"
	sed '/lock_and_cleanup/,$ { /clear_extent_bit(/,/;/d }' "$skeleton" >"$work"
	untouched "$work"
	sed 's/btrfs_set_extent_delalloc/somehow_set_delalloc/' "$skeleton" >"$work"
	untouched "$work"
	patched keep-dirty "$skeleton" >"$work"
	untouched "$work"
}
