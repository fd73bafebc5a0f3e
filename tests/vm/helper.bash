# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# helper.bash - for the suites that watch a real kernel: one machine for each test.
# TRIALS: trials of each outcome; SOAK: seconds of the soak; KILLS: times that the rescuing tool is killed; HAMMER: times
# that a page is healed while others write to it.

bats_require_minimum_version 1.5.0
top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
here=$top/tests/vm
trials=${TRIALS:-20} soak=${SOAK:-10} hammer=${HAMMER:-1000} seed=${SEED:-$RANDOM}

setup() {
	out=$BATS_TEST_TMPDIR/out
}

# What a failed test left is worth a look.
teardown() {
	[ -n "${BATS_TEST_COMPLETED:-}" ] || {
		local kept=.build/failed-vm/$BATS_TEST_NAME
		rm -rf "${top:?}/$kept"
		mkdir -p "$top/.build/failed-vm"
		cp -r "$out" "$top/$kept"
		echo "seed $seed; the machine's files are in $kept" >&2
	}
}

# WATCH_OPTIONS: options for every watch.
with_options=()
if [ -n "${WATCH_OPTIONS:-}" ]; then
	echo "$WATCH_OPTIONS" >"$BATS_RUN_TMPDIR/watch-options"
	with_options=(-f "$BATS_RUN_TMPDIR/watch-options")
fi

# machine LIMIT MODULES [RUN.SH OPTION...] SCENARIO [ARGUMENT...]: it must end well.
machine() {
	local limit=$1 modules=$2
	shift 2
	run "$here/run.sh" -k "${KERNEL:-6.1}" -m "$modules" -t "$limit" -o "$out" ${with_options[@]+"${with_options[@]}"} "$@"
	echo "$output"
	[ "$status" = 0 ]
}

# judged NAME: provoke's truth against what the tool said, as one JSON object.
judged() {
	jq -n -c -f "$here/judge.jq" --slurpfile truth "$out/$1.truth" --slurpfile seen "$out/$1.json"
}

# outcome_agrees MODULE OUTCOME: every trial had the outcome, and the tool was right about every one.
outcome_agrees() {
	local verdict
	verdict=$(judged "$1-$2")
	echo "$1 $2: $verdict"
	jq -e --arg o "$2" --argjson n "$trials" \
		'.outcomes == {($o): $n} and .right == $n and .false == 0 and .blind == [] and .lost_found == .truly_lost' \
		<<<"$verdict" >/dev/null
}

# build_program NAME SOURCE...: into .build, for test machines.
build_program() {
	local name=$1
	shift
	mkdir -p "$top/.build"
	gcc -std=gnu11 -D_GNU_SOURCE -O2 -Wall -Wextra -Werror -static -pthread -I"$top/src" -o "$top/.build/$name" "$@"
}

# losses_agree NAME: the tool found the losses of NAME.soak, byte for byte, and no other. Its verdict is in $verdict.
losses_agree() {
	verdict=$(jq -n -c -f "$here/soak.jq" --slurpfile truth "$out/$1.soak" \
		--slurpfile seen <(jq -c 'select(.class == "lost")' "$out/$1.json"))
	echo "$1: $verdict"
	jq -e '.missed == 0 and .false == 0 and .wrong == 0' <<<"$verdict" >/dev/null
}

# says NAME FILTER: what the tool said in NAME.json, as an array, must make the filter true.
says() {
	jq -s -e "$2" "$out/$1.json" >/dev/null || {
		echo "not so in $1.json: $2"
		tail -n 3 "$out/$1.json"
		return 1
	}
}

# silent NAME: no finding, nothing blind, and a summary that says so.
silent() {
	says "$1" 'map(select(.type == "finding" or .type == "unexplained" or .type == "blind")) == []'
	says "$1" 'last | .type == "summary" and .exit_code == 0 and .blind == []'
	[ "$(cat "$out/$1.rc")" = 0 ]
}
