#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Writers, faults and drops that race: the tool must find what the soak saw lost, and no more.

load helper

setup_file() {
	mkdir -p "$top/.build"
	gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$top/.build/soak" "$here/soak.c"
}

race() {
	# Files with a loss stay: some three MiB of them a second.
	machine $((soak + 60)) "$1" -d $((1024 + 8 * soak)) -f "$top/.build/soak" "$here/scenario/soak.sh" "$1" "$soak" "$seed"
	tail -n 1 "$out/$1.soak"
	tail -n 1 "$out/$1.json"
	jq -s -e 'last | .type == "soak-end" and .complete and .writes > 0' "$out/$1.soak" >/dev/null
}

# lost_pages FILE: inode and page of every loss in it, sorted.
lost_pages() {
	jq -r 'select(.type == "lost" or .class == "lost") | "\(.inode) \(.page)"' "$1" | sort
}

@test "early-clean: every loss that the soak saw is reported, and no other" {
	race early-clean
	diff <(lost_pages "$out/early-clean.soak") <(lost_pages "$out/early-clean.json")
	says early-clean 'last | .blind == [] and .counters.unexplained == 0'
	says early-clean 'last.counters.near_miss + last.counters.lost > 0'
}

@test "stock: nothing is lost, nothing is said" {
	race stock
	[ -z "$(lost_pages "$out/stock.soak")" ]
	silent stock
}

@test "keep-dirty: nothing is lost, nothing is said" {
	race keep-dirty
	[ -z "$(lost_pages "$out/keep-dirty.soak")" ]
	silent keep-dirty
}
