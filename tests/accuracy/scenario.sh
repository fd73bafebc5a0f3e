# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../vm/guest disable=SC2119 # options may be left out
# scenario.sh MODULE SEED PERCENT PATTERN [rescue|restore] - the rows of the table, while the tool watches all of btrfs.
# Leaves /out/open.truth and .json, and /out/closed.truth and .json for the rows that unmount.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 percent=$3 pattern=$4
rescue=${5:+--rescue /out/rescue --rescue-rate 100000 --rescue-ring 16384}
[ "${5:-}" = restore ] && put_back=1 || put_back=
loop=/mnt/loop
use_module "$module"
scratch_mkfs
# Files are written when they are synced, and not before.
echo 0 >/proc/sys/vm/dirty_writeback_centisecs
echo 60 >/proc/sys/vm/dirty_ratio
echo 50 >/proc/sys/vm/dirty_background_ratio
# 4: from now on without a line in the kernel's log each time.
echo 4 >/proc/sys/vm/drop_caches
echo +memory >/sys/fs/cgroup/cgroup.subtree_control
mkdir /sys/fs/cgroup/accuracy "$loop"

# run NAME [OPTION...]: the program beside the tool.
run() {
	local name=$1
	shift
	: >"/out/$name.restored"
	# shellcheck disable=SC2086 # several words, or none
	"$tool" watch --json -v $rescue --limit 0 --ring-size 16384 >"/out/$name.json" 2>"/out/$name.err" &
	watch_pid=$! watch_name=$name
	wait_for "/out/$name.json" '"start"' 30
	# Only the program is in the group, so that little else is reclaimed.
	(
		echo 0 >/sys/fs/cgroup/accuracy/cgroup.procs
		exec /in/accuracy -D "$scratch_dev" -S "$seed" -n "$percent" -r "$pattern" -o "/out/$name.truth" \
			${put_back:+-x "$tool restore /out/rescue --all --json >>/out/$name.restored; $tool restore /out/rescue --all --force --json >>/out/$name.restored"} "$@" "$scratch"
	) >"/out/$name.rows" 2>"/out/$name.rows.err" || fail "accuracy: $(cat "/out/$name.rows.err")"
	watch_stop
}

scratch_mount
modprobe loop
truncate -s 512M "$scratch/image"
losetup /dev/loop0 "$scratch/image"
mkfs.btrfs -f /dev/loop0 >/tmp/mkfs.log 2>&1 || fail "mkfs.btrfs: $(cat /tmp/mkfs.log)"
mount -t btrfs /dev/loop0 "$loop"
run open -l "$loop"
umount "$loop"
losetup -d /dev/loop0
run closed -b
scratch_umount
