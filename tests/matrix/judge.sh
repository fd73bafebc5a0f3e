# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the machines of one row brought back, judged. Each function prints what it found in a few words, or what is
# wrong, and fails. A file that is not there, or empty, is wrong.

# holds FILE FILTER [JQ OPTION...]: FILE's JSON lines, as an array, make the filter true.
holds() {
	local file=$1 filter=$2
	shift 2
	[ -s "$file" ] && jq -s -e "$@" "$filter" "$file" >/dev/null 2>&1
}

# nothing_said NAME: the watch NAME.json had no finding and nothing blind, and ended well.
nothing_said() {
	holds "$1.json" 'map(select(.type == "finding" or .type == "unexplained" or .type == "blind")) == []
		and (last | .type == "summary" and .exit_code == 0 and .blind == [])' &&
		[ "$(cat "$1.rc")" = 0 ]
}

# what_was_said NAME: for a message.
what_was_said() {
	jq -s -r '(map(select(.type == "finding" or .type == "unexplained")) | length | tostring) + " findings, "
		+ (last | if .type == "summary" then "exit code \(.exit_code), blind: \(.blind | map(.kind) | join(" "))" else "no summary" end)' \
		"$1.json" 2>/dev/null || echo 'nothing that can be read'
}

# judge_survey DIR LACKS: every hook is there but those of LACKS, and the kernel takes the programs.
judge_survey() {
	local bad
	bad=$(jq -s -r --arg lacks "$2" 'if last.type != "check-summary" then "no summary" else empty end,
		(map(select((.kind == "need" or .kind == "hook" or .kind == "load") and (.state == "missing" or .state == "degraded")))[]
		| select(.name | gsub(" "; "-") | IN($lacks | split(",")[]) | not) | "\(.name) is \(.state)"),
		(if any(.kind == "load" and .state == "ok") then empty else "the programs were not loaded" end)' "$1/check.json" 2>/dev/null) ||
		bad='nothing that can be read'
	if [ -n "$bad" ]; then
		echo "check: ${bad//$'\n'/, }"
		return 1
	fi
	variants "$1/check.json" >"$1/variants"
	if [ ! -s "$1/variants" ] || [ ! -s "$1/instructions" ]; then
		echo 'no variants or no programs were seen'
		return 1
	fi
}

# variants FILE: "ROLE PROGRAM" a line, of what check says.
variants() {
	jq -r 'select(.kind == "hook" and .program) | "\(.name | gsub(" "; "-")) \(.program)"' "$1"
}

# verdict DIR NAME: judge.jq's object for one run of provoke.
verdict() {
	# shellcheck disable=SC2154 # of run.sh
	jq -n -c -f "$top/tests/vm/judge.jq" --slurpfile truth "$1/$2.truth" --slurpfile seen "$1/$2.json" 2>/dev/null
}

# judge_silent DIR MODULE TRIALS: the kernel kept every byte, and the tool said nothing.
judge_silent() {
	local outcome name bad=''
	for outcome in lost stranded; do
		name=${2/:/-}-$outcome
		verdict "$1" "$name" | jq -e --argjson n "$3" '.trials == $n and .truly_lost == 0 and .outcomes == {none: $n}' >/dev/null ||
			bad+="$outcome: not $3 trials without a loss; "
		nothing_said "$1/$name" || bad+="$outcome: $(what_was_said "$1/$name"); "
	done
	echo "${bad:-0 findings in 2 x $3 trials}"
	[ -z "$bad" ]
}

# judge_finds DIR MODULE TRIALS: every trial had its outcome, and the tool was right about every one.
judge_finds() {
	local outcome name seen said='' bad=''
	for outcome in lost stranded near-miss superseded; do
		name=${2/:/-}-$outcome
		seen=$(verdict "$1" "$name") || seen='{}'
		said+="$outcome $(jq -r '"\(.right // 0)"' <<<"${seen:-null}")/$3 "
		jq -e --arg o "$outcome" --argjson n "$3" '.outcomes == {($o): $n} and .right == $n and .false == 0 and .blind == []
			and .lost_found == .truly_lost' <<<"${seen:-null}" >/dev/null ||
			bad+="$(jq -c '{outcomes, false, blind, wrong}' <<<"${seen:-null}"); "
	done
	echo "found ${said% }${bad:+: $bad}"
	[ -z "$bad" ]
}

# judge_soak DIR: nothing was lost, nothing was said, and all of it was done.
judge_soak() {
	holds "$1/soak.bytes" 'last | .type == "soak-end" and .complete and .writes > 0 and .lost == 0' || {
		echo "soak: not a whole one without a loss: $(tail -n 1 "$1/soak.bytes" 2>/dev/null)"
		return 1
	}
	[ "$(grep -cE '^[1-9][0-9]* ' "$1/soak.did" 2>/dev/null)" = 4 ] || {
		echo 'soak: not all of it was done'
		return 1
	}
	nothing_said "$1/soak" || {
		echo "soak: $(what_was_said "$1/soak")"
		return 1
	}
	echo "soak silent over $(sed -n 1p "$1/soak.did" | cut -d' ' -f1) faults, $(sed -n 3p "$1/soak.did" | cut -d' ' -f1) moves"
}

# judge_latency DIR MS: eight events, each printed within MS milliseconds.
judge_latency() {
	local observed written worst=-1 took
	[ "$(cut -d' ' -f1 "$1/latency" 2>/dev/null | sort -u | grep -c .)" = 8 ] || {
		echo 'latency: not eight events'
		return 1
	}
	while read -r observed written; do
		took=$(awk -v a="$(date -d "$observed" +%s.%N)" -v b="$written" 'BEGIN { d = (b - a) * 1000; printf "%d", d < 0 ? -d : d }')
		[ "$took" -le "$worst" ] || worst=$took
	done <"$1/latency"
	echo "latency $worst ms"
	[ "$worst" -lt "$2" ]
}
