#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Wrong command lines, and help.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

# Option $1 of verb $2 refuses each of the further arguments, and names it.
refuses() {
	local option=$1 verb=$2 value
	shift 2
	for value; do
		# /proc is never on btrfs: what is not refused ends there.
		case $verb in
		watch) dw watch -d 0.1 "$option=$value" ;;
		provoke) dw provoke "$option=$value" /proc ;;
		esac
		refused "'$value'"
	done
}

@test "watch refuses bad process ids" {
	refuses --pid watch 0 "" -1 12x 1e9 0x10 " 5" +5 2147483648 99999999999999999999
}

@test "watch refuses bad durations" {
	refuses --duration watch 0 0.0 "" -1 12x 1e9 nan inf 1.2.3 400000000
}

@test "a duration is a decimal number: neither hexadecimal nor with an exponent" {
	refuses --duration watch 0x10 1e2
}

@test "watch refuses bad ring sizes" {
	refuses --ring-size watch 0 "" -1 12x 1e3 1 2 3 12 1000 2097152
}

@test "watch refuses bad limits of findings" {
	refuses --limit watch "" -1 12x 1e3 1000001 4294967295 99999999999999999999
}

@test "replay refuses bad limits of findings" {
	dw replay --limit=-1 /dev/null
	refused "'-1'"
}

@test "watch refuses tracers that there are not" {
	refuses --tracer watch "" old Legacy "modern "
}

@test "a guard knows no writers, so none can be chosen" {
	dw watch --guard --pid 1 -d 0.1
	refused "--guard or --pid"
}

@test "only what is rescued can be healed, and what stays a guard sees nothing to heal" {
	local verb
	for verb in watch "record -o $BATS_TEST_TMPDIR/x"; do
		# shellcheck disable=SC2086 # words
		dw $verb --heal -d 0.1
		refused "--rescue"
		# shellcheck disable=SC2086 # words
		dw $verb --heal --rescue "$BATS_TEST_TMPDIR/r" --stay-guard -d 0.1
		refused "--stay-guard"
	done
	[ ! -e "$BATS_TEST_TMPDIR/x" ] && [ ! -e "$BATS_TEST_TMPDIR/r" ]
	dw watch --heal --rescue "$BATS_TEST_TMPDIR/r" -d 0.1 -m /proc
	refused "'/proc' is on proc"
}

@test "provoke refuses bad numbers" {
	refuses --count provoke 0 "" -1 12x abc 1e9 1000001 99999999999999999999
	refuses --tries provoke 0 "" -1 12x 101
	refuses --seed provoke "" -1 12x 99999999999999999999
}

@test "provoke is as strict with numbers as watch" {
	refuses --count provoke " 5" +5
}

@test "provoke refuses unknown words" {
	refuses --outcome provoke "" lose LOST near_miss
	refuses --drop provoke "" cache
}

@test "provoke --drop caches needs a promise, and says why" {
	dw provoke --drop caches /proc
	refused "--i-know-this-is-a-test-machine"
	refused "stranded"
}

@test "provoke --then-drop needs --outcome stranded" {
	dw provoke --then-drop /proc
	refused "--outcome stranded"
}

@test "unknown options, short and long, with and without a verb" {
	local verb
	for verb in "" watch provoke replay; do
		dw ${verb:+"$verb"} -x
		refused "'x'"
		dw ${verb:+"$verb"} --no-such-option=4
		refused "--no-such-option"
	done
}

@test "options without their argument" {
	dw watch --mount
	refused "--mount"
	dw watch -d
	refused "'d'"
	dw provoke --truth
	refused "--truth"
}

@test "one argument too many" {
	dw watch extra
	refused "'extra'"
	dw -d 1 extra
	refused "'extra'"
	dw provoke /proc extra
	refused "'extra'"
	dw replay a extra
	refused "'extra'"
}

@test "an argument is missing" {
	dw provoke
	refused "directory"
	dw replay
	refused "recording"
}

@test "unknown verbs" {
	for verb in wach "" Watch; do
		dw "$verb"
		refused "'$verb'"
	done
}

@test "a path to watch that does not exist, or is not on btrfs" {
	dw -m "$BATS_TEST_TMPDIR/none" -d 0.1
	refused "'$BATS_TEST_TMPDIR/none'"
	dw -m "" -d 0.1
	refused "''"
	dw -m /proc -d 0.1
	refused "'/proc' is on proc"
}

@test "a usage error names this program, and a help that there is" {
	local verb
	for verb in watch provoke replay; do
		dw "$verb" --no-such-option
		[[ $err == *"btrfs-dirtywatch $verb: "* && $err == *"btrfs-dirtywatch $verb --help"* ]]
		dw "$verb" --help
		[[ $out == "Usage: btrfs-dirtywatch $verb "* ]]
	done
}

@test "help lists the verbs, and each has a help" {
	local verb
	for verb in watch provoke replay help; do
		dw help
		[ "$code" = 0 ]
		[[ -z $err && $out == *"  $verb "* ]]
		dw "$verb" --help
		[ "$code" = 0 ]
		[[ -z $err && $out == Usage:* ]]
	done
}

@test "without a verb: --help lists the verbs, the options are those of watch" {
	dw --help
	[ "$code" = 0 ]
	diff <(echo "$out") <("$dirtywatch" help)
	dw --duration=x
	[ "$code" = 2 ]
	[[ $err == *"duration 'x'"* ]]
}

@test "--version" {
	local verb version
	version=$(sed -n 1p "$repo/CHANGES.md")
	for verb in "" watch provoke replay; do
		dw ${verb:+"$verb"} --version
		[ "$code" = 0 ]
		[ "$out" = "$version" ]
		[ -z "$err" ]
	done
}

@test "hooks that there are not" {
	dw --hook cleaning=kprobe
	refused "'cleaning' is no hook"
	dw watch --hook clean=raw_tp
	refused "'clean' is hooked by fexit, kprobe, not by 'raw_tp'"
	dw --hook drop=none
	refused "no verdict without 'drop'"
	dw --hook kprobes
	refused "nothing is hooked by 'kprobes'"
	dw record -o "$BATS_TEST_TMPDIR/x" --hook=
	refused "nothing is hooked by ''"
	[ ! -e "$BATS_TEST_TMPDIR/x" ]
}
