# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash disable=SC2154,SC2034,SC2317
# cases_call.sh - what can happen legally while a write call is under way.

case_rewrite() { # more pages in one call than the table of windows has room for
	echo 90 >/proc/sys/vm/dirty_ratio
	echo 80 >/proc/sys/vm/dirty_background_ratio
	rewrite_round() {
		dd if=/dev/zero of="$f" bs=4M count=18 2>/dev/null
		reached "$(($(dirty_pages) / 18000))" 'times 18000 dirty pages'
		dd if=/dev/zero of="$f" bs=72M count=1 conv=notrunc 2>/dev/null
	}
	undisturbed rewrite_round
	rm "$f"
	echo 20 >/proc/sys/vm/dirty_ratio
	echo 10 >/proc/sys/vm/dirty_background_ratio
}

case_unaligned() { # calls that begin and end within pages
	bytes 1024 >"$f"
	dd if=/dev/zero of="$f" bs=3000 count=300 conv=notrunc 2>/dev/null
	reached "$(dirty_pages)" 'dirty pages'
	dd if=/dev/zero of="$f" bs=100 count=300 seek=50 conv=notrunc 2>/dev/null
	sync
}

case_shorts() { # the copy stops again and again within one page, which is dirtied each time
	dirty "$f" 64
	done_by shorts "$f" 8200 12
	sync
}

# halfway PAGES COMMAND: dirty pages, rewritten by one call, and the command in the middle of it.
halfway() {
	bytes $(($1 * 4)) >"$f"
	$force halfway "$f" "$1" "$2 >/tmp/halfway && echo finished >>/tmp/halfway" || fail "$name: force halfway"
	reached "$(grep -c finished /tmp/halfway)" "halfway: $(head -n 1 /tmp/halfway)"
}

case_halfway_flush() { # what the call has rewritten is written back before it returns
	halfway 256 "$force flush $f"
	ran writepage_by_flush
}

case_halfway_sync() {
	halfway 256 sync
}

case_halfway_migrate() { # what the call has cleaned and dirtied moves before it returns
	undisturbed halfway 256 "$force move $f"
}

case_halfway_drop() {
	halfway 256 'echo 3 >/proc/sys/vm/drop_caches'
}

case_halfway_store() { # pages that the call has rewritten, and is yet to rewrite, are stored to
	halfway 256 "$force store $f 4096 && $force store $f 1044480"
}

# A page that an earlier call left clean lies between the dirty pages of the next: it is not that call's.
case_neighbours() {
	strand "$f"
	rewrite "$f" 64
	reached "$(dirty_pages)" 'dirty pages'
	sync
}

case_midlife() { # pages that were dirty before the watch began
	reached "$(cat /tmp/dirty-before)" 'dirty pages before the watch'
	rewrite "$f" 1024
	truncate -s 524288 "$f"
	sync
}
before_midlife() {
	dirty "$f" 1024
	dirty_pages >/tmp/dirty-before
}
