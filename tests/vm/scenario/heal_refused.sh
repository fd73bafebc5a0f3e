# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# heal_refused.sh MODULE SEED - stranded pages that cannot, or must not, be healed. The watch is stopped while each is
# made ready. Leaves /out/NAME.json of each, /out/NAME.rc and, of those whose page must be as it was left, /out/NAME.page.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2
file=$scratch/file

# fresh [SIZE]: a filesystem, on it a file whose page 2 gets stranded, and a watch that knows it once it goes on.
fresh() {
	scratch_mkfs "$@"
	scratch_mount
	btrfs subvolume create "$scratch/sub" >/dev/null
	file=$scratch/sub/file
	dd if=/dev/zero of="$file" bs=4096 count=8 2>/dev/null
	sync
}

# begin NAME: the watch; then it stops.
begin() {
	name=$1
	watch_start "$name" --rescue "/out/rescue-$name" --heal
	kill -STOP "$watch_pid"
}

strand() {
	/in/strand page "$file" 2 "$seed"
}

# held WHAT FILE: `strand WHAT` in the background until let_go. The fifo stays open for writing.
held() {
	rm -f /tmp/hold /tmp/held
	mkfifo /tmp/hold
	/in/strand "$1" "$2" </tmp/hold >/tmp/held &
	held_pid=$!
	exec 9>/tmp/hold
	wait_for /tmp/held ready 10
}

let_go() {
	exec 9>&-
	wait "$held_pid"
}

# go WORD...: the watch goes on until it says so, and ends. Is the page what it was?
go() {
	kill -CONT "$watch_pid"
	wait_for "/out/$name.json" "$1" 30
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
	if /in/strand checkpage "$file" 2 "$seed" 2>/dev/null; then echo right; else echo wrong; fi >"/out/$name.page"
}

use_module "$module"

fresh
begin direct_io
strand
held direct "$file"
go '"reason":"direct_io"'
let_go

fresh
begin leased
strand
held lease "$file"
go '"reason":"leased"'
# The lease is as it was: nobody broke it.
grep -q 'LEASE *ACTIVE' /proc/locks && echo kept >/out/leased.lease
let_go

fresh
# A program that has more behind it than it needs; by its name busybox knows what it shall be.
file=$scratch/sub/sleep
cat /bin/busybox >"$file"
chmod 755 "$file"
size=$(stat -c %s "$file")
dd if=/dev/zero of="$file" bs=4096 seek=$((size / 4096 + 1)) count=8 2>/dev/null
sync
begin running
/in/strand page "$file" $((size / 4096 + 4)) "$seed"
"$file" 60 &
sleep_pid=$!
sleep 1
go '"reason":"running"'
kill "$sleep_pid"
wait "$sleep_pid" || :
rm /out/running.page

fresh
begin immutable
strand
chattr +i "$file"
go '"reason":"immutable"'
chattr -i "$file"

fresh
begin verity
strand
/in/strand verity "$file"
go '"reason":"verity"'

fresh
begin read_only
strand
btrfs property set "$scratch/sub" ro true
go '"reason":"read_only"'

fresh
rm "$file"
: >"$file"
chattr +C "$file"
dd if=/dev/zero of="$file" bs=4096 count=64 2>/dev/null
mkswap "$file" >/dev/null
sync
begin swapfile
strand
/usr/sbin/swapon "$file"
go '"reason":"swapfile"'
/usr/sbin/swapoff "$file"

fresh
begin no_name
strand
mv "$file" "$scratch/sub/other"
file=$scratch/sub/other
go '"reason":"no_name"'

fresh
begin dropped
strand
drop_caches
go '"reason":"dropped"'

fresh
begin truncated
strand
: >"$file"
go '"class":"void"'

# No space: all of it is taken meanwhile.
fresh -m single -d single -b 128M
begin no_space
strand
dd if=/dev/zero of="$scratch/rest" bs=64k 2>/dev/null || :
sync
dd if=/dev/zero of="$scratch/rest2" bs=4k 2>/dev/null || :
sync
go '"reason":"no_space"'
rm "$scratch"/rest*

# No quota.
fresh
btrfs quota enable "$scratch"
btrfs quota rescan -w "$scratch" >/dev/null
begin quota
strand
btrfs qgroup limit 4096 "$scratch/sub"
go '"reason":"no_space"'

# Frozen: the store blocks, the watch does not.
fresh
begin time_limit
strand
held freeze "$scratch"
go '"reason":"time_limit"'
let_go
# What hung goes on now, and may be done with it: no harm.
sleep 1
pgrep dirtywatch-heal >/out/time_limit.left || :
scratch_umount
