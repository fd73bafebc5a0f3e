# SPDX-License-Identifier: GPL-2.0
# put_back_table.jq - the rows that are not all right, and the sum. jq -r -s -f put_back_table.jq PUT-BACK...
(map(.bad[]) | group_by(.row)[] | "not put back: \(.[0].row): \(length) files, \(map(.states[]) | unique | join(", "))"
	+ (if all(.exact) then "" else ", not exact" end)),
"put back: \(map(.whole) | add) of \(map(.files) | add) files hold what was meant, exact was right in \(map(.exact) | add); \(map(.forced) | add) by force, since files that are written in place keep no trace; \(map(.broken) | add) lay in broken memory"
