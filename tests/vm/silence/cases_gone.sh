# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034
# cases_gone.sh - legal ways for dirty, rewritten pages to leave the page cache, or to stay in it.

case_truncate() {
	dirty "$f" 1024
	truncate -s 4000 "$f"
	ran invalidate 255
	truncate -s 0 "$f"
}

case_unlink() {
	dirty "$f" 1024
	rm "$f"
	ran invalidate 256
	ran evict
}

case_punch() {
	dirty "$f" 1024
	/usr/bin/fallocate -p -o 8192 -l 524288 "$f"
	ran invalidate 128
	sync
}

case_zero_range() {
	dirty "$f" 1024
	/usr/bin/fallocate -z -o 8192 -l 524288 "$f"
	ran fallocate
	sync
}

case_clone() { # over dirty pages, whole pages and an inline file
	dirty "$f" 1024
	dirty "$f.src" 1024
	$force clone "$f.src" "$f" 65536 524288
	echo inline >"$f.inline"
	dirty "$f.2" 8
	/usr/bin/cp --reflink=always "$f.inline" "$f.2"
	ran remap 2
	sync
}

case_dedupe() {
	bytes 256 >"$f"
	cat "$f" >"$f.2"
	rewrite "$f" 64
	rewrite "$f.2" 64
	done_by dedupe "$f" "$f.2" 262144
	ran remap
	rewrite "$f.2" 64
	sync
}

case_direct() { # direct I/O over, and from, dirty pages
	dirty "$f" 512
	dd if=/dev/zero of="$f" bs=64k count=4 oflag=direct conv=notrunc 2>/dev/null
	rewrite "$f" 256
	dd if="$f" of=/dev/null bs=64k iflag=direct 2>/dev/null
	ran dio 2
}

case_drop_caches() { # dirty pages refuse to go
	local i
	for i in 1 2 3 4; do
		dirty "$f" 512
		reached "$(dirty_pages)" 'dirty pages'
		drop_caches 1
		rewrite "$f" 512
		drop_caches 3
	done
}

case_reclaim() { # a memory limit far below the file's size
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/tight
	echo 12M >/sys/fs/cgroup/tight/memory.max
	(
		echo 0 >/sys/fs/cgroup/tight/cgroup.procs
		dd if=/dev/zero of="$f" bs=1M count=24 2>/dev/null
		dd if=/dev/zero of="$f" bs=3000 count=3000 conv=notrunc 2>/dev/null
	)
	reached "$(awk '$1 == "pgsteal" { print $2 }' /sys/fs/cgroup/tight/memory.stat)" 'pages reclaimed'
}

case_migrate() {
	dirty "$f" 1024
	done_by move "$f"
	rewrite "$f" 1024
	done_by move "$f"
	truncate -s 8192 "$f"
	sync
}

case_shuffle() { # write calls end while their page is on the move: locked, and clean for a moment
	dirty "$f" 16
	done_by shuffle "$f" 2
	sync
}

case_poison() { # memory that fails, under a dirty page: an error that is reported
	dirty "$f" 64
	done_by poison "$f" 8192
	rewrite "$f" 4
	sync "$f" 2>/dev/null || :
}

case_offline() { # memory that may fail: the page is moved, or dropped if clean
	dirty "$f" 64
	done_by offline "$f" 8192
	rewrite "$f" 64
	sync
	done_by offline "$f" 4096
}

case_umount() { # of another mount of the same filesystem, and of another filesystem
	mkdir -p /tmp/again
	mount -t btrfs "$scratch_dev" /tmp/again
	dirty "/tmp/again/$name/file" 1024
	reached "$(dirty_pages)" 'dirty pages'
	umount /tmp/again
	rewrite "$f" 1024
}

# ---- pages left clean by a failed write call: thrown away on purpose, they are not lost ----

# strand FILE: 64 KiB that are dirty; on a kernel with the bug, page 4 of them is then left clean.
strand() {
	bytes 64 >"$1"
	done_by strand "$1" 16484
}

case_clean_efault() { # the same failure over a page that was clean: nothing was at stake
	settled "$f" 64
	done_by strand "$f" 16484
	sync
	drop_caches
}

case_void_truncate() {
	strand "$f"
	truncate -s 16384 "$f"
	ran setattr
}

case_void_punch() {
	strand "$f"
	/usr/bin/fallocate -p -o 8192 -l 32768 "$f"
	ran fallocate
}

case_void_clone() {
	settled "$f.src" 64
	strand "$f"
	$force clone "$f.src" "$f" 8192 32768
	ran remap
}

case_void_unlink() {
	strand "$f"
	rm "$f"
	ran evict
}

case_void_subvolume() {
	/usr/bin/btrfs subvolume create "$dir/sub" >/dev/null
	f=$dir/sub/file
	strand "$f"
	/usr/bin/btrfs subvolume delete -C "$dir/sub" >/dev/null
	sleep 1
	drop_caches
	ran evict
}

case_redirtied() { # a store dirties the stranded page again, and no hook sees that
	strand "$f"
	done_by store "$f" 20000
}
