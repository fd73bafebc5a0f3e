# SPDX-License-Identifier: GPL-2.0
# promised.jq - what is truly missing, and which rescued file should have it: the input of host/promised.c.
# jq -n -r -f promised.jq --slurpfile truth TRUTH --slurpfile seen FINDINGS
def place: "\(.fs // .fs_uuid) \(.subvolume) \(.inode) \(.page)";

# A page that was lost twice has the later one's. What lay in broken memory is not to be read.
def file: if .dropper.way == "hwpoison" and .rescue.reason == "hwpoison" then "broken" else .rescue.file // "-" end;

($seen | map(select(.class == "lost")) | map({key: place, value: file}) | from_entries) as $file
| $truth[] | select(.type == "trial") as $t
| $t.pages[] | select(.classes and .lost != []) as $p
| ($file[{fs: $t.fs, subvolume: $t.subvolume, inode: $t.inode, page: $p.page} | place] // "-") as $name
| range($p.lost | length) as $i
| "\($name) \($p.lost[$i][0] - $p.page * 4096) \($p.lost[$i][1]) \($p.promised[$i])"
