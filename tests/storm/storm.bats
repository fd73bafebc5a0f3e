#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Storms: more windows than anybody reads, and more suspect pages than usual. A window: a page that was seen clean and
# unlocked, or dropped, or left clean by its write call; however it ended, it is counted once.

load ../vm/helper

setup_file() {
	mkdir -p "$top/.build"
	gcc -O2 -Wall -Wextra -Werror -static -pthread -o "$top/.build/soak" "$here/soak.c"
}

# lost_pages FILE: inode and page of every loss in it, once each: a page can be lost by one write after the other.
lost_pages() {
	jq -r 'select(.type == "lost" or .class == "lost") | "\(.inode) \(.page)"' "$1" | sort -u
}

# told LINE...: into the output of the tests, whether they fail or not.
told() {
	printf '# %s\n' "$@" >&3
}

# How many windows there were: a stranded page is one of the others in the end, or still open.
windows='last.counters | .near_miss + .lost + .superseded + .voided'

# rate NAME: windows a second, of all the seconds of the soak.
rate() {
	jq -s --argjson s "$(jq -s 'last.seconds' "$out/$1.soak")" "($windows) / \$s | floor" "$out/$1.json"
}

# storm NAME: what there was of it, and is it right?
storm() {
	told "$1: $(rate "$1") windows a second for $(jq -s 'last.seconds' "$out/$1.soak") s, $(cat "$out/$1.memory") KiB resident" \
		"$(jq -s -j "($windows) as \$w"' | (map(select(.type == "left-out").count) | add // 0) as $left | last.counters
		| "\($w) windows of \(.suspects) suspects: \(.near_miss) near misses, \(.superseded) superseded, \(.lost) lost",
			"; left out: \(.left_out) near misses in the kernel, then \($left) of \(.sent) findings"' "$out/$1.json")"
	says "$1" 'last | .blind == [] and .counters.unexplained == 0 and .open_stranded == 0'
	# What was lost is what the soak saw.
	jq -s -e 'last | .type == "soak-end" and .complete' "$out/$1.soak" >/dev/null
	diff <(lost_pages "$out/$1.soak") <(lost_pages "$out/$1.json")
	# Each suspect page has one end, and each finding is printed or counted.
	says "$1" 'last.counters | .suspects == .rewritten + .near_miss + .lost + .superseded + .voided'
	says "$1" 'last.counters | .sent + .left_out == .near_miss + .pending + .lost + .superseded + .voided + .stale_reads + .own_retries'
	says "$1" '(map(select(.type == "finding" or .type == "stale-read")) | length) + (map(select(.type == "left-out").count) | add // 0) == last.counters.sent'
	[ "$(cat "$out/$1.memory")" -lt 65536 ]
}

@test "early-clean: 500 windows a second at best, a ring of 16 MiB: all are counted, none is missed" {
	local name best=0
	# By turns there would be too few windows; should the emulator stall, see tests/vm/README.md, it is this.
	machine 150 early-clean -j -f "$top/.build/soak" -d 4096 "$here/scenario/storm.sh" early-clean "${STORM:-4}" "$seed"
	told "seed $seed"
	for name in early-clean-1 early-clean-2 early-clean-3; do
		storm "$name"
		[ "$(rate "$name")" -le "$best" ] || best=$(rate "$name")
	done
	[ "$best" -ge 500 ]
}

@test "128 MiB of dirty pages rewritten: never blind; what it costs the writer" {
	machine 240 stock,early-clean -i -M 2048 "$here/scenario/rewrite.sh" stock early-clean
	[ "$(awk '$3 > 0' "$out/rewrite" | wc -l)" = 4 ]
	awk '{ took[$1 " " $2] = $3 }
		END {
			for (run in took) printf "# %s: %.1f MiB/s of guest time\n", run, 128e9 / took[run]
			printf "# throughput, watched to alone: early-clean %.3f, stock %.3f; early-clean watched to stock alone: %.3f\n",
				took["early-clean alone"] / took["early-clean watch"], took["stock alone"] / took["stock watch"],
				took["stock alone"] / took["early-clean watch"]
		}' "$out/rewrite" | sort >&3
	silent stock
	silent early-clean
	# Every page was a suspect for a moment.
	says early-clean 'last.counters | .suspects >= 32768 and .suspects == .rewritten'
	says stock 'last.counters.suspects == 0'
}
