# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# restore_kill.sh MODULE SEED COUNT - `restore` is killed COUNT times, and then let through.
# Leaves /out/kills: a line each: how many pages are marked as restored, and how many of their files are as they were
# meant; and /out/meant, of all files in the end.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
dir=/out/rescue
use_module "$module"
scratch_mkfs
scratch_mount
watch_start all --rescue "$dir"
"$tool" provoke "$scratch" --keep --outcome stranded --then-drop --count "$((3 * count))" --seed "$seed" --truth /out/truth \
	>/dev/null 2>&1 || [ $? = 1 ] || fail "provoke ended with $?"
sync
watch_stop
trials /out/truth >/tmp/trials

# marked: the trials whose page is said to be restored.
marked() {
	for f in "$dir"/*.restored; do
		[ ! -e "$f" ] || head -n 1 "$f" | sed 's/.*"path":"\([^"]*\)".*/ \1$/'
	done >/tmp/paths
	grep -f /tmp/paths /tmp/trials || :
}

for i in $(seq "$count"); do
	"$tool" restore "$dir" --all >/dev/null 2>&1 &
	restore=$!
	usleep $(((seed * i * 7919 % 150) * 1000))
	kill -9 "$restore" 2>/dev/null || :
	wait "$restore" || :
	drop_caches 1
	marked >/tmp/marked
	right=0
	[ ! -s /tmp/marked ] || right=$(/in/meant "$seed" stranded </tmp/marked | sed -n 's/^\([0-9]*\) of .* right$/\1/p')
	echo "$(wc -l </tmp/marked) $right" >>/out/kills
done
"$tool" restore "$dir" --all >/out/done 2>&1 || fail "restore: $(cat /out/done)"
scratch_umount
scratch_mount
/in/meant "$seed" stranded </tmp/trials >/out/meant || :
scratch_umount
