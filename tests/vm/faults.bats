#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Something goes wrong while the tool watches: a right verdict, or blind with the right counter, and nothing else.

load helper

few=5

# missed NAME KIND: blind of that kind, and in the summary and the exit code too.
missed() {
	says "$1" "any(.type == \"blind\" and .kind == \"$2\" and .count > 0 and .first_ns <= .last_ns)"
	says "$1" "last | .verdict == \"blind\" and .exit_code == 5 and (.blind | any(.kind == \"$2\" and .count > 0))"
	[ "$(cat "$out/$1.rc")" = 5 ]
}

# right NAME: every loss was found, nothing else was, and nothing was missed.
right() {
	local verdict
	verdict=$(judged "$1")
	echo "$1: $verdict"
	jq -e --argjson n "$few" '.right == $n and .false == 0 and .blind == [] and .truly_lost == $n and .lost_found == $n' \
		<<<"$verdict" >/dev/null
	[ "$(cat "$out/$1.rc")" = 1 ]
}

# lost_unseen NAME: losses that were not found, or the test shows nothing.
lost_unseen() {
	jq -e '.truly_lost > .lost_found and .false == 0' <<<"$(judged "$1")" >/dev/null
}

# faults LIMIT MODULES FAULT... [-- RUN.SH OPTION...]
faults() {
	local limit=$1 module=$2 list=()
	shift 2
	while [ $# -gt 0 ] && [ "$1" != -- ]; do
		list+=("$1")
		shift
	done
	[ $# = 0 ] || shift
	machine "$limit" "$module" "$@" "$here/scenario/faults.sh" "$module" "$seed" "$few" "${list[@]}"
}

@test "a table for one page; a tool that is killed; a disk that is full; ids of nobody" {
	faults 250 early-clean table killed full notes ids
	missed table map_full
	jq -e '.false == 0' <<<"$(judged table)" >/dev/null
	missed restarted gap
	says restarted "any(.kind == \"gap\" and .pid == $(cat "$out/killed.pid") and .last_ns - .first_ns > 0)"
	jq -e -s --slurpfile truth "$out/between.truth" '($truth | map(select(.type == "trial").mono_ns)) as $lost
		| map(select(.kind == "gap"))[0] as $gap | ($lost | length) > 0 and all($lost[]; $gap.first_ns < . and . < $gap.last_ns)' \
		"$out/restarted.json" >/dev/null
	silent after
	silent beside
	[ "$(cat "$out/full.rc")" = 3 ]
	[ "$(grep -c . "$out/full.err")" = 1 ]
	grep -q 'cannot write the output: No space left' "$out/full.err"
	missed after-full gap
	grep -q 'cannot keep a note of this watch in /run/btrfs-dirtywatch: Read-only' "$out/notes.err"
	right notes
	[ "$(cat "$out/container.rc" "$out/nobody.rc" "$out/itself.rc" | tr '\n' ' ')" = "2 2 0 " ]
	grep -q 'in this container' "$out/container.err"
	grep -q 'no process 999999' "$out/nobody.err"
}

@test "a processor that goes, other tracers, a filesystem that goes, no memory" {
	faults 300 early-clean cpu umount memory tracers -- -p bpftrace
	[ -s "$out/cpu.toggled" ]
	right cpu
	right memory
	right tracers
	grep -q '@\[.*folio_clear_dirty_for_io\]: [1-9]' "$out/bpftrace.txt"
	diff <(jq -c 'select(.class == "lost") | [.inode, .bound, .write, .path]' "$out/tracers.json") \
		<(jq -c 'select(.class == "lost") | [.inode, .bound, .write, .path]' "$out/second.json")
	# Every file that changed by the unmount was lost by it, and no other.
	says umount 'last | .counters.lost == .counters.stranded and .counters.lost >= 5 and .blind == [] and .exit_code == 1'
	says umount 'map(select(.class == "lost")) | all(.dropper.way == "evict" or .dropper.way == "inode-lru")'
	diff <(jq -r 'select(.class == "lost").path | sub(".*/"; "")' "$out/umount.json" | sort) \
		<(diff "$out/umount.before" "$out/umount.after" | sed -n 's/^> .*  //p' | sort)
}

@test "hooks that are switched off; a module that cannot be unloaded" {
	# One processor: emulation can miss that another one patched the code that this one runs.
	faults 150 early-clean off unload -- -c 1
	missed off switched_off
	lost_unseen off
	missed off-again switched_off
	# It began and it ended while the tool watched.
	says off 'map(select(.kind == "switched_off")) | map(.open == true) == [true, false]'
	grep -q 'temporarily unavailable' "$out/unload.err"
	right unload
}

# bats test_tags=full
@test "a hook that the kernel refuses is made in the next way" {
	machine 250 early-clean -p bpftrace "$here/scenario/refused.sh" early-clean "$seed" "$few"
	cat "$out/refused.err"
	grep -q "cannot hook folio_clear_dirty_for_io for 'clean' by fexit: .*; trying another way" "$out/refused.err"
	grep -q '^clean  *clean_kprobe$' "$out/refused.err"
	right refused
}

@test "probes that are switched off" {
	faults 150 early-clean:nobtf probes -- -c 1
	missed probes unattributed
	missed probes switched_off
	lost_unseen probes
}

@test "a tool that is killed for its memory" {
	# The kernel says so in its log, which run.sh takes for a complaint.
	run "$here/run.sh" -k "${KERNEL:-6.1}" -m early-clean -t 150 -o "$out" \
		"$here/scenario/faults.sh" early-clean "$seed" "$few" cgroup
	echo "$output"
	[ "$status" = 0 ] || [ "$status" = 126 ]
	! grep -E 'WARNING:|BUG:|Oops|stall|lockup' "$out/dmesg.txt"
	grep -q 'oom_kill [1-9]' "$out/cgroup.events"
	[ "$(cat "$out/cgroup.rc")" = 137 ]
	missed after-cgroup gap
}
