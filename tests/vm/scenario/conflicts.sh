# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# conflicts.sh MODULE SEED - a page is lost, and then something is done to its file: what does `restore` make of it?
# Leaves in /out for each CASE: CASE.done, what it said, CASE.rc its exit code, and CASE.files: "NAME SUM" of the files
# before and after it, and `meant`, what the file of the loss should hold.
# shellcheck source=lib.sh
. /guest/lib.sh

module=$1 seed=$2
use_module "$module"
scratch_mkfs
scratch_mount
files=$scratch/files pages=/out/rescue
watch_start all --rescue "$pages"
btrfs subvolume create "$files" >/dev/null

# lose: one page of one file, rescued; $file is the file, $page its name in the folder.
lose() {
	"$tool" provoke "$files" --keep --outcome stranded --then-drop --count 1 --seed "$seed" --truth /tmp/truth >/tmp/provoke 2>&1 ||
		[ $? = 1 ] || fail "provoke: $(cat /tmp/provoke)"
	sync
	file=$(sed -n 's/.*"type":"trial".*"file":"\([^"]*\)".*/\1/p' /tmp/truth)
	from=$(sed -n 's/.*"lost_bytes":\[\[\([0-9]*\),.*/\1/p' /tmp/truth)
	[ -n "$from" ] || fail "$case: nothing was lost"
	wait_for "/out/all.json" "\"class\":\"lost\".*\"path\":\"$file\"" 10
	# What was not restored before stays there.
	page=$(grep -l "\"path\":\"$file\"" "$pages"/*.rescue | tail -n 1)
}

# sums WHEN FILE...: of what stands on the disk, as far as $bytes.
sums() {
	local when=$1 f
	shift
	[ $# -gt 0 ] || return 0
	drop_caches 1
	for f in "$@"; do
		[ ! -f "$f" ] || echo "$when ${f##*/} $(head -c "$bytes" "$f" | sha256sum | cut -d ' ' -f 1)" >>"/out/$case.files"
	done
}

# strand_again: newer bytes that are in memory only, as the lost ones were.
strand_again() {
	/in/strand page "$file" "$((from / 4096))" "$seed" >/tmp/strand 2>&1 || fail "strand: $(cat /tmp/strand)"
}

# restored [OPTION...]: with the files that are looked at in $looked.
restored() {
	local rc=0
	# shellcheck disable=SC2086 # names
	sums before $looked
	[ "$case" != stranded-again ] || strand_again
	"$tool" restore "$pages" --json "$@" "${page##*/}" >"/out/$case.done" 2>"/out/$case.err" || rc=$?
	echo "$rc" >"/out/$case.rc"
	# shellcheck disable=SC2086 # names
	sums after $looked
}

for case in plain renamed linked copied snapshot moved truncated cut deleted written stored-same direct immutable read-only \
	in-use damaged forced stranded-again; do
	lose
	looked=$file
	# What is stranded again is a whole page, and may make the file longer: that is not what is asked.
	[ "$case" = stranded-again ] && bytes=$(stat -c %s "$file") || bytes=1000000000
	options=''
	undo=:
	case $case in
	renamed)
		mv "$file" "$files/renamed"
		looked=$files/renamed
		;;
	linked)
		ln "$file" "$scratch/files/linked"
		rm "$file"
		looked=$files/linked
		;;
	copied)
		cp --reflink=always "$file" "$files/copied"
		looked="$file $files/copied"
		;;
	snapshot)
		btrfs subvolume snapshot "$files" "$scratch/snapshot" >/dev/null
		looked="$file $scratch/snapshot/${file##*/}"
		;;
	moved) btrfs balance start -d "$scratch" >/dev/null 2>&1 ;;
	truncated) truncate -s "$from" "$file" ;;
	cut) truncate -s "$((from + 1))" "$file" ;;
	deleted) rm "$file" ;;
	written) printf newer | dd of="$file" bs=1 seek="$from" conv=notrunc status=none ;;
	stored-same)
		# The same old bytes, but somebody wants them now.
		dd if="$file" of=/tmp/page bs=4096 skip=$((from / 4096)) count=1 status=none
		dd if=/tmp/page of="$file" bs=4096 seek=$((from / 4096)) conv=notrunc status=none
		;;
	direct)
		# Open, and nothing to write yet.
		mkfifo /tmp/nothing
		dd if=/tmp/nothing of="$file" oflag=direct conv=notrunc bs=4096 status=none &
		exec 7>/tmp/nothing
		undo='rm /tmp/nothing'
		sleep 1
		;;
	immutable)
		chattr +i "$file"
		undo="chattr -i $file"
		;;
	read-only)
		mount -o remount,ro "$scratch"
		undo="mount -o remount,rw $scratch"
		;;
	in-use)
		# Open by somebody who writes, elsewhere: no lease is to be had.
		exec 8<>"$file"
		;;
	damaged) printf x | dd of="$page" bs=1 seek=40 conv=notrunc status=none ;;
	forced)
		printf newer | dd of="$file" bs=1 seek="$from" conv=notrunc status=none
		options=--force
		;;
	esac
	sync
	# shellcheck disable=SC2086 # or none
	restored $options
	exec 7>&- 8>&-
	$undo
	# Ids are not the same twice, but names are.
	rm -f "$files"/* "$page"
done
# Still in memory, and the watch beside us takes the file of the page away when it is dirty again.
case=beside looked='' file=$files/beside
dd if=/dev/urandom of="$file" bs=4096 count=4 status=none
sync
/in/strand page "$file" 1 "$seed" >/tmp/strand 2>&1 || fail "strand: $(cat /tmp/strand)"
wait_for /out/all.json "\"class\":\"stranded\".*\"path\":\"$file\"" 10
page=$(grep -l "\"path\":\"$file\"" "$pages"/*.rescue | tail -n 1)
restored
sync
drop_caches 3
/in/strand checkpage "$file" 1 "$seed" && echo right >/out/beside.page
watch_stop
scratch_umount
