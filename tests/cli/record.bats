#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `record`, as far as it goes without a kernel to watch, and `report` on recordings of real machines.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	recordings=$repo/tests/replay/recordings
	lost=$recordings/lost.rec
}

# The id of the finding in line $1 of the list, without its heading.
id_of() {
	"$dirtywatch" report "$lost" | sed -n "$(($1 + 1))s/ .*//p"
}

@test "record: usage" {
	dw record
	refused "by -o"
	dw record -o
	refused "argument"
	dw record -o "$BATS_TEST_TMPDIR/x" more
	refused "too many"
	[ ! -e "$BATS_TEST_TMPDIR/x" ]
}

@test "record: a file that is there is kept" {
	echo mine >"$BATS_TEST_TMPDIR/x"
	dw record -o "$BATS_TEST_TMPDIR/x"
	failed 2 "--force"
	[ "$(cat "$BATS_TEST_TMPDIR/x")" = mine ]
	dw record --force -o /dev/null
	failed 2 "not a regular file"
	[ -c /dev/null ]
	ln -s x "$BATS_TEST_TMPDIR/link"
	dw record --force -o "$BATS_TEST_TMPDIR/link"
	failed 2 "not a regular file"
	[ "$(cat "$BATS_TEST_TMPDIR/x")" = mine ]
}

@test "record: a file that cannot be made" {
	dw record -o /nonexistent/x
	failed 3 "/nonexistent/x"
	need_root
	copy_for_all
	try "${nobody[@]}" "$copy" record -o /root/x
	failed 3 "Permission denied"
}

@test "record: a watch that does not start leaves no file" {
	need_root
	copy_for_all
	chmod 777 "$copies"
	try "${nobody[@]}" "$copy" record -o "$copies/x"
	failed 4 "no permission"
	[ ! -e "$copies/x" ]
}

@test "report: the findings with their ids" {
	dw report "$lost"
	[ "$code" = 1 ]
	[ "$(head -n 1 <<<"$out" | tr -s ' ')" = "ID CLASS TIME INODE BYTES PATH" ]
	[ "$(grep -c ' lost  ' <<<"$out")" = 3 ]
	[ "${out##*$'\n'}" = "verdict: lost" ]
	# The name in it has an escape and a byte that is not UTF-8.
	[[ $out == *'a\x1b[31m\xff b/'* && $out != *$'\e'* ]]
	dw report -
	failed 3 "standard input"
}

@test "report: standard input" {
	try bash -c '"$1" report - <"$2"' bash "$dirtywatch" "$lost"
	[ "$code" = 1 ]
	[ "${out##*$'\n'}" = "verdict: lost" ]
}

@test "report --bug: a mail in ASCII, of 75 columns where that is possible" {
	dw report --bug "$(id_of 1)" "$lost"
	[ "$code" = 1 ]
	[[ $out == "Subject: btrfs: buffered write lost"* ]]
	run ! env LC_ALL=C grep -n '[^ -~]' <<<"$out"
	awk 'length > 75' <<<"$out" >"$BATS_TEST_TMPDIR/long"
	[ ! -s "$BATS_TEST_TMPDIR/long" ]
	local part
	for part in Where Who "Timeline of the page" "Kernel stack of the clean" System "The whole watch" \
		"How to reproduce" "What is not known"; do
		grep -q "^$part" <<<"$out"
	done
	for part in '^kernel.release: 6\.1' '^btrfs.build-id: [0-9a-f]\{40\}' '^mount: .* btrfs ' 'features: ' '^taint: ' \
		'^path: .*\\x1b\[31m\\xff' 'page was cleaned' 'dropped from the page cache' 'dropper: .* by way of fadvise'; do
		grep -q "$part" <<<"$out"
	done
	# Nothing that tells where the kernel lies.
	run ! grep -q 'ffff[0-9a-f]\{12\}' <<<"$out"
}

@test "report --bug: the beginning of an id is enough, if only one begins so" {
	local id whole
	id=$(id_of 1)
	whole=$("$dirtywatch" report --bug "$id" "$lost" || :)
	dw report --bug "${id%-*}" "$lost"
	[ "$out" = "$whole" ]
	dw report --bug zzz "$lost"
	failed 2 "no finding"
	dw report --bug "" "$lost"
	refused "not empty"
}

@test "report -o: a new file, and no other" {
	dw report -o "$BATS_TEST_TMPDIR/list" "$lost"
	[ "$code" = 1 ]
	[ -z "$out" ]
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/list")" = "verdict: lost" ]
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/list")" = 600 ]
	dw report -o "$BATS_TEST_TMPDIR/list" "$lost"
	failed 3 "File exists"
	dw report -o /nonexistent/x "$lost"
	failed 3 "/nonexistent/x"
	dw report --bug "$(id_of 1)" -o /nonexistent/x "$lost"
	failed 3 "/nonexistent/x"
}

@test "report --bug -o: no file for a finding that is not there, or not the only one" {
	dw report --bug zzz -o "$BATS_TEST_TMPDIR/mail" "$lost"
	failed 2 "no finding"
	[ ! -e "$BATS_TEST_TMPDIR/mail" ]
	local id
	id=$(id_of 1)
	dw report --bug "${id:0:1}" -o "$BATS_TEST_TMPDIR/mail" "$lost"
	failed 2 "more than one"
	[ ! -e "$BATS_TEST_TMPDIR/mail" ]
	dw report --bug "$id" -o "$BATS_TEST_TMPDIR/mail" "$repo/tests/replay/001-lost/observations.txt"
	failed 3 "no recording"
	[ ! -e "$BATS_TEST_TMPDIR/mail" ]
	dw report --bug "$id" -o "$BATS_TEST_TMPDIR/mail" "$lost"
	[ "$code" = 1 ]
	[ "$(stat -c %a "$BATS_TEST_TMPDIR/mail")" = 600 ]
	grep -q "^Subject: btrfs: buffered write lost" "$BATS_TEST_TMPDIR/mail"
	dw report --bug "$id" -o "$BATS_TEST_TMPDIR/mail" "$lost"
	failed 3 "File exists"
}

@test "report: a full disk, a file that is no recording, none at all" {
	local id
	id=$(id_of 1)
	try bash -c '"$@" >/dev/full' bash "$dirtywatch" report "$lost"
	failed 3 "No space left"
	try bash -c '"$@" >/dev/full' bash "$dirtywatch" report --bug "$id" "$lost"
	failed 3 "No space left"
	dw report "$repo/tests/replay/001-lost/observations.txt"
	failed 3 "no recording"
	dw report "$BATS_TEST_TMPDIR/none"
	failed 3 "'$BATS_TEST_TMPDIR/none'"
	dw report
	[ -e /var/lib/btrfs-dirtywatch/findings.db ] || failed 3 "findings.db"
}
