#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Recordings of real machines: NAME.rec, what the live run said there (NAME.live) and its exit code (NAME.code).
# make-recordings.sh makes them anew.

bats_require_minimum_version 1.5.0

setup() {
	cases=$BATS_TEST_DIRNAME/recordings
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	dirtywatch=${DIRTYWATCH:-$BATS_TEST_DIRNAME/../../btrfs-dirtywatch}
	unset NO_COLOR
	export TZ=XYZ+11 # where they were made it was another time
}

# Replay; the output is in the file out, the message in err, the exit code in $code.
replay() {
	code=0
	"$dirtywatch" replay "$@" >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
}

# The option that gives the form of the live output.
form() {
	[ "$(head -c 1 "${1%.rec}.live")" != '{' ] || echo --json
}

same() {
	local option
	option=$(form "$1")
	# shellcheck disable=SC2086 # none or one
	replay $option "$1"
	cmp "$BATS_TEST_TMPDIR/out" "${1%.rec}.live" && [ ! -s "$BATS_TEST_TMPDIR/err" ] &&
		[ "$code" = "$(cat "${1%.rec}.code")" ]
}

@test "every recording says, byte by byte, what the live run said" {
	local file seen=0 failed=0
	for file in "$cases"/*.rec; do
		seen=$((seen + 1))
		same "$file" || {
			echo "failed, with exit code $code: $file"
			failed=1
		}
	done
	[ "$seen" -ge 10 ] && [ "$failed" = 0 ]
}

@test "there is one of every class, with both kinds of hooks" {
	local class
	for class in lost near-miss superseded void stranded; do
		grep -q "[ \"]${class}[ \"]" "$cases"/*.live
	done
	grep -q '"heal":{"healed":true}' "$cases/healed.live"
	grep -q '^BLIND' "$cases/blind.live"
	grep -q '^none lost' "$cases/clean.live"
	[ -e "$cases/lost-nobtf.rec" ]
}

@test "they name nothing of the machine that built them" {
	run ! grep -laE "/home/|/tmp/|$top" "$cases"/*.rec
}

@test "a recording from standard input" {
	replay - <"$cases/lost.rec"
	cmp "$BATS_TEST_TMPDIR/out" "$cases/lost.live"
}

@test "both forms tell the same" {
	replay --json "$cases/lost.rec"
	[ "$code" = 1 ]
	[ "$(jq -s 'map(select(.class == "lost")) | length' "$BATS_TEST_TMPDIR/out")" = 3 ]
	[ "$(jq -r 'select(.type == "start").kernel' "$BATS_TEST_TMPDIR/out")" != "$(uname -r)" ]
	replay "$cases/stranded.rec"
	grep -q ' stranded ' "$BATS_TEST_TMPDIR/out"
}

@test "cut short, it is no answer; with --partial it is blind at most" {
	local size at
	size=$(stat -c %s "$cases/lost.rec")
	for ((at = 1; at < size; at += 97)); do
		replay - < <(head -c "$at" "$cases/lost.rec")
		[ "$code" = 3 ]
		[ "$(wc -l <"$BATS_TEST_TMPDIR/err")" = 1 ]
		run ! grep -q 'none lost\|^LOST\|^BLIND' "$BATS_TEST_TMPDIR/out"
		replay --partial - < <(head -c "$at" "$cases/lost.rec")
		[ "$code" = 5 ] || { [ "$code" = 3 ] && [ "$at" -lt 400 ]; }
		run ! grep -q 'none lost' "$BATS_TEST_TMPDIR/out"
	done
}

@test "a changed byte is noticed, and the message says where" {
	cp "$cases/lost.rec" "$BATS_TEST_TMPDIR/bad"
	printf '\377' | dd of="$BATS_TEST_TMPDIR/bad" bs=1 seek=2000 conv=notrunc status=none
	replay "$BATS_TEST_TMPDIR/bad"
	[ "$code" = 3 ]
	grep -qE "^btrfs-dirtywatch: cannot use '.*bad': byte [0-9]+: .*damaged; --partial " "$BATS_TEST_TMPDIR/err"
}

@test "one of a later version is refused by name" {
	cp "$cases/lost.rec" "$BATS_TEST_TMPDIR/later"
	printf '\2' | dd of="$BATS_TEST_TMPDIR/later" bs=1 seek=8 conv=notrunc status=none
	replay "$BATS_TEST_TMPDIR/later"
	[ "$code" = 3 ]
	grep -q 'version 2 of the format' "$BATS_TEST_TMPDIR/err"
	replay --partial "$BATS_TEST_TMPDIR/later"
	[ "$code" = 3 ]
}
