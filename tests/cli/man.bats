#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# The man pages and the program must not drift apart.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	man8=$repo/man/btrfs-dirtywatch.8
	man7=$repo/man/btrfs-dirtywatch.7
	man5=$repo/man/btrfs-dirtywatch-json.5
	man7blind=$repo/man/btrfs-dirtywatch-blindness.7
}

# The part of page $2 under the subsection or section $1.
under() {
	awk -v want="$1" '/^\.S[sh] / { on = substr($0, 5) == want; next } on' "$2"
}

# What the man pages say of verb $1: a page of its own, a part of the one on recordings, or of the main one.
of_verb() {
	local own=$repo/man/btrfs-dirtywatch-$1.8
	case $1 in
	record | replay) under "$1" "$repo/man/btrfs-dirtywatch-record.8" ;;
	*) if [ -f "$own" ]; then under OPTIONS "$own"; else under "$1" "$man8"; fi ;;
	esac
	under "Options of each verb" "$man8"
}

# The options of verb $1 by the man page, as `-d` and `--duration=SECONDS`.
options_of_man() {
	of_verb "$1" |
		sed -n '/^\.It Fl/{s/^\.It //;s/ , /\n/g;p}' |
		sed -E 's/^Fl (\\&)?/-/; s/ Ns = Ns Ar /=/' | sort
}

# The same by --help.
options_of_help() {
	"$dirtywatch" "$1" --help |
		sed -nE 's/^ +((-.), )?(--[a-z-]+(=[A-Z]+)?).*/\2\n\3/p' | grep . | sort
}

# What pages 5 and 7 list under the heading $1.
listed() {
	cat "$man5" "$man7" "$man7blind" >"$BATS_TEST_TMPDIR/pages"
	under "$1" "$BATS_TEST_TMPDIR/pages" | sed -nE 's/^\.It Cm //p' | sed 's/ Fl.*//; s/ , /\n/g' | sort -u
}

# The keys of the JSON lines of type $1 in $seen.
keys_seen() {
	jq -r --arg type "$1" 'select(.type | test("^(" + $type + ")$")) | keys[]' <<<"$seen" | grep -vx 'schema\|type'
}

# Nothing of $1 is missing in $2: both are lists of lines.
all_in() {
	local missing
	missing=$(comm -23 <(sort -u <<<"$1") <(sort -u <<<"$2"))
	echo "missing: $missing"
	[ -n "$1" ] && [ -z "$missing" ]
}

@test "every option of a verb is in its help and in the man page" {
	local verb
	for verb in watch provoke check record replay report restore daemon status; do
		[ "$(options_of_help "$verb" | wc -l)" -ge 5 ]
		diff <(options_of_man "$verb") <(options_of_help "$verb")
	done
}

@test "every verb is in the synopsis" {
	local verb
	for verb in $("$dirtywatch" help | sed -nE 's/^  ([a-z]+) .*/\1/p'); do
		under SYNOPSIS "$man8" | grep -Eq "Cm $verb( |$)"
	done
}

@test "every exit code is in the man page, and no other" {
	local codes
	codes=$(grep -oE 'EXIT_[A-Z_]+ = [0-9]+' "$repo/src/log.h" | grep -oE '[0-9]+$')
	diff <(under "EXIT STATUS" "$man8" | sed -n 's/^\.It //p') - <<<"$codes"
}

@test "every JSON key that recordings show is in the man page" {
	local file seen
	seen=$(for file in "$repo"/tests/replay/*/observations.txt; do
		"$dirtywatch" replay --json "$file" || true
	done)
	all_in "$(keys_seen start)" "$(listed start)"
	all_in "$(keys_seen 'finding|unexplained')" "$(listed "finding, unexplained, stale-read")"
	all_in "$(keys_seen blind)" "$(listed blind)"
	all_in "$(keys_seen summary)" "$(listed summary)"
	seen=$("$dirtywatch" replay --json --limit=1 "$repo/tests/replay/recordings/lost.rec" || true)
	all_in "$(keys_seen left-out)" "$(listed left-out)"
}

@test "every JSON key of the man page is one" {
	local keys
	keys=$(grep -ohE '"[a-z0-9_]+"' "$repo"/src/report_*.c "$repo"/src/provoke_truth.c | tr -d '"')
	all_in "$(listed start; listed "finding, unexplained, stale-read"; listed blind; listed summary; listed left-out; listed not-healed
		listed truth-start; listed trial; listed truth-end)" "$keys"
}

@test "every key of the truth file is in the man page" {
	all_in "$(grep -oE 'add_[a-z]+\(obj, "[a-z_]+"' "$repo/src/provoke_truth.c" | grep -oE '[a-z_]+"$' | tr -d '"')
$(grep -oE 'object_add\(obj, "[a-z_]+"' "$repo/src/provoke_truth.c" | grep -oE '[a-z_]+"$' | tr -d '"')" \
		"$(listed truth-start; listed trial; listed truth-end; echo schema; echo type)"
}

@test "every class, way, counter and kind of blindness is in the man page" {
	local word
	diff <(listed KINDS) <(sed -n '/define BLINDNESS/,/^enum/s/.*X(\([a-z_]*\),.*/\1/p' "$repo/bpf/record.h" | sort)
	diff <(listed WAYS) <(sed -n 's/.*\[WAY_[A-Z_]*\] = "\(.*\)",/\1/p' "$repo/src/finding.c" | sort)
	for word in $("$dirtywatch" replay --json "$repo/tests/replay/003-plain-rewrite/observations.txt" |
		jq -r 'select(.type == "summary").counters | keys[]'); do
		sed -n '/^\.It Cm counters/,/^\.El/p' "$man5" | grep -qw "$word"
	done
	for word in $(grep -oE '\[FINDING_[A-Z_]+\] = "[a-z-]+"' "$repo/src/finding.c" | grep -oE '[a-z-]+"' | tr -d '"'); do
		under "finding, unexplained, stale-read" "$man5" | grep -qw -- "$word"
		under "Classes, and what to do" "$man8" | grep -qx ".It $word"
	done
}

@test "every state of a restored page is in its man page, and no other" {
	diff <(under STATES "$repo/man/btrfs-dirtywatch-restore.8" | sed -n 's/^\.It //p') \
		<(sed -n '/define RESTORES/,/^enum/s/.*X(\([a-z_]*\),.*/\1/p' "$repo/src/restore_page.h")
}

@test "every reason for which a page is not healed is in page 5, and no other" {
	diff <(under "Not healed" "$repo/man/btrfs-dirtywatch-rescue.5" | sed -n 's/^\.It //p') \
		<(sed -n '/define HEALS/,/^enum/s/.*X(\([a-z_]*\),.*/\1/p' "$repo/src/heals.h" | grep -vx 'not_asked\|healed')
}

@test "every kind of chunk and every field of a recording is in page 5, and no other" {
	local man5=$repo/man/btrfs-dirtywatch-recording.5
	diff <(sed -nE 's/^\.Ss ([0-9]+): ([a-z]+)$/\1 \2/p' "$man5") \
		<(sed -nE 's/^\tCHUNK_([A-Z]+)( = 1)?,.*\/\*.*/\1/p' "$repo/src/recording.h" | tr '[:upper:]' '[:lower:]' | cat -n | awk '{ print $1, $2 }')
	# The order of both is that of the kinds.
	diff <(sed -nE 's/^\.It ([0-9]+) Ta .*/\1/p' "$man5") \
		<(sed -nE 's/^\tFIELD(_NAMES_OF)?\(([0-9]+), .*/\2/p' "$repo/src/recording.c")
	grep -q "^8       4      version of the format: $(sed -n 's/#define RECORDING_VERSION //p' "$repo/src/recording.h")$" "$man5"
}

@test "the man pages are clean" {
	command -v mandoc >/dev/null || skip "no mandoc"
	mandoc -Tlint -W warning "$repo"/man/*
}

@test "every known bug has its row, with a verdict" {
	local page=$repo/man/btrfs-dirtywatch-bugs.7
	[ "$(grep -c '^\.It ' "$page")" = 35 ]
	[ "$(grep -cE '^\.Em (yes|no|in part) \.$' "$page")" = 35 ]
}

@test "every role of hooks and every way is in its page, and no other" {
	local page=$repo/man/btrfs-dirtywatch-hooks.7
	diff <(sed -nE 's/^\.It ([a-z ]+) Ta ([a-z_, -]+) Ta .*/\1: \2/p' "$page") \
		<(awk -F'"' '/^const struct hook_role hook_roles/ { on = 1 } !on { next } /^};/ { exit }
			/^\t\{ "/ { if (role) print role ": " ways; role = $2; ways = "" }
			/VARIANT\(/ { way = $0; sub(/.*NEED_[A-Z_]+, "/, "", way); sub(/".*/, "", way); ways = ways (ways ? ", " : "") way }
			END { print role ": " ways }' "$repo/src/hookset.c")
	[ "$(grep -c ' Ta ' "$page")" = "$(($(grep -c '^	{ "' "$repo/src/hookset.c") + 1))" ]
}
