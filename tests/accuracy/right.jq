# SPDX-License-Identifier: GPL-2.0
# right.jq - is all that was judged right? jq -s -e -f right.jq JUDGED...
(map(select(.row and (.why | not)))) as $rows
| ($rows | length > 0)
	# Each row that can be built had its outcome.
	and ($rows | all(.trials > 0 and .wanted > 0))
	and ($rows | all(.missed + .false + .wrong_class + .wrong_bound + .wrong_facts == 0))
	# Nothing is missing from either side.
	and (map(select(has("end"))) | length > 0 and all(.end and .blind == []))
