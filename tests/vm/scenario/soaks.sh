# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# soaks.sh MODULE SECONDS SOAK... - much legal work at once, while the tool watches. fio and churn check every byte that
# they wrote. Leaves /out/SOAK.json, .rc (the watch's exit code) and .did (what was done, one "COUNT WHAT" a line).
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seconds=$2
shift 2

# did COUNT WHAT: a soak that did nothing has failed.
did() {
	echo "$1 $2" >>"/out/$name.did"
	[ "$1" -gt 0 ] || fail "$name: no $2"
}

# limited MIB COMMAND...: below a memory limit, so that pages come and go.
limited() {
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p /sys/fs/cgroup/soak
	echo "$1M" >/sys/fs/cgroup/soak/memory.max
	shift
	sh -c 'echo $$ >/sys/fs/cgroup/soak/cgroup.procs; exec "$@"' sh "$@"
}

# Blocks that lie across pages: each page is rewritten in part, again and again. Every block is read back and checked.
soak_fio() {
	local job
	limited 96 /usr/bin/fio --eta=never --directory="$scratch" --size=16M --loops=10000 --runtime="$seconds" --verify=crc32c --verify_fatal=1 \
		--do_verify=1 --verify_backlog=128 --verify_state_save=0 --output="/out/$name.fio" \
		--name=across --rw=randwrite --bs=3000 --ioengine=psync --fsync=500 \
		--name=mixed --rw=randrw --bs=5000 --ioengine=pvsync2 --fsync=300 \
		--name=mapped --rw=randwrite --bs=4096 --ioengine=mmap --fsync=200 \
		--name=ring --rw=randrw --bs=4096 --ioengine=io_uring --iodepth=8 \
		--name=direct --rw=randwrite --bs=4096 --direct=1 --ioengine=libaio --iodepth=4 ||
		fail "fio: $(grep -iE 'verify|error' "/out/$name.fio" | head -n 3)"
	for job in across mixed mapped ring direct; do
		did "$(grep -c "^$job: .*err= 0" "/out/$name.fio")" "$job job without an error"
	done
}

# Everything that moves or shares extents, under two writers that check what they wrote.
soak_churn() {
	local end i=0
	end=$(($(date +%s) + seconds))
	head -c 1024k /dev/urandom >"$scratch/same"
	# shellcheck disable=SC2016 # fio's variable
	/usr/bin/fio --eta=never --directory="$scratch" --filename_format='$jobname' --size=24M --loops=10000 --runtime="$seconds" --verify=crc32c --verify_fatal=1 --do_verify=1 \
		--verify_backlog=256 --verify_state_save=0 --output="/out/$name.fio" --name=a --rw=randwrite --bs=3000 --fsync=400 \
		--name=b --rw=randrw --bs=8192 --ioengine=mmap --fsync=200 &
	writer=$!
	until [ -s "$scratch/a" ] && [ -s "$scratch/b" ]; do usleep 50000; done
	while [ "$(date +%s)" -lt "$end" ]; do
		i=$((i + 1))
		/usr/bin/btrfs subvolume snapshot "$scratch" "$scratch/snap.$i" >/dev/null
		/usr/bin/btrfs filesystem defragment -f "$scratch/a" >/dev/null
		/usr/bin/btrfs balance start -dlimit=1 -mlimit=1 "$scratch" >/dev/null 2>&1 || :
		cat "$scratch/same" >"$scratch/same.$i"
		echo x >>"$scratch/same.$i"
		/in/force dedupe "$scratch/same" "$scratch/same.$i" 1048576 >/dev/null
		/usr/bin/cp --reflink=always "$scratch/b" "$scratch/clone.$i"
		/usr/bin/btrfs scrub start -B "$scratch" >/dev/null || fail 'scrub found errors'
		[ "$i" -lt 3 ] || /usr/bin/btrfs subvolume delete "$scratch/snap.$((i - 2))" >/dev/null
	done
	wait "$writer" || fail "fio: $(grep -iE 'verify|error' "/out/$name.fio" | head -n 3)"
	did "$i" 'rounds of snapshot, defrag, balance, dedupe, clone and scrub'
	did "$(grep -c '^[ab]: .*err= 0' "/out/$name.fio")" 'writers without an error'
}

# What stress-ng has that touches files, four at a time. Its programs check little: only the kernel's side is looked at.
stressors='access chmod chown copy-file dentry dir dirdeep dirmany dup fallocate fiemap filename flock fpunch fsize fstat getdent hdd
	inode-flags io iomix lease link lockf mknod open readahead rename revio seek sendfile splice symlink sync-file touch utime xattr
	aio io-uring mmap mmapfork msync mremap vm-splice'

soak_stress() {
	local each=$((seconds / 11)) s list='' n=0 run=0
	[ "$each" -gt 0 ] || each=1
	mkdir "$scratch/stress"
	for s in $stressors; do
		list="$list --$s 1"
		n=$((n + 1))
		[ $((n % 4)) = 0 ] || continue
		# shellcheck disable=SC2086 # a list of options
		stress_four $list
		list=''
	done
	did "$((run / 36))" "times 36 of $n stressors"
}

# Each that did something has a line with the count of what it did.
stress_four() {
	local log=/tmp/stress.log
	/usr/bin/stress-ng --temp-path "$scratch/stress" --timeout "${each}s" --hdd-bytes 8m --iomix-bytes 8m --fallocate-bytes 8m \
		--seek-size 8m --mmap-bytes 8m --mmap-file --readahead-bytes 8m --sync-file-bytes 8m \
		--copy-file-bytes 128m --sendfile-size 1m --metrics-brief --oomable "$@" >"$log" 2>&1 || :
	cat "$log" >>"/out/$name.log"
	run=$((run + $(grep -cE 'metrc: .*\] [a-z-]+ +[1-9][0-9]* ' "$log" || :)))
}

use_module "$module"
for name in "$@"; do
	scratch_mkfs
	scratch_mount
	watch_start "$name" -v
	"soak_$name"
	sync
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
	scratch_umount
done
