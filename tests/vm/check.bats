#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What `check` says of a system, and what `watch` then does there: they must agree.

load helper

# told NAME CODE FILTER: check ended with that code, silently, and its rows, as an array, make the filter true.
told() {
	echo "$1: check $(cat "$out/$1.check.rc")"
	[ "$(cat "$out/$1.check.rc")" = "$2" ]
	[ ! -s "$out/$1.check.err" ]
	says "$1.check" "last | .type == \"check-summary\" and .exit_code == $2"
	says "$1.check" "$3"
}

# refused NAME CODE ROW REMEDY: check says so in that row, and watch ends with the same code and the row's sentence.
refused() {
	told "$1" "$2" "(last.verdict == \"none\") and any(.name == \"$3\" and .state == \"missing\" and (.remedy | contains(\"$4\")))"
	[ "$(cat "$out/$1.rc")" = "$2" ]
	[ ! -s "$out/$1.json" ]
	diff "$out/$1.err" <(jq -r "select(.name == \"$3\") | \"btrfs-dirtywatch: \" + .remedy" "$out/$1.check.json")
}

# watched NAME CODE: the watch saw everything, and ended with that code.
watched() {
	[ "$(cat "$out/$1.rc")" = "$2" ]
	says "$1" 'last | .type == "summary" and .blind == [] and .counters.calls > 0'
}

# Every key that check printed, and no other, is in its man page.
all_keys_are_in_the_man_page() {
	diff <(cat "$out"/*.check.json | jq -r 'keys[]' | sort -u) \
		<(awk '/^\.Sh JSON/ { on = 1; next } /^\.Sh / { on = 0 } on' "$top/man/btrfs-dirtywatch-check.8" |
			sed -n 's/^\.It Cm //p' | sed 's/ , /\n/g' | sort -u)
}

@test "check and watch agree on each system" {
	# One processor: emulation can miss that another one patched the code that this one runs.
	machine 400 stock,early-clean,early-clean:nobtf -c 1 -p setpriv "$here/scenario/check.sh"

	told fixed 0 'last.verdict == "full" and (map(.state) - ["ok", "unknown", null] == [])'
	says fixed.check 'any(.kind == "module" and .state == "ok" and (.found | startswith("fixed: ")))'
	says fixed.check 'any(.kind == "load" and .state == "ok")'
	says fixed.check 'map(select(.kind == "hook") | .program) | length > 10 and all(. != null)'
	watched fixed 0
	[ ! -s "$out/fixed.err" ]
	told other-file 0 'any(.kind == "module" and .state == "unknown" and (.found | contains("not made from this file")))'
	told vulnerable 1 'last.verdict == "vulnerable" and any(.kind == "module" and .state == "vulnerable")'
	watched vulnerable 1
	told admin 1 'any(.name == "CAP_BPF" and .found == "by CAP_SYS_ADMIN")'

	refused no-btrfs 3 btrfs "modprobe btrfs"
	refused hidden 4 "kernel addresses" "kernel.kptr_restrict to 0"
	says hidden.check 'any(.name == "kernel addresses" and .found == "kernel.kptr_restrict = 2")'
	refused without-syslog 4 CAP_SYSLOG root
	refused without-sys_admin 4 CAP_SYS_ADMIN root
	refused without-bpf 4 CAP_BPF root
	refused without-perfmon 4 CAP_PERFMON root
	refused switched-off 5 "function hooks" "kernel.ftrace_enabled to 1"
	refused probes-off 5 probes "kprobes/enabled"
	refused nobtf-rawio 4 CAP_SYS_RAWIO root
	refused lockdown 4 lockdown "without lockdown=confidentiality"

	# A machine that is not busy may skip no hook; watch warns at its start.
	told preempt 5 'last.verdict == "blind" and (map(select(.state == "degraded").name) == ["preemption"])'
	diff "$out/preempt.err" <(jq -r 'select(.name == "preemption") | "btrfs-dirtywatch: " + .remedy' "$out/preempt.check.json")

	# Nothing but the return of an encoded write may have no hook; the suite overwrite shows that one of those blinds.
	watched nobtf 1
	case $(cat "$out/nobtf.check.rc") in
	1) told nobtf 1 'map(select(.state == "degraded")) == []' ;;
	*) told nobtf 5 'last.verdict == "blind" and (map(select(.state == "degraded").name) == ["encoded return"])' ;;
	esac

	# The other forms say the same.
	told no-load 3 'last.verdict == "unknown" and any(.kind == "load" and .state == "unknown" and (.remedy | contains("--no-load")))'
	[ "$(cat "$out/nagios.rc")" = 0 ]
	grep -qx 'DIRTYWATCH OK - FULL: [^|]* | ok=[0-9]* unknown=[0-9]* degraded=0 missing=0 vulnerable=0' "$out/nagios.txt"
	[ "$(wc -l <"$out/nagios.txt")" = 1 ]
	[ "$(cat "$out/nagios-vulnerable.rc")" = 2 ]
	grep -q '^DIRTYWATCH CRITICAL - VULNERABLE: .* missing=0 vulnerable=1$' "$out/nagios-vulnerable.txt"
	[ "$(cat "$out/nagios-preempt.rc")" = 1 ]
	grep -q '^DIRTYWATCH WARNING - BLIND: .*preempt=full.* degraded=1 ' "$out/nagios-preempt.txt"
	[ "$(tail -n 1 "$out/fixed.txt")" = 'FULL: watch would give full verdicts' ]
	[ "$(grep -c '^[a-z]' "$out/fixed.txt")" = "$(grep -c '"type":"check",' "$out/fixed.check.json")" ]
	all_keys_are_in_the_man_page
}
