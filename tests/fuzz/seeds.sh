#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# seeds.sh TARGET FOLDER PROGRAMS: fill the folder with inputs that a target can begin with; seed_* in PROGRAMS make some.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
recordings=("$here"/../replay/[0-9]*/observations.txt)
target=$1 folder=$2 programs=$3
mkdir -p "$folder"

# each: every line of stdin becomes an input; \xNN in it is a byte.
each() {
	local line n=0
	while IFS= read -r line; do
		n=$((n + 1))
		printf '%b' "$line" >"$folder/seed-$n"
	done
}

case $target in
fuzz_record) "$programs/seed_record" "$folder" ;;
fuzz_legacy) "$programs/seed_legacy" "$folder/lost" ;;
fuzz_recorded)
	"$programs/seed_recording" "$folder/made"
	for name in clean near-miss void; do
		cp "$here/../replay/recordings/$name.rec" "$folder"
	done
	;;
fuzz_recording)
	for recording in "${recordings[@]}"; do
		name=$(basename "$(dirname "$recording")")
		grep -v '^#' "$recording" >"$folder/$name"
	done
	;;
fuzz_replay_line)
	# One of each word, and texts that just fit.
	{
		sort -u "${recordings[@]}" | grep -v '^#' | awk '!seen[$1]++'
		echo 'unexplained t=1 map=1 pid=1 comm=fifteen_letters'
		printf 'file map=1 ino=1 dev=0:1 path=/%0255d/%0255d/%0255d/%0254d\n' 1 2 3 4
	} | sed 's/\\/\\\\/g' | each
	;;
fuzz_when)
	each <<-'END'
		now
		yesterday
		3 days ago
		2h
		2026-11-28
		2026-11-28 22:18
		2026-11-28T22:18:24.305099460Z
		2028-02-29t00:00:60+23:59
	END
	;;
fuzz_page)
	each <<-'END'
		\x03AAAAAAA\x15BBBBBBBB{"mono_ns":9,"path":"/a<b>","bound":[[4096,100],[4300,5]],"clean_ns":5,"retry_ns":6,"drop_ns":7,"end_ns":8,"write":{"pid":7,"comm":"<b>cp","result":-14,"cgroup":"/"},"dropper":{"pid":8,"comm":"kswapd0","way":"kswapd"},"rescue":{"saved":true,"file":"a-1-2.rescue"},"not_observed":["stale_reads"],"clean_stack":["f+0x1"]}\x00e4-1-2\x00/a\x00box\x00{"reader":{"comm":"cat"},"own_retry":false}
		\x01AAAAAAA\x15BBBBBBBB{"unlinked":true,"link_count":2,"path_in_fs":true,"path_truncated":true,"unsent":true,"rescue":{"saved":false,"reason":"limit"},"heal":{"healed":false,"reason":"busy"},"fs_uuid":"x","inode":1,"symbols":[null,"g"]}\x00e4\x00/b
		\x06AAAAAAA\x15BBBBBBBB{"heal":{"healed":true},"dirty_pages":3,"bound":[[0,8192]]}\x00e4
	END
	;;
fuzz_mounts)
	cat >"$folder/table" <<-'END'
		22 1 0:1 / / rw - ext4 /dev/sda1 rw
		23 22 0:2 /@ /mnt/a\040b rw,noatime shared:1 master:2 - btrfs /dev/sdb rw,subvolid=256
		24 22 0:2 /@/home /home rw - btrfs /dev/sdb rw
		25 24 0:2 /@/home /home rw - btrfs /dev/sdb rw
	END
	;;
fuzz_ksyms)
	cat >"$folder/symbols" <<-'END'
		ffffffff81000000 T _stext
		ffffffff81000010 T do_writepages
		ffffffff81000020 t evict.isra.0
		ffffffff81000030 D some_data
		ffffffff81000040 t do_writepages.cold
		ffffffffc0000000 t btrfs_buffered_write	[btrfs]
		ffffffffc0000100 W weak	[btrfs]
	END
	echo '0000000000000000 T _stext' >"$folder/hidden"
	;;
fuzz_callsite)
	each <<-'END'
		\x00\x10\x00\x00\x00\x00\x00\x00\x00\x10\x00\x00\x00\x00\x00\x00\xe8\xfb\xff\xff\xff\x90\xc3
		\x00\x10\x00\x00\x00\x00\x00\x00\x00\x20\x00\x00\x00\x00\x00\x00\xe8\xfb\x0f\x00\x00\xe8\xf6\x0f\x00\x00\xc3
	END
	;;
fuzz_coverage)
	printf 'btrfs-dirtywatch-coverage 1\nboot=%s\npid=0000004711\nstart=%020d\nbeat=%020d\nfs=%032x\ntgid=0000000000\n' \
		01234567-89ab-cdef-0123-456789abcdef 17 18446744073 171 >"$folder/note"
	;;
fuzz_module)
	for where in NOWHERE LOCK HELPER WRAPPER POINTER TABLE CALLBACK MERGED; do
		gcc -O2 -c -mcmodel=kernel -fno-pic -fno-asynchronous-unwind-tables -DCLEAN_$where "$here/../cli/module.c" -o "$folder/$where"
	done
	gcc -O2 -c -mcmodel=kernel -fno-pic -fno-asynchronous-unwind-tables -DLINKED -DCLEAN_TABLE "$here/../cli/module.c" -o "$folder/linked.o"
	ld -e btrfs_buffered_write "$folder/linked.o" -o "$folder/linked"
	xz -c "$folder/HELPER" >"$folder/xz"
	zstd -qc "$folder/HELPER" >"$folder/zstd"
	gzip -c "$folder/HELPER" >"$folder/gzip"
	;;
fuzz_rescued)
	# The first byte says if there are two pages behind the line.
	line='{"schema":1,"type":"finding","ts":"2026-11-28T21:33:26.123456789Z","class":"lost","id":"1-2-3","mono_ns":30,"write":{"result":66},"fs_uuid":"6f2d9e4c-0b1a-4c7e-9d35-5a8840c1e7f2","inode":257,"subvolume":5,"page":3,"bound":[[12288,100],[12500,10]],"end_ns":20,"drop_ns":10,"rescue":{"saved":true,"file":"x","on_disk":{"transid":7,"generation":7,"address":4096,"sum":"00112233"},"settled":{"transid":8,"generation":0,"address":0}},"path":"/f"}'
	printf '0%s' "$line" >"$folder/one"
	printf '1%s' "$line" >"$folder/two"
	;;
fuzz_number) printf '%s\n' 0 007 18446744073709551615 18446744073709551616 1.5 .5 1..2 0x10 -1 315359999.9 1e3 | each ;;
fuzz_text)
	each <<-'END'
		plain "text"
		\x1b[31m\\\\x00
		\xc3\xbc\xc2\x9b\xe2\x80\xae\xe2\x81\xa6
		\xf0\x9f\x98\x80\xed\xa0\x80\xff
	END
	;;
*)
	echo "seeds.sh: no seeds for '$target'; add them here" >&2
	exit 2
	;;
esac
