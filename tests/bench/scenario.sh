# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../vm/guest disable=SC2119 # options may be left out
# scenario.sh REPETITIONS PAGES - the rows of /in/list.rows under each column of /in/list.columns, in a machine that
# counts instructions. Leaves /out/counted, a line for each run of a row:
# MODULE COLUMN PLACE STEP CALLS PAGES INSTRUCTIONS
# and /out/skipped: "MODULE COLUMN WHY" of what cannot be had here.
# shellcheck source=lib.sh
. /guest/lib.sh

repetitions=$1 pages=$2 column='' attached=''

# All disks are of memory: what goes to them is there when the call returns, on nobody's later time. Memory that they
# have not used yet would have to be found first, so what will be written to has been before.
make_disks() {
	modprobe brd rd_nr=3 rd_size=1048576
	scratch_dev=/dev/ram0
	dd if=/dev/zero of=/dev/ram1 bs=1M count=128 2>/dev/null
	dd if=/dev/zero of=/dev/ram2 bs=1M count=64 2>/dev/null
	drop_caches
}

# No timer writes back or commits while something is counted.
make_places() {
	echo 0 >/proc/sys/vm/dirty_writeback_centisecs
	echo 90 >/proc/sys/vm/dirty_ratio
	echo 80 >/proc/sys/vm/dirty_background_ratio
	mkdir -p /mnt/ext4 /mnt/tmpfs
	modprobe ext4
	/usr/sbin/mkfs.ext4 -q -F /dev/ram1 128M >/dev/null 2>&1
	mount -t ext4 -o noatime,commit=300 /dev/ram1 /mnt/ext4
	mkswap /dev/ram2 65536 >/dev/null
	swapon /dev/ram2
	mount -t tmpfs -o size=128m,huge=never tmpfs /mnt/tmpfs
}

# btrfs_with MODULE: a new filesystem under this build.
btrfs_with() {
	use_module "$1"
	scratch_mkfs -m single
	scratch_mount -o noatime,commit=300
	# The first chunk for data: of a disk much larger, or btrfs would be short of room for metadata, and at work on that.
	dd if=/dev/zero of="$scratch/fill" bs=1M count=96 2>/dev/null
	sync
	rm "$scratch/fill"
	sync
	mkdir "$scratch/zstd"
	btrfs property set "$scratch/zstd" compression zstd
}

folder_of() {
	case $1 in
	btrfs) echo "$scratch" ;;
	zstd) echo "$scratch/zstd" ;;
	*) echo "/mnt/$1" ;;
	esac
}

# steps PLACE: of the rows, in their order.
steps() {
	awk -v p="$1" '$1 == p { print $2 }' /in/list.rows
}

# count NAME TIMES: all rows, that often.
count() {
	local place n=0
	while [ "$n" -lt "$2" ]; do
		n=$((n + 1))
		for place in $(cut -d' ' -f1 /in/list.rows | uniq); do
			# shellcheck disable=SC2046 # one word each
			/in/rows "$(folder_of "$place")" "$pages" $(steps "$place") >/tmp/lines || fail "$1: $place"
			sed "s/^/$module $1 $place /" /tmp/lines >>/out/counted
		done
	done
	note "$module $1: $n times, $(cut -d. -f1 /proc/uptime) s"
}

skip() {
	note "$column: $*"
	echo "$module $column $*" >>/out/skipped
}

# run_beside PATTERN COMMAND...: until detach. It is ready when a line matches.
run_beside() {
	local pattern=$1
	shift
	"$@" >/tmp/column 2>&1 &
	attached=$!
	until grep -qse "$pattern" /tmp/column; do
		kill -0 "$attached" 2>/dev/null || fail "$column: $(tail -n 3 /tmp/column)"
		usleep 200000
	done
}

# attach HOW ARGUMENT...: status 1 if it cannot be had.
attach() {
	local how=$1
	shift
	case $how in
	floor)
		run_beside ' attached' /in/floor /in/floor.bpf.o "$@"
		;;
	watch)
		"$tool" watch --help >/tmp/help
		if ! grep -qe "${1:-watch}" /tmp/help; then
			skip "watch has no option $1"
			return 1
		fi
		watch_start "$column" "$@"
		attached=$watch_pid
		;;
	found)
		watch_start "$column"
		attached=$watch_pid
		"$tool" provoke "$scratch" --outcome lost --count 1 >/dev/null 2>&1 || [ $? = 1 ]
		wait_for "/out/$column.json" '"class":"lost"' 20
		;;
	bpftrace)
		# It says so shortly before it has attached the rest, and the rows only run when it waits.
		run_beside watching /usr/bin/bpftrace "/in/$1"
		;;
	*) fail "how is '$how'?" ;;
	esac
}

detach() {
	kill "$attached"
	wait "$attached" || :
	sleep 1
}

# What a row takes goes in steps and circles with the number of rows that the filesystem has seen: each column begins
# with a new one, and goes through the same.
afresh() {
	btrfs_with "$module"
	count warm-up 1
}

# column NAME HOW ARGUMENT...
column() {
	column=$1
	shift
	afresh
	attach "$@" || return 0
	sleep 1
	count "$column" "$repetitions"
	detach
}

# The clock leaps while the machine waits for the host's disk, which would look like a hang.
hangs=/proc/sys/kernel/hung_task_timeout_secs
[ ! -f "$hangs" ] || echo 0 >"$hangs"
make_disks
make_places
module=''
: >/out/skipped
while read -r name wanted how arguments; do
	if [ "$wanted" != "$module" ]; then
		module=$wanted
		afresh
		afresh
		count none "$repetitions"
	fi
	# shellcheck disable=SC2086 # one word each
	column "$name" "$how" $arguments
done </in/list.columns
sed -i '/ warm-up /d' /out/counted
