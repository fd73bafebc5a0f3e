# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# gone.sh - stranded pages of files that lose their names: still open, they are lost; gone with their inode, they are not.
# Leaves /out/open.json (unlinked but open), /out/evicted.json (unlinked), /out/subvolume.json (deleted with its subvolume).
# shellcheck source=lib.sh
. /guest/lib.sh

# strand DIR: leave files with a stranded page in DIR, at least five.
strand() {
	"$tool" provoke "$1" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
	until [ "$(grep -c '"class":"stranded"' "/out/$watch_name.json" || :)" -ge 5 ]; do usleep 50000; done
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
	# The last one may have been under way.
	sleep 1
}

use_module early-clean
scratch_mkfs
scratch_mount

watch_start open -v
strand "$scratch"
for f in "$scratch"/provoke-*; do
	tail -f "$f" >/dev/null &
	holders="${holders:-} $!"
done
sleep 1
rm "$scratch"/provoke-*
drop_caches
watch_stop
# shellcheck disable=SC2086 # a list of process ids
kill $holders

watch_start evicted -v
strand "$scratch"
rm "$scratch"/provoke-*
sleep 1
watch_stop

/usr/bin/btrfs subvolume create "$scratch/sub" >/dev/null
watch_start subvolume -v
strand "$scratch/sub"
/usr/bin/btrfs subvolume delete -C "$scratch/sub" >/dev/null
sleep 3
drop_caches
sleep 1
watch_stop
scratch_umount
