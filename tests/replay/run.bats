#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Recorded observations and what must be said of them. Each folder holds
# observations.txt, want.json (all of the NDJSON, less what check_json leaves
# out) and perhaps want.txt (the text, less the counters, blanks squeezed).

bats_require_minimum_version 1.5.0

setup() {
	cases=$BATS_TEST_DIRNAME
	dirtywatch=${DIRTYWATCH:-$cases/../../btrfs-dirtywatch}
	unset NO_COLOR
}

# Wording, the version and counters of 0 are no matter of the detector.
plain_json() {
	jq -Sc 'del(.schema, .version, .id, .text, .blind[]?.text)
		| if .counters then .counters |= with_entries(select(.value != 0)) else . end'
}

plain_text() {
	sed -E '/^ +[0-9]/d; s/ +/ /g'
}

# Run one verb line of the program; its output is in $out, its exit code in $code.
replay() {
	code=0
	out=$("$dirtywatch" replay "$@") || code=$?
}

check_json() {
	replay --json "$1/observations.txt"
	diff -u <(plain_json <"$1/want.json") <(plain_json <<<"$out") &&
		[ "$code" = "$(jq -s 'last.exit_code' "$1/want.json")" ]
}

check_text() {
	replay "$1/observations.txt"
	diff -u "$1/want.txt" <(plain_text <<<"$out") &&
		[ "$code" = "$(jq -s 'last.exit_code' "$1/want.json")" ]
}

# Check every folder that has the file $2 by the function $1.
check_all() {
	local file seen=0 failed=0
	for file in "$cases"/[0-9]*/"$2"; do
		seen=$((seen + 1))
		if ! "$1" "$(dirname "$file")"; then
			echo "failed, with exit code $code: $file"
			failed=1
		fi
	done
	[ "$seen" -ge "$3" ] && [ "$failed" = 0 ]
}

@test "every recording, as NDJSON, with its exit code" {
	check_all check_json want.json 20
}

@test "recordings as text" {
	check_all check_text want.txt 2
}

@test "-v shows pending drops" {
	replay "$cases/001-lost/observations.txt"
	[[ $out != *pending:* && $out != *" pending "*fadvise* ]]
	replay -v "$cases/001-lost/observations.txt"
	[[ $out == *" pending "*fadvise* ]]
}

@test "standard input" {
	replay --json - <"$cases/001-lost/observations.txt"
	[ "$code" = 1 ]
	[ "$(jq -r 'select(.class == "lost").path' <<<"$out")" = /data/log ]
}

@test "a recording that was cut short gives no answer, wherever it was cut" {
	local all size
	all=$cases/001-lost/observations.txt
	size=$(stat -c %s "$all")
	for ((i = 0; i < size; i += 7)); do
		replay - < <(head -c "$i" "$all") 2>"$BATS_TEST_TMPDIR/err"
		[ "$code" = 3 ]
		[[ $out != *"none lost"* ]]
		[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
	done
}

@test "a bad line is named by its number, and not echoed" {
	sed 's/^end.*/end t=1 evil=\x1b[1A/' "$cases/001-lost/observations.txt" >"$BATS_TEST_TMPDIR/bad"
	replay "$BATS_TEST_TMPDIR/bad" 2>"$BATS_TEST_TMPDIR/err"
	[ "$code" = 3 ]
	[ "$(cat "$BATS_TEST_TMPDIR/err")" = "btrfs-dirtywatch: cannot use '$BATS_TEST_TMPDIR/bad': line 8: a field has an unknown name; correct it or record again" ]
}

@test "usage errors" {
	for args in "" "a b" "--no-such-option a"; do
		# shellcheck disable=SC2086 # words are meant
		replay $args 2>/dev/null
		[ "$code" = 2 ]
	done
}

@test "a file that cannot be read" {
	replay "$BATS_TEST_TMPDIR/none" 2>/dev/null
	[ "$code" = 3 ]
	replay "$BATS_TEST_TMPDIR" 2>/dev/null
	[ "$code" = 3 ]
}

@test "a report that cannot be written gives no answer" {
	code=0
	"$dirtywatch" replay "$cases/003-plain-rewrite/observations.txt" >/dev/full 2>"$BATS_TEST_TMPDIR/err" || code=$?
	[ "$code" = 3 ]
	[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
}
