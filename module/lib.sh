# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# shellcheck disable=SC2034 # the variables set here are used by the scripts that source this
# What kernel.sh and build.sh share. Only the answer goes to stdout, everything else to stderr.

module=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=$(dirname "$module")/.cache

# die CODE SENTENCE: end with one of the project's exit codes.
die() {
	echo "${0##*/}: $2" >&2
	exit "$1"
}

# row KERNEL: set suites, source, release and compiler from the table.
row() {
	local line
	line=$(awk -v k="$1" '!/^#/ && $1 == k' "$module/kernels")
	[ -n "$line" ] || die 2 "kernel '$1' is not in module/kernels; name one of: $(awk '!/^#/ { print $1 }' "$module/kernels" | xargs)"
	read -r _ suites source release compiler <<<"$line"
}

# locked DIR: create DIR and hold its lock until the script ends. Whoever holds it owns DIR/new:
# a thing is made there and renamed into place, so a half-made one is never taken for a whole one.
locked() {
	mkdir -p "$1"
	exec 9>"$1/lock"
	flock 9
	new=$1/new
	rm -rf "$new"
	mkdir "$new"
	trap 'rm -rf "$new"' EXIT
}

# Succeed if ELF file $1 has BTF. The whole list is read first: a pipe that is left early would count as a failure.
has_btf() {
	[[ $(readelf -SW "$1") == *' .BTF '* ]]
}

# Unpack the ELF kernel inside the kernel image $1 to file $2; it has the BTF that the module's builds upon.
# The image's header says where it is (Documentation/x86/boot.rst: setup_sects, payload_offset, payload_length).
unpack_image() {
	local sects offset length
	local -a unpack
	sects=$(od -An -tu1 -j $((0x1f1)) -N 1 "$1")
	read -r offset length < <(od -An -tu4 -j $((0x248)) -N 8 "$1")
	offset=$(((sects + 1) * 512 + offset))
	case $(od -An -tx1 -j "$offset" -N 4 "$1") in
	' fd 37 7a 58') unpack=(xz -dc) ;;
	' 28 b5 2f fd') unpack=(zstd -qdc --long=31) ;;
	*) die 3 "cannot unpack ${1##*/}; only images packed with xz or zstd are known" ;;
	esac
	# The last 4 bytes are the unpacked size, not part of the stream.
	dd if="$1" status=none bs=64K iflag=skip_bytes,count_bytes skip="$offset" count=$((length - 4)) |
		"${unpack[@]}" >"$2" || die 3 "cannot unpack ${1##*/}; it is cut off or damaged"
	has_btf "$2" || die 3 "${1##*/} has no BTF; its modules cannot have any either"
}
