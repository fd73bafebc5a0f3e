#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# restore: does what was rescued come back, all of it, and does nothing newer ever go for it?
# KERNEL: 6.1, or one of the others that has modules.

load helper

setup_file() {
	build_program meant "$here/meant.c" "$top/src/provoke_plan.c"
	build_program newer "$here/newer.c"
	build_program strand "$here/strand.c" "$top/src/provoke_fault.c" "$top/src/provoke_plan.c"
}

# states FILE: how many pages `restore` said what of, "STATE N" a line.
states() {
	jq -r -n 'reduce (inputs | select(.type == "restore")) as $r ({}; .[$r.state] += 1) | to_entries[] | "\(.key) \(.value)"' "$out/$1"
}

# put_back NAME: each page came back, and the second time there is nothing to do.
put_back() {
	states "$1.dry"
	states "$1.done"
	[ "$(cat "$out/$1.before")" != "$trials of $trials right" ]
	[ "$(states "$1.dry")" = "differs $trials" ]
	[ "$(states "$1.done")" = "restored $trials" ]
	[ "$(cat "$out/$1.meant")" = "$trials of $trials right" ]
	[ "$(states "$1.again")" = "" ]
	[ "$(cat "$out/$1.dry.rc" "$out/$1.done.rc" "$out/$1.again.rc" | sort -u)" = 0 ]
	# What was said to differ is what was missing, byte for byte.
	diff <(jq -r 'select(.type == "trial") | "\(.inode) \(.lost_bytes | tojson)"' "$out/$1.truth" | sort) \
		<(jq -r 'select(.type == "restore") | "\(.inode) \(.exact | tojson)"' "$out/$1.dry" | sort)
}

@test "what was lost comes back, and once only" {
	machine $((200 + 10 * trials)) early-clean -f "$top/.build/meant" "$here/scenario/restore.sh" early-clean "$seed" "$trials" \
		lost-in-the-call stranded-then-dropped
	put_back lost-in-the-call
	put_back stranded-then-dropped
}

# is CASE STATE EXIT-CODE: what became of the one page of a case.
is() {
	echo "$1: $(states "$1.done"), exit code $(cat "$out/$1.rc"), $(cat "$out/$1.err")"
	[ "$(states "$1.done")" = "$2 1" ]
	[ "$(cat "$out/$1.rc")" = "$3" ]
}

# changed CASE FILES: so many files have other bytes than before.
changed() {
	[ "$(awk '$1 == "before" { was[++b] = $3 } $1 == "after" { n += was[++a] != $3 } END { print n + 0 }' "$out/$1.files")" = "$2" ]
}

@test "renamed, linked, copied, snapshot, moved: it comes back; written, cut off, gone, locked: nothing is touched" {
	local case
	machine 300 early-clean -p btrfs -p chattr -f "$top/.build/strand" "$here/scenario/conflicts.sh" early-clean "$seed"
	for case in plain renamed linked copied snapshot moved in-use forced; do
		is "$case" restored 0
		changed "$case" 1
	done
	is cut restored 0
	is beside already 0
	[ "$(cat "$out/beside.page")" = right ]
	is truncated truncated 1
	is deleted gone 1
	is written newer 1
	is stored-same newer 1
	is stranded-again newer 1
	is direct direct_io 1
	is immutable closed 1
	is read-only closed 1
	is damaged damaged 1
	for case in truncated written stored-same stranded-again direct immutable read-only damaged; do
		changed "$case" 0
	done
	jq -s -e 'any(.error == "Operation not permitted")' "$out/immutable.done" >/dev/null
	jq -s -e 'any(.error == "Read-only file system")' "$out/read-only.done" >/dev/null
}

@test "somebody writes there meanwhile, stores there, or writes past the cache: no newer byte goes" {
	local mode
	machine 400 early-clean -j -f "$top/.build/newer" "$here/scenario/newer.sh" early-clean "$seed" "$trials" write store direct
	for mode in write store direct; do
		echo "$mode: $(tail -n 1 "$out/$mode.newer"); $(states "$mode.done" | tr '\n' ' ')"
		[ "$(cat "$out/$mode.rc")" = 0 ]
		grep -qE '^[1-9][0-9]* newer bytes, 0 gone$' "$out/$mode.newer"
		# Those that nobody wrote to came back, and of the others not all.
		[ "$(states "$mode.done" | sed -n 's/^restored //p')" -ge "$trials" ]
		[ "$(states "$mode.done" | awk '$1 != "restored" { n += $2 } END { print n + 0 }')" -gt 0 ]
	done
}

@test "killed at any moment: what is marked as restored is, and the rest can be" {
	local kills=${KILLS:-10}
	machine $((100 + kills * 10)) early-clean -f "$top/.build/meant" "$here/scenario/restore_kill.sh" early-clean "$seed" "$kills"
	cat "$out/kills"
	[ "$(wc -l <"$out/kills")" = "$kills" ]
	[ -z "$(awk '$1 != $2' "$out/kills")" ]
	# It was killed with some done, and some not.
	[ -n "$(awk -v all=$((3 * kills)) '$1 > 0 && $1 < all' "$out/kills")" ]
	[ "$(cat "$out/meant")" = "$((3 * kills)) of $((3 * kills)) right" ]
}
