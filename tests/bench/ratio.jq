# SPDX-License-Identifier: GPL-2.0
# ratio.jq - the objects of cost.jq, all machines', with what they added in proportion to the empty programs, and to
# bpftrace. jq -s -c -f ratio.jq COST...

def added($all; $one; $column): first($all[] | select(.kernel == $one.kernel and .row == $one.row and .column == $column)
	| .added_page) // null;
def ratio($of): if . == null or $of == null or $of <= 0 then null else . / $of * 1000 | round / 1000 end;

. as $all
| .[]
| . as $one
| if .added_page == null then . else
	. + {of_floor: (.added_page | ratio(added($all; $one; "floor"))),
		of_bpftrace: (.added_page | ratio(added($all; $one; "bpftrace-fentry")))} end
| with_entries(select(.value != null))
