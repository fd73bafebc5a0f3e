# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../vm/guest disable=SC2119 # options may be left out
# soak.sh MODULE SECONDS SEED - much at once under one watch: rewrites of dirty pages that fault while the cache is
# dropped, blocks that lie across pages, compressed files, and pages that the kernel moves. All of it is checked.
# Leaves /out/soak.json and .rc (the watch), .bytes (what the soak itself saw lost), and .did: "COUNT WHAT" a line.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seconds=$2 seed=$3

# did COUNT WHAT: a soak that did nothing has failed.
did() {
	echo "$1 $2" >>/out/soak.did
	[ "$1" -gt 0 ] || fail "no $2"
}

moved() {
	awk '$1 == "pgmigrate_success" { print $2 }' /proc/vmstat
}

# Until it is stopped: have the kernel move pages together.
compaction() {
	while :; do
		echo 1 >/proc/sys/vm/compact_memory
		usleep 300000
	done
}

# lines TEXT BYTES: TEXT again and again.
lines() {
	yes "$1" | head -c "$2" || :
}

# Write a file that compresses, rewrite a part of it while it is dirty, and read it back later.
compressible() {
	local i=0 file
	while [ "$i" -lt 3 ] || [ "$(date +%s)" -lt "$end" ]; do
		i=$((i + 1)) file=$scratch/packed/$((i % 40))
		lines "line $seed $i" 400000 >"$file"
		lines "again $i" 9000 | dd of="$file" bs=3000 seek=$((i % 20)) conv=notrunc 2>/dev/null
		md5sum <"$file" >"/tmp/sum.$((i % 40))"
		[ $((i % 5)) != 0 ] || sync
		[ $((i % 40)) != 39 ] || check_packed
	done
	echo "$i" >/tmp/packed
}

check_packed() {
	local sum
	sync
	drop_caches
	for sum in /tmp/sum.*; do
		md5sum <"$scratch/packed/${sum##*.}" | cmp -s - "$sum" || fail "compressed file ${sum##*.} is not what was written"
	done
}

across() {
	/usr/bin/fio --eta=never --directory="$scratch" --size=16M --loops=10000 --runtime="$seconds" --verify=crc32c --verify_fatal=1 \
		--do_verify=1 --verify_backlog=128 --verify_state_save=0 --output=/out/soak.fio \
		--name=across --rw=randwrite --bs=3000 --ioengine=psync --fsync=500 \
		--name=mapped --rw=randwrite --bs=4096 --ioengine=mmap --fsync=200 >/dev/null
}

use_module "$module"
scratch_mkfs
scratch_mount -o compress=zstd:1
mkdir "$scratch/packed"
before=$(moved) end=$(($(date +%s) + seconds))
watch_start soak -v
compaction &
compactor=$!
compressible &
packer=$!
across &
crosser=$!
/in/soak -t 4 -s "$seconds" -S "$seed" "$scratch" >/out/soak.bytes 2>/out/soak.err || [ $? = 1 ] ||
	fail "soak: $(cat /out/soak.err)"
wait "$packer" || fail 'the writer of compressed files ended early'
wait "$crosser" || fail "fio: $(grep -iE 'verify|error' /out/soak.fio | head -n 3)"
kill "$compactor"
check_packed
watch_stop
echo "$watch_rc" >/out/soak.rc
did "$(tail -n 1 /out/soak.bytes | sed -n 's/.*"writes":\([0-9]*\).*/\1/p')" 'writes that fault'
did "$(cat /tmp/packed)" 'compressed files'
did "$(($(moved) - before))" 'pages moved'
scratch_umount
did "$(/usr/bin/btrfs inspect-internal dump-tree "$scratch_dev" | grep -c 'extent compression [1-3]')" 'compressed extents'
