# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# overwrite.sh MODULE CASE... - strand pages 4 and 5 of a file, then replace them in each way, while the tool watches.
# Leaves /out/CASE.json, .rc, .result (of the call that replaces) and .disk (what pages 4 and 5 are on disk then).
# shellcheck source=lib.sh
. /guest/lib.sh

over=/in/overwrite
f=$scratch/file source=$scratch/source
first=16384 behind=24576 # the bytes of pages 4 and 5

strand_two() {
	$over make "$f" 16
	watch_start "$name"
	$over strand "$f" 4 5
}

use_module "$1"
btf=yes
case $1 in *:nobtf) btf=no ;; esac
shift
for name; do
	scratch_mkfs
	scratch_mount
	case $name in
	direct | fault | async | encoded)
		if [ "$name" = encoded ]; then
			rc=0
			"$tool" check --json >/out/encoded.check || rc=$?
			echo "$rc" >/out/encoded.check.rc
		fi
		strand_two
		$over "$name" "$f" $first $behind >"/out/$name.result"
		;;
	refused) # no room for what it writes, once the pages are dropped
		/usr/bin/btrfs quota enable "$scratch"
		/usr/bin/btrfs quota rescan -w "$scratch" >/dev/null
		strand_two
		/usr/bin/btrfs qgroup limit 4k 0/5 "$scratch"
		$over direct "$f" $first $behind >"/out/$name.result"
		;;
	unaligned)
		strand_two
		$over direct "$f" $((first + 10)) $((behind - 10)) >"/out/$name.result"
		;;
	dedupe | clone | copy)
		$over like "$source" 2
		strand_two
		$over "$name" "$f" $first $behind "$source" >"/out/$name.result"
		;;
	twins) # a dedupe from a source that is stranded itself
		$over make "$source" 2
		strand_two
		$over strand "$source" 0 1
		$over dedupe "$f" $first $behind "$source" >"/out/$name.result"
		;;
	killed)
		# They are near the end of what is cloned.
		$over shreds "$source" 3000
		$over make "$f" 3000
		watch_start "$name"
		$over strand "$f" 2998 2999
		$over killed "$f" 0 $((3000 * 4096)) "$source" >"/out/$name.result"
		;;
	esac
	drop_caches
	if [ "$name" = killed ]; then
		$over show "$f" 2998 2999 >"/out/$name.disk"
	elif [ "$name" != encoded ]; then
		$over show "$f" 4 5 >"/out/$name.disk"
	fi
	# A result that was never seen is given up.
	case $name:$btf in encoded:no) sleep 33 ;; esac
	watch_stop
	echo "$watch_rc" >"/out/$name.rc"
	note "$name: $(cat "/out/$name.result" "/out/$name.disk" 2>/dev/null | tr '\n' ' ')"
	scratch_umount
done
