# SPDX-License-Identifier: GPL-2.0
# The table of make.sh as a completion for fish.
function quoted(text) {
	gsub(/[\\']/, "\\\\&", text)
	return "'" text "'"
}

$1 == "verb" {
	names = names " " $2
	text[$2] = $3
}

$1 == "values" { words[$2 " " $3] = $4 }

$1 == "option" { line[++lines] = $0 }

$1 == "rest" { rest[$2] = $3 }

# Whether the verb is this one; without a verb it is watch.
function when(verb) {
	return "-n '__btrfs_dirtywatch_verb " verb "'"
}

END {
	print "# fish completion for btrfs-dirtywatch"
	print "# Made of its --help.\n"
	print "function __btrfs_dirtywatch_verb"
	print "\tset -l words (commandline -opc)"
	print "\tif set -q words[2]; and contains -- $words[2]" names
	print "\t\ttest $words[2] = $argv[1]"
	print "\telse"
	print "\t\ttest watch = $argv[1]"
	print "\tend\nend\n"
	print "complete -c btrfs-dirtywatch -f"
	split(substr(names, 2), name, " ")
	for (i = 1; i in name; i++)
		print "complete -c btrfs-dirtywatch -n __fish_is_first_arg -a " name[i] " -d " quoted(text[name[i]])
	for (i = 1; i in name; i++) {
		verb = name[i]
		if (rest[verb] == "file")
			print "complete -c btrfs-dirtywatch " when(verb) " -F"
		else if (rest[verb] == "dir")
			print "complete -c btrfs-dirtywatch " when(verb) " -a '(__fish_complete_directories)'"
	}
	for (i = 1; i <= lines; i++) {
		split(line[i], field, "\t")
		at = field[2] " " field[4]
		out = "complete -c btrfs-dirtywatch " when(field[2]) " -l " substr(field[4], 3)
		if (field[3] != ".")
			out = out " -s " quoted(substr(field[3], 2))
		if (at in words)
			out = out " -x -a " quoted(words[at])
		else if (field[5] ~ /(DIR|PATH|MOUNT)/)
			out = out " -x -a '(__fish_complete_directories)'"
		else if (field[5] ~ /^=.*(FILE|STORE)/)
			out = out " -r -F"
		else if (field[5] ~ /^=/)
			out = out " -x"
		print out " -d " quoted(field[6])
	}
}
