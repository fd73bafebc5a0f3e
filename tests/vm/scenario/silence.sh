# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# silence.sh MODULE SECONDS - legal ways for pages to become clean or to go, while the tool watches.
# Leaves /out/MODULE-SET.json for each set of cases; fio must find every byte that it wrote.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seconds=$2
f=$scratch/file

bytes() { # bytes KIB: incompressible data
	dd if=/dev/urandom bs=1k count="$1" 2>/dev/null
}

zeros() { # zeros KIB
	dd if=/dev/zero bs=1k count="$1" 2>/dev/null
}

rewrite() { # rewrite FILE KIB SEEK_KIB: over what is dirty, without truncating
	dd if=/dev/zero of="$1" bs=1k count="$2" seek="${3:-0}" conv=notrunc 2>/dev/null
}

# Each of these leaves dirty and rewritten pages, and does away with them.
case_discard() {
	local i
	for i in 1 2 3 4 5; do
		bytes 1024 >"$f.$i"
		rewrite "$f.$i" 1024
	done
	rm "$f.1"
	truncate -s 4000 "$f.2"
	/usr/bin/fallocate -p -o 8192 -l 524288 "$f.3"
	bytes 1024 >"$f.src"
	/usr/bin/cp --reflink=always "$f.src" "$f.4" 2>/dev/null || fail 'no reflink'
	: >"$f.5"
	sync
}

case_compress() { # incompressible, compressible and inline data
	local i
	for i in 1 2 3; do
		bytes 2048 >"$f.random$i"
		zeros 2048 >"$f.zeros$i"
		echo "inline $i" >"$f.inline$i"
		rewrite "$f.random$i" 1024 512
		rewrite "$f.zeros$i" 1024 512
		echo "inline again $i" >"$f.inline$i"
		sync
		rewrite "$f.random$i" 1024 100
		echo "more" >>"$f.inline$i"
	done
	sync
	rm "$f".*
}

case_defrag() {
	local i
	for i in $(seq 0 8 504); do
		rewrite "$f.frag" 4 "$i"
		sync "$f.frag"
	done
	rewrite "$f.frag" 512 0
	btrfs filesystem defragment -f "$f.frag" >/dev/null
	rewrite "$f.frag" 512 0
	btrfs filesystem defragment "$f.frag" >/dev/null
	truncate -s 0 "$f.frag"
	sync
}

# Compaction migrates page cache pages.
case_migrate() {
	local i
	bytes 8192 >"$f.move"
	for i in 1 2 3; do
		rewrite "$f.move" 4096
		echo 1 >/proc/sys/vm/compact_memory
		rewrite "$f.move" 4096 2048
	done
	sync
	rm "$f.move"
}

case_rewrite() { # 128 MiB, dirty, once more, in one write call each MiB and in one great one
	echo 90 >/proc/sys/vm/dirty_ratio
	echo 80 >/proc/sys/vm/dirty_background_ratio
	dd if=/dev/zero of="$f.big" bs=1M count=128 2>/dev/null
	dd if=/dev/zero of="$f.big" bs=1M count=128 conv=notrunc 2>/dev/null
	dd if=/dev/zero of="$f.big" bs=128M count=1 conv=notrunc 2>/dev/null
	sync
	rm "$f.big"
	echo 20 >/proc/sys/vm/dirty_ratio
	echo 10 >/proc/sys/vm/dirty_background_ratio
}

# Pages come and go under a memory limit below the size of the files.
case_fio() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/press
	echo 96M >/sys/fs/cgroup/press/memory.max
	# Blocks that lie across pages: each page is rewritten in part, again and again.
	sh -c 'echo $$ >/sys/fs/cgroup/press/cgroup.procs; exec fio --name=v --directory='"$scratch"' --size=48M --numjobs=3 \
		--rw=randwrite --bs=3000 --ioengine=sync --fsync=500 --loops=1000 --runtime='"$seconds"' \
		--verify=crc32c --verify_fatal=1 --do_verify=1 --verify_backlog=256 --verify_state_save=0 --group_reporting' >/out/"$name".fio 2>&1 ||
		fail "fio: $(tail -n 3 /out/"$name".fio)"
	rm -f "$scratch"/v.*
}

# silent NAME MOUNT_OPTIONS CASE...: the cases on a new filesystem, under one watch.
silent() {
	name=$(echo "$module-$1" | tr : -)
	scratch_mkfs
	scratch_mount -o "$2"
	watch_start "$name" -v
	shift 2
	for c in "$@"; do
		note "$name: $c"
		"case_$c"
	done
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
	scratch_umount
}

use_module "$module"
silent plain defaults discard defrag migrate rewrite fio
silent compress compress=zstd compress
silent compress-force compress-force=zstd compress
