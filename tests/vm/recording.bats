#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What a machine recorded says here, byte by byte, what was said there.

load helper

# The host's program, with nothing of the machine's.
replay() {
	TZ=XYZ+11 "$top/btrfs-dirtywatch-static" replay "$@"
}

# same NAME CLASS: replay gives what was live, exit code and all, and CLASS is in it.
same() {
	local code=0 option=
	[ "$(head -c 1 "$out/$1.live")" != '{' ] || option=--json
	# shellcheck disable=SC2086 # none or one
	replay $option "$out/$1.rec" >"$out/$1.again" || code=$?
	echo "$1: $code, live $(cat "$out/$1.code")"
	cmp "$out/$1.live" "$out/$1.again"
	[ "$code" = "$(cat "$out/$1.code")" ]
	# Without module BTF something is not seen, and that is said.
	run ! grep "^btrfs-dirtywatch:" <(grep -v "nobody sees what encoded writes wrote" "$out/$1.err")
	grep -q "$2" "$out/$1.live"
}

# refused NAME CODE PATTERN: one sentence, that code.
refused() {
	echo "$1: $(cat "$out/$1.code") $(cat "$out/$1.err")"
	[ "$(cat "$out/$1.code")" = "$2" ]
	[ "$(grep -c . "$out/$1.err")" = 1 ]
	grep -q "$3" "$out/$1.err"
}

@test "recordings of a machine, replayed here" {
	local code
	machine 300 early-clean,early-clean:nobtf "$here/scenario/recording.sh" early-clean
	same lost ' lost '
	same near-miss ' near-miss '
	same superseded ' superseded '
	same stranded '"class":"stranded"'
	same stranded-then-lost '"class":"lost"'
	same healed '"heal":{"healed":true}'
	same waited '"saved":true'
	# Told once each, and saved, be it at the end.
	jq -s -e 'map(select(.class == "lost")) | length == 3 and (map(.id) | unique | length == 3) and all(.rescue.saved)' "$out/waited.live" >/dev/null
	jq -s -e 'last.rescue == {saved: 3, not_saved: {}}' "$out/waited.live" >/dev/null
	same void '"class":"void"'
	same blind '^BLIND'
	same clean '^none lost'
	same lost-nobtf ' lost '
	refused full 3 'cannot write the recording'
	refused exists 2 'lost.rec.*is there already'

	# What was cut short is no answer, and with --partial a blind one.
	for name in killed full; do
		code=0
		replay "$out/$name.rec" >/dev/null 2>"$out/err" || code=$?
		[ "$code" = 3 ]
		[ "$(grep -c 'cut short' "$out/err")" = 1 ]
		code=0
		replay --partial "$out/$name.rec" >"$out/partial" 2>"$out/err" || code=$?
		[ "$code" = 5 ]
		grep -q ' lost ' "$out/partial"
		[[ $(tail -n 1 "$out/partial") == BLIND:* ]]
	done
}
