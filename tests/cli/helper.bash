# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of the command line share.

bats_require_minimum_version 1.5.0

repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
dirtywatch=$(realpath "${DIRTYWATCH:-$repo/btrfs-dirtywatch}")

# Run a command; its output is in $out, its messages in $err, its exit code in $code.
try() {
	code=0
	timeout 20 "$@" </dev/null >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" || code=$?
	out=$(<"$BATS_TEST_TMPDIR/out")
	err=$(<"$BATS_TEST_TMPDIR/err")
	echo "exit code $code of: $*"
	echo "$err"
}

# Run the program.
dw() {
	try "$dirtywatch" "$@"
}

# A message is one line, begins with a name and goes on in lower case.
is_sentence() {
	[[ $1 != *$'\n'* && $1 =~ ^[^:]+:\ [\'a-z-] ]]
}

# It failed with code $1 and one sentence that has $2 in it.
failed() {
	[ "$code" = "$1" ] && is_sentence "$err" && [[ $err == *"$2"* ]]
}

# A usage error: code 2, nothing on standard output, one sentence that has $1 in it, and at most a hint where to read.
refused() {
	local hint
	hint=$(tail -n +2 "$BATS_TEST_TMPDIR/err" | tr '\n' ' ')
	[ "$code" = 2 ] && [ -z "$out" ] && is_sentence "${err%%$'\n'*}" && [[ ${err%%$'\n'*} == *"$1"* ]] &&
		[[ -z $hint || $hint =~ ^Try\ \`.*\ for\ more\ information\.\ $ ]]
}

# Run the script $1 by bash in a mount namespace of its own: what it mounts nobody sees, and it goes with it.
with_mounts() {
	try unshare --mount bash -euc "$1" bash "$dirtywatch" "${@:2}"
}

need_root() {
	[ "$(id -u)" = 0 ] || skip "not root"
	unshare --mount true 2>/dev/null || skip "root here may not mount"
}

# A copy of the program that every user can run, in $copy.
copy_for_all() {
	copies=$(mktemp -d)
	chmod 755 "$copies"
	copy=$copies/btrfs-dirtywatch
	install -m 755 "$dirtywatch" "$copy"
}

# Put before a command: run it as a user who is not root.
# shellcheck disable=SC2034 # the tests use it
nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
