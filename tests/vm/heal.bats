#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# watch --heal: is what was stranded written after all, and is nobody else's store lost by it? And what is left alone?
# KERNEL: 6.1, or another one that has modules.

load helper

setup_file() {
	build_program strand "$here/strand.c" "$top/src/provoke_fault.c"
	build_program hammer -I"$top/bpf" "$here/hammer.c" "$top/src/heal_page.c" "$top/src/heal_refuse.c"
}

# right NAME: the files of heal.sh were all right: with empty caches, and after each of two remounts.
right() {
	cat "$out/$1.check"
	[ "$(grep -cx "$trials of $trials right" "$out/$1.check")" = 3 ]
}

@test "early-clean: what is stranded is healed, and is there when all caches are empty" {
	machine $((60 + trials * 2)) early-clean -f "$top/.build/strand" "$here/scenario/heal.sh" early-clean "$seed" "$trials"
	right early-clean
	says early-clean "last | .heal == {healed: $trials, not_healed: {}} and .lost == 0 and .open_stranded == 0 and .blind == []"
	# Each window: stranded, then a near miss that says it.
	says early-clean "map(select(.class == \"near-miss\" and .was_stranded and .heal == {healed: true}) | .id) | unique | length == $trials"
	says early-clean 'map(select(.class == "stranded" and .heal)) == []'
	[ "$(cat "$out/early-clean.rc")" = 0 ]
	# Nobody needs their content any more.
	[ "$(find "$out/rescue" -type f | wc -l)" = 0 ]
}

@test "early-clean, without --heal: the same pages are lost" {
	machine $((60 + trials * 2)) early-clean -f "$top/.build/strand" "$here/scenario/heal.sh" early-clean "$seed" "$trials" -v
	cat "$out/early-clean.check"
	[ "$(grep -cx "0 of $trials right" "$out/early-clean.check")" = 3 ]
}

@test "while somebody drops all caches all the time: what is called healed is there, what is lost is saved" {
	local healed lost wrong
	machine $((60 + trials * 4)) early-clean -f "$top/.build/strand" "$here/scenario/heal_race.sh" early-clean "$seed" $((trials * 5))
	says early-clean 'last | .blind == [] and .open_stranded == 0'
	healed=$(jq -r 'select(.heal.healed == true) | "\(.inode) right"' "$out/early-clean.json" | sort -u)
	lost=$(jq -r 'select(.class == "lost") | "\(.inode) wrong"' "$out/early-clean.json" | sort -u)
	echo "$(wc -l <<<"$healed") healed, $(grep -c . <<<"$lost") lost"
	jq -c 'select(.type == "summary") | .heal' "$out/early-clean.json"
	# All of both kinds are as they are said to be, and what is wrong was said to be lost.
	[ -n "$healed" ] && [ -n "$lost" ]
	[ -z "$(comm -23 <(printf '%s\n' "$healed" "$lost" | sort -u) <(sort -u "$out/early-clean.list"))" ]
	wrong=$(grep wrong "$out/early-clean.list" | sort -u)
	diff <(echo "$wrong") <(echo "$lost")
	says early-clean 'map(select(.class == "lost" and .rescue.saved != true)) == []'
	[ "$(find "$out/rescue" -name '*.rescue' | wc -l)" = "$(wc -l <<<"$lost")" ]
}

@test "stock: there is nothing to heal" {
	machine 100 stock -f "$top/.build/strand" "$here/scenario/heal.sh" stock "$seed" "$trials"
	right stock
	silent stock
	says stock 'last.heal == {healed: 0, not_healed: {}}'
}

# left_alone REASON [NAME]: the one page was not healed, for that reason, and is as it was; its content is kept.
left_alone() {
	local name=${2:-$1}
	says "$name" "map(select(.type == \"not-healed\") | .reason) == [\"$1\"]"
	says "$name" "last | .heal == {healed: 0, not_healed: {$1: 1}} and .open_stranded == 1 and .blind == []"
	[ "$(cat "$out/$name.rc")" = 1 ]
	[ ! -e "$out/$name.page" ] || [ "$(cat "$out/$name.page")" = right ]
	[ "$(find "$out/rescue-$name" -name '*.rescue' | wc -l)" = 1 ]
}

@test "what is not healed: whose file is used otherwise, cannot be written, or has no room" {
	local reason
	machine 400 early-clean -f "$top/.build/strand" -p btrfs -p chattr -p mkswap -p /usr/sbin/swapon -p /usr/sbin/swapoff \
		"$here/scenario/heal_refused.sh" early-clean "$seed"
	for reason in direct_io leased running immutable verity read_only swapfile no_name no_space time_limit; do
		left_alone "$reason"
	done
	left_alone no_space quota
	[ "$(cat "$out/leased.lease")" = kept ]
	# It had gone before: that is a loss, and its content is kept.
	says dropped 'map(select(.class == "lost") | .heal) == [{healed: false, reason: "dropped"}]'
	says dropped 'last | .lost == 1 and .heal == {healed: 0, not_healed: {dropped: 1}}'
	[ "$(find "$out/rescue-dropped" -name '*.rescue' | wc -l)" = 1 ]
	# It was thrown away: nothing is to be said.
	says truncated 'last | .lost == 0 and .heal == {healed: 0, not_healed: {settled: 1}}'
	[ "$(cat "$out/truncated.rc")" = 0 ]
	# What hung with the frozen filesystem did not outlive it.
	[ ! -s "$out/time_limit.left" ]
}

# hammered MODULE: nothing of what others stored was lost or torn, then or later.
hammered() {
	machine $((60 + hammer / 25)) "$1" -j -f "$top/.build/hammer" "$here/scenario/heal_hammer.sh" "$1" "$seed" "$hammer"
	cat "$out/hammer"
	grep -qE "^$hammer healed, [1-9][0-9]{5,} stores, [1-9][0-9]{2,} writes, 0 lost, 0 torn$" "$out/hammer"
	[ "$(grep -cx '0 of 4 wrong' "$out/hammer.check")" = 3 ]
}

@test "stores and write calls to the page that is healed: none is lost or torn" {
	hammered early-clean
}

# bats test_tags=full
@test "the same on a kernel without the bug" {
	hammer=1000
	hammered stock
}
