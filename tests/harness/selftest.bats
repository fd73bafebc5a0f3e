#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Can the harness be fooled? Every way for a machine to end must come out as what it was.

bats_require_minimum_version 1.5.0

setup() {
	export TMPDIR=$BATS_TEST_TMPDIR/tmp
	mkdir "$TMPDIR"
	out=$BATS_TEST_TMPDIR/out scenario=$BATS_TEST_TMPDIR/scenario.sh
	vm=(bash "$BATS_TEST_DIRNAME/../vm/run.sh" -m image -t 60 -o "$out")
}

# Whatever the test was: no machine is left, and no temporary file.
teardown() {
	local cmdline
	[ -z "$(ls -A "$TMPDIR")" ]
	for cmdline in /proc/[0-9]*/cmdline; do
		! { tr '\0' ' ' <"$cmdline" | grep -q "qemu.*$TMPDIR"; } 2>/dev/null
	done
}

# scenario: make what stands on stdin the scenario.
scenario() {
	cat >"$scenario"
}

# machine_seconds: how long the machine of the last run -v was there, on the host's clock.
machine_seconds() {
	sed -n 's/^vm: ended after \([0-9]*\)\.[0-9] s$/\1/p' <<<"$output"
}

build_id() {
	readelf -n "$1" | sed -n 's/.*Build ID: //p'
}

@test "wrong use is refused before any machine starts" {
	run -125 "${vm[@]}" /nonexistent
	[[ $output == "run.sh: there is no scenario '/nonexistent'; name a shell script" ]]
	run -125 "${vm[@]}"
	run -125 "${vm[@]}" -t soon "$0"
	run -125 "${vm[@]}" -t 5 "$0"
	run -125 "${vm[@]}" -k 1.0 "$0"
	run -125 "${vm[@]}" -m nosuch "$0"
	run -125 "${vm[@]}" -p no-such-program "$0"
	run -125 "${vm[@]}" -f /nonexistent "$0"
	scenario </dev/null
	run -125 "${vm[@]}" "$scenario"
	touch "$out/findings.json"
	run -125 "${vm[@]}" "$0"
	[[ $output == *"is not empty; old files there could be taken for this run's" ]]
}

@test "status 0: files, arguments and programs go in and come back byte for byte" {
	local all=$BATS_TEST_TMPDIR/all
	for i in {0..255}; do printf "\\x$(printf %02x "$i")"; done >"$all"
	head -c 3000000 /dev/urandom >>"$all"
	scenario <<-'END'
		mkdir /out/folder
		cp /in/all "/out/folder/a name"
		cp /deep/er/copy /out/copy
		printf '%s\n' "$@" >/out/args
		echo '{"a":[1,2]}' | jq -c .a >/out/jq
		: >/out/empty
		sha256sum /usr/bin/cat /usr/bin/busybox >/out/programs
		note 'WARNING: BUG: Call Trace, but not of the kernel'
	END
	run -0 "${vm[@]}" -p jq -p cat -f "$all" -f "$all=/deep/er/copy" "$scenario" "a b" "c'd" '$e' ''
	cmp "$all" "$out/folder/a name"
	cmp "$all" "$out/copy"
	diff <(printf '%s\n' "a b" "c'd" '$e' '') "$out/args"
	[ "$(cat "$out/jq")" = '[1,2]' ]
	(cd / && sha256sum -c "$out/programs") # cat is an applet too, and neither took the other's place
	[ -f "$out/empty" ] && [ ! -s "$out/empty" ]
	grep -q 'Linux version' "$out/dmesg.txt"
	grep -q 'scenario: WARNING: BUG: Call Trace' "$out/scenario.log"
}

@test "status 3, of a command that fails: passed on, with the files" {
	scenario <<-'END'
		echo before >/out/before
		sh -c 'exit 3'
		echo after >/out/after
	END
	run -3 "${vm[@]}" "$scenario"
	[ "$(cat "$out/before")" = before ]
	[ ! -e "$out/after" ]
}

@test "a program that hangs: 124 within the limit, with the files and what it hung in" {
	scenario <<-'END'
		echo partial >/out/partial
		sleep 1000
	END
	run -124 "${vm[@]}" -v -t 18 "$scenario"
	[ "$(machine_seconds)" -le 18 ]
	[ "$(cat "$out/partial")" = partial ]
	grep -q 'sleep 1000' "$out/hang.txt"
	grep -q nanosleep "$out/hang.txt"
}

@test "a machine that hangs: 124 within the limit, with what the consoles have" {
	scenario <<-'END'
		note freezing process 1
		mkdir /sys/fs/cgroup/ice
		echo 1 >/sys/fs/cgroup/ice/cgroup.procs
		echo 1 >/sys/fs/cgroup/ice/cgroup.freeze
	END
	run -124 "${vm[@]}" -v -t 15 "$scenario"
	[ "$(machine_seconds)" -le 16 ]
	grep -q 'freezing process 1' "$out/scenario.log"
	[ ! -e "$out/dmesg.txt" ]
}

@test "a panic: 126" {
	scenario <<<'echo c >/proc/sysrq-trigger'
	run -126 "${vm[@]}" "$scenario"
	[[ $output == *'the kernel complained: '*'Kernel panic'* ]]
	grep -q 'sysrq triggered crash' "$out/console.log"
}

@test "a kernel that dies while it boots gets two more chances, and then it is 126 all the same" {
	# What is no archive makes no root, and without a root the kernel panics. Of two -initrd QEMU takes the last.
	scenario <<<'echo nobody gets here'
	echo 'no archive' >"$BATS_TEST_TMPDIR/initrd"
	run -126 "${vm[@]}" -x "-initrd $BATS_TEST_TMPDIR/initrd" "$scenario"
	[ "$(grep -c 'the kernel did not come up: .*; trying again' <<<"$output")" = 2 ]
	[[ $output == *'the kernel complained: '* ]]
	[ ! -s "$out/scenario.log" ]
}

@test "a kernel warning: 126, although the scenario ended with 0" {
	scenario <<-'END'
		echo 'WARNING: CPU: 0 PID: 1 at test' >/dev/kmsg
		echo done >/out/done
	END
	run -126 "${vm[@]}" "$scenario"
	[[ $output == *'the kernel complained: '*'WARNING: CPU: 0 PID: 1 at test' ]]
	[ "$(cat "$out/done")" = done ]
}

@test "a machine that goes before it has answered: 125" {
	scenario <<<'poweroff -f'
	run -125 "${vm[@]}" "$scenario"
	[[ $output == *'without handing its files back'* ]]
}

@test "a kernel log without its beginning: 125" {
	scenario <<-'END'
		dmesg -n 1
		echo 'WARNING: nobody will see this' >/dev/kmsg
		dmesg -c >/dev/null
	END
	run -125 "${vm[@]}" "$scenario"
}

@test "SIGTERM: 143, and the machine is gone" {
	local pid status=0
	scenario <<<'sleep 1000'
	"${vm[@]}" "$scenario" &
	pid=$!
	for i in {1..600}; do
		[ ! -s "$(echo "$TMPDIR"/*/scenario.log)" ] || break
		sleep 0.1
	done
	[ "$i" -lt 600 ]
	kill -TERM "$pid"
	wait "$pid" || status=$?
	[ "$status" = 143 ]
}

@test "two variants of btrfs one after the other in one machine, each the one that was asked for" {
	local build=$BATS_TEST_DIRNAME/../../module/build.sh
	scenario <<-'END'
		if (use_module image); then fail 'a module that nobody named was there'; fi
		if (scratch_mount); then fail 'something was mounted without a module'; fi
		for v in stock early-clean:nobtf; do
			use_module $v
			cat /sys/module/btrfs/notes/.note.gnu.build-id >/out/$v
			scratch_mkfs -L test
			scratch_mount -o noatime
			head -c 1000000 /dev/urandom >/tmp/data
			cp /tmp/data $scratch/data
			scratch_umount
			scratch_mount
			drop_caches
			cmp /tmp/data $scratch/data
		done
	END
	run -0 "${vm[@]}" -m stock,early-clean:nobtf "$scenario"
	for v in stock early-clean:nobtf; do
		btf=btf
		[ "$v" = stock ] || btf=nobtf
		ko=$("$build" 6.1 "${v%:nobtf}" $btf)
		# The note is a header, then the 20 bytes of the id.
		[ "$(tail -c 20 "$out/$v" | od -An -tx1 | tr -d ' \n')" = "$(build_id "$ko")" ]
	done
	! cmp "$out/stock" "$out/early-clean:nobtf"
}

# Those for kernels that make check has not are rows of the matrix.
@test "every suite of tests/vm is in a group of make check or make clang, or in the matrix" {
	local check file name
	local top=$BATS_TEST_DIRNAME/../..
	check=$(make -C "$top" --no-print-directory -n check clang)
	for file in "$top"/tests/vm/*.bats; do
		name=$(basename "$file" .bats)
		grep -qE "vm:([a-z]+,)*$name[,\"]|[ ,]vm/$name\.bats[,\"]" <<<"$check" || grep -qE "^[0-9.]+ +$name +suite " "$top/tests/matrix/rows" || {
			echo "$file is in none"
			return 1
		}
	done
}
