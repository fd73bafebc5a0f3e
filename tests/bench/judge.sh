# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# The gate's judge: what costs too much, a line each; none, and status 0, if nothing does.

bench=$(dirname "${BASH_SOURCE[0]}")

# judge COSTS LIMITS STORED COLUMN: LIMITS or STORED may be /dev/null.
judge() {
	local said
	[ -s "$1" ] || {
		echo "$4: nothing was measured"
		return 1
	}
	said=$(jq -n -r -f "$bench/judge.jq" --slurpfile costs "$1" --rawfile limits "$2" --slurpfile stored "$3" --arg column "$4") || return 1
	[ "$said" = '[]' ] || {
		jq -r '.[]' <<<"$said"
		return 1
	}
}

# other_world COSTS STORED: in what they differ that figures depend on; nothing if they can be compared.
other_world() {
	jq -n -r --slurpfile now "$1" --slurpfile old "$2" '$old[0] as $o | $now[0] as $n
		| if $o == null then "nothing is stored" else
		[("release", "compiler", "qemu", "pages") as $k | select($n[$k] != $o[$k]) | "\($k) is \($n[$k]), not \($o[$k])"]
		| join(", ") end'
}

# stored_rows COLUMN ROWS STORED: what is stored of this column and these rows, and of no other.
stored_rows() {
	jq -c --arg column "$1" --rawfile rows "$2" 'select(.column == $column) | select(.row as $r
		| [$rows | split("\n")[] | [splits(" +")][:2] | join(" ")] | index($r))' "$3"
}

# store COSTS: what is kept of them to compare with.
store() {
	jq -c 'select(.column == "watch" or .column == "guard") | {release, compiler, qemu, pages, column, row,
		added: (if .unit == "call" then .added_call else .added_page end)}' "$1"
}
