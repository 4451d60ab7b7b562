# SPDX-License-Identifier: GPL-2.0-only
load world

setup_file() { :; }
teardown_file() { :; }

commands='translate ids list tree ns filter watch info doctor help'

# options COMMAND: what its --help lists, one a line
options()
{
	pidmap "$1" --help | sed -nE '/^Options/,/^$/ {
		s/^  (-.), .*/\1/p
	}'
	pidmap "$1" --help | sed -nE '/^Options/,/^$/ {
		s/^ +(-., )?(--[a-z]+).*/\2/p
	}'
}

complete_bash()
{
	bash -c '. "$PIDMAP_COMPLETIONS/pidmap.bash"
		COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
		_pidmap
		printf "%s\n" "${COMPREPLY[@]}"' bash "$@"
}

complete_fish()
{
	fish --no-config -c 'source $PIDMAP_COMPLETIONS/pidmap.fish
		complete -C "'"$*"'"' | cut -f 1
}

# What zsh is told, once it knows the command
complete_zsh()
{
	# shellcheck disable=SC2016
	zsh -fc '_arguments()
		{
			[[ $1 != -C ]] || { state=operand; return; }
			print -l -- "$@"
		}
		words=($1)
		. $PIDMAP_COMPLETIONS/_pidmap' zsh "$1" |
		sed -nE 's/^(\([^)]*\))?(-[-A-Za-z]+).*/\2/p'
}

@test "bash offers what --help lists" {
	local command

	for command in $commands; do
		diff <(options $command | sort) \
			<(complete_bash pidmap $command - | sort)
	done
	diff <(tr ' ' '\n' <<<"$commands") <(complete_bash pidmap '')
}

@test "bash offers values" {
	[ "$(complete_bash pidmap ids -t t)" = $'tid\ntgid' ]
	[ "$(complete_bash pidmap ns -o ns,le)" = ns,level ]
	[ "$(complete_bash pidmap tree sel)" = self ]
	[ "$(complete_bash pidmap translate --to podm)" = podman: ]
}

@test "zsh is told what --help lists" {
	local command

	need zsh
	for command in $commands; do
		diff <(options $command | sort) \
			<(complete_zsh $command | sort)
		grep -q "'$command:" "$PIDMAP_COMPLETIONS/_pidmap"
	done
}

@test "zsh takes its file" {
	need zsh
	zsh -n "$PIDMAP_COMPLETIONS/_pidmap"
}

@test "fish offers what --help lists" {
	local command

	need fish
	for command in $commands; do
		diff <(options $command | grep ^-- | sort) \
			<(complete_fish pidmap $command -- | sort -u)
	done
	diff <(tr ' ' '\n' <<<"$commands" | sort) <(complete_fish 'pidmap ' | sort)
}
