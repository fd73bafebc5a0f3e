# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=dash source-path=SCRIPTDIR/../guest
# legacy.sh [-c] SCENARIO [ARGUMENT...] - another scenario, taken along with -f, while the tool uses its legacy tracer. It gets
# the kernel's BTF as a file: the one taken along as kernel.btf, or a copy of the kernel's own, which is then hidden.
# -c: while memory is compacted all the time; how many pages that moved is in /out/moved.
# shellcheck source=lib.sh
. /guest/lib.sh

moved() {
	sed -n 's/^pgmigrate_success //p' /proc/vmstat
}

compact() {
	while :; do
		echo 1 >/proc/sys/vm/compact_memory
		usleep 30000
	done
}

btf=/in/kernel.btf
if [ ! -f "$btf" ]; then
	btf=/tmp/kernel.btf
	cp /sys/kernel/btf/vmlinux "$btf"
	mount -t tmpfs none /sys/kernel/btf
fi
echo "--btf $btf" >/in/watch-options

# Old kernels have little to be random by, and make who asks for it wait: interrupts help.
case $(uname -r) in
[1-4].*) dd if="$scratch_dev" of=/dev/null bs=4k count=1500 iflag=direct 2>/dev/null ;;
esac

before=''
if [ "$1" = -c ]; then
	before=$(moved)
	compact &
	shift
fi
scenario=$1
shift
# shellcheck source=/dev/null
. "/in/$scenario"
[ -z "$before" ] || echo $(($(moved) - before)) >/out/moved
