# SPDX-License-Identifier: GPL-2.0
# The table of make.sh as a completion for bash.
$1 == "verb" {
	verbs = verbs " " $2
	name[++count] = $2
}

$1 == "option" {
	options[$2] = options[$2] " " $4 ($5 ~ /^=/ ? "=" : "")
	if ($5 ~ /(DIR|PATH|MOUNT)/)
		takes("-d")
	else if ($5 ~ /(FILE|STORE)/)
		takes("-f")
	else if ($5 != "." && !(($2, $4) in words))
		takes("-W ''")
}

$1 == "values" {
	words[$2, $3]
	takes("-W '" $4 "'")
}

$1 == "rest" { rest[$2] = $3 }

# After this option comes what compgen makes of `how`.
function takes(how,    pattern) {
	pattern = $1 == "option" ? "'" $2 " " $4 "'" : "'" $2 " " $3 "'"
	if ($1 == "option" && $3 != ".")
		pattern = pattern " | '" $2 " " $3 "'"
	if (how in patterns) {
		patterns[how] = patterns[how] " | " pattern
	} else {
		hows[++ways] = how
		patterns[how] = pattern
	}
}

END {
	print "# bash completion for btrfs-dirtywatch -*- shell-script -*-"
	print "# Made of its --help.\n"
	print "_btrfs_dirtywatch()\n{"
	print "\tlocal cur=${COMP_WORDS[COMP_CWORD]} last=${COMP_WORDS[COMP_CWORD - 1]} verb=watch verbs='" substr(verbs, 2) "'"
	print "\tlocal options='' rest=none\n"
	print "\tCOMPREPLY=()"
	print "\t# `--name=value` comes as three words."
	print "\tif [[ $cur == = ]]; then\n\t\tcur=\n\telif [[ $last == = ]]; then"
	print "\t\tlast=${COMP_WORDS[COMP_CWORD - 2]}\n\tfi"
	print "\tif ((COMP_CWORD > 1)) && [[ \" $verbs \" == *\" ${COMP_WORDS[1]} \"* ]]; then"
	print "\t\tverb=${COMP_WORDS[1]}\n\tfi\n"
	print "\tcase \"$verb $last\" in"
	for (i = 1; i <= ways; i++) {
		print "\t" patterns[hows[i]] ")"
		print "\t\tmapfile -t COMPREPLY < <(compgen " hows[i] " -- \"$cur\")"
		if (hows[i] ~ /^-[df]/)
			print "\t\tcompopt -o filenames 2>/dev/null"
		print "\t\treturn ;;"
	}
	print "\tesac\n"
	print "\tcase $verb in"
	for (i = 1; i <= count; i++)
		if (name[i] in options)
			print "\t" name[i] ") options='" substr(options[name[i]], 2) "' rest=" rest[name[i]] " ;;"
	print "\tesac"
	print "\tif ((COMP_CWORD == 1)) && [[ $cur != -* ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$verbs\" -- \"$cur\")"
	print "\telif [[ $cur == -* ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")"
	print "\t\t[[ ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2>/dev/null"
	print "\telif [[ $rest == file ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")"
	print "\t\tcompopt -o filenames 2>/dev/null"
	print "\telif [[ $rest == dir ]]; then"
	print "\t\tmapfile -t COMPREPLY < <(compgen -d -- \"$cur\")"
	print "\t\tcompopt -o filenames 2>/dev/null"
	print "\tfi\n}"
	print "complete -F _btrfs_dirtywatch btrfs-dirtywatch"
}
