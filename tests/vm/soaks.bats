#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Much legal work at once: no finding, nothing blind. SOAKS: seconds of each.
# What loses data elsewhere is a copy that faults. fio and churn give the kernel memory that stays, and check every byte
# that they wrote: on a kernel with the bug too nothing may be lost or left clean. stress-ng's programs check nothing, and
# some hand in addresses that fault: with the bug nobody could tell what they lost, so they run where nothing can be.

load helper

setup_file() {
	mkdir -p "$top/.build"
	gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$top/.build/force" "$here"/silence/force*.c
}

soaks() { # soaks VARIANT SOAK...
	local variant=$1 seconds=${SOAKS:-12} s
	shift
	machine $((seconds * $# * 4 + 200)) "$variant" -f "$top/.build/force" -f "$(gcc -print-file-name=libgcc_s.so.1)=/usr/lib/libgcc_s.so.1" \
		-p fio -p btrfs -p cp -p stress-ng "$here/scenario/soaks.sh" "$variant" "$seconds" "$@"
	for s in "$@"; do
		cat "$out/$s.did"
		tail -n 1 "$out/$s.json"
		silent "$s"
		says "$s" 'last.counters | .written > 1000 and .suspects == .rewritten'
	done
}

@test "stock: fio mixes, churn, stress-ng: no finding, nothing blind" {
	soaks stock fio churn stress
}

@test "early-clean: fio mixes, churn: no finding, nothing blind" {
	soaks early-clean fio churn
	says fio 'last.counters.suspects > 1000'
	says churn 'last.counters.suspects > 0'
}

# bats test_tags=full
@test "keep-dirty: fio mixes: no finding, nothing blind" {
	soaks keep-dirty fio
}
