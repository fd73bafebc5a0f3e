#!/usr/bin/env bash
# SPDX-License-Identifier: GPL-2.0
# demo.sh: boot a throwaway machine with the bug put back, lose writes on purpose, and show that the tool finds each;
# puts them back; then the same with the fix, and with the distribution's own module. Every number is compared with the
# truth of this run.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
count=${TRIALS:-200} seed=${SEED:-$RANDOM}
modules=(early-clean keep-dirty stock)
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
out=$tmp/out

gcc -std=gnu11 -D_GNU_SOURCE -O2 -static -I"$here/../../src" -o "$tmp/meant" "$here/meant.c" "$here/../../src/provoke_plan.c"
echo "A machine with Linux 6.1 loses $count buffered writes on purpose, with each of: ${modules[*]} (seed $seed)."
"$here/run.sh" -k 6.1 -m "$(IFS=, && echo "${modules[*]}")" -t 300 -o "$out" -f "$tmp/meant" \
	"$here/scenario/demo.sh" "$seed" "$count" "${modules[@]}" || {
	cat "$out/scenario.log" >&2 || :
	exit 1
}

line='' wrong=0
for module in "${modules[@]}"; do
	printf '\n== %s\n$ btrfs-dirtywatch provoke /mnt/scratch --outcome lost --count %s\n' "$module" "$count"
	tail -n 1 "$out/$module.provoke"
	printf '$ btrfs-dirtywatch watch -m /mnt/scratch\n'
	head -n 6 "$out/$module.txt" | sed '/^$/,$d'
	tail -n 1 "$out/$module.txt"
	verdict=$(jq -n -c -f "$here/judge.jq" --slurpfile truth "$out/$module-lost.truth" \
		--slurpfile seen "$out/$module-lost.json")
	read -r trials lost found right false < <(jq -r '"\(.trials) \(.truly_lost) \(.lost_found) \(.right) \(.false)"' <<<"$verdict")
	if [ "$module" = early-clean ]; then
		printf '$ btrfs-dirtywatch restore --all /tmp/%s\n' "$module"
		head -n 2 "$out/$module.restored"
		tail -n 1 "$out/$module.restored"
		meant=$(sed -n 's/^\([0-9]*\) of .* right$/\1/p' "$out/$module.meant")
		expected=$count
		line+="$module: $right of $lost lost writes found, $false false, $meant of $lost files restored; "
		[ "$meant" = "$count" ] || wrong=1
	else
		expected=0 line+="$module: $found of $trials; "
	fi
	if [ "$lost" != "$expected" ] || [ "$found" != "$lost" ] || [ "$right" != "$count" ] || [ "$false" != 0 ] ||
		[ "$(jq -c .blind <<<"$verdict")" != '[]' ]; then
		echo "not as it should be: $verdict" >&2
		wrong=1
	fi
done
printf '\ndemo: %s\n' "${line%; }"
exit "$wrong"
