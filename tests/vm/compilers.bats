#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# Does the kernel's verifier take what each of the compilers makes, and does it see the same?

load helper

clangs=(clang-14 clang-19)

setup_file() {
	make -s -C "$BATS_TEST_DIRNAME/../.." clang-programs
}

@test "a kernel side by each clang: every loss is found with early-clean, nothing with stock" {
	local clang verdict files=()
	for clang in "${clangs[@]}"; do
		files+=(-f "$top/.build/$clang/btrfs-dirtywatch-static=/usr/sbin/$clang")
	done
	machine 400 early-clean,stock "${files[@]}" "$here/scenario/compilers.sh" "$seed" "$trials" "${clangs[@]}"
	for clang in "${clangs[@]}"; do
		verdict=$(judged "$clang-early-clean")
		echo "$clang: $verdict"
		jq -e --argjson n "$trials" '.outcomes == {lost: $n} and .right == $n and .false == 0 and .blind == []' <<<"$verdict"
		[ "$(cat "$out/$clang-early-clean.rc")" = 1 ]
		jq -e --argjson n "$trials" '.trials == $n and .truly_lost == 0' <<<"$(judged "$clang-stock")"
		silent "$clang-stock"
	done
}

@test "the kernel side of each was made by the compiler of its name" {
	local clang
	for clang in "${clangs[@]}"; do
		run -0 llvm-dwarfdump --debug-info "$top/.build/$clang/bpf/hook_clean.bpf.o"
		[[ $output == *"clang version ${clang#clang-}."* ]]
	done
}
