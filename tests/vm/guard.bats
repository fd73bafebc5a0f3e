#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The guard, which hooks the drop of pages only: what it says alone, and that it becomes a watch.

load helper

# drops NAME: "INODE PAGE" of what the guard saw, of class $2.
drops() {
	jq -r --arg class "$2" 'select(.class == $class) | "\(.inode) \(.page)"' "$out/$1.json" | sort
}

# true_drops NAME: the same of the trials.
true_drops() {
	jq -r 'select(.type == "trial") | "\(.inode) \(.page)"' "$out/$1.truth" | sort
}

# as_guard NAME: its findings know nothing of the write call, and say so; none is narrower than the truth.
as_guard() {
	says "$1" 'map(select(.type == "finding")) | all(.unsent and (.complete | not) and .write == null and .clean_ns == null
		and .dropper.way == "fadvise" and (.path | test("^/mnt/scratch/provoke")) and .subvolume == 5
		and (.drop_stack | length) > 3)'
	jq -n -e --slurpfile truth "$out/$1.truth" --slurpfile seen "$out/$1.json" '
		($truth | map(select(.type == "trial") | {key: "\(.inode)", value: .bound}) | from_entries) as $true
		| $seen | map(select(.type == "finding")) | all(.bound[0] as $b | $true["\(.inode)"] | all($b[0] <= .[0] and $b[1] >= .[1]))'
}

# told NAME CLASS: every trial's page was seen to go as one of CLASS, and nothing else was.
told() {
	diff <(true_drops "$1") <(drops "$1" "$2")
	says "$1" "map(select(.type == \"finding\" or .type == \"unexplained\")) | all(.class == \"$2\")"
	as_guard "$1"
}

@test "early-clean: what it sees alone, and what it cannot decide; then it is a watch" {
	local outcome
	machine 400 early-clean "$here/scenario/guard.sh" early-clean "$seed" "$trials"
	told stay-stranded lost
	[ "$(cat "$out/stay-stranded.rc")" = 1 ]
	# The write call that may yet rewrite it is not seen.
	for outcome in lost superseded; do
		told "stay-$outcome" pending
		says "stay-$outcome" "last | .exit_code == 5 and (.blind | map([.kind, .count]) == [[\"undecided\", $trials]])"
		[ "$(cat "$out/stay-$outcome.rc")" = 5 ]
	done
	silent stay-near-miss
	silent stay-none
	for outcome in lost near-miss stranded superseded none; do
		verdict=$(jq -n -c -f "$here/judge.jq" --slurpfile truth "$out/wide-$outcome.truth" --slurpfile seen "$out/wide.json")
		echo "$outcome: $verdict"
		jq -e --argjson n "$trials" '.right == $n and .trials == $n' <<<"$verdict"
	done
	grep -qx 'guarded drop  *guard' "$out/stay-lost.err"
	grep -qx 'guarded drop  *guard_raw' "$out/wide.err"
	says wide 'map(select(.unsent)) | length == 1 and .[0].class == "lost"'
	says wide 'last | .blind == [] and .counters.unexplained == 0'
	[ "$(cat "$out/wide.rc")" = 1 ]
}

# bats test_tags=full
@test "stock: nothing is said" {
	machine 300 stock "$here/scenario/guard.sh" stock "$seed" "$trials"
	for outcome in lost near-miss stranded superseded none; do silent "stay-$outcome"; done
}
