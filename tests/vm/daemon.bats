#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The daemon: two processes, a store on the filesystem that it watches, and all that can end it.
# shellcheck disable=SC2154 # helper.bash sets them

load helper

# stored SQL RESULT: what the store holds.
stored() {
	local got
	got=$(sqlite3 -readonly "$out/findings.db" "$1")
	[ "$got" = "$2" ] || {
		echo "not '$2' but '$got': $1"
		return 1
	}
}

# status NAME FILTER: what `status --json` said must make the filter true.
status_says() {
	jq -e "$2" "$out/$1.json" >/dev/null || {
		echo "not so in $1.json: $2"
		cat "$out/$1.json"
		return 1
	}
}

# metric LINE: the textfile has it.
metric() {
	grep -qxF "btrfs_dirtywatch_$1" "$out/metrics.prom"
}

# The hooks' process has other rights than the one that reads what others made up; both have sockets, none of a network.
separated() {
	local caps comm more filter networks sockets
	[ "$(wc -l <"$out/rights.txt")" = 2 ]
	while read -r comm caps more filter networks sockets; do
		[ "$more/$filter/$networks" = 1/2/0 ]
		[ "$sockets" -ge 2 ]
		case $comm in
		# BPF, PERFMON, SYS_ADMIN, SYSLOG, SYS_RESOURCE, DAC_READ_SEARCH
		dirtywatch-hook) [ $((0x$caps)) = $((1 << 39 | 1 << 38 | 1 << 34 | 1 << 24 | 1 << 21 | 1 << 2)) ] ;;
		# SYSLOG, SYS_ADMIN, DAC_READ_SEARCH
		*) [ $((0x$caps)) = $((1 << 34 | 1 << 21 | 1 << 2)) ] ;;
		esac
	done <"$out/rights.txt"
}

# Losses of three trials, in every place where they are told.
told() {
	[ "$(cat "$out/after.code")" = 1 ]
	status_says after '.running and .state == "armed" and .findings.lost == 3 and .blind == [] and (.degraded | not)'
	status_says after '.self_test.result == "passed"'
	stored "SELECT count(*), sum(bytes > 0), min(path LIKE '/mnt/scratch/provoke-%') FROM finding WHERE class = 'lost'" '3|3|1'
	stored 'PRAGMA integrity_check' ok
	[ "$(grep -c '^<2>.* lost before they reached the disk' "$out/daemon.log")" = 3 ]
	diff <(sed -n 's/^<2>.*finding //p' "$out/daemon.log" | sort) \
		<(sqlite3 -readonly "$out/findings.db" "SELECT window FROM finding WHERE class = 'lost' ORDER BY window")
	metric 'lost_pages_total 3'
	grep -q '3 lost in' "$out/report.txt"
}

# daemon MODULE GUARD
daemon() {
	machine 240 "$1" -p sqlite3 "$here/scenario/daemon.sh" "$1" "$2"
	[ "$(cat "$out/before.code")" = 0 ]
	separated
	[ "$(cat "$out/daemon.code")" = 0 ]
	[ "$(cat "$out/ended.code")" = 3 ]
	grep -q 'with the next start only: \[watch\] ring-kib$' "$out/daemon.log"
	# A guard says at the start what it does not see.
	[ "$(grep '^btrfs-dirtywatch: ' "$out/daemon.log" | grep -cv 'with these hooks nobody sees')" = 0 ]
	stored 'SELECT count(*), sum(end_ns >= covered_ns), sum(covered_ns > begin_ns) FROM run' '1|1|1'
}

@test "stock, a guard: nothing is said, and the hooks pass their test" {
	daemon stock yes
	[ "$(cat "$out/after.code")" = 0 ]
	status_says after '.mode == "guard" and .self_test.result == "passed" and .blind == [] and .counters.written_all > 0'
	stored 'SELECT count(*) FROM finding' 0
	stored 'SELECT exit_code FROM run' 0
	grep -q 'armed' "$out/daemon.log"
	run ! grep -q '^<[0-4]>' "$out/daemon.log"
	[ "$(cat "$out/idle-pages")" -lt 200 ]
}

@test "early-clean: what is lost is in the status, the store, the journal and the metrics" {
	daemon early-clean no
	told
	stored 'SELECT exit_code FROM run' 1
	# It does not feed on what it writes itself: a beat in a minute at most, and the log of that.
	[ "$(cat "$out/idle-pages")" -lt 200 ]
}

# findings_told SED-COMMAND: the ids that the daemon told on lines which the command leaves.
findings_told() {
	sed "$1" "$out/daemon.log" | sed -n 's/^<[0-4]>.*; finding \([0-9a-f-]*\)$/\1/p' | sort -u
}

# told_and_stored TABLE SED-COMMAND: each of them is in that table.
told_and_stored() {
	findings_told "$2" >"$out/told-$1"
	sqlite3 -readonly "$out/findings.db" "SELECT window FROM $1" | sort -u >"$out/stored-$1"
	echo "$1: $(wc -l <"$out/told-$1") told, $(wc -l <"$out/stored-$1") stored"
	[ -z "$(comm -23 "$out/told-$1" "$out/stored-$1")" ]
}

@test "killed at any moment: what was told is in the store, which always opens, and each gap is declared" {
	local kills=${KILLS:-10} gaps
	build_program soak "$here/soak.c"
	machine $((120 + kills * 30)) early-clean -d 4096 -f "$top/.build/soak" -p sqlite3 "$here/scenario/daemon_kill.sh" early-clean "$seed" "$kills"
	[ "$(wc -l <"$out/kills")" = "$kills" ]
	stored 'PRAGMA integrity_check' ok
	# Old bytes may be read, and told, before the loss is: that waits for the end of the write call.
	told_and_stored stale_read '/^<3>old bytes were read/!d'
	told_and_stored finding '/^<3>old bytes were read/d'
	[ "$(wc -l <"$out/told-finding")" -ge "$kills" ]
	run ! grep -q 'cannot be stored' "$out/daemon.log"
	stored 'SELECT count(*), sum(end_ns IS NULL) FROM run' "$((kills + 1))|$kills"
	gaps=$(sqlite3 -readonly "$out/findings.db" "SELECT count(*) FROM blind WHERE kind = 'gap'")
	echo "$gaps gaps"
	[ "$gaps" = "$kills" ]
}

@test "a store that is full, or read-only: degraded, nothing is missing from the journal, and later not from the store" {
	local state
	machine 400 early-clean -p sqlite3 "$here/scenario/daemon_trouble.sh" early-clean
	for state in full read-only; do
		[ "$(cat "$out/$state.code")" = 5 ]
		grep -q DEGRADED "$out/$state.txt"
		status_says "$state" ".degraded and .store.trouble == \"$state\" and .store.pending > 0"
		status_says "well-$state" '(.degraded | not) and .store.trouble == "none" and .store.pending == 0 and .store.given_up == 0'
	done
	[ "$(grep -c '^<3>findings cannot be stored' "$out/daemon.log")" = 2 ]
	[ "$(grep -c '^<5>findings are stored again' "$out/daemon.log")" = 2 ]
	[ "$(findings_told '' | wc -l)" = 7 ]
	stored "SELECT count(*) FROM finding WHERE class = 'lost'" 7
	[ "$(sort -u "$out/daemon.code")" = 0 ]
	# What takes more than it may is detached, loudly, and is not armed again.
	[ "$(cat "$out/detached.code")" = 5 ]
	status_says detached '.state == "detached" and .budget.state == "detached"'
	grep -q '^<3>.*nothing is watched until the service is started again$' "$out/daemon.log"
}
