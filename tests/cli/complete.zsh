# SPDX-License-Identifier: GPL-2.0
# complete.zsh FOLDER LINE: print what zsh makes of a line and a tab, with the completion that is in the folder.
zmodload zsh/zpty
zpty shell zsh -f -i
zpty -w shell "PS1= PS2= RPS1=; stty -echo; fpath=($1 \$fpath); autoload -Uz compinit; compinit -u -D; unsetopt zle_bracketed_paste
	compdef _btrfs-dirtywatch btrfs-dirtywatch
	show() { print -r -- \"<<\$BUFFER>>\"; exit; }; zle -N show; bindkey '^X' show; print READY"
while zpty -r shell got; do
	[[ $got != *READY* ]] || break
done
zpty -n -w shell "$2"$'\t\x18'
text=
while zpty -r shell got; do
	text+=$got
done
text=${text##*<<}
print -r -- "${text%%>>*}"
