#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `report` on stores: what is in them, merged and judged, whoever made them.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper
load store

T=1795000000 # 2026-11-18 11:06:40 UTC

setup() {
	export TZ=UTC
	store=$BATS_TEST_TMPDIR/findings.db
	new_store "$store"
}

last_line() {
	printf '%s\n' "${out##*$'\n'}"
}

@test "report: no finding is told with what was watched" {
	add_run "$store" $T $((T + 3600))
	dw report "$store"
	[ "$code" = 0 ]
	[ "$(last_line)" = "none lost: 0 lost in 1000 pages written back, watched 1 h of 2026-11-18 11:06:40 to 2026-11-18 12:06:40" ]
	[ "$(wc -l <<<"$out")" = 2 ]
	# Nothing is left beside it.
	[ "$(find "$BATS_TEST_TMPDIR" -name "findings*" | wc -l)" = 1 ]
}

@test "report: what a real machine recorded" {
	add_recording "$store" one nas "$repo/tests/replay/recordings/lost.rec"
	dw report "$store"
	[ "$code" = 1 ]
	[ "$(grep -c ' lost  ' <<<"$out")" = 3 ]
	[[ $(last_line) == "LOST: 3 lost in 18 pages written back, watched 2.43 s of "* ]]
	# The name in it has an escape and a byte that is not UTF-8.
	[[ $out == *'a\x1b[31m'* && $out != *$'\e'* ]]
	dw report --json "$store"
	[ "$code" = 1 ]
	# Each finding is what was stored, and the host.
	jq -cS 'select(.type == "finding") | del(.host)' <<<"$out" >"$BATS_TEST_TMPDIR/told"
	sql "$store" "SELECT json FROM finding WHERE class = 'lost' ORDER BY at_ns" | jq -cS . | cmp - "$BATS_TEST_TMPDIR/told"
	jq -es '.[-1] | .type == "report" and .verdict == "lost" and .lost == 3 and .written == 18 and .exit_code == 1' <<<"$out"
	jq -es '.[:-1] | all(.host == "nas")' <<<"$out"
}

@test "report: a store that was never written to, none at all, and what is none" {
	dw report "$store"
	[ "$code" = 3 ]
	[[ $err == *"nothing was watched"* && $(last_line) == "no answer: 0 lost, nothing was watched" ]]
	dw report "$BATS_TEST_TMPDIR/none.db"
	failed 3 "none.db"
	sqlite3 "$BATS_TEST_TMPDIR/other.db" "CREATE TABLE t (x)"
	dw report "$BATS_TEST_TMPDIR/other.db"
	failed 3 "no store of btrfs-dirtywatch"
	sql "$store" "PRAGMA user_version = 2"
	dw report "$store"
	failed 3 "newer version"
	sql "$store" "PRAGMA user_version = 1; DROP TABLE blind"
	dw report "$store"
	failed 3 "no such table: blind"
	dw report </dev/null
	[ -e /var/lib/btrfs-dirtywatch/findings.db ] || failed 3 "/var/lib/btrfs-dirtywatch/findings.db"
}

@test "report: blind intervals and watches that were killed beat losses" {
	add_run "$store" $T $((T + 100)) end_ns=NULL
	add_finding "$store" 1 a $((T + 10)) lost /a
	dw report "$store"
	[ "$code" = 1 ]
	[[ $(last_line) == *"1 watch that goes on or was ended by force" ]]
	add_run "$store" $((T + 160)) $((T + 200))
	dw report "$store"
	[ "$code" = 5 ]
	[[ $out == *"blind: a watch was ended by force at 2026-11-18 11:08:20, the next began at 2026-11-18 11:09:20"* ]]
	[[ $(last_line) == "BLIND: evidence is missing; 1 lost in 2000 pages written back, watched 2 min 20 s of "*", blind 1 min,"* ]]
	# After another boot nobody knows what there was to watch.
	sql "$store" "UPDATE run SET boot = 'other' WHERE id = 2"
	dw report "$store"
	[ "$code" = 1 ]
	[[ $(last_line) == *", not watched 1 min,"* ]]
	sql "$store" "INSERT INTO blind (run, kind, count, from_ns, to_ns, open) VALUES (2, 'ring_full', 7, ${T}000000000 + 170000000000, ${T}000000000 + 172000000000, 0)"
	dw report "$store"
	[ "$code" = 5 ]
	[[ $out == *"blind: 7 records that did not fit into the ring (ring_full), 2026-11-18 11:09:30 to 2026-11-18 11:09:32"* ]]
	[[ $(last_line) == *", blind 2.00 s,"* ]]
	# Before that it was not.
	dw report --until 2026-11-18T11:09:00Z "$store"
	[ "$code" = 1 ]
}

@test "report --since, --until: what is asked about, and what was watched of it" {
	add_run "$store" $T $((T + 3600))
	add_finding "$store" 1 early $((T + 10)) lost /early
	add_finding "$store" 1 late $((T + 3000)) lost /late
	dw report --since 2026-11-18T11:30:00Z --until "2026-11-18 12:00" "$store"
	[ "$code" = 1 ]
	[[ $out != */early* && $out == */late* ]]
	[[ $(last_line) == "LOST: 1 lost in at most 1000 pages written back, watched 30 min of 2026-11-18 11:30:00 to 2026-11-18 12:00:00" ]]
	dw report --since 2026-11-18T11:30:00Z --until 2026-11-18T11:40:00Z "$store"
	[ "$code" = 0 ]
	dw report --since 2026-11-18T11:30:00Z --until 2026-11-18T13:06:40Z "$store"
	[[ $(last_line) == *", not watched 1 h" ]]
	dw report --until 2026-11-17 "$store"
	[ "$code" = 3 ]
	sql "$store" "UPDATE run SET begin_ns = unixepoch() * 1000000000 - 7200000000000, covered_ns = unixepoch() * 1000000000;
		UPDATE finding SET at_ns = unixepoch() * 1000000000 - 5400000000000 WHERE window = 'early'"
	dw report --since 2h "$store"
	[[ $out == */early* && $out != */late* ]]
	dw report --since "1 hour ago" "$store"
	[ "$code" = 0 ]
}

@test "report --by: sums" {
	add_run "$store" $T $((T + 3600))
	add_finding "$store" 1 a $((T + 10)) lost /f
	add_finding "$store" 1 b $((T + 20)) lost /g "writer='mv'" "bytes=4000"
	add_finding "$store" 1 c $((T + 30)) evicted-dirty /g
	add_finding "$store" 1 d $((T + 40)) stranded /f dropper=NULL
	add_finding "$store" 1 e $((T + 50)) near-miss /h
	dw report --by file "$store"
	[ "$code" = 1 ]
	[ "$(sed -n 2p <<<"$out" | tr -s ' ')" = " 2 0 0 4100 2026-11-18 11:07:00 2026-11-18 11:07:10 /g" ]
	[ "$(sed -n 3p <<<"$out" | tr -s ' ')" = " 1 1 0 200 2026-11-18 11:06:50 2026-11-18 11:07:20 /f" ]
	[[ $(sed -n 4p <<<"$out") == "LOST: 3 lost "*", 1 stranded, 1 near miss" ]]
	dw report --by writer "$store"
	[[ $(sed -n 3p <<<"$out") == *" mv" ]]
	dw report --by dropper "$store"
	[[ $(sed -n 3p <<<"$out") == *" [unknown]" ]]
	dw report --by file --class near-miss "$store"
	[ "$(sed -n 2p <<<"$out" | tr -s ' ')" = " 0 0 1 100 2026-11-18 11:07:30 2026-11-18 11:07:30 /h" ]
	# What is asked for does not change the verdict.
	[ "$code" = 1 ]
	dw report --by file --json "$store"
	jq -e '.file | length == 2 and .[0] == {"name": "/g", "lost": 2, "stranded": 0, "other": 0, "bytes": 4100,
		"first": "2026-11-18T11:07:00.000000000Z", "last": "2026-11-18T11:07:10.000000000Z"}' <<<"$out"
}

@test "report --class, -v: which findings are listed" {
	add_run "$store" $T $((T + 3600))
	for class in lost stranded near-miss superseded void pending evicted-dirty; do
		add_finding "$store" 1 "$class" $((T + 10)) "$class" "/$class"
	done
	dw report "$store"
	[ "$(grep -c ' /' <<<"$out")" = 5 ]
	dw report -v "$store"
	[ "$(grep -c ' /' <<<"$out")" = 7 ]
	dw report --class lost,void --class pending "$store"
	[ "$(grep ' /' <<<"$out" | sed 's/ .*//' | sort | paste -sd,)" = "lost,pending,void" ]
	[[ $(last_line) == "LOST: 2 lost "* ]]
}

@test "report: the stores of a fleet" {
	local other=$BATS_TEST_TMPDIR/other.db
	new_store "$other"
	add_run "$store" $T $((T + 100))
	add_run "$other" $((T + 50)) $((T + 200)) "host='nas'"
	add_finding "$store" 1 a $((T + 10)) lost /f
	add_finding "$store" 1 c $((T + 90)) lost /f
	add_finding "$other" 1 b $((T + 60)) lost /f
	dw report "$store" "$other"
	[ "$code" = 1 ]
	[ "$(grep -o '^[abc] ' <<<"$out" | paste -sd' ')" = "a  b  c " ]
	[[ $out == *" nas "*/f* ]]
	[[ $(last_line) == "LOST: 3 lost in 2000 pages written back on 2 hosts, watched 4 min 10 s of "* ]]
	dw report --by file "$store" "$other"
	[[ $out == *" box:/f"* && $out == *" nas:/f"* ]]
	dw report --by host "$store" "$other"
	[ "$(sed -n 2p <<<"$out" | tr -s ' ')" = " 2 0 0 200 2026-11-18 11:06:50 2026-11-18 11:08:10 box" ]
	dw report "$store" "$repo/tests/replay/recordings/lost.rec"
	failed 2 "is no store"
}

@test "report: rows that cannot be read are counted, and make it blind" {
	add_run "$store" $T $((T + 100))
	add_finding "$store" 1 good $((T + 10)) lost /good
	add_finding "$store" 1 path $((T + 10)) lost /x "path=printf('%.*c', 9000, 'x')"
	dw report "$store"
	[ "$code" = 5 ]
	[[ $out == *good* && $(last_line) == *", 1 row that could not be read" ]]
	add_finding "$store" 1 class $((T + 10)) lost /x "class='strange'"
	add_finding "$store" 1 time $((T + 10)) lost /x "at_ns=-1"
	add_finding "$store" 1 bytes $((T + 10)) lost /x "bytes=-1"
	add_finding "$store" 1 id $((T + 10)) lost /x "window=printf('%.*c', 100, 'x')"
	add_finding "$store" 1 nul $((T + 10)) lost /x "path='a' || char(0) || 'b'"
	sql "$store" "INSERT INTO run (boot, host, version, begin_ns, covered_ns) VALUES ('b', printf('%.*c', 300, 'h'), '1', 1, 2)"
	dw report "$store"
	[[ $(last_line) == "BLIND: evidence is missing; 1 lost "*", 7 rows that could not be read" ]]
	# JSON is only looked at where it is told.
	sql "$store" "DELETE FROM finding WHERE window != 'good'; DELETE FROM run WHERE host != 'box'"
	for json in "" "{" "[]" "7" '{"a":1}{' '{"a":[[[[[[[[[[[1]]]]]]]]]]]}' "{\"a\": NaN}"; do
		sql "$store" "UPDATE finding SET json = '$json'"
		dw report --json "$store"
		[ "$code" = 5 ]
		jq -es 'length == 1 and .[0].unreadable == 1 and .[0].lost == 1' <<<"$out"
		dw report --html "$store"
		[ "$code" = 5 ]
		[[ $out == *"could not be read"* && $out == *good* ]]
	done
}

@test "report: losses that were counted and are no longer stored" {
	add_run "$store" $T $((T + 100)) "counters='{\"written\":5,\"lost\":3,\"evicted_dirty\":1}'"
	add_finding "$store" 1 a $((T + 10)) lost /a
	dw report "$store"
	[ "$code" = 1 ]
	[[ $(last_line) == *", 3 lost ones no longer in the store" ]]
	sql "$store" "UPDATE run SET counters = 'x'"
	dw report "$store"
	[[ $(last_line) == "LOST: 1 lost in an unknown number of pages written back"* ]]
}

@test "report: nothing that stands in a store is run or obeyed" {
	add_run "$store" $T $((T + 100))
	add_finding "$store" 1 a $((T + 10)) lost "/''; DROP TABLE run; --"
	add_finding "$store" 1 b $((T + 10)) lost "/x" "path='/' || char(10) || 'LOST: all' || char(27) || '[2J'"
	dw report "$store"
	[ "$code" = 1 ]
	[[ $out == *"/'; DROP TABLE run; --"* && $out == *'/\x0aLOST: all\x1b[2J'* ]]
	[ "$(sql "$store" "SELECT count(*) FROM run")" = 1 ]
	sql "$store" "ALTER TABLE finding RENAME TO f; CREATE VIEW finding AS SELECT * FROM f"
	dw report "$store"
	failed 3 "access to view"
}

@test "report: a store that is being written to, or cannot be" {
	add_run "$store" $T $((T + 100))
	mkfifo "$BATS_TEST_TMPDIR/hold"
	sqlite3 "$store" <"$BATS_TEST_TMPDIR/hold" &
	exec 7>"$BATS_TEST_TMPDIR/hold"
	echo "BEGIN IMMEDIATE; INSERT INTO run (boot, host, version, begin_ns, covered_ns) VALUES ('b', 'h', '1', 1, 2);" >&7
	for _ in {1..50}; do
		[ ! -e "$store-wal" ] || break
		sleep 0.1
	done
	[ -e "$store-wal" ]
	dw report "$store"
	exec 7>&-
	wait
	[ "$code" = 0 ]
	[[ $(last_line) == "none lost: 0 lost in 1000 pages "* ]]
	need_root
	copy_for_all
	install -m 644 "$store" "$copies/findings.db"
	try "${nobody[@]}" "$copy" report "$copies/findings.db"
	[ "$code" = 0 ]
	head -c 20000 /dev/zero | dd of="$copies/findings.db" bs=1 seek=4096 conv=notrunc status=none
	dw report "$copies/findings.db"
	failed 3 "cannot read the store"
}

@test "report: usage of what is for stores only, and for recordings only" {
	local lost=$repo/tests/replay/recordings/lost.rec
	add_run "$store" $T $((T + 100))
	for option in --html --json --by=file --class=lost --since=today --until=now; do
		dw report "$option" "$lost"
		failed 2 "${option%%=*} needs a store"
	done
	dw report --bug x "$store"
	failed 2 "--bug needs a recording"
	dw report --partial "$store"
	failed 2 "--partial needs a recording"
	dw report --by inode "$store"
	refused "'inode'"
	dw report --class bad "$store"
	refused "class"
	dw report --class stale-read "$store"
	refused "class"
	dw report --since soon "$store"
	refused "'soon' is no time"
	dw report --since now --until yesterday "$store"
	refused "not before"
	dw report --html --json "$store"
	refused "two answers"
	try bash -c '"$@" >/dev/full' bash "$dirtywatch" report "$store"
	failed 3 "No space left"
	try bash -c '"$@" >/dev/full' bash "$dirtywatch" report --html "$store"
	failed 3 "No space left"
}
