#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What the journal is told: a real systemd-journald, which has a /run of its own and keeps nothing; by a recording.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154 # bats and helper.bash set them; scripts in single quotes are meant

load helper

setup() {
	recordings=$repo/tests/replay/recordings
	catalog=$repo/packaging/btrfs-dirtywatch.catalog
	journald=/lib/systemd/systemd-journald
	man7=$repo/man/btrfs-dirtywatch-journal.7
}

# Run the script $1 where there is a journal, and our catalog; $dw and $dir are what it needs. Nothing of it is seen
# elsewhere: neither its sockets nor its files.
with_journal() {
	need_root
	[ -x "$journald" ] && command -v journalctl >/dev/null || skip "no systemd-journald"
	with_mounts '
		dw=$1 dir=$2 catalog=$3
		mount -t tmpfs none /run
		mkdir -p /run/systemd/journald.conf.d /run/log/journal
		printf "[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nForwardToSyslog=no\n" >/run/systemd/journald.conf.d/test.conf
		[ ! -d /var/lib/systemd/catalog ] || mount -t tmpfs none /var/lib/systemd/catalog
		mkdir -p /var/lib/systemd/catalog
		mount -t tmpfs none /usr/lib/systemd/catalog
		cp "$catalog" /usr/lib/systemd/catalog
		'"$journald"' >/dev/null 2>&1 3>&- &
		pid=$!
		trap "kill $pid; wait $pid || :" EXIT
		for ((i = 0; i < 100; i++)); do
			[ ! -S /run/systemd/journal/socket ] || break
			sleep 0.1
		done
		log() {
			journalctl --sync
			journalctl -q --no-pager -D /run/log/journal SYSLOG_IDENTIFIER=btrfs-dirtywatch "$@"
		}
	'"$1" "${@:2}"
}

# The entries of the recording $1 as JSON, in $out; a value of bytes that are no text is an array of numbers.
entries_of() {
	with_journal '
		"$dw" replay --json --journal "$dir" >/run/json || :
		log -o json --all
	' "$recordings/$1.rec" "$catalog"
	[ "$code" = 0 ]
	live=$("$dirtywatch" replay --json "$recordings/$1.rec" || :)
}

@test "each loss is an entry, critical, with all that its JSON has" {
	entries_of lost
	[ "$(jq -s 'map(select(.FINDING_CLASS == "lost")) | length' <<<"$out")" = 3 ]
	jq -es 'all(.[]; .MESSAGE_ID and .DIRTYWATCH_EVENT and .MESSAGE) and
		all(.[] | select(.FINDING_CLASS == "lost"); .PRIORITY == "2" and .DIRTYWATCH_EVENT == "lost")' <<<"$out"
	diff <(jq -c 'select(.FINDING_CLASS == "lost") | [.FINDING_ID, .BTRFS_FSID, .BTRFS_DEVICE, .BTRFS_ROOT, .BTRFS_INO,
			.WRITER_PID, .WRITER_TGID, .WRITER_COMM, .DROPPER_PID, .DROPPER_COMM, .DROP_WAY, .WRITE_OFFSET, .WRITE_RESULT,
			.FINDING_TIME, .FINDING_NS]' <<<"$out") \
		<(jq -c 'select(.class == "lost") | [.id, .fs_uuid, .device, .subvolume, .inode,
			.write.pid, .write.tgid, .write.comm, .dropper.pid, .dropper.comm, .dropper.way, .write.pos, .write.result,
			.ts, .mono_ns] | map(tostring)' <<<"$live")
	diff <(jq -r 'select(.FINDING_CLASS == "lost").BOUND' <<<"$out") \
		<(jq -r 'select(.class == "lost").bound[] | "\(.[0])+\(.[1])"' <<<"$live")
}

@test "a path is its bytes in the field, and harmless in the message" {
	entries_of lost
	diff <(jq -r 'select(.FINDING_CLASS == "lost").FILE_PATH | if type == "array" then implode else . end | @base64' <<<"$out" | head -n 1 | base64 -d | iconv -f UTF-8 -t LATIN1 | od -c) \
		<(jq -r 'select(.class == "lost") | .path_b64' <<<"$live" | head -n 1 | base64 -d | od -c)
	run ! grep -q $'\033' <<<"$(jq -r .MESSAGE <<<"$out")"
	jq -r .MESSAGE <<<"$out" | grep -qF 'a\x1b[31m\xff b'
}

@test "stranded pages, healed ones and blindness have their kinds" {
	local name
	entries_of stranded
	[ "$(jq -s 'map(select(.DIRTYWATCH_EVENT == "stranded" and .PRIORITY == "3")) | length' <<<"$out")" = \
		"$(jq -s 'map(select(.class == "stranded")) | length' <<<"$live")" ]
	entries_of healed
	[ "$(jq -s 'map(select(.DIRTYWATCH_EVENT == "healed" and .HEAL_RESULT == "healed")) | length' <<<"$out")" = \
		"$(jq -s 'map(select(.class and .heal.healed)) | length' <<<"$live")" ]
	entries_of blind
	for name in ring_full consumer; do
		jq -es --arg name "$name" 'any(.[]; .DIRTYWATCH_EVENT == "blind" and .BLIND_KIND == $name and .PRIORITY == "4")' <<<"$out"
	done
}

@test "of a machine in order nothing is said" {
	entries_of clean
	[ -z "$out" ]
}

@test "journalctl -x says what it means and what to do" {
	with_journal '
		"$dw" replay --journal "$dir" >/run/text || :
		journalctl --update-catalog
		log -x
	' "$recordings/lost.rec" "$catalog"
	[ "$code" = 0 ]
	[[ $out == *"Subject: A write was lost"*"Defined-By: btrfs-dirtywatch"*"btrfs-dirtywatch report --bug "* ]]
	[[ $out == *"on the disk: "* || $out == *"reached the disk: "* ]]
}

@test "the catalog has each kind, by its id and subject, and is read by journalctl" {
	diff <(grep -vE '^#' "$catalog" | sed -nE 's/^-- ([0-9a-f]{32})$/\1/p; s/^Subject: //p') \
		<(tr -d '\n\t\\' <"$repo/src/journal.h" | grep -oE 'X\([a-z_]+, *"[0-9a-f]{32}", *[0-9], *"[^"]+"' |
			sed -E 's/.*"([0-9a-f]{32})", *[0-9], *"(.*)"/\1\n\2/')
	[ "$(grep -c '^-- ' "$catalog")" = "$(grep '^-- ' "$catalog" | sort -u | wc -l)" ]
	with_journal 'journalctl --update-catalog && journalctl --dump-catalog' "$recordings" "$catalog"
	[ "$code" = 0 ]
	[ "$(grep -c '^-- ' <<<"$out")" = "$(grep -c '^-- ' "$catalog")" ]
}

@test "each kind is in the man page, with its priority and id, and no other" {
	diff <(sed -nE 's/^\.It ([a-z_]+) Ta ([a-z]+) Ta ([0-9a-f]{32})$/\1 \2 \3/p' "$man7") \
		<(tr -d '\n\t\\' <"$repo/src/journal.h" | grep -oE 'X\([a-z_]+, *"[0-9a-f]{32}", *[0-9]' |
			sed -E 's/X\(([a-z_]+), *"([0-9a-f]{32})", *([0-9])/\1 \3 \2/; s/ 2 / crit /; s/ 3 / err /; s/ 4 / warning /; s/ 5 / notice /; s/ 6 / info /')
}

@test "each field is in the man page, and no other" {
	diff <(sed -nE '/^\.Sh FIELDS/,/^\.Sh FILES/{s/^\.It Cm //p}' "$man7" | sed 's/ , /\n/g' | sort) \
		<({
			grep -ohE '"[A-Z][A-Z_]+"' "$repo"/src/journal*.c | grep -vE 'TASK|"MESSAGE="|_(PID|TGID|COMM|CGROUP)"|JOURNAL_STREAM|"(WRITER|READER|CLEANER|DROPPER)"' | tr -d '"'
			grep -oE 'TASK_FIELDS\("[A-Z]+' "$repo/src/journal_finding.c" | sed 's/.*"//' |
				while read -r who; do printf '%s\n' "${who}"_{PID,TGID,COMM,CGROUP}; done
		} | sort -u)
}

@test "without a journal --journal says so, and nothing is replayed" {
	need_root
	with_mounts 'mount -t tmpfs none /run; exec "$1" replay --journal "$2"' "$recordings/lost.rec"
	failed 3 "cannot write to the journal: there is none"
	[ -z "$out" ]
}
