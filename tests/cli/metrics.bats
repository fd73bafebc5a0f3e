#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# One table of metrics: what is written for Prometheus, the man page, the dashboard and the alerts must not drift apart.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them

load helper

setup() {
	page=$repo/man/btrfs-dirtywatch-metrics.7
	dashboard=$repo/packaging/grafana.json
	alerts=$repo/packaging/alerts.yml
	prom=$BATS_TEST_TMPDIR/x.prom
	dw replay --metrics "$prom" "$repo/tests/replay/recordings/lost.rec"
	[ "$code" = 1 ]
}

# The metrics that are written: `name type label...`.
written() {
	awk '/^# TYPE/ { type[$3] = $4; next } /^#/ { next }
		{ name = $1; labels = ""; if (split($1, part, "{") > 1) { name = part[1]; while (match(part[2], /[a-z_]+="/)) {
			labels = labels " " substr(part[2], RSTART, RLENGTH - 2); part[2] = substr(part[2], RSTART + RLENGTH) } }
		print name " " type[name] labels }' "$prom" | sed 's/^btrfs_dirtywatch_//' | sort -u
}

@test "every metric is in the man page, with its type and labels, and no other" {
	[ "$(written | wc -l)" -ge 50 ]
	diff <(written) <(sed -n '/^\.Sh METRICS/,/^\.Sh LABELS/{/^\.It Cm/{N;p}}' "$page" |
		sed -nE '/^\.It Cm/{N;s/^\.It Cm ([a-z_]+)( Brq (.*))?\n([A-Z])([a-z]+)\.$/\1 \4\5 \3/;s/ ,//g;s/ $//;p}' |
		awk '{ $2 = tolower($2); print }' | sort)
}

@test "every label is in the man page, and no other" {
	diff <(written | cut -s -d ' ' -f 3- | tr ' ' '\n' | grep . | sort -u) \
		<(sed -n '/^\.Sh LABELS/,/^\.Sh ALERTS/p' "$page" | sed -nE 's/^\.It Cm //p' | sed 's/ , /\n/g' | sort)
	local word
	for word in $(grep -oE '(mode|state|result)="[a-z_]+"' "$prom" | cut -d '"' -f 2 | sort -u); do
		sed -n '/^\.Sh LABELS/,/^\.Sh ALERTS/p' "$page" | grep -qw "$word"
	done
}

@test "every metric has its help, which is a sentence" {
	[ "$(grep -c '^# HELP' "$prom")" = "$(grep -c '^# TYPE' "$prom")" ]
	[ "$(grep -cE '^# HELP [a-z_]+ [A-Z0-9].*[a-z0-9]\.$' "$prom")" = "$(grep -c '^# HELP' "$prom")" ]
}

@test "the dashboard is what the table makes of itself, and has every metric" {
	local made=$repo/${BUILD:-.build}/dashboard
	[ -x "$made" ] || skip "it is not built: make .build/dashboard"
	diff "$dashboard" <("$made")
	diff <(jq -r '.. | .expr? // empty' "$dashboard" | grep -oE 'btrfs_dirtywatch_[a-z_]+' | sed 's/^btrfs_dirtywatch_//' | sort -u) \
		<(written | cut -d ' ' -f 1)
	# Each panel has its own place.
	[ "$(jq '[.panels[].gridPos | . as $p | range(.y; .y + .h) as $y | range($p.x; $p.x + $p.w) | [., $y]] | length' "$dashboard")" = \
		"$(jq '[.panels[].gridPos | . as $p | range(.y; .y + .h) as $y | range($p.x; $p.x + $p.w) | [., $y]] | unique | length' "$dashboard")" ]
	[ "$(jq '[.panels[].id] | length == (unique | length)' "$dashboard")" = true ]
	jq -e 'all(.panels[]; .gridPos.x + .gridPos.w <= 24)' "$dashboard"
}

@test "alerts use metrics that there are, and the man page has each" {
	local name
	for name in $(grep -oE 'btrfs_dirtywatch_[a-z_]+' "$alerts" | sed 's/^btrfs_dirtywatch_//' | sort -u); do
		written | cut -d ' ' -f 1 | grep -qx "$name"
	done
	diff <(sed -nE 's/^ *- alert: //p' "$alerts" | sort) \
		<(sed -n '/^\.Sh ALERTS/,/^\.Sh FILES/p' "$page" | sed -nE 's/^\.It Cm //p' | sort)
	for name in summary description runbook severity; do
		[ "$(grep -c "^ *$name: " "$alerts")" = "$(grep -c ' alert: ' "$alerts")" ]
	done
}

@test "what the recording shows is what is written" {
	local live name
	live=$("$dirtywatch" replay --json "$repo/tests/replay/recordings/lost.rec" || :)
	while read -r name value; do
		[ "$(sed -nE "s/^btrfs_dirtywatch_${name}_total //p" "$prom")" = "$value" ]
	done < <(jq -r 'select(.type == "summary").counters | "written_pages \(.written)\nlost_pages \(.lost)\nwrite_calls \(.calls)\nsent_records \(.sent)"' <<<"$live")
	[ "$(sed -n 's/^btrfs_dirtywatch_lost_bytes_total{.*} //p' "$prom")" = "$(jq -s '[.[] | select(.class == "lost").bound[][1]] | add' <<<"$live")" ]
	# It has just ended.
	[ "$(($(date +%s) - $(sed -nE 's/^btrfs_dirtywatch_last_loss_timestamp_seconds\{.*\} ([0-9]+)\..*/\1/p' "$prom")))" -lt 60 ]
}
