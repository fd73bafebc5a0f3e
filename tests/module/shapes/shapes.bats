#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What `check --module` says of each row of `list`. SHAPES names the kernels: 6.1,6.12,7.3 without it.

bats_require_minimum_version 1.5.0

here=$BATS_TEST_DIRNAME
top=$(cd "$here/../../.." && pwd)

# judged FILE WORD: the verdict is WORD, with its exit code.
judged() {
	local code
	case $2 in fixed) code=0 ;; vulnerable) code=1 ;; esac
	run --separate-stderr "$top/btrfs-dirtywatch" check --module --json "$1"
	echo "$output"
	[ "$status" = "$code" ] && [ "$(jq -r .verdict <<<"$output")" = "$2" ]
}

# row KERNEL PLACE HOW VERDICT: build it and judge it, as it is and with another version's words in it.
row() {
	local ko other=$BATS_TEST_TMPDIR/btrfs.ko
	ko=$("$here/build.sh" "$1" "$2" "$3")
	judged "$ko" "$4"
	falsify "$ko" "$other"
	judged "$other" "$4"
}

# falsify FROM TO: what the module says of itself, vermagic and source version, becomes another kernel's.
falsify() {
	objcopy --dump-section .modinfo="$BATS_TEST_TMPDIR/modinfo" "$1" "$2"
	LC_ALL=C sed -E 's/(vermagic=|srcversion=|name=)[^\x0]*/\14.9.0-btrfs-unfixed SMP/g' "$BATS_TEST_TMPDIR/modinfo" >"$BATS_TEST_TMPDIR/other"
	! cmp -s "$BATS_TEST_TMPDIR/modinfo" "$BATS_TEST_TMPDIR/other"
	objcopy --update-section .modinfo="$BATS_TEST_TMPDIR/other" "$1" "$2"
	modinfo -F vermagic "$2" | grep -q '^4.9.0-btrfs-unfixed'
}

# rows KERNEL VERDICT: all of the list, at least one.
rows() {
	local place how kernels verdict count=0
	[[ ,${SHAPES:-6.1,6.12,7.3}, == *",$1,"* ]] || skip "SHAPES does not name $1"
	while read -r place how kernels verdict <&3; do
		[[ ,$kernels, == *",$1,"* && $verdict = "$2" ]] || continue
		row "$1" "$place" "$how" "$verdict"
		count=$((count + 1))
	done 3< <(grep -v '^#' "$here/list")
	echo "$count builds"
	[ "$count" -gt 0 ]
}

@test "6.1: vulnerable, wherever and however the pages are cleaned" {
	rows 6.1 vulnerable
}

@test "6.1: fixed, where the write causes or does writeback" {
	rows 6.1 fixed
}

@test "6.12: vulnerable, wherever and however the pages are cleaned" {
	rows 6.12 vulnerable
}

@test "6.12: fixed, where the write causes or does writeback" {
	rows 6.12 fixed
}

@test "7.3: vulnerable, wherever and however the folio is cleaned" {
	rows 7.3 vulnerable
}

@test "7.3: fixed, where the write causes or does writeback" {
	rows 7.3 fixed
}
