# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# soak.sh MODULE SECONDS SEED - writers, faults and drops that race, while the tool watches.
# Leaves /out/MODULE.json (what was found) and .soak (which bytes the soak itself saw lost).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seconds=$2 seed=$3
name=$(echo "$module" | tr : -)
use_module "$module"
scratch_mkfs
scratch_mount
# Hundreds of findings a second, and writers that leave the tool little time.
watch_start "$name" --ring-size 16384
/in/soak -t 8 -s "$seconds" -S "$seed" "$scratch" >"/out/$name.soak" 2>"/out/$name.soak.err" || [ $? = 1 ] ||
	fail "soak: $(cat "/out/$name.soak.err")"
watch_stop
echo "$watch_rc" >"/out/$name.rc"
note "$(tail -n 1 "/out/$name.soak")"
scratch_umount
