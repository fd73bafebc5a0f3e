#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Can the matrix be fooled? What its judges say of files made up here.
# shellcheck disable=SC2030,SC2031,SC2034,SC2154 # bats sets them, a test at a time

bats_require_minimum_version 1.5.0

setup() {
	top=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	# shellcheck source-path=SCRIPTDIR source=judge.sh
	. "$BATS_TEST_DIRNAME/judge.sh"
	d=$BATS_TEST_TMPDIR
}

# bad WORDS FUNCTION ARGUMENT...: it must fail, and say so.
bad() {
	local words=$1
	shift
	run ! "$@"
	echo "$output"
	[[ $output == *"$words"* ]]
}

summary='{"type":"summary","exit_code":0,"blind":[]}'

survey_files() {
	cat >"$d/check.json" <<-'END'
		{"type":"check","kind":"need","name":"lockdown","state":"unknown"}
		{"type":"check","kind":"hook","name":"write entry","state":"ok","program":"write_entry"}
		{"type":"check","kind":"hook","name":"encoded return","state":"ok","program":"encoded_exit"}
		{"type":"check","kind":"load","name":"programs","state":"ok"}
		{"type":"check","kind":"module","name":"btrfs.ko","state":"vulnerable"}
		{"type":"check-summary","verdict":"vulnerable"}
	END
	echo 'write_entry 100 verified' >"$d/instructions"
}

@test "survey: a missing or degraded hook is told, unless its row may be without it" {
	survey_files
	run -0 judge_survey "$d" -
	[ "$(cat "$d/variants")" = $'write-entry write_entry\nencoded-return encoded_exit' ]
	sed -i '/encoded/s/"ok"/"degraded"/' "$d/check.json"
	bad 'encoded return is degraded' judge_survey "$d" -
	run -0 judge_survey "$d" other,encoded-return
	sed -i '/write_entry/s/"ok"/"missing"/' "$d/check.json"
	bad 'write entry is missing' judge_survey "$d" encoded-return
}

@test "survey: programs that were not loaded, an answer that breaks off, or none" {
	survey_files
	sed -i '/load/s/"ok"/"unknown"/' "$d/check.json"
	bad 'the programs were not loaded' judge_survey "$d" -
	survey_files
	sed -i '/summary/d' "$d/check.json"
	bad 'no summary' judge_survey "$d" -
	survey_files
	: >"$d/instructions"
	bad 'no programs' judge_survey "$d" -
	rm "$d/check.json"
	bad 'nothing that can be read' judge_survey "$d" -
}

# trial_files OUTCOME [FINAL]: two trials, and a watch that said nothing.
trial_files() {
	local o t
	for o in lost stranded near-miss superseded; do
		for t in 1 2; do
			echo "{\"type\":\"trial\",\"trial\":$t,\"inode\":$t,\"outcome\":\"$1\",\"final\":\"${2:-intact}\"}"
		done >"$d/m-$o.truth"
		echo "$summary" >"$d/m-$o.json"
		echo 0 >"$d/m-$o.rc"
	done
}

@test "silent: a loss, a finding, a blindness, a trial too few, no file" {
	trial_files none
	run -0 judge_silent "$d" m 2
	bad 'not 3 trials' judge_silent "$d" m 3
	trial_files none lost
	bad 'without a loss' judge_silent "$d" m 2
	trial_files lost
	bad 'without a loss' judge_silent "$d" m 2
	trial_files none
	printf '%s\n' '{"type":"finding","class":"near-miss","inode":1}' "$summary" >"$d/m-lost.json"
	bad '1 findings' judge_silent "$d" m 2
	trial_files none
	echo '{"type":"summary","exit_code":5,"blind":[{"kind":"ring_full"}]}' >"$d/m-stranded.json"
	bad 'blind: ring_full' judge_silent "$d" m 2
	trial_files none
	echo 5 >"$d/m-stranded.rc"
	bad 'stranded:' judge_silent "$d" m 2
	trial_files none
	: >"$d/m-lost.json"
	bad 'lost:' judge_silent "$d" m 2
	rm "$d/m-lost.truth"
	bad 'lost:' judge_silent "$d" m 2
}

@test "finds: a watch that says nothing has found nothing, and files that are not there are no proof" {
	trial_files lost lost
	bad 'found lost 0/2' judge_finds "$d" m 2
	rm "$d"/m-*
	bad 'found lost 0/2' judge_finds "$d" m 2
}

soak_files() {
	echo '{"type":"soak-end","complete":true,"writes":7,"lost":0}' >"$d/soak.bytes"
	printf '%s\n' '7 writes that fault' '3 compressed files' '9 pages moved' '2 compressed extents' >"$d/soak.did"
	echo "$summary" >"$d/soak.json"
	echo 0 >"$d/soak.rc"
}

@test "soak: a loss, a finding, a part that did nothing, an end that did not come" {
	soak_files
	run -0 judge_soak "$d"
	sed -i 's/"lost":0/"lost":1/' "$d/soak.bytes"
	bad 'not a whole one' judge_soak "$d"
	soak_files
	sed -i 's/^9/0/' "$d/soak.did"
	bad 'not all of it' judge_soak "$d"
	soak_files
	sed -i 's/true/false/' "$d/soak.bytes"
	bad 'not a whole one' judge_soak "$d"
	soak_files
	printf '%s\n' '{"type":"unexplained"}' "$summary" >"$d/soak.json"
	bad '1 findings' judge_soak "$d"
	rm "$d/soak.did"
	bad 'not all of it' judge_soak "$d"
}

@test "latency: too late, too few, none" {
	local i
	for i in 1 2 3 4 5 6 7 8; do echo "1970-01-01T00:00:0$i.000Z $i.050"; done >"$d/latency"
	run -0 judge_latency "$d" 100
	[ "$output" = 'latency 50 ms' ]
	sed -i '$s/8.050/8.150/' "$d/latency"
	bad 'latency 150 ms' judge_latency "$d" 100
	sed -i 1d "$d/latency"
	bad 'not eight events' judge_latency "$d" 100
	rm "$d/latency"
	bad 'not eight events' judge_latency "$d" 100
}
