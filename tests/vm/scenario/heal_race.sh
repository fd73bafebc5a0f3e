# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# heal_race.sh MODULE SEED COUNT - COUNT stranded pages, a watch that heals them, and somebody who drops all caches ten
# times a second. Leaves /out/MODULE.json (what the watch said), .rc, and .list (which files are right after a remount).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
use_module "$module"
scratch_mkfs
scratch_mount
watch_start "$module" --rescue /out/rescue --heal
(while [ ! -e /tmp/enough ]; do
	drop_caches 1
	usleep 100000
done) &
dropper=$!
/in/strand make "$scratch" "$count" "$seed"
sleep 2
touch /tmp/enough
wait "$dropper"
watch_stop
echo "$watch_rc" >"/out/$module.rc"
scratch_umount
scratch_mount
/in/strand list "$scratch" "$count" "$seed" >"/out/$module.list" 2>/dev/null || :
scratch_umount
