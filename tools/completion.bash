# SPDX-License-Identifier: MIT
# bash completion for gsstap. It knows no command and no option: it asks `gsstap __complete`, which prints one
# candidate a line and hints (":files", ":command N") for what only the shell can offer.
# Works with and without the bash-completion package.

# Puts the words up to the cursor into the array words, with "--option", "=" and "value" joined again where
# COMP_WORDBREAKS took them apart.
_gsstap_words() {
	local i word
	words=()
	for ((i = 1; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if ((${#words[@]})) && { [[ $word == = && ${words[-1]} == --* ]] || [[ ${words[-1]} == --*= ]]; }; then
			words[-1]+=$word
		else
			words+=("$word")
		fi
	done
	((${#words[@]})) || words=("")
}

# Completes a command line that begins at the Nth word after gsstap.
_gsstap_command() {
	local first=$1 cur=${words[-1]}
	if declare -F _command_offset >/dev/null; then
		# Counted from the end: the words after the joined ones are the same ones as COMP_WORDS has.
		_command_offset $((COMP_CWORD - (${#words[@]} - 1 - first)))
	elif ((first == ${#words[@]} - 1)) && [[ $cur != */* ]]; then
		mapfile -t COMPREPLY < <(compgen -c -- "$cur" | sort -u)
	else
		_gsstap_files "$cur"
	fi
}

_gsstap_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$1")
}

_gsstap() {
	local words line cur
	COMPREPLY=()
	_gsstap_words
	cur=${words[-1]}
	# readline replaces only what stands after the "=" where that breaks words.
	[[ $cur == --*=* && $COMP_WORDBREAKS == *=* ]] && cur=${cur#*=}
	while IFS= read -r line; do
		case $line in
		:files) _gsstap_files "$cur" ;;
		:command\ *) _gsstap_command "${line#:command }" ;;
		--*=*) COMPREPLY+=("${line#"${words[-1]%"$cur"}"}") ;;
		*) COMPREPLY+=("$line") ;;
		esac
	done < <("${COMP_WORDS[0]/#\~/$HOME}" __complete "${words[@]}" 2>/dev/null)
}

complete -F _gsstap gsstap
