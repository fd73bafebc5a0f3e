# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# blocks.sh MODULE COUNT MODE... - folios of several blocks, of which a write call cleans some.
# Leaves /out/MODE.json (what was found) and .truth (what was so). Wants blocks.c as /in/blocks.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 count=$2
shift 2
use_module "$module"
scratch_mkfs
scratch_mount
mount -t debugfs debugfs /sys/kernel/debug 2>/dev/null || grep -q debugfs /proc/mounts || fail 'no debugfs'
for mode in "$@"; do
	# Eight losses a trial, one trial after the other; a ring that is too small is what the suite blind is for.
	watch_start "$mode" --ring-size 16384
	/in/blocks "$scratch" "$mode" "$count" >"/out/$mode.truth" || fail "blocks $mode ended with $?"
	watch_stop
	echo "$watch_rc" >"/out/$mode.rc"
done
scratch_umount
