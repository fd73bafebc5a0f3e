#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# provoke: where it cannot run, and a short run on a btrfs of its own. What the kernel then does is for the test machines.

load helper

setup_file() {
	copy_for_all
	export copy copies
}

teardown_file() {
	rm -r "$copies"
}

# Run the script $1 with $d, an empty directory on btrfs that everybody may use, the program being $1 there.
on_btrfs() {
	need_root
	command -v mkfs.btrfs >/dev/null || skip "no mkfs.btrfs"
	truncate -s 256M "$BATS_TEST_TMPDIR/image"
	mkfs.btrfs -q "$BATS_TEST_TMPDIR/image" >/dev/null 2>&1
	mkdir "$BATS_TEST_TMPDIR/fs"
	unshare --mount mount -o loop "$BATS_TEST_TMPDIR/image" "$BATS_TEST_TMPDIR/fs" 2>/dev/null ||
		skip "btrfs cannot be mounted here"
	with_mounts "
		mount -o loop '$BATS_TEST_TMPDIR/image' '$BATS_TEST_TMPDIR/fs'
		d='$BATS_TEST_TMPDIR/fs/d'
		mkdir -m 777 \"\$d\"
		chmod 755 '$BATS_TEST_TMPDIR/fs'
		$1"
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
	on_btrfs '"$1" provoke -n 3 --truth "'"$BATS_TEST_TMPDIR/truth"'" "$d" && exit 0 || exit $?'
	local lost
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
	rm -rf "$BATS_TEST_TMPDIR/fs"
	on_btrfs '"$1" provoke --truth "$d/none/truth" "$d"'
	failed 3 "none/truth"
	rm -rf "$BATS_TEST_TMPDIR/fs"
	on_btrfs '"$1" provoke --truth /dev/full "$d"'
	failed 3 "/dev/full"
}

@test "3: a verdict that cannot be printed" {
	on_btrfs '"$1" provoke --outcome none -n 1 "$d" >/dev/full'
	failed 3 "No space left"
}
