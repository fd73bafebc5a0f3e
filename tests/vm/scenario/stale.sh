# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# stale.sh MODULE - lost pages are read back in: by a reader of their own, by a writer, by the write call that lost them.
# Leaves /out/stale.json (the first losses, with readers after them), /out/stale.pids (inode, reader's pid, how).
# shellcheck source=lib.sh
. /guest/lib.sh

# strand: leave files with a stranded page, at least six.
strand() {
	"$tool" provoke "$scratch" --outcome stranded --count 100000 >/dev/null 2>&1 &
	provoke_pid=$!
	until [ "$(grep -c '"class":"stranded"' /out/stale.json || :)" -ge 6 ]; do usleep 50000; done
	kill -KILL "$provoke_pid"
	wait "$provoke_pid" || :
	# The last one may have been under way.
	sleep 1
}

# lost_page FILE: the index of the page that it lost.
lost_page() {
	grep '"class":"lost"' /out/stale.json | { grep "\"inode\":$(stat -c %i "$1")," || :; } | sed 's/.*"page":\([0-9]*\).*/\1/'
}

# overwrite BYTES: from the start of the lost page of the file in $f on.
overwrite() {
	exec dd if=/dev/zero of="$f" bs=4096 seek="$(lost_page "$f")" conv=notrunc iflag=count_bytes count="$1"
}

# by HOW COMMAND...: run it as a process of its own, and note which one that was, for the file in $f.
by() {
	local how=$1
	shift
	"$@" >/dev/null 2>&1 &
	echo "$(stat -c %i "$f") $! $how" >>/out/stale.pids
	wait $!
}

use_module "$1"
scratch_mkfs
scratch_mount
watch_start stale
strand
drop_caches
wait_for /out/stale.json '"class":"lost"' 10
# The hook goes in when the first loss has been seen.
sleep 2

n=0
for f in "$scratch"/provoke-*; do
	# The last one may have been ended before it had a stranded page.
	[ -n "$(lost_page "$f")" ] || continue
	n=$((n + 1))
	case $n in
	1 | 2) by read cat "$f" ;;
	# A part of the page: the rest is read from the disk.
	3) by write overwrite 100 ;;
	# All of it: nothing old is read.
	4) by none overwrite 4096 ;;
	esac
done
# A second look finds what is in the cache.
for f in "$scratch"/provoke-*; do
	cat "$f" >/dev/null
done

# From here on every loss is followed from its drop on.
"$tool" provoke "$scratch" --outcome lost --count 5 --truth /out/stale.truth >/dev/null || :
watch_stop
scratch_umount
