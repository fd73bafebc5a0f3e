# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034
# lib.sh - for the cases: files full of dirty pages, and the proof that a case took its path.

force=/in/force
tracing=/sys/kernel/tracing

# bytes KIB: incompressible data, on stdout.
bytes() {
	head -c "$1k" /dev/urandom
}

# rewrite FILE KIB [SEEK_KIB]: over what is there, without truncating, in calls of 64 KiB or less.
rewrite() {
	dd if=/dev/zero of="$1" bs="$(($2 < 64 ? $2 : 64))k" count="$((($2 + 63) / 64))" seek="${3:-0}" oflag=seek_bytes conv=notrunc 2>/dev/null
}

# dirty FILE KIB: a new file whose pages are dirty, and were written to once more.
dirty() {
	bytes "$2" >"$1"
	rewrite "$1" "$2"
}

# settled FILE KIB: a new file whose pages are clean, and cached.
settled() {
	bytes "$2" >"$1"
	sync "$1"
}

# dirty_pages: how many the machine has now.
dirty_pages() {
	awk '$1 == "nr_dirty" { print $2 }' /proc/vmstat
}

# probe NAME SYMBOL [FILTER]: count the runs of a kernel function under NAME; with FILTER, those that pass it.
probe() {
	echo "p:silence/$1 $2" >>$tracing/kprobe_events || fail "no function $2 to count"
	[ -z "${3:-}" ] || echo "$3" >"$tracing/events/silence/$1/filter"
	echo 1 >"$tracing/events/silence/$1/enable"
}

# hits NAME: runs so far, of the whole machine or (if filtered) since the case began.
hits() {
	case $1 in
	*_by_*) grep -c " $1: " $tracing/trace || : ;;
	*) awk -v n="$1" '$1 == n { print $2 }' $tracing/kprobe_profile ;;
	esac
}

# begin_counting: what was counted so far does not count for this case.
begin_counting() {
	echo >$tracing/trace
	cp $tracing/kprobe_profile /tmp/before
}

# reached COUNT WHAT: the case's proof; without one it has failed.
reached() {
	echo "$1 $2" >>"$results/$name.reached"
	[ "$1" -gt 0 ] || fail "$name: not reached: $2"
}

# ran NAME [AT_LEAST]: the counted function ran in this case.
ran() {
	local before=0 now
	case $1 in
	*_by_*) ;;
	*) before=$(awk -v n="$1" '$1 == n { print $2 }' /tmp/before) ;;
	esac
	now=$(hits "$1")
	reached $(((now - before) / ${2:-1})) "$1"
}

# done_by FORCE_ARG...: run `force`, whose first printed word is a count.
done_by() {
	local said
	said=$($force "$@") || fail "$name: force $*"
	reached "${said%% *}" "$said"
}

# until_ran NAME SECONDS COMMAND...: repeat a race until it was won.
until_ran() {
	local what=$1 end=$(($(date +%s) + $2)) before now
	shift 2
	before=$(hits "$what")
	now=$before
	while [ "$now" = "$before" ] && [ "$(date +%s)" -le "$end" ]; do
		"$@"
		now=$(hits "$what")
	done
	reached $((now - before)) "$what"
}

# in_pieces COMMAND...: while the device takes few requests, and small ones: who writes back waits in the middle of it.
in_pieces() {
	local queue=/sys/block/${scratch_dev#/dev/}/queue size requests
	size=$(cat "$queue/max_sectors_kb") requests=$(cat "$queue/nr_requests")
	echo 16 >"$queue/max_sectors_kb"
	echo 4 >"$queue/nr_requests"
	"$@"
	echo "$requests" >"$queue/nr_requests"
	echo "$size" >"$queue/max_sectors_kb"
}

# undisturbed COMMAND...: repeat it until nothing was written back meanwhile.
undisturbed() {
	local i before
	for i in 1 2 3 4 5; do
		before=$(hits writepage)
		"$@"
		[ "$(hits writepage)" != "$before" ] || return 0
	done
	fail "$name: pages were written back each time, after $i times"
}
