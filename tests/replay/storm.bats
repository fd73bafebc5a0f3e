#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# A million observations of a storm that storm.c makes: all is counted, what is printed and remembered has its bounds.

bats_require_minimum_version 1.5.0

setup_file() {
	local top
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	gcc -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I"$top/bpf" -I"$top/src" -I"$top/tests/unit" \
		"$BATS_TEST_DIRNAME/storm.c" "$top/src/finding.c" -o "$BATS_FILE_TMPDIR/storm"
	export SEED=${SEED:-$RANDOM}
}

setup() {
	dirtywatch=${DIRTYWATCH:-$BATS_TEST_DIRNAME/../../btrfs-dirtywatch}
	out=$BATS_TEST_TMPDIR/out
}

# storm OBSERVATIONS [OPTION...]: replay so many, within 64 MiB of address space, to $out.
storm() {
	local count=$1
	shift
	echo "SEED=$SEED"
	code=0
	(
		# A sanitizer's own memory is no matter of ours.
		[ -n "${DIRTYWATCH:-}" ] || ulimit -v 65536
		"$BATS_FILE_TMPDIR/storm" "$count" "$SEED" "$out.want" | "$dirtywatch" replay --json "$@" - >"$out"
	) || code=$?
	# Pages that meet two others in their place are not followed, and that is said.
	[ "$code" = 5 ]
}

# The summary as storm.c writes what it must be.
summed() {
	jq -Sc 'select(.type == "summary") | { open_stranded,
		counters: .counters | { pending, stranded, rewritten, near_miss, lost, superseded, voided, suspects },
		crowded: (.blind | map(select(.kind == "crowded").count) | add // 0),
		undecided: (.blind | map(select(.kind == "undecided").count) | add // 0) }' "$out"
}

@test "a million observations: counters exact, what is left out counted, memory bounded" {
	storm 1000000
	diff <(jq -Sc . "$out.want") <(summed)
	# Two seconds, and a bit by the seed, of at most 1000 of each class.
	jq -s -e '(map(select(.type == "finding")) | length) as $printed | (map(select(.type == "left-out").count) | add) as $left
		| $printed > 0 and $printed < 3 * 9 * 1000 and $left > $printed and $printed + $left == last.counters.sent' "$out"
	# No class hides another.
	[ "$(jq -s 'map(.class // empty) | unique | length' "$out")" = 6 ]
}

@test "--limit=0 prints all of them" {
	storm 100000 --limit=0
	diff <(jq -Sc . "$out.want") <(summed)
	jq -s -e '(map(select(.type == "finding")) | length) == last.counters.sent and map(select(.type == "left-out")) == []' "$out"
}
