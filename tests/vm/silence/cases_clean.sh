# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034
# cases_clean.sh - legal ways for pages to become clean.

# ---- writeback -----------------------------------------------------------

case_writeback() { # by fsync, by the flusher, by O_SYNC
	dirty "$f" 1024
	sync "$f"
	dirty "$f.2" 1024
	sync
	dd if=/dev/zero of="$f.2" bs=64k count=4 conv=notrunc,fsync 2>/dev/null
	ran writepage 512
}

case_nested() { # a write call waits for an ordered extent, and writes pages of its range back itself
	: >"$f"
	in_pieces until_ran writepage_by_scatter 60 "$force" scatter "$f" 1
	ran ordered_by_scatter
}

case_beyond_eof() { # writeback meets pages behind the new end of a file that is cut
	: >"$f"
	in_pieces until_ran invalidate_by_flusher 20 "$force" cut "$f" 1
}

case_outside() { # pages dirtied behind the filesystem's back: declined, redirtied, fixed up by a worker
	settled "$f" 4096
	until_ran fixup 20 "$force" outside "$f" "$scratch_dev" 1
	sync
}

case_inline() { # data goes into the tree, with no bio
	local i
	for i in 1 2 3 4 5 6 7 8; do
		echo "inline $i" >"$f.$i"
		echo "again $i" >"$f.$i"
	done
	sync
	echo more >>"$f.1"
	sync
	ran inline 8
}

# ---- compression ---------------------------------------------------------

case_compress() {
	mount -o remount,compress=zstd "$scratch"
	dd if=/dev/zero of="$f" bs=64k count=16 2>/dev/null
	rewrite "$f" 1024
	sync
	mount -o remount,compress=no "$scratch"
	ran compress
	ran compressed_write
}

case_compress_inline() {
	mount -o remount,compress-force=zstd "$scratch"
	local i
	for i in 1 2 3 4; do
		dd if=/dev/zero of="$f.$i" bs=1k count=4 2>/dev/null
		rewrite "$f.$i" 2
	done
	sync
	mount -o remount,compress=no "$scratch"
	ran compress
	ran inline 4
}

case_compress_gives_up() { # incompressible: redirtied, and cleaned a second time
	mount -o remount,compress-force=zstd "$scratch"
	bytes 2048 >"$f"
	bytes 1024 | dd of="$f" bs=64k conv=notrunc 2>/dev/null
	sync
	mount -o remount,compress=no "$scratch"
	ran redirty
	ran locked_range
}

# ---- btrfs's own inodes --------------------------------------------------

case_btree() { # tree blocks that are freed before they were written
	local i
	for i in $(seq 300); do : >"$f.$i"; done
	rm "$f".*
	sync
	ran btree_clean
}

case_space_cache() { # free-space cache v1
	local i
	for i in 1 2 3; do
		dd if=/dev/zero of="$f.$i" bs=64k count=200 2>/dev/null
		sync
		rewrite "$f.$i" 64
		sync
	done
	rm "$f".*
	sync
	ran write_cache
}

case_balance() {
	dirty "$f" 8192
	sync
	rewrite "$f" 4096
	/usr/bin/btrfs balance start --full-balance "$scratch" >/dev/null || fail 'no balance'
	ran relocate
}

# ---- programs that read or rewrite --------------------------------------

case_defrag() {
	local i
	for i in $(seq 0 8 248); do
		rewrite "$f" 4 $((i * 1024))
		sync "$f"
	done
	rewrite "$f" 256
	/usr/bin/btrfs filesystem defragment -f "$f" >/dev/null
	rewrite "$f" 256
	/usr/bin/btrfs filesystem defragment "$f" >/dev/null
	sync
	ran defrag
}

case_snapshot() {
	dirty "$f" 1024
	/usr/bin/btrfs subvolume snapshot "$scratch" "$dir.1" >/dev/null
	rewrite "$f" 1024
	/usr/bin/btrfs subvolume snapshot -r "$scratch" "$dir.2" >/dev/null
	rewrite "$f" 1024
	/usr/bin/btrfs send -q "$dir.2" >/dev/null 2>&1
	rewrite "$f" 1024
	reached "$(wc -c <"$dir.1/snapshot/file")" 'bytes in the snapshot'
	ran send
}

case_scrub() {
	dirty "$f" 4096
	sync
	rewrite "$f" 2048
	/usr/bin/btrfs scrub start -B "$scratch" >/dev/null
	rewrite "$f" 2048
	ran scrub
}

case_mmap() { # cleaned pages become write-protected; the next store dirties them unseen
	settled "$f" 64
	$force store "$f" 0 >/dev/null
	$force flush "$f"
	$force store "$f" 4097 >/dev/null
	rewrite "$f" 64
	$force store "$f" 8193 >/dev/null
	sync
	$force store "$f" 1 >/dev/null
	rm "$f"
	ran mkwrite 4
}

# ---- errors --------------------------------------------------------------

case_io_error() { # the device refuses data: an error that is reported, and the end of the filesystem
	mkdir -p /tmp/small
	mount -t tmpfs -o size=40m tmpfs /tmp/small
	truncate -s 300M /tmp/small/disk
	losetup /dev/loop7 /tmp/small/disk
	mkfs.btrfs -f -m single /dev/loop7 >/dev/null 2>&1
	mkdir -p /tmp/failing
	mount -t btrfs /dev/loop7 /tmp/failing
	bytes 65536 >/tmp/failing/file || :
	rewrite /tmp/failing/file 1024 || :
	if sync /tmp/failing/file 2>/tmp/sync.err; then fail 'the device took it all'; fi
	rewrite /tmp/failing/file 1024 2>/dev/null || :
	sync || :
	umount /tmp/failing
	losetup -d /dev/loop7
	umount /tmp/small
	reached "$(dmesg | grep -c 'I/O error, dev loop7')" 'I/O errors'
}

# ---- other filesystems ---------------------------------------------------

case_minix() { # cleans with no known function on the stack, of another filesystem
	modprobe minix
	truncate -s 8M /tmp/minix
	losetup /dev/loop6 /tmp/minix
	/usr/sbin/mkfs.minix -i 600 /dev/loop6 >/dev/null
	mkdir -p /tmp/other
	mount -t minix -o dirsync /dev/loop6 /tmp/other
	local i
	for i in $(seq 300); do : >"/tmp/other/$i"; done
	mkdir /tmp/other/late # its inode number is none of btrfs's own
	for i in 1 2 3 4 5 6 7 8; do : >"/tmp/other/late/$i"; done
	umount /tmp/other
	losetup -d /dev/loop6
	ran write_one 8
}

case_swap() { # pages of programs and of tmpfs go to a swap file on btrfs
	: >"$f"
	/usr/bin/chattr +C "$f"
	/usr/bin/fallocate -l 96M "$f"
	chmod 600 "$f"
	mkswap "$f" >/dev/null
	swapon "$f"
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/swapping /tmp/shm
	echo 16M >/sys/fs/cgroup/swapping/memory.max
	mount -t tmpfs tmpfs /tmp/shm
	sh -c 'echo $$ >/sys/fs/cgroup/swapping/cgroup.procs; dd if=/dev/urandom of=/tmp/shm/file bs=1M count=40 2>/dev/null'
	reached "$(awk '$1 == "pswpout" { print $2 }' /proc/vmstat)" 'pages swapped out'
	umount /tmp/shm
	swapoff "$f"
}

# A loop device whose backing file is on the watched filesystem: its kernel thread writes and discards there.
case_loop() {
	truncate -s 120M "$f"
	losetup /dev/loop5 "$f"
	mkfs.btrfs -f /dev/loop5 >/dev/null 2>&1
	mkdir -p /tmp/inner
	mount -t btrfs /dev/loop5 /tmp/inner
	dirty /tmp/inner/file 2048
	sync
	dirty /tmp/inner/file 2048
	rm /tmp/inner/file
	umount /tmp/inner
	losetup -d /dev/loop5
	reached "$(du -k "$f" | cut -f1)" 'KiB in the backing file'
}
