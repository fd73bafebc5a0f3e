#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `restore` on a folder that no watch filled, without any btrfs.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	dir=$BATS_TEST_TMPDIR/rescued
	mkdir -m 700 "$dir"
}

# rescue_file NAME LINE: a whole one, of a page of zeros.
rescue_file() {
	{
		printf '%s\n' "$2"
		{
			printf '%s\n' "$2"
			head -c 4096 /dev/zero
		} | sha256sum | cut -d ' ' -f 1
		head -c 4096 /dev/zero
	} >"$dir/$1"
}

line='{"type":"finding","class":"lost","id":"1-101-3","fs_uuid":"6f2d9e4c-0b1a-4c7e-9d35-5a8840c1e7f2","inode":257,"subvolume":5,"page":3,"bound":[[12288,100]],"path":"/data/\u001b[31mfile"}'

@test "usage errors" {
	dw restore
	refused "name the folder"
	dw restore --all "$dir" a.rescue
	refused "leave one out"
	dw restore "$dir" ../a.rescue
	[ "$code" = 2 ]
	[[ $err == *"no name of a file"* ]]
	dw restore "$dir" a.restored
	[ "$code" = 2 ]
}

@test "a folder that is none, a link, or everybody's" {
	dw restore "$dir/none"
	failed 3 "No such file"
	[ ! -e "$dir/none" ]
	ln -s "$dir" "$BATS_TEST_TMPDIR/link"
	dw restore "$BATS_TEST_TMPDIR/link/"
	failed 3 "Not a directory"
	chmod 755 "$dir"
	dw restore "$dir"
	failed 3 "chmod 700"
}

@test "what is there is listed, names are made harmless, and nothing is done" {
	rescue_file a.rescue "$line"
	dw restore "$dir"
	[ "$code" = 0 ]
	[ "$out" = 'lost      /data/\x1b[31mfile, bytes 12288-12387, a.rescue' ]
	dw restore --json "$dir"
	[ "$code" = 0 ]
	jq -e '.type == "restore" and .class == "lost" and .inode == 257 and .bound == [[12288,100]] and .state == null' <<<"$out"
	[ "$(cd "$dir" && echo *)" = a.rescue ]
}

@test "a file that is not whole is damaged, a filesystem that is not there unmounted, and both stay" {
	rescue_file a.rescue "$line"
	rescue_file b.rescue "$line"
	printf x | dd of="$dir/a.rescue" bs=1 seek=40 conv=notrunc status=none
	: >"$dir/c.rescue"
	dw restore --all --json "$dir"
	[ "$code" = 1 ]
	[ "$(jq -r 'select(.type == "restore") | "\(.file) \(.state)"' <<<"$out")" = $'a.rescue damaged\nb.rescue unmounted\nc.rescue damaged' ]
	jq -s -e 'last == {schema: 1, type: "restore-summary", states: {damaged: 2, unmounted: 1}}' <<<"$out"
	dw restore "$dir" b.rescue
	[ "$code" = 1 ]
	[[ $out == "unmounted"*$'\n'"1 unmounted" ]]
	[ "$(cd "$dir" && echo *)" = "a.rescue b.rescue c.rescue" ]
	dw restore "$dir"
	[ "$code" = 1 ]
}

@test "a finding without its subvolume is nameless" {
	rescue_file a.rescue "${line/\"subvolume\":5,/}"
	dw restore --dry-run "$dir"
	[ "$code" = 1 ]
	[[ $out == "nameless"* ]]
}

@test "no folder, no file: nothing to restore" {
	dw restore --all "$dir"
	[ "$code" = 0 ]
	[ "$out" = "nothing to restore" ]
	dw restore "$dir" a.rescue
	[ "$code" = 1 ]
	[[ $out == "damaged"*"No such file"* ]]
}

@test "a listing that cannot be written gives no answer" {
	rescue_file a.rescue "$line"
	try sh -c '"$0" restore "$1" >/dev/full' "$dirtywatch" "$dir"
	[ "$code" = 3 ]
}
