#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# run.sh [KERNEL...]: the tool on every kernel of module/kernels, or on these: a line for each, and in the end
# "matrix: K kernels passed, F failed", and how many are unavailable. ./rows says what is tried and expected.
# TRIALS (100) of each outcome, SOAK (120) seconds, LATENCY (100) ms for one event, SEED, LANES (2) kernels at a time.
# What the machines left stays in .build/matrix, the counts of verified instructions in the cache, to be compared with the
# next run's.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=judge.sh
. "$here/judge.sh"
trials=${TRIALS:-100} soak=${SOAK:-120} latency=${LATENCY:-100} seed=${SEED:-$RANDOM} lanes=${LANES:-2}
logs=$top/.build/matrix
counts=$top/.cache/matrix
soaker=$top/.build/soak
programs=$top/.build/programs

# rows KERNEL: its rows of the table.
rows() {
	awk -v k="$1" '!/^#/ && $1 == k { print $2, $3, $4 }' "$here/rows"
}

# machine NAME LIMIT [RUN.SH OPTION...] SCENARIO [ARGUMENT...]: its files go to $dir/NAME. How it failed, on stdout.
machine() {
	local name=$1 limit=$2
	shift 2
	mkdir -p "$dir"
	"$top/tests/vm/run.sh" -k "$kernel" -m "$module" -t "$limit" -o "$dir/$name" "$@" >"$dir/$name.log" 2>&1 ||
		{ echo "$name: $(tail -n 1 "$dir/$name/scenario.log" 2>/dev/null) ($(tail -n 1 "$dir/$name.log"))" && return 1; }
}

# The steps of a row. Each prints what it found; its status says whether that was as expected.
survey() {
	machine survey 200 -f "$programs" "$here/survey.sh" "$module" && judge_survey "$dir/survey" "$lacks" &&
		compare_counts && compare_variants
}

silent() {
	machine trials $((200 + 2 * trials)) "$top/tests/vm/scenario/outcomes.sh" "$module" "$seed" "$trials" lost stranded &&
		judge_silent "$dir/trials" "$module" "$trials"
}

finds() {
	machine trials $((200 + 4 * trials)) "$top/tests/vm/scenario/outcomes.sh" "$module" "$seed" "$trials" lost stranded near-miss superseded &&
		judge_finds "$dir/trials" "$module" "$trials"
}

soaked() {
	machine soak $((2 * soak + 200)) -d $((1024 + 8 * soak)) -p btrfs -p fio -f "$soaker" "$here/soak.sh" "$module" "$soak" "$seed" &&
		judge_soak "$dir/soak"
}

# The machine's clock counts its instructions, one a nanosecond: what else this host has to do is no part of it.
prompt() {
	machine latency 400 -i -p stat "$top/tests/vm/scenario/latency.sh" "$module" && judge_latency "$dir/latency" "$latency"
}

# The programs and what verifying them took, beside the last run's.
compare_counts() {
	local file=$counts/$kernel-${module/:/-} now then='' kind
	now=$(awk '{ n += $2 } END { print n }' "$dir/survey/instructions")
	kind=$(awk 'NR == 1 { print $3 }' "$dir/survey/instructions")
	if [ -f "$file" ] && [ "$(awk 'NR == 1 { print $3 }' "$file")" = "$kind" ]; then
		then=$(awk '{ n += $2 } END { print n }' "$file")
		diff "$file" "$dir/survey/instructions" >"$dir/survey/instructions.diff" || true
	fi
	mkdir -p "$counts"
	cp "$dir/survey/instructions" "$file"
	echo "$(wc -l <"$file") programs, $now $kind instructions ($([ -z "$then" ] && echo first run || printf '%+d since the last run' $((now - then))))"
}

# The variants of all roles; of a kernel's later rows only what differs from its first.
compare_variants() {
	local first=$logs/$kernel/variants
	if [ ! -f "$first" ]; then
		cp "$dir/survey/variants" "$first"
		echo "variants $(tr ' \n' '= ' <"$first")"
	elif ! cmp -s "$first" "$dir/survey/variants"; then
		echo "other variants $(grep -vxFf "$first" "$dir/survey/variants" | tr ' \n' '= ')"
	fi
}

# The semantic patches on this kernel's source, and the builds.
shapes() {
	KERNELS=$kernel bats -T "$top/tests/module/shapes.bats" >"$logs/$kernel/shapes.log" 2>&1 ||
		{ echo "tests/module/shapes.bats: $(grep -m1 '^not ok' "$logs/$kernel/shapes.log" || echo 'not run')" && return 1; }
	echo 'patches and builds right'
}

# A suite of tests/vm for what only this kernel has, with this run's counts.
suite() {
	mkdir -p "$dir"
	KERNEL=$kernel TRIALS=$trials SOAK=$soak SEED=$seed bats -T "$top/tests/vm/$module.bats" >"$dir/log" 2>&1 ||
		{ echo "tests/vm/$module.bats: $(grep -m1 '^not ok' "$dir/log" || echo 'not run')" && return 1; }
	echo "$(grep -c '^ok ' "$dir/log") tests passed, $(grep -c '^ok .*# skip' "$dir/log") of them skipped"
}

# step NAME: run it, and add what it says to the kernel's line.
step() {
	local said
	if said=$("$1"); then
		facts+="${said//$'\n'/; }; "
	else
		wrong+="; $module: ${said//$'\n'/; }"
	fi
}

# row MODULE EXPECT LACKS: adds to $facts and $wrong.
row() {
	module=$1 lacks=$3 dir=$logs/$kernel/${1/:/-}
	facts+="| $module: "
	# A tool that is refused here has nothing to say in the other steps either.
	local before=$wrong
	if [ "$2" = suite ]; then
		step suite
		return
	fi
	step survey
	[ "$wrong" = "$before" ] || return 0
	step "$2"
	case $2 in
	silent) step soaked ;;
	finds) step prompt ;;
	esac
}

# all_rows: the kernel's, from stdin, which no machine may read.
all_rows() {
	local line lines words
	mapfile -t lines
	for line in "${lines[@]}"; do
		read -ra words <<<"$line"
		row "${words[@]}"
	done
}

# prepare MODULE...: download and build, before any clock runs.
prepare() {
	local m btf
	for m; do
		[ "$m" != image ] || continue
		btf=()
		[ "$m" = "${m%:nobtf}" ] || btf=(nobtf)
		"$top/module/build.sh" "$kernel" "${m%:nobtf}" "${btf[@]}" >>"$logs/$kernel/prepare.log" 2>&1 || return 1
	done
}

try_kernel() {
	local status=0 root modules
	kernel=$1 module=build facts='' wrong=''
	mkdir -p "$logs/$kernel"
	root=$("$top/module/kernel.sh" "$kernel" 2>"$logs/$kernel/prepare.log") || status=$?
	if [ "$status" = 6 ]; then
		tell unavailable "$(tail -n 1 "$logs/$kernel/prepare.log")"
		return
	fi
	mapfile -t modules < <(rows "$kernel" | awk '$2 != "suite" { print $1 }')
	if [ "$status" != 0 ] || ! prepare "${modules[@]}"; then
		wrong="; $(tail -n 1 "$logs/$kernel/prepare.log")"
	elif [ ${#modules[@]} = 0 ]; then
		wrong="; there is no row for it in tests/matrix/rows"
	else
		[ "${modules[*]}" = image ] || step shapes
		all_rows < <(rows "$kernel")
	fi
	facts="$(basename "$root"/lib/modules/* 2>/dev/null) $facts"
	if [ -n "$wrong" ]; then tell FAILED "${wrong#; }; $facts"; else tell passed "$facts"; fi
}

# tell RESULT WORDS: the kernel's line, which is kept too.
tell() {
	echo "$kernel $1: $2" | tee "$logs/$kernel/line"
}

# told RESULT: how many of the kernels.
told() {
	local k
	for k in "${kernels[@]}"; do
		grep -hs "^$k $1: " "$logs/$k/line" || :
	done | wc -l
}

kernels=("$@")
[ $# -gt 0 ] || mapfile -t kernels < <(awk '!/^#/ { print $1 }' "$top/module/kernels")
mkdir -p "$logs"
gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$soaker" "$top/tests/vm/soak.c"
gcc -O2 -Wall -Wextra -Werror -static -o "$programs" "$here/programs.c" -lbpf -lelf -lz -lzstd
echo "matrix: ${#kernels[@]} kernels, $trials trials of each outcome, soaks of $soak s, seed $seed; logs in ${logs#"$top"/}"
# Each lane is a group of processes of its own, so that none outlives this script.
set -m
lane=''
trap 'for lane in $(jobs -p); do kill -- "-$lane" 2>/dev/null || :; done' EXIT
for k in "${kernels[@]}"; do
	[ "$(jobs -rp | wc -l)" -lt "$lanes" ] || wait -n || :
	rm -rf "${logs:?}/$k"
	try_kernel "$k" </dev/null &
done
wait
unavailable=$(told unavailable) passed=$(told passed)
failed=$((${#kernels[@]} - passed - unavailable)) # one that ended without a line has failed
[ "$unavailable" = 0 ] || echo "matrix: $unavailable unavailable"
echo "matrix: $passed kernels passed, $failed failed"
[ "$failed" = 0 ] && [ "$passed" -gt 0 ]
