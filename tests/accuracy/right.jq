# SPDX-License-Identifier: GPL-2.0
# right.jq - is all that was judged right? jq -s -e -f right.jq JUDGED...
(map(select(.row and (.why | not)))) as $rows
| ($rows | length > 0)
	# Each row that can be built had its outcome, in one round or another.
	and ($rows | group_by(.row) | all((map(.trials) | add) > 0 and (map(.wanted) | add) > 0))
	and ($rows | all(.missed + .false + .wrong_class + .wrong_bound + .wrong_facts == 0))
	# What could not be judged is next to nothing.
	and (map(.disturbed // 0) | add) * 50 <= ($rows | map(.lost) | add)
	# Nothing is missing from either side.
	and (map(select(has("end"))) | length > 0 and all(.end and .blind == []))
