# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# restore.sh MODULE SEED COUNT OUTCOME... - pages are lost, rescued, and put back; twice, for the second time must change
# nothing. Leaves /out/OUTCOME.json and .truth, of `restore` OUTCOME.dry, .done and .again with their exit codes in .rc,
# and OUTCOME.before and .meant: which files hold what their writer meant, before and in the end.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
shift 3
use_module "$module"
scratch_mkfs
scratch_mount

# restore NAME OPTION...: its output and exit code in /out/NAME and NAME.rc.
restore() {
	local name=$1 rc=0
	shift
	"$tool" restore "/out/$outcome.rescue" --json "$@" >"/out/$name" 2>"/out/$name.err" || rc=$?
	echo "$rc" >"/out/$name.rc"
}

# meant NAME: from the disk alone.
meant() {
	scratch_umount
	scratch_mount
	trials "/out/$outcome.truth" | /in/meant "$seed" "${outcome%%-*}" >"/out/$1" || :
}

for outcome in "$@"; do
	mkdir "$scratch/$outcome"
	watch_start "$outcome" --rescue "/out/$outcome.rescue"
	drop=''
	case $outcome in stranded-*) drop=--then-drop ;; esac
	# shellcheck disable=SC2086 # or none
	"$tool" provoke "$scratch/$outcome" --keep --outcome "${outcome%%-*}" $drop --count "$count" --seed "$seed" \
		--truth "/out/$outcome.truth" >"/out/$outcome.provoke" 2>&1 || [ $? = 1 ] ||
		fail "provoke: $(cat "/out/$outcome.provoke")"
	sync
	sleep 3
	watch_stop
	meant "$outcome.before"
	restore "$outcome.dry" --dry-run
	restore "$outcome.done" --all
	meant "$outcome.meant"
	restore "$outcome.again" --all
done
scratch_umount
