#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# `report` on a million findings in 100,000 files.
# shellcheck disable=SC2154 # helper.bash sets them

load helper
load store

T=1795000000

setup() {
	export TZ=UTC
	store=$BATS_TEST_TMPDIR/findings.db
	new_store "$store"
	add_run "$store" $T $((T + 1000000))
	sqlite3 "$store" "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN;
		INSERT INTO finding (run, window, class, at_ns, first_ns, fs, subvolume, inode, page, bytes, path, writer, dropper, way, json)
		WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i + 1 FROM n WHERE i < 1000000)
		SELECT 1, printf('%x-%x-%x', i * 77777, i % 100000, i % 4096),
			CASE i % 10 WHEN 0 THEN 'stranded' WHEN 1 THEN 'near-miss' ELSE 'lost' END,
			$T * 1000000000 + i * 900000, $T * 1000000000 + i * 900000 - 5000,
			'92c18aec-ec13-4de4-a398-07ccba5e62c2', 5, 257 + i % 100000, i % 4096, 4096,
			'/srv/data/some/directory/file-' || (i % 100000) || '.db', 'postgres-' || (i % 50), 'kswapd' || (i % 4), 'kswapd', '{}'
		FROM n;
		COMMIT;" >/dev/null
}

# quick OPTION...: the report is there in less than two seconds: the best of three.
quick() {
	local best
	TIMEFORMAT='%R %U %S'
	for _ in 1 2 3; do
		{ time "$dirtywatch" report "$@" "$store" >"$BATS_TEST_TMPDIR/out" || [ $? = 1 ]; } 2>>"$BATS_TEST_TMPDIR/times"
	done
	best=$(sort -n "$BATS_TEST_TMPDIR/times" | head -n 1)
	rm "$BATS_TEST_TMPDIR/times"
	echo "report $*: seconds, of the user, of the system: $best"
	awk -v s="${best%% *}" 'BEGIN { exit !(s < 2) }'
	[ -s "$BATS_TEST_TMPDIR/out" ]
}

# bats test_tags=full
@test "report: a million findings in less than two seconds, as a list, by file, by writer, by dropper, and as a page" {
	quick
	grep -q '^LOST: 800000 lost in ' "$BATS_TEST_TMPDIR/out"
	quick --by file
	quick --by writer
	quick --by dropper
	quick --html
}
