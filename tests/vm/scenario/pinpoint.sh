# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# pinpoint.sh MODULE - what a finding says beside its verdict: names, cgroups, stacks.
# Leaves /out/pinpoint.json, where pages of four files become stranded and are then lost, and their inodes in
# /out/pinpoint.inodes: renamed, with three links of which one was moved, unlinked but open, and left alone; and
# /out/unmounted.json, where stranded pages go with their inodes.
# shellcheck source=lib.sh
. /guest/lib.sh

# in_cgroup NAME COMMAND...: becomes the command, so that the caller can kill it.
in_cgroup() {
	mkdir -p "/sys/fs/cgroup/$1"
	exec sh -c 'echo 0 >"/sys/fs/cgroup/$0/cgroup.procs"; exec "$@"' "$@"
}

# strand: leave files with a stranded page, at least five.
strand() {
	in_cgroup writers/one "$tool" provoke "$scratch" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
	until [ "$(grep -c '"class":"stranded"' "/out/$watch_name.json" || :)" -ge 5 ]; do usleep 50000; done
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
	# The last one may have been under way.
	sleep 1
}

use_module "$1"
scratch_mkfs
scratch_mount
mkdir "$scratch/dir"
watch_start pinpoint
strand
# shellcheck disable=SC2012 # names without surprises
ls "$scratch"/provoke-* | head -n 4 >/tmp/files
{ read -r a && read -r b && read -r c && read -r d; } </tmp/files
stat -c %i "$a" "$b" "$c" "$d" >/out/pinpoint.inodes
# What is committed to the disk has the old names.
ln "$b" "$scratch/dir/second"
ln "$b" "$scratch/dir/third"
sync
tail -f "$c" >/dev/null &
holder=$!
sleep 1
mv "$a" "$scratch/dir/renamed"
mv "$scratch/dir/third" "$scratch/moved"
rm "$c"
(in_cgroup droppers sh -c 'echo 1 >/proc/sys/vm/drop_caches')
sleep 1
rmdir /sys/fs/cgroup/droppers
watch_stop
kill "$holder"
wait "$holder" || :

watch_start unmounted
strand
scratch_umount
watch_stop
