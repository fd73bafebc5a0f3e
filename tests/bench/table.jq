# SPDX-License-Identifier: GPL-2.0
# table.jq - the figures as tables, in Markdown: for each kernel what each column adds to each row, then all of it.
# jq -s -r -f table.jq --rawfile rows ROWS --rawfile columns COLUMNS COSTS

def pad($n): tostring | if length < $n then . + " " * ($n - length) else . end;
def left($n): tostring | if length < $n then " " * ($n - length) + . else . end;
def names($text; $words): [$text | split("\n")[] | select(test("^[^#]")) | [splits(" +")][:$words] | join(" ")];
def signed: . * 10 | round / 10 | if . > 0 then "+\(.)" elif . == 0 then "0" else tostring end;
def line($cells): "| " + ($cells | join(" | ")) + " |";

# table HEADINGS, CELLS: first column left, the others right.
def table($head; $cells):
	([$head] + $cells) as $all
	| [range($head | length) as $i | [$all[][$i] | tostring | length] | max] as $wide
	| def row: . as $r | line([range($head | length) as $i | $r[$i] | if $i == 0 then pad($wide[$i]) else left($wide[$i]) end]);
	($head | row), line([range($head | length) as $i | if $i == 0 then "-" * $wide[$i] else "-" * ($wide[$i] - 1) + ":" end]),
	($cells[] | row);

def in_unit($name): if .unit == "call" then .["\($name)_call"] else .["\($name)_page"] end;
def cell: if . == null then "-" else "\(in_unit("added") | signed) (\(.percent | signed) %)" end;

(["none"] + names($columns; 1)) as $order
| names($rows; 2) as $wanted
| . as $all
| (reduce .[].kernel as $k ([]; if index($k) then . else . + [$k] end))[] as $kernel
| map(select(.kernel == $kernel)) as $here
| ($order | map(select(. as $c | any($here[]; .column == $c)))) as $have
# Nothing attached: on the build that most columns have.
| def find($row; $column): first($here[] | select(.row == $row and .column == $column
	and ($column != "none" or .module != "early-clean"))) // null;
($here[0] | "### Linux \(.release)", "", "Repetitions: \($here | map(.repetitions) | unique | map(tostring) | join(" or ")). The tool was built by \(.compiler), QEMU \(.qemu).", ""),
"What is added to each call or page:", "",
table(["", "for each", "nothing"] + $have[1:];
	[$wanted[] as $row | find($row; "none") as $none | select($none)
		| [$none.words, $none.unit, ($none | if .unit == "call" then .per_call else .per_page end | round)]
		+ [$have[1:][] as $c | find($row; $c) | cell]]),
"", "All figures:", "",
table(["", "attached", "module", "a page", "spread", "a call", "added a page", "added a call", "%", "of floor", "of bpftrace"];
	[$wanted[] as $row | $have[] as $c | $here[] | select(.row == $row and .column == $c)
		| [.words, (if .column == "none" then "nothing" else .column end), .module, .per_page, .spread, .per_call]
		+ [.added_page, .added_call, .percent, .of_floor, .of_bpftrace | if . == null then "" else . end]]),
""
