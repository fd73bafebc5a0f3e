#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Exit codes of answers, and output that nobody can read. By `replay`, which runs on any kernel.

load helper

setup() {
	unset NO_COLOR
	lost=$repo/tests/replay/001-lost/observations.txt
}

# Replay the recording of tests/replay whose folder begins with $1.
replay() {
	dw replay "$repo/tests/replay/$1"-*/observations.txt
}

# A descriptor 9 that writes to a pipe without reader.
pipe_without_reader() {
	mkfifo "$BATS_TEST_TMPDIR/pipe"
	exec 8<>"$BATS_TEST_TMPDIR/pipe" 9>"$BATS_TEST_TMPDIR/pipe" 8>&-
}

# Run the program with its output going to $1.
into() {
	code=0
	timeout 20 "$dirtywatch" "${@:2}" >"$1" 2>"$BATS_TEST_TMPDIR/err" || code=$?
	err=$(<"$BATS_TEST_TMPDIR/err")
	echo "exit code $code of: ${*:2} >$1"
	echo "$err"
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
	pipe_without_reader
	for option in -v --json; do
		into /dev/fd/9 replay "$option" "$lost" 9>&9
		failed 3 ""
		into /dev/full replay "$option" "$lost"
		failed 3 "No space left"
	done
	try bash -c '"$1" replay "$2" >&-' bash "$dirtywatch" "$lost"
	failed 3 ""
}

@test "a failed output is not blamed on the input" {
	into /dev/full replay "$lost"
	failed 3 "output"
}

@test "3: help that cannot be printed" {
	into /dev/full help
	failed 3 "No space left"
	into /dev/full --version
	failed 3 "No space left"
	into /dev/full provoke --help
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
