# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2154 # helper.bash sets it
# Stores for tests, by the sqlite3 program: what another program would write.

# The schema as the man page has it.
schema="$(sed -n '/^CREATE TABLE run/,/^\.Ed/{/^\.Ed/d;p}' "$repo/man/btrfs-dirtywatch-store.5")
PRAGMA application_id = 0x42445753;
PRAGMA user_version = 1;"

sql() {
	sqlite3 "$1" "$2"
}

# new_store FILE: with nothing in it.
new_store() {
	sql "$1" "PRAGMA journal_mode=WAL; $schema" >/dev/null
}

# add_run FILE BEGIN COVERED [COLUMN=VALUE]...: seconds of CLOCK_REALTIME; it ended in order, and wrote 1000 pages back.
add_run() {
	local file=$1 begin=$2 covered=$3
	shift 3
	sql "$file" "INSERT INTO run (boot, host, version, kernel, begin_ns, covered_ns, end_ns, counters) VALUES ('boot', 'box',
		'0.1.0', '6.1.0', ${begin}000000000, ${covered}000000000, ${covered}000000000, '{\"written\":1000,\"lost\":0}');"
	for pair in "$@"; do
		sql "$file" "UPDATE run SET ${pair%%=*} = ${pair#*=} WHERE id = (SELECT max(id) FROM run)"
	done
}

# add_finding FILE RUN ID SECOND CLASS PATH [COLUMN=VALUE]...
add_finding() {
	local file=$1 run=$2 id=$3 at=$4 class=$5 path=$6
	shift 6
	sql "$file" "INSERT INTO finding (run, window, class, at_ns, first_ns, inode, page, bytes, path, writer, dropper, way, json)
		VALUES ($run, '$id', '$class', ${at}000000000, ${at}000000000, 257, 1, 100, '$path', 'cp', 'kswapd0', 'kswapd',
		json_object('schema', 1, 'type', 'finding', 'class', '$class', 'id', '$id', 'mono_ns', 9000, 'path', '$path',
		'bound', json('[[4096,100]]'), 'clean_ns', 5000, 'drop_ns', 7000, 'end_ns', 8000));"
	for pair in "$@"; do
		sql "$file" "UPDATE finding SET ${pair%%=*} = ${pair#*=} WHERE id = (SELECT max(id) FROM finding)"
	done
}

# findings_sql RUN: what `replay --json` prints, from standard input, as SQL that adds it to run RUN.
findings_sql() {
	jq -r --argjson run "$1" --arg q "'" '
		def text: if . == null then "NULL" else $q + (tostring | gsub($q; $q + $q)) + $q end;
		def ns: (.[0:19] + "Z" | fromdateiso8601 | tostring) + .[20:29];
		select(.ts and .id) |
		if .type == "finding" then
			"INSERT INTO finding (run, window, class, at_ns, first_ns, fs, subvolume, inode, page, bytes, path, writer, dropper, way, json)
			VALUES (\($run), \(.id | text), \(.class | text), \(.ts | ns), \(.ts | ns), \(.fs_uuid | text), \(.subvolume // "NULL"),
			\(.inode), \(.page), \([.bound[]?[1]] | add // 0), \(.path | text), \(.write.comm | text), \(.dropper.comm | text),
			\(.dropper.way | text), \(tojson | text)) ON CONFLICT (run, window) DO UPDATE SET class = excluded.class,
			at_ns = excluded.at_ns, bytes = excluded.bytes, dropper = excluded.dropper, way = excluded.way, json = excluded.json;"
		elif .type == "stale-read" then
			"INSERT INTO stale_read (run, window, at_ns, reader, json) VALUES (\($run), \(.id | text), \(.ts | ns),
			\(.reader.comm | text), \(tojson | text));"
		else empty end'
}

# add_recording FILE BOOT HOST RECORDING: a run of what a real machine recorded.
add_recording() {
	local lines=$BATS_TEST_TMPDIR/lines run
	"$dirtywatch" replay --json -v "$4" >"$lines" || :
	sql "$1" "$(jq -rs --arg boot "$2" --arg host "$3" '
		def ns: (.[0:19] + "Z" | fromdateiso8601 | tostring) + .[20:29];
		(map(select(.type == "start")) | .[0]) as $start | (map(select(.type == "summary")) | .[0]) as $last |
		"INSERT INTO run (boot, host, version, kernel, begin_ns, covered_ns, end_ns, counters) VALUES (\"\($boot)\", \"\($host)\",
		\"\($start.version)\", \"\($start.kernel)\", \($start.ts | ns), \($start.ts | ns) + \($last.seconds * 1000000000 | floor),
		\($start.ts | ns) + \($last.seconds * 1000000000 | floor), \u0027\($last.counters | tojson)\u0027);"' "$lines")"
	run=$(sql "$1" "SELECT max(id) FROM run")
	findings_sql "$run" <"$lines" | sqlite3 "$1"
}
