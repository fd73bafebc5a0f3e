#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Does the tool cost more than it may? limits has what it may, stored.ndjson what it did. The figures of this run stay in
# .build/bench/gate.

bats_require_minimum_version 1.5.0
bench=$BATS_TEST_DIRNAME
out=$bench/../../.build/bench/gate

# One machine for all tests: the rows that have limits.
setup_file() {
	awk 'NR == FNR { if (!/^#/) wanted[$2 " " $3] = 1; next } ($1 " " $2) in wanted' \
		"$bench/limits" "$bench/rows" >"$BATS_FILE_TMPDIR/rows"
	REPS=5 LIMIT=${LIMIT:-300} "$bench/run.sh" -r "$BATS_FILE_TMPDIR/rows" -c "$bench/gate.columns" -o "$out" 6.1 \
		>"$BATS_FILE_TMPDIR/log" 2>&1 || true
}

setup() {
	# shellcheck source-path=SCRIPTDIR source=judge.sh
	. "$bench/judge.sh"
	cat "$BATS_FILE_TMPDIR/log"
}

# near_stored COLUMN: not above what is stored, where that can be compared.
near_stored() {
	local differs then=$BATS_TEST_TMPDIR/stored
	[ -s "$out/costs.ndjson" ] || return 1
	differs=$(other_world "$out/costs.ndjson" "$bench/stored.ndjson")
	stored_rows "$1" "$BATS_FILE_TMPDIR/rows" "$bench/stored.ndjson" >"$then"
	[ -s "$then" ] || differs="nothing is stored of $1"
	if [ -n "$differs" ]; then
		echo "# re-baselines: $differs; run make bench, and commit tests/bench/stored.ndjson" >&3
		return 0
	fi
	judge "$out/costs.ndjson" /dev/null "$then" "$1"
}

@test "watch adds no more than is stored" {
	near_stored watch
}

@test "watch --guard adds no more than its limits" {
	judge "$out/costs.ndjson" "$bench/limits" /dev/null guard
}

@test "watch --guard adds no more than is stored" {
	near_stored guard
}
