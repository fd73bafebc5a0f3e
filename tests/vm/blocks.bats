#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Folios of several blocks, all dirty, of which a write call cleans one, some or all. Wants a kernel that has such folios:
# KERNEL, or 7.3. There early-clean cleans the blocks that are written to, early-clean-folio all of the folio's.

load helper

setup_file() {
	export KERNEL=${KERNEL:-7.3}
	mkdir -p "$top/.build"
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -pthread -I"$top/src" -o "$top/.build/blocks" \
		"$here/blocks.c" "$top/src/provoke_fault.c"
}

# One processor: the emulator may run code that another processor has just patched, and each trial of this suite takes hooks away.
# With it, 7.3 takes most of a minute to verify the programs, for each of up to four modes.
blocks() { # blocks MODULE MODE...
	machine $((300 + trials * 6)) "$1" -c 1 -f "$top/.build/blocks" "$here/scenario/blocks.sh" "$1" "$trials" "${@:2}"
}

# ranges CLASS NAME: inode and bytes of each finding of the class, page by page; and what was so.
ranges() {
	jq -r --arg c "$1" 'select(.type == "finding" and .class == $c) | .inode as $i | .bound[] | "\($i) \(.[0]) \(.[1])"' "$out/$2.json" | sort
}
truth() {
	jq -r '.inode as $i | .lost[] | "\($i) \(.[0]) \(.[1])"' "$out/$1.truth" | sort
}

# agrees NAME: the folios were large, and what is said to be lost is what was lost, byte for byte.
agrees() {
	jq -s -e --argjson n "$trials" 'length == $n and all(.large)' "$out/$1.truth" >/dev/null
	tail -n 1 "$out/$1.json"
	diff <(truth "$1") <(ranges lost "$1")
	says "$1" 'last | .blind == [] and .counters.unexplained == 0'
}

# loses NAME FILTER: the filter is true of the truth, one object for each trial.
loses() {
	jq -s -e "map(.lost) | $2" "$out/$1.truth" >/dev/null
}

@test "one block is lost, the others of its folio stay dirty: stranded, then lost" {
	blocks early-clean stranded wide split
	loses stranded 'all(length == 1)'
	loses wide 'all(length == 2)'
	agrees stranded
	agrees wide
	agrees split
	diff <(truth stranded) <(ranges stranded stranded)
	says stranded "last.counters | .stranded == $trials and .lost == $trials"
	says wide "last.counters | .stranded == 2 * $trials and .lost == 2 * $trials"
}

@test "the call comes back to a block: a near miss; to a folio that was dropped: less what it wrote itself" {
	blocks early-clean near-miss race
	loses near-miss 'all(. == [])'
	loses race 'all(length == 2)'
	agrees near-miss
	agrees race
	says near-miss "last.counters | .near_miss == $trials and .lost == 0"
}

@test "all blocks of a folio are cleaned" {
	blocks early-clean-folio stranded wide near-miss race
	loses stranded 'all(length == 8)'
	loses near-miss 'all(length == 7)'
	for mode in stranded wide near-miss race; do agrees "$mode"; done
}

@test "stock: nothing is lost, nothing is said" {
	blocks stock stranded wide near-miss race
	for mode in stranded wide near-miss race; do
		loses "$mode" 'all(. == [])'
		agrees "$mode"
		silent "$mode"
		says "$mode" 'last.counters.suspects == 0'
	done
}
