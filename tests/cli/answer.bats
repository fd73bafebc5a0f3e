#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Exit codes of answers, and output that nobody can read. By `replay`, which runs on any kernel.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	unset NO_COLOR
	lost=$repo/tests/replay/001-lost/observations.txt
}

# Replay the recording of tests/replay whose folder begins with $1.
replay() {
	dw replay "$repo/tests/replay/$1"-*/observations.txt
}

# Run the program with its output going to a full disk, or to nowhere.
into_full() {
	try bash -c 'exec "$@" >/dev/full' bash "$dirtywatch" "$@"
}

into_nowhere() {
	try bash -c 'exec "$@" >&-' bash "$dirtywatch" "$@"
}

# The same into a pipe that lost its reader before the first byte.
into_pipe() {
	rm -f "$BATS_TEST_TMPDIR/pipe"
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	try bash -c 'exec 8<>"$1" 9>"$1" 8>&-; shift; exec "$@" >&9' bash "$BATS_TEST_TMPDIR/pipe" "$dirtywatch" "$@"
}

@test "0: none lost" {
	replay 003
	[ "$code" = 0 ]
	[[ ${out##*$'\n'} == "none lost: 0 lost "* && -z $err ]]
}

@test "1: losses found" {
	replay 001
	[ "$code" = 1 ]
	[[ ${out##*$'\n'} == "LOST: 1 lost "* && -z $err ]]
}

@test "1: pages stranded in the end" {
	replay 006
	[ "$code" = 1 ]
	[[ ${out##*$'\n'} == "STRANDED: "*" 0 lost "*" 1 stranded"* && -z $err ]]
}

@test "5: blind, which beats 1, and both are told" {
	replay 020
	[ "$code" = 5 ]
	[[ ${out##*$'\n'} == "BLIND: "*" 1 lost "* && $out == *" lost "*"/data/log"* && -z $err ]]
}

@test "3: a recording that is not there, or not one" {
	dw replay "$BATS_TEST_TMPDIR/none"
	failed 3 "'$BATS_TEST_TMPDIR/none'"
	dw replay "$BATS_TEST_TMPDIR"
	failed 3 "'$BATS_TEST_TMPDIR'"
	dw replay -
	failed 3 "line 1"
}

@test "3: a malformed recording, with the number of its line" {
	local line
	for line in 1 3 5; do
		sed "${line}s/.*/nonsense/" "$lost" >"$BATS_TEST_TMPDIR/bad"
		dw replay "$BATS_TEST_TMPDIR/bad"
		failed 3 "line $line:"
	done
}

@test "the exit code in JSON is the exit code" {
	local number
	for number in 001 003 006 020; do
		dw replay --json "$repo/tests/replay/$number"-*/observations.txt
		[ "$(jq -s 'last.exit_code' <<<"$out")" = "$code" ]
	done
}

@test "3: a reader who has gone, a full disk, no output at all" {
	local option
	for option in -v --json; do
		into_pipe replay "$option" "$lost"
		failed 3 "Broken pipe"
		into_full replay "$option" "$lost"
		failed 3 "No space left"
		into_nowhere replay "$option" "$lost"
		failed 3 "Bad file"
	done
}

@test "a failed output is not blamed on the input" {
	into_full replay "$lost"
	failed 3 "output"
}

@test "3: help that cannot be printed" {
	into_full help
	failed 3 "No space left"
	into_full --version
	failed 3 "No space left"
	into_full provoke --help
	failed 3 "No space left"
}

@test "colour on a terminal only, and not with NO_COLOR" {
	command -v script >/dev/null || skip "no script(1)"
	dw replay "$lost"
	[[ $out != *$'\e'* ]]
	try script -qec "'$dirtywatch' replay '$lost'" /dev/null
	[ "$code" = 1 ]
	[[ $out == *$'\e['* ]]
	NO_COLOR=1 try script -qec "'$dirtywatch' replay '$lost'" /dev/null
	[ "$code" = 1 ]
	[[ $out == *" lost "* && $out != *$'\e'* ]]
}
