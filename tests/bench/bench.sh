#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# bench.sh [KERNEL...]: count, then print the table, and put it, the chart and what the gate compares with in their
# places: docs/cost.md, docs/cost.svg, stored.ndjson. NOTHING_NEW=1: from the figures that there are. REPS, PAGES: run.sh.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$here/../.." && pwd)
# shellcheck source-path=SCRIPTDIR source=judge.sh
. "$here/judge.sh"
folder=$top/.build/bench
costs=$folder/costs.ndjson
tables=(--rawfile rows "$here/rows" --rawfile columns "$here/columns")

kernels=("$@")
[ $# -gt 0 ] || kernels=(6.1 6.12 7.3)

# between FILE: what stands between the marks of a generated block becomes FILE's text.
between() {
	awk -v file="$1" '/^<!-- end/ { skip = 0 } !skip { print }
		/^<!-- generated/ { skip = 1; while ((getline line < file) > 0) print line }' "$top/docs/cost.md" >"$folder/cost.md"
	mv "$folder/cost.md" "$top/docs/cost.md"
}

status=0
if [ -z "${NOTHING_NEW:-}" ]; then
	"$here/run.sh" -o "$folder/out" "${kernels[@]}" || status=$?
	[ -s "$folder/out/costs.ndjson" ] || exit 3
	mv "$folder/out/costs.ndjson" "$costs"
fi
jq -s -r -f "$here/table.jq" "${tables[@]}" "$costs" | tee "$folder/table.md"
[ -s "$folder/table.md" ] || exit 3
between "$folder/table.md"
jq -s -r -f "$here/chart.jq" "${tables[@]}" "$costs" >"$top/docs/cost.svg"
# The gate runs on the first kernel of all, and its own columns and order.
store "$costs" | jq -c 'select(.release | startswith("6.1."))' >"$folder/stored"
[ ! -s "$folder/stored" ] || mv "$folder/stored" "$here/stored.ndjson"
echo "bench: the figures are in ${costs#"$top"/}, the table in docs/cost.md, the chart in docs/cost.svg"
exit "$status"
