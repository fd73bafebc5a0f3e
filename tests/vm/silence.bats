#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Legal ways for pages to become clean or to go: on no kernel may the tool take one for a loss.

load helper

legal() {
	local case
	machine 250 "$1" -p fio -p btrfs -p cp -p fallocate "$here/scenario/silence.sh" "$1" "$fio"
	for case in discard compress compress-force defrag migrate rewrite fio; do
		echo "$1 $case"
		silent "$1-$case"
	done
	says "$1-rewrite" 'last.counters.written >= 32768'
	says "$1-fio" 'last.counters.written > 0'
}

@test "early-clean: no false finding" {
	legal early-clean
	# The paths were taken: rewritten pages were suspects, and found to be none.
	says early-clean-rewrite 'last.counters | .suspects >= 32768 and .suspects == .rewritten'
}

@test "stock: no false finding" {
	legal stock
}

@test "keep-dirty: no false finding" {
	legal keep-dirty
}
