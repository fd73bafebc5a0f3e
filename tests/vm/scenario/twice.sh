# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# twice.sh MODULE TRIALS [read] - write calls that lose the same page twice, while the tool watches.
# read: one does, and fails. Before its second loss another page is lost, so that readers are watched; then it is read.
# Leaves /out/MODULE.json (what was found) and .soak (which bytes are truly lost, and how many times the page went).
# shellcheck source=lib.sh
. /guest/lib.sh

use_module "$1"
name=$(echo "$1" | tr : -)
scratch_mkfs
scratch_mount
watch_start "$name"
if [ "${3:-}" = read ]; then
	set -- "$1" "$2" "$tool provoke $scratch --outcome lost --count 1 >/dev/null; sleep 3"
	after="cat $scratch/file"
fi
/in/twice "$scratch/file" "$2" ${3:+"$3"} >"/out/$name.soak" || fail 'a page was not lost as it should be'
${after:-true} >/dev/null
watch_stop
echo "$watch_rc" >"/out/$name.rc"
scratch_umount
