# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# heal.sh MODULE SEED COUNT [OPTION] - COUNT stranded pages, and a watch that heals them (or has OPTION for --heal); then
# all that can drop them.
# Leaves /out/MODULE.json (what the watch said), .rc, and .check (how many files were right, in the end, thrice).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3 option=${4:---heal}

# check: are the files as they must be? It is said, not judged.
check() {
	/in/strand check "$scratch" "$count" "$seed" >>"/out/$module.check" 2>/dev/null || :
}

use_module "$module"
scratch_mkfs
scratch_mount
watch_start "$module" --rescue /out/rescue "$option"
/in/strand make "$scratch" "$count" "$seed"
# On a kernel that strands nothing there is nothing to wait for.
end=$(($(date +%s) + 30))
[ "$module-$option" = early-clean---heal ] || end=0
until [ "$(date +%s)" -gt "$end" ] || [ "$(grep -c '"healed":' "/out/$module.json")" -ge "$count" ]; do
	usleep 50000
done
watch_stop
echo "$watch_rc" >"/out/$module.rc"
drop_caches
check
scratch_umount
scratch_mount
check
scratch_umount
scratch_mount
check
scratch_umount
