# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# evicted.sh MODULE - inodes that leave memory with dirty pages: under skip-writeback, files with the attribute A do.
# Leaves /out/NAME.json: umount (two such files and one that is written), and what is nobody's loss: unlinked,
# truncated, subvolume, aborted; and /out/umount.inodes with the inodes of the two files.
# shellcheck source=lib.sh
. /guest/lib.sh

# marked FILE: an empty file that skip-writeback never writes.
marked() {
	: >"$1"
	/usr/bin/chattr +A "$1"
}

# fill FILE PAGE COUNT: dirty pages, none of them inline.
fill() {
	dd if=/dev/urandom of="$1" bs=4096 seek="$2" count="$3" conv=notrunc 2>/dev/null
}

stop() {
	watch_stop
	echo "$watch_rc" >"/out/$watch_name.rc"
}

use_module "$1"
scratch_mkfs
scratch_mount

marked "$scratch/one"
marked "$scratch/holes"
: >"$scratch/plain"
stat -c %i "$scratch/one" "$scratch/holes" >/out/umount.inodes
watch_start umount
fill "$scratch/one" 0 1
fill "$scratch/holes" 3 2
fill "$scratch/holes" 70 1
fill "$scratch/holes" 5000 1
fill "$scratch/plain" 0 100
sync
scratch_umount
stop
scratch_mount
stat -c %s "$scratch/one" "$scratch/holes" "$scratch/plain" >/out/umount.sizes

watch_start unlinked
marked "$scratch/unlinked"
fill "$scratch/unlinked" 0 10
rm "$scratch/unlinked"
sleep 1
stop

watch_start truncated
marked "$scratch/truncated"
fill "$scratch/truncated" 0 10
: >"$scratch/truncated"
scratch_umount
stop

scratch_mount
watch_start subvolume
/usr/bin/btrfs subvolume create "$scratch/sub" >/dev/null
marked "$scratch/sub/file"
fill "$scratch/sub/file" 0 10
/usr/bin/btrfs subvolume delete -C "$scratch/sub" >/dev/null
sleep 2
stop

# The disk goes away: the filesystem gives up, and says so.
watch_start aborted
marked "$scratch/aborted"
fill "$scratch/aborted" 0 10
basename "$(readlink -f /sys/block/vda/device)" >/sys/bus/virtio/drivers/virtio_blk/unbind
sync || : # it cannot
touch "$scratch/more" 2>/dev/null || :
sync "$scratch" || :
grep " $scratch " /proc/mounts >/out/aborted.mount
umount "$scratch"
stop
