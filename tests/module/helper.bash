# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash
# What the tests of module/ share.

repo=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)

# Make $sandbox, a copy of module/ with an empty cache, so that a test can change a patch or a source.
sandbox() {
	sandbox=$BATS_TEST_TMPDIR/sandbox
	mkdir -p "$sandbox"
	cp -r "$repo/module" "$sandbox"
}

# Make $sandbox with the real kernel in its cache; its $file, the patched source file, is a copy to be changed.
sandbox_with_kernel() {
	local tree base src
	sandbox
	tree=$("$repo/module/kernel.sh" 6.1)
	base=$sandbox/.cache/kernel/6.1
	src=$base/${tree##*/}/usr/src
	mkdir -p "$src"
	echo "${tree##*/}" >"$base/current"
	ln -s "$tree/boot" "$tree/lib" "$base/${tree##*/}"
	ln -s "$tree"/usr/src/linux-headers-* "$src"
	cp -r "$tree/usr/src/linux-source-6.1" "$src"
	# shellcheck disable=SC2034 # the tests use it
	file=$src/linux-source-6.1/fs/btrfs/file.c
}

# Print the tokens of C file $1, one a line, without its comments.
tokens() {
	gcc -fpreprocessed -dD -E -P -x c "$1" |
		grep -oE '"([^"\\]|\\.)*"|'\''([^'\''\\]|\\.)*'\''|[A-Za-z0-9_.]+|<<=|>>=|->|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|##|[^[:space:]]'
}

# Print file $2 as semantic patch $1 makes it.
patched() {
	cp "$2" "$BATS_TEST_TMPDIR/patched.c"
	spatch --very-quiet --in-place --sp-file "$repo/module/$1.cocci" "$BATS_TEST_TMPDIR/patched.c" >/dev/null
	cat "$BATS_TEST_TMPDIR/patched.c"
}

# Print kernel $1's source file $2 of btrfs.
source_of() {
	echo "$("$repo/module/kernel.sh" "$1")/usr/src/linux-source-$1/fs/btrfs/$2"
}
