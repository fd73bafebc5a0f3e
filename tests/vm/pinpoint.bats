#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Inodes evicted with dirty pages; what a finding says of names, cgroups and stacks; who reads lost pages back in.

load helper

# inode NUMBER NAME: line NUMBER of what the scenario noted.
inode() {
	sed -n "$1p" "$out/$2.inodes"
}

# evicts MODULE [RUN.SH OPTION...]: the two marked files, and nothing else.
evicts() {
	machine 250 "$@" -p btrfs -p chattr "$here/scenario/evicted.sh" "$1"
	[ "$(cat "$out/umount.sizes" | tr '\n' ' ')" = "0 0 409600 " ]
	says umount "map(select(.type == \"finding\") | [.class, .inode, .bound, .dirty_pages, .i_size, .dropper.comm,
		.dropper.way, .complete, .unlinked]) ==
		[[\"evicted-dirty\", $(inode 1 umount), [[0, 4096]], 1, 4096, \"umount\", \"evict\", true, false],
		[\"evicted-dirty\", $(inode 2 umount), [[12288, 20471808]], 4, 20484096, \"umount\", \"evict\", true, false]]"
	says umount 'map(select(.type == "finding").drop_stack) | all(any(startswith("btrfs_evict_inode+")))'
	says umount 'last | .verdict == "lost" and .exit_code == 1 and .counters.evicted_dirty == 2 and .blind == []'
	for name in unlinked truncated aborted; do silent $name; done
	grep -q forced "$out/dmesg.txt"
}

@test "skip-writeback: files evicted dirty are found, unwanted ones and those of a failed filesystem are not" {
	evicts skip-writeback
	silent subvolume
	says umount 'map(select(.type == "finding")) | all(.subvolume == 5)'
}

# bats test_tags=full
@test "skip-writeback: the same by probes" {
	echo '--hook kprobe --hook raw_tp' >"$BATS_TEST_TMPDIR/watch-options"
	evicts skip-writeback -f "$BATS_TEST_TMPDIR/watch-options"
	silent subvolume
}

# bats test_tags=full
@test "skip-writeback: the same without module BTF, but for deleted subvolumes, which make it blind" {
	evicts skip-writeback:nobtf
	says subvolume 'map(select(.type == "finding")) == [] and last.exit_code == 5'
	says subvolume 'last.blind | map([.kind, .count]) == [["evicted", 1]]'
}

# bats test_tags=full
@test "stock: the same work leaves nothing dirty, and nothing is said" {
	local name
	machine 250 stock -p btrfs -p chattr "$here/scenario/evicted.sh" stock
	[ "$(cat "$out/umount.sizes" | tr '\n' ' ')" = "4096 20484096 409600 " ]
	for name in umount unlinked truncated subvolume aborted; do silent $name; done
	says umount 'last.counters.written == 105'
}

# lost NUMBER FILTER: the loss of the file in line NUMBER must make the filter true.
lost() {
	says pinpoint "map(select(.class == \"lost\" and .inode == $(inode "$1" pinpoint))) | length == 1 and (.[0] | $2)"
}

pinpoints() {
	local top=/mnt/scratch
	machine 250 "$1" -p stat "$here/scenario/pinpoint.sh" "$1"
	lost 1 ".path == \"$top/dir/renamed\" and .links == [.path] and .link_count == 1"
	lost 2 ".link_count == 3 and (.links | index(\"$top/dir/second\") and (index(\"$top/dir/third\") | not))"
	lost 2 '.path as $p | .links | index($p)'
	lost 3 '.unlinked and (has("links") | not)'
	lost 4 '.link_count == 1 and .links == [.path]'
	says pinpoint 'map(select(.class == "lost")) | all(.write.cgroup == "/writers/one" and .dropper.cgroup == "/droppers")'
	says pinpoint 'map(select(.class == "lost")) | all(.write.cgroup_id > 1 and .dropper.cgroup_id > .write.cgroup_id)'
	says pinpoint 'map(select(.class == "lost").clean_stack) | all(any(startswith("btrfs_buffered_write+")))'
	says pinpoint 'map(select(.class == "lost").drop_stack) | all(any(startswith("drop_pagecache_sb+")))'
	# Readers are watched from the first loss on; how many more it takes until they are is a matter of time.
	says pinpoint 'map(select(.class == "lost").not_observed) | .[0] == ["stale_reads"] and all(. == null or . == ["stale_reads"])'
	says pinpoint '(map(select(.class == "lost" and .not_observed)) | length) == last.counters.unfollowed'
	says pinpoint 'last | .blind == [] and .counters.lost >= 5'
	# A stranded page is clean, whatever the marks of its file say: it is lost, and not evicted dirty.
	says unmounted 'last.counters | .lost == .stranded and .lost >= 5 and .evicted_dirty == 0'
	says unmounted 'map(select(.class == "lost")) | all(.dropper.way == "evict" and (.path | startswith("/mnt/scratch/provoke")))'
}

@test "names after a rename, links, cgroups and stacks, with module BTF" {
	pinpoints early-clean
}

# bats test_tags=full
@test "names after a rename, links, cgroups and stacks, without module BTF" {
	pinpoints early-clean:nobtf
}

@test "who reads lost pages back in; the writer's own retry is told apart" {
	local ino pid how
	machine 250 early-clean -p stat "$here/scenario/stale.sh" early-clean
	cat "$out/stale.pids"
	[ "$(wc -l <"$out/stale.pids")" = 4 ]
	while read -r ino pid how; do
		says stale "map(select(.type == \"stale-read\" and .inode == $ino) | [.reader.pid, .reader.way, .own_retry]) ==
			if \"$how\" == \"none\" then [] else [[$pid, \"$how\", false]] end"
	done <"$out/stale.pids"
	# Each names the finding that it belongs to, once.
	says stale '(map(select(.class == "lost").id) | sort) as $lost | map(select(.type == "stale-read").id) |
		length == (unique | length) and all(. as $id | $lost | index($id))'
	says stale 'map(select(.type == "stale-read" and .own_retry) | [.reader.way, .reader.comm]) |
		length == 5 and all(. == ["own retry", "provoke-writer"])'
	says stale 'last.counters | .own_retries == 5 and .stale_reads == .lost - 6 and .unfollowed >= 1'
	# Of the first losses nobody can say who came before the hook did; of those behind it that is known.
	says stale 'last.counters.unfollowed as $n | map(select(.class == "lost")) | length - $n >= 5 and
		(.[:$n] | all(.not_observed == ["stale_reads"])) and (.[$n:] | all(has("not_observed") | not))'
	[ "$(jq -s 'map(select(.final == "lost")) | length' "$out/stale.truth")" = 5 ]
}
