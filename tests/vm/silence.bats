#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Legal ways for pages to become clean or to go: on no kernel may the tool take one for a loss.

load helper

legal() {
	local set
	machine 250 "$1" -p fio -p btrfs -p cp -p fallocate "$here/scenario/silence.sh" "$1" "$fio"
	for set in plain compress compress-force; do
		echo "$1 $set"
		silent "$1-$set"
	done
	# The paths were taken: 128 MiB were written back, and much more.
	says "$1-plain" 'last.counters.written > 32768'
	says "$1-compress" 'last.counters.written > 0'
	says "$1-compress-force" 'last.counters.written > 0'
}

@test "early-clean: no false finding" {
	legal early-clean
	# Rewritten pages were suspects, and found to be none.
	says early-clean-plain 'last.counters | .suspects > 65536 and .suspects == .rewritten'
}

@test "stock: no false finding" {
	legal stock
}

@test "keep-dirty: no false finding" {
	legal keep-dirty
}
