#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Stranded pages that something else than a buffered write replaces: each is judged by what became of that.

load helper

setup_file() {
	mkdir -p "$top/.build"
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -pthread -I"$top/src" -o "$top/.build/overwrite" \
		"$here/overwrite.c" "$top/src/provoke_fault.c"
}

replaced() {
	local module=$1
	shift
	machine 400 "$module" -p btrfs -f "$top/.build/overwrite" "$here/scenario/overwrite.sh" "$module" "$@"
}

# verdicts NAME CLASS CLASS: the last word on each of the two pages, all of it complete; nothing is blind.
verdicts() {
	says "$1" '[group_by(.page)[] | map(select(.type == "finding")) | select(length > 0) | last | .class] == ["'"$2"'", "'"$3"'"]'
	says "$1" 'last | .type == "summary" and .blind == []'
}

# ended NAME RESULT CODE: what the call that replaces returned, and the tool's exit status.
ended() {
	echo "$1: $(cat "$out/$1.result") $(cat "$out/$1.rc")"
	[ "$(cat "$out/$1.result")" = "$2" ]
	[ "$(cat "$out/$1.rc")" = "$3" ]
}

# on_disk NAME WORD WORD: who wrote the bytes of the two pages that the disk holds (b base, p pending, d direct).
on_disk() {
	[ "$(tr '\n' ' ' <"$out/$1.disk")" = "$2 $3 " ]
}

# replaced_whole NAME: both pages hold what the direct write wrote.
replaced_whole() {
	ended "$1" 8192 0
	verdicts "$1" superseded superseded
	on_disk "$1" d d
}

judge_direct() { replaced_whole direct; }
judge_async() { replaced_whole async; }

judge_fault() {
	ended fault -14 1
	verdicts fault superseded lost
	says fault 'map(select(.class == "lost")) | .[0] | .complete and .dropper.way == "direct-io" and .bound == [[20480, 4096]]'
	on_disk fault d b
}

# EDQUOT: the direct write itself fails, and nothing is tried in its place.
judge_refused() {
	ended refused -122 1
	verdicts refused lost lost
	says refused 'map(select(.class == "lost" and .complete and .dropper.way == "direct-io")) | length == 2'
	on_disk refused b b
}

judge_unaligned() {
	ended unaligned 8172 0
	verdicts unaligned near-miss near-miss
	on_disk unaligned pd dp
}

judge_dedupe() {
	ended dedupe 8192 0
	verdicts dedupe superseded superseded
	says dedupe 'map(select(.class == "superseded" and has("dropper"))) == []'
	on_disk dedupe p p
}

judge_twins() {
	ended twins 8192 1
	says twins 'map(select(.class == "superseded")) == [] and (map(select(.class == "lost")) | length == 4)'
	on_disk twins b b
}

# cloned_over NAME: both pages hold what came from the source.
cloned_over() {
	verdicts "$1" void void
	says "$1" 'map(select(.class == "void" and .complete and .dropper.way == "remap")) | length == 2'
	on_disk "$1" p p
}

judge_clone() {
	ended clone 0 0
	cloned_over clone
}

judge_copy() {
	ended copy 8192 0
	cloned_over copy
}

# How far a clone came that was killed is not known; it had not come to these pages.
judge_killed() {
	ended killed -4 1
	verdicts killed lost lost
	says killed 'map(select(.class == "lost" and .complete == false and .dropper.way == "remap")) | length == 2'
	on_disk killed b b
}

judge_encoded() {
	ended encoded 4096 0
	[ "$(cat "$out/encoded.check.rc")" = 0 ] # as check had said
	verdicts encoded superseded superseded
}

# replacing MODULE CASE...: each of them is judged by what it did.
replacing() {
	local name
	replaced "$@"
	shift
	for name in "$@"; do "judge_$name"; done
}

few=(direct fault dedupe killed encoded)
others=(async refused unaligned twins clone copy)

@test "direct and encoded writes, dedupes and clones are judged by what they did" {
	replacing early-clean "${few[@]}"
}

# bats test_tags=full
@test "so are asynchronous, refused and unaligned ones, and those whose source is stranded itself" {
	replacing early-clean "${others[@]}"
}

# bats test_tags=full
@test "the same without module BTF, but that the result of an encoded write is not seen, and blinds" {
	judge_encoded() {
		ended encoded 4096 5
		[ "$(cat "$out/encoded.check.rc")" = 5 ] # as check had said
		says encoded 'map(select(.class == "lost" or .class == "superseded")) == []'
		says encoded 'last | .verdict == "blind" and .blind[0].kind == "direct_io" and .blind[0].count == 2'
	}
	replacing early-clean:nobtf "${others[@]}" "${few[@]}"
}
