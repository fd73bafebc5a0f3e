# SPDX-License-Identifier: GPL-2.0
# put_back.jq - did `restore` put back what was lost, and was it exact about it?
# jq -n -c -f put_back.jq --slurpfile truth TRUTH --slurpfile said LINES-OF-RESTORE
def place: "\(.fs // .fs_uuid) \(.subvolume) \(.inode) \(.page)";

# Of a page that was looked at more than once, the first time: then it was as it had been lost.
($said | map(select(.type == "restore")) | reverse | map({key: place, value: .}) | from_entries) as $said_of
| ($truth | map(select(.type == "trial"))) as $trials
| ($trials | map({key: "\(.row) \(.trial) \(.try)", value: .}) | from_entries) as $trial_of
| ($truth | map(select(.type == "put-back")
	| . as $b | $trial_of["\(.row) \(.trial) \(.try)"] as $t
	| ($t.pages | map(select(.classes and .lost != []) | . as $p
		| ({fs: $t.fs, subvolume: $t.subvolume, inode: $t.inode, page: .page} | place) as $k
		# What lay in broken memory was not to be read.
		| {broken: ((.ways // "") == "hwpoison" and $said_of[$k] == null),
			state: ($said_of[$k].state // "unsaid"), exact: ($said_of[$k].exact == $p.lost)})) as $pages
	| {row, trial, left, broken: ($pages | any(.broken)), states: ($pages | map(.state) | unique), exact: ($pages | all(.exact)),
		forced: ($pages | any(.state == "in_place")),
		right: (.left == 0 and ($pages | all(.exact)) and ($pages | all(.state | IN("restored", "in_place"))))})) as $files
| ($files | map(select(.broken)) | length) as $broken
| ($files | map(select(.broken | not))) as $files
| {broken: $broken, files: ($files | length), right: ($files | map(select(.right)) | length),
	forced: ($files | map(select(.forced)) | length),
	whole: ($files | map(select(.left == 0)) | length), exact: ($files | map(select(.exact)) | length),
	bad: ($files | map(select(.right | not)))}
