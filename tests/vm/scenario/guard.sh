# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# guard.sh MODULE SEED COUNT - a guard that stays one, beside COUNT trials of each outcome; then, if MODULE loses
# writes, one with the other hook that becomes a watch, before the same trials. Leaves /out/stay-OUTCOME.json and so on,
# wide-OUTCOME.truth, and wide.json of all outcomes.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
outcomes='lost near-miss stranded superseded none'

# trials OUTCOME SEED COUNT: their truth goes to /out/$name.truth. Exit code 1 says that losses were provoked.
trials() {
	"$tool" provoke "$scratch" --outcome "$1" --count "$3" --seed "$2" --truth "/out/$name.truth" >/tmp/provoke 2>&1 ||
		[ $? = 1 ] || fail "provoke: $(cat /tmp/provoke)"
	note "$(tail -n 1 /tmp/provoke)"
}

use_module "$module"
scratch_mkfs
scratch_mount
for outcome in $outcomes; do
	name=stay-$outcome
	watch_start "$name" -v --stay-guard
	trials "$outcome" "$seed" "$count"
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
done
if [ "$module" != stock ]; then
	watch_start wide -v --guard --hook guarded-drop=raw_tp
	name=wide-sign
	trials stranded $((seed + 1)) 1
	wait_for /out/wide.err 'full watch' 60
	for outcome in $outcomes; do
		name=wide-$outcome
		trials "$outcome" $((seed + 2)) "$count"
	done
	watch_stop
	echo "$watch_rc" >/out/wide.rc
fi
scratch_umount
