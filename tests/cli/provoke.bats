#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# provoke: where it cannot run, and a short run on a btrfs of its own. What the kernel then does is for the test machines.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup_file() {
	copy_for_all
	mkdir "$copies/fs"
	export copy copies
}

teardown_file() {
	rm -r "$copies"
}

# Run the script $1 with $d, an empty directory on btrfs that everybody may use. Its $1 is the program, then come the
# further arguments.
on_btrfs() {
	need_root
	command -v mkfs.btrfs >/dev/null || skip "no mkfs.btrfs"
	truncate -s 256M "$BATS_TEST_TMPDIR/image"
	mkfs.btrfs -qf "$BATS_TEST_TMPDIR/image" >/dev/null 2>&1
	unshare --mount mount -o loop "$BATS_TEST_TMPDIR/image" "$copies/fs" 2>/dev/null ||
		skip "btrfs cannot be mounted here"
	with_mounts "
		mount -o loop '$BATS_TEST_TMPDIR/image' '$copies/fs'
		d='$copies/fs/d'
		mkdir -m 777 \"\$d\"
		$1" "${@:2}"
}

@test "3: a directory that is not on btrfs, is none, or is not there" {
	dw provoke /proc
	failed 3 "/proc"
	dw provoke "$BATS_TEST_TMPDIR/none"
	failed 3 "$BATS_TEST_TMPDIR/none"
	dw provoke ""
	failed 3 "''"
}

@test "a short run: seed, one line of verdict, nothing left behind" {
	on_btrfs '"$1" provoke --outcome none -n 3 --seed 7 "$d"; ls -A "$d"'
	[ "$code" = 0 ]
	[ "$(wc -l <<<"$out")" = 2 ]
	[[ $out == "provoke: seed 7"$'\n'"provoke: 3 trials of none: 3 happened, 0 lost, 3 intact, "* ]]
	[ -z "$err" ]
}

@test "what it says of a kernel is what its exit code and the truth file say" {
	local lost
	on_btrfs 'exec "$1" provoke -n 3 --truth "$2" "$d"' "$BATS_TEST_TMPDIR/truth"
	lost=$(jq -r 'select(.final == "lost").trial' "$BATS_TEST_TMPDIR/truth" | wc -l)
	[ "$(jq -s 'length' "$BATS_TEST_TMPDIR/truth")" -ge 5 ]
	[ "$code" = $((lost > 0)) ]
	[[ $out == *" $lost lost, "* ]]
}

@test "--keep keeps the files, and the same seed then finds them there" {
	on_btrfs '"$1" provoke --outcome none -n 2 --seed 255 --keep "$d" && ls "$d" && "$1" provoke --seed 255 "$d"'
	[[ $out == *$'\nprovoke-ff-1-1\nprovoke-ff-2-1\n'* ]]
	failed 3 "provoke-ff-1-1"
}

@test "4: not root" {
	on_btrfs '"${@:3}" "$2" provoke "$d"' "$copy" "${nobody[@]}"
	failed 4 "root"
}

@test "3: a directory that is a file, a truth file that cannot be written" {
	on_btrfs 'touch "$d/file"; "$1" provoke "$d/file"'
	failed 3 "Not a directory"
	on_btrfs '"$1" provoke --truth "$d/none/truth" "$d"'
	failed 3 "none/truth"
	on_btrfs '"$1" provoke --truth /dev/full "$d"'
	failed 3 "/dev/full"
}

@test "3: a verdict that cannot be printed" {
	on_btrfs '"$1" provoke --outcome none -n 1 "$d" >/dev/full'
	failed 3 "output"
}

@test "0: --export-c prints a program that stands alone" {
	local dir=$BATS_TEST_TMPDIR
	dw provoke --export-c --seed 7 -n 5 --outcome stranded
	[ "$code" = 0 ]
	cp "$dir/out" "$dir/lost-write.c"
	grep -q '^#define OUTCOME STRANDED$' "$dir/lost-write.c"
	[ "$(grep -c '^	{ [0-9]' "$dir/lost-write.c")" = 5 ]
	gcc -O2 -Wall -Wextra -Werror -pthread -o "$dir/lost-write" "$dir/lost-write.c"
	try "$dir/lost-write"
	[ "$code" = 3 ]
	try "$dir/lost-write" "$dir/none"
	[ "$code" = 3 ] && [[ $err == *"$dir/none"* ]]
}

@test "2: --export-c with what it cannot do" {
	dw provoke --export-c /tmp
	refused "leave '/tmp' out"
	dw provoke --export-c --truth t.json
	refused "leave --drop and --truth out"
	dw provoke --export-c -n 1001
	refused "up to 1000"
}

@test "3: --export-c to a full disk" {
	try bash -c 'exec "$1" provoke --export-c >/dev/full' bash "$dirtywatch"
	failed 3 "cannot print the program"
}
