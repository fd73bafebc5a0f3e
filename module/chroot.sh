# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
# A system of another suite to compile in, for kernels that this system's compiler does not build. Sourced after apt.sh.

# What a kernel's own scripts need beside the compiler. The BTF encoder's package has had two names.
chroot_packages='make binutils libelf-dev kmod ?exact-name(pahole) ?exact-name(dwarves)'

# chroot_for SUITE COMPILER: set chroot to the folder of such a system, made once.
chroot_for() {
	local wanted="$2 $chroot_packages" base
	base=$cache/chroot/$1
	chroot=$base/$(sha256sum <<<"$wanted" | head -c 16)
	if [ -d "$chroot" ]; then
		return 0
	fi
	[ "$(id -u)" = 0 ] || die 4 "a $1 system to compile in is made by root alone; run this as root"
	command -v mmdebstrap >/dev/null || die 3 'cannot find mmdebstrap; install the packages of the module step (packaging/deps.sh module)'
	make_chroot "$1" "$wanted"
}

# make_chroot SUITE "PACKAGE...": whoever comes second waits, and finds it made.
make_chroot() (
	locked "$base"
	if [ ! -d "$chroot" ]; then
		private_apt "$1"
		unset APT_CONFIG # mmdebstrap has one of its own
		mmdebstrap --quiet --mode=root --variant=essential --include="${2// /,}" "$1" "$new/root" "$apt_state/sources.list" >&2 ||
			die 3 "cannot make a $1 system to compile in; see mmdebstrap's messages above"
		mv "$new/root" "$chroot"
	fi
)

# in_chroot COMMAND...: run it there, with the cache where it is here.
in_chroot() {
	mkdir -p "$chroot$cache"
	# shellcheck disable=SC2016 # the inner shell's own parameters
	unshare -m sh -euc 'root=$1 cache=$2; shift 2
		mount --bind "$cache" "$root$cache"
		mount -t proc proc "$root/proc"
		exec chroot "$root" "$@"' sh "$chroot" "$cache" "$@"
}
