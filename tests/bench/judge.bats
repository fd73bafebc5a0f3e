#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Can the gate be fooled? What its judge says of figures made up here.
# shellcheck disable=SC2030,SC2031,SC2154 # bats sets them, a test at a time

bats_require_minimum_version 1.5.0

# All is well: the empty programs add 100, and the guard nothing.
setup_file() {
	local place step
	awk '!/^#/ { print $2, $3 }' "$BATS_TEST_DIRNAME/limits" | while read -r place step; do
		cost empty "$place $step" 100
		cost guard "$place $step" 0
	done >"$BATS_FILE_TMPDIR/costs"
}

setup() {
	bench=$BATS_TEST_DIRNAME
	# shellcheck source-path=SCRIPTDIR source=judge.sh
	. "$bench/judge.sh"
	d=$BATS_TEST_TMPDIR
	limits=$bench/limits
	cp "$BATS_FILE_TMPDIR/costs" "$d/costs"
}

# cost COLUMN ROW ADDED: a line of run.sh. Where a limit is for calls, a page's figure must not count.
cost() {
	local unit=page
	case $2 in *write-*) unit=call ;; esac
	jq -n -c --arg c "$1" --arg r "$2" --argjson n "$3" --arg u "$unit" '{type: "cost", release: "6.1.0", compiler: "clang 14",
		qemu: "7.2", pages: 2048, column: $c, row: $r, unit: $u} + {added_page: -999, added_call: -999} + {"added_\($u)": $n}'
}

# with COLUMN ROW ADDED: this figure instead.
with() {
	jq -c --arg c "$1" --arg r "$2" 'select(.column != $c or .row != $r)' "$d/costs" >"$d/rest"
	cost "$1" "$2" "$3" | cat "$d/rest" - >"$d/costs"
}

# dear WORDS: the limits are broken, and it says so.
dear() {
	run ! judge "$d/costs" "$limits" /dev/null guard
	echo "$output"
	[[ $output == *"$1"* ]]
}

@test "limits: all is well, also at the limit" {
	run -0 judge "$d/costs" "$limits" /dev/null guard
	with guard 'btrfs write-1m' 130
	with guard 'btrfs drop' 85
	with guard 'btrfs read-warm' -3
	with guard 'tmpfs cut' 140
	run -0 judge "$d/costs" "$limits" /dev/null guard
}

@test "limits: too dear in each row" {
	local row
	while read -r row; do
		with guard "$row" 141
		dear "guard, $row: +141"
		with guard "$row" 0
	done < <(awk '!/^#/ { print $2, $3 }' "$limits")
}

@test "limits: a warm read may not get cheaper either" {
	with guard 'btrfs read-warm' -4
	dear 'btrfs read-warm: -4'
}

@test "limits: what goes by the empty programs follows them" {
	with empty 'ext4 flush' 0
	with guard 'ext4 flush' 41
	dear 'ext4 flush: +41, at most +40'
}

@test "limits: a row, a column, the empty programs, the figure or all of it is missing" {
	cp "$d/costs" "$d/whole"
	grep -v 'guard.*ext4 drop' "$d/whole" >"$d/costs"
	dear 'guard, ext4 drop: was not measured'
	grep -v '"guard"' "$d/whole" >"$d/costs"
	dear 'guard, btrfs write-4k: was not measured'
	grep -v '"empty"' "$d/whole" >"$d/costs"
	dear 'what the empty programs add was not measured'
	sed 's/"added_/"x_/g' "$d/whole" >"$d/costs"
	dear 'guard, btrfs drop: was not measured'
	: >"$d/costs"
	dear 'nothing was measured'
	echo '{' >"$d/costs"
	run ! judge "$d/costs" "$limits" /dev/null guard
	rm "$d/costs"
	dear 'nothing was measured'
}

@test "limits: there must be some, or something stored" {
	run ! judge "$d/costs" /dev/null /dev/null guard
	[[ $output == *'nothing to judge it by'* ]]
	run ! judge "$d/costs" "$limits" /dev/null other
	run ! judge "$d/costs" "$d/none" /dev/null guard
}

@test "stored: 5 more is well, 6 is not, and what is missing is not" {
	with guard 'ext4 drop' 10
	store "$d/costs" >"$d/stored"
	[ "$(wc -l <"$d/stored")" = "$(grep -c '"guard"' "$d/costs")" ]
	[ "$(stored_rows guard <(echo 'ext4     drop  page  words') "$d/stored" | jq -c '[.column, .row, .added]')" = '["guard","ext4 drop",10]' ]
	[ -z "$(stored_rows watch <(echo 'ext4 drop') "$d/stored")" ]
	with guard 'ext4 drop' 15
	run -0 judge "$d/costs" /dev/null "$d/stored" guard
	with guard 'ext4 drop' 16
	run ! judge "$d/costs" /dev/null "$d/stored" guard
	[[ $output == *'ext4 drop: +16, at most +15 (stored + 5)'* ]]
	grep -v 'guard.*ext4 drop' "$d/costs" >"$d/rest"
	run ! judge "$d/rest" /dev/null "$d/stored" guard
	[[ $output == *'ext4 drop: was not measured'* ]]
}

@test "stored: what repetitions differ by is no change, be it with or without the tool" {
	store "$d/costs" >"$d/stored"
	with guard 'btrfs write-64k' 90
	run ! judge "$d/costs" /dev/null "$d/stored" guard
	sed -i '/write-64k/s/"unit"/"spread":6,"calls":16,"unit"/; s/"pages":2048/"pages":256/' "$d/costs"
	run -0 judge "$d/costs" /dev/null "$d/stored" guard
	with guard 'btrfs write-64k' 97
	cost none 'btrfs write-64k' 0 | sed 's/"unit"/"spread":6,"calls":64,"unit"/' >>"$d/costs"
	run -0 judge "$d/costs" /dev/null "$d/stored" guard
	sed -i '/none/d' "$d/costs"
	run ! judge "$d/costs" /dev/null "$d/stored" guard
}

@test "stored: another kernel, compiler, emulator or size is told, and nothing stored" {
	store "$d/costs" >"$d/stored"
	[ -z "$(other_world "$d/costs" "$d/stored")" ]
	[[ $(other_world "$d/costs" <(sed 's/6.1.0/6.1.1/' "$d/stored")) == 'release is 6.1.0, not 6.1.1' ]]
	[[ $(other_world "$d/costs" <(sed 's/clang 14/clang 19/' "$d/stored")) == 'compiler is'* ]]
	[[ $(other_world "$d/costs" <(sed 's/"7.2"/"9"/' "$d/stored")) == 'qemu is'* ]]
	[[ $(other_world "$d/costs" <(sed 's/2048/1024/' "$d/stored")) == 'pages is'* ]]
	[ "$(other_world "$d/costs" /dev/null)" = 'nothing is stored' ]
}
