# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# rescue_kill.sh MODULE SEED COUNT - the tool is killed while it saves pages, COUNT times, each time somewhere else.
# Leaves /out/kills: a line each: how many whole files there are, and what is not.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2 count=$3
dir=/out/rescue

# whole FILE: is it what its digest says?
whole() {
	[ "$( (head -n 1 "$1" && tail -n +3 "$1") | sha256sum | cut -d ' ' -f 1)" = "$(sed -n 2p "$1")" ]
}

use_module "$module"
scratch_mkfs
scratch_mount
for i in $(seq "$count"); do
	watch_start "kill-$i" --rescue "$dir"
	"$tool" provoke "$scratch" --outcome lost --count 6 --seed "$((seed + i))" >/dev/null 2>&1 &
	provoker=$!
	usleep $(((seed * i * 7919 % 400) * 1000))
	kill -9 "$watch_pid"
	wait "$watch_pid" || :
	wait "$provoker" || [ $? = 1 ] || fail "provoke ended with $?"
	torn=
	for f in "$dir"/*.rescue; do
		[ ! -e "$f" ] || whole "$f" || torn="$torn $f"
	done
	echo "$i $(find "$dir" -name '*.rescue' | wc -l) $(find "$dir" -name .unfinished | wc -l)$torn" >>/out/kills
	rm -f "/out/kill-$i.json"
done
scratch_umount
