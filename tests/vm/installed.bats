#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The Debian package on a system with systemd: installed, killed, upgraded, booted again, purged; and its sandbox.
# `make prepare-installed` makes the package and the system.

load helper

trials=${TRIALS:-10} # of losses, and five times as many pages are stranded

setup_file() {
	deb=$(echo "$top/${BUILD:-.build}"/deb/btrfs-dirtywatch_*.deb)
	[ -f "$deb" ] || { echo "there is no package; run 'make prepare-installed'"; return 1; }
	# The same program under a higher version.
	next=$BATS_FILE_TMPDIR/next.deb
	dpkg-deb -R "$deb" "$BATS_FILE_TMPDIR/next"
	sed -i 's/^Version: .*/&+next/' "$BATS_FILE_TMPDIR/next/DEBIAN/control"
	dpkg-deb -b "$BATS_FILE_TMPDIR/next" "$next" >/dev/null
	image=$("$here/rootfs.sh" "$deb")
	export deb next image
}

# so NAME FILTER: the JSON values in file NAME, as an array, make the filter true.
so() {
	jq -e -s "$2" "$out/$1" >/dev/null || {
		echo "not so in $1: $2"
		tail -c 3000 "$out/$1"
		return 1
	}
}

# message KIND: its MESSAGE_ID, as journal.h has it.
message() {
	grep -oE "X\($1, \"[0-9a-f]{32}\"" "$top/src/journal.h" | grep -oE '[0-9a-f]{32}'
}

# entries NAME KIND COUNT [FILTER]: the journal has so many of a kind; all make the filter true.
entries() {
	so "$1.journal" "map(select(.MESSAGE_ID == \"$(message "$2")\")) | length == $3 and all(${4:-true})"
}

# lost_ids NAME: of the findings that the journal told as lost.
lost_ids() {
	jq -r "select(.MESSAGE_ID == \"$(message lost)\") | .FINDING_ID" "$out/$1.journal" | sort
}

# told_everywhere NAME ALL: what `told` saw. ALL losses are in the journal, the store and the report.
told_everywhere() {
	entries "$1" lost "$2" '.PRIORITY == "2" and .FINDING_CLASS == "lost" and (.FILE_PATH | startswith("/mnt/scratch/provoke-"))
		and ._SYSTEMD_UNIT == "btrfs-dirtywatch.service"'
	so "$1.findings" ".[0] | map(select(.class == \"lost\")) | length == $2 and all(.path | startswith(\"/mnt/scratch/provoke-\"))"
	so "$1.report" "(map(select(.class == \"lost\")) | length == $2) and (last | .lost == $2)"
	# What the journal told is in the store, one by one.
	diff <(lost_ids "$1") <(jq -r '.[] | select(.class == "lost") | .window' "$out/$1.findings" | sort)
}

# Of the system's own: dpkg's and ldconfig's notes, systemd's catalog, and what tests made.
strangers() {
	grep '^[<>]' "$out/left" | grep -vE '^> (/var/lib/dpkg/|/var/lib/systemd/|/var/log/|/var/cache/|/var/lib/prometheus|/etc/btrfs-dirtywatch(/conf\.d(/trial\.conf)?)?$)' || :
}

@test "lintian has nothing to say about the package" {
	lintian --allow-root --fail-on error,warning "$top/${BUILD:-.build}"/deb/*.changes
}

@test "installed, killed, upgraded, booted again and purged: every loss is told and kept, and nothing stays" {
	machine 900 early-clean -r "$image" -f "$deb=in/first.deb" -f "$next=in/next.deb" "$here/scenario/installed.sh" "$trials"
	cat "$out/scenario.log"
	[ "$(cat "$out/enabled")" = enabled ]
	[ ! -s "$out/failed" ]

	told_everywhere first "$trials"
	so first.status "last | .state == \"armed\" and .findings.lost == $trials and .blind == [] and (.degraded | not)"
	[ "$(cat "$out/first.status.rc")" = 1 ]
	[ "$(cat "$out/first.report.rc")" = 1 ]
	grep -qx "btrfs_dirtywatch_lost_pages_total $trials" "$out/first.prom"
	so first.blind '. == []'
	grep -q 'Subject: .*lost' "$out/first.explained"
	cat "$out/first.modes"
	grep -q '^root 644 .*\.prom$' "$out/first.modes"
	grep -q '^root 750 /var/lib/btrfs-dirtywatch$' "$out/first.modes"
	grep -q '^root 600 .*findings.db$' "$out/first.modes"

	# Killed: the gap is declared, and it makes the answers blind.
	told_everywhere second $((2 * trials))
	so second.status "last | .state == \"armed\" and .findings.lost == $trials and (.blind | map(.kind) == [\"gap\"])"
	[ "$(cat "$out/second.status.rc")" = 5 ]
	[ "$(cat "$out/second.report.rc")" = 5 ]
	so second.blind '.[0] | length == 1 and all(.kind == "gap" and .to_ns > .from_ns)'
	so second.runs '.[0] | length == 2 and .[0].end_ns == null'

	# Upgraded: ended in order, so there is no gap but the time between.
	told_everywhere third $((3 * trials))
	so third.blind '.[0] | length == 1'
	so third.runs '.[0] | length == 3 and .[1].end_ns != null and .[2].begin_ns > .[1].end_ns'
	so third.status 'last | .blind == []'

	# Booted: it came up by itself, and knows of the boot before.
	told_everywhere fourth $((4 * trials))
	so fourth.findings ".[0] | group_by(.boot) | map(length) == [$((3 * trials)), $trials] or map(length) == [$trials, $((3 * trials))]"
	so fourth.runs '.[0] | length == 4 and .[2].end_ns != null'
	so end.journal "map(select(.MESSAGE_ID == \"$(message reloaded)\")) | length == 1"
	so end.journal 'map(select(.PRIORITY | tonumber < 2)) == []'

	# All boots of it, with all fields, on the machine that collects journals.
	entries collected lost $((4 * trials)) '.PRIORITY == "2" and (.FILE_PATH | startswith("/mnt/scratch/provoke-")) and .FINDING_ID != null'
	diff <(lost_ids collected) <(lost_ids fourth)

	[ -z "$(cat "$out/left.run")" ]
	strangers
	[ -z "$(strangers)" ]
}

# armed_as NAME: what the hooks of the daemon are, and what it does not see.
armed_as() {
	jq -S '{hooks, unseen, state, degraded}' "$out/$1.status"
}

@test "the sandbox takes nothing from it that it needs, and it asks for nothing that is not let through" {
	build_program strand "$here/strand.c" "$top/src/provoke_fault.c"
	machine 600 early-clean -r "$image" -f "$deb=in/first.deb" -f "$top/.build/strand" "$here/scenario/sandboxed.sh" "$trials" $((5 * trials))
	cat "$out/scenario.log" "$out/exposure"
	# A call that the filter refuses would have killed it.
	grep -qx 'NRestarts=0' "$out/unit"
	grep -qx 'Result=success' "$out/unit"
	[ "$(grep -c '^\(ActiveState=\)\?active$' "$out/unit")" = 2 ]
	so unit.journal 'map(.MESSAGE | strings | select(test("not permitted|denied|[Rr]ead-only|EPERM|EACCES|EROFS"))) == []'
	so unit.status 'last | .blind == [] and .self_test.result == "passed" and (.degraded | not)'
	# All pages that its other unit healed are there with all caches empty.
	[ "$(cat "$out/healed")" = "$((5 * trials)) of $((5 * trials)) right" ]
	# As without a unit.
	diff <(armed_as unit) <(armed_as plain)
	# What the disk held: directories can be opened.
	so unit.findings '.[0] | map(.json | fromjson | .rescue.on_disk.transid // 0) | max > 0'
	# Names in a closed home, and symbols of the kernel.
	so unit.findings ".[0] | map(select(.class == \"lost\")) | length == $trials and all(.path | startswith(\"/home/user/provoke-\"))"
	# The trampoline that a hook hangs on has no name.
	so unit.findings '.[0] | map(.json | fromjson) | all((.clean_stack, .drop_stack) | length > 4 and
		(map(select(startswith("0x"))) | length < 2)) and all(.clean_stack | any(startswith("btrfs_")))'
}
