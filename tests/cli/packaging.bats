#!/usr/bin/env bats
# SPDX-License-Identifier: GPL-2.0
# What is installed beside the program: is it whole, does it work, and does it go again?

load helper

setup_file() {
	make -C "$repo" completions >/dev/null
	export COMPLETIONS=$repo/${BUILD:-.build}/install
}

# verbs: those that have options.
verbs() {
	"$dirtywatch" help | sed -n 's/^  \([a-z]*\) .*/\1/p' | grep -vx help
}

# long_options VERB: as argp knows them, from the short usage and not from --help.
long_options() {
	"$dirtywatch" "$1" --usage | grep -oE -e '--[a-z][a-z0-9-]*' | sort -u
}

# bash_completes WORD...: what bash would offer for the last word, with others before it.
bash_completes() {
	bash -c '. "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _btrfs_dirtywatch; printf "%s\n" "${COMPREPLY[@]}"' \
		"$COMPLETIONS/btrfs-dirtywatch" "$@"
}

# zsh_completes LINE: what zsh makes of the line and a tab, in a terminal of its own.
zsh_completes() {
	zsh -f "$BATS_TEST_DIRNAME/complete.zsh" "$COMPLETIONS" "$1"
}

@test "every option of every verb is in the completions for bash, zsh and fish" {
	local verb option count=0
	for verb in $(verbs); do
		for option in $(long_options "$verb"); do
			bash_completes btrfs-dirtywatch "$verb" "$option" | grep -qx -e "$option=\?" || { echo "bash: $verb $option"; return 1; }
			awk -v verb="$verb)" '/^\t[a-z]+\)$/ { on = $1 == verb } on' "$COMPLETIONS/_btrfs-dirtywatch" |
				grep -qF -e "'$option" || { echo "zsh: $verb $option"; return 1; }
			grep -qE -- "_verb $verb' -l ${option#--} " "$COMPLETIONS/btrfs-dirtywatch.fish" || { echo "fish: $verb $option"; return 1; }
			count=$((count + 1))
		done
	done
	echo "$count options"
	[ "$count" -gt 50 ]
}

@test "bash completes verbs, options, words and files" {
	[ "$(bash_completes btrfs-dirtywatch wat)" = watch ]
	[ "$(bash_completes btrfs-dirtywatch --gu)" = --guard ]
	[ "$(bash_completes btrfs-dirtywatch provoke --outc)" = --outcome= ]
	[ "$(bash_completes btrfs-dirtywatch provoke --outcome = sup)" = superseded ]
	[ "$(bash_completes btrfs-dirtywatch provoke --outcome str)" = stranded ]
	[ "$(bash_completes btrfs-dirtywatch provoke --outcome = | wc -l)" = 5 ]
	touch "$BATS_TEST_TMPDIR/day.rec"
	[ "$(bash_completes btrfs-dirtywatch replay "$BATS_TEST_TMPDIR/d")" = "$BATS_TEST_TMPDIR/day.rec" ]
	[ -z "$(bash_completes btrfs-dirtywatch watch --mount "$BATS_TEST_TMPDIR/d")" ] # a file is no folder
	[ -z "$(bash_completes btrfs-dirtywatch watch --duration '')" ]
}

@test "fish completes verbs, options and words" {
	fish_completes() {
		fish --no-config -c "source '$COMPLETIONS/btrfs-dirtywatch.fish'; complete -C '$1'" | cut -f 1
	}
	[ "$(fish_completes 'btrfs-dirtywatch pro')" = provoke ]
	[ "$(fish_completes 'btrfs-dirtywatch provoke --outc')" = --outcome ]
	[ "$(fish_completes 'btrfs-dirtywatch provoke --outcome sup')" = superseded ]
	[ "$(fish_completes 'btrfs-dirtywatch --gu')" = --guard ]
	[ -z "$(fish_completes 'btrfs-dirtywatch provoke --gu')" ] # that is watch's
}

@test "zsh completes verbs, options and words" {
	[ "$(zsh_completes 'btrfs-dirtywatch pro')" = 'btrfs-dirtywatch provoke ' ]
	[ "$(zsh_completes 'btrfs-dirtywatch provoke --outc')" = 'btrfs-dirtywatch provoke --outcome=' ]
	[ "$(zsh_completes 'btrfs-dirtywatch provoke --outcome=sup')" = 'btrfs-dirtywatch provoke --outcome=superseded ' ]
	[ "$(zsh_completes 'btrfs-dirtywatch --gu')" = 'btrfs-dirtywatch --guard ' ]
}

@test "words that an option takes are those that it tells of" {
	local verb option words word
	while read -r verb option words; do
		for word in $words; do
			ARGP_HELP_FMT=rmargin=4000 "$dirtywatch" "$verb" --help | grep -A1 -e "$option=" | grep -qw -e "$word" ||
				{ echo "$verb $option: $word"; return 1; }
		done
	done < <(grep -v '^#' "$repo/packaging/completions/words")
}

@test "make uninstall takes away all that make install made, but settings that were changed" {
	local root=$BATS_TEST_TMPDIR/root conf=etc/btrfs-dirtywatch/btrfs-dirtywatch.conf
	make -C "$repo" install DESTDIR="$root" PREFIX=/opt/dw >/dev/null
	[ -x "$root/opt/dw/sbin/btrfs-dirtywatch" ]
	[ "$(find "$root" -name '*.[578]' | wc -l)" = "$(find "$repo/man" -name '*.[578]' | wc -l)" ]
	grep -qx 'ExecStart=/opt/dw/sbin/btrfs-dirtywatch daemon' "$root/opt/dw/lib/systemd/system/btrfs-dirtywatch.service"
	cmp "$root/$conf" "$repo/packaging/btrfs-dirtywatch.conf"
	make -C "$repo" uninstall DESTDIR="$root" PREFIX=/opt/dw >/dev/null
	[ -z "$(find "$root" ! -type d)" ]
	[ -z "$(find "$root" -name '*dirtywatch*')" ]

	make -C "$repo" install DESTDIR="$root" PREFIX=/opt/dw >/dev/null
	echo '# mine' >>"$root/$conf"
	make -C "$repo" install uninstall DESTDIR="$root" PREFIX=/opt/dw >/dev/null
	[ "$(find "$root" ! -type d)" = "$root/$conf" ]
	grep -qx '# mine' "$root/$conf"
}

@test "the file of settings has every setting, with its default" {
	diff <(sed -n 's/^#\([a-z-]* =.*\|\[.*\)/\1/p; /^\[/p' "$repo/packaging/btrfs-dirtywatch.conf" | sed 's/ *$//') \
		<("$dirtywatch" daemon --print-config --config "$repo/packaging/btrfs-dirtywatch.conf" | grep . | sed 's/ *$//')
}

@test "the unit's exposure is 2.8 at most" {
	systemd-analyze security --offline=true --threshold=28 "$repo/packaging/btrfs-dirtywatch.service" >"$BATS_TEST_TMPDIR/said" ||
		{ tail -n 1 "$BATS_TEST_TMPDIR/said"; return 1; }
	# What hides the kernel's symbols and modules from it is off, whatever that would save.
	! grep -qE '^(ProtectKernelTunables|ProtectKernelLogs|ProtectKernelModules|ProcSubset)=' "$repo/packaging/btrfs-dirtywatch.service"
}

@test "systemd understands every line of the units" {
	local unit units=$BATS_TEST_TMPDIR/units
	mkdir -p "$units"
	# The program and the man pages are not installed here.
	for unit in "$repo"/packaging/*.service "$repo"/packaging/*.socket; do
		sed -e 's,^ExecStart=.*,ExecStart=/bin/true,' -e '/^Documentation=/d' "$unit" >"$units/${unit##*/}"
	done
	for unit in "$units"/*; do
		run systemd-analyze verify --man=no "${unit/@./@1.}"
		echo "$output"
		[ "$status" = 0 ]
		! grep btrfs-dirtywatch <<<"$output"
	done
}
