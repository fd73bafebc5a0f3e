#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Writers, faults and drops that race: the tool must find what the soak saw lost, and no more.

load helper

setup_file() {
	build_program soak "$here/soak.c"
}

race() {
	# Files with a loss stay: some three MiB of them a second.
	machine $((soak + 60)) "$1" -d $((1024 + 8 * soak)) -f "$top/.build/soak" "$here/scenario/soak.sh" "$1" "$soak" "$seed"
	tail -n 1 "$out/$1.soak"
	tail -n 1 "$out/$1.json"
	jq -s -e 'last | .type == "soak-end" and .complete and .writes > 0' "$out/$1.soak" >/dev/null
}

# lost_nothing NAME: the soak saw no loss.
lost_nothing() {
	jq -s -e 'map(select(.type == "lost")) == []' "$out/$1.soak" >/dev/null
}

@test "early-clean: every loss that the soak saw is reported, and no other" {
	race early-clean
	losses_agree early-clean
	says early-clean 'last | .blind == [] and .counters.unexplained == 0'
	says early-clean 'last.counters.near_miss + last.counters.lost > 0'
}

# bats test_tags=full
@test "stock: nothing is lost, nothing is said" {
	race stock
	lost_nothing stock
	silent stock
}

# bats test_tags=full
@test "keep-dirty: nothing is lost, nothing is said" {
	race keep-dirty
	lost_nothing keep-dirty
	silent keep-dirty
}

# What the judge must not take for right. A page that a call of 76 bytes lost once, and one that it lost twice: the second
# time with a byte of the call's, as in a run that was seen.
two_pages() {
	mkdir -p "$out"
	cat >"$out/x.soak" <<-'END'
		{"type":"lost","inode":7,"page":0,"lost_bytes":[[0,10],[86,4010]],"pid":3,"t0_ns":10,"t1_ns":90}
		{"type":"lost","inode":7,"page":19,"lost_bytes":[[77824,656],[78555,3365]],"pid":3,"t0_ns":100,"t1_ns":190}
		{"type":"soak-end","complete":true}
	END
	cat >"$out/x.json" <<-'END'
		{"type":"finding","class":"lost","inode":7,"page":0,"bound":[[0,10],[86,4010]],"clean_ns":20,"drop_ns":30,"end_ns":80,"write":{"pid":3,"pos":10,"result":76}}
		{"type":"finding","class":"lost","inode":7,"page":19,"bound":[[77824,655],[78555,3365]],"clean_ns":120,"drop_ns":130,"end_ns":180,"write":{"pid":3,"pos":78479,"result":76}}
		{"type":"finding","class":"lost","inode":7,"page":19,"bound":[[77824,656],[78555,3365]],"clean_ns":140,"drop_ns":150,"end_ns":180,"write":{"pid":3,"pos":78479,"result":76}}
	END
}

# spoiled FILE EXPRESSION WORDS: with this one change the judge must not agree, and say so.
spoiled() {
	two_pages
	sed -i "$2" "$out/x.$1"
	run losses_agree x
	if [ "$status" = 0 ] || [[ $output != *"$3"* ]]; then
		echo "not seen: $1 with $2: $output"
		return 1
	fi
}

@test "the judge takes what is right for right" {
	two_pages
	losses_agree x
	[ "$(jq -c '[.pages, .findings, .repeated]' <<<"$verdict")" = '[2,3,1]' ]
}

@test "the judge sees each kind of mistake" {
	spoiled json 1d '"missed":1'
	spoiled soak 1d '"false":1'
	spoiled soak '1s/"lost"/"kept"/' '"false":1'
	spoiled json '1s/4010/4009/' '"wrong":1'
	spoiled json '1s/"pid":3/"pid":4/' 'pid 4'
	spoiled json '1s/"clean_ns":20/"clean_ns":9/' 'cleaned at 9'
	spoiled json '1s/"drop_ns":30/"drop_ns":91/' 'dropped at 91'
	# One of the two is not told, or one of one loss is told twice.
	spoiled json 3d 'bytes [[77824,655]'
	spoiled json '1p' 'a loss begins before'
	spoiled json '1{p;s/:20/:40/;s/:30/:50/}' 'the same loss is told twice'
	spoiled json '2s/655/656/' 'the same loss is told twice'
	spoiled json '3s/:180/:181/' 'by two calls'
	spoiled soak '2s/"pid"/"drops":3,"pid"/' 'lost 2 times, truly 3'
}
