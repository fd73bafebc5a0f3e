# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest disable=SC2119 # options may be left out
# silence.sh MODULE [/TOOL] CASE... - legal ways for pages to become clean or to go, while the tool watches. Leaves for
# each case /out/CASE.status, .reached (the proof that it took its path), .watch (which watch saw it), and for each watch
# /out/WATCH.json and .rc (its exit code), and the same of a guard: WATCH.guard.json. The cases behind /TOOL are watched by /in/TOOL, and leave all that in
# /out/TOOL. See ../silence/README.md.
# shellcheck source=lib.sh
. /guest/lib.sh
# shellcheck source=/dev/null
for part in lib cases_clean cases_gone cases_call; do . "/in/$part.sh"; done

probes() {
	probe writepage __extent_writepage
	probe writepage_by_scatter __extent_writepage 'comm == "scatter"'
	probe writepage_by_flush __extent_writepage 'comm == "flush"'
	probe ordered_by_scatter btrfs_start_ordered_extent 'comm == "scatter"'
	probe invalidate btrfs_invalidate_folio
	probe invalidate_by_flusher btrfs_invalidate_folio 'comm == "flusher"'
	probe evict btrfs_evict_inode
	probe fixup btrfs_writepage_fixup_worker
	probe inline insert_inline_extent
	probe compress compress_file_range
	probe compressed_write btrfs_submit_compressed_write
	probe redirty extent_range_redirty_for_io
	probe locked_range extent_write_locked_range
	probe btree_clean btree_clear_page_dirty
	probe write_cache btrfs_write_out_cache
	probe relocate relocate_file_extent_cluster
	probe defrag btrfs_defrag_file
	probe send btrfs_ioctl_send
	probe scrub btrfs_scrub_dev
	probe mkwrite btrfs_page_mkwrite
	probe fallocate btrfs_fallocate
	probe remap btrfs_remap_file_range
	probe setattr btrfs_setattr
	probe dio __iomap_dio_rw
	probe write_one folio_write_one
}

# defined NAME: is there such a function?
defined() {
	[ "$(command -v "$1" || :)" = "$1" ]
}

# in_its_folder FUNCTION: with $f as the case's file, so that a finding's path names the case.
in_its_folder() {
	# shellcheck disable=SC2034 # for the cases
	dir=$scratch/$name f=$scratch/$name/file
	set +e
	(
		set -e
		"$1"
	)
	status=$?
	set -e
}

# one WATCH CASE: how it ended goes to $results.
one() {
	name=$2
	note "$name, at $(cut -d' ' -f1 /proc/uptime) s"
	begin_counting
	in_its_folder "case_$name"
	echo "$status" >"$results/$name.status"
	echo "$1" >"$results/$name.watch"
}

# A guard stands beside each watch.
guard_start() {
	"$tool" watch --json -m "$scratch" --stay-guard >"$results/$1.guard.json" 2>"$results/$1.guard.err" &
	guard_pid=$!
	wait_for "$results/$1.guard.json" '"start"' 60
}

guard_stop() {
	kill -TERM "$guard_pid"
	guard_rc=0
	wait "$guard_pid" || guard_rc=$?
	guard_pid=
	echo "$guard_rc" >"$results/$1.guard.rc"
}

# together WATCH MKFS_OPTIONS MOUNT_OPTIONS CASE...: cases on one new filesystem, under one watch; `-`: no options.
together() {
	local watch=$1 mkfs=$2 mount=$3
	shift 3
	# shellcheck disable=SC2046 # a list of options
	scratch_mkfs $(echo "$mkfs" | sed 's/^-$//;s/,/ /g')
	scratch_mount -o "$mount"
	for name in "$@"; do
		mkdir "$scratch/$name"
		if defined "before_$name"; then in_its_folder "before_$name"; fi
	done
	guard_start "$watch"
	watch_start "${results#/out/}/$watch" -v
	for c in "$@"; do one "$watch" "$c"; done
	watch_stop
	watch_pid=
	echo "$watch_rc" >"$results/$watch.rc"
	guard_stop "$watch"
	scratch_umount
}

# groups CASE...: of the lines of the list, what concerns these cases.
groups() {
	local watch mkfs mount cases c wanted
	while read -r watch mkfs mount cases; do
		wanted=
		for c in $cases; do
			case " $* " in *" $c "*) wanted="$wanted $c" ;; esac
		done
		# shellcheck disable=SC2086 # a list of cases
		[ -z "$wanted" ] || together "$watch" "$mkfs" "$mount" $wanted
	done
}

# watched_by TOOL CASE...: a tool that does not start, or a filesystem that does not mount, ends no other's cases.
watched_by() {
	[ "$1" = "$tool" ] || tool=/in/$1 results=/out/$1
	shift
	[ $# -gt 0 ] || return 0
	mkdir -p "$results"
	grep -v '^#' /in/groups >/tmp/groups
	set +e
	(
		set -e
		watch_pid='' guard_pid=''
		# shellcheck disable=SC2086 # none, or a number
		trap 'kill $watch_pid $guard_pid 2>/dev/null || :' EXIT
		groups "$@" </tmp/groups
	)
	set -e
}

use_module "$1"
shift
modprobe loop max_loop=8
probes
results=/out/.
by=$tool
cases=
for word in "$@"; do
	case $word in
	/*)
		# shellcheck disable=SC2086 # a list of cases
		watched_by "$by" $cases
		by=${word#/} cases=
		;;
	*) cases="$cases $word" ;;
	esac
done
# shellcheck disable=SC2086 # a list of cases
watched_by "$by" $cases
