#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Does --rescue cost anything as long as nothing is lost? Compared in one run.

bats_require_minimum_version 1.5.0
bench=$BATS_TEST_DIRNAME
out=$bench/../../.build/bench/rescue

# like_without COLUMN: with --rescue it adds no more than without it.
like_without() {
	local without=$BATS_TEST_TMPDIR/without
	# shellcheck source-path=SCRIPTDIR source=judge.sh
	. "$bench/judge.sh"
	store "$out/costs.ndjson" | jq -c --arg c "$1" 'select(.column == $c) | .column = $c + "-rescue"' >"$without"
	[ "$(wc -l <"$without")" -ge 10 ]
	judge "$out/costs.ndjson" /dev/null "$without" "$1-rescue"
}

# bats test_tags=full
@test "--rescue costs nothing as long as nothing is lost" {
	run env REPS=3 "$bench/run.sh" -c "$bench/rescue.columns" -o "$out" 6.1
	echo "$output"
	[ "$status" = 0 ]
	like_without watch
	like_without guard
}
