#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# shellcheck disable=SC2317 # functions that say() calls
# run.sh [MUTANT...]: take one protection at a time out of a copy of the tool; the cases that it is there for must fail.
# First they must pass with the tool as it is. TAP on stdout; see README.md. KEEP: a folder for what the machines left.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
tmp=$(mktemp -d)
tree=$tmp/tree
trap 'rm -rf "$tmp"' EXIT

die() {
	echo "mutants: $1" >&2
	exit 1
}

# words_of MUTANT...: print their "VARIANT:CASE" words, each once; those of all for `unmutated`.
words_of() {
	if [ "$1" = unmutated ]; then
		words_of "${mutants[@]}"
	else
		for m in "$@"; do sed -n 's/^# cases: //p' "$here/$m.mutant"; done | tr ' ' '\n' | sort -u
	fi
}

# copy_tree: the project as it is, with its objects.
copy_tree() {
	mkdir -p "$tree/.build" "$tmp/tools"
	(cd "$top" && git ls-files -z --cached --others --exclude-standard -- Makefile CHANGES.md bpf src vmlinux |
		xargs -0 cp -a --parents -t "$tree")
	cp -a "$top"/.build/{bpf,src,*.o,*.h} "$tree/.build/" 2>/dev/null || :
}

# build NAME: the tool in the tree becomes $tmp/tools/NAME.
build() {
	make -C "$tree" --no-print-directory -j2 static >"$tmp/build.log" 2>&1 || {
		tail -n 20 "$tmp/build.log" >&2
		die "'$1' does not build"
	}
	strip -o "$tmp/tools/$1" "$tree/btrfs-dirtywatch-static"
}

# mutate MUTANT: each of its sed commands must change its file; $changed lists them.
mutate() {
	local line file=''
	changed=()
	while read -r line; do
		case $line in
		'# file: '*) file=${line#\# file: } changed+=("$file") ;;
		'#'* | '') ;;
		*)
			cp "$tree/$file" "$tmp/before"
			sed -E -i "$line" "$tree/$file"
			! cmp -s "$tree/$file" "$tmp/before" || die "mutant '$1' no longer applies to $file: $line"
			;;
		esac
	done <"$here/$1.mutant"
}

build_mutant() {
	local file
	mutate "$1"
	build "$1"
	for file in "${changed[@]}"; do
		cp "$top/$file" "$tree/$file" # and it is newer than its object
	done
}

# machine VARIANT: one machine, in which each tool watches its cases; what it leaves goes to $tmp/VARIANT.
machine() {
	local m args=() files=() cases
	for m in unmutated "${mutants[@]}"; do
		cases=$(words_of "$m" | sed -n "s/^$1://p")
		[ -n "$cases" ] || continue
		# shellcheck disable=SC2206 # a list of cases
		args+=("/$m" $cases) files+=(-f "$tmp/tools/$m")
	done
	[ ${#args[@]} = 0 ] || LIMIT=${LIMIT:-900} "$top/tests/vm/silence/boot.sh" "$tmp/$1" "$1" "${files[@]}" "${args[@]}"
}

# judge TOOL: what the suite says of what it saw goes to $tmp/tap.
judge() {
	local variant words variants=() cases only
	mkdir "$tmp/results"
	words=$(words_of "$1")
	for variant in stock early-clean; do
		if grep -q "^$variant:" <<<"$words"; then
			ln -s "$tmp/$variant/$1" "$tmp/results/$variant"
			variants+=("$variant")
		fi
	done
	cases=$(cut -d: -f2 <<<"$words" | sort -u | tr '\n' ' ')
	only=$(tr '\n' '|' <<<"${words//:/: }")
	RESULTS=$tmp/results VARIANTS=${variants[*]} CASES=${cases% } bats --tap -f "^(${only%|})\$" "$top/tests/vm/silence.bats" >"$tmp/tap" 2>&1 || :
	rm -r "$tmp/results"
}

# result VARIANT:CASE: "ok", or what was not so of what the tool said. Nothing if the case did not take its path.
result() {
	awk -v name="${1/:/: }" '
		/^(not )?ok / { here = 0 }
		$0 ~ "^ok [0-9]+ " name "( |$)" && !/# skip/ { print "ok" }
		$0 ~ "^not ok [0-9]+ " name "( |$)" { here = 1 }
		here && /^# not so in / { print substr($0, 3); exit }' "$tmp/tap"
}

# all MUTANT WANTED: every one of its cases ends as wanted.
all() {
	local word said status=0
	judge "$1"
	for word in $(words_of "$1"); do
		said=$(result "$word")
		notes+=("# $word: ${said:-did not take its path}")
		# shellcheck disable=SC2053 # a pattern
		[[ $said == $2 ]] || status=1
	done
	return "$status"
}

# say NAME COMMAND...: one line of TAP.
say() {
	local name=$1
	shift
	notes=()
	number=$((number + 1))
	if "$@"; then
		echo "ok $number - $name"
	else
		echo "not ok $number - $name"
		failed=1
	fi
	printf '%s\n' "${notes[@]}"
}

mutants=("$@")
[ $# -gt 0 ] || mapfile -t mutants < <(cd "$here" && printf '%s\n' *.mutant | sed 's|\.mutant$||')
for m in "${mutants[@]}"; do
	[ -f "$here/$m.mutant" ] || die "there is no mutant '$m'"
	[ -n "$(words_of "$m")" ] || die "mutant '$m' names no cases"
done
copy_tree
build unmutated
for m in "${mutants[@]}"; do build_mutant "$m"; done
machine stock &
other=$!
machine early-clean || die 'the machine for early-clean failed'
wait "$other" || die 'the machine for stock failed'
[ -z "${KEEP:-}" ] || cp -r "$tmp"/stock "$tmp"/early-clean "$KEEP" || :

number=0 failed=0
echo "1..$((${#mutants[@]} + 1))"
say 'the tool as it is: silent' all unmutated ok
for m in "${mutants[@]}"; do say "without $m: not silent" all "$m" 'not so in *'; done
exit "$failed"
