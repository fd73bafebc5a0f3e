# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# edges.sh - a watch that begins and ends in the middle of things, and a module that goes away under it.
# Leaves /out/load1.json to load3.json (stock, under write load) and /out/reloaded.json.
# shellcheck source=lib.sh
. /guest/lib.sh

use_module stock
scratch_mkfs
scratch_mount
while [ ! -e /tmp/enough ]; do
	dd if=/dev/zero of="$scratch/load" bs=4k count=500 conv=notrunc 2>/dev/null
done &
load=$!
for i in 1 2 3; do
	watch_start "load$i"
	sleep 1
	watch_stop
	echo "$watch_rc" >"/out/load$i.rc"
done
# Not killed: a dd that outlives its shell would keep the filesystem busy.
touch /tmp/enough
wait "$load"

# Without module BTF nothing pins the module: the hooks die with it.
use_module early-clean:nobtf
scratch_mount
watch_start reloaded
use_module early-clean:nobtf
sleep 2
watch_stop
echo "$watch_rc" >/out/reloaded.rc
