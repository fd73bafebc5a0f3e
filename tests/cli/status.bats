#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `status` and `daemon` without any btrfs: what they refuse, and what they make of a file that anybody wrote.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them

load helper

setup() {
	dir=$BATS_TEST_TMPDIR/run
	mkdir "$dir"
}

# wrote MORE: a status of a process that lives (this one), with members MORE in place of what they name.
wrote() {
	local start
	start=$(cut -d ' ' -f 22 "/proc/$$/stat")
	jq -nc --argjson pid "$$" --argjson start "$start" --argjson more "$1" '
		{schema: 1, type: "status", pid: $pid, pid_start: $start, version: "1", kernel: "6.1", state: "armed", mode: "guard",
		 updated_ns: 1700000000000000000, armed_ns: 1600000000000000000, degraded: false, open_stranded: 0,
		 findings: {lost: 0, "evicted-dirty": 0}, counters: {lost: 0, evicted_dirty: 0, written: 77}, blind: [],
		 self_test: {result: "passed"}, store: {file: "/s", trouble: "none"}, budget: {state: "ok"}, hooks: []} + $more' \
		>"$dir/status.json"
}

@test "status: all is well" {
	wrote '{}'
	dw status --run-dir "$dir"
	[ "$code" = 0 ]
	[[ $out == *"0 lost in 77 pages written back"* ]]
	[[ $out == *"nothing is missing since it was armed"* ]]
	dw status --json --run-dir "$dir"
	[ "$code" = 0 ]
	jq -e '.running and .counters.written == 77' <<<"$out"
}

@test "status: lost" {
	wrote '{"findings": {"lost": 2}, "counters": {"lost": 2, "written": 9}}'
	dw status -r "$dir"
	[ "$code" = 1 ]
	[[ $out == *"2 lost in 9 pages"* ]]
	wrote '{"open_stranded": 1}'
	dw status -r "$dir"
	[ "$code" = 1 ]
	[[ $out == *"1 in memory only"* ]]
}

@test "status: evidence is missing, now or since: that beats lost" {
	for more in '{"blind": [{"kind": "gap", "text": "a gap", "count": 3}]}' '{"state": "paused"}' '{"state": "detached"}' \
		'{"self_test": {"result": "failed", "why": "nobody saw"}}' '{"degraded": true, "store": {"text": "full up"}}'; do
		wrote "$(jq -c '. + {findings: {lost: 1}}' <<<"$more")"
		dw status -r "$dir"
		[ "$code" = 5 ]
	done
	[[ $out == *"DEGRADED, full up"* ]]
}

@test "status: of a daemon that ended, or never was, or of another process by the same number" {
	dw status -r "$dir"
	failed 3 "no daemon has written"
	wrote '{"pid_start": 1}'
	dw status -r "$dir"
	[ "$code" = 3 ]
	[[ $err == *"does not run any more"* ]]
	dw status -j -r "$dir"
	[ "$code" = 3 ]
	jq -e '.running == false' <<<"$out"
}

@test "status: a file that is none, that is too much, that is no JSON, that lies about types" {
	mkdir "$dir/status.json"
	dw status -r "$dir"
	[ "$code" = 3 ]
	rmdir "$dir/status.json"
	ln -s /dev/zero "$dir/status.json"
	dw status -r "$dir"
	[ "$code" = 3 ]
	rm "$dir/status.json"
	for text in '' '{' '[]' '7' '"x"' 'null' "$(printf '[%.0s' {1..5000})"; do
		printf %s "$text" >"$dir/status.json"
		dw status -r "$dir"
		[ "$code" = 3 ]
	done
	wrote '{"findings": 7, "counters": "x", "blind": {"a": 1}, "self_test": [], "store": null, "budget": 3, "hooks": "h", "state": {}}'
	dw status -r "$dir"
	[ "$code" = 5 ]
}

@test "status: what it prints is escaped" {
	wrote '{"state": "armed", "mount": "/\u001b[31m\nred", "store": {"file": "/\u0007"}}'
	dw status -r "$dir"
	[ "$code" = 0 ]
	[[ $out != *$'\033'* ]]
	[[ $out != *$'\007'* ]]
}

@test "status and daemon: usage" {
	dw status more
	[ "$code" = 2 ]
	dw status --none
	[ "$code" = 2 ]
	dw daemon more
	[ "$code" = 2 ]
}

@test "daemon: settings" {
	printf '[store]\nkeep-days = 5\n' >"$BATS_TEST_TMPDIR/a.conf"
	dw daemon --print-config -c "$BATS_TEST_TMPDIR/a.conf"
	[ "$code" = 0 ]
	[[ $out == *"keep-days = 5"* ]]
	printf '[store]\nkeep-days = x\n' >"$BATS_TEST_TMPDIR/a.conf"
	dw daemon -c "$BATS_TEST_TMPDIR/a.conf"
	failed 2 "not a number from 1 to 36500"
	dw daemon -c "$BATS_TEST_TMPDIR/none.conf"
	failed 2 "cannot read"
}
