# SPDX-License-Identifier: GPL-2.0
# table.jq - the judged rows as a table, and the score. jq -r -s -f table.jq JUDGED...
def pad($n): tostring | if length < $n then . + " " * ($n - length) else . end;
def left($n): tostring | if length < $n then " " * ($n - length) + . else . end;
def percent($part; $all): if $all == 0 then "100" else
	($part * 10000 / $all | floor / 100 | tostring) end;
def line: (.row | pad(44)) + ([.trials, .lost, .found, .missed, .false, .wrong_class, .wrong_bound, .wrong_facts]
	| map(left(8)) | join(""));

map(select(.row)) as $rows
| ($rows | map(select(.why | not))) as $built
| ($built | {
	row: "total", trials: (map(.trials) | add), lost: (map(.lost) | add), found: (map(.found) | add),
	missed: (map(.missed) | add), false: (map(.false) | add), wrong_class: (map(.wrong_class) | add),
	bounds: (map(.bounds) | add), wrong_bound: (map(.wrong_bound) | add), wrong_facts: (map(.wrong_facts) | add)
}) as $total
| ("row" | pad(44)) + (["trials", "lost", "found", "missed", "false", "class", "bound", "facts"] | map(left(8)) | join("")),
  ($rows[] | if .why then "\(.row): not built: \(.why)" else
	line + if .want != null and .wanted == 0 then "  never came to be \(.want)" else "" end end),
  ($total | line),
  (.[] | select(.wrong) | .row as $row | .wrong[] | "wrong in '\($row)': \(tojson)"),
  (map(.blind // empty | .[]) | if . == [] then empty else "blind: \(map("\(.kind) \(.count)") | join(", "))" end),
  "\(map(.disturbed // 0) | add) pages that btrfs wrote by itself meanwhile were not judged",
  "accuracy: \($total.trials) trials, recall \(percent($total.found; $total.lost)) %, precision "
	+ "\(percent($total.found; $total.found + $total.false)) %, bounds right "
	+ "\(percent($total.bounds - $total.wrong_bound; $total.bounds)) %"
