#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# tests/fuzz/run.sh must not call a broken target a good one. The targets here are scripts.

bats_require_minimum_version 1.5.0

setup() {
	top=$BATS_TEST_DIRNAME/../..
	build=$BATS_TEST_TMPDIR
	mkdir "$build/fuzz"
	for source in "$top"/tests/fuzz/fuzz_*.c; do
		target "$(basename "$source" .c)" 'echo "#9 DONE cov: 5 ft: 6"; echo "stat::number_of_executed_units: 7"'
	done
	target seed_record 'exit 0'
	target seed_legacy 'exit 0'
	target seed_recording 'exit 0'
}

# target NAME SCRIPT
target() {
	printf '#!/bin/sh\n%s\n' "$2" >"$build/fuzz/$1"
	chmod +x "$build/fuzz/$1"
}

@test "all is well: a line for each target" {
	run -0 "$top/tests/fuzz/run.sh" "$build" 1
	echo "$output"
	[ "${lines[0]}" = "1..$(find "$top/tests/fuzz" -name 'fuzz_*.c' | wc -l)" ]
	[ "$(grep -c '^ok - fuzz_.*: 7 inputs, 5 edges' <<<"$output")" = "${lines[0]#1..}" ]
}

@test "a crash, a target that ran nothing, seeds that fail: not ok" {
	target fuzz_text 'echo "stat::number_of_executed_units: 7"; echo "a leak"; exit 77'
	target fuzz_number 'echo "stat::number_of_executed_units: 0"'
	target seed_record 'exit 1'
	run -1 "$top/tests/fuzz/run.sh" "$build" 1
	[ "$(grep -c '^not ok ' <<<"$output")" = 3 ]
	grep -q '^not ok - fuzz_text: status 77' <<<"$output"
	grep -q '^# a leak' <<<"$output"
	grep -q '^not ok - fuzz_number' <<<"$output"
	grep -q '^not ok - fuzz_record: ' <<<"$output"
}
