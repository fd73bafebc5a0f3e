# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# newer.sh MODULE SEED COUNT MODE... - lost pages are put back while somebody writes newer bytes there, as MODE says.
# Leaves /out/MODE.done, what `restore` said, and MODE.newer with its exit code in .rc: are the newer bytes all there?
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
shift 3
one_processor
use_module "$module"

# lose OUTCOME [OPTION...]: pages of files that stay.
lose() {
	local outcome=$1
	shift
	mkdir "$scratch/$outcome"
	"$tool" provoke "$scratch/$outcome" --keep --outcome "$outcome" "$@" --count "$count" --seed "$seed" >/tmp/provoke 2>&1 ||
		[ $? = 1 ] || fail "provoke: $(cat /tmp/provoke)"
}

for mode in "$@"; do
	scratch_mkfs
	scratch_mount
	watch_start "$mode" --rescue "/out/$mode.rescue"
	lose lost
	lose stranded --then-drop
	sync
	sleep 3
	watch_stop
	# Every second one is left alone.
	"$tool" restore "/out/$mode.rescue" --json | sed -n 'p;n' |
		sed -n 's/.*"bound":\[\[\([0-9]*\),\([0-9]*\)\].*"path":"\([^"]*\)".*/\3 \1 \2/p' >/tmp/targets
	all_processors
	/in/newer "$mode" 100 "$seed" </tmp/targets >"/out/$mode.newer" 2>&1 &
	newer=$!
	"$tool" restore "/out/$mode.rescue" --all --json >"/out/$mode.done" 2>"/out/$mode.err" || :
	sleep 1
	kill -TERM "$newer"
	rc=0
	wait "$newer" || rc=$?
	one_processor
	echo "$rc" >"/out/$mode.rc"
	note "$mode: $(tail -n 1 "/out/$mode.newer")"
	scratch_umount
done
