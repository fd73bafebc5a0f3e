# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# twice.sh MODULE TRIALS - write calls that lose the same page twice, while the tool watches.
# Leaves /out/MODULE.json (what was found) and .soak (which bytes are truly lost, and how many times the page went).
# shellcheck source=lib.sh
. /guest/lib.sh

use_module "$1"
name=$(echo "$1" | tr : -)
scratch_mkfs
scratch_mount
watch_start "$name"
/in/twice "$scratch/file" "$2" >"/out/$name.soak" || fail 'a page was not lost as it should be'
watch_stop
echo "$watch_rc" >"/out/$name.rc"
scratch_umount
