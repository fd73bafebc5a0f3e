#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Does the tool say what really happened? Class, bytes, path, writer and dropper, against the reproducer's truth.

load helper

# agrees MODULE OUTCOME EXIT: the tool was right, and ended so.
agrees() {
	outcome_agrees "$1" "$2"
	[ "$(cat "$out/$1-$2.rc")" = "$3" ]
}

# keeps MODULE: the kernel kept every byte in what loses them elsewhere, and the tool was silent.
keeps() {
	local verdict
	verdict=$(judged "$1-lost")
	echo "$1: $verdict"
	jq -e --argjson n "$trials" '.trials == $n and .truly_lost == 0 and .outcomes == {none: $n}' <<<"$verdict" >/dev/null
	silent "$1-lost"
	silent "$1-stranded"
}

# every_outcome MODULE [RUN.SH OPTION...]
every_outcome() {
	local name=${1/:/-}
	machine 300 "$@" "$here/scenario/outcomes.sh" "$1" "$seed" "$trials" lost near-miss stranded superseded none
	agrees "$name" lost 1
	agrees "$name" near-miss 0
	agrees "$name" stranded 1
	agrees "$name" superseded 0
	agrees "$name" none 0
	jq -e -s 'map(select(.type == "finding")) | all(.subvolume == 5 and .complete == (.class != "pending"))' \
		"$out/$name-lost.json" >/dev/null
}

@test "early-clean: every outcome is told, with module BTF" {
	every_outcome early-clean
}

# bats test_tags=full
@test "early-clean: every outcome is told, without module BTF and with KASLR" {
	every_outcome early-clean:nobtf -z
}

@test "stock loses nothing, and nothing is said" {
	machine 200 stock "$here/scenario/outcomes.sh" stock "$seed" "$trials" lost stranded
	keeps stock
}

# bats test_tags=full
@test "keep-dirty loses nothing, and nothing is said" {
	machine 200 keep-dirty "$here/scenario/outcomes.sh" keep-dirty "$seed" "$trials" lost stranded
	keeps keep-dirty
}

# The machine's clock counts its instructions, one a nanosecond: what else this host has to do is no part of it.
@test "one event, alone, is printed within 100 ms" {
	machine 300 early-clean -i -p stat "$here/scenario/latency.sh" early-clean
	cat "$out/latency"
	[ "$(cut -d' ' -f1 "$out/latency" | sort -u | wc -l)" = 8 ]
	while read -r observed written; do
		awk -v a="$(date -d "$observed" +%s.%N)" -v b="$written" 'BEGIN { exit !(b - a < 0.1 && b - a > -0.1) }'
	done <"$out/latency"
}

@test "unlinked but open: lost; gone with its inode or its subvolume: void" {
	machine 150 early-clean -p btrfs "$here/scenario/gone.sh"
	says open 'last | .counters.lost >= 5 and .counters.lost == .counters.stranded and .counters.voided == 0'
	says open 'map(select(.class == "lost")) | all(.unlinked)'
	says evicted 'last | .counters.voided == .counters.stranded and .counters.lost == 0 and .blind == []'
	says subvolume 'map(select(.class == "stranded")) | all(.subvolume >= 256)'
	says subvolume 'last | .counters.voided == .counters.stranded and .counters.lost == 0 and .blind == []'
}

@test "the exported program tells the kernels apart, without the tool" {
	local o made=$BATS_TEST_TMPDIR files=()
	for o in lost stranded near-miss superseded; do
		"$top/btrfs-dirtywatch-static" provoke --export-c --outcome "$o" -n 20 --seed "$seed" >"$made/$o.c"
		gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$made/$o" "$made/$o.c"
		files+=(-f "$made/$o")
	done
	machine 200 early-clean,stock "${files[@]}" "$here/scenario/exported.sh"
	grep -x 'early-clean lost 1: lost-write: 20 of 20 trials lost data: this kernel has the bug' "$out/exported"
	grep -x 'early-clean stranded 1: lost-write: 20 of 20 trials lost data: this kernel has the bug' "$out/exported"
	grep -x 'early-clean near-miss 0: lost-write: 0 of 20 trials lost data: none' "$out/exported"
	[ "$(grep -c '0: lost-write: 0 of 20 trials lost data: none' "$out/exported")" = 6 ]
}
