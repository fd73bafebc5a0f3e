#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Evidence that got lost, kernels that refuse, ends at any time: never silence, never a wrong code.

load helper

@test "a ring too small, and a tool that was stopped, say blind" {
	local name
	machine 200 early-clean "$here/scenario/blind.sh" early-clean
	for name in small stopped; do
		[ "$(cat "$out/$name.rc")" = 5 ]
		says "$name" 'any(.type == "blind" and .kind == "ring_full" and .count > 0)'
		says "$name" 'last | .verdict == "blind" and .exit_code == 5'
	done
	# The ring lost detail, the maps lost nothing: what was stranded and then dropped is lost.
	says small 'last | .counters.lost == .counters.stranded and .counters.lost >= 40'
	says small '(map(select(.class == "lost")) | length) < last.counters.lost'
	says stopped 'last.open_stranded == last.counters.stranded'
}

# refused NAME CODE PATTERN: one sentence, that code.
refused() {
	echo "$1: $(cat "$out/$1.rc") $(cat "$out/$1.err")"
	[ "$(cat "$out/$1.rc")" = "$2" ]
	[ "$(grep -c . "$out/$1.err")" = 1 ]
	grep -q "$3" "$out/$1.err"
}

@test "a kernel that refuses, and ends at any time" {
	machine 300 early-clean -p env "$here/scenario/badinput.sh" early-clean
	refused no-btrfs 3 'btrfs is not loaded'
	refused not-btrfs 2 'not on btrfs'
	refused no-mount 2 'nonexistent'
	refused hidden 4 'kptr_restrict'
	refused lockdown 4 'locked down'
	refused pipe 3 'Broken pipe'
	[ "$(cat "$out/fine.rc")" = 0 ]
	cat "$out/signals"
	[ "$(wc -l <"$out/signals")" = 8 ]
	[ "$(grep -c ': 0$' "$out/signals")" = 8 ]
	says other '(map(select(.type == "finding")) == []) and last.exit_code == 0 and last.counters.calls > 0'
	says one '[.[] | select(.class == "lost")] | length == 5'
	diff <(jq -c 'select(.type == "finding") | [.class, .inode, .bound, .write, .path]' "$out/one.json") \
		<(jq -c 'select(.type == "finding") | [.class, .inode, .bound, .write, .path]' "$out/two.json")
}

@test "a start and an end under load are no blindness; a module that goes is" {
	local i
	# One processor: emulation can miss that another one patched the code that this one runs.
	machine 250 stock,early-clean:nobtf -c 1 "$here/scenario/edges.sh"
	for i in 1 2 3; do
		silent "load$i"
		says "load$i" 'last.counters.calls > 0'
	done
	[ "$(cat "$out/reloaded.rc")" = 5 ]
	says reloaded 'any(.type == "blind" and .kind == "reloaded" and .count > 0)'
}
