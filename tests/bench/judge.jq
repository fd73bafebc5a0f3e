# SPDX-License-Identifier: GPL-2.0
# judge.jq - is anything too dear? An array of sentences, empty if all is well.
# jq -n -c -f judge.jq --slurpfile costs COSTS --rawfile limits LIMITS --slurpfile stored STORED --arg column COLUMN
# limits: those of this column; without limits and with `stored`, a run of the same kernel, compiler and QEMU: what was
# measured then, and 5 more, or as much more as its repetitions differ by. A figure that is not there is as bad as one that is too high.

def in_unit: if .unit == "call" then .added_call else .added_page end;
def cost($column; $row): first($costs[] | select(.column == $column and .row == $row)) // null;
def added($column; $row): cost($column; $row) | if . == null then null else in_unit end;
def spread($column; $row): cost($column; $row)
	| if . == null or .spread == null then 0 elif .unit == "call" then .spread * .pages / .calls else .spread end;
def slack($column; $row): [5, spread($column; $row), spread("none"; $row)] | max;
def shown: . * 10 | round / 10;

# allowed LIMIT: {least, most}, or null if what it goes by is not there.
def allowed($limit; $row):
	if $limit | startswith("+-") then ($limit[2:] | tonumber) | {least: -., most: .}
	elif $limit | startswith("empty+") then added("empty"; $row) as $empty
		| if $empty == null then null else {most: ($empty + ($limit[6:] | tonumber))} end
	else {most: ($limit | tonumber)} end;

def judged($column; $row; $range; $why):
	added($column; $row) as $is
	| if $is == null then "\($column), \($row): was not measured"
	elif $range == null then "\($column), \($row): what the empty programs add was not measured"
	elif $is > $range.most then "\($column), \($row): +\($is | shown), at most +\($range.most | shown) (\($why))"
	elif $range.least != null and $is < $range.least then "\($column), \($row): \($is | shown), at least \($range.least) (\($why))"
	else empty end;

[$limits | split("\n")[] | select(test("^[^#]")) | [splits(" +")]
	| {column: .[0], row: "\(.[1]) \(.[2])", limit: .[3]} | select(.column == $column)] as $wanted
| [$stored[] | select(.column == $column)] as $before
| [($wanted[] | .row as $row | .limit as $limit | judged($column; $row; allowed($limit; $row); "limits")),
	($before[] | .row as $row | judged($column; $row; {most: (.added + slack($column; $row))}; "stored + \(slack($column; $row) | shown)")),
	(if $wanted == [] and $before == [] then "\($column): there is nothing to judge it by" else empty end)]
