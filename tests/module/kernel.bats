#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Fetching a kernel, from an archive of tiny packages: fake apt-get and apt-cache, real packages and everything else real.
# shellcheck disable=SC2030,SC2031,SC2154 # bats and helper.bash set them, a test at a time

bats_require_minimum_version 1.5.0

release=6.1.0-9-amd64

setup() {
	load helper
	sandbox
	archive=$BATS_TEST_TMPDIR/archive
	mkdir -p "$archive" "$sandbox/bin"
	export archive
	PATH=$sandbox/bin:$PATH
	fake_apt
}

# apt-cache and apt-get that know the packages in $archive, named NAME_VERSION.deb; updates and downloads are counted.
fake_apt() {
	cat >"$sandbox/bin/apt-cache" <<-'EOF'
		#!/usr/bin/env bash
		cd "$archive"
		case $1 in
		madison) ls | sed -n "s/^$2_\(.*\)\.deb$/ $2 | \1 | archive Packages/p" | sort -rV ;;
		pkgnames) ls | sed 's/_.*//' | sort -u | grep "^$2" ;;
		show) dpkg-deb -f "${2/=/_}.deb" ;;
		esac
	EOF
	cat >"$sandbox/bin/apt-get" <<-'EOF'
		#!/usr/bin/env bash
		case " $* " in
		*" indextargets "*)
			. /etc/os-release
			echo "other other main file:///other/"
			echo "$VERSION_CODENAME $VERSION_CODENAME main file:///main/"
			echo "stable-security $VERSION_CODENAME-security main file:///security/" ;;
		*" update "*)
			[ ! -e "$archive/../gone" ] || { echo "E: The repository 'x Release' does not have a Release file." >&2; exit 100; }
			echo update >>"$archive/../updates"
			[ ! -d "$archive/../newer" ] || cp "$archive/../newer"/* "$archive" ;;
		*" download "*)
			echo download >>"$archive/../downloads"
			for name in "$@"; do
				[[ $name != linux-*=* ]] || cp "$archive/${name/=/_}.deb" . || exit 100
			done ;;
		esac
	EOF
	chmod +x "$sandbox/bin/"*
}

# Add package $1 version $2 to folder $archive, out of the folder $BATS_TEST_TMPDIR/root, which it empties; $3 is its Depends.
package() {
	local root=$BATS_TEST_TMPDIR/root
	mkdir -p "$root/DEBIAN"
	printf '%s\n' "Package: $1" "Version: $2" 'Architecture: all' 'Maintainer: nobody <nobody@example.org>' \
		'Description: test' ${3:+"Depends: $3"} >"$root/DEBIAN/control"
	dpkg-deb -Znone --root-owner-group -b "$root" "$archive/$1_$2.deb" >/dev/null
	rm -rf "$root"
}

# Make the five packages of version $1; HEADERS, IMAGE name other versions for those, SIGNED= makes an unsigned image.
kernel_packages() {
	local headers=${HEADERS:-$1} image=${IMAGE:-$1} root=$BATS_TEST_TMPDIR/root src=$BATS_TEST_TMPDIR/linux-source-6.1
	mkdir -p "$root/usr/src" "$src/fs/btrfs" "$src/fs/ext4"
	echo "int btrfs; /* $1 */" >"$src/fs/btrfs/file.c"
	touch "$src/fs/ext4/file.c"
	tar -C "$BATS_TEST_TMPDIR" -cJf "$root/usr/src/linux-source-6.1.tar.xz" linux-source-6.1
	package linux-source-6.1 "$1"
	mkdir -p "$root/usr/src/linux-headers-$release"
	echo "include /usr/src/linux-headers-6.1.0-9-common/Makefile" >"$root/usr/src/linux-headers-$release/Makefile"
	package "linux-headers-$release" "$headers" "linux-headers-6.1.0-9-common (= $headers), linux-kbuild-6.1 (>= $headers), gcc"
	mkdir -p "$root/usr/src/linux-headers-6.1.0-9-common"
	echo 'all: ; @echo common makefile' >"$root/usr/src/linux-headers-6.1.0-9-common/Makefile"
	package linux-headers-6.1.0-9-common "$headers"
	package linux-kbuild-6.1 "$headers"
	mkdir -p "$root/boot" "$root/lib/modules/$release/kernel"
	touch "$root/boot/vmlinuz-$release" "$root/lib/modules/$release/modules."{order,builtin,builtin.modinfo}
	ln -s "/usr/src/linux-headers-$release" "$root/lib/modules/$release/build"
	ln -s /usr/src/linux-headers-6.1.0-9-common "$root/lib/modules/$release/source"
	package "linux-image-$release${SIGNED--unsigned}" "$image"
}

fetch() {
	run --separate-stderr "$sandbox/module/kernel.sh" "$@"
}

# The last fetch must have failed with one sentence that has $1 in it, and left nothing that looks like a kernel.
failed() {
	[ "$status" = "${2:-3}" ]
	[ -z "$output" ]
	[[ $stderr == *"$1"* ]]
	run -0 find "$sandbox/.cache/kernel/"* -mindepth 1 ! -name lock
	[ -z "$output" ]
}

@test "wrong arguments end in one sentence and status 2" {
	local args
	for args in '' '--update' '9.9' '6x1' '6.1 6.1' '--upgrade 6.1'; do
		# shellcheck disable=SC2086
		fetch $args
		[ "$status" = 2 ]
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
	done
}

@test "a kernel is unpacked where nothing need be installed, with btrfs as its only source" {
	kernel_packages 6.1.5-1
	fetch 6.1
	[ "$status" = 0 ]
	[ "$output" = "$sandbox/.cache/kernel/6.1/6.1.5-1" ]
	[ -f "$output/boot/vmlinuz-$release" ]
	[ -f "$output/usr/src/linux-source-6.1/fs/btrfs/file.c" ]
	[ ! -e "$output/usr/src/linux-source-6.1/fs/ext4" ]
	[ -f "$output/lib/modules/$release/modules.dep" ]
	[ "$(make -s -C "$output/lib/modules/$release/build")" = 'common makefile' ]
	[ "$(make -s -C "$output/lib/modules/$release/source")" = 'common makefile' ]
	[ ! -e "$BATS_TEST_TMPDIR/updates" ]
}

@test "the signed image is taken when the archive has both" {
	kernel_packages 6.1.5-1
	SIGNED='' kernel_packages 6.1.5-1
	: >"$archive/linux-image-$release-unsigned_6.1.5-1.deb" # a package that cannot be unpacked
	fetch 6.1
	[ "$status" = 0 ]
}

@test "once it is there, a kernel needs no archive and little time" {
	kernel_packages 6.1.5-1
	fetch 6.1
	rm -rf "$archive" "${sandbox:?}/bin"
	SECONDS=0
	fetch 6.1
	[ "$status" = 0 ]
	[ "$output" = "$sandbox/.cache/kernel/6.1/6.1.5-1" ]
	[ "$SECONDS" -le 1 ]
}

@test "only --update takes a newer version, and the older one stays" {
	kernel_packages 6.1.5-1
	fetch 6.1
	kernel_packages 6.1.10-1
	fetch 6.1
	[ "${output##*/}" = 6.1.5-1 ]
	fetch --update 6.1
	[ "$status" = 0 ]
	[ "${output##*/}" = 6.1.10-1 ]
	fetch 6.1
	[ "${output##*/}" = 6.1.10-1 ]
	[ -d "$sandbox/.cache/kernel/6.1/6.1.5-1" ]
}

@test "missing package lists are fetched, and so are those that name packages which are gone" {
	kernel_packages 6.1.5-1
	cp -r "$archive" "$BATS_TEST_TMPDIR/newer"
	rm "$archive"/*
	fetch 6.1
	[ "$status" = 0 ]
	[ "$(cat "$BATS_TEST_TMPDIR/updates")" = update ]

	rm -rf "$sandbox/.cache" "$BATS_TEST_TMPDIR/updates" "$archive"/linux-kbuild*
	fetch 6.1
	[ "$status" = 0 ]
	[ "$(cat "$BATS_TEST_TMPDIR/updates")" = update ]
}

@test "a kernel that the archive does not carry is unavailable: a status of its own, by lists of today" {
	fetch 6.1
	failed 'unavailable: the archive has no whole 6.1 in bookworm,bookworm-security' 6
	[ "$(cat "$BATS_TEST_TMPDIR/updates")" = update ]
	touch "$BATS_TEST_TMPDIR/gone"
	fetch 6.1
	failed unavailable 6
}

# The packages of a split kernel: image_packages RELEASE VERSION [NAME=VERSION of one that differs]
split_kernel() {
	local root=$BATS_TEST_TMPDIR/root part
	for part in base binary modules; do
		mkdir -p "$root/usr/lib/modules/$1/kernel"
		case $part in
		base) touch "$root/usr/lib/modules/$1/modules."{order,builtin,builtin.modinfo} ;;
		binary) echo image >"$root/usr/lib/modules/$1/vmlinuz" ;;
		modules) touch "$root/usr/lib/modules/$1/kernel/btrfs.ko" ;;
		esac
		package "linux-$part-$1" "$2"
	done
	mkdir -p "$root"
	package "linux-image-$1" "$2" "linux-base-$1 (= $2), linux-binary-$1 (= $2), linux-modules-$1 (= $2)"
}

@test "an image in parts becomes a kernel like any other, without headers or source" {
	split_kernel 7.2.9+deb13-amd64 7.2.9-1
	split_kernel 7.2.12+deb13-amd64 7.2.12-1
	fetch 7.2
	[ "$status" = 0 ]
	[ "$output" = "$sandbox/.cache/kernel/7.2/7.2.12-1" ]
	[ "$(cat "$output/boot/vmlinuz-7.2.12+deb13-amd64")" = image ]
	[ -f "$output/lib/modules/7.2.12+deb13-amd64/kernel/btrfs.ko" ]
	[ -f "$output/lib/modules/7.2.12+deb13-amd64/modules.dep" ]
	run -3 --separate-stderr "$sandbox/module/build.sh" 7.2 stock
	[[ $stderr == *'no modules are built for 7.2'* ]]
}

@test "an image whose modules are gone: the newest one that is whole is taken, without any it is unavailable" {
	split_kernel 7.2.9+deb13-amd64 7.2.9-1
	split_kernel 7.2.12+deb13-amd64 7.2.12-1
	rm "$archive/linux-modules-7.2.12"*
	fetch 7.2
	[ "${output##*/}" = 7.2.9-1 ]
	rm -rf "$archive/linux-modules-7.2.9"* "$sandbox/.cache/kernel"
	fetch 7.2
	failed unavailable 6
}

@test "another suite comes from this machine's own archives, signed as ever, and is kept apart" {
	SIGNED='' kernel_packages 6.1.5-1
	fetch 6.1
	[ "$status" = 0 ]
	run -0 sed 's/ \[signed-by=[^]]*\]//' "$sandbox/.cache/apt/bookworm+bookworm-security/sources.list"
	[ "${lines[0]}" = 'deb file:///main/ bookworm main' ]
	[ "${lines[1]}" = 'deb file:///security/ bookworm-security main' ]
	run ! grep -r 'trusted=' "$sandbox/.cache/apt" "$sandbox/module"
}

@test "headers or an image of another version than the source are refused" {
	HEADERS=6.1.5-2 kernel_packages 6.1.5-1
	fetch 6.1
	failed 'no headers of that version'
	rm "$archive"/*
	IMAGE=6.1.4-1 kernel_packages 6.1.5-1
	fetch 6.1
	failed 'no image of that version'
}

@test "a package that is not the version the lists promised is refused" {
	kernel_packages 6.1.5-1
	package "linux-headers-$release" 6.1.6-1 'linux-headers-6.1.0-9-common (= 6.1.5-1), linux-kbuild-6.1 (>= 6.1.5-1)'
	mv "$archive/linux-headers-${release}_6.1.6-1.deb" "$archive/linux-headers-${release}_6.1.5-1.deb"
	fetch 6.1
	failed "linux-headers-$release is 6.1.6-1 but 6.1 is 6.1.5-1"
}

@test "a download that stops half-way leaves no kernel, and what an earlier run left is not used" {
	kernel_packages 6.1.5-1
	mv "$archive/linux-kbuild-6.1_6.1.5-1.deb" "$BATS_TEST_TMPDIR"
	fetch 6.1
	failed 'cannot download'
	mv "$BATS_TEST_TMPDIR/linux-kbuild-6.1_6.1.5-1.deb" "$archive"
	mkdir -p "$sandbox/.cache/kernel/6.1/new/root/boot"
	touch "$sandbox/.cache/kernel/6.1/new/root/boot/garbage"
	fetch 6.1
	[ "$status" = 0 ]
	[ ! -e "$output/boot/garbage" ]
	[ ! -e "$sandbox/.cache/kernel/6.1/new" ]
}

@test "two runs at once fetch it once" {
	kernel_packages 6.1.5-1
	"$sandbox/module/kernel.sh" 6.1 >"$BATS_TEST_TMPDIR/first" &
	fetch 6.1
	wait $!
	[ "$status" = 0 ]
	[ "$output" = "$(cat "$BATS_TEST_TMPDIR/first")" ]
	[ "$(cat "$BATS_TEST_TMPDIR/downloads")" = download ]
}
