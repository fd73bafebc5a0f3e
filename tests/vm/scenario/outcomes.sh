# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# outcomes.sh MODULE SEED COUNT OUTCOME... - the tool beside `provoke`, once for each outcome.
# Leaves /out/MODULE-OUTCOME.json (what was found) and .truth (what was so).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
shift 3
use_module "$module"
scratch_mkfs
scratch_mount
for outcome in "$@"; do
	name=$(echo "$module-$outcome" | tr : -)
	watch_start "$name"
	# Exit code 1 says that losses were provoked.
	"$tool" provoke "$scratch" --outcome "$outcome" --count "$count" --seed "$seed" \
		--truth "/out/$name.truth" >"/out/$name.provoke" 2>&1 || [ $? = 1 ] ||
		fail "provoke: $(cat "/out/$name.provoke")"
	note "$(tail -n 1 "/out/$name.provoke")"
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
done
scratch_umount
